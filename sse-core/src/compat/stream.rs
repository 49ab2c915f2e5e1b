//! An event view, read.

use alloc::borrow::ToOwned as _;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use serde_json::{Map, Value};

use super::error::{CompatError, Problem, Side};
use crate::schema::reference::definition_of;

/// A stream, as its event view describes it.
#[derive(Debug)]
pub(super) struct Stream<'a> {
    pub(super) side: Side,
    pub(super) name: &'a str,
    pub(super) root: &'a Map<String, Value>,
    pub(super) closed: bool,
    pub(super) open: bool,
    pub(super) events: BTreeMap<&'a str, Event<'a>>,
    /// The payloads of the events that are ours, as `stream-reset`.
    pub(super) control: Option<&'a Map<String, Value>>,
    pub(super) definitions: BTreeMap<String, Value>,
}

/// An event of a stream.
#[derive(Debug)]
pub(super) struct Event<'a> {
    /// The name of its type.
    pub(super) type_name: String,
    pub(super) definition: &'a Map<String, Value>,
    pub(super) data: Option<&'a Value>,
    pub(super) encoding: &'a str,
    pub(super) id: bool,
    pub(super) retry: Option<&'a Value>,
    pub(super) terminal: bool,
}

impl Event<'_> {
    pub(super) fn is_deprecated(&self) -> bool {
        self.definition.get("deprecated") == Some(&Value::Bool(true))
    }
}

impl<'a> Stream<'a> {
    pub(super) fn read(side: Side, view: &'a Value) -> Result<Self, CompatError> {
        let title = view.get("title").and_then(Value::as_str);
        let failed = |problem| CompatError::new(Some(side), title, problem);
        let malformed = |at: &str, wanted| failed(Problem::Malformed { at: at.to_owned(), wanted });

        let root = view.as_object().ok_or_else(|| failed(Problem::NotAnObject))?;
        let facts = root.get("x-sse").and_then(Value::as_object).ok_or_else(|| failed(Problem::NoFacts))?;
        match facts.get("version") {
            Some(version) if version.as_u64() == Some(1) => {}
            Some(version) => return Err(failed(Problem::Version(version.to_string()))),
            None => return Err(malformed("x-sse.version", "a number")),
        }
        let name = title.ok_or_else(|| malformed("title", "a string"))?;
        let event_facts =
            facts.get("events").and_then(Value::as_object).ok_or_else(|| malformed("x-sse.events", "an object"))?;
        let definitions = match root.get("$defs") {
            None => None,
            Some(Value::Object(definitions)) => Some(definitions),
            Some(_) => return Err(malformed("$defs", "an object")),
        };

        let mut events = BTreeMap::new();
        let branches = match root.get("oneOf") {
            // No event at all: `"not": {}`.
            None if root.contains_key("not") => &[][..],
            branches => branches.and_then(Value::as_array).ok_or_else(|| malformed("oneOf", "an array"))?,
        };
        for (n, branch) in branches.iter().enumerate() {
            let reference = branch.get("$ref").and_then(Value::as_str);
            let reference = reference.ok_or_else(|| malformed(&format!("oneOf/{n}"), "a `$ref`"))?;
            let type_name = definition_of(reference);
            let definition = type_name.as_ref().zip(definitions).and_then(|(name, known)| known.get(name));
            let definition = definition
                .and_then(Value::as_object)
                .ok_or_else(|| failed(Problem::Reference { to: reference.to_owned() }))?;
            let properties = definition.get("properties");
            let event = properties.and_then(|properties| properties.get("event")?.get("const")?.as_str());
            let event = event.ok_or_else(|| malformed(&format!("{reference}/properties/event/const"), "a string"))?;
            let facts = event_facts
                .get(event)
                .and_then(Value::as_object)
                .ok_or_else(|| failed(Problem::NoEventFacts { event: event.to_owned() }))?;
            let read = Event {
                type_name: type_name.unwrap_or_default(),
                definition,
                data: properties.and_then(|properties| properties.get("data")),
                encoding: facts
                    .get("data")
                    .and_then(Value::as_str)
                    .ok_or_else(|| malformed(&format!("x-sse.events.{event}.data"), "a string"))?,
                id: is_set(facts, "id"),
                retry: facts.get("retry"),
                terminal: is_set(facts, "terminal"),
            };
            if events.insert(event, read).is_some() {
                return Err(failed(Problem::SameEvent { event: event.to_owned() }));
            }
        }
        if let Some(event) = event_facts.keys().find(|event| !events.contains_key(event.as_str())) {
            return Err(failed(Problem::NoBranch { event: event.clone() }));
        }
        let definitions = definitions.into_iter().flatten().map(|(name, schema)| (name.clone(), schema.clone()));
        let (closed, open) = (is_set(facts, "closed"), is_set(facts, "open"));
        let control = facts.get("control").and_then(Value::as_object);
        Ok(Self { side, name, root, closed, open, events, control, definitions: definitions.collect() })
    }

    /// An error in this schema.
    pub(super) fn failed(&self, problem: Problem) -> CompatError {
        CompatError::new(Some(self.side), Some(self.name), problem)
    }

    pub(super) fn definition(&self, reference: &str) -> Result<&Value, CompatError> {
        let found = definition_of(reference).and_then(|name| self.definitions.get(&name));
        found.ok_or_else(|| self.failed(Problem::Reference { to: reference.to_owned() }))
    }

    /// The definitions that are the same in `other`, with all that they use.
    pub(super) fn unchanged(&self, other: &Self) -> BTreeSet<String> {
        let is_same = |(name, schema): &(&String, &Value)| other.definitions.get(*name) == Some(schema);
        let mut found: BTreeSet<String> =
            self.definitions.iter().filter(is_same).map(|(name, _)| name.clone()).collect();
        let mut users: BTreeMap<String, Vec<&String>> = BTreeMap::new();
        let mut changed = Vec::new();
        for (name, schema) in &self.definitions {
            for used in references(schema) {
                match used.filter(|used| found.contains(used)) {
                    Some(used) => users.entry(used).or_default().push(name),
                    None => changed.push(name),
                }
            }
        }
        while let Some(name) = changed.pop() {
            if found.remove(name) {
                changed.extend(users.remove(name).unwrap_or_default());
            }
        }
        found
    }
}

/// The definitions that a schema uses itself; none for a reference that points elsewhere.
pub(super) fn references(schema: &Value) -> impl Iterator<Item = Option<String>> + use<'_> {
    let mut open = Vec::from([schema]);
    core::iter::from_fn(move || {
        while let Some(value) = open.pop() {
            match value {
                Value::Object(object) => {
                    open.extend(object.values());
                    if let Some(reference) = object.get("$ref") {
                        return Some(reference.as_str().and_then(definition_of));
                    }
                }
                Value::Array(items) => open.extend(items),
                _ => {}
            }
        }
        None
    })
}

fn is_set(facts: &Map<String, Value>, fact: &str) -> bool {
    facts.get(fact) == Some(&Value::Bool(true))
}
