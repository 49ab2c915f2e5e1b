//! `#[sse(..)]`.

use proc_macro2::Span;
use quote::quote;
use syn::spanned::Spanned as _;
use syn::{Attribute, Expr, LitInt, LitStr, Meta, Path, Type};

use super::rename::rename_rule;
use super::{Item, Value, items, nearest};
use crate::case::RenameRule;
use crate::ctxt::Ctxt;

/// What may stand behind a key.
#[derive(Clone, Copy)]
enum Form {
    Flag,
    /// A string; with an example for the error.
    Text(&'static str),
    /// One of these strings.
    OneOf(&'static [&'static str]),
    Millis,
    /// An expression; with an example for the error.
    Expr(&'static str),
    /// The same, but the key may be repeated.
    Exprs(&'static str),
}

/// Where an attribute stands, and what it may hold there.
struct Place {
    noun: &'static str,
    keys: &'static [(&'static str, Form)],
}

static CONTAINER: Place = Place {
    noun: "an enum",
    keys: &[
        ("allow_reserved", Form::Flag),
        ("closed", Form::Flag),
        ("crate", Form::Text("::sse_core")),
        ("data", DATA),
        ("name", Form::Text("Feed")),
        ("no_schema", Form::Flag),
        ("non_finite", NON_FINITE),
        ("open", Form::Flag),
        ("prefix", Form::Text("order.")),
        ("rename_all", Form::Text("kebab-case")),
        ("tag", Form::Text("type")),
    ],
};

static VARIANT: Place = Place {
    noun: "a variant",
    keys: &[
        ("event", Form::Text("price-tick")),
        ("bytes", BYTES),
        ("example", EXAMPLE),
        ("flatten", Form::Flag),
        ("id", ID),
        ("other", Form::Flag),
        ("retry", Form::Millis),
        ("skip", Form::Flag),
        ("terminal", Form::Flag),
        ("text", Form::Flag),
    ],
};

/// A struct is both: a stream, and its only event.
static STRUCT: Place = Place {
    noun: "a struct",
    keys: &[
        ("allow_reserved", Form::Flag),
        ("bytes", BYTES),
        ("closed", Form::Flag),
        ("crate", Form::Text("::sse_core")),
        ("data", DATA),
        ("event", Form::Text("price-tick")),
        ("example", EXAMPLE),
        ("id", ID),
        ("name", Form::Text("Feed")),
        ("no_schema", Form::Flag),
        ("non_finite", NON_FINITE),
        ("open", Form::Flag),
        ("prefix", Form::Text("order.")),
        ("rename_all", Form::Text("kebab-case")),
        ("retry", Form::Millis),
        ("tag", Form::Text("type")),
        ("terminal", Form::Flag),
        ("text", Form::Flag),
    ],
};

static FIELD: Place =
    Place { noun: "a field", keys: &[("id", Form::Flag), ("retry", Form::Flag), ("wire", Form::Text("String"))] };

const BYTES: Form = Form::OneOf(&["base64"]);
const DATA: Form = Form::OneOf(&["content", "tagged"]);
const EXAMPLE: Form = Form::Exprs("Feed::Ping");
const ID: Form = Form::Expr("seq");
const NON_FINITE: Form = Form::OneOf(&["null", "error"]);

/// The `sse` attributes in one place.
struct Found {
    /// The well-formed items, each key once.
    items: Vec<Item>,
    /// What the others were probably meant to be.
    failed: Vec<&'static str>,
}

impl Found {
    fn read(attrs: &[Attribute], place: &Place, ctxt: &mut Ctxt) -> Self {
        for attr in attrs {
            if attr.path().is_ident("sse") && !matches!(attr.meta, Meta::List(_)) {
                let (key, form) = place.keys.first().copied().unwrap_or(("skip", Form::Flag));
                ctxt.error(attr.meta.span(), format!("expected a list, such as `{}`", usage(key, form)));
            }
        }
        let mut found: Vec<Item> = Vec::new();
        let mut failed = Vec::new();
        let mut items = items(attrs, "sse").into_iter().peekable();
        while let Some(mut item) = items.next() {
            let Some((key, form)) = place.keys.iter().find(|(key, _)| *key == item.name) else {
                ctxt.error(item.span, unknown(&item.name, place));
                failed.extend(nearest(&item.name, place.keys.iter().map(|(key, _)| *key)));
                continue;
            };
            let may_repeat = matches!(form, Form::Exprs(_));
            if let Some(first) = found.iter().find(|first| first.name == item.name && !may_repeat) {
                ctxt.error(item.span, format!("duplicate sse attribute `{key}`"));
                ctxt.error(first.span, "first used here");
                continue;
            }
            let (fits, wanted) = match form {
                Form::Flag => (matches!(item.value, Value::None), "no value".to_owned()),
                Form::Text(_) => (item.text().is_some(), "a string".to_owned()),
                Form::OneOf(values) => {
                    let fits = item.text().is_some_and(|text| values.contains(&text.value().as_str()));
                    (fits, values.iter().map(|value| format!("{value:?}")).collect::<Vec<_>>().join(" or "))
                }
                Form::Millis => (matches!(item.value, Value::Assigned(_)), "milliseconds".to_owned()),
                Form::Expr(_) | Form::Exprs(_) => {
                    // `f::<A, B>()` has a comma that ends no item.
                    let mut whole = item.tokens.clone();
                    while item.expr().is_none()
                        && matches!(item.value, Value::Assigned(_))
                        && let Some(more) = items.next_if(|next| !place.keys.iter().any(|(key, _)| *key == next.name))
                    {
                        whole.extend(quote!(,));
                        whole.extend(more.tokens);
                        item.reassign(&whole);
                    }
                    (item.expr().is_some(), "an expression".to_owned())
                }
            };
            if fits {
                found.push(item);
            } else {
                ctxt.error(item.span, format!("`{key}` takes {wanted}: `{}`", usage(key, *form)));
                failed.push(key);
            }
        }
        Self { items: found, failed }
    }

    fn get(&self, key: &str) -> Option<&Item> {
        self.items.iter().find(|item| item.name == key)
    }

    fn exprs(&self, key: &'static str) -> impl Iterator<Item = (Expr, Span)> {
        self.items.iter().filter(move |item| item.name == key).filter_map(|item| Some((item.expr()?, item.span)))
    }

    fn flag(&self, key: &str) -> Option<Span> {
        self.get(key).map(|item| item.span)
    }

    fn text(&self, key: &str) -> Option<LitStr> {
        self.get(key).and_then(Item::text)
    }
}

fn usage(key: &str, form: Form) -> String {
    match form {
        Form::Flag => format!("#[sse({key})]"),
        Form::Text(example) => format!("#[sse({key} = \"{example}\")]"),
        Form::OneOf(values) => format!("#[sse({key} = {:?})]", values.first().copied().unwrap_or_default()),
        Form::Millis => format!("#[sse({key} = 10_000)]"),
        Form::Expr(example) | Form::Exprs(example) => format!("#[sse({key} = {example})]"),
    }
}

fn unknown(name: &str, place: &Place) -> String {
    let keys = || place.keys.iter().map(|(key, _)| *key);
    if name == "no_decode" {
        return "decoding is a derive of its own: leave `SseDecode` out of the derives".to_owned();
    }
    for other in [&CONTAINER, &VARIANT, &FIELD] {
        if other.keys.iter().any(|(key, _)| *key == name) {
            return format!("sse attribute `{name}` belongs on {}, not on {}", other.noun, place.noun);
        }
    }
    if let Some(nearest) = nearest(name, keys()) {
        return format!("unknown sse attribute `{name}`, did you mean `{nearest}`?");
    }
    let known = keys().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ");
    if name.is_empty() {
        return format!("expected the name of an sse attribute; {} takes {known}", place.noun);
    }
    format!("unknown sse attribute `{name}`; {} takes {known}", place.noun)
}

/// `#[sse(..)]` on the type: what is said of the stream.
pub(crate) struct ContainerAttrs {
    pub(crate) rename_all: Option<RenameRule>,
    /// Whether a rule was meant, but none was understood.
    pub(crate) rename_all_failed: bool,
    pub(crate) prefix: String,
    pub(crate) name: Option<LitStr>,
    /// The path of `sse_core`.
    pub(crate) krate: Path,
    pub(crate) no_schema: bool,
    pub(crate) allow_reserved: bool,
    /// Whether the payload says which event it is of; `None` if that is not said.
    pub(crate) tagged: Option<(bool, Span)>,
    pub(crate) tag: Option<LitStr>,
    /// `closed` and `open`, if they are said.
    pub(crate) facts: Vec<&'static str>,
    pub(crate) non_finite: Option<NonFinite>,
}

/// What a float is sent as that is not finite.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum NonFinite {
    Null,
    Error,
}

/// The attributes of an enum.
pub(crate) fn read_enum(attrs: &[Attribute], ctxt: &mut Ctxt) -> ContainerAttrs {
    ContainerAttrs::of(&Found::read(attrs, &CONTAINER, ctxt), ctxt)
}

/// The attributes of a struct: of the stream, and of its only event.
pub(crate) fn read_struct(attrs: &[Attribute], ctxt: &mut Ctxt) -> (ContainerAttrs, VariantAttrs) {
    let found = Found::read(attrs, &STRUCT, ctxt);
    (ContainerAttrs::of(&found, ctxt), VariantAttrs::of(&found, ctxt))
}

impl ContainerAttrs {
    fn of(found: &Found, ctxt: &mut Ctxt) -> Self {
        let name = found.text("name");
        if let Some(name) = &name
            && !is_identifier(&name.value())
        {
            ctxt.error(
                name.span(),
                "the name of a stream begins the names of generated types, so it must be an identifier",
            );
        }
        let krate = found.text("crate").and_then(|path| {
            let parsed = path.parse_with(Path::parse_mod_style).ok();
            if parsed.is_none() {
                ctxt.error(path.span(), "expected the path of `sse_core`, such as `::sse_core`");
            }
            parsed
        });
        let rule = found.text("rename_all");
        let rename_all = rule.as_ref().and_then(|rule| rename_rule(rule, RenameRule::ALL, ctxt));
        let is = |key, value: &str| found.text(key).map(|text| text.value() == value);
        Self {
            rename_all,
            rename_all_failed: rename_all.is_none() && (rule.is_some() || found.failed.contains(&"rename_all")),
            prefix: found.text("prefix").map(|prefix| prefix.value()).unwrap_or_default(),
            name,
            krate: krate.unwrap_or_else(|| syn::parse_quote!(::sse_core)),
            no_schema: found.flag("no_schema").is_some(),
            allow_reserved: found.flag("allow_reserved").is_some(),
            tagged: is("data", "tagged").zip(found.flag("data")),
            tag: found.text("tag"),
            facts: ["closed", "open"].into_iter().filter(|key| found.flag(key).is_some()).collect(),
            non_finite: is("non_finite", "null").map(|null| if null { NonFinite::Null } else { NonFinite::Error }),
        }
    }
}

/// Whether it is an identifier, but for parameters in braces.
fn is_identifier(name: &str) -> bool {
    let name = name.replace(['{', '}'], "");
    name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

/// `#[sse(..)]` on a variant: what is said of the event.
pub(crate) struct VariantAttrs {
    pub(crate) event: Option<LitStr>,
    pub(crate) retry: Option<(u32, Span)>,
    pub(crate) skip: Option<Span>,
    pub(crate) terminal: Option<Span>,
    pub(crate) text: Option<Span>,
    pub(crate) bytes: Option<Span>,
    pub(crate) flatten: Option<Span>,
    pub(crate) other: Option<Span>,
    pub(crate) id: Option<(Expr, Span)>,
    pub(crate) examples: Vec<(Expr, Span)>,
    /// All keys that are said.
    pub(crate) keys: Vec<(String, Span)>,
}

impl VariantAttrs {
    pub(crate) fn read(attrs: &[Attribute], ctxt: &mut Ctxt) -> Self {
        Self::of(&Found::read(attrs, &VARIANT, ctxt), ctxt)
    }

    fn of(found: &Found, ctxt: &mut Ctxt) -> Self {
        let read = Self {
            event: found.text("event"),
            retry: found.get("retry").and_then(|item| Some((millis(item, ctxt)?, item.span))),
            skip: found.flag("skip"),
            terminal: found.flag("terminal"),
            text: found.flag("text"),
            bytes: found.flag("bytes"),
            flatten: found.flag("flatten"),
            other: found.flag("other"),
            id: found.exprs("id").next(),
            examples: found.exprs("example").collect(),
            keys: found.items.iter().map(|item| (item.name.clone(), item.span)).collect(),
        };
        // Of two that exclude the rest, one is enough to say so.
        let exclusive = [
            (read.skip, "skip", "a skipped variant is never sent"),
            (read.flatten, "flatten", "the events of a flattened type are as that type says"),
            (read.other, "other", "a variant for events that are not known is never sent"),
        ];
        if let Some((_, key, why)) = exclusive.into_iter().find(|(span, ..)| span.is_some()) {
            for item in found.items.iter().filter(|item| item.name != key) {
                ctxt.error(item.span, format!("`{}` has no effect: {why}", item.name));
            }
        }
        read
    }
}

/// The number of a static `retry`, within the bounds of `sse_core::Retry`.
fn millis(item: &Item, ctxt: &mut Ctxt) -> Option<u32> {
    const MIN: u32 = 500;
    const MAX: u32 = i32::MAX.unsigned_abs();

    let Value::Assigned(tokens) = &item.value else { return None };
    let Ok(number) = syn::parse2::<LitInt>(tokens.clone()) else {
        let usage = usage("retry", Form::Millis);
        ctxt.push(syn::Error::new_spanned(tokens, format!("`retry` takes milliseconds: `{usage}`")));
        return None;
    };
    let millis = number.base10_parse::<u32>().ok().filter(|millis| (MIN..=MAX).contains(millis));
    if millis.is_none() {
        ctxt.error(
            number.span(),
            format!(
                "a retry of {} ms is not within {MIN} and {MAX} ms: browsers raise what is less and wrap what is more",
                number.base10_digits()
            ),
        );
    }
    millis
}

/// `#[sse(..)]` on a field.
pub(crate) struct FieldAttrs {
    pub(crate) id: Option<Span>,
    pub(crate) retry: Option<Span>,
    /// A type whose JSON looks like that of the field.
    pub(crate) wire: Option<(Type, Span)>,
}

impl FieldAttrs {
    pub(crate) fn read(attrs: &[Attribute], ctxt: &mut Ctxt) -> Self {
        let found = Found::read(attrs, &FIELD, ctxt);
        let wire = found.get("wire").and_then(|item| match item.text()?.parse() {
            Ok(ty) => Some((ty, item.span)),
            Err(error) => {
                ctxt.push(error);
                None
            }
        });
        Self { id: found.flag("id"), retry: found.flag("retry"), wire }
    }
}
