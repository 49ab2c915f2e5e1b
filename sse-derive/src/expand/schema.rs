//! `impl SseSchema`, for builds with the feature `schema` of sse-core.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens as _, format_ident, quote, quote_spanned};
use syn::Expr;
use syn::spanned::Spanned as _;

use super::fields::{HiddenStruct, Shape};
use super::{at, bound, hidden, hidden_ident, private_path};
use crate::ast::{Container, Field, Payload, Style, Variant};
use crate::attr::{ContainerAttrs, NonFinite, verbatim};
use crate::receiver::without_self;

pub(super) fn expand(container: &Container<'_>) -> TokenStream {
    let ident = &container.ident;
    let krate = &container.attrs.krate;
    let (impl_generics, arguments, _) = container.generics.split_for_impl();
    let mut bounds = bound::event(container);
    bounds.extend(bound::schema(container));
    let where_clause = bound::where_clause(container.generics, &bounds);

    let name = name(container, &container.stream_name());
    let description = container.description.iter();
    let mut types = TokenStream::new();
    let mut events = Vec::new();
    let mut examples = Vec::new();
    let mut flattens = false;
    for variant in container.variants.iter().filter(|variant| !variant.is_skipped()) {
        if let Payload::Flattened(Field { syn, member, ty, .. }) = variant.payload() {
            let path = &variant.path;
            let inner = at(syn.ty.span(), &quote!(<#ty as __sse::SseSchema>::events(__generator)));
            let Variant { description, deprecated, .. } = variant;
            let description = description.as_ref().map_or_else(
                || quote!(__sse::core::option::Option::None),
                |description| quote!(__sse::core::option::Option::Some(#description)),
            );
            events.push(quote! {
                __sse::flatten(
                    &mut __events,
                    #inner,
                    <#ty as __sse::SseSchema>::facts(),
                    #description,
                    #deprecated,
                );
            });
            let inner = quote!(<#ty as __sse::SseSchema>::examples());
            examples.push(quote!(__sse::append(&mut __examples, #inner, |__inner| #path { #member: __inner });));
            flattens = true;
        } else {
            let event = event(container, variant, &mut types);
            events.push(quote!(__events.push(#event);));
            let own = variant.attrs.examples.iter();
            examples.extend(own.map(|(expr, span)| at_example(*span, expr)));
        }
    }
    let capacity = if flattens {
        quote!(new())
    } else {
        let count = events.len();
        quote!(with_capacity(#count))
    };
    let facts = facts(container);
    let examples = (!examples.is_empty()).then(|| {
        quote! {
            fn examples() -> __sse::alloc::vec::Vec<Self> {
                let mut __examples: __sse::alloc::vec::Vec<Self> = __sse::alloc::vec::Vec::new();
                #(#examples)*
                __examples
            }
        }
    });

    // schemars' derive calls their methods; where there is no prelude, they are not in scope.
    let into = (!types.is_empty()).then(|| {
        quote!(
            use __sse::core::convert::{From as _, Into as _};
        )
    });
    let described = container.variants.iter().flat_map(described);
    let items = hidden(
        container,
        // The implementation comes first: what it says of a payload without a schema is clearer than what follows.
        &quote! {
            #[automatically_derived]
            impl #impl_generics __sse::SseSchema for #ident #arguments #where_clause {
                fn stream_name() -> __sse::alloc::borrow::Cow<'static, __sse::core::primitive::str> {
                    #name
                }

                #(
                    fn description() -> __sse::core::option::Option<&'static __sse::core::primitive::str> {
                        __sse::core::option::Option::Some(#description)
                    }
                )*

                fn events(
                    __generator: &mut __sse::schemars::SchemaGenerator,
                ) -> __sse::alloc::vec::Vec<__sse::EventSchema> {
                    let _ = &__generator;
                    #(__sse::described::<#described, _>();)*
                    let mut __events = __sse::alloc::vec::Vec::#capacity;
                    #(#events)*
                    __events
                }

                #facts
                #examples
            }

            #into
            #types
        },
    );
    quote!(#krate::__if_schema! { #items })
}

/// An expression of a name that may have parameters in braces, which stand for the names of their types.
fn name(container: &Container<'_>, name: &str) -> TokenStream {
    let params = container.naming_params();
    if params.is_empty() {
        return quote!(__sse::alloc::borrow::Cow::Borrowed(#name));
    }
    quote! {
        __sse::alloc::borrow::Cow::Owned(__sse::alloc::format!(
            #name,
            #(#params = <#params as __sse::schemars::JsonSchema>::schema_name()),*
        ))
    }
}

/// Adds an example.
fn at_example(span: Span, expr: &Expr) -> TokenStream {
    let span = span.resolved_at(Span::call_site());
    quote_spanned!(span=> __examples.push(#expr);)
}

/// What is said of the whole stream; nothing if nothing is.
fn facts(container: &Container<'_>) -> Option<TokenStream> {
    let ContainerAttrs { facts, non_finite, .. } = &container.attrs;
    let facts = facts.iter().map(|fact| format_ident!("{fact}"));
    let mut calls = quote!(#(.#facts())*);
    match non_finite {
        Some(NonFinite::Null) => calls.extend(quote!(.non_finite(__sse::NonFinite::Null))),
        Some(NonFinite::Error) => calls.extend(quote!(.non_finite(__sse::NonFinite::Error))),
        None => {}
    }
    (!calls.is_empty()).then(|| {
        quote! {
            fn facts() -> __sse::StreamFacts {
                <__sse::StreamFacts as __sse::core::default::Default>::default() #calls
            }
        }
    })
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
        Payload::Skipped | Payload::Flattened(_) | Payload::Other | Payload::Empty => quote!(Empty),
        Payload::Text(_) => quote!(Text),
        Payload::Bytes(_) => quote!(Base64),
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
    if variant.id().is_some() || variant.id_expr().is_some() {
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
        && variant.tag.is_none()
        && schemars.without(&["rename", "crate"]).is_empty()
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
    let stream = container.stream_name();
    let middle = syn::ext::IdentExt::unraw(&variant.ident).to_string();
    // A struct is called once.
    let middle = if container.is_struct() && middle == stream { "" } else { &middle };
    let name = name(container, &format!("{stream}{middle}Data"));

    let tag = variant.tag.as_ref().zip(container.tag.as_ref()).map(|((value, _), key)| (key, value));
    // Beside a tag there are names alone: the content of a newtype is merged into the object.
    let shape = if tag.is_some() { Shape::Named } else { Shape::of(variant) };
    let fields = variant.fields.iter().filter_map(|field| data_field(variant, shape, field)).collect();
    let tag = tag.map(|(key, value)| quote!(const TAG: [&'static __sse::core::primitive::str; 2] = [#key, #value];));
    let HiddenStruct { item, is_generic, transparent } = HiddenStruct::new(container, variant, &ident, shape, fields);

    let schemars = private_path(krate, "schemars");
    let bounds = bound::schema_of(container, variant);
    let bound = is_generic.then(|| quote!(#(#bounds),*).to_string()).into_iter();
    let rename_all = variant.serde.rename_all.as_ref().or(container.serde.rename_all_fields.as_ref()).into_iter();
    // What a newtype holds beside its tag is its own matter.
    let is_merged = tag.is_some() && variant.style == Style::Tuple && variant.payload_fields().next().is_some();
    let deny_unknown_fields = container.serde.deny_unknown_fields.filter(|_| !is_merged);
    let deny_unknown_fields = deny_unknown_fields.map(|_| quote!(deny_unknown_fields,));
    let described = variant.schemars.without(&["bound", "rename", "crate"]);
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
            fn name() -> __sse::alloc::borrow::Cow<'static, __sse::core::primitive::str> {
                #name
            }
            #tag
        }
    });
    quote!(__sse::NamedPayload<#ident #arguments>)
}

/// A field of that type; none if it is not in the payload.
fn data_field(variant: &Variant<'_>, shape: Shape, field: &Field<'_>) -> Option<TokenStream> {
    let Field { syn, name, ty, serde, attrs, .. } = field;
    let is_merged = shape == Shape::Named && variant.style == Style::Tuple;
    if !field.is_payload() {
        // A tuple keeps its length, or a pair would turn into a newtype.
        return (variant.style == Style::Tuple && !is_merged).then(|| {
            quote!(
                #[serde(skip)]
                ()
            )
        });
    }
    let wire = attrs.wire.as_ref().map(|(ty, _)| quote!(#ty).to_string()).into_iter();
    let attrs = verbatim(&syn.attrs, &["doc", "deprecated", "schemars"]);
    let described = &serde.described;
    let name = name.iter();
    let merged = is_merged.then(|| quote!(#[serde(flatten)] __content:));
    Some(quote!(#attrs #(#[schemars(with = #wire)])* #(#[serde(#described)])* #merged #(#name:)* #ty))
}
