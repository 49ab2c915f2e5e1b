//! What is read of `#[serde(..)]`: names and what leaves a field out. The rest is serde's own business, because hidden
//! copies of the variants are derived by it.
//!
//! What serde tells apart by direction is read for the one that is derived.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::parse::Parse;
use syn::punctuated::Punctuated;
use syn::{Attribute, ExprPath, LitStr, Token, WherePredicate};

use super::owned::owned;
use super::rename::{FieldRule, rename_rule};
use super::{Item, Value, items, nearest};
use crate::case::RenameRule;
use crate::ctxt::Ctxt;
use crate::direction::Direction;

/// What serde knows on an enum.
static CONTAINER: &[&str] = &[
    "bound",
    "content",
    "crate",
    "default",
    "deny_unknown_fields",
    "expecting",
    "from",
    "into",
    "remote",
    "rename",
    "rename_all",
    "rename_all_fields",
    "tag",
    "transparent",
    "try_from",
    "untagged",
];

/// What serde knows on a struct.
static STRUCT: &[&str] = &[
    "bound",
    "crate",
    "default",
    "deny_unknown_fields",
    "expecting",
    "from",
    "into",
    "remote",
    "rename",
    "rename_all",
    "tag",
    "transparent",
    "try_from",
];

/// What serde knows on a variant.
static VARIANT: &[&str] = &[
    "alias",
    "borrow",
    "bound",
    "deserialize_with",
    "other",
    "rename",
    "rename_all",
    "serialize_with",
    "skip",
    "skip_deserializing",
    "skip_serializing",
    "untagged",
    "with",
];

/// What serde knows on a field.
static FIELD: &[&str] = &[
    "alias",
    "borrow",
    "bound",
    "default",
    "deserialize_with",
    "flatten",
    "getter",
    "rename",
    "serialize_with",
    "skip",
    "skip_deserializing",
    "skip_serializing",
    "skip_serializing_if",
    "with",
];

/// The items in one place. What serde may learn one day is refused: nobody knows what it would do to an event.
fn read(attrs: &[Attribute], known: &[&'static str], ctxt: &mut Ctxt) -> Vec<Item> {
    let items = items(attrs, "serde");
    for item in &items {
        check_form(item, ctxt);
    }
    for item in items.iter().filter(|item| !known.contains(&item.name.as_str())) {
        let hint = meant(item, known).map_or_else(
            || ": what it does to an event is not known".to_owned(),
            |nearest| format!(", did you mean `{nearest}`?"),
        );
        let name = if item.name.is_empty() { item.tokens.to_string() } else { item.name.clone() };
        ctxt.error(item.span, format!("unknown serde attribute `{name}`{hint}"));
    }
    items
}

/// Says what serde's derive would say of each copy. What serde does not know is reported elsewhere.
fn check_form(item: &Item, ctxt: &mut Ctxt) {
    let (is_flag, is_list) = match item.name.as_str() {
        "deny_unknown_fields"
        | "flatten"
        | "other"
        | "skip"
        | "skip_deserializing"
        | "skip_serializing"
        | "transparent"
        | "untagged" => {
            if !matches!(item.value, Value::None) {
                ctxt.error(item.span, format!("`{0}` takes no value: `#[serde({0})]`", item.name));
            }
            return;
        }
        "borrow" | "default" => (true, false),
        "bound" | "rename" | "rename_all" | "rename_all_fields" => (false, true),
        "alias"
        | "content"
        | "crate"
        | "deserialize_with"
        | "expecting"
        | "from"
        | "getter"
        | "into"
        | "remote"
        | "serialize_with"
        | "skip_serializing_if"
        | "tag"
        | "try_from"
        | "with" => (false, false),
        _ => return,
    };
    let fits = match item.value {
        Value::None => is_flag,
        Value::List(_) => is_list,
        Value::Assigned(_) => item.text().is_some(),
        Value::Malformed => false,
    };
    let is_path = matches!(
        item.name.as_str(),
        "default" | "deserialize_with" | "getter" | "serialize_with" | "skip_serializing_if" | "with"
    );
    if !fits {
        ctxt.error(item.span, format!("`{0}` takes a string: `#[serde({0} = \"..\")]`", item.name));
    } else if let Some(text) = item.text().filter(|text| is_path && text.parse::<ExprPath>().is_err()) {
        ctxt.error(text.span(), format!("`{}` takes a path: `{}` is none", item.name, text.value()));
    }
}

/// What was probably meant by a name that serde does not know.
fn meant(item: &Item, known: &[&'static str]) -> Option<&'static str> {
    if known.contains(&item.name.as_str()) {
        return None;
    }
    nearest(&item.name, known.iter().copied())
}

pub(super) fn find<'a>(items: &'a [Item], names: &[&str]) -> Option<&'a Item> {
    items.iter().find(|item| names.contains(&item.name.as_str()))
}

fn text_for(items: &[Item], name: &str, direction: Direction) -> Option<LitStr> {
    items.iter().filter(|item| item.name == name).find_map(|item| item.text_for(direction))
}

/// The string that is said to hold when decoding, and only then.
fn text_only_to_decode(items: &[Item], name: &str) -> Option<LitStr> {
    items.iter().filter(|item| item.name == name).find_map(|item| item.text_only_for(Direction::Decode))
}

/// The predicates of `bound = ".."` or `bound(serialize = "..")`.
pub(super) fn bound(items: &[Item], direction: Direction, ctxt: &mut Ctxt) -> Option<Vec<WherePredicate>> {
    let text = text_for(items, "bound", direction)?;
    match text.parse_with(Punctuated::<WherePredicate, Token![,]>::parse_terminated) {
        Ok(predicates) if direction == Direction::Encode => Some(predicates.into_iter().collect()),
        Ok(predicates) => predicates.into_iter().map(owned).collect::<Result<_, _>>().map_or_else(
            |message| {
                ctxt.error(text.span(), message);
                None
            },
            Some,
        ),
        Err(error) => {
            ctxt.error(text.span(), error);
            None
        }
    }
}

/// The value of `name = ".."`, parsed.
pub(super) fn parsed<T: Parse>(items: &[Item], name: &str, ctxt: &mut Ctxt) -> Option<T> {
    match find(items, &[name])?.text()?.parse() {
        Ok(parsed) => Some(parsed),
        Err(error) => {
            ctxt.push(error);
            None
        }
    }
}

/// `#[serde(..)]` on the enum.
pub(crate) struct SerdeContainer {
    pub(crate) rename_all: Option<RenameRule>,
    /// Whether a rule was meant, but none was understood.
    pub(crate) rename_all_failed: bool,
    /// The rule by which events are named when they are received, besides the other.
    pub(crate) rename_all_received: Option<RenameRule>,
    /// The rule for the fields of every variant.
    pub(crate) rename_all_fields: Option<FieldRule>,
    /// What to ask of the type parameters instead of the default.
    pub(crate) bound: Option<Vec<WherePredicate>>,
    /// Where it is said that nothing else may be received.
    pub(crate) deny_unknown_fields: Option<Span>,
    /// What is said to be expected where something else is received.
    pub(crate) expecting: Option<LitStr>,
    /// The key by which a payload says which variant it is of, if its content stands beside it.
    pub(crate) tag: Option<LitStr>,
    /// The key, wherever the content stands.
    pub(crate) any_tag: Option<LitStr>,
}

impl SerdeContainer {
    pub(crate) fn read(attrs: &[Attribute], shape: ItemKind, direction: Direction, ctxt: &mut Ctxt) -> Self {
        let is_struct = shape == ItemKind::Struct;
        let known = if is_struct { STRUCT } else { CONTAINER };
        let items = read(attrs, known, ctxt);
        let noun = if is_struct { "a struct" } else { "an enum" };
        for item in &items {
            if matches!(item.name.as_str(), "from" | "into" | "try_from" | "transparent" | "remote") {
                let of_events = if is_struct { "that is an event" } else { "of events" };
                ctxt.error(
                    item.span,
                    format!(
                        "`serde({})` on {noun} {of_events} would change what an event is: put it on the payload type",
                        item.name
                    ),
                );
            }
        }
        if direction == Direction::Decode
            && let Some(default) = find(&items, &["default"])
        {
            ctxt.error(
                default.span,
                format!("`serde(default)` has no meaning on {noun} here: put it on the fields that may be left out"),
            );
        }
        let rule = text_for(&items, "rename_all", Direction::Encode).filter(|_| !is_struct);
        let rename_all = rule.as_ref().and_then(|rule| rename_rule(rule, RenameRule::of_serde(), ctxt));
        let slip = items.iter().any(|item| meant(item, known) == Some("rename_all"));
        let received =
            text_only_to_decode(&items, "rename_all").filter(|_| direction == Direction::Decode && !is_struct);
        let any_tag = find(&items, &["tag"]).and_then(Item::text);
        Self {
            rename_all,
            rename_all_failed: rename_all.is_none() && (rule.is_some() || slip) && !is_struct,
            rename_all_received: received.and_then(|rule| rename_rule(&rule, RenameRule::of_serde(), ctxt)),
            rename_all_fields: FieldRule::read(text_for(&items, "rename_all_fields", direction), ctxt),
            bound: bound(&items, direction, ctxt),
            deny_unknown_fields: find(&items, &["deny_unknown_fields"]).map(|item| item.span),
            expecting: text_for(&items, "expecting", direction),
            tag: any_tag.clone().filter(|_| find(&items, &["content"]).is_none()),
            any_tag,
        }
    }
}

/// What the derive is on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum ItemKind {
    Enum,
    Struct,
}

/// `#[serde(..)]` on a variant.
pub(crate) struct SerdeVariant {
    pub(crate) rename: Option<LitStr>,
    /// What else the event may be called when it is received.
    pub(crate) received: Vec<LitStr>,
    /// Whether one of them replaces what a rule of serde's says.
    pub(crate) is_renamed_received: bool,
    /// The rule for the fields of this variant.
    pub(crate) rename_all: Option<FieldRule>,
    pub(crate) bound: Option<Vec<WherePredicate>>,
    pub(crate) skip: bool,
    /// Where it is said to be neither sent nor received.
    pub(crate) never: Option<Span>,
    /// Where the payload is handed to a function, of which no schema is known.
    pub(crate) with: Option<Span>,
    /// The item that says so.
    pub(crate) function: Option<TokenStream>,
    /// Where the variant stands for all names that are not known.
    pub(crate) other: Option<Span>,
    /// Where the payload does not say which variant it is of, although others do.
    pub(crate) untagged: bool,
    /// The items that say how the content is written, without those that name the variant.
    pub(crate) content: Vec<TokenStream>,
}

impl SerdeVariant {
    pub(crate) fn read(attrs: &[Attribute], direction: Direction, ctxt: &mut Ctxt) -> Self {
        let items = read(attrs, VARIANT, ctxt);
        let with = find(&items, &direction.with());
        let renamed = text_only_to_decode(&items, "rename");
        let aliases = items.iter().filter(|item| item.name == "alias").filter_map(Item::text);
        Self {
            rename: text_for(&items, "rename", Direction::Encode),
            is_renamed_received: renamed.is_some(),
            received: renamed.into_iter().chain(aliases).collect(),
            rename_all: FieldRule::read(text_for(&items, "rename_all", direction), ctxt),
            bound: bound(&items, direction, ctxt),
            skip: find(&items, &direction.skip()).is_some(),
            never: find(&items, &["skip"]).map(|item| item.span),
            with: with.map(|item| item.span),
            function: with.map(|item| item.tokens.clone()),
            other: find(&items, &["other"]).map(|item| item.span),
            untagged: find(&items, &["untagged"]).is_some(),
            content: items
                .iter()
                .filter(|item| {
                    matches!(item.name.as_str(), "rename_all" | "bound")
                        || direction.with().contains(&item.name.as_str())
                })
                .map(|item| item.tokens.clone())
                .collect(),
        }
    }

    /// What the attributes of a struct say of the event that it is. What is not about that is reported elsewhere.
    pub(crate) fn of_struct(attrs: &[Attribute], direction: Direction, ctxt: &mut Ctxt) -> Self {
        let items = items(attrs, "serde");
        let renamed = text_only_to_decode(&items, "rename");
        Self {
            rename: text_for(&items, "rename", Direction::Encode),
            is_renamed_received: renamed.is_some(),
            received: renamed.into_iter().collect(),
            rename_all: FieldRule::read(text_for(&items, "rename_all", direction), ctxt),
            bound: None,
            skip: false,
            never: None,
            with: None,
            function: None,
            other: None,
            untagged: false,
            content: Vec::new(),
        }
    }
}

/// `#[serde(..)]` on a field.
pub(crate) struct SerdeField {
    pub(crate) bound: Option<Vec<WherePredicate>>,
    /// Never part of the payload.
    pub(crate) skip: bool,
    /// Where the field is part of the payload in one direction alone.
    pub(crate) one_way: Option<Span>,
    /// Where the field is handed to a function, of which no schema is known.
    pub(crate) with: Option<Span>,
    /// What the field is called in the payload, if that is said.
    pub(crate) rename: Option<LitStr>,
    /// All that the field is called by name, whatever the direction.
    pub(crate) names: Vec<LitStr>,
    /// Where the field is read by a function.
    pub(crate) getter: Option<Span>,
    /// Where the field may be left out of the payload.
    pub(crate) skip_if: Option<Span>,
    /// Where the field's own fields are made those of the payload.
    pub(crate) flatten: Option<Span>,
    /// Whether there is any attribute at all.
    pub(crate) plain: bool,
    /// Whether `Default` says what the field is when it is not received.
    pub(crate) default: bool,
    /// The function that says it instead.
    pub(crate) default_path: Option<ExprPath>,
    /// The items that a type which only describes the payload needs.
    pub(crate) described: Vec<TokenStream>,
    /// The items that a type which is made of the payload needs.
    pub(crate) received: Vec<TokenStream>,
}

impl SerdeField {
    pub(crate) fn read(attrs: &[Attribute], direction: Direction, ctxt: &mut Ctxt) -> Self {
        let items = read(attrs, FIELD, ctxt);
        let one_way =
            items.iter().filter(|item| matches!(item.name.as_str(), "skip_serializing" | "skip_deserializing"));
        let one_way: Vec<Span> = one_way.map(|item| item.span).collect();
        let default = find(&items, &["default"]);
        Self {
            bound: bound(&items, direction, ctxt),
            skip: find(&items, &direction.skip()).is_some(),
            one_way: match one_way[..] {
                [span] if find(&items, &["skip"]).is_none() => Some(span),
                _ => None,
            },
            with: find(&items, &direction.with()).map(|item| item.span),
            rename: text_for(&items, "rename", direction),
            names: items
                .iter()
                .filter(|item| matches!(item.name.as_str(), "alias" | "rename"))
                .flat_map(|item| [Direction::Encode, Direction::Decode].map(|direction| item.text_for(direction)))
                .flatten()
                .collect(),
            getter: find(&items, &["getter"]).map(|item| item.span),
            skip_if: find(&items, &["skip_serializing_if"]).map(|item| item.span),
            flatten: find(&items, &["flatten"]).map(|item| item.span),
            plain: items.is_empty(),
            default: default.is_some_and(|item| item.text().is_none()),
            default_path: default.and_then(|item| item.text()?.parse().ok()),
            described: items.iter().filter_map(described).collect(),
            received: items.iter().filter_map(received).collect(),
        }
    }
}

/// All that bears on reading; but what is decoded does not borrow, and its bounds stand elsewhere.
fn received(item: &Item) -> Option<TokenStream> {
    match item.name.as_str() {
        "borrow" | "bound" | "getter" => None,
        _ => Some(item.tokens.clone()),
    }
}

/// schemars takes `with` for a type where serde means a module; its `serialize_with` writes the default value.
fn described(item: &Item) -> Option<TokenStream> {
    match item.name.as_str() {
        "with" => {
            let module = item.text()?;
            let function = LitStr::new(&format!("{}::serialize", module.value()), module.span());
            Some(quote!(serialize_with = #function))
        }
        "alias" | "borrow" | "bound" | "deserialize_with" | "getter" => None,
        _ => Some(item.tokens.clone()),
    }
}
