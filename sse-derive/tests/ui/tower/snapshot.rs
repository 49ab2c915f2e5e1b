use futures_util::stream;
use sse_core::{SseEvent, Topic};
use sse_tower::Sse;

#[derive(SseEvent)]
enum Count {
    Tick(u64),
}

fn main() {
    // It is a future and not a function that makes one.
    let _ = Sse::topic(&Topic::<Count>::new()).snapshot(async { ([Count::Tick(1)], None) });
    // A stream of the handler's own has no topic to go on behind it.
    let _ = Sse::new(stream::empty::<Count>()).snapshot(|| async { ([Count::Tick(1)], None) });
}
