//! `impl SseEvent`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens as _, format_ident, quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{GenericParam, Lifetime, LifetimeParam};

use super::{at, bound, hidden, hidden_ident, names, private_path};
use crate::ast::{Container, Field, Payload, Style, Variant};
use crate::attr::{NonFinite, verbatim};
use crate::receiver::without_self;

pub(super) fn expand(container: &Container<'_>) -> TokenStream {
    let ident = &container.ident;
    let (impl_generics, arguments, _) = container.generics.split_for_impl();
    let where_clause = bound::where_clause(container.generics, &bound::event(container));
    let fields = match_self(container, fields);
    let write_data = match_self(container, write_data);
    let content = [false, true].map(|is_bare| has_content(container, is_bare).then(|| content(container, is_bare)));
    let names = names::expand(container);
    hidden(
        container,
        &quote! {
            #[automatically_derived]
            impl #impl_generics __sse::SseEvent for #ident #arguments #where_clause {
                fn fields(&self) -> __sse::core::result::Result<__sse::EventFields, __sse::EncodeError> {
                    #fields
                }

                fn write_data(
                    &self,
                    __sink: &mut __sse::DataSink<'_>,
                ) -> __sse::core::result::Result<(), __sse::EncodeError> {
                    let _ = &__sink;
                    #write_data
                }
            }
            #names
            #(#content)*
        },
    )
}

fn match_self(container: &Container<'_>, arm: fn(&Container<'_>, &Variant<'_>) -> TokenStream) -> TokenStream {
    if container.variants.is_empty() {
        // A reference to an enum without values has one, as far as patterns go.
        return quote!(match *self {});
    }
    let arms = container.variants.iter().map(|variant| arm(container, variant));
    quote!(match self { #(#arms)* })
}

/// An arm of `fields`.
fn fields(container: &Container<'_>, variant: &Variant<'_>) -> TokenStream {
    let Variant { path, name, .. } = variant;
    match variant.payload() {
        Payload::Skipped => return skipped(container, variant),
        Payload::Flattened(Field { syn, member, .. }) => {
            let fields = at(syn.ty.span(), &quote!(__sse::SseEvent::fields(__inner)));
            return quote!(#path { #member: __inner } => #fields,);
        }
        _ => {}
    }
    let mut pattern = TokenStream::new();
    let mut before = TokenStream::new();
    let mut calls = TokenStream::new();
    if let Some(Field { syn, member, .. }) = variant.id() {
        pattern.extend(quote!(#member: __id,));
        let id = at(syn.ty.span(), &quote!(__sse::event_id(__id)));
        calls.extend(quote!(.id(#id?)));
    } else if let Some(expr) = variant.id_expr() {
        // The names are the user's, as they stand in the expression; which of them do, a format string may hide.
        let names: Vec<_> = variant.fields.iter().map(Field::binding).collect();
        let members = variant.fields.iter().map(|field| &field.member);
        pattern.extend(quote!(#(#members: #names,)*));
        before.extend(quote!(let _ = (#(&#names,)*);));
        let span = expr.span().resolved_at(Span::call_site());
        let id = quote_spanned!(span=> __sse::event_id(&(#expr)));
        calls.extend(quote!(.id(#id?)));
    }
    if let Some(field @ Field { syn, member, .. }) = variant.retry() {
        if before.is_empty() {
            pattern.extend(quote!(#member: __retry,));
        } else {
            // The expression's names are those of all fields.
            let name = field.binding();
            before.extend(quote!(let __retry = #name;));
        }
        let retry = at(syn.ty.span(), &quote!(__sse::event_retry(__retry)));
        calls.extend(quote!(.retry(#retry?)));
    } else if let Some((millis, _)) = variant.attrs.retry {
        calls.extend(quote!(.retry(const { __sse::Retry::from_static(#millis) })));
    }
    if variant.attrs.terminal.is_some() {
        calls.extend(quote!(.terminal()));
    }
    let fields = quote! {
        __sse::core::result::Result::Ok(
            __sse::EventFields::new(const { __sse::EventName::from_static(#name) }) #calls,
        )
    };
    let value = if before.is_empty() { quote!(#fields,) } else { quote!({ #before #fields }) };
    quote!(#path { #pattern .. } => #value)
}

/// An arm of `write_data`.
fn write_data(container: &Container<'_>, variant: &Variant<'_>) -> TokenStream {
    let path = &variant.path;
    let json = match container.attrs.non_finite {
        Some(NonFinite::Error) => quote!(finite_json),
        Some(NonFinite::Null) | None => quote!(json),
    };
    match variant.payload() {
        Payload::Skipped => skipped(container, variant),
        Payload::Empty | Payload::Other => quote!(#path { .. } => __sse::core::result::Result::Ok(()),),
        Payload::Flattened(Field { syn, member, .. }) => {
            let inner = at(syn.ty.span(), &quote!(__sse::SseEvent::write_data(__inner, __sink)));
            quote!(#path { #member: __inner } => #inner,)
        }
        Payload::Text(Field { syn, member, .. }) => {
            let text = at(syn.ty.span(), &quote!(__sink.text(__payload)));
            quote!(#path { #member: __payload, .. } => #text,)
        }
        Payload::Bytes(Field { syn, member, .. }) => {
            let bytes = at(syn.ty.span(), &quote!(__sse::write_base64(__payload, __sink)));
            quote!(#path { #member: __payload, .. } => #bytes,)
        }
        Payload::Inner(Field { syn, member, .. }) => {
            let json = at(syn.ty.span(), &quote!(__sink.#json(__payload)));
            quote!(#path { #member: __payload, .. } => #json,)
        }
        Payload::Content => {
            let (_, payload) = content_idents(container, is_bare(container, variant));
            quote!(#path { .. } => __sink.#json(&#payload(self)),)
        }
    }
}

fn skipped(container: &Container<'_>, variant: &Variant<'_>) -> TokenStream {
    let Variant { ident, path, .. } = variant;
    let name = format!("{}::{ident}", container.ident);
    quote! {
        #path { .. } => __sse::core::result::Result::Err(__sse::EncodeError::skipped(#name)),
    }
}

/// Whether the payload has no tag, although those of others do.
fn is_bare(container: &Container<'_>, variant: &Variant<'_>) -> bool {
    container.tag.is_some() && variant.tag.is_none()
}

fn is_content(container: &Container<'_>, variant: &Variant<'_>, bare: bool) -> bool {
    matches!(variant.payload(), Payload::Content) && is_bare(container, variant) == bare
}

fn has_content(container: &Container<'_>, is_bare: bool) -> bool {
    container.variants.iter().any(|variant| is_content(container, variant, is_bare))
}

/// The names of the copy, and of the value that serializes as it.
fn content_idents(container: &Container<'_>, is_bare: bool) -> (Ident, Ident) {
    let [data, payload] = if is_bare { ["BareData", "BarePayload"] } else { ["Data", "Payload"] };
    (hidden_ident(container, None, data), hidden_ident(container, None, payload))
}

/// A copy of the enum from which serde's derive makes the contents, and a value that serializes as one.
///
/// serde's attributes mean what serde says they mean, because it is serde that reads them: `remote` makes it match on
/// the user's enum, `untagged` makes it write the content alone. Of an enum with a tag there are two copies, if some of
/// its payloads have none: serde takes no tuples beside a tag, and what has no tag only at the end.
fn content(container: &Container<'_>, is_bare: bool) -> TokenStream {
    let ident = &container.ident;
    let (data, payload) = content_idents(container, is_bare);
    let receiver = container.receiver();
    let generics = container.generics;
    let krate = &container.attrs.krate;

    let bounds = bound::json(container);
    let bound = quote!(#(#bounds),*).to_string();
    let serde = private_path(krate, "serde");
    let remote = ident.to_string();
    let tag = container.tag.as_ref();

    let without_self = |tokens| without_self(tokens, &receiver);
    let params = without_self(generics.to_token_stream());
    let own_where = without_self(bound::where_clause(generics, &[]));
    let where_clause = without_self(bound::where_clause(generics, &bounds));
    let (_, arguments, _) = generics.split_for_impl();

    let mut borrowing = generics.clone();
    let lifetime = Lifetime::new("'__sse", Span::call_site());
    borrowing.params.insert(0, GenericParam::Lifetime(LifetimeParam::new(lifetime)));
    let borrowing_params = without_self(borrowing.to_token_stream());
    let (borrowing_impl, borrowing_arguments, _) = borrowing.split_for_impl();
    let borrowing_impl = without_self(borrowing_impl.to_token_stream());

    let (form, copy) = if let (true, [only]) = (container.is_struct(), &container.variants[..]) {
        let rename_all = only.serde.rename_all.iter();
        let tag = only.tag.iter().map(|(value, _)| quote!(tag = #tag, rename = #value,));
        let form = quote!(#(#tag)* #(rename_all = #rename_all,)*);
        let fields = content_fields(only, true);
        let copy = match only.style {
            Style::Struct => quote!(struct #data #params #own_where #fields),
            Style::Unit | Style::Tuple => quote!(struct #data #params #fields #own_where;),
        };
        (form, copy)
    } else {
        let rename_all_fields = container.serde.rename_all_fields.iter();
        let tagging = if container.tag.is_some() && !is_bare { quote!(tag = #tag) } else { quote!(untagged) };
        let variants =
            container.variants.iter().map(|variant| content_variant(variant, is_content(container, variant, is_bare)));
        let form = quote!(#tagging, #(rename_all_fields = #rename_all_fields,)*);
        (form, quote!(enum #data #params #own_where { #(#variants,)* }))
    };

    quote! {
        #[derive(__sse::serde::Serialize)]
        #[serde(crate = #serde, remote = #remote, #form bound(serialize = #bound))]
        #copy

        struct #payload #borrowing_params (&'__sse #receiver) #own_where;

        #[automatically_derived]
        impl #borrowing_impl __sse::serde::Serialize for #payload #borrowing_arguments #where_clause {
            fn serialize<__S: __sse::serde::Serializer>(
                &self,
                __serializer: __S,
            ) -> __sse::core::result::Result<__S::Ok, __S::Error> {
                <#data #arguments>::serialize(self.0, __serializer)
            }
        }
    }
}

/// A variant of the copy. What it does not write has to be there, because serde matches on all, and is skipped.
fn content_variant(variant: &Variant<'_>, is_written: bool) -> TokenStream {
    let ident = &variant.ident;
    let fields = content_fields(variant, is_written);
    if !is_written {
        return quote!(#[serde(skip)] #ident #fields);
    }
    let content = &variant.serde.content;
    let named = variant.tag.iter().map(|(value, _)| quote!(#[serde(rename = #value)]));
    quote!(#(#named)* #(#[serde(#content)])* #ident #fields)
}

fn content_fields(variant: &Variant<'_>, is_written: bool) -> TokenStream {
    let fields = variant.fields.iter().map(|Field { syn, name, ty, attrs, member, .. }| {
        let serde = match attrs.retry {
            _ if !is_written => TokenStream::new(),
            Some(_) => quote!(#[serde(skip)]),
            None => verbatim(&syn.attrs, &["serde"]),
        };
        // serde minds the shape of what it skips. Its pattern for a variant with names fits each.
        let in_tuple = (name.is_none() && !is_written).then(|| format_ident!("__{}", member));
        let name = name.iter().chain(&in_tuple);
        quote!(#serde #(#name:)* #ty)
    });
    match variant.style {
        Style::Unit => TokenStream::new(),
        Style::Tuple if is_written => quote!((#(#fields),*)),
        Style::Tuple | Style::Struct => quote!({ #(#fields),* }),
    }
}
