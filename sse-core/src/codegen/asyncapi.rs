//! A document of AsyncAPI: a channel for each stream, and a message for each event.

use alloc::borrow::ToOwned as _;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde_json::{Map, Value, json};

use super::error::CodegenError;
use super::ident::pascal_case;
use super::openapi::{Components, component_name, pointed_to};
use super::registry::{Registry, Selected};
use super::stream::params;
use crate::schema::{PayloadSchema, canonical, control_events, draft07};

impl Registry {
    /// A document of AsyncAPI 3 for the application that serves the streams. The same streams give the same document.
    ///
    /// Each stream is a channel, each event a message of it, and so are the control events. The application is the server,
    /// so that its operations `send`; a client is generated as the other side. Schemas are of draft-07, as AsyncAPI has them.
    ///
    /// # Errors
    ///
    /// Returns [`CodegenError`] as [`Registry::render`] does; also if two streams have types of one name that are not the
    /// same, or names that are one in an operation's id.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_core::codegen::{CodegenError, Registry};
    /// # use sse_core::schema::SseSchema;
    ///
    /// fn channels<Feed: SseSchema>() -> Result<serde_json::Value, CodegenError> {
    ///     Ok(Registry::new().stream::<Feed>("/feed").asyncapi()?["channels"]["feed"].take())
    /// }
    /// ```
    pub fn asyncapi(&self) -> Result<Value, CodegenError> {
        document(&self.select(&[])?)
    }
}

pub(super) fn document(streams: &[Selected<'_>]) -> Result<Value, CodegenError> {
    let mut components = Components::default();
    let (mut channels, mut operations) = (Map::new(), Map::new());
    // The stream of each operation.
    let mut owners = BTreeMap::new();
    for stream in streams {
        let messages = messages(stream, &mut components)?;
        let channel = format!("#/channels/{}", stream.file);
        // Not in the order of the object, which is another in other builds.
        let keys: BTreeSet<_> = messages.keys().collect();
        let all: Vec<_> = keys.iter().map(|key| json!({ "$ref": format!("{channel}/messages/{key}") })).collect();
        let name = stream.manifest.name();
        let id = format!("send{}", pascal_case(name));
        if let Some(first) = owners.insert(id.clone(), name) {
            let owner = |name: &str| format!("stream `{name}`");
            return Err(CodegenError::same_operation(&id, &owner(first), &owner(name)));
        }
        operations.insert(
            id,
            json!({
                "action": "send",
                "channel": { "$ref": channel },
                "messages": all,
                "bindings": { "http": { "method": "GET", "bindingVersion": "0.3.0" } },
            }),
        );
        channels.insert(stream.file.to_owned(), self::channel(stream, messages)?);
    }
    let schemas: Map<_, _> =
        components.schemas.into_iter().map(|(name, (schema, _))| (name, draft07(schema))).collect();
    Ok(canonical(json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "Event streams",
            "version": "1",
            "description": "What the server sends to its clients as server-sent events (`text/event-stream`).",
        },
        "channels": channels,
        "operations": operations,
        "components": { "schemas": schemas },
    })))
}

fn channel(stream: &Selected<'_>, messages: Map<String, Value>) -> Result<Value, CodegenError> {
    let params = params(stream.path).ok_or_else(|| CodegenError::path(stream.path))?;
    let mut channel = Map::new();
    channel.insert("address".to_owned(), stream.path.replace("{*", "{").into());
    channel.insert("title".to_owned(), stream.manifest.name().into());
    channel.insert("messages".to_owned(), messages.into());
    if let Some(description) = stream.manifest.description() {
        channel.insert("description".to_owned(), description.into());
    }
    if !params.is_empty() {
        let params: Map<_, _> = params.into_iter().map(|name| (name, json!({}))).collect();
        channel.insert("parameters".to_owned(), params.into());
    }
    Ok(channel.into())
}

/// The messages of a channel, by keys that a reference can have.
fn messages(stream: &Selected<'_>, components: &mut Components) -> Result<Map<String, Value>, CodegenError> {
    let names = components.define(stream.manifest, stream.manifest.definitions().clone())?;
    let schema = |schema: Value| draft07(pointed_to(schema, &names));
    let mut messages = Map::new();
    let mut add = |name: &str, message: Value| {
        let mut key = component_name(name);
        while messages.contains_key(&key) {
            key.push('_');
        }
        messages.insert(key, message);
    };
    for event in stream.manifest.events() {
        let (content_type, payload) = match &event.payload {
            PayloadSchema::Json(payload) => ("application/json", schema(payload.as_value().clone())),
            PayloadSchema::Text => ("text/plain", json!({ "type": "string" })),
            PayloadSchema::Base64 => ("text/plain", json!({ "type": "string", "contentEncoding": "base64" })),
            PayloadSchema::Empty => ("text/plain", json!({ "type": "string", "const": "" })),
        };
        let mut message = json!({ "name": event.name, "contentType": content_type, "payload": payload });
        if let Value::Object(message) = &mut message {
            message.extend(event.description.map(|text| ("description".to_owned(), text.into())));
            for (key, holds) in [("x-sse-terminal", event.terminal), ("x-deprecated", event.deprecated)] {
                message.extend(holds.then(|| (key.to_owned(), true.into())));
            }
        }
        add(&event.name, message);
    }
    for control in control_events() {
        let message = json!({
            "name": control.name,
            "contentType": "application/json",
            "description": control.description,
            "payload": control.data,
            "x-sse-control": true,
        });
        add(control.name, message);
    }
    Ok(messages)
}
