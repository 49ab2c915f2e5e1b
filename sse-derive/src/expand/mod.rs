//! From the checked tree to the implementations.

mod bound;
mod decode;
mod event;
mod fields;
mod lint;
mod names;
mod schema;

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::{format_ident, quote};
use syn::Path;
use syn::ext::IdentExt as _;

use crate::ast::{Container, Variant};
use crate::attr::ContainerAttrs;
use crate::direction::Direction;

/// All that one of the derives generates for an enum.
pub(crate) fn expand(container: &Container<'_>) -> TokenStream {
    match container.direction {
        Direction::Encode => {
            let event = event::expand(container);
            let schema = (!container.attrs.no_schema).then(|| schema::expand(container));
            let strict = (!container.attrs.no_schema).then(|| lint::strict(container));
            quote!(#event #schema #strict)
        }
        Direction::Decode => {
            let decode = decode::expand(container);
            let strict = lint::strict(container);
            quote!(#decode #strict)
        }
    }
}

/// Wraps generated items, so that their names meet no other.
///
/// What the user allows of the variants and fields is allowed of their copies. Nothing else is: it might be forbidden.
fn hidden(container: &Container<'_>, items: &TokenStream) -> TokenStream {
    let Container { allowed, attrs: ContainerAttrs { krate, .. }, .. } = container;
    quote! {
        #[doc(hidden)]
        #(#[allow(#allowed)])*
        const _: () = {
            use #krate::__private as __sse;
            #items
        };
    }
}

/// The path of an item of `__private`, for the attributes that take a path in a string.
fn private_path(krate: &Path, item: &str) -> String {
    format!("{}::__private::{item}", quote!(#krate)).replace(' ', "")
}

/// The name of a hidden item, which no other type has for one of its own: schemars tells types apart by it. So it says how
/// long the name of the type is, or `ItemAdded` of `Order` would be `Added` of `OrderItem`.
fn hidden_ident(container: &Container<'_>, variant: Option<&Variant<'_>>, suffix: &str) -> syn::Ident {
    let name = container.ident.unraw().to_string();
    match variant {
        Some(variant) => format_ident!("__{}{name}{}{suffix}", name.len(), variant.ident.unraw()),
        None => format_ident!("__{name}{suffix}"),
    }
}

/// Lets an error about the tokens point at the user's type; names still resolve as generated ones do.
fn at(span: Span, tokens: &TokenStream) -> TokenStream {
    let span = span.resolved_at(Span::call_site());
    let token = |mut token: TokenTree| {
        if let TokenTree::Group(group) = &token {
            token = Group::new(group.delimiter(), at(span, &group.stream())).into();
        }
        token.set_span(span);
        token
    };
    tokens.clone().into_iter().map(token).collect()
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::Direction;

    fn expand(input: syn::DeriveInput) -> String {
        expand_for(input, Direction::Encode)
    }

    /// What a derive makes of an enum without errors.
    fn expand_for(input: syn::DeriveInput, direction: Direction) -> String {
        let expanded = crate::derive(input, direction).to_string();
        assert!(!expanded.contains("compile_error"), "{expanded}");
        expanded
    }

    /// The features `json` and `schema` of sse-core may be off.
    #[test]
    fn unit_and_text_variants_need_no_serde() {
        let expanded = expand(parse_quote! {
            enum Log<T> {
                Started,
                #[sse(text)]
                Line { #[sse(id)] #[serde(skip)] number: u64, line: T, #[sse(retry)] wait: Duration },
                #[sse(skip)]
                Never(Unserializable),
            }
        });
        let (event, schema) = expanded.split_once("__if_schema").unwrap();
        for absent in ["serde", "json", "schemars"] {
            assert!(!event.contains(absent), "{absent} in {event}");
        }
        assert!(!schema.contains("JsonSchema"), "{schema}");
    }

    #[test]
    fn unit_and_text_variants_need_no_serde_where_they_are_received() {
        let expanded = expand_for(
            parse_quote! {
                enum Log<T> {
                    #[serde(alias = "began")]
                    Started,
                    #[sse(text)]
                    Line { #[sse(id)] #[serde(skip)] number: u64, line: T, #[sse(retry)] wait: Duration },
                    Bare(#[serde(skip)] u8),
                    #[sse(skip)]
                    Never(Undeserializable),
                }
            },
            Direction::Decode,
        );
        for absent in ["serde", "json", "schema"] {
            assert!(!expanded.contains(absent), "{absent} in {expanded}");
        }
    }

    #[test]
    fn only_the_given_path_leads_to_the_crate() {
        for direction in [Direction::Encode, Direction::Decode] {
            let input = parse_quote!(
                #[sse(crate = "::renamed")]
                enum Feed<T> {
                    Tick(T),
                    Struct {
                        a: T,
                        #[serde(skip)]
                        b: T,
                    },
                    #[sse(text)]
                    Text(T),
                }
            );
            let expanded = expand_for(input, direction);
            assert!(!expanded.contains("sse_core"), "{expanded}");
            // Nor to the standard library, which need not be there.
            assert!(!expanded.contains("std"), "{expanded}");
        }
    }

    #[test]
    fn a_plain_newtype_needs_no_copy() {
        let input: syn::DeriveInput = parse_quote!(
            enum Feed {
                Tick(Tick),
            }
        );
        assert!(!expand(input.clone()).contains("remote"));
        assert!(!expand_for(input, Direction::Decode).contains("struct"));
    }
}
