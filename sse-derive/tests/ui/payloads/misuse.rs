use std::time::Duration;

use sse_core::SseEvent;

#[derive(SseEvent)]
enum Feed {
    #[sse(text)]
    TextOfNothing,
    #[sse(text)]
    TextOfTwo(String, String),
    #[sse(text)]
    TextOfAnIdAsWell {
        #[sse(id)]
        id: u64,
        text: String,
    },
    #[sse(text)]
    TextOfSkipped(#[serde(skip)] String),
    #[sse(text)]
    TextWith(#[serde(serialize_with = "anything")] String),
    TwoIds(#[sse(id)] u8, #[sse(id)] u8),
    TwoRetries {
        #[sse(retry)]
        a: Duration,
        #[sse(retry)]
        b: Duration,
    },
    #[sse(retry = 1_000)]
    RetryTwice(#[sse(retry)] Duration),
    Both(#[sse(id, retry)] Duration),
    #[sse(skip, terminal)]
    SkippedEnd,
    #[sse(skip, text, event = "x", retry = 500)]
    SkippedAll(String),
}

fn main() {
    let _ = sse_core::wire::encode(&Feed::TextOfNothing);
}
