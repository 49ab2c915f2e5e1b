//! Bounds on what is decoded, which holds for any input and so cannot name serde's `'de`.

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::{Ident, WherePredicate, parse_quote};

/// What `'de` is called in a bound that is about every `'de`; serde declares the other name itself.
const ANY: &str = "__de";

/// `T: Deserialize<'de>` as `for<'__de> T: Deserialize<'__de>`; other predicates as they are.
///
/// # Errors
///
/// Returns a message if the predicate says how long the input lives.
pub(super) fn owned(predicate: WherePredicate) -> Result<WherePredicate, &'static str> {
    let mut found = false;
    let renamed = rename(predicate.to_token_stream(), &mut found);
    if !found {
        return Ok(predicate);
    }
    let Ok(WherePredicate::Type(mut predicate)) = syn::parse2(renamed) else {
        return Err("what is decoded outlives the input, so nothing can be said of the input's lifetime `'de`");
    };
    let lifetimes = predicate.lifetimes.get_or_insert_with(|| parse_quote!(for<>));
    lifetimes.lifetimes.insert(0, parse_quote!('__de));
    Ok(WherePredicate::Type(predicate))
}

fn rename(tokens: TokenStream, found: &mut bool) -> TokenStream {
    let mut behind_tick = false;
    let mut one = |token| {
        let is_lifetime = std::mem::take(&mut behind_tick);
        match token {
            TokenTree::Punct(punct) => {
                behind_tick = punct.as_char() == '\'';
                TokenTree::Punct(punct)
            }
            TokenTree::Ident(name) if is_lifetime && name == "de" => {
                *found = true;
                Ident::new(ANY, name.span().resolved_at(Span::call_site())).into()
            }
            TokenTree::Group(group) => Group::new(group.delimiter(), rename(group.stream(), found)).into(),
            token => token,
        }
    };
    tokens.into_iter().map(&mut one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_on_the_input_is_one_on_every_input() {
        for (predicate, expected) in [
            ("T: Default", "T: Default"),
            ("T: Deserialize<'de> + Default", "for<'__de> T: Deserialize<'__de> + Default"),
            ("for<'a> (T, &'a u8): Decode<'a, 'de>", "for<'__de, 'a> (T, &'a u8): Decode<'a, '__de>"),
            ("de::T: Send", "de::T: Send"),
        ] {
            let owned = owned(syn::parse_str(predicate).unwrap()).unwrap();
            let expected: WherePredicate = syn::parse_str(expected).unwrap();
            assert_eq!(owned.to_token_stream().to_string(), expected.to_token_stream().to_string());
        }
        assert!(owned(parse_quote!('de: 'a)).is_err());
        assert!(owned(parse_quote!('a: 'static)).is_ok());
    }
}
