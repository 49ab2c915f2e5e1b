//! `impl SseEvent`.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens as _, quote};
use syn::spanned::Spanned as _;
use syn::{GenericParam, Lifetime, LifetimeParam};

use super::{at, bound, hidden, hidden_ident, private_path};
use crate::ast::{Container, Field, Payload, Style, Variant};
use crate::attr::verbatim;
use crate::receiver::without_self;

pub(super) fn expand(container: &Container<'_>) -> TokenStream {
    let ident = &container.ident;
    let (impl_generics, arguments, _) = container.generics.split_for_impl();
    let where_clause = bound::where_clause(container.generics, &bound::event(container));
    let fields = match_self(container, fields);
    let write_data = match_self(container, write_data);
    let content = has_content(container).then(|| content(container));
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
            #content
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
    let ident = &variant.ident;
    if variant.is_skipped() {
        return skipped(container, variant);
    }
    let name = &variant.name;
    let mut pattern = TokenStream::new();
    let mut calls = TokenStream::new();
    if let Some(Field { syn, member, .. }) = variant.id() {
        pattern.extend(quote!(#member: __id,));
        let id = at(syn.ty.span(), &quote!(__sse::event_id(__id)));
        calls.extend(quote!(.id(#id?)));
    }
    if let Some(Field { syn, member, .. }) = variant.retry() {
        pattern.extend(quote!(#member: __retry,));
        let retry = at(syn.ty.span(), &quote!(__sse::event_retry(__retry)));
        calls.extend(quote!(.retry(#retry?)));
    } else if let Some((millis, _)) = variant.attrs.retry {
        calls.extend(quote!(.retry(const { __sse::Retry::from_static(#millis) })));
    }
    if variant.attrs.terminal.is_some() {
        calls.extend(quote!(.terminal()));
    }
    quote! {
        Self::#ident { #pattern .. } => __sse::core::result::Result::Ok(
            __sse::EventFields::new(const { __sse::EventName::from_static(#name) }) #calls,
        ),
    }
}

/// An arm of `write_data`.
fn write_data(container: &Container<'_>, variant: &Variant<'_>) -> TokenStream {
    let ident = &variant.ident;
    match variant.payload() {
        Payload::Skipped => skipped(container, variant),
        Payload::Empty => quote!(Self::#ident { .. } => __sse::core::result::Result::Ok(()),),
        Payload::Text(Field { syn, member, .. }) => {
            let text = at(syn.ty.span(), &quote!(__sink.text(__payload)));
            quote!(Self::#ident { #member: __payload, .. } => #text,)
        }
        Payload::Inner(Field { syn, member, .. }) => {
            let json = at(syn.ty.span(), &quote!(__sink.json(__payload)));
            quote!(Self::#ident { #member: __payload, .. } => #json,)
        }
        Payload::Content => {
            let payload = hidden_ident(container, None, "Payload");
            quote!(Self::#ident { .. } => __sink.json(&#payload(self)),)
        }
    }
}

fn skipped(container: &Container<'_>, variant: &Variant<'_>) -> TokenStream {
    let ident = &variant.ident;
    let name = format!("{}::{ident}", container.ident);
    quote! {
        Self::#ident { .. } => __sse::core::result::Result::Err(__sse::EncodeError::skipped(#name)),
    }
}

fn has_content(container: &Container<'_>) -> bool {
    container.variants.iter().any(|variant| matches!(variant.payload(), Payload::Content))
}

/// A copy of the enum from which serde's derive makes the contents, and a value that serializes as one.
///
/// serde's attributes mean what serde says they mean, because it is serde that reads them: `remote` makes it match on
/// the user's enum, `untagged` makes it write the content alone.
fn content(container: &Container<'_>) -> TokenStream {
    let ident = &container.ident;
    let data = hidden_ident(container, None, "Data");
    let payload = hidden_ident(container, None, "Payload");
    let receiver = container.receiver();
    let generics = container.generics;
    let krate = &container.attrs.krate;

    let bounds = bound::json(container);
    let bound = quote!(#(#bounds),*).to_string();
    let serde = private_path(krate, "serde");
    let remote = ident.to_string();
    let rename_all_fields = container.serde.rename_all_fields.iter();
    let variants = container.variants.iter().map(content_variant);

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

    quote! {
        #[derive(__sse::serde::Serialize)]
        #[serde(
            crate = #serde,
            remote = #remote,
            untagged,
            #(rename_all_fields = #rename_all_fields,)*
            bound(serialize = #bound)
        )]
        enum #data #params #own_where { #(#variants,)* }

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

/// A variant of the copy. What is not JSON has to be there, because serde matches on all, and is skipped.
fn content_variant(variant: &Variant<'_>) -> TokenStream {
    let ident = &variant.ident;
    let is_content = matches!(variant.payload(), Payload::Content);
    let fields = variant.fields.iter().map(|Field { syn, name, ty, attrs, .. }| {
        let serde = match attrs.retry {
            _ if !is_content => TokenStream::new(),
            Some(_) => quote!(#[serde(skip)]),
            None => verbatim(&syn.attrs, &["serde"]),
        };
        let name = name.iter();
        quote!(#serde #(#name:)* #ty)
    });
    let fields = match variant.style {
        Style::Unit => TokenStream::new(),
        Style::Tuple => quote!((#(#fields),*)),
        Style::Struct => quote!({ #(#fields),* }),
    };
    if is_content {
        let content = &variant.serde.content;
        quote!(#(#[serde(#content)])* #ident #fields)
    } else {
        quote!(#[serde(skip)] #ident #fields)
    }
}
