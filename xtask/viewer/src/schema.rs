//! Whether an event is one of its stream's, by the stream's JSON Schema.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;
use std::fs;
use std::path::Path;

use jsonschema::Validator;
use serde::Serialize;
use serde_json::{Map, Value, json};
use sse_core::DecodedEvent;

/// The event view of a stream, as `sse_core::schema::event_view` makes it: `{"event": …, "data": …}`, decoded.
#[derive(Debug)]
pub(crate) struct Schema {
    events: BTreeMap<String, EventSchema>,
}

#[derive(Debug)]
struct EventSchema {
    encoding: Encoding,
    validator: Validator,
}

/// How the data of an event is written, as `x-sse` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoding {
    Json,
    Text,
    Empty,
}

/// One thing in which an event is not what the schema says.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Violation {
    /// Where, as a JSON Pointer into `{"event": …, "data": …}`.
    at: String,
    problem: String,
}

impl Violation {
    pub(crate) fn new(at: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { at: at.into(), problem: problem.into() }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = if self.at.is_empty() { "/" } else { &self.at };
        write!(f, "{at}: {}", self.problem)
    }
}

impl Schema {
    pub(crate) fn read(path: &Path) -> Result<Self, Box<dyn Error>> {
        let within = |error: &dyn fmt::Display| format!("{}: {error}", path.display());
        let text = fs::read_to_string(path).map_err(|error| within(&error))?;
        let schema: Value = serde_json::from_str(&text).map_err(|error| within(&error))?;
        Ok(Self::new(&schema).map_err(|error| within(&error))?)
    }

    fn new(schema: &Value) -> Result<Self, String> {
        if schema["x-sse"]["version"] != 1 {
            return Err("this is no event view: `x-sse` does not say version 1".to_owned());
        }
        let (Some(branches), Some(facts)) = (schema["oneOf"].as_array(), schema["x-sse"]["events"].as_object()) else {
            return Err("this is no event view: it has no `oneOf`, or no `x-sse` with `events`".to_owned());
        };
        let events = branches.iter().map(|branch| EventSchema::of_branch(schema, branch, facts));
        Ok(Self { events: events.collect::<Result<_, _>>()? })
    }

    /// In what the event is against the schema. Control events are nobody's, and always right.
    pub(crate) fn violations(&self, event: &DecodedEvent) -> Vec<Violation> {
        let name = event.name.as_str();
        if name.starts_with("stream-") {
            return Vec::new();
        }
        if let Some(schema) = self.events.get(name) {
            return schema.violations(event);
        }
        let known = self.events.keys().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        vec![Violation::new("/event", format!("`{name}` is none of {known}"))]
    }
}

impl EventSchema {
    /// The name and the schema of the event that one branch of the view is about.
    ///
    /// Each has a validator of its own, because that of the view would only say that no branch fits.
    fn of_branch(view: &Value, branch: &Value, facts: &Map<String, Value>) -> Result<(String, Self), String> {
        let pointer = branch["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
        let definition = pointer.and_then(|pointer| view.pointer(pointer)).unwrap_or(branch);
        let name = definition["properties"]["event"]["const"].as_str().ok_or("a branch of `oneOf` names no event")?;
        let encoding = match facts.get(name).and_then(|facts| facts["data"].as_str()) {
            Some("json") => Encoding::Json,
            Some("text") => Encoding::Text,
            Some("empty") => Encoding::Empty,
            _ => return Err(format!("`x-sse` does not say how the data of `{name}` is written")),
        };
        let mut schema = json!({ "$defs": view["$defs"], "allOf": [branch] });
        if let Some(dialect) = view.get("$schema") {
            schema["$schema"] = dialect.clone();
        }
        let validator = jsonschema::validator_for(&schema).map_err(|error| error.to_string())?;
        Ok((name.to_owned(), Self { encoding, validator }))
    }

    fn violations(&self, event: &DecodedEvent) -> Vec<Violation> {
        let mut instance = json!({ "event": event.name.as_str() });
        if !event.last_event_id.as_str().is_empty() {
            instance["id"] = event.last_event_id.as_str().into();
        }
        match self.encoding {
            Encoding::Json => match serde_json::from_str(&event.data) {
                Ok(data) => instance["data"] = data,
                Err(error) => return vec![Violation::new("/data", format!("is no JSON: {error}"))],
            },
            Encoding::Text => instance["data"] = event.data.as_str().into(),
            Encoding::Empty if event.data.is_empty() => {}
            Encoding::Empty => return vec![Violation::new("/data", "is not empty")],
        }
        let errors = self.validator.iter_errors(&instance);
        errors.map(|error| Violation::new(error.instance_path().as_str(), error.to_string())).collect()
    }
}

#[cfg(test)]
mod tests {
    use sse_core::{Decoder, SseEvent};

    use super::*;

    #[expect(dead_code, reason = "only its schema is of interest")]
    #[derive(schemars::JsonSchema, serde::Serialize, SseEvent)]
    #[sse(rename_all = "kebab-case")]
    enum Feed {
        Tick {
            cents: u64,
            note: Option<String>,
        },
        #[sse(text)]
        Log(String),
        Ping,
    }

    fn schema() -> Schema {
        Schema::new(&sse_core::schema::event_view::<Feed>().unwrap()).unwrap()
    }

    #[track_caller]
    fn check(stream: &str, expect: &[&str]) {
        let event = Decoder::new().decode(&mut stream.as_bytes()).unwrap().unwrap();
        let violations = schema().violations(&event);
        let violations: Vec<String> = violations.iter().map(ToString::to_string).collect();
        assert_eq!(violations, expect);
    }

    #[test]
    fn what_is_against_the_schema_is_named() {
        check("event: tick\nid: 1\ndata: {\"cents\":1,\"note\":null}\n\n", &[]);
        check(
            "event: tick\ndata: {\"cents\":-1,\"note\":\"\"}\n\n",
            &["/data/cents: -1 is less than the minimum of 0"],
        );
        check(
            "event: tick\ndata: {\"cents\":\"1\",\"note\":2}\n\n",
            &["/data/cents: \"1\" is not of type \"integer\"", "/data/note: 2 is not of types \"null\", \"string\""],
        );
        check("event: tick\ndata: {\"note\":\"a\"}\n\n", &["/data: \"cents\" is a required property"]);
        check("event: tick\ndata: {\n\n", &["/data: is no JSON: EOF while parsing an object at line 1 column 1"]);
        check("event: log\ndata: {\n\n", &[]);
        check("event: ping\ndata\n\n", &[]);
        check("event: ping\ndata: x\n\n", &["/data: is not empty"]);
        check("data: x\n\n", &["/event: `message` is none of `log`, `ping`, `tick`"]);
        check("event: stream-open\ndata: {}\n\n", &[]);
    }

    #[test]
    fn what_is_no_event_view_is_refused() {
        for schema in [json!({}), json!({ "x-sse": { "version": 2 } }), json!({ "x-sse": { "version": 1 } })] {
            assert!(Schema::new(&schema).unwrap_err().starts_with("this is no event view"));
        }
    }
}
