//! What is held.

use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use allocation_counter::measure;
use futures_util::StreamExt as _;
use sse_core::topic::TopicBuilder;
use sse_core::{Subscription, Topic};

use crate::{Payload, Wakes, publish};

/// How many bytes are held behind `run` that were not before.
fn held(run: impl FnOnce()) -> i64 {
    measure(run).bytes_current
}

fn builder() -> TopicBuilder<Payload> {
    // What topics share, and what a thread keeps, is there before anything is counted.
    publish(&Topic::builder().build().unwrap(), 1, 10);
    Topic::builder()
}

#[test]
fn an_idle_topic_with_a_small_event_takes_less_than_400_bytes() {
    let builder = builder();
    let mut topic = None;
    let bytes = held(|| publish(topic.insert(builder.clone().build().unwrap()), 1, 10));
    assert!(bytes < 400, "{bytes} bytes");
}

#[test]
fn a_subscription_takes_its_slot_and_its_place_in_the_line() {
    const COUNT: usize = 1 << 14;
    assert!(size_of::<Subscription>() <= 32);
    let topic = builder().build().unwrap();
    let waker = Waker::from(Arc::new(Wakes::default()));
    let mut subscriptions = Vec::with_capacity(COUNT);
    let bytes = held(|| {
        for _ in 0..COUNT {
            let mut subscription = topic.subscribe().unwrap();
            let polled = subscription.poll_next_unpin(&mut Context::from_waker(&waker));
            assert!(matches!(polled, Poll::Pending));
            subscriptions.push(subscription);
        }
    });
    // The table of slots and the line, which have just doubled; and what is there once.
    let (slot, place) = (24, 4);
    let most = i64::try_from(COUNT * (slot + place) + 512).unwrap();
    assert!(bytes <= most, "{bytes} bytes for {COUNT}");
    drop(subscriptions);
}

#[test]
fn a_million_topics_leave_nothing_behind() {
    let builder = builder();
    let mut most = 0;
    let left = held(|| {
        for _ in 0..10 {
            let during = measure(|| {
                let topics: Vec<_> = (0..100_000).map(|_| builder.clone().build().unwrap()).collect();
                for topic in &topics {
                    publish(topic, 1, 10);
                    drop(topic.subscribe().unwrap());
                }
            });
            most = during.bytes_max;
            assert_eq!(during.bytes_current, 0);
        }
    });
    assert_eq!(left, 0);
    assert!(most > 100_000 * 300, "{most} bytes were held: what was measured was not there");
}

#[test]
fn a_subscriber_that_has_gone_leaves_only_counters() {
    let topic = builder().build().unwrap();
    publish(&topic, 1, 10);
    let left = held(|| {
        let subscriptions: Vec<_> = (0..10_000).map(|_| topic.subscribe().unwrap()).collect();
        drop(subscriptions);
    });
    assert!(left < 400, "{left} bytes");
}

#[test]
fn publishing_allocates_little_and_steadily() {
    let topic = builder().build().unwrap();
    let mut subscription = topic.subscribe().unwrap();
    let round = |subscription: &mut Subscription| {
        measure(|| {
            publish(&topic, 10_000, 200);
            while subscription.try_next().is_some() {}
        })
        .count_total
    };
    round(&mut subscription);
    let allocations = round(&mut subscription);
    assert!(allocations < 1_000, "{allocations} allocations for 10 000 events");
}
