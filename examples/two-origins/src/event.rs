//! What the server tells.

use schemars::JsonSchema;
use serde::Serialize;
use sse_core::SseEvent;

/// A guest book.
#[derive(Clone, Debug, Serialize, JsonSchema, SseEvent)]
#[sse(rename_all = "kebab-case")]
pub enum GuestBook {
    /// Somebody has written into it.
    Entry {
        /// What its writer is called.
        name: String,
        text: String,
    },
}
