//! `impl SseSchema`, for builds with the feature `schema` of sse-core.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote};

use super::fields::{HiddenStruct, Shape};
use super::{bound, hidden, hidden_ident, private_path};
use crate::ast::{Container, Field, Payload, Style, Variant};
use crate::attr::verbatim;
use crate::receiver::without_self;

pub(super) fn expand(container: &Container<'_>) -> TokenStream {
    let ident = &container.ident;
    let krate = &container.attrs.krate;
    let (impl_generics, arguments, _) = container.generics.split_for_impl();
    let mut bounds = bound::event(container);
    bounds.extend(bound::schema(container));
    let where_clause = bound::where_clause(container.generics, &bounds);

    let name = container.stream_name();
    let description = container.description.iter();
    let mut types = TokenStream::new();
    let mut events = Vec::new();
    for variant in container.variants.iter().filter(|variant| !variant.is_skipped()) {
        events.push(event(container, variant, &mut types));
    }

    let described = container.variants.iter().flat_map(described);
    let items = hidden(
        container,
        // The implementation comes first: what it says of a payload without a schema is clearer than what follows.
        &quote! {
            #[automatically_derived]
            impl #impl_generics __sse::SseSchema for #ident #arguments #where_clause {
                fn stream_name() -> __sse::alloc::borrow::Cow<'static, str> {
                    __sse::alloc::borrow::Cow::Borrowed(#name)
                }

                #(
                    fn description() -> __sse::core::option::Option<&'static str> {
                        __sse::core::option::Option::Some(#description)
                    }
                )*

                fn events(
                    __generator: &mut __sse::schemars::SchemaGenerator,
                ) -> __sse::alloc::vec::Vec<__sse::EventSchema> {
                    let _ = &__generator;
                    #(__sse::described::<#described, _>();)*
                    __sse::alloc::vec![#(#events),*]
                }
            }

            #types
        },
    );
    quote!(#krate::__if_schema! { #items })
}

/// The types from whose schemas that of the payload is made.
fn described<'v>(variant: &'v Variant<'_>) -> impl Iterator<Item = &'v TokenStream> {
    let is_json = matches!(variant.payload(), Payload::Inner(_) | Payload::Content);
    let fields = variant.payload_fields().filter(|field| !field.schemars.overrides()).map(|field| &field.ty);
    fields.filter(move |_| is_json && !variant.schemars.overrides())
}

/// An expression of one `EventSchema`; what types its payload needs are added to `types`.
fn event(container: &Container<'_>, variant: &Variant<'_>, types: &mut TokenStream) -> TokenStream {
    let payload = match variant.payload() {
        Payload::Skipped | Payload::Empty => quote!(Empty),
        Payload::Text(_) => quote!(Text),
        Payload::Inner(_) | Payload::Content => {
            let schema = json(container, variant, types);
            quote!(Json(#schema))
        }
    };
    let name = &variant.name;
    let ident = syn::ext::IdentExt::unraw(&variant.ident).to_string();
    let mut calls = TokenStream::new();
    if let Some(description) = &variant.description {
        calls.extend(quote!(.description(#description)));
    }
    if variant.deprecated {
        calls.extend(quote!(.deprecated()));
    }
    if variant.id().is_some() {
        calls.extend(quote!(.id()));
    }
    if let Some((millis, _)) = variant.attrs.retry {
        calls.extend(quote!(.retry(#millis)));
    }
    if variant.attrs.terminal.is_some() {
        calls.extend(quote!(.terminal()));
    }
    quote!(__sse::EventSchema::new(#name, #ident, __sse::PayloadSchema::#payload) #calls)
}

/// An expression of the schema of a JSON payload.
fn json(container: &Container<'_>, variant: &Variant<'_>, types: &mut TokenStream) -> TokenStream {
    let schemars = &variant.schemars;
    if let Some(function) = &schemars.schema_with {
        return quote!(#function(__generator));
    }
    if let Some(ty) = &schemars.with {
        return quote!(__generator.subschema_for::<#ty>());
    }
    // A newtype is its inner type, unless more is said about it than which schema it has.
    if let (Style::Tuple, [only]) = (variant.style, variant.fields.as_slice())
        && schemars.without(&["rename"]).is_empty()
        && only.schemars.without(&["with", "schema_with"]).is_empty()
    {
        return match (&only.schemars.schema_with, &only.schemars.with) {
            (Some(function), _) => quote!(#function(__generator)),
            (None, Some(ty)) => quote!(__generator.subschema_for::<#ty>()),
            (None, None) => {
                let ty = &only.ty;
                quote!(__generator.subschema_for::<#ty>())
            }
        };
    }
    let ty = data(container, variant, types);
    quote!(__generator.subschema_for::<#ty>())
}

/// A type with the fields of the payload, from which schemars' derive makes the schema; returns how to name it.
///
/// Nothing reads the fields. `repr(C)` keeps the compiler from saying so: for all it knows, C does.
fn data(container: &Container<'_>, variant: &Variant<'_>, types: &mut TokenStream) -> TokenStream {
    let krate = &container.attrs.krate;
    let generics = container.generics;
    let receiver = container.receiver();
    let ident = hidden_ident(container, Some(variant), "Data");
    let name = format!("{}{}Data", container.stream_name(), syn::ext::IdentExt::unraw(&variant.ident));

    let fields = variant.fields.iter().filter_map(|field| data_field(variant, field)).collect();
    let shape = Shape::of(variant);
    let HiddenStruct { item, is_generic, transparent } = HiddenStruct::new(container, variant, &ident, shape, fields);

    let schemars = private_path(krate, "schemars");
    let bounds = bound::schema_of(container, variant);
    let bound = is_generic.then(|| quote!(#(#bounds),*).to_string()).into_iter();
    let rename_all = variant.serde.rename_all.as_ref().or(container.serde.rename_all_fields.as_ref()).into_iter();
    let deny_unknown_fields = container.serde.deny_unknown_fields.then(|| quote!(deny_unknown_fields,));
    let described = variant.schemars.without(&["bound", "rename"]);
    let (impl_generics, arguments, _) = generics.split_for_impl();
    let impl_generics = is_generic.then(|| without_self(impl_generics.to_token_stream(), &receiver));
    let arguments = is_generic.then_some(arguments);
    let impl_where = is_generic.then(|| without_self(bound::where_clause(generics, &bounds), &receiver));
    types.extend(quote! {
        #[derive(__sse::schemars::JsonSchema)]
        #[repr(C)]
        #[serde(#(rename_all = #rename_all,)* #deny_unknown_fields #transparent)]
        #[schemars(crate = #schemars, #(bound = #bound,)* #(#described),*)]
        #item

        #[automatically_derived]
        impl #impl_generics __sse::PayloadFields for #ident #arguments #impl_where {
            const NAME: &'static str = #name;
        }
    });
    quote!(__sse::NamedPayload<#ident #arguments>)
}

/// A field of that type; none if it is not in the payload.
fn data_field(variant: &Variant<'_>, field: &Field<'_>) -> Option<TokenStream> {
    let Field { syn, name, ty, serde, .. } = field;
    if !field.is_payload() {
        // A tuple keeps its length, or a pair would turn into a newtype.
        return (variant.style == Style::Tuple).then(|| {
            quote!(
                #[serde(skip)]
                ()
            )
        });
    }
    let attrs = verbatim(&syn.attrs, &["doc", "deprecated", "schemars"]);
    let described = &serde.described;
    let name = name.iter();
    Some(quote!(#attrs #(#[serde(#described)])* #(#name:)* #ty))
}
