//! One thing after the other; what comes of all at once is tried in `tests/nodes`.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::pin::Pin;
use core::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use core::task::{Context, Poll, Waker};
use std::task::Wake;

use futures_core::Stream as _;

use super::super::{Fault, FaultyRelay, MemoryRelay, Page, RemoteState, StoredEvent};
use super::status::Known;
use super::tail::{Judged, judge};
use super::*;
use crate::event::{DataSink, EncodeError, EventFields, EventName};
use crate::history::{Epoch, ResetReason, Retention, Verdict};
use crate::laws::run;
use crate::topic::{Delivery, LagPolicy, Start};

mod catching_up;
mod losses;

const LOG: &str = "log";

struct Number(u64);

impl SseEvent for Number {
    fn fields(&self) -> Result<EventFields, EncodeError> {
        let name = if self.0.is_multiple_of(2) { "even" } else { "odd" };
        Ok(EventFields::new(EventName::from_static(name)))
    }

    fn write_data(&self, sink: &mut DataSink<'_>) -> Result<(), EncodeError> {
        sink.push_str(&self.0.to_string());
        Ok(())
    }
}

#[derive(Default)]
struct Wakes(AtomicUsize);

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

type Line = FaultyRelay<MemoryRelay>;

/// A node whose tail is polled when the test says so.
struct Node {
    line: Line,
    topic: RelayedTopic<Number, Line>,
    tail: Pin<Box<dyn Future<Output = TailEnd>>>,
    attempts: Arc<AtomicU32>,
}

impl Node {
    fn new(remote: &MemoryRelay, keep: usize) -> Self {
        Self::with(remote, keep, LagPolicy::Close)
    }

    fn with(remote: &MemoryRelay, keep: usize, lag: LagPolicy) -> Self {
        let line = FaultyRelay::new(remote.clone(), 0);
        let local = Topic::builder().keep(Retention::events(keep)).lag_policy(lag).build().unwrap();
        let topic = RelayedTopic::new(local, Arc::new(line.clone()), LOG).unwrap();
        let attempts = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&attempts);
        // A pause that a nudge ends, or the next poll.
        let tail = topic.tail(move |attempt| {
            counted.store(attempt, Ordering::SeqCst);
            let mut over = false;
            core::future::poll_fn(
                move |_| {
                    if core::mem::replace(&mut over, true) { Poll::Ready(()) } else { Poll::Pending }
                },
            )
        });
        Self { line, topic: topic.clone(), tail: Box::pin(tail.unwrap()), attempts }
    }

    /// Lets the tail go on until it waits.
    fn go(&mut self) -> Poll<TailEnd> {
        let count = Arc::new(Wakes::default());
        let waker = Waker::from(Arc::clone(&count));
        for seen in 0.. {
            let polled = self.tail.as_mut().poll(&mut Context::from_waker(&waker));
            if polled.is_ready() || count.0.load(Ordering::SeqCst) == seen {
                return polled;
            }
        }
        Poll::Pending
    }

    fn publish(&self, numbers: core::ops::RangeInclusive<u64>) -> Position {
        numbers
            .map(|number| run(self.topic.publish(&Number(number))).unwrap().unwrap())
            .fold(None, |_, position| Some(position))
            .unwrap()
    }

    fn resume(&self, id: Option<Position>) -> Result<RelayedAttached, ResumeError> {
        run(self.resuming(id)).expect("it need not wait for the tail")
    }

    fn resuming(&self, id: Option<Position>) -> impl Future<Output = Result<RelayedAttached, ResumeError>> + use<> {
        let id = id.map(|id| id.to_string());
        self.topic.resume(id.as_ref().map(String::as_bytes), &SubscribeOptions::new())
    }
}

fn epoch(remote: &MemoryRelay) -> Epoch {
    run(remote.state(LOG)).unwrap().unwrap().epoch
}

/// What a subscription delivers until it waits, and how it ended if it did.
fn drain(subscription: &mut RelayedSubscription) -> (String, Option<Delivery>) {
    drain_with(subscription, Waker::noop())
}

fn drain_with(subscription: &mut RelayedSubscription, waker: &Waker) -> (String, Option<Delivery>) {
    let mut frames = String::new();
    loop {
        match Pin::new(&mut *subscription).poll_next(&mut Context::from_waker(waker)) {
            Poll::Ready(Some(Delivery::Frames(bytes))) => frames.push_str(core::str::from_utf8(&bytes).unwrap()),
            Poll::Ready(other) => return (frames, other),
            Poll::Pending => return (frames, None),
        }
    }
}

fn frames(epoch: Epoch, numbers: impl IntoIterator<Item = u64>) -> String {
    let name = |number: u64| if number.is_multiple_of(2) { "even" } else { "odd" };
    let frame = |number| format!("id: {epoch}-{number}\nevent: {}\ndata: {number}\n\n", name(number));
    numbers.into_iter().map(frame).collect()
}

#[test]
fn only_a_new_topic_is_relayed() {
    let new = |topic| RelayedTopic::new(topic, Arc::new(MemoryRelay::new()), LOG).map(drop);
    let used: Topic<Number> = Topic::new();
    used.publish(&Number(1)).unwrap();
    assert_eq!(new(used), Err(RelayedTopicError::Used));
    let closed: Topic<Number> = Topic::new();
    closed.close();
    assert_eq!(new(closed), Err(RelayedTopicError::Used));
    let keyed = Topic::builder().latest_per_key(1, |_: &Number| Some(0)).build().unwrap();
    assert_eq!(new(keyed), Err(RelayedTopicError::LatestPerKey));
    let twice: Topic<Number> = Topic::new();
    assert_eq!(new(twice.clone()), Ok(()));
    assert_eq!(new(twice), Err(RelayedTopicError::Used));
}

#[test]
fn what_is_published_comes_by_way_of_the_remote() {
    let remote = MemoryRelay::new();
    let mut nodes = [Node::new(&remote, 10), Node::new(&remote, 10)];
    for node in &mut nodes {
        assert!(node.go().is_pending());
    }
    let mut subscriptions = [0, 1].map(|index| nodes[index].resume(None).unwrap().subscription);
    assert_eq!(nodes[0].publish(1..=1), Position::new(epoch(&remote), 1));
    nodes[1].publish(2..=2);
    for (node, subscription) in nodes.iter_mut().zip(&mut subscriptions) {
        assert!(node.go().is_pending());
        assert_eq!(drain(subscription), (frames(epoch(&remote), 1..=2), None));
    }
    let local = nodes[0].topic.local();
    assert!(matches!(local.publish(&Number(3)), Err(PublishError::Fed)));
    local.publish_ephemeral(&Number(4)).unwrap();
    assert_eq!(drain(&mut subscriptions[0]).0, "event: even\ndata: 4\n\n");
    assert_eq!(drain(&mut subscriptions[1]).0, "");
}

#[test]
fn what_is_not_acknowledged_is_tried_again() {
    let remote = MemoryRelay::new();
    let node = Node::new(&remote, 10);
    node.line.inject(Fault::AnswerLost);
    let error = run(node.topic.publish(&Number(1))).unwrap().unwrap_err();
    let position = run(node.topic.publish_with_token(error.token().unwrap(), &Number(1))).unwrap().unwrap();
    assert_eq!((position.offset(), node.publish(2..=2).offset()), (1, 2));

    run(node.topic.close()).unwrap().unwrap();
    run(node.topic.close()).unwrap().unwrap();
    let error = run(node.topic.publish(&Number(3))).unwrap().unwrap_err();
    assert!(error.is_closed() && error.token().is_none(), "{error}");
}

#[test]
fn who_comes_from_a_node_that_is_ahead_is_waited_for() {
    let remote = MemoryRelay::new();
    let (mut ahead, mut behind) = (Node::new(&remote, 10), Node::new(&remote, 10));
    assert!(ahead.go().is_pending() && behind.go().is_pending());
    let position = ahead.publish(1..=3);
    let mut resuming = Box::pin(behind.resuming(Some(Position::new(position.epoch(), 2))));
    assert!(resuming.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    assert!(behind.go().is_pending());
    let mut attached = run(resuming).unwrap().unwrap();
    assert_eq!(attached.verdict, Verdict::Recovered(attached.position));
    assert_eq!(drain(&mut attached.subscription).0, frames(position.epoch(), 3..=3));

    let future = behind.resume(Some(Position::new(position.epoch(), 4))).unwrap();
    assert_eq!(future.verdict, Verdict::Reset(ResetReason::Future));
    let unknown = behind.resume(Some(Position::new(Epoch::random(), 1))).unwrap();
    assert_eq!(unknown.verdict, Verdict::Reset(ResetReason::UnknownEpoch));
    let malformed = run(behind.topic.resume(Some(b"7"), &SubscribeOptions::new())).unwrap().unwrap();
    assert_eq!(malformed.verdict, Verdict::Reset(ResetReason::Malformed));

    // Of an epoch that this node does not know yet.
    let renewed = run(remote.renew(LOG, position.epoch())).unwrap().unwrap();
    let mut resuming = Box::pin(behind.resuming(Some(Position::new(renewed, 0))));
    assert!(resuming.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    assert!(behind.go().is_pending());
    assert_eq!(run(resuming).unwrap().unwrap().verdict, Verdict::Recovered(Position::new(renewed, 0)));
}

#[test]
fn without_a_tail_there_is_no_verdict() {
    let remote = MemoryRelay::new();
    let mut node = Node::new(&remote, 10);
    let mut early = Box::pin(node.resuming(None));
    assert!(early.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    node.line.go_down();
    assert!(node.go().is_pending());
    assert!(matches!(run(early).unwrap(), Err(ResumeError::Unavailable(_))));
    assert!(matches!(node.resume(None), Err(ResumeError::Unavailable(_))));
    // A pause for each time in a row.
    assert!(node.go().is_pending() && node.go().is_pending());
    assert_eq!(node.attempts.load(Ordering::SeqCst), 3);
    node.line.come_back();
    assert!(node.go().is_pending());
    assert!(node.resume(None).is_ok());

    assert_eq!(node.topic.tail(|_| core::future::ready(())).err(), Some(AlreadyTailed { _priv: () }));
    node.tail = Box::pin(core::future::pending());
    assert_eq!(node.resume(None).err(), Some(ResumeError::NoTail));
    let tail = node.topic.tail(|_| core::future::ready(())).unwrap();
    node.tail = Box::pin(tail);
    node.publish(1..=1);
    let mut subscription = node.resume(None).unwrap().subscription;
    assert!(node.go().is_pending());
    assert_eq!(drain(&mut subscription).0, frames(epoch(&remote), 1..=1));
}

#[test]
fn the_end_is_the_end_on_every_node() {
    let remote = MemoryRelay::new();
    let mut node = Node::new(&remote, 1);
    assert!(node.go().is_pending());
    node.publish(1..=3);
    let mut connected = node.resume(None).unwrap().subscription;
    run(node.topic.close()).unwrap().unwrap();
    assert_eq!(node.go(), Poll::Ready(TailEnd::Closed));
    let epoch = epoch(&remote);
    assert_eq!(drain(&mut connected), (frames(epoch, 1..=3), Some(Delivery::Ended)));
    // A node that came later begins behind the end, with an offset of its own.
    let mut late = Node::new(&remote, 1);
    assert_eq!(late.go(), Poll::Ready(TailEnd::Closed));
    for node in [&node, &late] {
        for offset in 0..=4 {
            let mut attached = node.resume(Some(Position::new(epoch, offset))).unwrap();
            assert_eq!(attached.verdict, Verdict::Recovered(Position::new(epoch, offset)));
            assert_eq!(drain(&mut attached.subscription), (frames(epoch, offset + 1..=3), Some(Delivery::Ended)));
        }
        assert!(node.topic.tail(|_| core::future::ready(())).is_err());
    }
}

#[test]
fn a_tail_runs_for_as_long_as_somebody_listens() {
    let remote = MemoryRelay::new();
    let Node { topic, mut tail, .. } = Node::new(&remote, 10);
    let count = Arc::new(Wakes::default());
    let waker = Waker::from(Arc::clone(&count));
    let mut poll = || {
        let before = count.0.load(Ordering::SeqCst);
        let polled = tail.as_mut().poll(&mut Context::from_waker(&waker));
        (polled, count.0.load(Ordering::SeqCst) > before)
    };
    while poll().1 {}
    let subscription = run(topic.resume(None, &SubscribeOptions::new())).unwrap().unwrap().subscription;
    drop(topic);
    assert_eq!(poll(), (Poll::Pending, false));
    let before = count.0.load(Ordering::SeqCst);
    drop(subscription);
    assert_eq!(count.0.load(Ordering::SeqCst), before + 1, "it is woken to end");
    assert_eq!(tail.as_mut().poll(&mut Context::from_waker(&waker)), Poll::Ready(TailEnd::Unused));
}

#[test]
fn futures_cross_threads() {
    fn crosses_threads<T: Send + 'static>(_: T) {}
    let remote = MemoryRelay::new();
    let topic = RelayedTopic::new(Topic::<Number>::new(), Arc::new(remote), LOG).unwrap();
    crosses_threads(topic.tail(|_| core::future::ready(())).unwrap());
    crosses_threads(topic.publish(&Number(1)));
    crosses_threads(topic.close());
    crosses_threads(topic.resume(None, &SubscribeOptions::new()));
    crosses_threads(run(topic.resume(None, &SubscribeOptions::new())));
}
