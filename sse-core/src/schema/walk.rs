//! Every schema within a schema, as opposed to the values that stand beside them: a `const` is data, whatever its keys.

use alloc::string::String;

use serde_json::{Map, Value};

/// Keywords whose value is a schema.
const ONE: &[&str] = &[
    "additionalItems",
    "additionalProperties",
    "contains",
    "contentSchema",
    "else",
    "if",
    "items",
    "not",
    "propertyNames",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
];
/// Keywords whose value is a list of schemas. `items` is one too before 2020-12.
const LIST: &[&str] = &["allOf", "anyOf", "items", "oneOf", "prefixItems"];
/// Keywords whose value is an object of schemas.
const MAP: &[&str] = &["$defs", "definitions", "dependentSchemas", "patternProperties", "properties"];

/// Puts in the place of each schema what `change` makes of it, the innermost first. `true` and `false` stay.
pub(crate) fn map(schema: Value, change: &mut dyn FnMut(Map<String, Value>) -> Value) -> Value {
    let Value::Object(object) = schema else {
        return schema;
    };
    let mut changed = Map::new();
    for (key, value) in object {
        let is = |keywords: &[&str]| keywords.contains(&key.as_str());
        let value = match value {
            Value::Object(schemas) if is(MAP) => {
                Value::Object(schemas.into_iter().map(|(key, schema)| (key, map(schema, change))).collect())
            }
            Value::Array(schemas) if is(LIST) => schemas.into_iter().map(|schema| map(schema, change)).collect(),
            Value::Object(_) if is(ONE) => map(value, change),
            other => other,
        };
        changed.insert(key, value);
    }
    change(changed)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn schemas_are_visited_and_data_is_not() {
        let schema = json!({
            "$defs": { "$ref": { "$ref": "#/a" } },
            "properties": { "enum": { "$ref": "#/b" } },
            "items": { "anyOf": [{ "$ref": "#/c" }, true] },
            "const": { "$ref": "#/d" },
            "examples": [{ "items": { "$ref": "#/e" } }],
        });
        let mut seen = alloc::vec::Vec::new();
        let same = map(schema.clone(), &mut |object| {
            seen.extend(object.get("$ref").and_then(Value::as_str).map(alloc::borrow::ToOwned::to_owned));
            object.into()
        });
        seen.sort();
        assert_eq!((same, seen.join(" ")), (schema, "#/a #/b #/c".into()));
    }
}
