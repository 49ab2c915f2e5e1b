//! A stub beside the errors, so that the uses of the type do not fail as well and hide them.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{DeriveInput, Path};

/// Implements the traits so that they type-check. The code is never run: it stands beside an error.
pub(crate) fn expand(input: &DeriveInput, krate: &Path, no_schema: bool) -> TokenStream {
    let ident = &input.ident;
    let (impl_generics, arguments, where_clause) = input.generics.split_for_impl();
    let private = quote!(#krate::__private);
    let schema = (!no_schema).then(|| {
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
