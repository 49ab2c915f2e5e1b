//! TypeScript's type expressions.

use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use serde_json::Value;

use super::ident::{property, string};

/// A type and how tightly it binds.
#[derive(Debug)]
pub(super) struct Type {
    pub(super) text: String,
    binds: Binds,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Binds {
    Union,
    Intersection,
    Atom,
}

impl Type {
    pub(super) fn atom(text: impl Into<String>) -> Self {
        Self { text: text.into(), binds: Binds::Atom }
    }

    pub(super) fn unknown() -> Self {
        Self::atom("unknown")
    }

    pub(super) fn within(self, binds: Binds) -> String {
        if self.binds < binds { format!("({})", self.text) } else { self.text }
    }
}

/// Any of the types.
pub(super) fn union(types: Vec<Type>) -> Type {
    let mut texts: Vec<String> = Vec::new();
    let mut only = None;
    for kind in types {
        if kind.text == "unknown" {
            return Type::unknown();
        }
        if kind.text == "never" || texts.contains(&kind.text) {
            continue;
        }
        texts.push(kind.text.clone());
        only = Some(kind.binds);
    }
    match (texts.len(), only) {
        (0, _) => Type::atom("never"),
        (1, Some(binds)) => Type { text: texts.concat(), binds },
        _ => Type { text: texts.join(" | "), binds: Binds::Union },
    }
}

/// All of the types at once.
pub(super) fn intersection(mut types: Vec<Type>) -> Type {
    if types.len() > 1 {
        types.retain(|kind| kind.text != "unknown");
    }
    if types.len() < 2 {
        return types.pop().unwrap_or_else(Type::unknown);
    }
    let texts: Vec<_> = types.into_iter().map(|kind| kind.within(Binds::Intersection)).collect();
    Type { text: texts.join(" & "), binds: Binds::Intersection }
}

/// The type of one value.
pub(super) fn literal(value: &Value) -> Type {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => Type::atom(value.to_string()),
        Value::String(text) => Type::atom(string(text)),
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(|item| literal(item).text).collect();
            Type::atom(format!("[{}]", items.join(", ")))
        }
        Value::Object(object) => {
            let members: Vec<_> =
                object.iter().map(|(key, value)| format!("{}: {}", property(key), literal(value).text)).collect();
            Type::atom(format!("{{ {} }}", members.join("; ")))
        }
    }
}
