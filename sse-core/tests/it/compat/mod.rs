//! Whether old clients get along with a new server.

#![expect(clippy::unwrap_used, reason = "a helper that fails fails the test")]
#![expect(clippy::needless_pass_by_value, reason = "schemas are written where they are passed")]

/// Types as they were and as they are, in the modules `base` and `head`.
macro_rules! versions {
    ({ $($base:item)+ } { $($head:item)+ }) => {
        #[allow(dead_code, clippy::allow_attributes, reason = "only the types are used")]
        mod base {
            use super::*;
            $($base)+
        }
        #[allow(dead_code, clippy::allow_attributes, reason = "only the types are used")]
        mod head {
            use super::*;
            $($head)+
        }
    };
}

mod allow;
mod changes;
mod derived;
mod hostile;
mod recursive;
mod rules;
mod scale;
mod sound;
mod verb;

use serde_json::{Map, Value, json};
use sse_core::compat::{Finding, Options, Rule, Severity, compare};

/// An event of a stream that is written by hand.
pub(crate) struct Event {
    name: &'static str,
    type_name: String,
    data: Option<Value>,
    facts: Value,
    further: Value,
}

impl Event {
    pub(crate) fn new(name: &'static str, data: Value) -> Self {
        let type_name = format!("Feed{}Event", name.to_uppercase());
        Self { name, type_name, data: Some(data), facts: json!({ "data": "json" }), further: json!({}) }
    }

    pub(crate) fn empty(name: &'static str) -> Self {
        Self { data: None, facts: json!({ "data": "empty" }), ..Self::new(name, Value::Null) }
    }

    /// Adds to the event's facts.
    pub(crate) fn fact(mut self, fact: &str, value: impl Into<Value>) -> Self {
        self.facts[fact] = value.into();
        self
    }

    /// Adds to the event's definition.
    pub(crate) fn says(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.further[key] = value.into();
        self
    }

    pub(crate) fn of_type(mut self, name: &str) -> Self {
        name.clone_into(&mut self.type_name);
        self
    }
}

/// The event view of a stream named `Feed`.
pub(crate) fn view(events: Vec<Event>, definitions: Value) -> Value {
    let mut definitions = definitions.as_object().unwrap().clone();
    let (mut branches, mut facts) = (Vec::new(), Map::new());
    for event in events {
        branches.push(json!({ "$ref": format!("#/$defs/{}", event.type_name) }));
        let mut properties = json!({ "event": { "const": event.name } });
        let mut required = vec!["event"];
        if let Some(data) = event.data {
            properties["data"] = data;
            required.push("data");
        }
        let mut definition = json!({ "type": "object", "properties": properties, "required": required });
        for (key, value) in event.further.as_object().unwrap() {
            definition[key] = value.clone();
        }
        definitions.insert(event.type_name, definition);
        facts.insert(event.name.to_owned(), event.facts);
    }
    json!({
        "title": "Feed",
        "oneOf": branches,
        "x-sse": { "version": 1, "events": facts },
        "$defs": definitions,
    })
}

/// A stream of one event `a` with this payload.
pub(crate) fn payload(data: Value) -> Value {
    view(vec![Event::new("a", data)], json!({}))
}

pub(crate) fn brief(findings: &[Finding]) -> Vec<(Rule, &str, Severity)> {
    findings.iter().map(|finding| (finding.rule, finding.at.as_str(), finding.severity)).collect()
}

/// What changed between two payloads.
pub(crate) fn changes(base: Value, head: Value, options: Options) -> Vec<Finding> {
    compare(&payload(base), &payload(head), &options).unwrap()
}
