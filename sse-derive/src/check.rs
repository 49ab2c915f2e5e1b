//! What the grammar allows and an event stream does not.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::ast::{Container, Payload, Style, Variant};
use crate::ctxt::Ctxt;

/// The beginning of the names of control events.
const CONTROL: &str = "stream-";

pub(crate) fn check(container: &Container<'_>, ctxt: &mut Ctxt) {
    let mut names = HashMap::new();
    for variant in container.variants.iter().filter(|variant| !variant.is_skipped()) {
        check_name(variant, container.attrs.allow_reserved, ctxt);
        if variant.name_is_known {
            match names.entry(variant.name.as_str()) {
                Entry::Vacant(entry) => {
                    entry.insert(&variant.ident);
                }
                Entry::Occupied(first) => ctxt.error(
                    variant.name_span,
                    format!("duplicate event name `{}`: it is that of `{}` already", variant.name, first.get()),
                ),
            }
        }
        check_text(variant, ctxt);
        check_fields(variant, ctxt);
        if container.serde.deny_unknown_fields {
            check_flattened(variant, ctxt);
        }
        if !container.attrs.no_schema {
            check_codecs(variant, ctxt);
            check_length(variant, ctxt);
        }
    }
}

fn check_name(variant: &Variant<'_>, allow_reserved: bool, ctxt: &mut Ctxt) {
    let Variant { name, name_span: span, .. } = variant;
    if name.contains(['\r', '\n']) {
        ctxt.error(*span, "an event name cannot contain CR or LF: it would end the `event:` line");
    }
    if name.contains('\0') {
        ctxt.error(*span, "an event name cannot contain NUL: no client expects it");
    }
    if name.starts_with(' ') {
        ctxt.error(*span, "an event name cannot begin with a space: a client would not find it by its name");
    }
    if name.starts_with(CONTROL) {
        ctxt.error(
            *span,
            format!(
                "event name `{name}` is reserved: names that begin with `{CONTROL}` are those of control events; rename \
                 it with `#[sse(event = \"..\")]`"
            ),
        );
    }
    if matches!(name.as_str(), "error" | "open") && !allow_reserved {
        ctxt.error(
            *span,
            format!(
                "event name `{name}` collides with EventSource's own `{name}` event: a browser's listener cannot tell a \
                 server event from a connection event; rename it (`#[sse(event = \"{name}-event\")]`) or opt in with \
                 `#[sse(allow_reserved)]` on the enum"
            ),
        );
    }
}

fn check_text(variant: &Variant<'_>, ctxt: &mut Ctxt) {
    let Some(span) = variant.attrs.text else { return };
    let count = variant.payload_fields().count();
    if count != 1 {
        ctxt.error(
            span,
            format!(
                "`text` writes the one field of the payload, but `{}` has {count}{}",
                variant.ident,
                if count == 0 { "" } else { "; mark the others `#[serde(skip)]`" }
            ),
        );
    }
    for with in variant.payload_fields().filter_map(|field| field.serde.with).chain(variant.serde.with) {
        ctxt.error(with, "this has no effect: a `text` payload is what the field displays");
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
