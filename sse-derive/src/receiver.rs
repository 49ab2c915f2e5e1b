//! `Self`, which in the copies that stand for the enum is not the enum.

use proc_macro2::{Group, Ident, Literal, TokenStream, TokenTree};
use quote::{ToTokens as _, quote};
use syn::{Attribute, Data, DeriveInput, Generics, LitStr, Meta};

/// What of `serde` and `schemars` takes a path, a type or bounds in a string.
static CODE: &[&str] =
    &["bound", "default", "deserialize_with", "getter", "schema_with", "serialize_with", "skip_serializing_if", "with"];

/// The enum's type as it may stand in types, expressions and before `::`: `Feed::<'a, T>`.
pub(crate) fn receiver(ident: &Ident, generics: &Generics) -> TokenStream {
    let (_, arguments, _) = generics.split_for_impl();
    let arguments = arguments.as_turbofish();
    quote!(#ident #arguments)
}

/// Names the enum where the tokens say `Self`, at any depth.
pub(crate) fn without_self(tokens: TokenStream, receiver: &TokenStream) -> TokenStream {
    let name = |token| match token {
        TokenTree::Ident(ident) if ident == "Self" => receiver.clone(),
        TokenTree::Group(group) => regroup(&group, without_self(group.stream(), receiver)).into(),
        token => token.into(),
    };
    tokens.into_iter().flat_map(name).collect()
}

/// Names the enum in the attributes of serde and schemars, which are copied to other types; also in strings of code.
pub(crate) fn name_in_attributes(input: &mut DeriveInput) {
    let receiver = receiver(&input.ident, &input.generics);
    input.attrs.iter_mut().for_each(|attr| name_in_attribute(attr, &receiver));
    match &mut input.data {
        Data::Enum(data) => {
            for variant in &mut data.variants {
                let of_fields = variant.fields.iter_mut().flat_map(|field| &mut field.attrs);
                variant.attrs.iter_mut().chain(of_fields).for_each(|attr| name_in_attribute(attr, &receiver));
            }
        }
        Data::Struct(data) => {
            let of_fields = data.fields.iter_mut().flat_map(|field| &mut field.attrs);
            of_fields.for_each(|attr| name_in_attribute(attr, &receiver));
        }
        Data::Union(_) => {}
    }
}

fn name_in_attribute(attr: &mut Attribute, receiver: &TokenStream) {
    if let Meta::List(list) = &mut attr.meta
        && (list.path.is_ident("serde") || list.path.is_ident("schemars"))
    {
        list.tokens = name_in_items(std::mem::take(&mut list.tokens), receiver, false);
    }
}

/// `is_code` is for what stands in `bound(serialize = "..")`.
fn name_in_items(tokens: TokenStream, receiver: &TokenStream, is_code: bool) -> TokenStream {
    let mut begins = true;
    let mut code = is_code;
    let name = |token| match token {
        TokenTree::Punct(punct) if punct.as_char() == ',' => {
            begins = true;
            TokenTree::Punct(punct).into()
        }
        TokenTree::Ident(key) if std::mem::take(&mut begins) => {
            code = is_code || CODE.iter().any(|name| key == name);
            TokenTree::Ident(key).into()
        }
        TokenTree::Group(group) if code => regroup(&group, name_in_items(group.stream(), receiver, true)).into(),
        TokenTree::Literal(literal) if code => name_in_code(literal, receiver).into(),
        token => without_self(token.into(), receiver),
    };
    tokens.into_iter().flat_map(name).collect()
}

/// Names the enum in a string of code.
fn name_in_code(literal: Literal, receiver: &TokenStream) -> TokenTree {
    if let Ok(text) = syn::parse2::<LitStr>(literal.to_token_stream())
        && text.value().contains("Self")
        && let Ok(code) = text.parse::<TokenStream>()
    {
        let mut named = Literal::string(&without_self(code, receiver).to_string());
        named.set_span(literal.span());
        return named.into();
    }
    literal.into()
}

fn regroup(group: &Group, stream: TokenStream) -> TokenTree {
    let mut replaced = Group::new(group.delimiter(), stream);
    replaced.set_span(group.span());
    replaced.into()
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::*;

    #[test]
    fn the_enum_is_named_where_an_attribute_holds_code() {
        let mut input: DeriveInput = parse_quote! {
            #[serde(bound(serialize = "Self: Sized, T: Into<Self>"), rename = "Self::name")]
            enum Feed<'a, T> {
                #[serde(rename = "Self", with = "Self", alias = "bound")]
                #[schemars(example = f(Self::new(), "Self"))]
                Tick(#[serde(skip_serializing_if = "Self::is_zero", default)] u8),
                #[other(with = "Self::left")]
                Tock,
            }
        };
        let expected: DeriveInput = parse_quote! {
            #[serde(
                bound(serialize = "Feed :: < 'a , T > : Sized , T : Into < Feed :: < 'a , T > >"),
                rename = "Self::name"
            )]
            enum Feed<'a, T> {
                #[serde(rename = "Self", with = "Feed :: < 'a , T >", alias = "bound")]
                #[schemars(example = f(Feed::<'a, T>::new(), "Self"))]
                Tick(#[serde(skip_serializing_if = "Feed :: < 'a , T > :: is_zero", default)] u8),
                #[other(with = "Self::left")]
                Tock,
            }
        };
        name_in_attributes(&mut input);
        assert_eq!(input.to_token_stream().to_string(), expected.to_token_stream().to_string());
    }
}
