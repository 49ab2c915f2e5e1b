#![deny(deprecated)]

use sse_core::{SseDecode, SseEvent};

#[derive(SseEvent, SseDecode)]
enum Feed {
    #[sse(event = "größe")]
    NotAscii,
    #[sse(event = "more-than-sixty-four-bytes-of-a-name-that-is-sent-with-every-event")]
    Long,
    Größe,
}

#[derive(SseEvent)]
#[allow(deprecated)]
enum Allowed {
    #[sse(event = "größe")]
    NotAscii,
}

fn main() {}
