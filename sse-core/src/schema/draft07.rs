//! A schema for tools that know draft-07 only.

use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::String;

use serde_json::{Map, Value, json};

use super::canonical::canonical;
use super::walk;

/// The schema in draft-07: `definitions`, `items` as a list for tuples, and `$ref` without anything beside it.
///
/// It takes what the 2020-12 schema takes, and more where draft-07 cannot say the same: what is left of
/// `unevaluatedProperties`, `unevaluatedItems`, `minContains`, `maxContains` and `contentSchema` is left out. Names are
/// the same.
///
/// # Examples
///
/// ```
/// use serde_json::json;
/// use sse_core::schema::draft07;
///
/// let pair = json!({ "prefixItems": [{ "type": "string" }, { "$ref": "#/$defs/Money" }], "items": false });
/// let same = json!({ "items": [{ "type": "string" }, { "$ref": "#/definitions/Money" }], "additionalItems": false });
/// assert_eq!(draft07(pair), same);
/// ```
#[must_use]
pub fn draft07(schema: Value) -> Value {
    let mut schema = walk::map(schema, &mut |object| translated(object).into());
    if let Some(dialect) = schema.get_mut("$schema") {
        *dialect = "http://json-schema.org/draft-07/schema#".into();
    }
    canonical(schema)
}

fn translated(mut schema: Map<String, Value>) -> Map<String, Value> {
    let rename = |schema: &mut Map<String, Value>, from: &str, to: &str| {
        if let Some(value) = schema.remove(from) {
            schema.insert(to.to_owned(), value);
        }
    };
    rename(&mut schema, "$defs", "definitions");
    if schema.contains_key("prefixItems") {
        rename(&mut schema, "items", "additionalItems");
        rename(&mut schema, "prefixItems", "items");
    }
    dependencies(&mut schema);
    // Without parts of its own, an object has evaluated what it names, and nothing else.
    let combines = ["$ref", "allOf", "anyOf", "oneOf", "if", "not", "dependencies"];
    if let Some(others) = schema.remove("unevaluatedProperties")
        && !combines.iter().any(|key| schema.contains_key(*key))
    {
        schema.entry("additionalProperties").or_insert(others);
    }
    for unknown in ["unevaluatedItems", "minContains", "maxContains", "contentSchema"] {
        let minimum = schema.remove(unknown);
        // `contains` asks for one; with this, for none.
        if unknown == "minContains" && minimum == Some(0.into()) {
            schema.remove("contains");
        }
    }
    if let Some(Value::String(reference)) = schema.get_mut("$ref")
        && let Some(name) = reference.strip_prefix("#/$defs/")
    {
        *reference = format!("#/definitions/{name}");
    }
    // What stands beside a `$ref` counts for nothing.
    if schema.len() > 1
        && let Some(reference) = schema.remove("$ref")
    {
        let reference = json!({ "$ref": reference });
        match schema.get_mut("allOf") {
            Some(Value::Array(all)) => all.push(reference),
            _ => {
                schema.insert("allOf".to_owned(), json!([reference]));
            }
        }
    }
    schema
}

fn dependencies(schema: &mut Map<String, Value>) {
    for keyword in ["dependentRequired", "dependentSchemas"] {
        if let Some(Value::Object(more)) = schema.remove(keyword)
            && let Value::Object(all) = schema.entry("dependencies").or_insert_with(|| Map::new().into())
        {
            all.extend(more);
        }
    }
}
