use sse_core::{SseDecode, SseEvent};

#[derive(SseEvent)]
enum User {
    Joined,
    Left,
}

#[derive(SseEvent)]
enum Room {
    #[sse(flatten)]
    User(User),
    Opened,
}

// Its own name is that of an enum in an enum.
#[derive(SseEvent)]
enum Own {
    #[sse(flatten)]
    Room(Room),
    Left,
}

// The names of two enums are the same.
#[derive(SseEvent)]
enum Siblings {
    #[sse(flatten)]
    Room(Room),
    Ping,
    #[sse(flatten)]
    Again(User),
}

struct NotAnEvent;

#[derive(SseEvent, SseDecode)]
enum Foreign {
    #[sse(flatten)]
    Inner(NotAnEvent),
}

fn main() {}
