//! The seam between replay and live, lag, retention and drop: no threads, no time.

mod delivery;
mod group;
mod hub;
#[cfg(loom)]
mod loom;
mod model;
mod publish;
mod reentrant;

use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::pin::Pin;
use core::sync::atomic::{AtomicUsize, Ordering};
use core::task::{Context, Poll, Waker};
use core::time::Duration;
use std::sync::Mutex;
use std::task::Wake;

use futures_core::Stream as _;

use super::*;
use crate::event::{DataSink, EncodeError, EventFields, EventId, EventName, SseEvent};
use crate::history::{Epoch, LiveWindow, ResetReason, Retention};

/// An event that shows its number.
struct Number {
    value: u64,
    padding: usize,
    fields: EventFields,
}

fn number(value: u64) -> Number {
    Number { value, padding: 0, fields: EventFields::new(EventName::from_static("n")) }
}

fn named(value: u64, name: &'static str) -> Number {
    Number { fields: EventFields::new(EventName::from_static(name)), ..number(value) }
}

impl SseEvent for Number {
    fn fields(&self) -> Result<EventFields, EncodeError> {
        Ok(self.fields.clone())
    }
    fn write_data(&self, sink: &mut DataSink<'_>) -> Result<(), EncodeError> {
        sink.text(&self.value)?;
        sink.push_str(&" ".repeat(self.padding));
        Ok(())
    }
}

const EPOCH: &str = "k3x9f0q2m1";

fn builder() -> TopicBuilder<Number> {
    Topic::builder().epoch(EPOCH.parse().unwrap())
}

fn publish(topic: &Topic<Number>, values: impl IntoIterator<Item = u64>) {
    for value in values {
        topic.publish(&number(value)).unwrap();
    }
}

fn id(offset: u64) -> String {
    format!("{EPOCH}-{offset}")
}

fn resume(topic: &Topic<Number>, offset: u64) -> Attached {
    topic.resume(Some(id(offset).as_bytes()), &SubscribeOptions::new()).unwrap()
}

/// Everything that there is to read now: the numbers, and `true` if the reader has lagged.
fn drain(subscription: &mut Subscription) -> (Vec<u64>, Option<Delivery>) {
    let mut numbers = Vec::new();
    loop {
        match subscription.try_next() {
            Some(Delivery::Frames(frames)) => {
                for line in core::str::from_utf8(&frames).unwrap().lines() {
                    numbers.extend(line.strip_prefix("data: ").map(|data| data.trim().parse::<u64>().unwrap()));
                }
            }
            last => return (numbers, last),
        }
    }
}

fn numbers(subscription: &mut Subscription) -> Vec<u64> {
    let (numbers, last) = drain(subscription);
    assert_eq!(last, None);
    numbers
}

#[derive(Default)]
struct CountWakes(AtomicUsize);

impl Wake for CountWakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

fn poll(subscription: &mut Subscription, waker: &Waker) -> Poll<Option<Delivery>> {
    Pin::new(subscription).poll_next(&mut Context::from_waker(waker))
}

#[test]
fn frames_are_exact() {
    let topic = builder().build().unwrap();
    let mut subscription = topic.subscribe().unwrap();
    publish(&topic, [7]);
    assert_eq!(subscription.try_next(), Some(Delivery::Frames(format!("id: {EPOCH}-1\nevent: n\ndata: 7\n\n").into())));
}

#[test]
fn a_resume_is_exact_at_every_offset_and_goes_on_live() {
    let topic = builder().keep(Retention::events(10)).build().unwrap();
    publish(&topic, 1..=20);
    for offset in 10..=20 {
        let mut attached = resume(&topic, offset);
        assert_eq!(attached.verdict, Verdict::Recovered(id(offset).parse().unwrap()));
        assert_eq!(attached.position.unwrap().to_string(), id(offset));
        assert_eq!(numbers(&mut attached.subscription), (offset + 1..=20).collect::<Vec<_>>());
        assert_eq!(attached.subscription.position(), topic.position());
    }
    let mut attached = resume(&topic, 15);
    publish(&topic, 21..=25);
    assert_eq!(numbers(&mut attached.subscription), (16..=25).collect::<Vec<_>>());
}

#[test]
fn what_is_evicted_resets_and_begins_with_the_oldest_or_the_next() {
    let topic = builder().keep(Retention::events(10)).build().unwrap();
    publish(&topic, 1..=20);
    let mut attached = resume(&topic, 9);
    assert_eq!(attached.verdict, Verdict::Reset(ResetReason::Evicted));
    assert_eq!(attached.position.unwrap().to_string(), id(10));
    assert_eq!(numbers(&mut attached.subscription), (11..=20).collect::<Vec<_>>());

    let mut attached =
        topic.resume(Some(id(9).as_bytes()), &SubscribeOptions::new().after_reset(Start::Latest)).unwrap();
    assert_eq!(attached.position, Some(topic.position()));
    assert!(numbers(&mut attached.subscription).is_empty());
}

#[test]
fn without_retention_only_the_head_is_recovered_but_connected_readers_get_all() {
    let topic = builder().keep(Retention::none()).build().unwrap();
    let mut reader = topic.subscribe().unwrap();
    publish(&topic, 1..=100);
    assert_eq!(numbers(&mut reader), (1..=100).collect::<Vec<_>>());
    assert!(matches!(resume(&topic, 100).verdict, Verdict::Recovered(_)));
    assert_eq!(resume(&topic, 99).verdict, Verdict::Reset(ResetReason::Evicted));
}

#[test]
fn an_event_larger_than_the_retention_is_delivered_and_cannot_be_resumed_past() {
    let topic = builder().keep(Retention::events(10).and_bytes(200)).build().unwrap();
    let mut reader = topic.subscribe().unwrap();
    publish(&topic, [1]);
    topic.publish(&Number { padding: 200_000, ..number(2) }).unwrap();
    assert_eq!(numbers(&mut reader), [1, 2]);
    assert_eq!(resume(&topic, 1).verdict, Verdict::Reset(ResetReason::Evicted));
    assert!(matches!(resume(&topic, 2).verdict, Verdict::Recovered(_)));
}

#[test]
fn age_evicts_also_when_nothing_is_published() {
    let now = Arc::new(Mutex::new(Duration::ZERO));
    let clock = Arc::clone(&now);
    let topic = builder()
        .keep(Retention::events(10).and_age(Duration::from_mins(1)))
        .clock(move || *clock.lock().unwrap())
        .build()
        .unwrap();
    publish(&topic, [1]);
    *now.lock().unwrap() = Duration::from_secs(30);
    publish(&topic, [2]);
    *now.lock().unwrap() = Duration::from_secs(61);
    assert_eq!(resume(&topic, 0).verdict, Verdict::Reset(ResetReason::Evicted));
    assert_eq!(numbers(&mut resume(&topic, 1).subscription), [2]);
    *now.lock().unwrap() = Duration::from_secs(100);
    // Whoever only asks is told the same as who comes.
    assert_eq!(topic.verdict(Some(id(1).as_bytes())), Verdict::Reset(ResetReason::Evicted));
    topic.evict();
    assert_eq!(resume(&topic, 1).verdict, Verdict::Reset(ResetReason::Evicted));
}

#[test]
fn age_without_a_clock_is_an_error() {
    let error = builder().keep(Retention::events(1).and_age(Duration::from_secs(1))).build().unwrap_err();
    assert_eq!(error.to_string(), "a retention by age needs a clock");
}

#[test]
fn a_reader_that_was_live_lags_when_it_falls_out_of_the_window() {
    let topic = builder().live(LiveWindow::events(5)).build().unwrap();
    let mut reader = topic.subscribe().unwrap();
    assert!(numbers(&mut reader).is_empty());
    publish(&topic, 1..=5);
    assert_eq!(numbers(&mut reader), [1, 2, 3, 4, 5]);
    publish(&topic, 6..=11);
    assert_eq!(drain(&mut reader), (Vec::new(), Some(Delivery::Lost(ResetReason::Lagged))));
    // It has missed nothing that it cannot come back for.
    assert_eq!(numbers(&mut resume(&topic, 5).subscription), [6, 7, 8, 9, 10, 11]);
}

#[test]
fn what_is_held_for_a_slow_reader_is_bounded_in_bytes_whatever_was_freed_before() {
    let topic = builder().keep(Retention::none()).live(LiveWindow::events(1_000).and_bytes(10_000)).build().unwrap();
    publish(&topic, 1..=500);
    let mut reader = topic.subscribe().unwrap();
    assert!(numbers(&mut reader).is_empty());
    for value in 1..=20 {
        topic.publish(&Number { padding: 1_000, ..number(value) }).unwrap();
    }
    assert_eq!(drain(&mut reader), (Vec::new(), Some(Delivery::Lost(ResetReason::Lagged))));
}

#[test]
fn a_reader_that_catches_up_may_trail_further_than_the_window() {
    let topic = builder().live(LiveWindow::events(5)).build().unwrap();
    publish(&topic, 1..=100);
    let mut reader = resume(&topic, 0).subscription;
    publish(&topic, 101..=200);
    assert_eq!(numbers(&mut reader), (1..=200).collect::<Vec<_>>());
    publish(&topic, 201..=206);
    assert_eq!(drain(&mut reader), (Vec::new(), Some(Delivery::Lost(ResetReason::Lagged))));
}

#[test]
fn a_reader_that_catches_up_lags_when_its_next_event_is_freed() {
    let topic = builder().keep(Retention::events(10)).live(LiveWindow::events(5)).build().unwrap();
    publish(&topic, 1..=10);
    let mut reader = resume(&topic, 0).subscription;
    publish(&topic, 11..=20);
    assert_eq!(drain(&mut reader), (Vec::new(), Some(Delivery::Lost(ResetReason::Lagged))));
}

#[test]
fn an_ephemeral_event_reaches_who_is_there_and_nobody_else() {
    let topic = builder().build().unwrap();
    let mut there = topic.subscribe().unwrap();
    publish(&topic, [1]);
    topic.publish_ephemeral(&number(100)).unwrap();
    publish(&topic, [2]);
    topic.publish_ephemeral(&number(101)).unwrap();
    assert_eq!(topic.position().to_string(), id(2));

    let mut resumed = resume(&topic, 0).subscription;
    let mut at_head = resume(&topic, 2).subscription;
    topic.publish_ephemeral(&number(102)).unwrap();
    publish(&topic, [3]);
    assert_eq!(numbers(&mut there), [1, 100, 2, 101, 102, 3]);
    assert_eq!(numbers(&mut resumed), [1, 2, 102, 3]);
    assert_eq!(numbers(&mut at_head), [102, 3]);
}

#[test]
fn a_burst_is_one_wake_and_one_read() {
    let topic = builder().build().unwrap();
    let count = Arc::new(CountWakes::default());
    let waker = Waker::from(Arc::clone(&count));
    let mut reader = topic.subscribe().unwrap();
    assert_eq!(poll(&mut reader, &waker), Poll::Pending);
    publish(&topic, 1..=16);
    assert_eq!(count.0.load(Ordering::SeqCst), 1);
    let Poll::Ready(Some(Delivery::Frames(frames))) = poll(&mut reader, &waker) else { panic!("nothing to read") };
    assert_eq!(frames.windows(2).filter(|pair| pair == b"\n\n").count(), 16);
    assert_eq!(poll(&mut reader, &waker), Poll::Pending);
}

#[test]
fn every_waiting_reader_is_woken_and_none_twice() {
    let topic = builder().build().unwrap();
    let count = Arc::new(CountWakes::default());
    let waker = Waker::from(Arc::clone(&count));
    let mut readers: Vec<_> = (0..300).map(|_| topic.subscribe().unwrap()).collect();
    for reader in &mut readers {
        assert_eq!(poll(reader, &waker), Poll::Pending);
        assert_eq!(poll(reader, &waker), Poll::Pending);
    }
    readers.truncate(299);
    publish(&topic, [1]);
    assert_eq!(count.0.load(Ordering::SeqCst), 299);
    // The place of one that has gone is taken without waking its successor twice.
    readers.push(topic.subscribe().unwrap());
    for reader in &mut readers {
        drop(numbers(reader));
        assert_eq!(poll(reader, &waker), Poll::Pending);
    }
    topic.close();
    assert_eq!(count.0.load(Ordering::SeqCst), 299 + 300);
}

#[test]
fn trying_does_not_take_a_reader_out_of_the_line() {
    let topic = builder().build().unwrap();
    let count = Arc::new(CountWakes::default());
    let mut reader = topic.subscribe().unwrap();
    assert_eq!(poll(&mut reader, &Waker::from(Arc::clone(&count))), Poll::Pending);
    assert_eq!(reader.try_next(), None);
    publish(&topic, [1]);
    assert_eq!(count.0.load(Ordering::SeqCst), 1);
}

#[test]
fn a_terminal_event_closes_the_topic() {
    let topic = builder().build().unwrap();
    let mut reader = topic.subscribe().unwrap();
    publish(&topic, [1]);
    let mut last = number(2);
    last.fields.terminal = true;
    topic.publish(&last).unwrap();
    assert!(topic.is_closed());
    assert!(matches!(topic.publish(&number(3)), Err(PublishError::Closed)));
    assert_eq!(drain(&mut reader), ([1, 2].into(), Some(Delivery::Ended)));
    // Who comes late gets the verdict and the replay, then the end.
    let mut late = resume(&topic, 1);
    assert!(matches!(late.verdict, Verdict::Recovered(_)));
    assert_eq!(drain(&mut late.subscription), ([2].into(), Some(Delivery::Ended)));
}

#[test]
fn what_is_not_a_topics_event_is_refused_and_leaves_no_trace() {
    let topic = builder().max_event_bytes(100).build().unwrap();
    let mut own_id = number(1);
    own_id.fields.id = Some(EventId::from(1));
    assert!(matches!(topic.publish(&own_id), Err(PublishError::OwnId)));
    let mut reserved = number(1);
    reserved.fields.name = EventName::from_static("stream-open");
    assert!(matches!(topic.publish(&reserved), Err(PublishError::ReservedName)));
    let large = topic.publish(&Number { padding: 100, ..number(1) }).unwrap_err();
    assert_eq!(large.to_string(), "event of 118 bytes exceeds the limit of 100");
    assert_eq!(topic.position().to_string(), id(0));
}

#[test]
fn a_dropped_subscription_frees_its_place() {
    let topic = builder().build().unwrap();
    let reader = topic.subscribe().unwrap();
    assert_eq!(topic.subscribers(), 1);
    drop(reader);
    assert_eq!(topic.subscribers(), 0);
}

#[test]
fn a_million_events_leave_the_log_within_its_bounds() {
    let topic = builder().keep(Retention::events(100)).live(LiveWindow::events(50)).build().unwrap();
    let mut slow = topic.subscribe().unwrap();
    let mut quick = topic.subscribe().unwrap();
    assert!(numbers(&mut slow).is_empty());
    let mut read = 0;
    for value in 1..=1_000_000 {
        publish(&topic, [value]);
        if value % 17 == 0 {
            read += numbers(&mut quick).len();
        }
    }
    assert_eq!(read, 1_000_000 - 1_000_000 % 17);
    assert_eq!(drain(&mut slow).1, Some(Delivery::Lost(ResetReason::Lagged)));
    let log = topic.shared.lock();
    assert!(log.allocated() <= 4 * 64 * 1024, "{} bytes", log.allocated());
}

#[test]
fn ephemeral_events_take_no_room_when_nobody_reads_them() {
    for keep in [Retention::none(), Retention::events(10).and_bytes(usize::MAX)] {
        let topic = builder().keep(keep).build().unwrap();
        publish(&topic, [1]);
        for value in 0..100_000 {
            topic.publish_ephemeral(&number(value)).unwrap();
        }
        let allocated = topic.shared.lock().allocated();
        assert!(allocated < 20_000, "{allocated} bytes");
    }
}

#[test]
fn ephemeral_events_push_no_durable_one_out_and_leave_a_replay_in_one_piece() {
    let topic = builder().keep(Retention::events(1_000).and_bytes(200_000)).build().unwrap();
    for value in 1..=500 {
        publish(&topic, [value]);
        topic.publish_ephemeral(&Number { padding: 1_000, ..number(0) }).unwrap();
    }
    let mut attached = resume(&topic, 0);
    assert!(matches!(attached.verdict, Verdict::Recovered(_)));
    let Some(Delivery::Frames(frames)) = attached.subscription.try_next() else { panic!("nothing to read") };
    assert_eq!(frames.windows(2).filter(|pair| pair == b"\n\n").count(), 500);
}

#[test]
fn epochs_are_drawn_at_random() {
    assert_ne!(Epoch::random(), Epoch::random());
}
