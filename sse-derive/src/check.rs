//! What the grammar allows and an event stream does not.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use proc_macro2::{Ident, Span};
use syn::{Expr, ExprLit, Lit};

use crate::ast::{Container, Field, Payload, Style, Variant};
use crate::attr::{Described, FieldAttrs};
use crate::ctxt::Ctxt;
use crate::direction::Direction;

/// What an event that is not known consists of.
const OTHER: [&str; 3] = ["event", "data", "id"];

/// The beginning of the names of control events.
const CONTROL: &str = "stream-";

/// The beginning of their ids.
const RESERVED_ID: char = '=';

pub(crate) fn check(container: &Container<'_>, ctxt: &mut Ctxt) {
    let mut names = HashMap::new();
    for variant in &container.variants {
        check_other(container, variant, ctxt);
        if container.attrs.no_schema {
            check_undescribed(container, variant, ctxt);
        } else if container.direction == Direction::Encode {
            check_schemars(container, variant, ctxt);
        }
        check_skipped(variant, ctxt);
    }
    if !container.is_struct() && !container.attrs.no_schema && container.direction == Direction::Encode {
        container.schemars.check(Described::Enum, ctxt);
    }
    for variant in container.variants.iter().filter(|variant| !variant.is_skipped()) {
        if variant.attrs.flatten.is_some() {
            check_merged(variant, ctxt);
            continue;
        }
        if variant.attrs.other.is_some() {
            check_parts(variant, ctxt);
            continue;
        }
        check_names(container, variant, &mut names, ctxt);
        check_verbatim(variant, container.direction, ctxt);
        check_fields(container, variant, ctxt);
        check_id(variant, ctxt);
        check_function(variant, ctxt);
        check_tag(container, variant, ctxt);
        if container.serde.deny_unknown_fields.is_some() {
            check_flattened(variant, ctxt);
        }
        match container.direction {
            Direction::Encode if container.attrs.no_schema => {}
            Direction::Encode => {
                check_codecs(container, variant, ctxt);
                check_length(variant, ctxt);
            }
            Direction::Decode => {
                check_borrows(variant, ctxt);
                check_one_way(variant, ctxt);
            }
        }
    }
    check_only_other(container, ctxt);
    check_stream_name(container, ctxt);
}

/// What stands in braces is a type parameter.
fn check_stream_name(container: &Container<'_>, ctxt: &mut Ctxt) {
    let Some(name) = &container.attrs.name else { return };
    let params = container.naming_params();
    let rest = params.iter().fold(name.value(), |name, param| name.replace(&format!("{{{param}}}"), ""));
    if rest.contains(['{', '}']) {
        ctxt.error(name.span(), "in braces stands the name of a type parameter: `PageOf{T}`");
    }
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

/// A payload that is not JSON is one field, as it is.
fn check_verbatim(variant: &Variant<'_>, direction: Direction, ctxt: &mut Ctxt) {
    let (span, key) = match (variant.attrs.text, variant.attrs.bytes) {
        (Some(_), Some(bytes)) => return ctxt.error(bytes, "a payload cannot be both `text` and `bytes`"),
        (Some(span), None) => (span, "text"),
        (None, Some(span)) => (span, "bytes"),
        (None, None) => return,
    };
    let count = variant.payload_fields().count();
    if count != 1 {
        ctxt.error(
            span,
            format!(
                "`{key}` {} the one field of the payload, but `{}` has {count}{}",
                match direction {
                    Direction::Encode => "writes",
                    Direction::Decode => "reads",
                },
                variant.ident,
                if count == 0 { "" } else { "; mark the others `#[serde(skip)]`" }
            ),
        );
    }
    let of_field = |field: &Field<'_>| [field.serde.with, field.serde.skip_if, field.serde.flatten];
    for with in variant.payload_fields().flat_map(of_field).flatten().chain(variant.serde.with) {
        let payload = match (key, direction) {
            ("text", Direction::Encode) => "is what the field displays",
            ("text", Direction::Decode) => "is read with the field's `FromStr`",
            (_, Direction::Encode) => "is what the field's `AsRef<[u8]>` gives",
            (_, Direction::Decode) => "is made with the field's `TryFrom<Vec<u8>>`",
        };
        ctxt.error(with, format!("this has no effect: a `{key}` payload {payload}"));
    }
    if variant.tag.is_some() {
        ctxt.error(span, format!("a `{key}` payload has no place for the tag that is to be in each payload"));
    }
}

/// serde writes a tag beside the fields of the content, which must have names.
fn check_tag(container: &Container<'_>, variant: &Variant<'_>, ctxt: &mut Ctxt) {
    let Some(tag) = container.tag.as_ref().filter(|_| variant.tag.is_some()) else { return };
    for field in variant.payload_fields() {
        let received = field.serde.names.iter().map(|name| (name.value(), name.span()));
        let key = field.key(variant, container).into_iter().chain(received).find(|(key, _)| *key == tag.value());
        if let Some((key, span)) = key {
            ctxt.error(span, format!("`{key}` is what the tag in each payload is called: rename either"));
        }
    }
    if container.is_struct() && variant.style != Style::Struct {
        ctxt.error(tag.span(), "a struct without named fields has no place for the tag that is to be in each payload");
    } else if variant.style == Style::Tuple && variant.fields.len() != 1 {
        ctxt.error(
            variant.name_span,
            "a tuple has no place for the tag that is to be in each payload: name the fields",
        );
    }
    if let Some(with) = variant.serde.with {
        ctxt.error(with, "a function for the whole variant does not go with a tag in the payload: put it on a field");
    }
}

/// What `flatten` merges is a type of events.
fn check_merged(variant: &Variant<'_>, ctxt: &mut Ctxt) {
    let Some(span) = variant.attrs.flatten else { return };
    if variant.fields.len() != 1 || variant.payload_fields().count() != 1 {
        ctxt.error(
            span,
            format!("`flatten` merges the events of one field, but `{}` has {}", variant.ident, variant.fields.len()),
        );
    }
    let why = "this has no effect: the events of a flattened type are as that type says";
    for field in &variant.fields {
        let wire = field.attrs.wire.as_ref().map(|(_, span)| *span);
        for span in [field.attrs.id, field.attrs.retry, wire, field.serde.with].into_iter().flatten() {
            ctxt.error(span, why);
        }
    }
    let renamed = variant.serde.rename.iter().chain(&variant.serde.received).map(syn::LitStr::span);
    for span in renamed.chain(variant.serde.with) {
        ctxt.error(span, why);
    }
}

/// The parts of an event that a variant for all others may keep.
fn check_parts(variant: &Variant<'_>, ctxt: &mut Ctxt) {
    let is_part = |field: &Field<'_>| field.name.as_ref().is_some_and(|name| OTHER.iter().any(|part| name == part));
    for field in variant.fields.iter().filter(|field| !is_part(field)) {
        ctxt.push(syn::Error::new_spanned(
            field.syn,
            "of an event that is not known there are three parts: name the fields `event`, `data` and `id`, or leave \
             some of them out",
        ));
    }
}

/// What only the schema would say.
fn check_undescribed(container: &Container<'_>, variant: &Variant<'_>, ctxt: &mut Ctxt) {
    let wires = variant.fields.iter().filter_map(|field| field.attrs.wire.as_ref());
    let spans =
        wires.map(|(_, span)| ("wire", *span)).chain(variant.attrs.examples.iter().map(|(_, span)| ("example", *span)));
    for (key, span) in spans {
        let noun = container.noun();
        ctxt.error(span, format!("`{key}` has no effect: `#[sse(no_schema)]` on the {noun} leaves the schema out"));
    }
}

/// What is said of a schema has an effect where a payload is described, and only what schemars knows there.
fn check_schemars(container: &Container<'_>, variant: &Variant<'_>, ctxt: &mut Ctxt) {
    let is_struct = container.is_struct();
    let (place, of_fields) = match variant.payload() {
        Payload::Skipped => return,
        Payload::Inner(_) | Payload::Content if variant.schemars.says_all() => (Described::Said, None),
        Payload::Inner(_) | Payload::Content => (Described::Payload { is_struct }, Some(Described::Field)),
        _ => (Described::Nothing, Some(Described::Nothing)),
    };
    variant.schemars.check(place, ctxt);
    if let Some(place) = of_fields {
        // Of `wire` on a field that is not JSON there is a word elsewhere.
        variant.payload_fields().for_each(|field| field.schemars.check(place, ctxt));
    }
}

/// What is said of an event that is none.
fn check_skipped(variant: &Variant<'_>, ctxt: &mut Ctxt) {
    let why = "a skipped variant is never sent";
    if variant.attrs.skip.or(variant.serde.never).is_none() {
        return;
    }
    if variant.attrs.skip.is_none() {
        for (key, span) in &variant.attrs.keys {
            ctxt.error(*span, format!("`{key}` has no effect: {why}"));
        }
    }
    for FieldAttrs { id, retry, wire } in variant.fields.iter().map(|field| &field.attrs) {
        let wire = wire.as_ref().map(|(_, span)| *span);
        for (key, span) in [("id", *id), ("retry", *retry), ("wire", wire)] {
            if let Some(span) = span {
                ctxt.error(span, format!("`{key}` has no effect: {why}"));
            }
        }
    }
}

/// An id that is the same for every such event, and so is known.
fn check_id(variant: &Variant<'_>, ctxt: &mut Ctxt) {
    let Some((Expr::Lit(ExprLit { lit: Lit::Str(id), .. }), _)) = &variant.attrs.id else { return };
    if id.value().contains(['\r', '\n', '\0']) {
        ctxt.error(id.span(), "an event id cannot contain CR, LF or NUL: no `id:` line carries them");
    }
    if id.value().starts_with(RESERVED_ID) {
        ctxt.error(
            id.span(),
            format!(
                "event id `{}` is reserved: ids that begin with `{RESERVED_ID}` are those of control events",
                id.value()
            ),
        );
    }
}

fn check_fields(container: &Container<'_>, variant: &Variant<'_>, ctxt: &mut Ctxt) {
    let mut id = variant.attrs.id.as_ref().map(|(_, span)| *span);
    let mut retry = variant.attrs.retry.map(|(_, span)| span);
    for field in &variant.fields {
        let is_json = field.is_payload() && variant.attrs.text.or(variant.attrs.bytes).is_none();
        if let Some((_, span)) = field.attrs.wire.as_ref().filter(|_| !is_json) {
            ctxt.error(*span, "`wire` has no effect: the field is no part of any JSON");
        }
        if let Some(span) = field.serde.getter.filter(|_| !container.is_struct()) {
            ctxt.error(span, "serde takes a `getter` for the fields of a struct alone");
        }
        if let Some(span) = field.serde.flatten.filter(|_| is_json && variant.style == Style::Tuple) {
            ctxt.error(span, "`flatten` merges fields into an object, and a tuple is none: name the field");
        }
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
    if let (Some(span), None) = (variant.serde.with, variant.attrs.text.or(variant.attrs.bytes))
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
fn check_codecs(container: &Container<'_>, variant: &Variant<'_>, ctxt: &mut Ctxt) {
    if !matches!(variant.payload(), Payload::Content) || variant.schemars.overrides() {
        return;
    }
    let fields = variant.payload_fields().filter(|field| !field.schemars.overrides());
    for with in variant.serde.with.into_iter().chain(fields.filter_map(|field| field.serde.with)) {
        ctxt.error(
            with,
            format!(
                "the schema cannot know what this function writes: say it with `#[sse(wire = \"String\")]` on a field, \
                 `#[schemars(with = \"String\")]` or `#[schemars(schema_with = \"..\")]`, or leave the schema out with \
                 `#[sse(no_schema)]` on the {}",
                container.noun()
            ),
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

/// serde's `other` is about a tag in JSON.
fn check_other(container: &Container<'_>, variant: &Variant<'_>, ctxt: &mut Ctxt) {
    let skipped = container.direction == Direction::Decode && variant.is_skipped() || variant.serde.skip;
    if let (Some(span), None) = (variant.serde.other, variant.attrs.other)
        && !skipped
    {
        ctxt.error(
            span,
            "`serde(other)` has no meaning for events, whose names are not in the JSON: use `#[sse(other)]`",
        );
    }
}

fn check_only_other(container: &Container<'_>, ctxt: &mut Ctxt) {
    let mut others = container.variants.iter().filter_map(|variant| variant.attrs.other);
    if let (Some(first), Some(second)) = (others.next(), others.next()) {
        ctxt.error(second, "only one variant can stand for all names that are not known");
        ctxt.error(first, "first used here");
    }
}
