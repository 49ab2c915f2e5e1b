//! The GET of a stream: what it takes, sends and refuses.

use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde_json::{Map, Value, json};

use super::super::error::CodegenError;
use super::super::ident::pascal_case;
use super::super::registry::Selected;
use super::super::stream::params;
use super::{Data, OpenApi, Version};
use crate::history::ResetReason;
use crate::schema::reference::definition_of;
use crate::schema::{EventSchema, Manifest, PayloadSchema};

/// The path as OpenAPI has it, and the operation.
pub(super) fn get(
    stream: &Selected<'_>,
    component: &str,
    how: &OpenApi,
    version: Version,
) -> Result<(String, Value), CodegenError> {
    let manifest = stream.manifest;
    let params = params(stream.path).ok_or_else(|| CodegenError::path(stream.path))?;
    let item = json!({ "$ref": format!("#/components/schemas/{component}") });
    let keyword = match (version, how.data_in(version)) {
        (Version::V3_1, _) | (_, Data::Payload) => "schema",
        (Version::V3_2, _) => "itemSchema",
    };
    let mut media_type = Map::new();
    media_type.insert(keyword.to_owned(), item);
    if how.sentinel {
        media_type.insert("x-speakeasy-sse-sentinel".to_owned(), sentinel(manifest)?.into());
    }
    let mut facts = manifest.event_view().get("x-sse").cloned().unwrap_or_default();
    if let Value::Object(facts) = &mut facts {
        // The schema describes them.
        facts.remove("control");
    }
    let refusals: Map<_, _> = refusals()
        .into_iter()
        .map(|(name, status, _)| (status.to_string(), json!({ "$ref": format!("#/components/responses/{name}") })))
        .collect();
    let mut operation = json!({
        "operationId": format!("stream{}", pascal_case(manifest.name())),
        "summary": format!("The events of `{}`", manifest.name()),
        "parameters": parameters(stream.path, &params),
        "responses": {
            "200": {
                "description": "The events, until the stream is complete or the connection ends.",
                "headers": {
                    "Cache-Control": { "description": "Nothing of it is stored.", "schema": { "type": "string" } },
                    "Sse-Resume": {
                        "description": "What becomes of the id that the client comes back with: `fresh`, `recovered`, \
                                        `reset; reason=…` or `unsupported`.",
                        "schema": { "type": "string" },
                    },
                },
                "content": { "text/event-stream": media_type },
            },
        },
        "x-sse": facts,
    });
    if let Some(Value::Object(responses)) = operation.get_mut("responses") {
        responses.extend(refusals);
    }
    if let (Value::Object(operation), Some(description)) = (&mut operation, manifest.description()) {
        operation.insert("description".to_owned(), description.into());
    }
    Ok((stream.path.replace("{*", "{"), operation))
}

fn parameters(path: &str, params: &[String]) -> Value {
    let mut parameters: Vec<_> = params
        .iter()
        .map(|name| {
            let rest = path.contains(&format!("{{*{name}}}"));
            let mut parameter = json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } });
            if let (Value::Object(parameter), true) = (&mut parameter, rest) {
                parameter.insert("description".to_owned(), "The rest of the path, which may have slashes.".into());
            }
            parameter
        })
        .collect();
    for (name, place, description) in [
        ("Last-Event-ID", "header", "The id of the last event that the client has: it gets those behind it."),
        ("lastEventId", "query", "The same, for clients that cannot send the header; the header counts for more."),
    ] {
        parameters.push(json!({
            "name": name, "in": place, "required": false, "description": description, "schema": { "type": "string" },
        }));
    }
    parameters.into()
}

/// Why a request gets no stream: the name of the response, its status, and what it is.
pub(super) fn refusals() -> [(&'static str, u16, Value); 6] {
    let text = |description: &str| {
        json!({
            "description": description,
            "content": { "text/plain; charset=utf-8": { "schema": { "type": "string" } } },
        })
    };
    let with = |mut response: Value, name: &str, description: &str, schema: Value| {
        if let Value::Object(response) = &mut response {
            response.insert("headers".to_owned(), json!({ name: { "description": description, "schema": schema } }));
        }
        response
    };
    let seconds = || json!({ "type": "integer", "minimum": 0 });
    let unresumable = json!({
        "description": "What the client missed is gone, and this route does not start over: ask without an id.",
        "content": { "application/json": { "schema": {
            "type": "object",
            "required": ["error", "reason"],
            "properties": {
                "error": { "type": "string" },
                "reason": { "type": "string", "enum": ResetReason::ALL.map(ResetReason::as_str) },
            },
        } } },
    });
    let ended =
        json!({ "description": "The stream that the client comes back to is complete: it need not come back." });
    [
        ("SseEnded", 204, ended),
        (
            "SseMethodNotAllowed",
            405,
            with(
                text("The method is not one of this route."),
                "Allow",
                "The methods of this route.",
                json!({ "type": "string" }),
            ),
        ),
        ("SseNotAcceptable", 406, text("The client does not accept `text/event-stream`.")),
        ("SseUnresumable", 412, unresumable),
        (
            "SseTooMany",
            429,
            with(
                text("This client has as many connections as it may have."),
                "Retry-After",
                "After how many seconds to try again.",
                seconds(),
            ),
        ),
        (
            "SseUnavailable",
            503,
            with(
                text(
                    "There are as many connections as there may be, or the server shuts down. A browser's `EventSource` \
                      gets 200 instead, and a stream that is over at once, so that it comes back.",
                ),
                "Retry-After",
                "After how many seconds to try again.",
                seconds(),
            ),
        ),
    ]
}

/// The data with which the stream always ends.
fn sentinel(manifest: &Manifest) -> Result<String, CodegenError> {
    let fixed = |event: &EventSchema| match &event.payload {
        PayloadSchema::Empty => Some(String::new()),
        PayloadSchema::Json(schema) => {
            let reference = schema.get("$ref").and_then(Value::as_str).and_then(definition_of);
            let definition = reference.and_then(|name| manifest.definitions().get(&name));
            definition.unwrap_or(schema.as_value()).get("const").map(ToString::to_string)
        }
        PayloadSchema::Text | PayloadSchema::Base64 => None,
    };
    let mut ends = manifest.events().iter().filter(|event| event.terminal);
    let (Some(end), None) = (ends.next(), ends.next()) else {
        return Err(CodegenError::sentinel(manifest.name(), "it has not one terminal event"));
    };
    let data = fixed(end).ok_or_else(|| {
        CodegenError::sentinel(manifest.name(), &format!("the data of event `{}` is not always the same", end.name))
    })?;
    match manifest.events().iter().find(|other| other.name != end.name && fixed(other).as_ref() == Some(&data)) {
        Some(other) => {
            let alike = format!("event `{}` has the same data as event `{}`", other.name, end.name);
            Err(CodegenError::sentinel(manifest.name(), &alike))
        }
        None => Ok(data),
    }
}
