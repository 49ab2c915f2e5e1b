use sse_core::SseEvent;
use sse_core::wire::SseItem;

struct Plain;

fn one<E: SseEvent>(_: E) {}

fn stream<I: Iterator<Item: SseItem>>(_: I) {}

fn main() {
    one(Plain);
    stream([Plain].into_iter());
    stream([Ok::<_, std::fmt::Error>(Plain)].into_iter());
}
