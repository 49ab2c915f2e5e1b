//! Types that serde or schemars does not know.

use std::sync::Arc;

use sse_core::{SseDecode, SseEvent};

#[derive(SseEvent, SseDecode)]
enum Unfit {
    Path {
        #[serde(skip_serializing_if = "nothing::of_the_kind")]
        a: u8,
    },
    Array([u8; 33]),
    Shared { text: Arc<str> },
    Trait(Box<dyn std::fmt::Debug>),
}

fn main() {}
