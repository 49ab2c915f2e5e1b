//! A field of a variant.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens as _, format_ident};
use syn::ext::IdentExt as _;
use syn::{Index, Member};

use super::{Container, Variant, generated};
use crate::attr::{FieldAttrs, SchemarsAttrs, SerdeField};
use crate::ctxt::Ctxt;
use crate::direction::Direction;
use crate::receiver::without_self;
use crate::ty;

/// A field of a variant.
pub(crate) struct Field<'a> {
    pub(crate) syn: &'a syn::Field,
    /// None in a tuple.
    pub(crate) name: Option<Ident>,
    pub(crate) member: Member,
    /// The type, without `Self`: it also stands in types other than the enum.
    pub(crate) ty: TokenStream,
    pub(crate) attrs: FieldAttrs,
    pub(crate) serde: SerdeField,
    pub(crate) schemars: SchemarsAttrs,
}

impl<'a> Field<'a> {
    pub(super) fn read(
        index: u32,
        field: &'a syn::Field,
        direction: Direction,
        receiver: &TokenStream,
        ctxt: &mut Ctxt,
    ) -> Self {
        let mut attrs = FieldAttrs::read(&field.attrs, ctxt);
        let mut serde = SerdeField::read(&field.attrs, direction, ctxt);
        let mut schemars = SchemarsAttrs::read(&field.attrs, ctxt);
        if let Some((ty, span)) = &mut attrs.wire {
            if let Ok(named) = syn::parse2(without_self(ty.to_token_stream(), receiver)) {
                *ty = named;
            }
            if schemars.overrides() {
                ctxt.error(*span, "`wire` and schemars' attributes both say what the field looks like: remove either");
            }
            schemars.describe_as(ty.clone());
        }
        // An id that is left out in one direction alone is not missed in the other.
        serde.skip |= direction == Direction::Decode && attrs.id.is_some() && serde.one_way.is_some();
        Self {
            syn: field,
            name: field.ident.as_ref().map(generated),
            member: field.ident.as_ref().map_or_else(
                || Member::Unnamed(Index { index, span: Span::call_site() }),
                |name| Member::Named(generated(name)),
            ),
            ty: without_self(field.ty.to_token_stream(), receiver),
            attrs,
            serde,
            schemars,
        }
    }

    /// What the field is called in `#[sse(id = ..)]`: its name, or `_0` in a tuple.
    pub(crate) fn binding(&self) -> Ident {
        match (&self.syn.ident, &self.member) {
            (Some(name), _) => name.clone(),
            (None, member) => format_ident!("_{}", member),
        }
    }

    /// What the field is called in an object, and where that is said; none in a tuple, or if its own fields are there
    /// instead.
    pub(crate) fn key(&self, variant: &Variant<'_>, container: &Container<'_>) -> Option<(String, Span)> {
        let ident = self.syn.ident.as_ref().filter(|_| self.serde.flatten.is_none())?;
        let rule = variant.serde.rename_all.as_ref().or(container.serde.rename_all_fields.as_ref());
        let name = ident.unraw().to_string();
        Some(match &self.serde.rename {
            Some(rename) => (rename.value(), rename.span()),
            None => (rule.map_or_else(|| name.clone(), |rule| rule.apply(&name)), ident.span()),
        })
    }

    pub(crate) fn is_payload(&self) -> bool {
        !self.serde.skip && self.attrs.retry.is_none()
    }

    /// Whether there is a reference in the type, but for the types that only mark.
    pub(crate) fn holds_reference(&self) -> bool {
        ty::holds_reference(self.ty.clone())
    }
}
