use sse_core::{SseDecode, SseEvent};
use sse_core::schema::SseSchema;
use sse_core::wire::SseItem;

struct Plain;

#[derive(SseEvent)]
#[sse(no_schema)]
enum Undescribed {
    Tick,
}

fn one<E: SseEvent>(_: E) {}

fn stream<I: Iterator<Item: SseItem>>(_: I) {}

fn described<E: SseSchema>() {}

fn decoded<E: SseDecode>() {}

fn main() {
    one(Plain);
    described::<Undescribed>();
    decoded::<Plain>();
    stream([Plain].into_iter());
    stream([Ok::<_, std::fmt::Error>(Plain)].into_iter());
}
