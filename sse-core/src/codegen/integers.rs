//! Where in the payloads integers of 64 bits are, for what reads them as `bigint`.

use alloc::borrow::ToOwned as _;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;

use serde_json::{Map, Value, json};

use super::jsdoc::is_wide;
use crate::schema::reference::definition_of;
use crate::schema::{Manifest, PayloadSchema, canonical};

/// The places in the payloads, and in the definitions, as `runtime-bigint` takes them; none if there are none.
pub(super) fn places(manifest: &Manifest) -> Option<(Value, Value)> {
    let definitions = manifest.definitions();
    let mut walk = Walk { definitions, found: BTreeSet::new() };
    // A definition has integers if one that it refers to has: until no more are found.
    loop {
        let found = definitions.iter().filter(|(_, schema)| walk.place(schema).is_some()).map(|(key, _)| key.clone());
        let found: BTreeSet<String> = found.collect();
        if found == walk.found {
            break;
        }
        walk.found = found;
    }
    let events: Map<String, Value> = manifest
        .events()
        .iter()
        .filter_map(|event| match &event.payload {
            PayloadSchema::Json(schema) => Some((event.name.clone(), walk.place(schema.as_value())?)),
            _ => None,
        })
        .collect();
    if events.is_empty() {
        return None;
    }
    let places = walk.found.iter().filter_map(|key| Some((key.clone(), walk.place(definitions.get(key)?)?)));
    Some((canonical(events.into()), canonical(places.collect::<Map<_, _>>().into())))
}

struct Walk<'a> {
    definitions: &'a BTreeMap<String, Value>,
    /// The definitions in which there are integers.
    found: BTreeSet<String>,
}

impl Walk<'_> {
    fn place(&self, schema: &Value) -> Option<Value> {
        let object = schema.as_object()?;
        if object.contains_key("const") || object.contains_key("enum") {
            return None;
        }
        let mut any: Vec<Value> = Vec::new();
        if let Some(key) = object.get("$ref").and_then(Value::as_str).and_then(definition_of)
            && self.found.contains(&key)
            && self.definitions.contains_key(&key)
        {
            any.push(key.into());
        }
        for keyword in ["oneOf", "anyOf", "allOf"] {
            let branches = object.get(keyword).and_then(Value::as_array).into_iter().flatten();
            any.extend(branches.filter_map(|branch| self.place(branch)));
        }
        if is_wide(object) {
            any.push(json!(1));
        }
        let within = self.within(object);
        match (any.len(), within.is_empty()) {
            (0, true) => None,
            // What is told apart by constants is not just one of its parts.
            (1, true) if constants(object).is_empty() => any.pop(),
            _ => {
                let mut place = within;
                if !any.is_empty() {
                    place.insert("any".to_owned(), any.into());
                }
                let constants = constants(object);
                if !constants.is_empty() {
                    place.insert("c".to_owned(), constants.into());
                }
                Some(place.into())
            }
        }
    }

    /// The places in the members of an object and the items of an array.
    fn within(&self, object: &Map<String, Value>) -> Map<String, Value> {
        let mut within = Map::new();
        let named = |name: &str| object.get(name).and_then(Value::as_object).into_iter().flatten();
        let properties: Map<_, _> =
            named("properties").filter_map(|(name, schema)| Some((name.clone(), self.place(schema)?))).collect();
        let mut values: Vec<Value> = named("patternProperties").filter_map(|(_, schema)| self.place(schema)).collect();
        values.extend(object.get("additionalProperties").and_then(|schema| self.place(schema)));
        let first = object.get("prefixItems").and_then(Value::as_array).into_iter().flatten();
        let first: Vec<_> = first.map(|schema| self.place(schema).unwrap_or_else(|| json!(0))).collect();
        if !properties.is_empty() {
            within.insert("p".to_owned(), properties.into());
        }
        match values.len() {
            0 => {}
            1 => within.extend(values.pop().map(|value| ("v".to_owned(), value))),
            _ => within.extend([("v".to_owned(), json!({ "any": values }))]),
        }
        if first.iter().any(|place| *place != 0) {
            within.insert("t".to_owned(), first.into());
        }
        if let Some(items) = object.get("items").and_then(|schema| self.place(schema)) {
            within.insert("i".to_owned(), items);
        }
        within
    }
}

/// The properties that are always the same, and so tell a branch from the others.
fn constants(object: &Map<String, Value>) -> Map<String, Value> {
    let properties = object.get("properties").and_then(Value::as_object).into_iter().flatten();
    let constant = |schema: &Value| {
        let only = schema.get("enum").and_then(Value::as_array).filter(|values| values.len() == 1);
        schema.get("const").or_else(|| only?.first()).filter(|value| !value.is_object() && !value.is_array()).cloned()
    };
    properties.filter_map(|(name, schema)| Some((name.clone(), constant(schema)?))).collect()
}
