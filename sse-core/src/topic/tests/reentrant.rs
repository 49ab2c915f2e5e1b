//! What happens in between: a waker, a key or a clock that calls the topic, and a kick that comes at a bad time.

use alloc::boxed::Box;
use core::hash::{Hash, Hasher};
use std::thread;

use super::*;

/// A waker that does something when it is dropped.
struct OnDrop(Mutex<Option<Box<dyn FnOnce() + Send>>>);

impl Wake for OnDrop {
    fn wake(self: Arc<Self>) {}
}

impl Drop for OnDrop {
    fn drop(&mut self) {
        if let Some(run) = self.0.lock().unwrap().take() {
            run();
        }
    }
}

#[test]
fn a_group_names_no_position_past_what_it_has_delivered() {
    let narrow = || builder().live(LiveWindow::events(2)).keep(Retention::events(2)).build().unwrap();
    let (narrow, wide) =
        (narrow(), Topic::<Number>::builder().epoch("another0epoch".parse().unwrap()).build().unwrap());
    let group = TopicGroup::new([("narrow", narrow.reader()), ("wide", wide.reader())]).unwrap();
    let only = SubscribeOptions::new().only([EventName::from_static("a")]);
    let mut reader = group.resume(None, &only).unwrap().subscription;
    let poll =
        |reader: &mut GroupSubscription, waker: &Waker| Pin::new(reader).poll_next(&mut Context::from_waker(waker));
    // When its waker is replaced, and the narrow topic has just been read, that is flooded.
    let flood = move || {
        for value in 1..=10 {
            narrow.publish(&named(value, "a")).unwrap();
        }
    };
    let waker = Waker::from(Arc::new(OnDrop(Mutex::new(Some(Box::new(flood))))));
    assert!(poll(&mut reader, &waker).is_pending());
    drop(waker);
    assert_eq!(reader.try_next(), None);
    wide.publish(&named(1, "a")).unwrap();
    let Poll::Ready(Some(GroupDelivery::Frames(frames))) = poll(&mut reader, Waker::noop()) else {
        panic!("no frames")
    };
    assert!(frames.starts_with(format!("id: {EPOCH}-0.another0epoch-1\n").as_bytes()), "{frames:?}");
}

#[test]
fn a_kick_is_not_forgotten_by_a_reader_that_lags_or_goes_elsewhere() {
    for policy in [LagPolicy::Close, LagPolicy::Reset, LagPolicy::Skip] {
        let topic = builder().lag_policy(policy).build().unwrap();
        let mut lags = topic.subscribe().unwrap();
        let mut goes = topic.subscribe().unwrap();
        publish(&topic, [1]);
        assert_eq!(topic.kick(), 2);
        // Found to have lagged before the kick, and dealt with behind it.
        assert_eq!(lags.lose(ResetReason::Lagged), Delivery::Kicked);
        let head = goes.skip_to_head();
        assert!(goes.seek(head) && goes.is_kicked());
        assert_eq!(goes.try_next(), Some(Delivery::Kicked));
    }
}

#[test]
fn who_is_kicked_does_not_get_the_rest_of_a_snapshot() {
    let topic = builder().latest_per_key(1_000, |number: &Number| Some(number.value)).build().unwrap();
    for value in 0..200 {
        topic.publish(&Number { padding: 1_000, ..number(value) }).unwrap();
    }
    let mut one = topic.resume(None, &SubscribeOptions::new()).unwrap().subscription;
    let group = TopicGroup::new([("all", topic.reader())]).unwrap();
    let mut many = group.resume(None, &SubscribeOptions::new()).unwrap().subscription;
    assert!(matches!(one.try_next(), Some(Delivery::Frames(_))));
    assert!(matches!(many.try_next(), Some(GroupDelivery::Frames(_))));
    assert_eq!(topic.kick(), 2);
    assert_eq!((one.try_next(), one.try_next()), (Some(Delivery::Kicked), None));
    assert_eq!((many.try_next(), many.try_next()), (Some(GroupDelivery::Kicked), None));
}

#[test]
fn who_goes_elsewhere_has_no_snapshot_behind_it() {
    let topic = builder().latest_per_key(10, |number: &Number| Some(number.value % 2)).build().unwrap();
    publish(&topic, [1, 2]);
    let attach = || topic.resume(None, &SubscribeOptions::new()).unwrap().subscription;
    let (mut skips, mut seeks) = (attach(), attach());
    publish(&topic, [3, 4]);
    assert_eq!(skips.skip_to_head().to_string(), id(4));
    assert_eq!(skips.try_next(), None);
    assert!(seeks.seek(id(3).parse().unwrap()));
    assert_eq!(numbers(&mut seeks), [4]);
}

#[test]
fn a_key_may_call_the_topic_when_it_is_dropped() {
    struct Calls(u64, Arc<Mutex<Option<Topic<Number>>>>);
    impl PartialEq for Calls {
        fn eq(&self, other: &Self) -> bool {
            self.0 == other.0
        }
    }
    impl Eq for Calls {}
    impl Hash for Calls {
        fn hash<H: Hasher>(&self, hasher: &mut H) {
            self.0.hash(hasher);
        }
    }
    impl Drop for Calls {
        fn drop(&mut self) {
            let topic = self.1.lock().unwrap().clone();
            assert!(topic.is_none_or(|topic| topic.position().offset() > 0));
        }
    }
    let place = Arc::new(Mutex::new(None));
    let called = Arc::clone(&place);
    let key = move |number: &Number| Some(Calls(number.value, Arc::clone(&called)));
    let topic = builder().latest_per_key(2, key).build().unwrap();
    *place.lock().unwrap() = Some(topic.clone());
    // Replaced, and pushed out.
    publish(&topic, [1, 1, 2, 3, 4]);
    *place.lock().unwrap() = None;
    assert_eq!(topic.position().offset(), 5);
}

#[test]
fn a_key_that_panics_leaves_no_half_batch_and_nobody_asleep() {
    #[derive(PartialEq, Eq)]
    struct Panics(u64);
    impl Hash for Panics {
        fn hash<H: Hasher>(&self, hasher: &mut H) {
            assert_ne!(self.0, 13);
            self.0.hash(hasher);
        }
    }
    let topic = builder().latest_per_key(10, |number: &Number| Some(Panics(number.value))).build().unwrap();
    let count = Arc::new(CountWakes::default());
    let mut reader = topic.subscribe().unwrap();
    assert_eq!(poll(&mut reader, &Waker::from(Arc::clone(&count))), Poll::Pending);
    let batch = || topic.publish_batch(&[number(1), number(13), number(2)]);
    assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(batch)).is_err());
    assert_eq!((numbers(&mut reader), count.0.load(Ordering::SeqCst)), ([1, 13, 2].into(), 1));
}

#[test]
fn who_reads_the_clock_first_need_not_publish_first() {
    let now = Arc::new(AtomicUsize::new(5));
    let quicker: Arc<Mutex<Option<Topic<Number>>>> = Arc::default();
    let (clock, first) = (Arc::clone(&now), Arc::clone(&quicker));
    let clock = move || {
        let read = clock.load(Ordering::SeqCst);
        let first = first.lock().unwrap().take();
        if let Some(topic) = first {
            clock.store(10, Ordering::SeqCst);
            publish(&topic, [1]);
        }
        Duration::from_millis(read as u64)
    };
    let keep = Retention::events(1_000).and_age(Duration::from_secs(1));
    let topic = builder().keep(keep).clock(clock).build().unwrap();
    let only = SubscribeOptions::new().only([EventName::from_static("none")]);
    let mut reader = topic.resume(None, &only).unwrap().subscription;
    *quicker.lock().unwrap() = Some(topic.clone());
    publish(&topic, [2]);
    assert_eq!(reader.try_next(), None);
    assert_eq!(topic.position().offset(), 2);
}

#[test]
fn a_delivery_is_64_kib_however_long_the_ids_are_and_whatever_is_left_out() {
    const MOST: usize = 64 * 1024;
    let topics: Vec<Topic<Number>> = (0..TopicGroup::MAX_TOPICS)
        .map(|index| Topic::builder().epoch(format!("{index:0>32}").parse().unwrap()).build().unwrap())
        .collect();
    let group = TopicGroup::new(topics.iter().enumerate().map(|(index, topic)| (index.to_string(), topic.reader())));
    let mut reader = group.unwrap().resume(None, &SubscribeOptions::new()).unwrap().subscription;
    publish(&topics[0], 0..1_000);
    let Some(GroupDelivery::Frames(frames)) = reader.try_next() else { panic!("nothing to read") };
    assert!(frames.len() <= MOST + 1_024, "{} bytes", frames.len());

    let topic = builder().build().unwrap();
    let only = SubscribeOptions::new().only([EventName::from_static("n")]);
    let mut reader = topic.resume(None, &only).unwrap().subscription;
    for value in 1..=2 {
        topic.publish(&Number { padding: 60_000, ..number(value) }).unwrap();
    }
    let Some(Delivery::Frames(frames)) = reader.try_next() else { panic!("nothing to read") };
    assert!(frames.len() <= MOST, "{} bytes", frames.len());
    assert_eq!(numbers(&mut reader), [2]);
}

#[test]
fn a_reader_that_wants_little_of_much_gets_it() {
    let topic = builder().keep(Retention::events(20_000)).build().unwrap();
    publish(&topic, 0..10_000);
    topic.publish(&named(1, "a")).unwrap();
    let only = SubscribeOptions::new().only([EventName::from_static("a")]);
    let mut reader = topic.resume(Some(id(0).as_bytes()), &only).unwrap().subscription;
    assert_eq!(numbers(&mut reader), [1]);
}

#[test]
fn a_hub_makes_room_of_what_is_too_old() {
    let now = Arc::new(AtomicUsize::new(0));
    let clock = Arc::clone(&now);
    let topics = Topic::builder()
        .keep(Retention::events(1_000_000).and_age(Duration::from_secs(1)))
        .clock(move || Duration::from_secs(clock.load(Ordering::SeqCst) as u64));
    let hub: Hub<u32, Number> = Hub::builder(topics).max_bytes(100_000).build().unwrap();
    let topic = hub.topic(&1).unwrap();
    while topic.publish(&number(1)).is_ok() {}
    now.store(1_000, Ordering::SeqCst);
    assert!(topic.publish(&number(2)).is_ok());
}

#[test]
fn a_thread_that_ends_can_publish() {
    struct Last(Topic<Number>);
    impl Drop for Last {
        fn drop(&mut self) {
            publish(&self.0, [2]);
        }
    }
    std::thread_local! {
        static LAST: core::cell::RefCell<Option<Last>> = const { core::cell::RefCell::new(None) };
    }
    let topic = builder().build().unwrap();
    let ours = topic.clone();
    let publisher = thread::spawn(move || {
        // Registered first, and so dropped behind what a topic keeps for the thread.
        LAST.with(|last| *last.borrow_mut() = Some(Last(ours.clone())));
        publish(&ours, [1]);
    });
    publisher.join().unwrap();
    assert_eq!(topic.position().offset(), 2);
}
