//! `#[schemars(..)]`: whether the schema is another than that of the Rust type. The rest is passed on.

use proc_macro2::TokenStream;
use syn::{Attribute, Path, Type, WherePredicate};

use super::serde::{bound, find, parsed};
use super::{Item, items, nearest};
use crate::ctxt::Ctxt;
use crate::direction::Direction;

/// What schemars knows on a type, as which the payload of a variant is described.
static TYPE: &[&str] = &[
    "crate",
    "default",
    "deny_unknown_fields",
    "description",
    "example",
    "extend",
    "inline",
    "rename_all",
    "schema_with",
    "title",
    "transform",
    "transparent",
    "with",
];

/// What schemars knows on a field.
static FIELD: &[&str] = &[
    "bound",
    "contains",
    "default",
    "description",
    "email",
    "example",
    "extend",
    "flatten",
    "inner",
    "ip",
    "ipv4",
    "ipv6",
    "length",
    "pattern",
    "range",
    "regex",
    "rename",
    "required",
    "schema_with",
    "serialize_with",
    "skip",
    "skip_deserializing",
    "skip_serializing",
    "skip_serializing_if",
    "title",
    "transform",
    "url",
    "with",
];

/// What else it knows somewhere.
static ELSEWHERE: &[&str] =
    &["bound", "content", "from", "into", "remote", "rename", "rename_all_fields", "tag", "try_from", "untagged"];

/// Where an attribute of schemars stands, and what has an effect there.
#[derive(Clone, Copy)]
pub(crate) enum Described {
    /// On an enum: they are for the `JsonSchema` of the enum itself, which may be derived beside.
    Enum,
    /// On a struct, or on a variant with a JSON payload.
    Payload { is_struct: bool },
    /// On a field of such.
    Field,
    /// Where a type or a function says all.
    Said,
    /// On what is not JSON, or is not described here.
    Nothing,
}

impl Described {
    fn knows(self, key: &str) -> bool {
        match self {
            Self::Enum => TYPE.contains(&key) || ELSEWHERE.contains(&key),
            Self::Payload { is_struct } => TYPE.contains(&key) || is_struct && key == "bound",
            Self::Field => FIELD.contains(&key),
            Self::Said => matches!(key, "with" | "schema_with" | "crate" | "bound"),
            Self::Nothing => matches!(key, "crate" | "bound"),
        }
    }

    fn why(self, key: &str) -> &'static str {
        match (self, key) {
            (Self::Payload { is_struct: true }, "rename") => "`#[sse(name = \"..\")]` names the stream",
            (Self::Payload { .. } | Self::Nothing, "rename") => "`#[sse(event = \"..\")]` names the event",
            (Self::Enum | Self::Payload { .. } | Self::Field, _) => "it does not go here",
            (Self::Said, _) => "`with` or `schema_with` says all of the schema",
            (Self::Nothing, _) => "no JSON Schema is made here; a documentation comment describes the event",
        }
    }
}

/// `#[schemars(..)]`, in any place.
pub(crate) struct SchemarsAttrs {
    /// The type that the schema is of.
    pub(crate) with: Option<Type>,
    /// The function that makes the schema.
    pub(crate) schema_with: Option<Path>,
    pub(crate) bound: Option<Vec<WherePredicate>>,
    /// Left out of the schema by the user's own word.
    pub(crate) skip: bool,
    pub(crate) items: Vec<Item>,
}

impl SchemarsAttrs {
    pub(crate) fn read(attrs: &[Attribute], ctxt: &mut Ctxt) -> Self {
        let items = items(attrs, "schemars");
        Self {
            with: parsed(&items, "with", ctxt),
            schema_with: parsed(&items, "schema_with", ctxt),
            bound: bound(&items, Direction::Encode, ctxt),
            skip: find(&items, &["skip", "skip_serializing"]).is_some(),
            items,
        }
    }

    /// Whether the schema is said to be another than that of the Rust type.
    pub(crate) fn overrides(&self) -> bool {
        self.says_all() || self.skip
    }

    /// Whether a type or a function says what the schema is.
    pub(crate) fn says_all(&self) -> bool {
        self.with.is_some() || self.schema_with.is_some()
    }

    /// Refuses what has no effect in this place, and what schemars would refuse of a copy that the user does not see.
    pub(crate) fn check(&self, place: Described, ctxt: &mut Ctxt) {
        // `!key` takes back what serde is told.
        let is_key = |item: &&Item| !item.tokens.to_string().starts_with('!');
        for item in self.items.iter().filter(is_key).filter(|item| !place.knows(&item.name)) {
            let known = || TYPE.iter().chain(FIELD).chain(ELSEWHERE).copied();
            let name = &item.name;
            if known().any(|key| key == name) {
                ctxt.error(item.span, format!("schemars attribute `{name}` has no effect: {}", place.why(name)));
                continue;
            }
            let here = TYPE.iter().chain(FIELD).copied().filter(|key| place.knows(key));
            let hint = nearest(name, here).or_else(|| nearest(name, known()));
            let hint = hint.map_or_else(String::new, |nearest| format!(", did you mean `{nearest}`?"));
            let name = if name.is_empty() { item.tokens.to_string() } else { name.clone() };
            ctxt.error(item.span, format!("unknown schemars attribute `{name}`{hint}"));
        }
    }

    /// Takes the word of `#[sse(wire = "..")]`.
    pub(crate) fn describe_as(&mut self, ty: Type) {
        self.with = Some(ty);
    }

    /// All items but those of these names.
    pub(crate) fn without(&self, names: &[&str]) -> Vec<&TokenStream> {
        self.items.iter().filter(|item| !names.contains(&item.name.as_str())).map(|item| &item.tokens).collect()
    }
}
