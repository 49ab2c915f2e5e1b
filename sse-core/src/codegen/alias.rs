//! Definitions that are themselves at once: `struct Chain(Option<Box<Chain>>)` is `Chain | null`, which no compiler takes.

use alloc::borrow::ToOwned as _;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;

use serde_json::{Map, Value};

use crate::schema::reference::definition_of;

type Definitions = BTreeMap<String, Value>;

/// Keywords that say nothing of what a value is.
const SAYS_NOTHING: &[&str] = &["$comment", "default", "deprecated", "description", "examples", "title"];

/// A definition as a union in which it is not; none if it is not in it now.
pub(super) fn unrolled(key: &str, definitions: &Definitions) -> Option<Value> {
    let is_in_it = |name: &str| {
        let mut seen = BTreeSet::new();
        let mut open = Vec::from([name.to_owned()]);
        while let Some(name) = open.pop() {
            for branch in definitions.get(&name).map(branches).unwrap_or_default() {
                open.extend(alias(branch).filter(|name| seen.insert(name.clone())));
            }
        }
        seen.contains(key)
    };
    if !is_in_it(key) {
        return None;
    }
    let (mut seen, mut union) = (BTreeSet::from([key.to_owned()]), Vec::new());
    let mut open = branches(definitions.get(key)?);
    open.reverse();
    while let Some(branch) = open.pop() {
        match alias(branch) {
            // Those that are the same thing by another name are replaced by what they are.
            Some(name) if is_in_it(&name) => {
                if let Some(definition) = definitions.get(&name).filter(|_| seen.insert(name)) {
                    open.extend(branches(definition).into_iter().rev());
                }
            }
            _ => union.push(branch.clone()),
        }
    }
    let said = definitions.get(key)?.as_object()?.iter();
    let said = said.filter(|(keyword, _)| SAYS_NOTHING.contains(&keyword.as_str()));
    let mut schema: Map<_, _> = said.map(|(keyword, value)| (keyword.clone(), value.clone())).collect();
    schema.insert("anyOf".to_owned(), union.into());
    Some(schema.into())
}

/// The branches of a union, and of those in it; a schema that is no union is its own.
fn branches(schema: &Value) -> Vec<&Value> {
    match only(schema) {
        Some(("oneOf" | "anyOf", Value::Array(inner))) => inner.iter().flat_map(branches).collect(),
        _ => Vec::from([schema]),
    }
}

/// The definition that a schema is, by another name.
fn alias(schema: &Value) -> Option<String> {
    match only(schema)? {
        ("$ref", Value::String(reference)) => definition_of(reference),
        _ => None,
    }
}

/// The keyword that says all that a value is.
fn only(schema: &Value) -> Option<(&str, &Value)> {
    let mut keywords = schema.as_object()?.iter().filter(|(keyword, _)| !SAYS_NOTHING.contains(&keyword.as_str()));
    let (keyword, value) = keywords.next()?;
    keywords.next().is_none().then_some((keyword.as_str(), value))
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_itself_at_once_is_the_rest_of_it() {
        let to = |name: &str| json!({ "$ref": format!("#/$defs/{name}") });
        let nothing = json!({ "type": "null" });
        let definitions = Definitions::from([
            ("Chain".to_owned(), json!({ "title": "Chain", "anyOf": [to("Chain"), nothing] })),
            ("Loop".to_owned(), to("Loop")),
            ("Ping".to_owned(), json!({ "oneOf": [{ "type": "string" }, { "anyOf": [to("Pong"), to("Chain")] }] })),
            ("Pong".to_owned(), json!({ "anyOf": [to("Ping"), nothing] })),
            ("Tree".to_owned(), json!({ "type": "array", "items": to("Tree") })),
            ("Leads".to_owned(), json!({ "anyOf": [to("Chain"), { "type": "number" }] })),
        ]);
        for (key, expected) in [
            ("Chain", Some(json!({ "title": "Chain", "anyOf": [nothing] }))),
            ("Loop", Some(json!({ "anyOf": [] }))),
            ("Ping", Some(json!({ "anyOf": [{ "type": "string" }, nothing, to("Chain")] }))),
            ("Pong", Some(json!({ "anyOf": [{ "type": "string" }, to("Chain"), nothing] }))),
            ("Tree", None),
            ("Leads", None),
            ("Gone", None),
        ] {
            assert_eq!(unrolled(key, &definitions), expected, "{key}");
        }
    }
}
