use std::borrow::Cow;

use sse_core::{SseDecode, SseEvent};

#[derive(SseDecode)]
enum Borrowing<'a> {
    Newtype(&'a str),
    Static(&'static str),
    Struct {
        name: Option<&'a str>,
        bytes: Vec<&'a [u8]>,
    },
    #[sse(text)]
    Text(&'a str),
    Id {
        #[sse(id)]
        #[serde(skip)]
        id: &'a str,
    },
    // These own what they are made of, or are not made of the event.
    Owned(Cow<'a, str>),
    AskedToBorrow(#[serde(borrow)] Cow<'a, str>),
    LeftOut {
        #[serde(skip)]
        name: &'a str,
    },
}

#[derive(SseDecode)]
enum Names {
    #[serde(alias = "tock")]
    Tick,
    #[sse(event = "tock")]
    Tock,
    #[serde(rename(deserialize = "Tick"))]
    Received,
    #[serde(alias = "a\nb")]
    Lf,
}

#[derive(SseDecode)]
#[serde(rename_all(serialize = "lowercase", deserialize = "Title Case"))]
enum Rule {
    Tick,
}

#[derive(SseDecode)]
enum Other {
    #[sse(other)]
    Newtype(String),
    #[sse(other)]
    Parts { event: String, name: String },
    #[serde(other)]
    SerdesOther,
    #[sse(other, event = "x")]
    Named,
}

#[derive(SseDecode)]
#[serde(default)]
struct Defaulted {
    at: u8,
}

#[derive(SseDecode)]
#[serde(default, bound(deserialize = "'de: 'static"))]
enum Meaningless {
    #[sse(bytes = "base64")]
    BytesWith(#[serde(with = "anything")] Vec<u8>),
    #[sse(text)]
    TextOfTwo(String, String),
    #[sse(text)]
    TextWith(#[serde(deserialize_with = "anything")] String),
    #[serde(deserialize_with = "anything")]
    WholeButOne {
        a: u8,
        #[serde(skip)]
        b: u8,
    },
    SentAlone(#[serde(skip_deserializing)] u8),
    ReceivedAlone(#[serde(skip_serializing)] u8),
    DefaultPath {
        #[serde(default = "not a path")]
        a: u8,
    },
    TwoIds(#[sse(id)] u8, #[sse(id)] u8),
    #[sse(evnt = "x")]
    Slip,
}

// What both derives find is reported once.
#[derive(SseEvent, SseDecode)]
#[sse(no_schema)]
enum Both {
    #[sse(evnt = "x")]
    Slip,
    #[sse(event = "tick")]
    Tick,
    #[sse(event = "tick")]
    Again,
}

fn decode<E: SseDecode>(event: sse_core::EventRef<'_>) {
    let _ = E::decode(event);
}

#[derive(SseDecode)]
#[serde(from = "String", into = "String", try_from = "String", transparent, remote = "Other")]
enum Converted {
    Tick,
}

#[derive(SseDecode)]
#[serde(from = "String", transparent)]
struct ConvertedStruct(u8);

fn main() {
    let _ = decode::<Borrowing<'static>>;
    let _ = decode::<Names>;
    let _ = decode::<Both>;
}
