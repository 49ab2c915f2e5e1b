//! What stands in a type, read off its tokens.

use std::collections::HashSet;

use proc_macro2::{Delimiter, Ident, Spacing, TokenStream, TokenTree};
use quote::quote;
use syn::Generics;

/// Whether the tokens mention any of the enum's parameters, lifetimes and constants included.
pub(crate) fn mentions_any(generics: &Generics, tokens: TokenStream) -> bool {
    let names: Vec<&Ident> = generics
        .params
        .iter()
        .map(|param| match param {
            syn::GenericParam::Lifetime(param) => &param.lifetime.ident,
            syn::GenericParam::Type(param) => &param.ident,
            syn::GenericParam::Const(param) => &param.ident,
        })
        .collect();
    mentions(tokens, &names)
}

fn mentions(tokens: TokenStream, names: &[&Ident]) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => names.contains(&&ident),
        TokenTree::Group(group) => mentions(group.stream(), names),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}

/// The type parameters in a type: `T`, or `T::Item` where it stands so.
pub(crate) fn params(generics: &Generics, ty: TokenStream) -> Vec<TokenStream> {
    let names: HashSet<String> = generics.type_params().map(|param| param.ident.to_string()).collect();
    let mut found = Vec::new();
    if !names.is_empty() {
        collect(&ty.into_iter().collect::<Vec<_>>(), &names, &mut found);
    }
    found
}

fn collect(mut tokens: &[TokenTree], names: &HashSet<String>, found: &mut Vec<TokenStream>) {
    // Whether the next name is a path's first: behind `::` it is another, and behind `'` it is a lifetime.
    let mut first = true;
    while let [token, rest @ ..] = tokens {
        tokens = rest;
        match token {
            TokenTree::Group(group) => {
                collect(&group.stream().into_iter().collect::<Vec<_>>(), names, found);
                first = true;
            }
            TokenTree::Ident(ident) if ident == "PhantomData" => tokens = behind_arguments(rest),
            TokenTree::Ident(ident) => {
                if first && names.contains(&ident.to_string()) {
                    match rest {
                        [TokenTree::Punct(a), TokenTree::Punct(b), TokenTree::Ident(item), ..]
                            if a.as_char() == ':' && b.as_char() == ':' =>
                        {
                            found.push(quote!(#ident::#item));
                        }
                        _ => found.push(quote!(#ident)),
                    }
                }
                first = true;
            }
            TokenTree::Punct(punct) => first = !matches!(punct.as_char(), ':' | '\''),
            TokenTree::Literal(_) => first = true,
        }
    }
}

/// Whether there is a reference in a type, but for one that a `PhantomData` is about.
pub(crate) fn holds_reference(ty: TokenStream) -> bool {
    is_referring(&ty.into_iter().collect::<Vec<_>>())
}

fn is_referring(mut tokens: &[TokenTree]) -> bool {
    while let [token, rest @ ..] = tokens {
        tokens = rest;
        match token {
            TokenTree::Punct(punct) if punct.as_char() == '&' => return true,
            TokenTree::Ident(ident) if ident == "PhantomData" => tokens = behind_arguments(rest),
            // What stands in braces is an expression.
            TokenTree::Group(group)
                if group.delimiter() != Delimiter::Brace
                    && is_referring(&group.stream().into_iter().collect::<Vec<_>>()) =>
            {
                return true;
            }
            TokenTree::Group(_) | TokenTree::Ident(_) | TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
    false
}

/// What stands behind `<..>`. Nothing is asked of what a `PhantomData` holds.
fn behind_arguments(tokens: &[TokenTree]) -> &[TokenTree] {
    let mut depth = 0_usize;
    let mut arrow = false;
    let mut rest = tokens;
    while let [TokenTree::Punct(_) | TokenTree::Ident(_) | TokenTree::Group(_) | TokenTree::Literal(_), after @ ..] =
        rest
    {
        if let Some(TokenTree::Punct(punct)) = rest.first() {
            match punct.as_char() {
                '<' => depth = depth.saturating_add(1),
                // The `>` of `->` closes nothing.
                '>' if !arrow => depth = depth.saturating_sub(1),
                _ => {}
            }
            arrow = punct.as_char() == '-' && punct.spacing() == Spacing::Joint;
        } else {
            arrow = false;
        }
        if depth == 0 {
            // Not even an argument, or the last bracket was closed.
            return if matches!(rest.first(), Some(TokenTree::Punct(punct)) if punct.as_char() == '>') {
                after
            } else {
                rest
            };
        }
        rest = after;
    }
    rest
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::*;

    #[test]
    fn parameters_are_found_where_serde_finds_them() {
        let generics: Generics = parse_quote!(<'T, T, U, V, const N: usize>);
        for (ty, expected) in [
            ("T", "T"),
            ("Option<Vec<T>>", "T"),
            ("&'T [U; N]", "U"),
            ("(T, Box<dyn Fn(U) -> V>)", "T U V"),
            ("T::Item", "T :: Item"),
            ("other::T", ""),
            ("<T as Iterator>::Item", "T"),
            ("PhantomData<T>", ""),
            ("(PhantomData<fn(T) -> Vec<U>>, V)", "V"),
            ("std::marker::PhantomData<T>", ""),
            ("HashMap<T, PhantomData>", "T"),
        ] {
            let found = params(&generics, ty.parse().unwrap());
            let found: Vec<String> = found.iter().map(TokenStream::to_string).collect();
            assert_eq!(found.join(" "), expected, "{ty}");
        }
    }

    #[test]
    fn references_are_found_where_a_value_holds_one() {
        for (ty, expected) in [
            ("String", false),
            ("&'a str", true),
            ("Option<(u8, &'static [u8])>", true),
            ("Cow<'a, str>", false),
            ("PhantomData<&'a ()>", false),
            ("(PhantomData<fn(&T) -> &U>, Vec<&'a str>)", true),
            ("Window<{ A & B }>", false),
        ] {
            assert_eq!(holds_reference(ty.parse().unwrap()), expected, "{ty}");
        }
    }
}
