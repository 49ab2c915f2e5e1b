use sse_core::SseEvent;

struct Opaque;

#[derive(SseEvent)]
enum Text {
    #[sse(text)]
    NotDisplayed(Opaque),
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
