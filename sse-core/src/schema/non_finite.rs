//! Floats that may be `null`.

use alloc::collections::BTreeMap;
use alloc::string::String;

use schemars::Schema;
use schemars::transform::{RecursiveTransform, Transform as _};
use serde_json::{Value, json};

use super::{EventSchema, PayloadSchema};

/// Lets every float be `null`, as JSON writers send one that is not finite.
pub(super) fn allow_null(events: &mut [EventSchema], definitions: &mut BTreeMap<String, Value>) {
    let mut transform = RecursiveTransform(nullable);
    for event in events {
        if let PayloadSchema::Json(schema) = &mut event.payload {
            transform.transform(schema);
        }
    }
    for definition in definitions.values_mut() {
        if let Ok(schema) = <&mut Schema>::try_from(definition) {
            transform.transform(schema);
        }
    }
}

/// A number that may have a fraction is a float's.
fn nullable(schema: &mut Schema) {
    if schema.get("type").and_then(Value::as_str) == Some("number") {
        schema.insert("type".into(), json!(["number", "null"]));
    }
}
