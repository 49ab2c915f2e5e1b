use futures_util::stream;
use sse_core::SseEvent;
use sse_tower::Sse;

struct Plain;

struct NoDisplay;

#[derive(SseEvent)]
enum Count {
    Tick(u64),
}

fn main() {
    // The item is no event.
    let _ = Sse::new(stream::iter([Plain]));
    // Nor is it one in a result.
    let _ = Sse::new(stream::iter([Ok::<_, String>(Plain)]));
    // It is, and its error says nothing.
    let _ = Sse::new(stream::iter([Err::<Count, _>(NoDisplay)]));
}
