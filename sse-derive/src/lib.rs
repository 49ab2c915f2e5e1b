//! The derive macro of `sse-core`. Use it through that crate, which re-exports it beside the trait of the same name:
//! `use sse_core::SseEvent;`

#![doc(test(attr(deny(warnings), allow(dead_code, unused_variables))))]

mod ast;
mod attr;
mod case;
mod check;
mod ctxt;
mod expand;
mod fallback;
mod receiver;

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::spanned::Spanned as _;
use syn::{Data, DeriveInput};

use crate::ast::Container;
use crate::attr::ContainerAttrs;
use crate::ctxt::Ctxt;

#[doc = include_str!("derive.md")]
#[proc_macro_derive(SseEvent, attributes(sse, serde, schemars))]
pub fn derive_sse_event(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    match syn::parse(input) {
        Ok(input) => derive(input).into(),
        Err(error) => error.into_compile_error().into(),
    }
}

fn derive(mut input: DeriveInput) -> TokenStream {
    receiver::name_in_attributes(&mut input);
    let input = &input;
    let mut ctxt = Ctxt::default();
    let expanded = match &input.data {
        Data::Enum(data) => {
            let container = Container::read(input, data, &mut ctxt);
            check::check(&container, &mut ctxt);
            Some(container)
        }
        Data::Struct(data) => {
            not_an_enum(input, data.struct_token.span(), &mut ctxt);
            None
        }
        Data::Union(data) => {
            not_an_enum(input, data.union_token.span(), &mut ctxt);
            None
        }
    };
    match (ctxt.into_compile_errors(), expanded) {
        (None, Some(container)) => expand::expand(&container),
        (errors, _) => {
            // The errors in them are among those collected.
            let attrs = ContainerAttrs::read(&input.attrs, &mut Ctxt::default());
            let fallback = fallback::expand(input, &attrs.krate, attrs.no_schema);
            quote!(#errors #fallback)
        }
    }
}

fn not_an_enum(input: &DeriveInput, span: Span, ctxt: &mut Ctxt) {
    let ident = &input.ident;
    ctxt.error(
        span,
        format!(
            "`#[derive(SseEvent)]` is for an enum, each variant of which is one event: put this type into a variant, such \
             as `enum Feed {{ {ident}({ident}) }}`"
        ),
    );
    // Its attributes are the user's to mend, too.
    ContainerAttrs::read(&input.attrs, ctxt);
}
