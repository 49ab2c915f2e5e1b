use sse_core::codegen::{Cli, Registry};
use sse_core::conformance::{Check, check};
use sse_core::schema::event_view;
use sse_core::wire::encode;
use sse_core::SseEvent;
use sse_core::topic::{Hub, Topic};

#[derive(Debug, PartialEq)]
struct Plain;

#[derive(Debug, PartialEq, SseEvent)]
enum Undecoded {
    Tick,
}

fn publish(topic: &Topic<Plain>) {
    let _ = topic.publish(&Plain);
}

fn publish_to_a_key(hub: &Hub<u32, Plain>) {
    let _ = hub.publish(&7, &Plain);
}

fn main() {
    let _ = encode(&Plain);
    check::<Plain>();
    check::<Undecoded>();
    let _ = Check::new().encoding::<Plain>();
    let _ = event_view::<Plain>();
    let _ = Cli::new(".").stream::<Plain>("/plain");
    let _ = Registry::new().stream::<Plain>("/plain");
}
