//! A type, and what a schema puts around it.

use alloc::string::String;
use alloc::vec::Vec;

use serde_json::{Map, Value};

use super::merge::is_word;

/// A schema, without what is put around a type to have something else to say of it: `anyOf` it and `null`, `allOf` it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wrapped<'v> {
    pub(super) inner: &'v Value,
    /// Whether a value may be `null` as well.
    pub(super) null: bool,
}

impl<'v> Wrapped<'v> {
    pub(super) fn of(schema: &'v Value) -> Self {
        let mut found = Self { inner: schema, null: false };
        while let Value::Object(node) = found.inner
            && let Some((key, Value::Array(parts))) = only_demand(node)
            && let "anyOf" | "oneOf" | "allOf" = key
        {
            let is_null = |part: &&Value| key != "allOf" && is_null(part);
            let mut others = parts.iter().filter(|part| !is_null(part));
            let (Some(inner), None) = (others.next(), others.next()) else {
                break;
            };
            found = Self { inner, null: found.null || parts.len() > 1 };
        }
        found
    }
}

/// What the schema says of values, if it is one thing.
fn only_demand(node: &Map<String, Value>) -> Option<(&str, &Value)> {
    let mut demands = node.iter().filter(|(key, _)| !is_word(key));
    let (key, value) = demands.next()?;
    demands.next().is_none().then_some((key, value))
}

/// Whether `null` is what the schema takes.
fn is_null(schema: &Value) -> bool {
    let null = Value::from("null");
    schema.as_object().and_then(only_demand) == Some(("type", &null))
}

/// Whether there is a reference in what a value itself must be: it may be how a type contains itself.
pub(super) fn refers(schema: &Value) -> bool {
    let mut open = Vec::from([schema]);
    while let Some(schema) = open.pop() {
        if schema.get("$ref").is_some() {
            return true;
        }
        let parts = ["anyOf", "oneOf", "allOf"].into_iter().filter_map(|key| schema.get(key)?.as_array());
        open.extend(parts.flatten());
    }
    false
}

/// The `$ref` of a schema that says nothing else.
pub(super) fn reference(schema: &Value) -> Option<&str> {
    schema.get("$ref").and_then(Value::as_str)
}
