use sse_core::SseEvent;

#[derive(SseEvent)]
#[serde(tag = "type")]
enum InternallyTagged {
    Tick { at: u8 },
    Pair(u8, u8),
    Nothing(),
    #[sse(text)]
    Text(String),
    #[sse(bytes = "base64")]
    Bytes(Vec<u8>),
    #[serde(with = "module")]
    #[schemars(with = "String")]
    Function(u8),
}

#[derive(SseEvent)]
#[sse(data = "tagged")]
enum NoTag {
    Tick,
}

#[derive(SseEvent)]
#[sse(data = "content", tag = "type")]
enum UselessTag {
    Tick,
}

#[derive(SseEvent)]
#[serde(into = "String", transparent)]
struct ConvertedStruct(u8);

#[derive(SseEvent)]
#[serde(into = "String", from = "String", try_from = "String", transparent, remote = "Other")]
enum Converted {
    Tick,
}

#[derive(SseEvent)]
enum Codecs {
    Field {
        #[serde(serialize_with = "anything")]
        a: u64,
        #[serde(with = "module")]
        b: u64,
        #[serde(with = "module")]
        #[schemars(with = "String")]
        described: u64,
    },
    Newtype(#[serde(with = "module")] u64),
    #[serde(serialize_with = "anything")]
    Variant(u64),
    #[serde(other)]
    Other,
}

#[derive(SseEvent)]
enum Values {
    #[serde(bound = "T Serialize")]
    Bound(u64),
    #[schemars(with = "not a type")]
    With(u64),
}

#[derive(SseEvent)]
enum Lengths {
    Shorter(u8, #[serde(skip_serializing_if = "Option::is_none")] Option<u8>),
    Empty(
        #[serde(skip_serializing_if = "Option::is_none")] Option<u8>,
        #[sse(retry)] std::time::Duration,
    ),
}

#[derive(SseEvent)]
#[sse(no_schema)]
#[serde(deny_unknown_fields)]
enum Flattened {
    Tick {
        #[serde(flatten)]
        money: Money,
        at: u8,
    },
    // Never sent.
    #[sse(skip)]
    Skipped {
        #[serde(flatten)]
        money: Money,
    },
}

struct Money;

fn main() {
    let _ = sse_core::wire::encode(&InternallyTagged::Tick { at: 1 });
    let _ = sse_core::wire::encode(&Converted::Tick);
    let _ = sse_core::wire::encode(&Codecs::Other);
}

#[derive(SseEvent, sse_core::SseDecode)]
#[sse(tag = "type")]
struct TaggedNewtype(u8);

#[derive(SseEvent, sse_core::SseDecode)]
#[serde(tag = "type")]
struct TaggedUnit;

#[derive(SseEvent, sse_core::SseDecode)]
#[sse(tag = "type")]
enum CalledAsTheTag {
    Tick {
        #[serde(alias = "type")]
        kind: u8,
    },
}
