//! What is asked of type parameters: as serde does it, each one that the type of a written field mentions.

use std::collections::HashSet;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Generics, Path};

use super::private_path;
use crate::ast::{Container, Field, Payload, Variant};
use crate::direction::Direction;
use crate::ty::params;

/// The bounds under which the enum is an event: on payloads, texts and ids.
pub(super) fn event(container: &Container<'_>) -> Vec<TokenStream> {
    let mut bounds = json(container);
    for variant in container.variants.iter().filter(|variant| !variant.is_skipped()) {
        let mut ask = |field: &Field<'_>, bound: TokenStream| bounds.extend(asked(container, variant, field, &bound));
        match variant.payload() {
            Payload::Text(field) => ask(field, quote!(__sse::core::fmt::Display)),
            Payload::Bytes(field) => ask(field, quote!(__sse::core::convert::AsRef<[__sse::core::primitive::u8]>)),
            Payload::Flattened(field) => ask(field, quote!(__sse::SseEvent)),
            _ => {}
        }
        if let Some(id) = variant.id() {
            ask(id, quote!(__sse::core::fmt::Display));
        }
    }
    unique(bounds)
}

/// The bounds under which an event can be decoded: on payloads, texts and ids, and on what is in none of them.
pub(super) fn decode(container: &Container<'_>) -> Vec<TokenStream> {
    let krate = &container.attrs.krate;
    let from_str = path(krate, "core::str::FromStr");
    let display = path(krate, "core::fmt::Display");
    let mut bounds = json(container);
    for variant in container.variants.iter().filter(|variant| !variant.is_skipped()) {
        let mut ask = |field: &Field<'_>, bound: &TokenStream| bounds.extend(asked(container, variant, field, bound));
        let text = quote!(#from_str<Err: #display>);
        match variant.payload() {
            Payload::Text(field) => ask(field, &text),
            Payload::Bytes(field) => {
                let vec = path(krate, "alloc::vec::Vec");
                let try_from = path(krate, "core::convert::TryFrom");
                let byte = path(krate, "core::primitive::u8");
                ask(field, &quote!(#try_from<#vec<#byte>>));
            }
            Payload::Flattened(field) => ask(field, &path(krate, "SseDecode")),
            Payload::Other => variant.fields.iter().for_each(|field| ask(field, &text)),
            _ => {}
        }
        if let Some(id) = variant.id().filter(|field| !field.is_payload()) {
            ask(id, &text);
        }
    }
    bounds.extend(default(container));
    unique(bounds)
}

/// What is asked of a field that is not JSON: the bound on its parameters, or what the user says instead.
fn asked(container: &Container<'_>, variant: &Variant<'_>, field: &Field<'_>, bound: &TokenStream) -> Vec<TokenStream> {
    let [of_container, of_variant, of_field] = [&container.serde.bound, &variant.serde.bound, &field.serde.bound];
    if of_container.is_some() || of_variant.is_some() || of_field.is_some() {
        // That of the type is asked of all.
        return of_variant.iter().chain(of_field).flatten().map(ToTokens::to_token_stream).collect();
    }
    let params = params(container.generics, field.ty.clone());
    params.iter().map(|param| quote!(#param: #bound)).collect()
}

/// The bounds under which fields that are not received have a value, as serde finds them.
fn default(container: &Container<'_>) -> Vec<TokenStream> {
    let default = path(&container.attrs.krate, "core::default::Default");
    if container.serde.bound.is_some() {
        return Vec::new();
    }
    let variants = container.variants.iter().filter(|variant| !variant.is_skipped());
    let fields = variants.flat_map(|variant| &variant.fields).filter(|field| {
        let is_left_out = !field.is_payload() && field.attrs.id.is_none() && field.serde.default_path.is_none();
        field.serde.default || is_left_out
    });
    let params = fields.flat_map(|field| params(container.generics, field.ty.clone()));
    params.map(|param| quote!(#param: #default)).collect()
}

/// The bounds under which the payloads serialize, or deserialize. They are told to serde's derive, which would find
/// others.
pub(super) fn json(container: &Container<'_>) -> Vec<TokenStream> {
    let serde = path(
        &container.attrs.krate,
        match container.direction {
            Direction::Encode => "serde::Serialize",
            Direction::Decode => "serde::de::DeserializeOwned",
        },
    );
    let mut bounds = Vec::new();
    for predicate in container.serde.bound.iter().flatten() {
        bounds.push(predicate.to_token_stream());
    }
    for (variant, field) in json_fields(container) {
        let of_field = field.serde.bound.iter().flatten();
        bounds.extend(of_field.map(ToTokens::to_token_stream));
        let explicit = container.serde.bound.is_some() || variant.serde.bound.is_some() || field.serde.bound.is_some();
        if !explicit && field.serde.with.is_none() && variant.serde.with.is_none() {
            let params = params(container.generics, field.ty.clone());
            bounds.extend(params.iter().map(|param| quote!(#param: #serde)));
        }
    }
    for variant in json_variants(container) {
        bounds.extend(variant.serde.bound.iter().flatten().map(ToTokens::to_token_stream));
    }
    unique(bounds)
}

/// The bounds under which all payloads have a schema.
pub(super) fn schema(container: &Container<'_>) -> Vec<TokenStream> {
    let json_schema = json_variants(container).flat_map(|variant| schema_of(container, variant));
    let flattened = container.variants.iter().filter_map(|variant| match variant.payload() {
        Payload::Flattened(field) if container.schemars.bound.is_none() => Some(field),
        _ => None,
    });
    let sse_schema = path(&container.attrs.krate, "SseSchema");
    let params = flattened.flat_map(|field| params(container.generics, field.ty.clone()));
    let described = path(&container.attrs.krate, "schemars::JsonSchema");
    let naming = container.naming_params().into_iter().map(|param| quote!(#param: #described));
    let explicit = container.schemars.bound.iter().flatten().map(ToTokens::to_token_stream);
    unique(explicit.chain(json_schema).chain(params.map(|param| quote!(#param: #sse_schema))).chain(naming).collect())
}

/// The bounds under which the payload of this variant has a schema.
pub(super) fn schema_of(container: &Container<'_>, variant: &Variant<'_>) -> Vec<TokenStream> {
    if let Some(bound) = &container.schemars.bound {
        return bound.iter().map(ToTokens::to_token_stream).collect();
    }
    let json_schema = path(&container.attrs.krate, "schemars::JsonSchema");
    let mut types = Vec::new();
    if variant.schemars.overrides() {
        types.extend(variant.schemars.with.as_ref().map(ToTokens::to_token_stream));
    } else {
        for field in variant.payload_fields() {
            match &field.schemars.with {
                Some(with) => types.push(with.to_token_stream()),
                None if !field.schemars.overrides() => types.push(field.ty.clone()),
                None => {}
            }
        }
    }
    let params = types.into_iter().flat_map(|ty| params(container.generics, ty));
    let naming = container.naming_params().into_iter().map(ToTokens::to_token_stream);
    unique(params.chain(naming).map(|param| quote!(#param: #json_schema)).collect())
}

/// The enum's own where clause and the given bounds.
pub(super) fn where_clause(generics: &Generics, bounds: &[TokenStream]) -> TokenStream {
    let own = generics.where_clause.iter().flat_map(|clause| &clause.predicates);
    if bounds.is_empty() && generics.where_clause.is_none() {
        return TokenStream::new();
    }
    quote!(where #(#own,)* #(#bounds,)*)
}

fn json_variants<'c, 'a>(container: &'c Container<'a>) -> impl Iterator<Item = &'c Variant<'a>> {
    container.variants.iter().filter(|variant| matches!(variant.payload(), Payload::Inner(_) | Payload::Content))
}

fn json_fields<'c, 'a>(container: &'c Container<'a>) -> impl Iterator<Item = (&'c Variant<'a>, &'c Field<'a>)> {
    json_variants(container).flat_map(|variant| variant.payload_fields().map(move |field| (variant, field)))
}

/// A path of `__private` in full: bounds also stand in strings, where `__sse` is not in scope.
fn path(krate: &Path, item: &str) -> TokenStream {
    private_path(krate, item).parse().unwrap_or_default()
}

fn unique(bounds: Vec<TokenStream>) -> Vec<TokenStream> {
    let mut seen = HashSet::new();
    bounds.into_iter().filter(|bound| seen.insert(bound.to_string())).collect()
}
