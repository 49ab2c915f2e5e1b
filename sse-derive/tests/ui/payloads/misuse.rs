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
    #[sse(text)]
    TextPerhaps(#[serde(skip_serializing_if = "String::is_empty")] String),
    #[sse(bytes = "base64")]
    BytesMerged {
        #[serde(flatten)]
        bytes: Vec<u8>,
    },
    #[sse(id = "=end")]
    ReservedId,
    #[sse(id = "a\nb")]
    TwoLines,
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
    #[sse(text, bytes = "base64")]
    TextAndBytes(String),
    #[sse(bytes = "base64")]
    BytesOfNothing,
    #[sse(bytes = "base64")]
    BytesWith(#[serde(with = "module")] Vec<u8>),
    #[sse(id = 7)]
    IdTwice(#[sse(id)] u8),
    Wires(
        #[sse(wire = "String")]
        #[schemars(with = "String")]
        u8,
    ),
    #[sse(text)]
    WireOfText(#[sse(wire = "String")] u8),
    WireOfSkipped {
        #[sse(id, wire = "String")]
        #[serde(skip)]
        id: u8,
    },
}

#[derive(SseEvent)]
#[sse(no_schema)]
enum Undescribed {
    #[sse(example = Undescribed::Tick(1))]
    Tick(#[sse(wire = "String")] u8),
}

#[derive(SseEvent)]
#[sse(skip, flatten, event = "x", event = "y")]
struct Struct(u8);

#[derive(SseEvent, sse_core::SseDecode)]
enum Skipped {
    #[serde(skip)]
    #[sse(event = "never", terminal, retry = 1000, id = a)]
    BySerde {
        #[sse(id)]
        a: u8,
    },
    #[sse(skip)]
    ByUs {
        #[sse(id)]
        a: u8,
        #[sse(retry)]
        b: std::time::Duration,
        #[sse(wire = "u8")]
        c: u8,
    },
    #[serde(skip_serializing)]
    #[sse(event = "received")]
    Received {
        #[sse(id)]
        #[serde(skip)]
        a: u8,
    },
}

fn main() {
    let _ = sse_core::wire::encode(&Feed::TextOfNothing);
}
