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
mod name;
mod receiver;
mod ty;

use proc_macro2::TokenStream;
use quote::quote;
use syn::spanned::Spanned as _;
use syn::{Data, DeriveInput};

use crate::ast::Container;
use crate::attr::read_enum;
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
    let container = match &input.data {
        Data::Enum(data) => Some(Container::of_enum(input, data, direction, &mut ctxt)),
        Data::Struct(data) => Some(Container::of_struct(input, data, direction, &mut ctxt)),
        Data::Union(data) => {
            ctxt.error(
                data.union_token.span(),
                format!(
                    "`#[derive({})]` is for an enum, each variant of which is one event, or for a struct, which is one",
                    direction.derive()
                ),
            );
            // Its attributes are the user's to mend, too.
            read_enum(&input.attrs, &mut ctxt);
            None
        }
    };
    if let Some(container) = &container {
        check::check(container, &mut ctxt);
    }
    match (ctxt.into_compile_errors(), container) {
        (None, Some(container)) => expand::expand(&container),
        (errors, container) => {
            // The errors in them are among those collected.
            let attrs = container.map_or_else(|| read_enum(&input.attrs, &mut Ctxt::default()), |read| read.attrs);
            let fallback = fallback::expand(input, direction, &attrs);
            quote!(#errors #fallback)
        }
    }
}
