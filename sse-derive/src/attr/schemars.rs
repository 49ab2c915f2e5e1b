//! `#[schemars(..)]`: whether the schema is another than that of the Rust type. The rest is passed on.

use proc_macro2::TokenStream;
use syn::{Attribute, Path, Type, WherePredicate};

use super::serde::{bound, find, parsed};
use super::{Item, items};
use crate::ctxt::Ctxt;
use crate::direction::Direction;

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
        self.with.is_some() || self.schema_with.is_some() || self.skip
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
