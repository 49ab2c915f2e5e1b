//! Floats that may be `null`.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;

use schemars::Schema;
use schemars::transform::{RecursiveTransform, Transform as _};
use serde_json::{Value, json};

use super::reference::reachable;
use super::{EventSchema, NonFinite, PayloadSchema, SchemaError};

/// What says which of an event's floats are sent as what.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Policy {
    /// The stream does.
    OfStream,
    /// The type that it is flattened from does.
    Of(Option<NonFinite>),
}

impl Policy {
    /// What is said of the event where the type that has it says `stream`.
    pub(crate) fn within(self, stream: Option<NonFinite>) -> Option<NonFinite> {
        match self {
            Self::OfStream => stream,
            // `null` is also what is sent where nothing is said.
            Self::Of(None) if stream == Some(NonFinite::Null) => stream,
            Self::Of(policy) => policy,
        }
    }
}

/// Lets the floats be `null` of every event in which one that is not finite is sent so.
///
/// # Errors
///
/// Returns [`SchemaError`] if the stream says that none is, and a type that it flattens does not.
pub(super) fn allow_null(
    events: &mut [EventSchema],
    definitions: &mut BTreeMap<String, Value>,
    stream: Option<NonFinite>,
) -> Result<(), SchemaError> {
    let mut transform = RecursiveTransform(nullable);
    let mut used = BTreeSet::new();
    for event in events {
        let PayloadSchema::Json(schema) = &mut event.payload else { continue };
        let policy = event.non_finite.within(stream);
        let is_refused = stream == Some(NonFinite::Error) && policy != stream;
        if !is_refused && policy != Some(NonFinite::Null) {
            continue;
        }
        let reachable = reachable(schema.as_value(), definitions);
        if is_refused {
            let parts = reachable.iter().filter_map(|name| definitions.get(name));
            if parts.chain([schema.as_value()]).any(holds_float) {
                return Err(SchemaError::non_finite(&event.name));
            }
            continue;
        }
        used.extend(reachable);
        transform.transform(schema);
    }
    for name in used {
        if let Some(Ok(schema)) = definitions.get_mut(&name).map(<&mut Schema>::try_from) {
            transform.transform(schema);
        }
    }
    Ok(())
}

/// A number that may have a fraction is a float's.
fn nullable(schema: &mut Schema) {
    if schema.get("type").and_then(Value::as_str) == Some("number") {
        schema.insert("type".into(), json!(["number", "null"]));
    }
}

fn holds_float(schema: &Value) -> bool {
    let mut changed = schema.clone();
    if let Ok(changed) = <&mut Schema>::try_from(&mut changed) {
        RecursiveTransform(nullable).transform(changed);
    }
    changed != *schema
}
