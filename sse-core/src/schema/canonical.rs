//! One form for each schema.
//!
//! `serde_json` keeps object keys in order of insertion if any crate of a build asks for it, so the order of the keys
//! that a generator writes says nothing.

use alloc::string::String;
use alloc::vec::Vec;

use schemars::Schema;
use schemars::transform::{RecursiveTransform, Transform};
use serde_json::{Map, Value};

/// Sorts the keys of all objects, so that equal values are written alike in every build.
#[must_use]
pub fn canonical(value: Value) -> Value {
    match value {
        Value::Object(object) => {
            let mut entries: Vec<(String, Value)> = object.into_iter().collect();
            entries.sort_by(|(a, _), (b, _)| a.cmp(b));
            Value::Object(entries.into_iter().map(|(key, value)| (key, canonical(value))).collect::<Map<_, _>>())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(canonical).collect()),
        other => other,
    }
}

/// The text of a schema as it is committed: sorted keys, two spaces, LF, and one at the end.
///
/// # Examples
///
/// ```
/// let schema = serde_json::json!({ "type": "integer", "minimum": 0 });
/// assert_eq!(sse_core::schema::canonical_text(schema), "{\n  \"minimum\": 0,\n  \"type\": \"integer\"\n}\n");
/// ```
#[must_use]
pub fn canonical_text(schema: Value) -> String {
    alloc::format!("{:#}\n", canonical(schema))
}

/// Sorts `required`, because the order of `properties` is lost too: moving a field changes no schema.
pub(super) fn sort_required() -> impl Transform + Clone + Send + 'static {
    RecursiveTransform(sort_required_of)
}

fn sort_required_of(schema: &mut Schema) {
    if let Some(Value::Array(names)) = schema.get_mut("required") {
        names.sort_by(|a, b| a.as_str().cmp(&b.as_str()));
    }
}
