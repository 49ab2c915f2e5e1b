//! `#[sse(..)]`.

use proc_macro2::Span;
use syn::spanned::Spanned as _;
use syn::{Attribute, LitInt, LitStr, Meta, Path};

use super::{Item, Value, items, nearest};
use crate::case::RenameRule;
use crate::ctxt::Ctxt;

/// What may stand behind a key.
#[derive(Clone, Copy)]
enum Form {
    Flag,
    /// A string; with an example for the error.
    Text(&'static str),
    Millis,
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
        ("crate", Form::Text("::sse_core")),
        ("name", Form::Text("Feed")),
        ("no_schema", Form::Flag),
        ("rename_all", Form::Text("kebab-case")),
    ],
};

static VARIANT: Place = Place {
    noun: "a variant",
    keys: &[
        ("event", Form::Text("price-tick")),
        ("retry", Form::Millis),
        ("skip", Form::Flag),
        ("terminal", Form::Flag),
        ("text", Form::Flag),
    ],
};

static FIELD: Place = Place { noun: "a field", keys: &[("id", Form::Flag), ("retry", Form::Flag)] };

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
        for item in items(attrs, "sse") {
            let Some((key, form)) = place.keys.iter().find(|(key, _)| *key == item.name) else {
                ctxt.error(item.span, unknown(&item.name, place));
                failed.extend(nearest(&item.name, place.keys.iter().map(|(key, _)| *key)));
                continue;
            };
            if let Some(first) = found.iter().find(|first| first.name == item.name) {
                ctxt.error(item.span, format!("duplicate sse attribute `{key}`"));
                ctxt.error(first.span, "first used here");
                continue;
            }
            let (fits, wanted) = match form {
                Form::Flag => (matches!(item.value, Value::None), "no value"),
                Form::Text(_) => (item.text().is_some(), "a string"),
                Form::Millis => (matches!(item.value, Value::Assigned(_)), "milliseconds"),
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
        Form::Millis => format!("#[sse({key} = 10_000)]"),
    }
}

fn unknown(name: &str, place: &Place) -> String {
    let keys = || place.keys.iter().map(|(key, _)| *key);
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

/// `#[sse(..)]` on the enum.
pub(crate) struct ContainerAttrs {
    pub(crate) rename_all: Option<RenameRule>,
    /// Whether a rule was meant, but none was understood.
    pub(crate) rename_all_failed: bool,
    pub(crate) name: Option<LitStr>,
    /// The path of `sse_core`.
    pub(crate) krate: Path,
    pub(crate) no_schema: bool,
    pub(crate) allow_reserved: bool,
}

impl ContainerAttrs {
    pub(crate) fn read(attrs: &[Attribute], ctxt: &mut Ctxt) -> Self {
        let found = Found::read(attrs, &CONTAINER, ctxt);
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
        let rename_all = rule.as_ref().and_then(|rule| rename_rule(rule, ctxt));
        Self {
            rename_all,
            rename_all_failed: rename_all.is_none() && (rule.is_some() || found.failed.contains(&"rename_all")),
            name,
            krate: krate.unwrap_or_else(|| syn::parse_quote!(::sse_core)),
            no_schema: found.flag("no_schema").is_some(),
            allow_reserved: found.flag("allow_reserved").is_some(),
        }
    }
}

fn is_identifier(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

/// The rule of a `rename_all`, also of serde's.
pub(super) fn rename_rule(name: &LitStr, ctxt: &mut Ctxt) -> Option<RenameRule> {
    let rule = RenameRule::parse(&name.value());
    if rule.is_none() {
        let names = RenameRule::ALL.map(|(name, _)| name);
        let hint = nearest(&name.value(), names).map_or_else(
            || format!("; the rules are {}", names.map(|name| format!("`{name}`")).join(", ")),
            |nearest| format!(", did you mean `{nearest}`?"),
        );
        ctxt.error(name.span(), format!("unknown rename rule `{}`{hint}", name.value()));
    }
    rule
}

/// `#[sse(..)]` on a variant.
pub(crate) struct VariantAttrs {
    pub(crate) event: Option<LitStr>,
    pub(crate) retry: Option<(u32, Span)>,
    pub(crate) skip: Option<Span>,
    pub(crate) terminal: Option<Span>,
    pub(crate) text: Option<Span>,
}

impl VariantAttrs {
    pub(crate) fn read(attrs: &[Attribute], ctxt: &mut Ctxt) -> Self {
        let found = Found::read(attrs, &VARIANT, ctxt);
        let read = Self {
            event: found.text("event"),
            retry: found.get("retry").and_then(|item| Some((millis(item, ctxt)?, item.span))),
            skip: found.flag("skip"),
            terminal: found.flag("terminal"),
            text: found.flag("text"),
        };
        if read.skip.is_some() {
            for item in found.items.iter().filter(|item| item.name != "skip") {
                ctxt.error(item.span, format!("`{}` has no effect: a skipped variant is never sent", item.name));
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
}

impl FieldAttrs {
    pub(crate) fn read(attrs: &[Attribute], ctxt: &mut Ctxt) -> Self {
        let found = Found::read(attrs, &FIELD, ctxt);
        Self { id: found.flag("id"), retry: found.flag("retry") }
    }
}
