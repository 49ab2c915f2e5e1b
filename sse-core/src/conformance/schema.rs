//! The schema, as a validator of others reads it.

use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use serde_json::{Map, Value};

use super::{Fault, FaultKind};
use crate::schema::Manifest;
use crate::schema::reference::reference_to;

/// The event view, and what stands in it.
pub(super) struct Validator {
    view: Value,
    validator: jsonschema::Validator,
}

/// Where a schema has schemas by name.
const BY_NAME: [&str; 4] = ["$defs", "dependentSchemas", "patternProperties", "properties"];
/// Where it has a list of them.
const LISTED: [&str; 4] = ["allOf", "anyOf", "oneOf", "prefixItems"];
/// Where it has one.
const ONE: [&str; 11] = [
    "additionalProperties",
    "contains",
    "contentSchema",
    "else",
    "if",
    "items",
    "not",
    "propertyNames",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
];

/// A format that the validator knows, such as `date-time`, is held to; of others, such as `uint64`, it knows nothing.
fn options() -> jsonschema::ValidationOptions<'static> {
    jsonschema::draft202012::options().should_validate_formats(true)
}

impl Validator {
    pub(super) fn new(view: &Value) -> Result<Self, String> {
        let validator = options().build(view).map_err(|error| error.to_string())?;
        Ok(Self { view: view.clone(), validator })
    }

    /// Why the event is not one of this schema.
    pub(super) fn errors(&self, manifest: &Manifest, event: usize, value: &Value) -> Vec<String> {
        if self.validator.is_valid(value) {
            return Vec::new();
        }
        // Of a union that does not match a validator can say no more; of the one event that is meant it can.
        let name = manifest.events().get(event).map(|event| manifest.type_name(event, "Event"));
        let reference = name.map(|name| Map::from_iter([("$ref".to_owned(), reference_to(&name).into())]));
        let meant = reference.and_then(|reference| self.within(reference));
        let errors = meant.iter().flat_map(|meant| meant.iter_errors(value)).map(|error| {
            let at = error.instance_path().to_string();
            if at.is_empty() { error.to_string() } else { format!("at `{at}`: {error}") }
        });
        let errors: Vec<String> = errors.collect();
        if errors.is_empty() { Vec::from(["it is more than one event, or none".to_owned()]) } else { errors }
    }

    /// A validator of a schema that may refer to the definitions of this one.
    fn within(&self, mut schema: Map<String, Value>) -> Option<jsonschema::Validator> {
        schema.insert("$defs".to_owned(), self.view.get("$defs")?.clone());
        options().build(&Value::Object(schema)).ok()
    }

    /// The defaults that the schema says are not allowed where they stand.
    pub(super) fn defaults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        self.visit(&self.view, "#", &mut faults);
        faults
    }

    fn visit(&self, schema: &Value, path: &str, faults: &mut Vec<Fault>) {
        let Value::Object(object) = schema else { return };
        if let Some(default) = object.get("default")
            && let Some(validator) = self.within(object.clone())
            && let Err(error) = validator.validate(default)
        {
            faults.push(Fault::new("", FaultKind::InvalidDefault, format_args!("at `{path}`: {error}")));
        }
        for (key, value) in object {
            match value {
                Value::Object(named) if BY_NAME.contains(&key.as_str()) => {
                    named.iter().for_each(|(name, schema)| self.visit(schema, &format!("{path}/{key}/{name}"), faults));
                }
                Value::Array(listed) if LISTED.contains(&key.as_str()) => {
                    let each = listed.iter().enumerate();
                    each.for_each(|(at, schema)| self.visit(schema, &format!("{path}/{key}/{at}"), faults));
                }
                schema if ONE.contains(&key.as_str()) => self.visit(schema, &format!("{path}/{key}"), faults),
                _ => {}
            }
        }
    }
}
