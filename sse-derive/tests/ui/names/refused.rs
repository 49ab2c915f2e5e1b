use sse_core::SseEvent;

#[derive(SseEvent)]
enum Reserved {
    #[sse(event = "error")]
    Failure,
    #[serde(rename = "open")]
    Opened,
    #[sse(event = "stream-open")]
    Control,
}

#[derive(SseEvent)]
#[sse(rename_all = "kebab-case", allow_reserved)]
enum AllowedButForControl {
    Error,
    StreamEnd,
}

#[derive(SseEvent)]
enum Illegal {
    #[sse(event = "a\nb")]
    Lf,
    #[sse(event = "a\rb")]
    Cr,
    #[sse(event = "a\0b")]
    Nul,
    #[sse(event = " a")]
    Space,
}

#[derive(SseEvent)]
#[sse(rename_all = "lowercase")]
enum Duplicate {
    Tick,
    #[sse(event = "tick")]
    Again,
    #[serde(rename(serialize = "tick", deserialize = "tock"))]
    AndAgain,
    #[sse(event = "")]
    Default,
    #[sse(event = "message")]
    Message,
    // Never sent, so it takes no name.
    #[sse(skip)]
    TICK,
}

fn main() {
    // What is refused is still an event, so that its uses are not reported as well.
    let _ = sse_core::wire::encode(&Reserved::Failure);
    let _ = sse_core::wire::encode(&AllowedButForControl::Error);
    let _ = sse_core::wire::encode(&Illegal::Lf);
    let _ = sse_core::wire::encode(&Duplicate::Tick);
}
