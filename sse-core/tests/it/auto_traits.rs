//! What may cross a thread, and how much it weighs.

use sse_core::topic::{Attached, TopicReader};
use sse_core::{DecodedEvent, Decoder, Event, EventFrame, EventId, EventName, Position, Subscription, Topic};

const fn crosses_threads<T: Send + Sync + Unpin + 'static>() {}

#[test]
fn everything_crosses_threads() {
    crosses_threads::<(Event<'_>, EventFrame, EventId, EventName)>();
    crosses_threads::<(Decoder, DecodedEvent, Position)>();
    // Whatever its events are: a topic holds none.
    crosses_threads::<(Topic<std::rc::Rc<()>>, TopicReader, Subscription, Attached)>();
}

#[test]
fn a_subscription_weighs_what_is_documented() {
    assert!(size_of::<Subscription>() <= 32);
}
