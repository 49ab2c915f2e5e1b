//! What is asked of type parameters: as serde does it, each one that the type of a written field mentions.

use std::collections::HashSet;

use proc_macro2::{Ident, Spacing, TokenStream, TokenTree};
use quote::{ToTokens as _, quote};
use syn::{Generics, Path};

use super::private_path;
use crate::ast::{Container, Field, Payload, Variant};

/// The bounds under which the enum is an event: on payloads, texts and ids.
pub(super) fn event(container: &Container<'_>) -> Vec<TokenStream> {
    let mut bounds = serialize(container);
    for variant in container.variants.iter().filter(|variant| !variant.is_skipped()) {
        let text = match variant.payload() {
            Payload::Text(field) => Some(field),
            _ => None,
        };
        for field in text.into_iter().chain(variant.id()) {
            let params = params(container.generics, field.ty.clone());
            bounds.extend(params.iter().map(|param| quote!(#param: __sse::core::fmt::Display)));
        }
    }
    unique(bounds)
}

/// The bounds under which the payloads serialize. They are told to serde's derive, which would find others.
pub(super) fn serialize(container: &Container<'_>) -> Vec<TokenStream> {
    let serialize = path(&container.attrs.krate, "serde::Serialize");
    let mut bounds = Vec::new();
    for predicate in container.serde.bound.iter().flatten() {
        bounds.push(predicate.to_token_stream());
    }
    for (variant, field) in json_fields(container) {
        let of_field = field.serde.bound.iter().flatten();
        bounds.extend(of_field.map(quote::ToTokens::to_token_stream));
        let explicit = container.serde.bound.is_some() || variant.serde.bound.is_some() || field.serde.bound.is_some();
        if !explicit && field.serde.with.is_none() && variant.serde.with.is_none() {
            let params = params(container.generics, field.ty.clone());
            bounds.extend(params.iter().map(|param| quote!(#param: #serialize)));
        }
    }
    for variant in json_variants(container) {
        bounds.extend(variant.serde.bound.iter().flatten().map(quote::ToTokens::to_token_stream));
    }
    unique(bounds)
}

/// The bounds under which all payloads have a schema.
pub(super) fn schema(container: &Container<'_>) -> Vec<TokenStream> {
    unique(json_variants(container).flat_map(|variant| schema_of(container, variant)).collect())
}

/// The bounds under which the payload of this variant has a schema.
pub(super) fn schema_of(container: &Container<'_>, variant: &Variant<'_>) -> Vec<TokenStream> {
    if let Some(bound) = &container.schemars.bound {
        return bound.iter().map(quote::ToTokens::to_token_stream).collect();
    }
    let json_schema = path(&container.attrs.krate, "schemars::JsonSchema");
    let mut types = Vec::new();
    if variant.schemars.overrides() {
        types.extend(variant.schemars.with.as_ref().map(quote::ToTokens::to_token_stream));
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
    unique(params.map(|param| quote!(#param: #json_schema)).collect())
}

/// The enum's own where clause and the given bounds.
pub(super) fn where_clause(generics: &Generics, bounds: &[TokenStream]) -> TokenStream {
    let own = generics.where_clause.iter().flat_map(|clause| &clause.predicates);
    if bounds.is_empty() && generics.where_clause.is_none() {
        return TokenStream::new();
    }
    quote!(where #(#own,)* #(#bounds,)*)
}

/// Whether the tokens mention any of the enum's parameters, lifetimes and constants included.
pub(super) fn mentions_any(generics: &Generics, tokens: TokenStream) -> bool {
    let names: Vec<&Ident> = generics
        .params
        .iter()
        .map(|param| match param {
            syn::GenericParam::Lifetime(param) => &param.lifetime.ident,
            syn::GenericParam::Type(param) => &param.ident,
            syn::GenericParam::Const(param) => &param.ident,
        })
        .collect();
    mentions(tokens, &names)
}

fn mentions(tokens: TokenStream, names: &[&Ident]) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => names.contains(&&ident),
        TokenTree::Group(group) => mentions(group.stream(), names),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
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

/// The type parameters in a type: `T`, or `T::Item` where it stands so.
fn params(generics: &Generics, ty: TokenStream) -> Vec<TokenStream> {
    let names: HashSet<String> = generics.type_params().map(|param| param.ident.to_string()).collect();
    let mut found = Vec::new();
    if !names.is_empty() {
        collect(&ty.into_iter().collect::<Vec<_>>(), &names, &mut found);
    }
    found
}

fn collect(mut tokens: &[TokenTree], names: &HashSet<String>, found: &mut Vec<TokenStream>) {
    // Whether the next name is a path's first: behind `::` it is another, and behind `'` it is a lifetime.
    let mut first = true;
    while let [token, rest @ ..] = tokens {
        tokens = rest;
        match token {
            TokenTree::Group(group) => {
                collect(&group.stream().into_iter().collect::<Vec<_>>(), names, found);
                first = true;
            }
            TokenTree::Ident(ident) if ident == "PhantomData" => tokens = behind_arguments(rest),
            TokenTree::Ident(ident) => {
                if first && names.contains(&ident.to_string()) {
                    match rest {
                        [TokenTree::Punct(a), TokenTree::Punct(b), TokenTree::Ident(item), ..]
                            if a.as_char() == ':' && b.as_char() == ':' =>
                        {
                            found.push(quote!(#ident::#item));
                        }
                        _ => found.push(quote!(#ident)),
                    }
                }
                first = true;
            }
            TokenTree::Punct(punct) => first = !matches!(punct.as_char(), ':' | '\''),
            TokenTree::Literal(_) => first = true,
        }
    }
}

/// What stands behind `<..>`. Nothing is asked of what a `PhantomData` holds.
fn behind_arguments(tokens: &[TokenTree]) -> &[TokenTree] {
    let mut depth = 0_usize;
    let mut arrow = false;
    let mut rest = tokens;
    while let [TokenTree::Punct(_) | TokenTree::Ident(_) | TokenTree::Group(_) | TokenTree::Literal(_), after @ ..] =
        rest
    {
        if let Some(TokenTree::Punct(punct)) = rest.first() {
            match punct.as_char() {
                '<' => depth = depth.saturating_add(1),
                // The `>` of `->` closes nothing.
                '>' if !arrow => depth = depth.saturating_sub(1),
                _ => {}
            }
            arrow = punct.as_char() == '-' && punct.spacing() == Spacing::Joint;
        } else {
            arrow = false;
        }
        if depth == 0 {
            // Not even an argument, or the last bracket was closed.
            return if matches!(rest.first(), Some(TokenTree::Punct(punct)) if punct.as_char() == '>') {
                after
            } else {
                rest
            };
        }
        rest = after;
    }
    rest
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::*;

    #[test]
    fn parameters_are_found_where_serde_finds_them() {
        let generics: Generics = parse_quote!(<'T, T, U, V, const N: usize>);
        for (ty, expected) in [
            ("T", "T"),
            ("Option<Vec<T>>", "T"),
            ("&'T [U; N]", "U"),
            ("(T, Box<dyn Fn(U) -> V>)", "T U V"),
            ("T::Item", "T :: Item"),
            ("other::T", ""),
            ("<T as Iterator>::Item", "T"),
            ("PhantomData<T>", ""),
            ("(PhantomData<fn(T) -> Vec<U>>, V)", "V"),
            ("std::marker::PhantomData<T>", ""),
            ("HashMap<T, PhantomData>", "T"),
        ] {
            let found = params(&generics, ty.parse().unwrap());
            let found: Vec<String> = found.iter().map(TokenStream::to_string).collect();
            assert_eq!(found.join(" "), expected, "{ty}");
        }
    }
}
