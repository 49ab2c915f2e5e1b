//! What serde's own derive would refuse in a copy that the user never wrote.

use sse_core::{SseDecode, SseEvent};

#[derive(SseEvent, SseDecode)]
#[serde(tag = "type")]
enum TwiceTagged {
    Tick { r#type: u8 },
    Tock {
        #[serde(rename = "type")]
        kind: u8,
    },
}

#[derive(SseEvent, SseDecode)]
enum Placed {
    Getter {
        #[serde(getter = "get")]
        a: u8,
    },
    Flattened(#[serde(flatten)] Inner),
    FlattenedPair(u8, #[serde(flatten)] Inner),
    Renamed {
        #[serde(rename_all = "lowercase")]
        a: u8,
    },
    #[serde(rename_all = "Title Case")]
    Rule {
        a: u8,
    },
    Unknown {
        #[serde(compressed, "x")]
        a: u8,
    },
}

#[derive(SseEvent, SseDecode)]
#[serde(rename_all_fields = "dot.case")]
enum Rules {
    #[serde(variant_identifier)]
    Tick { a: u8 },
}

#[derive(SseEvent, SseDecode)]
#[serde(rename_all = "camelcase")]
#[sse(tag = "theType")]
struct Struct {
    the_type: u8,
}

#[derive(SseEvent)]
#[serde(rename_all_fields = "camelCase")]
#[sse(tag = "theType")]
enum Ruled {
    Tick { the_type: u8, other: u8 },
    #[serde(untagged)]
    Untagged { the_type: u8 },
    Tuple(u8),
}

#[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
struct Inner {
    b: u8,
}

fn main() {}
