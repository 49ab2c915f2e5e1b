//! Hidden structs that stand for the fields of a variant, for derives that know no variants.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens as _, format_ident, quote};

use super::bound;
use crate::ast::{Container, Style, Variant};
use crate::receiver::without_self;
use crate::ty;

/// A struct with fields of a variant.
pub(super) struct HiddenStruct {
    /// The struct, without attributes.
    pub(super) item: TokenStream,
    /// Whether it has the parameters of the enum.
    pub(super) is_generic: bool,
    /// `transparent,` where a marker would make a tuple of a newtype.
    pub(super) transparent: Option<TokenStream>,
}

/// How the fields are laid out.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Named,
    Tuple,
    Newtype,
}

impl Shape {
    pub(super) fn of(variant: &Variant<'_>) -> Self {
        match (variant.style, variant.fields.len()) {
            (Style::Struct, _) => Self::Named,
            (Style::Tuple, 1) => Self::Newtype,
            (Style::Unit | Style::Tuple, _) => Self::Tuple,
        }
    }
}

/// The parameters of a hidden type.
pub(super) struct HiddenGenerics {
    /// Whether it has the parameters of the user's type.
    pub(super) is_generic: bool,
    pub(super) params: Option<TokenStream>,
    pub(super) where_clause: Option<TokenStream>,
    receiver: TokenStream,
}

impl HiddenGenerics {
    /// A type must use each of its parameters. As soon as a field mentions one, all are taken, because the bounds of one
    /// may mention others, and a marker uses those that no field does.
    pub(super) fn new(container: &Container<'_>, variant: &Variant<'_>) -> Self {
        let generics = container.generics;
        let receiver = container.receiver();
        let mentioned = variant.fields.iter().any(|field| ty::mentions_any(generics, field.ty.clone()));
        let is_generic = mentioned || !container.naming_params().is_empty();
        Self {
            is_generic,
            params: is_generic.then(|| without_self(generics.to_token_stream(), &receiver)),
            where_clause: is_generic.then(|| without_self(bound::where_clause(generics, &[]), &receiver)),
            receiver,
        }
    }

    /// The type of a field that uses all parameters.
    pub(super) fn marker(&self) -> TokenStream {
        let receiver = &self.receiver;
        quote!(__sse::core::marker::PhantomData<#receiver>)
    }
}

/// A name that no field of the variant has.
pub(super) fn unused_name(variant: &Variant<'_>, name: &str) -> Ident {
    let mut name = name.to_owned();
    while variant.fields.iter().filter_map(|field| field.name.as_ref()).any(|field| *field == name) {
        name.push('_');
    }
    format_ident!("{name}")
}

impl HiddenStruct {
    /// Makes a struct with these fields. What derives of it reads serde's attributes.
    pub(super) fn new(
        container: &Container<'_>,
        variant: &Variant<'_>,
        ident: &Ident,
        shape: Shape,
        mut fields: Vec<TokenStream>,
    ) -> Self {
        let generics = HiddenGenerics::new(container, variant);
        let is_generic = generics.is_generic;
        let mut transparent = None;
        if is_generic {
            let marker = generics.marker();
            fields.push(match shape {
                Shape::Named => {
                    let name = unused_name(variant, "__marker");
                    quote!(#[serde(skip)] #name: #marker)
                }
                Shape::Tuple | Shape::Newtype => quote!(#[serde(skip)] #marker),
            });
            transparent = (shape == Shape::Newtype).then(|| quote!(transparent,));
        }
        let HiddenGenerics { params, where_clause, .. } = generics;
        let body = match shape {
            Shape::Named => quote!(#where_clause { #(#fields),* }),
            Shape::Tuple | Shape::Newtype => quote!((#(#fields),*) #where_clause;),
        };
        Self { item: quote!(struct #ident #params #body), is_generic, transparent }
    }
}
