//! Two types of one name.
//!
//! The generator calls the second `Item` that it meets `Item2`: which of them that is depends on the order of fields,
//! so a new field may swap the meaning of two names. That is an error here.

use alloc::borrow::{Cow, ToOwned as _};
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use core::cell::RefCell;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::Value;

use super::{
    EventSchema, Manifest, PayloadSchema, SchemaError, SseSchema,
    reference::{reachable, reference_to},
};

std::thread_local! {
    static PROBE_NAME: RefCell<String> = const { RefCell::new(String::new()) };
}

/// A type that takes a name, to see whether another type wants it.
struct Probe;

impl JsonSchema for Probe {
    fn schema_name() -> Cow<'static, str> {
        PROBE_NAME.with_borrow(Clone::clone).into()
    }
    fn schema_id() -> Cow<'static, str> {
        concat!(module_path!(), "::Probe").into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({})
    }
}

/// Fails if a definition has its name only because another type had taken it.
pub(super) fn check<E: SseSchema>(
    events: &[EventSchema],
    definitions: &BTreeMap<String, Value>,
) -> Result<(), SchemaError> {
    for name in definitions.keys() {
        let Some(base) = base_of(name, definitions) else {
            continue;
        };
        if !wants_name::<E>(name, definitions) {
            let users = [user_of(base, events, definitions), user_of(name, events, definitions)];
            let is_made = is_made(base, base, events) && is_made(base, name, events);
            return Err(if is_made {
                SchemaError::same_payload(base, users)
            } else {
                SchemaError::same_type(base, users)
            });
        }
    }
    Ok(())
}

/// `Item`, if the name is `Item2` and there is an `Item` too.
fn base_of<'a>(name: &'a str, definitions: &BTreeMap<String, Value>) -> Option<&'a str> {
    name.char_indices().filter_map(|(at, _)| name.split_at_checked(at)).find_map(|(base, number)| {
        let counted = number.parse::<u32>().is_ok_and(|n| n >= 2) && !number.starts_with(['0', '+']);
        (counted && definitions.contains_key(base)).then_some(base)
    })
}

/// Whether a type calls itself `Item2`: if the name is taken, such a type becomes `Item22`, any other `Item3`.
fn wants_name<E: SseSchema>(name: &str, definitions: &BTreeMap<String, Value>) -> bool {
    let behind =
        |key: &&str| key.strip_prefix(name).is_some_and(|number| !number.is_empty() && number.parse::<u32>().is_ok());
    let before = definitions.keys().map(String::as_str).filter(behind).count();
    PROBE_NAME.set(name.to_owned());
    let mut generator = Manifest::generator();
    drop(generator.subschema_for::<Probe>());
    drop(E::events(&mut generator));
    generator.definitions().keys().map(String::as_str).filter(behind).count() > before
}

/// Whether the definition is of a payload that has no type of its own, so that it is called by stream and variant.
fn is_made(base: &str, name: &str, events: &[EventSchema]) -> bool {
    let reference = reference_to(name);
    events.iter().any(|event| match &event.payload {
        PayloadSchema::Json(schema) => {
            schema.get("$ref").and_then(Value::as_str) == Some(&reference)
                && base.strip_suffix("Data").is_some_and(|base| base.ends_with(event.variant))
        }
        PayloadSchema::Text | PayloadSchema::Base64 | PayloadSchema::Empty => false,
    })
}

/// The first event that uses the definition.
fn user_of(name: &str, events: &[EventSchema], definitions: &BTreeMap<String, Value>) -> String {
    let uses = |event: &&EventSchema| match &event.payload {
        PayloadSchema::Json(schema) => reachable(schema.as_value(), definitions).contains(name),
        PayloadSchema::Text | PayloadSchema::Base64 | PayloadSchema::Empty => false,
    };
    events.iter().find(uses).map_or_else(|| format!("? ({name})"), |event| event.name.clone())
}
