//! An attribute as it is written: a list of items, each a name with perhaps a value.
//!
//! serde and schemars extend their grammars with every release, so the items are split by their commas and only those
//! that matter are looked at.

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use syn::{Attribute, Expr, LitStr, Meta};

use crate::direction::Direction;

/// One item of an attribute: `skip`, `rename = "x"`, `rename(serialize = "x")`.
pub(crate) struct Item {
    /// Empty if the item does not begin with a name.
    pub(crate) name: String,
    pub(crate) span: Span,
    pub(crate) value: Value,
    /// The whole item, to be passed on.
    pub(crate) tokens: TokenStream,
}

pub(crate) enum Value {
    None,
    /// What stands behind `=`.
    Assigned(TokenStream),
    /// What stands between the parentheses.
    List(TokenStream),
    Malformed,
}

impl Item {
    /// The string behind `=`.
    pub(crate) fn text(&self) -> Option<LitStr> {
        match &self.value {
            Value::Assigned(tokens) => syn::parse2(tokens.clone()).ok(),
            Value::None | Value::List(_) | Value::Malformed => None,
        }
    }

    /// The expression behind `=`.
    pub(crate) fn expr(&self) -> Option<Expr> {
        match &self.value {
            Value::Assigned(tokens) => syn::parse2(tokens.clone()).ok(),
            Value::None | Value::List(_) | Value::Malformed => None,
        }
    }

    /// Takes what stands behind `=` in `whole` for the value.
    pub(crate) fn reassign(&mut self, whole: &TokenStream) {
        self.value = Value::Assigned(whole.clone().into_iter().skip(2).collect());
        self.tokens = whole.clone();
    }

    /// The string that holds for one direction: `x = "s"` or `x(serialize = "s", ..)`.
    pub(crate) fn text_for(&self, direction: Direction) -> Option<LitStr> {
        match &self.value {
            Value::List(_) => self.text_only_for(direction),
            _ => self.text(),
        }
    }

    /// The string that holds for one direction and is said to: `x(serialize = "s", ..)`.
    pub(crate) fn text_only_for(&self, direction: Direction) -> Option<LitStr> {
        let Value::List(tokens) = &self.value else { return None };
        split(tokens.clone()).into_iter().find(|item| item.name == direction.key()).and_then(|item| item.text())
    }
}

/// All items of the attributes called `path`.
pub(crate) fn items(attrs: &[Attribute], path: &str) -> Vec<Item> {
    let mut all = Vec::new();
    for attr in attrs {
        if let Meta::List(list) = &attr.meta
            && list.path.is_ident(path)
        {
            all.extend(split(list.tokens.clone()));
        }
    }
    all
}

fn split(tokens: TokenStream) -> Vec<Item> {
    let mut items = Vec::new();
    let mut current = Vec::new();
    for token in tokens {
        if matches!(&token, TokenTree::Punct(punct) if punct.as_char() == ',') {
            items.extend(item(std::mem::take(&mut current)));
        } else {
            current.push(token);
        }
    }
    items.extend(item(current));
    items
}

fn item(tokens: Vec<TokenTree>) -> Option<Item> {
    let span = tokens.first()?.span();
    let whole = tokens.iter().cloned().collect();
    let mut tokens = tokens.into_iter();
    let name = match tokens.next() {
        Some(TokenTree::Ident(name)) => name.to_string(),
        _ => return Some(Item { name: String::new(), span, value: Value::Malformed, tokens: whole }),
    };
    let value = match tokens.next() {
        None => Value::None,
        Some(TokenTree::Punct(punct)) if punct.as_char() == '=' => Value::Assigned(tokens.collect()),
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis && tokens.next().is_none() => {
            Value::List(group.stream())
        }
        Some(_) => Value::Malformed,
    };
    Some(Item { name, span, value, tokens: whole })
}
