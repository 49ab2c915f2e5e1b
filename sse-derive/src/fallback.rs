//! A stub beside the errors, so that the uses of the type do not fail as well and hide them.

use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

use crate::attr::ContainerAttrs;
use crate::direction::Direction;

/// Implements the traits so that they type-check. The code is never run: it stands beside an error.
pub(crate) fn expand(input: &DeriveInput, direction: Direction, attrs: &ContainerAttrs) -> TokenStream {
    match direction {
        Direction::Encode => event(input, attrs),
        Direction::Decode => decode(input, attrs),
    }
}

fn decode(input: &DeriveInput, attrs: &ContainerAttrs) -> TokenStream {
    let ident = &input.ident;
    let (impl_generics, arguments, where_clause) = input.generics.split_for_impl();
    let krate = &attrs.krate;
    let private = quote!(#krate::__private);
    quote! {
        #[automatically_derived]
        impl #impl_generics #private::SseDecode for #ident #arguments #where_clause {
            fn decode(
                _: #private::EventRef<'_>,
            ) -> #private::core::result::Result<#private::core::option::Option<Self>, #private::DecodeError> {
                #private::core::unimplemented!()
            }
        }
    }
}

fn event(input: &DeriveInput, attrs: &ContainerAttrs) -> TokenStream {
    let ident = &input.ident;
    let (impl_generics, arguments, where_clause) = input.generics.split_for_impl();
    let krate = &attrs.krate;
    let private = quote!(#krate::__private);
    let schema = (!attrs.no_schema).then(|| {
        quote! {
            #krate::__if_schema! {
                #[automatically_derived]
                impl #impl_generics #private::SseSchema for #ident #arguments #where_clause {
                    fn stream_name() -> #private::alloc::borrow::Cow<'static, str> {
                        #private::core::unimplemented!()
                    }
                    fn events(
                        _: &mut #private::schemars::SchemaGenerator,
                    ) -> #private::alloc::vec::Vec<#private::EventSchema> {
                        #private::core::unimplemented!()
                    }
                }
            }
        }
    });
    quote! {
        #[automatically_derived]
        impl #impl_generics #private::SseEvent for #ident #arguments #where_clause {
            fn fields(
                &self,
            ) -> #private::core::result::Result<#private::EventFields, #private::EncodeError> {
                #private::core::unimplemented!()
            }
            fn write_data(
                &self,
                _: &mut #private::DataSink<'_>,
            ) -> #private::core::result::Result<(), #private::EncodeError> {
                #private::core::unimplemented!()
            }
        }
        #schema
    }
}
