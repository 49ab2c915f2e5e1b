//! What it costs to come back.

use allocation_counter::measure;
use sse_core::Topic;
use sse_core::history::Retention;
use sse_core::topic::{Delivery, SubscribeOptions};

use crate::publish;

#[test]
fn a_thousand_missed_events_are_few_slices_and_few_allocations_a_client() {
    const CLIENTS: u64 = 1_000;
    let topic = Topic::builder().keep(Retention::events(2_000)).build().unwrap();
    // Some were read one by one when they were new, as on any topic that has readers.
    let mut reader = topic.subscribe().unwrap();
    for _ in 0..1_500 {
        publish(&topic, 1, 200);
        assert!(matches!(reader.try_next(), Some(Delivery::Frames(_))));
    }
    let id = topic.position().to_string();
    let missed = id.replace("-1500", "-500");
    let (mut slices, mut bytes) = (0, 0);
    let allocations = measure(|| {
        for _ in 0..CLIENTS {
            let mut attached = topic.resume(Some(missed.as_bytes()), &SubscribeOptions::new()).unwrap();
            while let Some(Delivery::Frames(frames)) = attached.subscription.try_next() {
                slices += 1;
                bytes += frames.len();
            }
        }
    })
    .count_total;
    assert!(bytes > 1_000 * 1_000 * 200, "{bytes} bytes");
    assert!(slices <= 6 * CLIENTS, "{slices} slices for {CLIENTS} clients");
    assert!(allocations <= 8 * CLIENTS, "{allocations} allocations for {CLIENTS} clients");
}
