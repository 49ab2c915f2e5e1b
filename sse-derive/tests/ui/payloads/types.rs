use sse_core::{SseDecode, SseEvent};

struct Opaque;

#[derive(SseEvent)]
enum Text {
    #[sse(text)]
    NotDisplayed(Opaque),
}

#[derive(SseEvent, SseDecode)]
enum Bytes {
    #[sse(bytes = "base64")]
    NotBytes(u8),
}

#[derive(SseEvent)]
enum Example {
    #[sse(example = Some(1))]
    OfAnotherType(u8),
    #[sse(id = Opaque)]
    NotAnId,
}

#[derive(SseEvent)]
enum Id {
    NotDisplayed {
        #[sse(id)]
        #[serde(skip)]
        id: Opaque,
    },
    NotDisplayedEither {
        #[sse(id)]
        #[serde(skip)]
        id: Option<Opaque>,
    },
}

#[derive(SseEvent)]
enum Retry {
    NotADuration(#[sse(retry)] u64),
}

#[derive(SseEvent)]
#[sse(no_schema)]
enum Json {
    NotSerialized(Opaque),
    NotSerializedEither { field: Opaque },
}

#[derive(serde::Serialize)]
struct Undescribed;

#[derive(SseEvent)]
enum Schema {
    NotDescribed(Undescribed),
    NotDescribedEither { field: Undescribed },
    NorInAList(Vec<Undescribed>),
    // What is said of the schema is the user's word.
    Said(#[schemars(with = "String")] Undescribed),
}

fn main() {}
