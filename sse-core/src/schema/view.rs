//! The event view: a stream's events as a client sees them, decoded.

use alloc::borrow::ToOwned as _;
use alloc::string::String;
use alloc::vec::Vec;

use serde_json::{Map, Value, json};

use super::canonical::canonical;
use super::reference::reference_to;
use super::{EventSchema, Manifest, PayloadSchema, SchemaError, SseSchema, StreamFacts};

/// The JSON Schema (2020-12) of the events of `E`: of `{"event", "data"}`, where `data` is what was decoded.
///
/// Every event and every payload is a titled definition; exactly one branch of the root's `oneOf` matches a received
/// event. The default event, `message`, is the one that may leave out `event`. Of a stream without events it says
/// `"not": {}`.
///
/// # Errors
///
/// Returns [`SchemaError`] if two types have one name, if two variants are one event, or if a name is reserved.
///
/// # Examples
///
/// ```
/// use std::borrow::Cow;
/// use sse_core::event::{DataSink, EncodeError, EventFields, SseEvent};
/// use sse_core::schema::{EventSchema, PayloadSchema, SseSchema, event_view};
///
/// struct Line(String);
/// # impl SseEvent for Line {
/// #     fn fields(&self) -> Result<EventFields, EncodeError> { Ok(EventFields::default()) }
/// #     fn write_data(&self, sink: &mut DataSink<'_>) -> Result<(), EncodeError> { sink.text(&self.0) }
/// # }
///
/// impl SseSchema for Line {
///     fn stream_name() -> Cow<'static, str> {
///         "Log".into()
///     }
///     fn events(_: &mut schemars::SchemaGenerator) -> Vec<EventSchema> {
///         vec![EventSchema::new("line", "Line", PayloadSchema::Text)]
///     }
/// }
///
/// let view = event_view::<Line>()?;
/// assert_eq!(view["x-sse"]["events"]["line"]["data"], "text");
/// assert_eq!(view["$defs"]["LogLineEvent"]["properties"]["event"]["const"], "line");
/// # Ok::<(), sse_core::schema::SchemaError>(())
/// ```
pub fn event_view<E: SseSchema>() -> Result<Value, SchemaError> {
    Ok(Manifest::of::<E>()?.event_view())
}

impl Manifest {
    /// The JSON Schema of the events, as [`event_view`] makes it.
    #[must_use]
    pub fn event_view(&self) -> Value {
        let mut definitions: Map<_, _> = self.definitions().clone().into_iter().collect();
        let mut branches = Vec::new();
        let mut facts = Map::new();
        for event in self.events() {
            let name = self.type_name(event, "Event");
            branches.push(json!({ "$ref": reference_to(&name) }));
            definitions.insert(name.clone(), event_definition(&name, event));
            facts.insert(event.name.clone(), event_facts(event));
        }
        let (keyword, branches) = union("oneOf", branches);
        let mut root = json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": self.name(),
            (keyword): branches,
            "x-sse": stream_facts(self.facts(), facts),
            "$defs": definitions,
        });
        if let (Value::Object(root), Some(description)) = (&mut root, self.description()) {
            root.insert("description".to_owned(), description.into());
        }
        canonical(root)
    }
}

/// One of the branches, by that keyword; nothing, if there are none, because no keyword of a union may be without any.
pub(crate) fn union(keyword: &str, branches: Vec<Value>) -> (&str, Value) {
    if branches.is_empty() { ("not", json!({})) } else { (keyword, branches.into()) }
}

/// What is not as usual is said; what is usual is not.
fn stream_facts(facts: StreamFacts, events: Map<String, Value>) -> Value {
    let mut said = Map::new();
    said.insert("version".to_owned(), 1.into());
    said.insert("events".to_owned(), events.into());
    said.insert("control".to_owned(), super::control::facts());
    if facts.closed {
        said.insert("closed".to_owned(), true.into());
    }
    if facts.open {
        said.insert("open".to_owned(), true.into());
    }
    if let Some(policy) = facts.non_finite {
        said.insert("nonFinite".to_owned(), policy.as_str().into());
    }
    said.into()
}

fn event_definition(name: &str, event: &EventSchema) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    let data = match &event.payload {
        PayloadSchema::Json(schema) => Some(schema.as_value().clone()),
        PayloadSchema::Text => Some(json!({ "type": "string" })),
        PayloadSchema::Base64 => Some(json!({ "type": "string", "contentEncoding": "base64" })),
        PayloadSchema::Empty => None,
    };
    if let Some(data) = data {
        properties.insert("data".to_owned(), data);
        required.push("data");
    }
    properties.insert("event".to_owned(), json!({ "type": "string", "const": event.name }));
    if event.name != "message" {
        required.push("event");
    }
    if event.id {
        properties.insert("id".to_owned(), json!({ "type": "string" }));
    }
    let mut definition = Map::new();
    definition.insert("title".to_owned(), name.into());
    definition.insert("type".to_owned(), "object".into());
    definition.insert("properties".to_owned(), properties.into());
    definition.insert("required".to_owned(), required.into());
    if let Some(description) = event.description {
        definition.insert("description".to_owned(), description.into());
    }
    if event.deprecated {
        definition.insert("deprecated".to_owned(), true.into());
    }
    if !event.examples.is_empty() {
        definition.insert("examples".to_owned(), event.examples.iter().map(|example| example.value.clone()).collect());
    }
    definition.into()
}

fn event_facts(event: &EventSchema) -> Value {
    let mut facts = Map::new();
    facts.insert("data".to_owned(), event.payload.encoding().into());
    if event.id {
        facts.insert("id".to_owned(), true.into());
    }
    if let Some(millis) = event.retry {
        facts.insert("retry".to_owned(), millis.into());
    }
    if event.terminal {
        facts.insert("terminal".to_owned(), true.into());
    }
    facts.into()
}

impl PayloadSchema {
    /// How the payload is written: `json`, `text`, `base64` or `empty`.
    #[must_use]
    pub const fn encoding(&self) -> &'static str {
        match self {
            Self::Json(_) => "json",
            Self::Text => "text",
            Self::Base64 => "base64",
            Self::Empty => "empty",
        }
    }
}
