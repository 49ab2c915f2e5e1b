//! OpenAPI documents: what a route of events takes, sends and refuses.
//!
//! [`Registry::openapi`] makes a document, and [`Registry::merge_openapi`] puts the same into a document that is there:
//!
//! ```json
//! { "paths": { "/feed": { "get": {
//!   "parameters": [{ "name": "Last-Event-ID", "in": "header", "schema": { "type": "string" } }, …],
//!   "responses": {
//!     "200": { "content": { "text/event-stream": { "itemSchema": { "$ref": "#/components/schemas/Feed" } } } },
//!     "204": { "$ref": "#/components/responses/SseEnded" }, … } } } } }
//! ```
//!
//! Exactly one branch of `Feed` matches an event that the server sends, also a control event.
//!
//! | [`Data`] | what stands for an event's `data` | who reads it so |
//! |---|---|---|
//! | [`Strict`](Data::Strict) | a string, of which `contentSchema` says what is in it | the OpenAPI specification, FastAPI, Schemathesis |
//! | [`Decoded`](Data::Decoded) | what was decoded | ASP.NET, Speakeasy, openapi-typescript |
//! | [`Payload`](Data::Payload) | nothing else: the payloads alone, under `schema` | hey-api, Fern |
//!
//! OpenAPI 3.1 has no `itemSchema`: there the union stands under `schema`, where tools look for it.

mod components;
mod merge;
mod operation;

use alloc::string::String;
use alloc::vec::Vec;

use serde_json::{Value, json};

pub(super) use self::components::{Components, component_name, pointed_to};
pub(super) use self::merge::merge as merged;
use super::error::CodegenError;
use super::registry::{Registry, Selected};
use crate::schema::canonical;

/// What every generated part has, so that the next run finds it.
const MARK: &str = "x-sse-generated";

/// How the streams are described in an OpenAPI document.
///
/// # Examples
///
/// ```
/// use sse_core::codegen::openapi::{Data, OpenApi, Version};
/// use sse_core::codegen::{CodegenError, Registry};
/// # use sse_core::schema::SseSchema;
///
/// fn document<Feed: SseSchema>() -> Result<serde_json::Value, CodegenError> {
///     let how = OpenApi::new().version(Version::V3_1).data(Data::Decoded);
///     Registry::new().stream::<Feed>("/feed").openapi(&how)
/// }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpenApi {
    version: Option<Version>,
    data: Option<Data>,
    sentinel: bool,
}

/// The version of a document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Version {
    /// 3.1, which does not know streams of items.
    V3_1,
    /// 3.2, with `itemSchema`.
    #[default]
    V3_2,
}

/// What stands for the data of an event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Data {
    /// A string, described by `contentMediaType` and `contentSchema`.
    #[default]
    Strict,
    /// What was decoded.
    Decoded,
    /// The payloads alone, without the events around them.
    Payload,
}

impl OpenApi {
    /// OpenAPI 3.2 or, where it is merged, the version of the document; data is strict in 3.2, and decoded in 3.1.
    #[must_use]
    pub const fn new() -> Self {
        Self { version: None, data: None, sentinel: false }
    }

    /// Sets the version. A document of 3.1 into which 3.2 is merged becomes one of 3.2, which takes all that 3.1 does.
    #[must_use]
    pub const fn version(mut self, version: Version) -> Self {
        self.version = Some(version);
        self
    }

    /// Sets what stands for the data of an event.
    #[must_use]
    pub const fn data(mut self, data: Data) -> Self {
        self.data = Some(data);
        self
    }

    /// Adds `x-speakeasy-sse-sentinel`, the data of the one terminal event, where its data is always the same.
    #[must_use]
    pub const fn speakeasy_sentinel(mut self) -> Self {
        self.sentinel = true;
        self
    }

    fn data_in(&self, version: Version) -> Data {
        self.data.unwrap_or(match version {
            Version::V3_2 => Data::Strict,
            Version::V3_1 => Data::Decoded,
        })
    }
}

impl Registry {
    /// An OpenAPI document with a route for each stream. The same streams give the same document.
    ///
    /// # Errors
    ///
    /// Returns [`CodegenError`] as [`Registry::render`] does; also if two streams have types of one name that are not the
    /// same, or if a sentinel is asked for and a stream has none.
    pub fn openapi(&self, how: &OpenApi) -> Result<Value, CodegenError> {
        document(&self.select(&[])?, how)
    }

    /// The document with a route for each stream. What an earlier run has generated in it is replaced, and nothing else is
    /// changed.
    ///
    /// # Errors
    ///
    /// Returns [`CodegenError`] as [`Registry::openapi`] does; also if the document is none of OpenAPI 3.1 or 3.2, or if it
    /// has such a route, or another component of the same name, of its own.
    pub fn merge_openapi(&self, how: &OpenApi, document: Value) -> Result<Value, CodegenError> {
        merge::merge(&self.select(&[])?, how, document)
    }
}

pub(super) fn document(streams: &[Selected<'_>], how: &OpenApi) -> Result<Value, CodegenError> {
    let info = json!({ "title": "Event streams", "version": "1" });
    let version = match how.version.unwrap_or_default() {
        Version::V3_1 => "3.1.0",
        Version::V3_2 => "3.2.0",
    };
    merged(streams, how, json!({ "openapi": version, "info": info, "paths": {} }))
}

/// What is to be in the document.
#[derive(Debug)]
struct Parts {
    /// The GET operations by their paths, with the names of their streams.
    operations: Vec<(String, String, Value)>,
    components: Components,
}

fn parts(streams: &[Selected<'_>], how: &OpenApi, version: Version) -> Result<Parts, CodegenError> {
    let mut components = Components::default();
    let mut operations = Vec::new();
    for stream in streams {
        let name = components.stream(stream.manifest, how.data_in(version))?;
        let (path, operation) = operation::get(stream, &name, how, version)?;
        operations.push((path, stream.manifest.name().into(), canonical(operation)));
    }
    components.responses(operation::refusals().map(|(name, _, response)| (name, response)).into());
    Ok(Parts { operations, components })
}
