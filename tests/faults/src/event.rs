//! What is published.

use sse_core::{SseDecode, SseEvent};

/// An event of the server, with the life in which it was published.
#[derive(Debug, SseDecode, SseEvent)]
#[sse(rename_all = "kebab-case")]
pub(crate) enum Feed {
    /// The next number.
    Number { life: u32, number: u64, text: String },
    /// A snapshot: all numbers up to this one.
    State { life: u32, number: u64 },
}

impl Feed {
    pub(crate) fn number(life: u32, number: u64) -> Self {
        Self::Number { life, number, text: text(number) }
    }
}

/// 150 bytes that no other number has.
pub(crate) fn text(number: u64) -> String {
    format!("{number:0150}")
}
