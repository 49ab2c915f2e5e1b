//! What a generation says.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sse_core::SseEvent;

/// A text as it comes into being, from the question to its end.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, SseEvent)]
#[serde(tag = "event", content = "data", rename_all = "kebab-case")]
pub enum Generation {
    /// What was asked. It is the first event.
    Prompt(String),
    /// The next piece of the text, with the white space that belongs to it.
    Token(String),
    /// The text is complete.
    #[sse(terminal)]
    Done {
        /// How many tokens there were.
        tokens: u32,
        finish_reason: FinishReason,
    },
}

/// Why a text is complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum FinishReason {
    /// It has come to its end.
    Stop,
    /// It may not be longer.
    Length,
}
