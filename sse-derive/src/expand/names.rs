//! The names of the events, for the compiler to compare with those of flattened types.

use proc_macro2::TokenStream;
use quote::quote;
use syn::spanned::Spanned as _;

use super::{at, bound, lint};
use crate::ast::{Container, Payload};

/// `impl EventNames`, and what the compiler is to say of the names.
pub(super) fn expand(container: &Container<'_>) -> TokenStream {
    let ident = &container.ident;
    let (impl_generics, arguments, _) = container.generics.split_for_impl();
    let where_clause = bound::where_clause(container.generics, &[]);
    let mut own = Vec::new();
    let mut flattened = Vec::new();
    let mut warnings = TokenStream::new();
    let mut assertion = None;
    for variant in container.variants.iter().filter(|variant| !variant.is_skipped()) {
        if let Payload::Flattened(field) = variant.payload() {
            let ty = &field.ty;
            flattened.push(quote!(__sse::NamesOf::<#ty>::NAMES));
            // Of a generic type the names are compared when its schema is made.
            if container.generics.params.is_empty() {
                let names = quote!(<#ident as __sse::EventNames>::NAMES);
                assertion = Some(at(field.syn.ty.span(), &quote!(const _: () = __sse::assert_distinct(#names);)));
            }
        } else {
            own.push(&variant.name);
            warnings.extend(lint::name(variant));
        }
    }
    let flattened = if flattened.is_empty() {
        quote!(&[])
    } else {
        // The trait has what a type without names has.
        quote!({
            use __sse::Unnamed;
            &[<__sse::NamesOf<()> as Unnamed>::NAMES, #(#flattened),*]
        })
    };
    quote! {
        #[automatically_derived]
        impl #impl_generics __sse::EventNames for #ident #arguments #where_clause {
            const NAMES: &'static __sse::Names = &__sse::Names::new(&[#(#own),*], #flattened);
        }
        #assertion
        #warnings
    }
}
