use sse_core::{SseDecode, SseEvent};

#[derive(SseEvent, SseDecode)]
enum User {
    Joined,
    Left,
}

#[derive(SseEvent, SseDecode)]
enum Misuse {
    #[sse(flatten)]
    Unit,
    #[sse(flatten)]
    Two(User, User),
    #[sse(flatten, terminal, event = "x")]
    #[serde(rename = "x", alias = "y")]
    Named(User),
    #[sse(flatten)]
    Field(#[serde(with = "module")] User),
}

fn main() {
    let _ = sse_core::wire::encode(&Misuse::Unit);
}
