//! From the checked tree to the implementations.

mod bound;
mod event;
mod schema;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::Path;
use syn::ext::IdentExt as _;

use crate::ast::{Container, Variant};
use crate::attr::ContainerAttrs;

/// All that is generated for one enum.
pub(crate) fn expand(container: &Container<'_>) -> TokenStream {
    let event = event::expand(container);
    let schema = (!container.attrs.no_schema).then(|| schema::expand(container));
    quote!(#event #schema)
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

/// The name of a hidden item.
fn hidden_ident(container: &Container<'_>, variant: Option<&Variant<'_>>, suffix: &str) -> syn::Ident {
    let variant = variant.map(|variant| variant.ident.unraw().to_string()).unwrap_or_default();
    format_ident!("__{}{variant}{suffix}", container.ident.unraw())
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    /// What the macro makes of an enum without errors.
    fn expand(input: syn::DeriveInput) -> String {
        let expanded = crate::derive(input).to_string();
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
    fn only_the_given_path_leads_to_the_crate() {
        let expanded = expand(parse_quote!(
            #[sse(crate = "::renamed")]
            enum Feed<T> {
                Tick(T),
                Struct {
                    a: T,
                },
                #[sse(text)]
                Text(T),
            }
        ));
        assert!(!expanded.contains("sse_core"), "{expanded}");
    }

    #[test]
    fn a_plain_newtype_needs_no_copy_of_the_enum() {
        let expanded = expand(parse_quote!(
            enum Feed {
                Tick(Tick),
            }
        ));
        assert!(!expanded.contains("remote"), "{expanded}");
    }
}
