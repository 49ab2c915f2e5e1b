//! What a topic holds and what it costs, by counters and not by clocks.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod decode;
mod encode;
mod memory;
mod replay;
mod slow_client;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Wake;

use sse_core::event::{DataSink, EncodeError, EventFields, SseEvent};
use sse_core::{EventName, Topic};

/// An event of so many bytes.
struct Payload(usize);

impl SseEvent for Payload {
    fn fields(&self) -> Result<EventFields, EncodeError> {
        Ok(EventFields::new(EventName::MESSAGE))
    }

    fn write_data(&self, sink: &mut DataSink<'_>) -> Result<(), EncodeError> {
        for _ in 0..self.0 / 10 {
            sink.push_str("0123456789");
        }
        Ok(())
    }
}

/// Publishes so many events of so many bytes.
fn publish(topic: &Topic<Payload>, events: usize, bytes: usize) {
    for _ in 0..events {
        topic.publish(&Payload(bytes)).unwrap();
    }
}

/// A waker that counts.
#[derive(Default)]
struct Wakes(AtomicUsize);

impl Wakes {
    fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}
