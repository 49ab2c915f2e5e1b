//! A stream as the derive describes it, checked.

use alloc::borrow::ToOwned as _;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use schemars::generate::SchemaSettings;
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value};

use super::canonical::{canonical, sort_required};
use super::reference::reference_to;
use super::{EventSchema, Example, PayloadSchema, SchemaError, SseSchema, StreamFacts, collision, non_finite};
use crate::event::EventName;

/// Everything that is known of a stream: its events, and the types of their payloads.
///
/// # Examples
///
/// ```
/// use sse_core::schema::{Manifest, SchemaError, SseSchema};
///
/// fn names<E: SseSchema>() -> Result<Vec<String>, SchemaError> {
///     Ok(Manifest::of::<E>()?.events().iter().map(|event| event.name.clone()).collect())
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Manifest {
    name: String,
    description: Option<String>,
    facts: StreamFacts,
    events: Vec<EventSchema>,
    definitions: BTreeMap<String, Value>,
}

impl Manifest {
    /// Describes the events of `E`.
    ///
    /// # Errors
    ///
    /// Returns [`SchemaError`] if two types have one name, if two variants are one event, if a name is reserved, if an
    /// example does not encode, or if a flattened type sends as `null` what the stream says is an error.
    pub fn of<E: SseSchema>() -> Result<Self, SchemaError> {
        Self::named::<E>(&E::stream_name())
    }

    /// Describes the events of `E` under another name.
    ///
    /// # Errors
    ///
    /// As [`Manifest::of`].
    pub fn named<E: SseSchema>(name: &str) -> Result<Self, SchemaError> {
        let mut manifest = Self::described::<E>(name)?;
        for event in E::examples() {
            let (at, example) = Example::of(&event, &manifest.events)?;
            if let Some(event) = manifest.events.get_mut(at) {
                event.examples.push(example);
            }
        }
        Ok(manifest)
    }

    /// The same, without examples.
    pub(crate) fn described<E: SseSchema>(name: &str) -> Result<Self, SchemaError> {
        let mut generator = Self::generator();
        let mut events = E::events(&mut generator);
        for event in &mut events {
            if let PayloadSchema::Json(schema) = &mut event.payload {
                for transform in generator.transforms_mut() {
                    transform.transform(schema);
                }
                if let Ok(sorted) = Schema::try_from(canonical(schema.clone().to_value())) {
                    *schema = sorted;
                }
            }
        }
        let mut definitions = generator.take_definitions(true).into_iter().collect();
        check_names(&events)?;
        collision::check::<E>(&events, &definitions)?;

        let facts = E::facts();
        non_finite::allow_null(&mut events, &mut definitions, facts.non_finite)?;
        let description = E::description().map(Into::into);
        let mut manifest = Self { name: name.to_owned(), description, facts, events, definitions };
        manifest.name_payloads()?;
        Ok(manifest)
    }

    /// The name of the stream, which prefixes the names of its events' types.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the type's documentation says.
    #[must_use]
    pub fn description(&self) -> Option<&str> {
        self.description.as_deref()
    }

    /// What is true of the whole stream.
    #[must_use]
    pub const fn facts(&self) -> StreamFacts {
        self.facts
    }

    /// The events, in the order of their declaration.
    #[must_use]
    pub fn events(&self) -> &[EventSchema] {
        &self.events
    }

    /// The types of the payloads, by name: what `#/$defs/NAME` in a payload's schema points to.
    #[must_use]
    pub const fn definitions(&self) -> &BTreeMap<String, Value> {
        &self.definitions
    }

    /// The generator that describes what is sent: by default schemars describes what is read.
    pub(super) fn generator() -> SchemaGenerator {
        SchemaSettings::draft2020_12().for_serialize().with_transform(sort_required()).into_generator()
    }

    /// `FeedTickEvent`, `FeedTickData`; `TickEvent` for the only event of a struct `Tick`.
    ///
    /// Variants of flattened enums may have one name: then it is the event's that counts.
    pub(crate) fn type_name(&self, event: &EventSchema, suffix: &str) -> String {
        let alike = self.events.iter().filter(|other| other.variant == event.variant).count();
        let middle = match event.variant {
            _ if alike > 1 => capitalised(&event.name),
            variant if variant == self.name => String::new(),
            variant => variant.to_owned(),
        };
        format!("{}{middle}{suffix}", self.name)
    }

    /// Makes a definition of each payload with parts of its own, and gives every definition its title.
    fn name_payloads(&mut self) -> Result<(), SchemaError> {
        let mut kept: BTreeMap<String, String> = BTreeMap::new();
        for event in &self.events {
            let name = self.type_name(event, "Event");
            if let Some(first) = kept.get(&name) {
                return Err(SchemaError::same_event_type(&name, [first, &event.name]));
            }
            kept.insert(name, event.name.clone());
        }
        for at in 0..self.events.len() {
            let Some(event) = self.events.get(at) else {
                break;
            };
            let (kept, name) = (self.type_name(event, "Event"), self.type_name(event, "Data"));
            if self.definitions.contains_key(&kept) {
                return Err(SchemaError::same_definition(&kept, &event.name));
            }
            let PayloadSchema::Json(schema) = &event.payload else {
                continue;
            };
            if !["properties", "enum", "oneOf", "anyOf", "allOf"].iter().any(|key| schema.get(*key).is_some()) {
                continue;
            }
            if self.definitions.contains_key(&name) {
                return Err(SchemaError::same_definition(&name, &event.name));
            }
            let reference = Schema::new_ref(reference_to(&name));
            if let Some(event) = self.events.get_mut(at)
                && let PayloadSchema::Json(schema) =
                    core::mem::replace(&mut event.payload, PayloadSchema::Json(reference))
            {
                self.definitions.insert(name, schema.to_value());
            }
        }
        for (name, definition) in &mut self.definitions {
            // `true` is a schema as well; as an object it can have a title.
            if definition.as_bool() == Some(true) {
                *definition = Value::Object(Map::new());
            }
            if let Value::Object(object) = definition {
                object.entry("title").or_insert_with(|| name.as_str().into());
            }
            *definition = canonical(definition.take());
        }
        Ok(())
    }
}

fn check_names(events: &[EventSchema]) -> Result<(), SchemaError> {
    let mut names = BTreeSet::new();
    for event in events {
        if event.name.starts_with(EventName::RESERVED_PREFIX) {
            return Err(SchemaError::reserved(&event.name));
        }
        if !names.insert(&*event.name) {
            return Err(SchemaError::same_event(&event.name));
        }
    }
    Ok(())
}

/// `inner.tick` as `InnerTick`.
fn capitalised(name: &str) -> String {
    let words = name.split(|c: char| !c.is_alphanumeric());
    words
        .flat_map(|word| word.chars().enumerate().map(|(n, c)| if n == 0 { c.to_ascii_uppercase() } else { c }))
        .collect()
}
