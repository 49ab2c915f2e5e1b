//! A topic among threads, in every order in which they can take its lock.
//!
//! `cargo xtask ci loom` runs them. A reader that nobody wakes is a deadlock, which loom reports.

use alloc::string::ToString as _;
use alloc::vec::Vec;
use core::pin::Pin;
use core::task::{Context, Poll, Waker};
use std::task::Wake;

use futures_core::Stream as _;
use loom::sync::Notify;
use loom::sync::atomic::{AtomicUsize, Ordering};
use loom::thread;

use super::super::*;
use super::{EPOCH, Number, id, number};
use crate::history::ResetReason;

/// Wakes a thread, and counts how often.
struct Wakes {
    count: AtomicUsize,
    notify: Notify,
}

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.count.fetch_add(1, Ordering::SeqCst);
        self.notify.notify();
    }
}

/// A subscription and the thread that reads it.
struct Reader {
    subscription: Subscription,
    wakes: Arc<Wakes>,
    waker: Waker,
}

impl Reader {
    fn new(subscription: Subscription) -> Self {
        let wakes = Arc::new(Wakes { count: AtomicUsize::new(0), notify: Notify::new() });
        Self { subscription, waker: Waker::from(Arc::clone(&wakes)), wakes }
    }

    /// What is there now: the numbers of the events, and what else; `None` if the reader waits.
    fn poll(&mut self) -> Option<Result<Vec<u64>, Delivery>> {
        match Pin::new(&mut self.subscription).poll_next(&mut Context::from_waker(&self.waker)) {
            Poll::Ready(Some(Delivery::Frames(frames))) => Some(Ok(numbers_of(&frames))),
            Poll::Ready(other) => Some(Err(other.expect("polled behind the end"))),
            Poll::Pending => None,
        }
    }

    /// What is there next.
    fn wait(&mut self) -> Result<Vec<u64>, Delivery> {
        loop {
            match self.poll() {
                Some(ready) => return ready,
                None => self.wakes.notify.wait(),
            }
        }
    }

    fn wait_for(&mut self, count: usize) -> Vec<u64> {
        let mut numbers = Vec::new();
        while numbers.len() < count {
            numbers.extend(self.wait().expect("events"));
        }
        numbers
    }

    fn wakes(&self) -> usize {
        self.wakes.count.load(Ordering::SeqCst)
    }

    /// Whether nobody else has the waker any more.
    fn has_its_waker_back(&self) -> bool {
        // Ours, and the one in `waker`.
        Arc::strong_count(&self.wakes) == 2
    }
}

fn numbers_of(frames: &[u8]) -> Vec<u64> {
    let lines = core::str::from_utf8(frames).expect("ours").lines();
    lines.filter_map(|line| line.strip_prefix("data: ")?.trim().parse().ok()).collect()
}

fn topic() -> Topic<Number> {
    Topic::builder().epoch(EPOCH.parse().unwrap()).build().unwrap()
}

fn publish(topic: &Topic<Number>, value: u64) -> Position {
    topic.publish(&number(value)).expect("an open topic")
}

/// Runs `run` in another thread.
fn beside<T: 'static>(topic: &Topic<Number>, run: impl FnOnce(&Topic<Number>) -> T + 'static) -> thread::JoinHandle<T> {
    let topic = topic.clone();
    thread::spawn(move || run(&topic))
}

#[test]
fn whoever_waits_is_woken_by_an_event_that_came_meanwhile() {
    loom::model(|| {
        let topic = topic();
        let mut reader = Reader::new(topic.subscribe().unwrap());
        let _idle = topic.subscribe().unwrap();
        let publisher = beside(&topic, |topic| publish(topic, 1));
        let first = reader.poll();
        publisher.join().unwrap();
        if let Some(read) = first {
            assert_eq!((read, reader.wakes()), (Ok([1].into()), 0));
        } else {
            assert_eq!(reader.wakes(), 1);
            assert_eq!(reader.poll(), Some(Ok([1].into())));
        }
        assert!(reader.has_its_waker_back());
        assert_eq!(reader.poll(), None);
        drop(reader.subscription);
        assert_eq!(Arc::strong_count(&reader.wakes), 2, "the waker was kept");
    });
}

#[test]
fn two_publishers_and_one_reader() {
    loom::model(|| {
        let topic = topic();
        let mut reader = Reader::new(topic.subscribe().unwrap());
        let publishers = [1, 2].map(|value| beside(&topic, move |topic| (publish(topic, value).offset(), value)));
        let read = reader.wait_for(2);
        let mut published = publishers.map(|publisher| publisher.join().unwrap());
        published.sort_unstable();
        assert_eq!(published.map(|(offset, _)| offset), [1, 2]);
        assert_eq!(read, published.map(|(_, value)| value));
    });
}

#[test]
fn two_readers_and_one_publisher_of_many_kinds() {
    loom::model(|| {
        let topic = topic();
        let mut here = Reader::new(topic.subscribe().unwrap());
        let subscription = topic.subscribe().unwrap();
        let there = thread::spawn(move || Reader::new(subscription).wait_for(3));
        topic.publish_batch(&[number(1), number(2)]).unwrap();
        topic.publish_ephemeral(&number(3)).unwrap();
        assert_eq!(here.wait_for(3), [1, 2, 3]);
        assert_eq!(there.join().unwrap(), [1, 2, 3]);
    });
}

#[test]
fn a_reader_that_goes_while_others_are_woken_takes_nobody_s_wake_along() {
    loom::model(|| {
        let topic = topic();
        let [mut first, mut goes, mut stays] = [(); 3].map(|()| Reader::new(topic.subscribe().unwrap()));
        assert_eq!((first.poll(), goes.poll(), stays.poll()), (None, None, None));
        let publisher = beside(&topic, |topic| publish(topic, 1));
        drop(goes.subscription);
        // Its place is free at once, and the next to come takes it.
        assert_eq!(topic.subscribers(), 2);
        let mut comes = Reader::new(topic.subscribe().unwrap());
        let came = comes.poll();
        publisher.join().unwrap();

        assert!(goes.wakes.count.load(Ordering::SeqCst) <= 1);
        assert_eq!(Arc::strong_count(&goes.wakes), 2, "the waker was kept");
        assert_eq!((first.wakes(), stays.wakes()), (1, 1));
        assert_eq!((first.poll(), stays.poll()), (Some(Ok([1].into())), Some(Ok([1].into()))));
        // It came before the event or behind it, which nobody can know but itself.
        if let Some(read) = came {
            assert_eq!((read, comes.poll()), (Ok([1].into()), None));
        } else if comes.subscription.position() == topic.position() {
            assert_eq!(comes.poll(), None);
        } else {
            assert!(comes.wakes() >= 1, "it came into the place of one that waited, and was forgotten");
            assert_eq!((comes.poll(), comes.poll()), (Some(Ok([1].into())), None));
        }
        publish(&topic, 2);
        assert!(comes.wakes() >= 1);
        assert_eq!(comes.poll(), Some(Ok([2].into())));
    });
}

#[test]
fn the_last_reader_may_go_while_it_is_woken() {
    loom::model(|| {
        let topic = topic();
        let mut reader = Reader::new(topic.subscribe().unwrap());
        assert_eq!(reader.poll(), None);
        let publisher = beside(&topic, |topic| publish(topic, 1));
        drop(reader.subscription);
        let at_the_drop = reader.wakes.count.load(Ordering::SeqCst);
        assert_eq!(topic.subscribers(), 0);
        // With nobody there the topic has forgotten its lines: who comes now begins a new one.
        let mut next = Reader::new(topic.subscribe().unwrap());
        let first = next.poll();
        publisher.join().unwrap();
        assert!(reader.wakes.count.load(Ordering::SeqCst) - at_the_drop <= 1);
        assert_eq!(Arc::strong_count(&reader.wakes), 2, "the waker was kept");
        match first {
            Some(read) => assert_eq!(read, Ok([1].into())),
            None if next.subscription.position() == topic.position() => {}
            None => assert_eq!(next.wait(), Ok([1].into())),
        }
        publish(&topic, 2);
        assert_eq!(next.wait(), Ok([2].into()));
    });
}

#[test]
fn the_topic_goes_with_the_last_of_those_that_know_it() {
    loom::model(|| {
        let topic = topic();
        let shared = Arc::downgrade(&topic.shared);
        let mut reader = Reader::new(topic.subscribe().unwrap());
        assert_eq!(reader.poll(), None);
        let publisher = thread::spawn(move || {
            publish(&topic, 1);
        });
        drop(reader.subscription);
        publisher.join().unwrap();
        assert!(shared.upgrade().is_none());
        assert_eq!(Arc::strong_count(&reader.wakes), 2, "the waker was kept");
    });
}

#[test]
fn a_reader_is_told_of_the_end_behind_the_last_event() {
    loom::model(|| {
        let topic = topic();
        let mut reader = Reader::new(topic.subscribe().unwrap());
        let closer = beside(&topic, |topic| {
            publish(topic, 1);
            topic.close();
        });
        assert_eq!(reader.wait_for(1), [1]);
        assert_eq!(reader.wait(), Err(Delivery::Ended));
        closer.join().unwrap();
    });
}

#[test]
fn an_event_is_before_the_terminal_one_or_refused() {
    loom::model(|| {
        let topic = topic();
        let mut reader = Reader::new(topic.subscribe().unwrap());
        let closer = beside(&topic, |topic| {
            let mut last = number(2);
            last.fields.terminal = true;
            topic.publish(&last).unwrap().offset()
        });
        let accepted = topic.publish(&number(1)).is_ok();
        let expected: &[u64] = if accepted { &[1, 2] } else { &[2] };
        assert_eq!(reader.wait_for(expected.len()), expected);
        assert_eq!(reader.wait(), Err(Delivery::Ended));
        assert_eq!(closer.join().unwrap(), expected.len() as u64);
    });
}

#[test]
fn a_kick_ends_those_who_are_there_and_nobody_who_comes_behind_it() {
    loom::model(|| {
        let topic = topic();
        let mut before = Reader::new(topic.subscribe().unwrap());
        let kicker = beside(&topic, Topic::kick);
        let mut beside = Reader::new(topic.subscribe().unwrap());
        assert_eq!(before.wait(), Err(Delivery::Kicked));
        let first = beside.poll();
        kicker.join().unwrap();
        // It came before the kick or behind it, which nobody can know but itself.
        if let Some(read) = first.or_else(|| beside.poll()) {
            assert_eq!(read, Err(Delivery::Kicked));
        } else {
            publish(&topic, 1);
            assert_eq!(beside.wait(), Ok([1].into()));
        }
        let mut after = Reader::new(topic.subscribe().unwrap());
        publish(&topic, 2);
        assert_eq!(after.wait(), Ok([2].into()));
    });
}

/// Many, because so many are woken each time the lock is taken.
const MANY: usize = 130;

/// So many readers that wait, and how often each was woken.
fn many_that_wait(topic: &Topic<Number>) -> Vec<(Subscription, Arc<Counted>)> {
    let reader = |_| {
        let mut subscription = topic.subscribe().unwrap();
        let woken = Arc::new(Counted::default());
        let waker = Waker::from(Arc::clone(&woken));
        assert!(Pin::new(&mut subscription).poll_next(&mut Context::from_waker(&waker)).is_pending());
        (subscription, woken)
    };
    (0..MANY).map(reader).collect()
}

/// Has the last of many woken by `publish`, when a batch has been woken already.
fn the_last_of_many_is_woken(publish: impl Fn(&Topic<Number>) + Send + Sync + 'static) {
    model_of_many(move || {
        let topic = topic();
        let many = many_that_wait(&topic);
        let mut last = Reader::new(topic.subscribe().unwrap());
        let last = thread::spawn(move || last.wait_for(1));
        publish(&topic);
        assert_eq!(last.join().unwrap(), [1]);
        assert!(many.iter().all(|(_, woken)| woken.0.load(Ordering::SeqCst) == 1));
    });
}

#[test]
fn a_waking_that_is_dropped_half_way_forgets_nobody() {
    the_last_of_many_is_woken(|topic| {
        let (_, mut waking) = topic.publish_yielding(&number(1)).unwrap();
        assert!(Pin::new(&mut waking).poll(&mut Context::from_waker(Waker::noop())).is_pending());
        drop(waking);
    });
}

#[test]
fn one_that_wakes_many_forgets_nobody() {
    the_last_of_many_is_woken(|topic| {
        publish(topic, 1);
    });
}

#[test]
fn two_that_wake_many_forget_nobody() {
    model_of_many(|| {
        let topic = topic();
        let many = many_that_wait(&topic);
        let mut last = Reader::new(topic.subscribe().unwrap());
        assert_eq!(last.poll(), None);
        let other = beside(&topic, |topic| publish(topic, 2));
        publish(&topic, 1);
        let read = last.wait_for(2);
        other.join().unwrap();
        assert!(read == [1, 2] || read == [2, 1]);
        assert!(many.iter().all(|(_, woken)| woken.0.load(Ordering::SeqCst) == 1));
    });
}

fn model_of_many(model: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.max_branches = 10_000;
    builder.check(model);
}

/// A count that is no concern of loom's, so that so many readers are not as many places to go on from.
#[derive(Default)]
struct Counted(core::sync::atomic::AtomicUsize);

impl Wake for Counted {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

#[test]
fn nothing_is_lost_between_a_snapshot_and_what_follows_it() {
    loom::model(|| {
        let topic = topic();
        let state = Arc::new(loom::sync::Mutex::new((0, topic.position())));
        let add = |topic: &Topic<Number>, state: &loom::sync::Mutex<(u64, Position)>, value| {
            topic
                .publish_with(&number(value), |position| {
                    let mut state = state.lock().unwrap();
                    *state = (state.0 + value, position);
                })
                .unwrap();
        };
        add(&topic, &state, 1);
        let theirs = Arc::clone(&state);
        let publisher = beside(&topic, move |topic| {
            add(topic, &theirs, 10);
            add(topic, &theirs, 100);
        });
        let mut reader = Reader::new(topic.subscribe().unwrap());
        let (mut sum, position) = *state.lock().unwrap();
        assert!(reader.subscription.seek(position));
        while sum < 111 {
            sum += reader.wait().expect("events").into_iter().sum::<u64>();
        }
        publisher.join().unwrap();
        assert_eq!((sum, reader.poll()), (111, None));
    });
}

#[test]
fn a_reader_of_two_topics_is_woken_by_either() {
    loom::model(|| {
        let one = topic();
        let other: Topic<Number> = Topic::builder().epoch("another0log".parse().unwrap()).build().unwrap();
        let group = TopicGroup::new([("one", one.reader()), ("other", other.reader())]).unwrap();
        let mut subscription = group.resume(None, &SubscribeOptions::new()).unwrap().subscription;
        let publishers =
            [beside(&one, |topic| (publish(topic, 1), topic.close())), beside(&other, |topic| (publish(topic, 2), ()))];
        let thread = Arc::new(Wakes { count: AtomicUsize::new(0), notify: Notify::new() });
        let waker = Waker::from(Arc::clone(&thread));
        let mut read = Vec::new();
        while read.len() < 2 {
            match Pin::new(&mut subscription).poll_next(&mut Context::from_waker(&waker)) {
                Poll::Ready(Some(GroupDelivery::Frames(frames))) => read.extend(numbers_of(&frames)),
                Poll::Ready(other) => panic!("{other:?}"),
                Poll::Pending => thread.notify.wait(),
            }
        }
        for publisher in publishers {
            publisher.join().unwrap();
        }
        read.sort_unstable();
        assert_eq!((read, subscription.try_next()), ([1, 2].into(), None));
    });
}

#[test]
fn a_reader_that_lags_among_threads_is_told_and_goes_on_from_there() {
    loom::model(|| {
        let live = crate::history::LiveWindow::events(1);
        let builder = Topic::builder().epoch(EPOCH.parse().unwrap()).lag_policy(LagPolicy::Skip).live(live);
        let topic: Topic<Number> = builder.build().unwrap();
        let mut reader = Reader::new(topic.subscribe().unwrap());
        let publisher = beside(&topic, |topic| {
            for value in 1..=3 {
                publish(topic, value);
            }
        });
        let mut due = 1;
        while due <= 3 {
            match reader.wait() {
                Ok(numbers) => {
                    assert_eq!(numbers, (due..due + numbers.len() as u64).collect::<Vec<_>>());
                    due += numbers.len() as u64;
                }
                Err(Delivery::Reset { reason: ResetReason::Lagged, position }) => due = position.unwrap().offset() + 1,
                Err(other) => panic!("{other:?}"),
            }
        }
        publisher.join().unwrap();
        assert_eq!(reader.subscription.position().to_string(), id(3));
    });
}
