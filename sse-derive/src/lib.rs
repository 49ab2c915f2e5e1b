//! The derive macros of `sse-core`. Use them through that crate, which re-exports each beside the trait of the same name:
//! `use sse_core::{SseDecode, SseEvent};`

#![doc(test(attr(deny(warnings), allow(dead_code, unused_variables))))]

mod ast;
mod attr;
mod case;
mod check;
mod ctxt;
mod direction;
mod expand;
mod fallback;
mod receiver;
mod ty;

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::spanned::Spanned as _;
use syn::{Data, DeriveInput};

use crate::ast::Container;
use crate::attr::ContainerAttrs;
use crate::ctxt::Ctxt;
use crate::direction::Direction;

#[doc = include_str!("derive.md")]
#[proc_macro_derive(SseEvent, attributes(sse, serde, schemars))]
pub fn derive_sse_event(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    match syn::parse(input) {
        Ok(input) => derive(input, Direction::Encode).into(),
        Err(error) => error.into_compile_error().into(),
    }
}

#[doc = include_str!("decode.md")]
#[proc_macro_derive(SseDecode, attributes(sse, serde, schemars))]
pub fn derive_sse_decode(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    match syn::parse(input) {
        Ok(input) => derive(input, Direction::Decode).into(),
        Err(error) => error.into_compile_error().into(),
    }
}

fn derive(mut input: DeriveInput, direction: Direction) -> TokenStream {
    receiver::name_in_attributes(&mut input);
    let input = &input;
    let mut ctxt = Ctxt::default();
    let expanded = match &input.data {
        Data::Enum(data) => {
            let container = Container::read(input, data, direction, &mut ctxt);
            check::check(&container, &mut ctxt);
            Some(container)
        }
        Data::Struct(data) => {
            not_an_enum(input, direction, data.struct_token.span(), &mut ctxt);
            None
        }
        Data::Union(data) => {
            not_an_enum(input, direction, data.union_token.span(), &mut ctxt);
            None
        }
    };
    match (ctxt.into_compile_errors(), expanded) {
        (None, Some(container)) => expand::expand(&container),
        (errors, _) => {
            // The errors in them are among those collected.
            let attrs = ContainerAttrs::read(&input.attrs, &mut Ctxt::default());
            let fallback = fallback::expand(input, direction, &attrs);
            quote!(#errors #fallback)
        }
    }
}

fn not_an_enum(input: &DeriveInput, direction: Direction, span: Span, ctxt: &mut Ctxt) {
    let ident = &input.ident;
    let derive = direction.derive();
    ctxt.error(
        span,
        format!(
            "`#[derive({derive})]` is for an enum, each variant of which is one event: put this type into a variant, such \
             as `enum Feed {{ {ident}({ident}) }}`"
        ),
    );
    // Its attributes are the user's to mend, too.
    ContainerAttrs::read(&input.attrs, ctxt);
}
