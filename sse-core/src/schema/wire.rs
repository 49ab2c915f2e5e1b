//! The wire view: a stream's events as their fields stand on the wire.

use alloc::borrow::ToOwned as _;
use alloc::collections::BTreeMap;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use serde_json::{Value, json};

use super::canonical::canonical;
use super::control::control_events;
use super::reference::reference_to;
use super::{EventSchema, Manifest, PayloadSchema};

/// What stands for `data`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Data {
    /// The text between `data:` and the line end, with its type beside it.
    Text,
    /// What was decoded of it.
    #[cfg_attr(not(feature = "codegen"), expect(dead_code, reason = "only documents of other formats have it"))]
    Decoded,
}

/// The parts of the wire view.
#[derive(Debug)]
pub(crate) struct Wire {
    /// The names of the events' definitions, then those of the control events.
    pub(crate) branches: Vec<String>,
    /// All definitions, also those of the payloads.
    pub(crate) definitions: BTreeMap<String, Value>,
}

impl Manifest {
    /// The JSON Schema (2020-12) of the fields of an event: `event`, `data`, `id` and `retry`.
    ///
    /// `data` is text, and JSON in it is described by `contentSchema`. Exactly one branch of the root's `oneOf` matches an
    /// event that a server sends, also a control event; an event without a name may leave out `event`, or say `message`.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_core::schema::{Manifest, SchemaError, SseSchema};
    ///
    /// fn fields<E: SseSchema>() -> Result<serde_json::Value, SchemaError> {
    ///     Ok(Manifest::of::<E>()?.wire_view())
    /// }
    /// ```
    #[must_use]
    pub fn wire_view(&self) -> Value {
        let Wire { branches, definitions } = self.wire(Data::Text);
        let branches: Vec<_> = branches.iter().map(|name| json!({ "$ref": reference_to(name) })).collect();
        let mut root = json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": self.name(),
            "oneOf": branches,
            "$defs": definitions,
        });
        if let (Value::Object(root), Some(description)) = (&mut root, self.description()) {
            root.insert("description".to_owned(), description.into());
        }
        canonical(root)
    }

    pub(crate) fn wire(&self, data: Data) -> Wire {
        let mut wire = Wire { branches: Vec::new(), definitions: self.definitions().clone() };
        for event in self.events() {
            let name = self.type_name(event, "Event");
            let mut definition = fields(&name, &event.name, data_of(event, data));
            if let (Value::Object(definition), Some(description)) = (&mut definition, event.description) {
                definition.insert("description".to_owned(), description.into());
            }
            for (key, holds) in [("deprecated", event.deprecated), ("x-sse-terminal", event.terminal)] {
                if let (Value::Object(definition), true) = (&mut definition, holds) {
                    definition.insert(key.to_owned(), true.into());
                }
            }
            wire.add(name, definition);
        }
        for control in control_events() {
            let mut name = control.name.split('-').fold("Sse".to_owned(), |name, word| name + &capitalised(word));
            // A type may be called `SseStreamOpen`; then this is another one.
            while wire.definitions.contains_key(&name) {
                name.push('_');
            }
            let mut definition = fields(&name, control.name, (json_of(control.data, data), true));
            if let Value::Object(definition) = &mut definition {
                definition.insert("description".to_owned(), control.description.into());
            }
            wire.add(name, definition);
        }
        wire
    }
}

impl Wire {
    fn add(&mut self, name: String, definition: Value) {
        self.definitions.insert(name.clone(), definition);
        self.branches.push(name);
    }
}

/// The schema of an event's data, and whether there must be some.
fn data_of(event: &EventSchema, data: Data) -> (Value, bool) {
    match (&event.payload, data) {
        (PayloadSchema::Json(schema), _) => (json_of(schema.as_value().clone(), data), true),
        (PayloadSchema::Text, Data::Text) => (json!({ "type": "string", "contentMediaType": "text/plain" }), true),
        (PayloadSchema::Text, Data::Decoded) => (json!({ "type": "string" }), true),
        (PayloadSchema::Base64, _) => (json!({ "type": "string", "contentEncoding": "base64" }), true),
        // On the wire it is there, and empty; what a decoder makes of that is its own matter.
        (PayloadSchema::Empty, Data::Text) => (json!({ "type": "string", "const": "" }), true),
        (PayloadSchema::Empty, Data::Decoded) => (json!({ "enum": ["", null] }), false),
    }
}

fn json_of(schema: Value, data: Data) -> Value {
    match data {
        Data::Text => json!({ "type": "string", "contentMediaType": "application/json", "contentSchema": schema }),
        Data::Decoded => schema,
    }
}

fn fields(title: &str, event: &str, (data, has_data): (Value, bool)) -> Value {
    let mut required = Vec::new();
    if has_data {
        required.push("data");
    }
    if event != "message" {
        required.push("event");
    }
    json!({
        "title": title,
        "type": "object",
        "required": required,
        "properties": {
            "data": data,
            "event": { "type": "string", "const": event },
            "id": { "type": "string" },
            "retry": { "type": "integer", "minimum": 0 },
        },
    })
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase().to_string()).unwrap_or_default();
    first + letters.as_str()
}
