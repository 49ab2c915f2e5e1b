//! What the grammar allows and an event stream does not.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use proc_macro2::{Ident, Span};

use crate::ast::{Container, Payload, Style, Variant};
use crate::ctxt::Ctxt;
use crate::direction::Direction;

/// The beginning of the names of control events.
const CONTROL: &str = "stream-";

pub(crate) fn check(container: &Container<'_>, ctxt: &mut Ctxt) {
    let mut names = HashMap::new();
    for variant in container.variants.iter().filter(|variant| !variant.is_skipped()) {
        check_names(container, variant, &mut names, ctxt);
        check_text(variant, container.direction, ctxt);
        check_fields(variant, ctxt);
        check_function(variant, ctxt);
        if container.serde.deny_unknown_fields {
            check_flattened(variant, ctxt);
        }
        match container.direction {
            Direction::Encode if container.attrs.no_schema => {}
            Direction::Encode => {
                check_codecs(variant, ctxt);
                check_length(variant, ctxt);
            }
            Direction::Decode => {
                check_borrows(variant, ctxt);
                check_one_way(variant, ctxt);
            }
        }
    }
    check_other(container, ctxt);
}
fn check_names<'v>(
    container: &Container<'_>,
    variant: &'v Variant<'_>,
    names: &mut HashMap<&'v str, &'v Ident>,
    ctxt: &mut Ctxt,
) {
    // The first is the one that is sent. What a client understands besides is no concern of the server's.
    let all = std::iter::once((variant.name.as_str(), variant.name_span))
        .chain(variant.received.iter().map(|(name, span)| (name.as_str(), *span)));
    for (name, span) in all {
        if name.contains(['\r', '\n']) {
            ctxt.error(span, "an event name cannot contain CR or LF: it would end the `event:` line");
        }
        if container.direction == Direction::Encode {
            check_sent_name(name, span, container.attrs.allow_reserved, ctxt);
        }
        if !variant.name_is_known {
            continue;
        }
        match names.entry(name) {
            Entry::Vacant(entry) => {
                entry.insert(&variant.ident);
            }
            Entry::Occupied(first) => {
                ctxt.error(span, format!("duplicate event name `{name}`: it is that of `{}` already", first.get()));
            }
        }
    }
}

fn check_sent_name(name: &str, span: Span, allow_reserved: bool, ctxt: &mut Ctxt) {
    if name.contains('\0') {
        ctxt.error(span, "an event name cannot contain NUL: no client expects it");
    }
    if name.starts_with(' ') {
        ctxt.error(span, "an event name cannot begin with a space: a client would not find it by its name");
    }
    if name.starts_with(CONTROL) {
        ctxt.error(
            span,
            format!(
                "event name `{name}` is reserved: names that begin with `{CONTROL}` are those of control events; rename \
                 it with `#[sse(event = \"..\")]`"
            ),
        );
    }
    if matches!(name, "error" | "open") && !allow_reserved {
        ctxt.error(
            span,
            format!(
                "event name `{name}` collides with EventSource's own `{name}` event: a browser's listener cannot tell a \
                 server event from a connection event; rename it (`#[sse(event = \"{name}-event\")]`) or opt in with \
                 `#[sse(allow_reserved)]` on the enum"
            ),
        );
    }
}

fn check_text(variant: &Variant<'_>, direction: Direction, ctxt: &mut Ctxt) {
    let Some(span) = variant.attrs.text else { return };
    let count = variant.payload_fields().count();
    if count != 1 {
        ctxt.error(
            span,
            format!(
                "`text` {} the one field of the payload, but `{}` has {count}{}",
                match direction {
                    Direction::Encode => "writes",
                    Direction::Decode => "reads",
                },
                variant.ident,
                if count == 0 { "" } else { "; mark the others `#[serde(skip)]`" }
            ),
        );
    }
    for with in variant.payload_fields().filter_map(|field| field.serde.with).chain(variant.serde.with) {
        let payload = match direction {
            Direction::Encode => "is what the field displays",
            Direction::Decode => "is read with the field's `FromStr`",
        };
        ctxt.error(with, format!("this has no effect: a `text` payload {payload}"));
    }
}

fn check_fields(variant: &Variant<'_>, ctxt: &mut Ctxt) {
    let mut id = None;
    let mut retry = variant.attrs.retry.map(|(_, span)| span);
    for field in &variant.fields {
        let both = field.attrs.id.and(field.attrs.retry);
        if let Some(span) = both {
            ctxt.error(span, "a field cannot be both `id` and `retry`");
        }
        for (what, first, this) in [("id", &mut id, field.attrs.id), ("retry", &mut retry, field.attrs.retry)] {
            match (this, *first) {
                (Some(this), Some(first)) => {
                    ctxt.error(this, format!("an event has at most one `{what}`"));
                    ctxt.error(first, "first used here");
                }
                (Some(this), None) => *first = Some(this),
                (None, _) => {}
            }
        }
    }
}

/// serde has such a function write and read all fields.
fn check_function(variant: &Variant<'_>, ctxt: &mut Ctxt) {
    if let (Some(span), None) = (variant.serde.with, variant.attrs.text)
        && variant.payload_fields().count() < variant.fields.len()
    {
        ctxt.error(
            span,
            "a function for the whole variant is about all of its fields, but one is left out of the payload: put it on a \
             field instead",
        );
    }
}

/// What a function writes is not what the type's schema says.
fn check_codecs(variant: &Variant<'_>, ctxt: &mut Ctxt) {
    if !matches!(variant.payload(), Payload::Content) || variant.schemars.overrides() {
        return;
    }
    let fields = variant.payload_fields().filter(|field| !field.schemars.overrides());
    for with in variant.serde.with.into_iter().chain(fields.filter_map(|field| field.serde.with)) {
        ctxt.error(
            with,
            "the schema cannot know what this function writes: say it with `#[schemars(with = \"String\")]` or \
             `#[schemars(schema_with = \"..\")]`, or leave the schema out with `#[sse(no_schema)]` on the enum",
        );
    }
}

/// schemars describes a tuple by its length.
fn check_length(variant: &Variant<'_>, ctxt: &mut Ctxt) {
    // serde takes no notice of it in a newtype.
    if variant.style != Style::Tuple
        || variant.fields.len() == 1
        || !matches!(variant.payload(), Payload::Content)
        || variant.serde.with.is_some()
        || variant.schemars.overrides()
    {
        return;
    }
    for skip_if in variant.payload_fields().filter_map(|field| field.serde.skip_if) {
        ctxt.error(
            skip_if,
            "the schema cannot say that this array may be shorter, nor a client which field is missing: name the fields, \
             send `null` instead, or leave the schema out with `#[sse(no_schema)]` on the enum",
        );
    }
}

fn check_flattened(variant: &Variant<'_>, ctxt: &mut Ctxt) {
    for flatten in variant.payload_fields().filter_map(|field| field.serde.flatten) {
        ctxt.error(
            flatten,
            "serde does not support `flatten` together with `deny_unknown_fields`, which is on the enum: remove either",
        );
    }
}

/// What is decoded outlives the buffer that it comes from.
fn check_borrows(variant: &Variant<'_>, ctxt: &mut Ctxt) {
    let id = variant.id().filter(|id| !id.is_payload());
    for field in variant.payload_fields().chain(id).filter(|field| field.holds_reference()) {
        ctxt.push(syn::Error::new_spanned(
            &field.syn.ty,
            "an event cannot borrow from the bytes that it is decoded from, because they are gone before it is: use an \
             owned type here, such as `String` or `Cow<'_, str>`",
        ));
    }
}

/// serde takes a newtype variant without its field for a unit variant.
fn check_one_way(variant: &Variant<'_>, ctxt: &mut Ctxt) {
    if let (Style::Tuple, [only], None) = (variant.style, variant.fields.as_slice(), variant.attrs.text)
        && variant.serde.with.is_none()
        && let Some(span) = only.serde.one_way
    {
        ctxt.error(
            span,
            "the payload would be sent in one form and read in another, with its only field and without: use \
             `#[serde(skip)]`",
        );
    }
}

fn check_other(container: &Container<'_>, ctxt: &mut Ctxt) {
    let mut first = None;
    for variant in &container.variants {
        let Some(span) = variant.serde.other else { continue };
        match container.direction {
            Direction::Encode if !variant.serde.skip => ctxt.error(
                span,
                "`serde(other)` is for a variant that is only received: mark it `#[serde(skip_serializing)]`, too",
            ),
            Direction::Decode if !variant.is_skipped() => {
                if variant.style != Style::Unit {
                    ctxt.error(
                        span,
                        "`serde(other)` stands for events of any name, of which nothing is kept: it is for a unit variant",
                    );
                }
                if let Some(first) = first {
                    ctxt.error(span, "only one variant can stand for all names that are not known");
                    ctxt.error(first, "first used here");
                }
                first = first.or(Some(span));
            }
            Direction::Encode | Direction::Decode => {}
        }
    }
}
