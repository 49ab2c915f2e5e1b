//! The control events, which are every stream's and no application's.

use alloc::borrow::ToOwned as _;

use serde_json::{Map, Value, json};

use crate::history::ResetReason;

/// An event with which the server speaks to the client, beside those of the application.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ControlEvent {
    /// Its name on the wire, which begins with `stream-`.
    pub name: &'static str,
    /// What it says.
    pub description: &'static str,
    /// The schema of its data, which is JSON. It means the same in every draft since 07.
    pub data: Value,
}

/// The control events: `stream-open`, `stream-reset`, `stream-position` and `stream-end`.
///
/// They are never among the events of a stream; the event view has them under `x-sse`.
///
/// # Examples
///
/// ```
/// let reset = sse_core::schema::control_events().into_iter().find(|event| event.name == "stream-reset").unwrap();
/// assert_eq!(reset.data["required"], serde_json::json!(["reason"]));
/// ```
#[must_use]
pub fn control_events() -> [ControlEvent; 4] {
    let reason = json!({ "type": "string", "enum": ResetReason::ALL.map(ResetReason::as_str) });
    let open = json!({
        "type": "object",
        "required": ["keepAlive", "resume"],
        "properties": {
            "keepAlive": { "type": "string", "enum": ["comment", "event", "off"] },
            "keepAliveMs": { "type": "integer", "minimum": 0 },
            "reason": reason,
            "resume": { "type": "string", "enum": ["fresh", "recovered", "reset", "unsupported"] },
            "schema": { "type": "string" },
        },
    });
    let reset = json!({
        "type": "object",
        "required": ["reason"],
        "properties": { "reason": reason, "topics": { "type": "object", "additionalProperties": reason } },
    });
    let event = |name, description, data| ControlEvent { name, description, data };
    [
        event("stream-open", "The first event of a connection: what becomes of the client's id.", open),
        event("stream-reset", "The client has lost events, and starts over.", reset),
        event("stream-position", "How far the client has come: its id.", json!({ "type": "object" })),
        event("stream-end", "The stream is complete: there is nothing to come back for.", json!({ "type": "object" })),
    ]
}

/// As the event view has them, by name.
pub(super) fn facts() -> Value {
    let described = |event: ControlEvent| {
        let mut data = event.data;
        if let Value::Object(data) = &mut data {
            data.insert("description".to_owned(), event.description.into());
        }
        (event.name.to_owned(), data)
    };
    control_events().into_iter().map(described).collect::<Map<_, _>>().into()
}
