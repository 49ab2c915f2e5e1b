//! Streams in the OpenAPI document that another crate has made of the application's other routes.
//!
//! utoipa and aide have a model of OpenAPI that does not hold all that a stream's schema says, so what comes out is JSON:
//! that of the document, with a route for each stream. [`sse_core::codegen::openapi`] says what such a route has.

use serde::Serialize;
use serde_json::Value;
use sse_core::codegen::openapi::OpenApi;
use sse_core::codegen::{CodegenError, Registry};

/// A document that streams can be put into: `utoipa::openapi::OpenApi` with the feature `utoipa6`,
/// `aide::openapi::OpenApi` with `aide015`.
pub trait WithStreams: Serialize {
    /// The document as JSON, with a route for each stream. Nothing else in it is changed.
    ///
    /// # Errors
    ///
    /// Returns [`CodegenError`] if a stream has no schema, if the document has such a route or another component of the
    /// same name, or if it is of OpenAPI 3.0.
    fn with_streams(&self, streams: &Registry, how: &OpenApi) -> Result<Value, CodegenError> {
        // Such documents are made of strings and lists. Were one not JSON, `null` would be refused.
        streams.merge_openapi(how, serde_json::to_value(self).unwrap_or_default())
    }
}

/// Beside the handlers that utoipa describes:
///
/// ```
/// use sse_core::SseEvent;
/// use sse_core::codegen::{Registry, openapi::OpenApi};
/// use sse_tower::openapi::WithStreams as _;
/// use utoipa::openapi::{Info, OpenApiBuilder};
///
/// #[derive(SseEvent)]
/// enum Feed {
///     Tick { cents: u32 },
/// }
///
/// let document = OpenApiBuilder::new().info(Info::new("Shop", "1")).build(); // or that of `#[derive(OpenApi)]`
/// let streams = Registry::new().stream::<Feed>("/feed");
/// let document = document.with_streams(&streams, &OpenApi::new())?;
/// assert_eq!(document["info"]["title"], "Shop");
/// assert_eq!(document["paths"]["/feed"]["get"]["operationId"], "streamFeed");
/// // axum: `.route("/openapi.json", get(Json(document)))`
/// # Ok::<(), sse_core::codegen::CodegenError>(())
/// ```
#[cfg(feature = "utoipa6")]
impl WithStreams for utoipa::openapi::OpenApi {}

/// Beside the routes that aide describes; the stream's own is added with `route`, not with `api_route`:
///
/// ```
/// use sse_core::SseEvent;
/// use sse_core::codegen::Registry;
/// use sse_core::codegen::openapi::{OpenApi, Version};
/// use sse_tower::openapi::WithStreams as _;
///
/// #[derive(SseEvent)]
/// enum Feed {
///     Tick { cents: u32 },
/// }
///
/// let document = aide::openapi::OpenApi::default(); // that which `finish_api` has filled
/// let streams = Registry::new().stream::<Feed>("/feed");
/// let document = document.with_streams(&streams, &OpenApi::new().version(Version::V3_2))?;
/// assert_eq!(document["openapi"], "3.2.0");
/// # Ok::<(), sse_core::codegen::CodegenError>(())
/// ```
#[cfg(feature = "aide015")]
impl WithStreams for aide::openapi::OpenApi {}
