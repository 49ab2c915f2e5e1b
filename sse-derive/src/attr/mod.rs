//! Attributes: `sse`, and what of `serde` and `schemars` bears on an event.

mod item;
mod owned;
mod rename;
mod schemars;
mod serde;
mod sse;

pub(crate) use self::item::{Item, Value, items};
pub(crate) use self::schemars::{Described, SchemarsAttrs};
pub(crate) use self::serde::{ItemKind, SerdeContainer, SerdeField, SerdeVariant};
pub(crate) use self::sse::{ContainerAttrs, FieldAttrs, NonFinite, VariantAttrs, read_enum, read_struct};

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote};
use syn::{Attribute, Expr, ExprLit, Lit, Meta, MetaNameValue};

/// The text of a documentation comment, as rustdoc sees it; `None` if there is none.
///
/// An expression, because the compiler alone knows what `include_str!` stands for.
pub(crate) fn description(attrs: &[Attribute]) -> Option<TokenStream> {
    let mut parts = Vec::new();
    let mut lines = Vec::new();
    for attr in attrs {
        let Meta::NameValue(MetaNameValue { path, value, .. }) = &attr.meta else { continue };
        if !path.is_ident("doc") {
            continue;
        }
        let Some(text) = literal(value) else {
            // It begins and ends a line.
            lines.push(String::new());
            let before = std::mem::take(&mut lines).join("\n");
            lines.push(String::new());
            parts.push(quote!(#before, #value));
            continue;
        };
        let starred = is_starred(&text);
        for line in text.lines() {
            let line = if starred { line.trim_start().trim_start_matches('*') } else { line };
            lines.push(line.strip_prefix(' ').unwrap_or(line).trim_end().to_owned());
        }
        // An empty `///` is a line, too.
        if text.is_empty() {
            lines.push(String::new());
        }
    }
    let text = lines.join("\n");
    if parts.is_empty() {
        let text = text.trim();
        return (!text.is_empty()).then(|| quote!(#text));
    }
    Some(quote!(<__sse::core::primitive::str>::trim(__sse::core::concat!(#(#parts,)* #text))))
}

/// The string that the expression is.
fn literal(value: &Expr) -> Option<String> {
    match value {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
        // A `macro_rules` macro was given it.
        Expr::Group(group) => literal(&group.expr),
        _ => None,
    }
}

/// Whether every line behind the first has the star that stands there for looks.
fn is_starred(block: &str) -> bool {
    let mut lines = block.lines().skip(1).map(str::trim).filter(|line| !line.is_empty()).peekable();
    lines.peek().is_some() && lines.all(|line| line.starts_with('*'))
}

/// The attributes of these names, as they stand.
pub(crate) fn verbatim(attrs: &[Attribute], names: &[&str]) -> TokenStream {
    attrs
        .iter()
        .filter(|attr| names.iter().any(|name| attr.path().is_ident(name)))
        .map(Attribute::to_token_stream)
        .collect()
}

pub(crate) fn is_deprecated(attrs: &[Attribute]) -> bool {
    attrs.iter().any(|attr| attr.path().is_ident("deprecated"))
}

/// The one of `known` that was probably meant, if one is near.
pub(crate) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|candidate| (distance(name, candidate), candidate))
        // In a name as short as the distance every letter would be wrong.
        .filter(|(distance, candidate)| *distance <= 2 && *distance < candidate.len().min(name.len()))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// The number of letters to insert, delete or replace (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, letter) in a.chars().enumerate() {
        let mut next = Vec::with_capacity(row.len());
        let mut left = i.saturating_add(1);
        next.push(left);
        for (pair, other) in row.windows(2).zip(&b) {
            let [diagonal, above] = pair else { continue };
            let replaced = diagonal.saturating_add(usize::from(letter != *other));
            left = replaced.min(above.saturating_add(1)).min(left.saturating_add(1));
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::*;

    fn text(attrs: &[Attribute]) -> Option<String> {
        Some(syn::parse2::<syn::LitStr>(description(attrs)?).unwrap().value())
    }

    #[test]
    fn the_distance_is_levenshteins() {
        for (a, b, expected) in [("", "", 0), ("event", "evnt", 1), ("kitten", "sitting", 3), ("abc", "", 3)] {
            assert_eq!(distance(a, b), expected);
            assert_eq!(distance(b, a), expected);
        }
        assert_eq!(nearest("evnt", ["event", "text"]), Some("event"));
        assert_eq!(nearest("xy", ["id"]), None);
    }

    #[test]
    fn documentation_is_what_rustdoc_shows() {
        let attrs: [Attribute; 4] = [
            parse_quote!(#[doc = " First."]),
            parse_quote!(#[doc = ""]),
            parse_quote!(#[doc = "   indented"]),
            parse_quote!(#[doc(hidden)]),
        ];
        assert_eq!(text(&attrs).unwrap(), "First.\n\n  indented");
        let block: Attribute = parse_quote!(#[doc = "\n * One.\n * Two.\n "]);
        assert_eq!(text(&[block]).unwrap(), "One.\nTwo.");
        assert_eq!(text(&[]), None);
    }
}
