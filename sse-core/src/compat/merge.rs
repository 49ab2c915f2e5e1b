//! Two schemas that a value must both satisfy, as one.

use alloc::borrow::ToOwned as _;
use alloc::collections::BTreeSet;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::cmp::Ordering;

use serde_json::{Map, Value, json};

use super::number;
use crate::schema::canonical;

/// What says nothing of which values there are.
const WORDS: &[&str] = &[
    "$anchor",
    "$comment",
    "$defs",
    "$id",
    "$schema",
    "default",
    "deprecated",
    "description",
    "examples",
    "readOnly",
    "title",
    "writeOnly",
];

/// Where two demands are kept that cannot be one.
pub(super) const CONFLICTS: &str = "x-sse-conflicts";

/// Removes what says nothing of which values there are.
pub(super) fn without_words(mut node: Map<String, Value>) -> Map<String, Value> {
    node.retain(|key, _| !is_word(key));
    node
}

/// Whether the keyword says nothing of which values there are.
pub(super) fn is_word(key: &str) -> bool {
    WORDS.contains(&key) || (key.starts_with("x-") && key != CONFLICTS)
}

/// The schema of the values that satisfy both. Of descriptions and the like, those of the first are kept.
pub(super) fn merge(first: Value, second: Value) -> Value {
    let (mut first, mut second) = match (first, second) {
        (Value::Object(first), Value::Object(second)) => (first, second),
        (Value::Bool(true), other) | (other, Value::Bool(true)) => return other,
        _ => return Value::Bool(false),
    };
    apply_others(&mut first, &second);
    apply_others(&mut second, &first);
    if let (Some(ours), Some(theirs)) = (take_literals(&first), take_literals(&second)) {
        first.remove("const");
        second.retain(|key, _| key != "const" && key != "enum");
        let theirs: Literals = theirs.iter().collect();
        first.insert("enum".to_owned(), ours.into_iter().filter(|value| theirs.contains(value)).collect());
    }
    for (key, value) in second {
        match first.get_mut(&key) {
            None => {
                first.insert(key, value);
            }
            Some(same) if *same == value => {}
            Some(_) if WORDS.contains(&key.as_str()) => {}
            Some(ours) => {
                let both = combine(&key, ours.take(), value);
                match both {
                    Combined::One(value) => *ours = value,
                    Combined::Two(value, further) => {
                        *ours = value;
                        push(&mut first, "allOf", json!({ key: further }));
                    }
                    Combined::Conflict(value, further) => {
                        *ours = value;
                        push(&mut first, CONFLICTS, json!({ key: further }));
                    }
                }
            }
        }
    }
    first.into()
}

enum Combined {
    One(Value),
    /// The second demand is to be merged later.
    Two(Value, Value),
    /// The second demand is not understood together with the first.
    Conflict(Value, Value),
}

fn combine(key: &str, ours: Value, theirs: Value) -> Combined {
    use Combined::{Conflict, One, Two};
    match (key, ours, theirs) {
        ("type", ours, theirs) => One(common_types(&ours, &theirs)),
        ("minimum" | "exclusiveMinimum" | "minLength" | "minItems" | "minProperties", ours, theirs) => {
            One(if number::compare(&ours, &theirs) == Some(Ordering::Less) { theirs } else { ours })
        }
        ("maximum" | "exclusiveMaximum" | "maxLength" | "maxItems" | "maxProperties", ours, theirs) => {
            One(if number::compare(&ours, &theirs) == Some(Ordering::Greater) { theirs } else { ours })
        }
        ("properties" | "patternProperties", Value::Object(mut ours), Value::Object(theirs)) => {
            for (name, schema) in theirs {
                let both = match ours.remove(&name) {
                    Some(known) => both(known, schema),
                    None => schema,
                };
                ours.insert(name, both);
            }
            One(ours.into())
        }
        ("additionalProperties" | "unevaluatedProperties" | "items" | "propertyNames", ours, theirs) => {
            One(both(ours, theirs))
        }
        ("prefixItems", Value::Array(ours), Value::Array(theirs)) if ours.len() == theirs.len() => {
            One(ours.into_iter().zip(theirs).map(|(ours, theirs)| both(ours, theirs)).collect())
        }
        ("required" | "allOf" | CONFLICTS, Value::Array(mut ours), Value::Array(theirs)) => {
            ours.extend(theirs);
            One(ours.into())
        }
        ("uniqueItems", _, _) => One(true.into()),
        ("$ref" | "oneOf" | "anyOf", ours, theirs) => Two(ours, theirs),
        (_, ours, theirs) => Conflict(ours, theirs),
    }
}

/// Both demands, which are merged when they are looked at: they may be recursive.
fn both(ours: Value, theirs: Value) -> Value {
    match (ours, theirs) {
        (ours, theirs) if ours == theirs => ours,
        (Value::Bool(false), _) | (_, Value::Bool(false)) => Value::Bool(false),
        (Value::Bool(true), other) | (other, Value::Bool(true)) => other,
        (ours, theirs) => json!({ "allOf": [ours, theirs] }),
    }
}

/// What `other` demands of properties that it does not name holds for those that only `node` names.
fn apply_others(node: &mut Map<String, Value>, other: &Map<String, Value>) {
    let Some(others) = other.get("additionalProperties") else {
        return;
    };
    let named = other.get("properties").and_then(Value::as_object);
    if let Some(Value::Object(properties)) = node.get_mut("properties")
        && !other.contains_key("patternProperties")
    {
        for (name, schema) in properties.iter_mut() {
            if named.is_none_or(|named| !named.contains_key(name)) {
                *schema = both(schema.take(), others.clone());
            }
        }
    }
}

/// Values among which others are looked up.
#[derive(Debug, Default)]
pub(super) struct Literals(BTreeSet<String>);

impl Literals {
    /// Adds the value; no if it was there.
    pub(super) fn insert(&mut self, value: &Value) -> bool {
        self.0.insert(Self::text(value))
    }

    pub(super) fn contains(&self, value: &Value) -> bool {
        self.0.contains(&Self::text(value))
    }

    fn text(value: &Value) -> String {
        canonical(value.clone()).to_string()
    }
}

impl<'v> FromIterator<&'v Value> for Literals {
    fn from_iter<T: IntoIterator<Item = &'v Value>>(values: T) -> Self {
        Self(values.into_iter().map(Self::text).collect())
    }
}

/// The values that are listed.
pub(super) fn take_literals(node: &Map<String, Value>) -> Option<Vec<Value>> {
    match (node.get("const"), node.get("enum")) {
        (None, None) => None,
        (Some(value), None) => Some(Vec::from([value.clone()])),
        (None, Some(Value::Array(values))) => Some(values.clone()),
        (Some(value), Some(Value::Array(values))) if values.contains(value) => Some(Vec::from([value.clone()])),
        _ => Some(Vec::new()),
    }
}

fn common_types(ours: &Value, theirs: &Value) -> Value {
    let theirs = type_names(theirs);
    let common = type_names(ours).into_iter().filter_map(|name| match name {
        _ if theirs.contains(&name) => Some(name),
        "integer" if theirs.contains(&"number") => Some("integer"),
        "number" if theirs.contains(&"integer") => Some("integer"),
        _ => None,
    });
    common.map(Value::from).collect()
}

/// The names in a `type`.
pub(super) fn type_names(types: &Value) -> Vec<&str> {
    match types {
        Value::String(name) => Vec::from([name.as_str()]),
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

fn push(node: &mut Map<String, Value>, key: &str, value: Value) {
    if let Some(Value::Array(values)) = node.get_mut(key) {
        values.push(value);
    } else {
        node.insert(key.to_owned(), Value::Array(Vec::from([value])));
    }
}
