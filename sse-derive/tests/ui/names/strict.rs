#![deny(deprecated)]

use sse_core::{SseDecode, SseEvent};

#[derive(SseEvent, SseDecode)]
#[serde(deny_unknown_fields)]
enum Strict {
    Tick { a: u8 },
}

#[derive(SseDecode)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct StrictStruct {
    the_a: u8,
}

#[derive(SseEvent, SseDecode)]
#[allow(deprecated)]
#[serde(deny_unknown_fields)]
enum Allowed {
    Tick { a: u8 },
}

// What is sent is not what is denied.
#[derive(SseEvent)]
#[sse(no_schema)]
#[serde(deny_unknown_fields)]
enum Undescribed {
    Tick { a: u8 },
}

fn main() {}
