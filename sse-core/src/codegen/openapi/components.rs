//! The schemas of a document: one name, one meaning.

use alloc::borrow::ToOwned as _;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde_json::{Map, Value, json};

use super::super::error::CodegenError;
use super::Data;
use crate::schema::reference::{definition_of, reachable, reference_to};
use crate::schema::wire::{self, Wire};
use crate::schema::{Manifest, PayloadSchema, canonical, view, walk};

/// The components that the streams need.
#[derive(Debug, Default)]
pub(in super::super) struct Components {
    /// Each with the stream that has it first.
    pub(in super::super) schemas: BTreeMap<String, (Value, String)>,
    pub(super) responses: BTreeMap<&'static str, Value>,
}

impl Components {
    /// Adds the schemas of a stream, and gives the name of the one that describes an item.
    pub(super) fn stream(&mut self, manifest: &Manifest, data: Data) -> Result<String, CodegenError> {
        let Wire { branches, definitions } = match data {
            Data::Strict => manifest.wire(wire::Data::Text),
            Data::Decoded => manifest.wire(wire::Data::Decoded),
            Data::Payload => payloads(manifest),
        };
        let name = component_name(manifest.name()) + if data == Data::Payload { "Payload" } else { "" };
        let branches = branches.iter().map(|name| json!({ "$ref": reference_to(name) })).collect();
        // Payloads need not exclude each other; events do, by their names.
        let (keyword, branches) = view::union(if data == Data::Payload { "anyOf" } else { "oneOf" }, branches);
        let mut union = json!({ "title": manifest.name(), (keyword): branches });
        if let (Value::Object(union), Some(description)) = (&mut union, manifest.description()) {
            union.insert("description".to_owned(), description.into());
        }
        let names = self.define(manifest, definitions)?;
        self.add(name.clone(), pointed_to(union, &names), manifest)?;
        Ok(name)
    }

    /// Adds the definitions of a stream, and gives the names that they have now.
    pub(in super::super) fn define(
        &mut self,
        manifest: &Manifest,
        definitions: BTreeMap<String, Value>,
    ) -> Result<BTreeMap<String, String>, CodegenError> {
        let mut names: BTreeMap<String, String> = BTreeMap::new();
        for key in definitions.keys() {
            let name = component_name(key);
            if let Some((first, _)) = names.iter().find(|(_, other)| **other == name) {
                let owner = |key: &str| format!("the type `{key}` of stream `{}`", manifest.name());
                return Err(CodegenError::same_component(&name, &owner(first), &owner(key)));
            }
            names.insert(key.clone(), name);
        }
        for (key, definition) in definitions {
            let component = names.get(&key).cloned().unwrap_or(key);
            self.add(component, pointed_to(definition, &names), manifest)?;
        }
        Ok(names)
    }

    fn add(&mut self, name: String, schema: Value, manifest: &Manifest) -> Result<(), CodegenError> {
        let schema = canonical(schema);
        let owner = format!("stream `{}`", manifest.name());
        match self.schemas.get(&name) {
            None => {
                self.schemas.insert(name, (schema, owner));
                Ok(())
            }
            Some((known, _)) if *known == schema => Ok(()),
            Some((_, first)) => Err(CodegenError::same_component(&name, first, &owner)),
        }
    }

    pub(super) fn responses(&mut self, responses: BTreeMap<&'static str, Value>) {
        self.responses = responses.into_iter().map(|(name, response)| (name, canonical(response))).collect();
    }
}

/// The union of the payloads, and what they are made of.
fn payloads(manifest: &Manifest) -> Wire {
    let mut wire = Wire { branches: Vec::new(), definitions: BTreeMap::new() };
    for event in manifest.events() {
        let schema = match &event.payload {
            PayloadSchema::Json(schema) => schema.as_value().clone(),
            PayloadSchema::Text => json!({ "type": "string" }),
            PayloadSchema::Base64 => json!({ "type": "string", "contentEncoding": "base64" }),
            PayloadSchema::Empty => continue,
        };
        for key in reachable(&schema, manifest.definitions()) {
            if let Some(definition) = manifest.definitions().get(&key) {
                wire.definitions.insert(key, definition.clone());
            }
        }
        let reference = schema.get("$ref").and_then(Value::as_str).and_then(definition_of);
        let name = reference.unwrap_or_else(|| {
            let name = manifest.type_name(event, "Payload");
            wire.definitions.insert(name.clone(), schema);
            name
        });
        if !wire.branches.contains(&name) {
            wire.branches.push(name);
        }
    }
    wire
}

/// The schema with its references pointing to where its definitions are, under their new names.
pub(in super::super) fn pointed_to(schema: Value, names: &BTreeMap<String, String>) -> Value {
    walk::map(schema, &mut |mut object: Map<String, Value>| {
        if let Some(Value::String(reference)) = object.get_mut("$ref")
            && let Some(name) = definition_of(reference).and_then(|key| names.get(&key))
        {
            *reference = format!("#/components/schemas/{name}");
        }
        object.into()
    })
}

/// `Page<Money>` as `Page_Money_`: components are named in letters, digits, `.`, `-` and `_`.
pub(in super::super) fn component_name(name: &str) -> String {
    let letter = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' };
    name.chars().map(letter).collect()
}
