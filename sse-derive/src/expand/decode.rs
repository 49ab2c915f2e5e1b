//! `impl SseDecode`.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::ext::IdentExt as _;
use syn::spanned::Spanned as _;

use super::fields::{HiddenGenerics, HiddenStruct, Shape, unused_name};
use super::{at, bound, hidden, hidden_ident, private_path};
use crate::ast::{Container, Field, Payload, Style, Variant};

/// What the field for the tag is called, if no other is.
const TAG: &str = "__tag";

pub(super) fn expand(container: &Container<'_>) -> TokenStream {
    let ident = &container.ident;
    let (impl_generics, arguments, _) = container.generics.split_for_impl();
    let where_clause = bound::where_clause(container.generics, &bound::decode(container));

    let mut types = TokenStream::new();
    let mut arms = TokenStream::new();
    let mut flattened = TokenStream::new();
    let mut unknown = quote!(__sse::core::option::Option::None);
    for variant in container.variants.iter().filter(|variant| !variant.is_skipped()) {
        let path = &variant.path;
        match variant.payload() {
            Payload::Flattened(Field { syn, member, ty, .. }) => {
                let inner = at(syn.ty.span(), &quote!(<#ty as __sse::SseDecode>::decode(__event)));
                flattened.extend(quote! {
                    if let __sse::core::option::Option::Some(__inner) = #inner? {
                        return __sse::core::result::Result::Ok(__sse::core::option::Option::Some(
                            #path { #member: __inner },
                        ));
                    }
                });
            }
            Payload::Other => {
                let parts = variant.fields.iter().map(part);
                unknown = quote!(__sse::core::option::Option::Some(#path { #(#parts),* }));
            }
            _ => {
                let name = &variant.name;
                let others = variant.received.iter().map(|(name, _)| name);
                let value = value(container, variant, &mut types);
                arms.extend(quote!(#name #(| #others)* => __sse::core::option::Option::Some(#value),));
            }
        }
    }
    let unknown = if flattened.is_empty() { unknown } else { quote!({ #flattened #unknown }) };
    hidden(
        container,
        &quote! {
            #[automatically_derived]
            impl #impl_generics __sse::SseDecode for #ident #arguments #where_clause {
                fn decode(
                    __event: __sse::EventRef<'_>,
                ) -> __sse::core::result::Result<__sse::core::option::Option<Self>, __sse::DecodeError> {
                    __sse::core::result::Result::Ok(match __event.name {
                        #arms
                        _ => #unknown,
                    })
                }
            }
            #types
        },
    )
}

/// A field of the variant for all other events: its name, its data or its id.
fn part(field: &Field<'_>) -> TokenStream {
    let Field { syn, name, member, .. } = field;
    let text = match name {
        Some(name) if name == "event" => quote!(__event.name),
        Some(name) if name == "id" => quote!(__event.last_event_id),
        _ => quote!(__event.data),
    };
    let part = at(syn.ty.span(), &quote!(__sse::decode_part(__event, #text)));
    quote!(#member: #part?)
}

/// An expression of the variant; what types its payload needs are added to `types`.
fn value(container: &Container<'_>, variant: &Variant<'_>, types: &mut TokenStream) -> TokenStream {
    let path = &variant.path;
    let only = |payload: &Field<'_>, read: &TokenStream| {
        let read = at(payload.syn.ty.span(), read);
        let fields = fields(variant, |field| (field.member == payload.member).then(|| read.clone()));
        quote!(#path { #fields })
    };
    match variant.payload() {
        Payload::Text(field) => only(field, &quote!(__sse::decode_text(__event)?)),
        Payload::Inner(field) => only(field, &quote!(__sse::decode_json(__event)?)),
        Payload::Bytes(field) => only(field, &quote!(__sse::decode_base64(__event)?)),
        Payload::Skipped | Payload::Flattened(_) | Payload::Other | Payload::Empty => {
            let fields = fields(variant, |_| None);
            quote!({
                __sse::decode_empty(__event)?;
                #path { #fields }
            })
        }
        Payload::Content if variant.tag.is_some() && !is_plain_object(variant) => tagged(container, variant, types),
        Payload::Content => {
            let ty = payload(container, variant, types);
            if variant.serde.function.is_some() {
                let names: Vec<_> = (0..variant.fields.len()).map(|index| format_ident!("__{index}")).collect();
                let members = variant.fields.iter().map(|field| &field.member);
                let pattern = if let [only] = &names[..] { quote!(#only) } else { quote!((#(#names),*)) };
                return quote!({
                    let #pattern = __sse::decode_json::<#ty>(__event)?.0;
                    #path { #(#members: #names),* }
                });
            }
            let fields = fields(variant, |field| {
                let member = &field.member;
                field.is_payload().then(|| quote!(__payload.#member))
            });
            let tag = variant.tag.iter().map(|(value, aliases)| {
                let tag = unused_name(variant, TAG);
                quote!(__sse::decode_tag(__event, &__payload.#tag, &[#value #(, #aliases)*])?;)
            });
            quote!({
                let __payload = __sse::decode_json::<#ty>(__event)?;
                #(#tag)*
                #path { #fields }
            })
        }
    }
}

/// Whether a tag in the payload can be read as one more field of it.
///
/// serde keeps all fields until it knows the tag, and what is kept has neither integers of 128 bits nor keys but text.
fn is_plain_object(variant: &Variant<'_>) -> bool {
    variant.style == Style::Struct && variant.fields.iter().all(|field| field.serde.flatten.is_none())
}

/// An expression of the variant, from a payload in which a tag says that it is of this variant.
///
/// An enum of this variant alone reads it, because serde has a way to read a tag and what stands beside it.
fn tagged(container: &Container<'_>, variant: &Variant<'_>, types: &mut TokenStream) -> TokenStream {
    let ident = hidden_ident(container, Some(variant), "Payload");
    let Variant { path, tag, serde, .. } = variant;
    let read: Vec<_> = variant.fields.iter().filter(|field| field.is_payload()).collect();
    let names: Vec<_> = (0..read.len()).map(|index| format_ident!("__{index}")).collect();
    let members: Vec<_> = read.iter().map(|field| &field.member).collect();
    let style = match (variant.style, &read[..]) {
        (Style::Struct, _) => Style::Struct,
        (_, []) => Style::Unit,
        _ => Style::Tuple,
    };
    let received = read.iter().filter_map(|field| payload_field(variant, field));
    let (content, pattern) = match style {
        Style::Unit => (TokenStream::new(), TokenStream::new()),
        Style::Tuple => (quote!((#(#received),*)), quote!((#(#names),*))),
        Style::Struct => (quote!({ #(#received),* }), quote!({ #(#members: #names),* })),
    };
    let bounds = bound::decode(container);
    let generics = HiddenGenerics::new(container, variant);
    let marker = generics.is_generic.then(|| {
        // Never made, so that no pattern need mention it.
        let marker = generics.marker();
        quote!(#[serde(skip)] __Marker { marker: #marker, never: __sse::core::convert::Infallible },)
    });
    let HiddenGenerics { is_generic, params, where_clause, .. } = &generics;
    let crate_path = private_path(&container.attrs.krate, "serde");
    let bound = is_generic.then(|| quote!(#(#bounds),*).to_string()).into_iter();
    let rename_all = serde.rename_all.as_ref().or(container.serde.rename_all_fields.as_ref());
    let rename_all = rename_all.filter(|_| style == Style::Struct).into_iter();
    let deny_unknown_fields = container.serde.deny_unknown_fields.map(|_| quote!(deny_unknown_fields,));
    let expecting = container.serde.expecting.iter();
    let key = &container.tag;
    let (value, aliases) = tag.iter().map(|(value, aliases)| (value, aliases.iter())).unzip::<_, _, Vec<_>, Vec<_>>();
    let aliases = aliases.into_iter().flatten();
    let (_, arguments, _) = container.generics.split_for_impl();
    let arguments = is_generic.then_some(arguments);
    types.extend(quote! {
        #[derive(__sse::serde::Deserialize)]
        #[serde(
            crate = #crate_path,
            tag = #key,
            #deny_unknown_fields
            #(bound(deserialize = #bound),)*
            #(expecting = #expecting,)*
        )]
        enum #ident #params #where_clause {
            #[serde(#(rename = #value,)* #(alias = #aliases,)* #(rename_all = #rename_all,)*)]
            Event #content,
            #marker
        }
    });
    let fields = fields(variant, |field| {
        read.iter().zip(&names).find(|(one, _)| one.member == field.member).map(|(_, name)| quote!(#name))
    });
    quote!({
        let #ident::Event #pattern = __sse::decode_json::<#ident #arguments>(__event)?;
        #path { #fields }
    })
}

/// The fields, each of what `received` says; the others are not in the payload.
fn fields(variant: &Variant<'_>, received: impl Fn(&Field<'_>) -> Option<TokenStream>) -> TokenStream {
    let field = |field| {
        let value = received(field).unwrap_or_else(|| left_out(field));
        let member = &field.member;
        quote!(#member: #value,)
    };
    variant.fields.iter().map(field).collect()
}

/// What a field is that is not in the payload.
fn left_out(field: &Field<'_>) -> TokenStream {
    let span = field.syn.ty.span();
    if field.attrs.id.is_some() {
        return at(span, &quote!(__sse::decode_id(__event)?));
    }
    match &field.serde.default_path {
        Some(path) => quote!(#path()),
        None if field.attrs.retry.is_some() => at(span, &quote!(__sse::decode_retry())),
        None => at(span, &quote!(__sse::core::default::Default::default())),
    }
}

/// A type that serde's derive makes of the payload; returns how to name it.
///
/// serde's attributes mean what serde says they mean, because it is serde that reads them.
fn payload(container: &Container<'_>, variant: &Variant<'_>, types: &mut TokenStream) -> TokenStream {
    let ident = hidden_ident(container, Some(variant), "Payload");
    let (shape, fields) = if let Some(function) = &variant.serde.function {
        let types = variant.fields.iter().map(|field| &field.ty);
        let ty = if variant.fields.len() == 1 { quote!(#(#types)*) } else { quote!((#(#types),*)) };
        (Shape::Newtype, vec![quote!(#[serde(#function)] #ty)])
    } else {
        let tag = container.tag.as_ref().filter(|_| variant.tag.is_some()).map(|key| {
            let tag = unused_name(variant, TAG);
            quote!(#[serde(rename = #key)] #tag: __sse::alloc::string::String)
        });
        let fields = variant.fields.iter().filter_map(|field| payload_field(variant, field));
        (Shape::of(variant), tag.into_iter().chain(fields).collect())
    };
    let HiddenStruct { item, is_generic, transparent } = HiddenStruct::new(container, variant, &ident, shape, fields);

    let serde = private_path(&container.attrs.krate, "serde");
    let bounds = bound::decode(container);
    let bound = is_generic.then(|| quote!(#(#bounds),*).to_string()).into_iter();
    let is_named = shape == Shape::Named;
    let rename_all = variant.serde.rename_all.as_ref().or(container.serde.rename_all_fields.as_ref());
    let rename_all = rename_all.filter(|_| is_named).into_iter();
    let deny_unknown_fields =
        container.serde.deny_unknown_fields.filter(|_| is_named).map(|_| quote!(deny_unknown_fields,));
    let expecting = expecting(container, variant, shape);
    let (_, arguments, _) = container.generics.split_for_impl();
    let arguments = is_generic.then_some(arguments);
    types.extend(quote! {
        #[derive(__sse::serde::Deserialize)]
        #[serde(
            crate = #serde,
            #(rename_all = #rename_all,)*
            #deny_unknown_fields
            #transparent
            #(bound(deserialize = #bound),)*
            expecting = #expecting
        )]
        #item
    });
    quote!(#ident #arguments)
}

/// A field of that type; none if it is not in the payload.
fn payload_field(variant: &Variant<'_>, field: &Field<'_>) -> Option<TokenStream> {
    if !field.is_payload() {
        // A tuple keeps its length, or a pair would turn into a newtype.
        return (variant.style == Style::Tuple).then(|| {
            quote!(
                #[serde(skip)]
                ()
            )
        });
    }
    let Field { name, ty, serde, .. } = field;
    let received = &serde.received;
    let name = name.iter();
    Some(quote!(#(#[serde(#received)])* #(#name:)* #ty))
}

/// What serde says is expected, as it would say of the enum itself.
fn expecting(container: &Container<'_>, variant: &Variant<'_>, shape: Shape) -> String {
    if let Some(expecting) = &container.serde.expecting {
        return expecting.value();
    }
    let name = if container.is_struct() {
        container.ident.unraw().to_string()
    } else {
        format!("variant {}::{}", container.ident.unraw(), variant.ident.unraw())
    };
    match (shape, variant.payload_fields().count()) {
        (Shape::Named, _) => format!("struct {name}"),
        (Shape::Newtype, _) => format!("newtype {name}"),
        (Shape::Tuple, 1) => format!("tuple {name} with 1 element"),
        (Shape::Tuple, count) => format!("tuple {name} with {count} elements"),
    }
}
