//! Topics by key: when they are dropped, what happens at a cap, and what threads make of it.

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, VecDeque};
use core::cell::{Cell, RefCell};
use core::sync::atomic::{AtomicBool, AtomicU64};
use std::thread;

use super::*;
use crate::topic::hub::{BuildHubError, HubBuilder, HubError};

/// A time that stands still.
#[derive(Clone, Default)]
struct Time(Arc<AtomicU64>);

impl Time {
    fn set(&self, seconds: u64) {
        self.set_millis(seconds * 1_000);
    }

    fn set_millis(&self, millis: u64) {
        self.0.store(millis, Ordering::SeqCst);
    }

    fn topics(&self, keep: Retention) -> TopicBuilder<Number> {
        let time = self.clone();
        Topic::builder().keep(keep).clock(move || Duration::from_millis(time.0.load(Ordering::SeqCst)))
    }
}

/// In seconds.
const LINGER: u64 = 100;

/// A hub whose topics keep events for so many seconds, and linger for [`LINGER`].
fn aging(time: &Time, age: u64) -> HubBuilder<u32, Number> {
    keeping(time, Retention::events(10).and_age(Duration::from_secs(age)))
}

fn keeping(time: &Time, keep: Retention) -> HubBuilder<u32, Number> {
    Hub::builder(time.topics(keep)).linger(Duration::from_secs(LINGER))
}

fn is_too_many(result: &Result<impl Sized, HubError>) -> bool {
    matches!(result, Err(HubError::TooManyTopics { .. }))
}

fn is_full(result: &Result<impl Sized, HubError>) -> bool {
    matches!(result, Err(HubError::Publish(PublishError::Full { .. })))
}

fn verdict(topic: &Topic<Number>, position: Position) -> Verdict {
    topic.resume(Some(position.to_string().as_bytes()), &SubscribeOptions::new()).unwrap().verdict
}

#[test]
fn a_key_has_one_topic() {
    let hub = keeping(&Time::default(), Retention::default()).build().unwrap();
    assert!(hub.is_empty() && hub.get(&1).is_none());
    let first = hub.publish(&1, &number(1)).unwrap();
    let topic = hub.topic(&1).unwrap();
    assert_eq!((topic.position(), Hub::clone(&hub).get(&1).unwrap().position()), (first, first));
    let other = hub.topic(&2).unwrap();
    assert_ne!(other.position().epoch(), first.epoch());
    let mut keys = hub.keys();
    keys.sort_unstable();
    assert_eq!((hub.len(), keys), (2, [1, 2].into()));
}

#[test]
fn a_hub_is_shared_among_threads_whatever_its_events_are() {
    fn shared<T: Send + Sync + Clone>(_: Option<T>) {}
    shared::<Hub<Cell<u8>, Number>>(None);
    shared::<Hub<u32, Cell<u8>>>(None);
}

#[test]
fn a_key_is_asked_for_as_in_a_map() {
    let time = Time::default();
    let hub: Hub<String, Number> = Hub::builder(time.topics(Retention::default())).build().unwrap();
    hub.publish("room", &number(1)).unwrap();
    assert_eq!((hub.topic("room").unwrap().position().offset(), hub.kick("room"), hub.remove("room")), (1, 0, true));
}

#[test]
fn a_hub_needs_a_clock_and_an_epoch_for_each_topic() {
    let build = |topics: TopicBuilder<Number>| Hub::<u32, _>::builder(topics).build().unwrap_err();
    assert_eq!(build(Topic::builder()), BuildHubError::NoClock);
    let topics = Time::default().topics(Retention::none()).epoch(EPOCH.parse().unwrap());
    assert_eq!(build(topics), BuildHubError::FixedEpoch);
}

#[test]
fn a_topic_is_dropped_when_its_history_has_gone_and_it_has_lingered() {
    for (age, dropped) in [(1_000, 1_001), (10, LINGER)] {
        let time = Time::default();
        let hub = aging(&time, age).build().unwrap();
        hub.publish(&1, &number(1)).unwrap();
        time.set(dropped - 1);
        assert_eq!((hub.sweep(), hub.len()), (0, 1));
        time.set(dropped);
        assert_eq!((hub.sweep(), hub.len(), hub.bytes()), (1, 0, 0));
    }
}

#[test]
fn a_topic_stays_while_somebody_has_it() {
    let time = Time::default();
    let hub = keeping(&time, Retention::none()).build().unwrap();
    let topic = hub.topic(&1).unwrap();
    time.set(1_000_000);
    assert_eq!(hub.sweep(), 0);
    let reader = topic.reader();
    drop(topic);
    assert_eq!(hub.sweep(), 0);
    drop(reader);
    // Nobody used it, so that it does not linger.
    assert_eq!(hub.sweep(), 1);
}

#[test]
fn the_linger_begins_with_the_last_use() {
    let time = Time::default();
    let hub = keeping(&time, Retention::none()).build().unwrap();
    let lingers = |since: u64| {
        time.set(since + LINGER - 1);
        assert_eq!(hub.sweep(), 0);
        time.set(since + LINGER);
        assert_eq!(hub.sweep(), 1);
    };
    hub.publish(&1, &number(1)).unwrap();
    lingers(0);

    let mut topic = hub.topic(&1).unwrap();
    time.set(1_000);
    topic.publish(&number(1)).unwrap();
    drop(topic);
    lingers(1_000);

    topic = hub.topic(&1).unwrap();
    let subscription = topic.subscribe().unwrap();
    drop(topic);
    time.set(5_000);
    assert_eq!(hub.sweep(), 0);
    drop(subscription);
    lingers(5_000);

    // What was refused is no use: else a closed topic would stay for as long as somebody tries.
    topic = hub.topic(&1).unwrap();
    topic.close();
    drop(topic);
    time.set(5_000 + LINGER + 50);
    assert!(hub.publish(&1, &number(1)).is_err());
    lingers(5_000 + LINGER);
}

#[test]
fn a_topic_lingers_a_second_more_at_most() {
    let time = Time::default();
    let hub = keeping(&time, Retention::none()).build().unwrap();
    time.set_millis(1);
    hub.publish(&1, &number(1)).unwrap();
    time.set_millis(LINGER * 1_000 + 1_000 - 1);
    assert_eq!(hub.sweep(), 0);
    time.set_millis(LINGER * 1_000 + 1_000);
    assert_eq!(hub.sweep(), 1);
}

#[test]
fn who_read_the_clock_before_others_does_not_shorten_the_linger() {
    let topic = Topic::<Number>::new();
    let mut log = topic.shared.lock();
    for used in [10, 5] {
        log.note_use(Duration::from_secs(used));
    }
    assert_eq!(log.unused_for(Duration::from_secs(12)), Duration::from_secs(2));
    // Nor does a clock that counts from before all clocks.
    log.note_use(Duration::from_secs(u64::MAX / 2));
    assert_eq!(log.unused_for(Duration::MAX), Duration::ZERO);
}

#[test]
fn a_client_that_comes_back_in_time_has_missed_nothing() {
    let time = Time::default();
    let hub = keeping(&time, Retention::none()).build().unwrap();
    let position = hub.publish(&1, &number(1)).unwrap();
    drop(hub.topic(&1).unwrap().subscribe().unwrap());
    time.set(LINGER - 1);
    hub.sweep();
    assert_eq!(verdict(&hub.topic(&1).unwrap(), position), Verdict::Recovered(position));
    time.set(3 * LINGER);
    hub.sweep();
    assert_eq!(verdict(&hub.topic(&1).unwrap(), position), Verdict::Reset(ResetReason::UnknownEpoch));
}

#[test]
fn a_history_without_an_age_stays_until_it_is_removed() {
    let time = Time::default();
    let hub = keeping(&time, Retention::events(1)).build().unwrap();
    hub.publish(&1, &number(1)).unwrap();
    drop(hub.topic(&2).unwrap());
    time.set(4_000_000_000);
    assert_eq!((hub.sweep(), hub.keys()), (1, [1].into()));
    assert!(hub.remove(&1) && !hub.remove(&1));
    assert_eq!((hub.len(), hub.bytes()), (0, 0));
}

#[test]
fn the_newest_of_a_key_keeps_its_topic() {
    let time = Time::default();
    let topics = time.topics(Retention::events(10).and_age(Duration::from_secs(1)));
    let hub: Hub<u32, Number> =
        Hub::builder(topics.latest_per_key(10, |event: &Number| (event.value > 0).then_some(event.value)))
            .build()
            .unwrap();
    hub.publish(&1, &number(1)).unwrap();
    hub.publish(&2, &number(0)).unwrap();
    time.set(1_000_000);
    assert_eq!((hub.sweep(), hub.keys()), (1, [1].into()));
    let mut attached = hub.topic(&1).unwrap().resume(None, &SubscribeOptions::new()).unwrap();
    assert_eq!(numbers(&mut attached.subscription), [1]);
}

#[test]
fn a_closed_topic_stays_closed_until_it_is_dropped() {
    let time = Time::default();
    let hub = aging(&time, 1_000).build().unwrap();
    let mut last = number(1);
    last.fields.terminal = true;
    let position = hub.publish(&1, &last).unwrap();
    time.set(1_000);
    hub.sweep();
    let closed = |topic: &Topic<Number>| topic.is_closed() && topic.publish(&number(2)).is_err();
    assert!(closed(&hub.topic(&1).unwrap()));
    assert!(matches!(hub.publish(&1, &number(2)), Err(HubError::Publish(PublishError::Closed))));
    // Who comes back is told how it ended.
    let id = Position::new(position.epoch(), 0).to_string();
    let mut attached = hub.topic(&1).unwrap().resume(Some(id.as_bytes()), &SubscribeOptions::new()).unwrap();
    assert_eq!(drain(&mut attached.subscription), (Vec::from([1]), Some(Delivery::Ended)));
    drop(attached);
    time.set(2_000);
    hub.sweep();
    assert!(!hub.topic(&1).unwrap().is_closed());
}

#[test]
fn one_topic_too_many_is_refused_when_none_is_idle() {
    let time = Time::default();
    let hub = aging(&time, 1_000).max_topics(2).build().unwrap();
    hub.publish(&1, &number(1)).unwrap();
    let second = hub.topic(&2).unwrap();
    assert!(is_too_many(&hub.topic(&3)) && is_too_many(&hub.publish(&3, &number(3))));
    assert_eq!(hub.topic(&3).unwrap_err().to_string(), "there are 2 topics, which is the limit, and none is idle");
    // Those that are there go on.
    assert_eq!(hub.publish(&1, &number(1)).unwrap().offset(), 2);
    second.publish(&number(2)).unwrap();
    time.set(1_001);
    drop(hub.topic(&3).unwrap());
    assert_eq!((hub.get(&1).is_none(), hub.len()), (true, 2));
    let report = hub.publish_to(&[4, 2, 5], &number(4)).unwrap();
    assert_eq!((report.published, report.refused.len()), (1, 2));
    assert!(
        report.refused.iter().all(|(key, error)| *key > 3 && matches!(error, HubError::TooManyTopics { limit: 2 }))
    );
}

#[test]
fn a_cap_that_is_reached_sweeps_once_in_a_while() {
    let time = Time::default();
    let hub = keeping(&time, Retention::none()).max_topics(1).linger(Duration::from_secs(10)).build().unwrap();
    drop(hub.topic(&1).unwrap());
    for refused in [9_500, 10_000, 10_499] {
        time.set_millis(refused);
        assert!(is_too_many(&hub.topic(&2)));
    }
    time.set_millis(10_500);
    assert!(hub.topic(&2).is_ok());
}

#[test]
fn one_byte_too_many_is_refused_and_nothing_is_lost_for_it() {
    let time = Time::default();
    let hub = aging(&time, 1_000).max_bytes(20_000).build().unwrap();
    let mut positions = BTreeMap::new();
    let event = Number { padding: 100, ..number(1) };
    let refused = (0..1_000).find(|key| match hub.publish(key, &event) {
        Ok(position) => positions.insert(*key, position).is_some(),
        refused => is_full(&refused),
    });
    assert!(positions.len() > 50 && hub.bytes() <= 20_000);
    let handle = hub.topic(&0).unwrap();
    assert!(matches!(handle.publish(&event), Err(PublishError::Full { .. })));
    let report = hub.publish_matching(|&key| key < 2, &event).unwrap();
    assert_eq!((report.published, report.refused.len()), (0, 2));
    for (key, position) in positions {
        let mut attached = hub
            .topic(&key)
            .unwrap()
            .resume_behind(Position::new(position.epoch(), 0), &SubscribeOptions::new())
            .unwrap();
        assert_eq!(
            (attached.verdict, numbers(&mut attached.subscription)),
            (Verdict::Recovered(Position::new(position.epoch(), 0)), [1].into())
        );
    }
    time.set(1_001);
    hub.publish(&refused.unwrap(), &event).unwrap();
    // All others were idle, but for the one that somebody has.
    assert_eq!(hub.len(), 2);
}

#[test]
fn a_sweep_lets_go_of_what_is_too_old_also_where_somebody_listens() {
    let time = Time::default();
    let hub = aging(&time, 1_000).build().unwrap();
    let mut subscription = hub.topic(&1).unwrap().subscribe().unwrap();
    hub.publish(&1, &Number { padding: 10_000, ..number(1) }).unwrap();
    assert_eq!(numbers(&mut subscription), [1]);
    time.set(2_000);
    assert_eq!((hub.sweep(), hub.len()), (0, 1));
    assert!(hub.bytes() < 1_000, "{} bytes", hub.bytes());
}

/// Counts how often it is encoded, and asked for its key.
struct Counted(AtomicUsize);

impl SseEvent for Counted {
    fn fields(&self) -> Result<EventFields, EncodeError> {
        Ok(EventFields::new(EventName::from_static("n")))
    }
    fn write_data(&self, sink: &mut DataSink<'_>) -> Result<(), EncodeError> {
        self.0.fetch_add(1, Ordering::SeqCst);
        sink.text(&7)
    }
}

#[test]
fn an_event_is_encoded_once_for_all_topics() {
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&asked);
    let topics = Topic::builder().clock(|| Duration::ZERO).latest_per_key(1, move |_: &Counted| {
        counter.fetch_add(1, Ordering::SeqCst);
        Some(())
    });
    let hub: Hub<u32, Counted> = Hub::builder(topics).build().unwrap();
    let event = Counted(AtomicUsize::new(0));
    let keys: Vec<u32> = (0..100).collect();
    assert_eq!(hub.publish_to(&keys, &event).unwrap().published, 100);
    assert_eq!((event.0.load(Ordering::SeqCst), asked.load(Ordering::SeqCst)), (1, 1));
    assert_eq!(hub.publish_matching(|key| key % 2 == 0, &event).unwrap().published, 50);
    assert_eq!((event.0.load(Ordering::SeqCst), asked.load(Ordering::SeqCst)), (2, 2));
    for key in keys {
        let topic = hub.get(&key).unwrap();
        let offset = 2 - u64::from(key % 2);
        assert_eq!(topic.position().offset(), offset);
        let mut attached = topic.resume(None, &SubscribeOptions::new()).unwrap();
        let newest = format!("id: {}-{offset}\nevent: n\ndata: 7\n\n", topic.position().epoch());
        assert_eq!(attached.subscription.try_next(), Some(Delivery::Frames(newest.into())));
    }
}

#[test]
fn what_no_topic_takes_makes_no_topic() {
    let hub = keeping(&Time::default(), Retention::none()).build().unwrap();
    let bad = Number { fields: EventFields::new(EventName::from_static("stream-open")), ..number(1) };
    assert!(matches!(hub.publish(&1, &bad), Err(HubError::Publish(PublishError::ReservedName))));
    assert!(matches!(hub.publish_to(&[1, 2], &bad), Err(PublishError::ReservedName)));
    assert!(matches!(hub.publish_matching(|_| true, &bad), Err(PublishError::ReservedName)));
    assert!(hub.is_empty());
}

#[test]
fn a_topic_that_refuses_is_named() {
    let hub = keeping(&Time::default(), Retention::none()).build().unwrap();
    hub.topic(&2).unwrap().close();
    for report in
        [hub.publish_to(&[1, 2, 3, 1], &number(1)).unwrap(), hub.publish_matching(|_| true, &number(1)).unwrap()]
    {
        assert!(matches!(&report.refused[..], [(2, HubError::Publish(PublishError::Closed))]));
        assert_eq!(report.published, 4 - report.refused.len() - usize::from(report.published == 2));
    }
    assert_eq!(hub.topic(&1).unwrap().position().offset(), 3);
}

#[test]
fn a_predicate_may_call_the_hub() {
    let hub = keeping(&Time::default(), Retention::none()).linger(Duration::ZERO).build().unwrap();
    let _held: Vec<_> = (0..200).map(|key| hub.topic(&key).unwrap()).collect();
    let mut asked = Vec::new();
    let matches = |&key: &u32| {
        asked.push(key);
        hub.publish(&key, &number(1)).unwrap();
        drop(hub.topic(&(key + 1_000)));
        hub.remove(&((key + 7) % 200));
        hub.sweep();
        drop(hub.publish_matching(|_| true, &number(2)).unwrap());
        key.is_multiple_of(2) && hub.stats().topics > 0
    };
    assert!(hub.publish_matching(matches, &number(1)).unwrap().refused.is_empty());
    asked.retain(|&key| key < 200);
    asked.dedup();
    assert!(!asked.is_empty());
}

#[test]
fn kicking_ends_the_subscriptions_of_one_key() {
    let hub = keeping(&Time::default(), Retention::default()).build().unwrap();
    let [mut first, mut second, mut other] = [1, 1, 2].map(|key| hub.topic(&key).unwrap().subscribe().unwrap());
    let wakes = Arc::new(CountWakes::default());
    assert!(poll(&mut first, &Arc::clone(&wakes).into()).is_pending());
    let position = hub.publish(&2, &number(1)).unwrap();
    assert_eq!((hub.kick(&1), hub.kick(&3), hub.len()), (2, 0, 2));
    assert_eq!(wakes.0.load(Ordering::SeqCst), 1);
    for kicked in [&mut first, &mut second] {
        assert_eq!(kicked.try_next(), Some(Delivery::Kicked));
    }
    assert_eq!(numbers(&mut other), [1]);
    assert_eq!(verdict(&hub.topic(&2).unwrap(), position), Verdict::Recovered(position));
}

#[test]
fn a_topic_that_is_removed_is_so_for_everybody() {
    let hub = keeping(&Time::default(), Retention::default()).build().unwrap();
    let before = hub.publish(&1, &Number { padding: 10_000, ..number(1) }).unwrap();
    let topic = hub.topic(&1).unwrap();
    let mut there = topic.subscribe().unwrap();
    let wakes = Arc::new(CountWakes::default());
    assert!(poll(&mut there, &Arc::clone(&wakes).into()).is_pending());
    assert!(hub.remove(&1));
    assert_eq!((wakes.0.load(Ordering::SeqCst), hub.bytes()), (1, 0));
    // Whoever took the topic before must not wait for events that another gets, nor be told that this was the end.
    let mut late = topic.resume(Some(before.to_string().as_bytes()), &SubscribeOptions::new()).unwrap().subscription;
    for subscription in [&mut there, &mut late] {
        assert_eq!((subscription.try_next(), subscription.try_next()), (Some(Delivery::Kicked), None));
    }
    assert!(matches!(topic.publish(&number(2)), Err(PublishError::Closed)));
    let after = hub.publish(&1, &number(2)).unwrap();
    assert_ne!(before.epoch(), after.epoch());
    assert_eq!(verdict(&hub.topic(&1).unwrap(), before), Verdict::Reset(ResetReason::UnknownEpoch));
}

std::thread_local! {
    static MEANWHILE: Cell<Option<Box<dyn FnOnce()>>> = const { Cell::new(None) };
}

/// A hub with a clock that does something else when it is read: between the step that finds out and the one that acts.
fn interrupted(max_topics: usize) -> Hub<u32, Number> {
    let clock = || {
        if let Some(what) = MEANWHILE.take() {
            what();
        }
        Duration::ZERO
    };
    Hub::builder(Topic::builder().clock(clock)).max_topics(max_topics).build().unwrap()
}

fn meanwhile(hub: &Hub<u32, Number>, what: impl FnOnce(Hub<u32, Number>) + 'static) {
    let hub = hub.clone();
    MEANWHILE.set(Some(Box::new(move || what(hub))));
}

#[test]
fn what_is_published_while_its_topic_is_removed_goes_to_the_next() {
    let hub = interrupted(10);
    let before = hub.publish(&1, &number(1)).unwrap();
    meanwhile(&hub, |hub| assert!(hub.remove(&1)));
    let after = hub.publish(&1, &number(2)).unwrap();
    assert!(after.epoch() != before.epoch() && hub.get(&1).unwrap().position() == after);
    // Nobody is told of a topic that was not there when it came to it.
    meanwhile(&hub, |hub| assert!(hub.remove(&1)));
    let report = hub.publish_matching(|_| true, &number(3)).unwrap();
    assert_eq!((report.published, report.refused.len(), hub.len()), (0, 0, 0));
}

#[test]
fn two_who_make_a_topic_make_one_and_no_more_than_there_may_be() {
    let mut hub = interrupted(10);
    meanwhile(&hub, |hub| assert!(hub.publish(&1, &number(1)).is_ok()));
    assert_eq!(hub.topic(&1).unwrap().position().offset(), 1);
    hub = interrupted(1);
    meanwhile(&hub, |hub| assert!(hub.topic(&2).is_ok()));
    assert!(is_too_many(&hub.topic(&1)));
    assert_eq!((hub.keys(), hub.len()), ([2].into(), 1));
}

/// Looks at the counters when it is woken.
struct Looks {
    hub: Hub<u32, Number>,
    published: AtomicU64,
}

impl Wake for Looks {
    fn wake(self: Arc<Self>) {
        self.published.store(self.hub.stats().published, Ordering::SeqCst);
    }
}

#[test]
fn no_counter_shrinks_while_a_topic_is_removed() {
    let hub = interrupted(10);
    let mut subscription = hub.topic(&1).unwrap().subscribe().unwrap();
    hub.publish(&1, &number(1)).unwrap();
    assert_eq!(numbers(&mut subscription), [1]);
    let looks = Arc::new(Looks { hub: hub.clone(), published: AtomicU64::new(0) });
    assert!(poll(&mut subscription, &Arc::clone(&looks).into()).is_pending());
    hub.remove(&1);
    assert_eq!((looks.published.load(Ordering::SeqCst), hub.stats().published), (1, 1));
}

#[test]
fn the_counters_of_topics_that_are_gone_are_counted() {
    let time = Time::default();
    let hub = aging(&time, 1_000).build().unwrap();
    let position = hub.publish(&1, &number(1)).unwrap();
    for key in [1, 2] {
        let mut subscription = hub.topic(&key).unwrap().subscribe().unwrap();
        hub.publish(&key, &number(2)).unwrap();
        assert_eq!(numbers(&mut subscription), [2]);
    }
    verdict(&hub.topic(&1).unwrap(), position);
    verdict(&hub.topic(&2).unwrap(), position);
    let before = hub.stats();
    assert_eq!((before.topics, before.created, before.dropped, before.bytes), (2, 2, 0, hub.bytes()));
    assert_eq!((before.published, before.delivered, before.fresh, before.recovered), (3, 2, 2, 1));
    assert_eq!((before.evicted, before.reset(ResetReason::UnknownEpoch), before.subscribers), (0, 1, 0));
    hub.remove(&1);
    time.set(10_000);
    assert_eq!(hub.sweep(), 1);
    let mut after = before;
    (after.topics, after.bytes, after.dropped) = (0, 0, 2);
    // The one that was removed did not leave by the retention.
    after.evicted = 1;
    assert_eq!(hub.stats(), after);
}

#[test]
fn keys_may_call_the_hub_when_they_are_dropped() {
    #[derive(Clone, PartialEq, Eq, Hash)]
    struct Key(u32);
    std::thread_local! {
        static HUB: RefCell<Option<Hub<Key, Number>>> = const { RefCell::new(None) };
    }
    impl Drop for Key {
        fn drop(&mut self) {
            if let Some(hub) = HUB.try_with(|hub| hub.borrow().clone()).ok().flatten() {
                assert!(hub.get(self).is_none() || !hub.is_empty());
                if self.0.is_multiple_of(5_000) {
                    hub.sweep();
                }
            }
        }
    }
    let time = Time::default();
    let hub: Hub<Key, Number> = Hub::builder(time.topics(Retention::none())).max_topics(3_000).build().unwrap();
    HUB.set(Some(hub.clone()));
    // By those that come,
    for key in 0..10_000 {
        time.set(u64::from(key));
        drop(hub.topic(&Key(key)).unwrap());
    }
    // because there is no room,
    assert!((10_000..20_000).any(|key| is_too_many(&hub.topic(&Key(key)))));
    time.set(20_000);
    drop(hub.topic(&Key(20_000)).unwrap());
    assert!(hub.len() < 100);
    // and because somebody says so.
    assert!(hub.remove(&Key(20_000)));
    drop(hub.topic(&Key(0)).unwrap());
    time.set(30_000);
    assert_eq!(hub.sweep(), 1);
    HUB.set(None);
}

#[test]
fn topics_that_come_and_go_are_swept_by_those_that_come() {
    let time = Time::default();
    let hub = keeping(&time, Retention::none()).build().unwrap();
    let mut most = 0;
    for key in 0..50_000 {
        time.set(u64::from(key));
        drop(hub.topic(&key).unwrap());
        most = most.max(hub.len());
    }
    assert!(most < 5_000, "{most} topics");
}

#[test]
fn topics_that_have_gone_leave_nothing_behind() {
    const AT_ONCE: u32 = 20_000;
    let time = Time::default();
    let hub = aging(&time, 1_000).max_topics(20_000).build().unwrap();
    for round in 0..10 {
        time.set(u64::from(round) * 10_000);
        for key in 0..AT_ONCE {
            hub.publish(&(round * AT_ONCE + key), &number(1)).unwrap();
        }
    }
    assert!(is_too_many(&hub.topic(&u32::MAX)));
    time.set(1_000_000);
    assert_eq!(hub.sweep(), 20_000);
    assert_eq!((hub.len(), hub.bytes(), hub.stats().dropped, hub.room()), (0, 0, 200_000, 0));
}

/// What is published is not lost to whoever has the topic, and nobody has another topic of the same key.
#[test]
fn threads_that_have_a_key_have_one_topic() {
    const ROUNDS: u64 = 2_000;
    let time = Time::default();
    let hub = keeping(&time, Retention::none()).linger(Duration::ZERO).max_topics(6).build().unwrap();
    let done = AtomicBool::new(false);
    let refused = AtomicU64::new(0);
    thread::scope(|scope| {
        let (hub, refused, done) = (&hub, &refused, &done);
        let workers: Vec<_> = (0..4_u64)
            .map(|worker| {
                scope.spawn(move || {
                    for round in 0..ROUNDS {
                        let key = u32::try_from((worker * 7 + round * 5) % 9).unwrap();
                        let Ok(topic) = hub.topic(&key) else {
                            refused.fetch_add(1, Ordering::SeqCst);
                            continue;
                        };
                        let mut subscription = topic.subscribe().unwrap();
                        let same = hub.get(&key).unwrap();
                        assert!(Arc::ptr_eq(&topic.shared, &same.shared));
                        drop((topic, same));
                        let value = worker * ROUNDS + round;
                        hub.publish(&key, &number(value)).unwrap();
                        assert!(numbers(&mut subscription).contains(&value));
                        assert!(hub.len() <= 6);
                    }
                })
            })
            .collect();
        scope.spawn(move || {
            while !done.load(Ordering::SeqCst) {
                hub.sweep();
                assert!(hub.publish_matching(|key| key % 3 == 0, &number(u64::MAX)).unwrap().refused.is_empty());
                assert!(hub.stats().topics <= 6);
            }
        });
        let joined: Vec<_> = workers.into_iter().map(thread::ScopedJoinHandle::join).collect();
        done.store(true, Ordering::SeqCst);
        assert!(joined.iter().all(Result::is_ok));
    });
    hub.sweep();
    assert_eq!((hub.len(), hub.bytes()), (0, 0));
    assert_eq!(hub.stats().created, hub.stats().dropped);
}

/// A publisher never publishes to a topic that was taken away, and counters never shrink.
#[test]
fn threads_may_remove_what_others_use() {
    let hub = keeping(&Time::default(), Retention::events(5)).build().unwrap();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let (hub, done) = (&hub, &done);
        scope.spawn(move || {
            for round in 0..3_000 {
                hub.remove(&(round % 3));
            }
            done.store(true, Ordering::SeqCst);
        });
        for _ in 0..2 {
            scope.spawn(move || {
                let mut published = 0;
                while !done.load(Ordering::SeqCst) {
                    for key in 0..3 {
                        hub.publish(&key, &number(1)).unwrap();
                        let mut subscription = hub.topic(&key).unwrap().subscribe_from(Start::Earliest).unwrap();
                        let (_, last) = drain(&mut subscription);
                        assert!(matches!(last, None | Some(Delivery::Kicked)));
                    }
                    let now = hub.stats().published;
                    assert!(now >= published);
                    published = now;
                }
            });
        }
    });
    for key in hub.keys() {
        hub.remove(&key);
    }
    assert_eq!((hub.len(), hub.bytes()), (0, 0));
}

/// What a hub should know of a topic.
struct Modelled {
    epoch: String,
    used: u64,
    /// When the events that are kept were published.
    kept: VecDeque<u64>,
    head: u64,
    held: Vec<Topic<Number>>,
    subscribed: Vec<Subscription>,
}

struct Model {
    topics: BTreeMap<u32, Modelled>,
    age: u64,
    max: usize,
    swept: Option<u64>,
}

const KEPT: usize = 3;

impl Model {
    fn evict(&mut self, now: u64) {
        for topic in self.topics.values_mut() {
            while topic.kept.len() > KEPT || topic.kept.front().is_some_and(|&at| at + self.age < now) {
                topic.kept.pop_front();
            }
        }
    }

    fn sweep(&mut self, now: u64) -> usize {
        let before = self.topics.len();
        self.topics.retain(|_, topic| {
            let in_use = !topic.held.is_empty() || !topic.subscribed.is_empty();
            in_use || !topic.kept.is_empty() || now - topic.used < LINGER
        });
        self.swept = Some(now);
        before - self.topics.len()
    }

    /// Whether there is a topic for the key, or room for one.
    fn has_or_makes(&mut self, key: u32, now: u64) -> bool {
        if !self.topics.contains_key(&key) {
            if self.topics.len() == self.max && self.swept.is_none_or(|at| now > at) {
                self.sweep(now);
            }
            if self.topics.len() == self.max {
                return false;
            }
            let (kept, held, subscribed) = (VecDeque::new(), Vec::new(), Vec::new());
            self.topics.insert(key, Modelled { epoch: String::new(), used: now, kept, head: 0, held, subscribed });
        }
        true
    }
}

fn round(mut random: impl FnMut(u64) -> u64, counts: &mut [usize; 4]) {
    let time = Time::default();
    let mut model = Model { topics: BTreeMap::new(), age: 1 + random(200), max: 4, swept: None };
    let keep = Retention::events(KEPT).and_age(Duration::from_secs(model.age));
    let hub = keeping(&time, keep).max_topics(model.max).build().unwrap();
    let mut now = 0;
    for _ in 0..200 {
        now += random(3) * random(40);
        time.set(now);
        model.evict(now);
        let key = u32::try_from(random(7)).unwrap();
        match random(10) {
            0..=2 => {
                let expected = model.has_or_makes(key, now);
                let published = hub.publish(&key, &number(1));
                assert_eq!(published.is_ok(), expected);
                match model.topics.get_mut(&key).filter(|_| expected) {
                    Some(topic) => {
                        topic.used = now;
                        topic.head += 1;
                        topic.kept.push_back(now);
                        model.evict(now);
                    }
                    None => counts[0] += 1,
                }
            }
            3 | 4 => {
                let expected = model.has_or_makes(key, now);
                let topic = hub.topic(&key);
                assert_eq!(topic.is_ok(), expected);
                if let (Ok(topic), Some(modelled)) = (topic, model.topics.get_mut(&key)) {
                    match random(3) {
                        0 => modelled.held.push(topic),
                        1 => {
                            modelled.subscribed.push(topic.subscribe().unwrap());
                            modelled.used = now;
                        }
                        _ => {}
                    }
                }
            }
            5 | 6 => {
                if let Some(modelled) = model.topics.get_mut(&key) {
                    modelled.held.pop();
                    if modelled.subscribed.pop().is_some() {
                        modelled.used = now;
                    }
                }
            }
            7 => {
                let swept = model.sweep(now);
                assert_eq!(hub.sweep(), swept);
                counts[1] += swept;
            }
            8 if random(5) == 0 => assert_eq!(hub.remove(&key), model.topics.remove(&key).is_some()),
            _ => {
                if let (Some(topic), Some(modelled)) = (hub.get(&key), model.topics.get_mut(&key)) {
                    let offset = random(modelled.head + 2);
                    let id = Position::new(topic.position().epoch(), offset);
                    modelled.used = now;
                    let recovers = offset <= modelled.head && offset + modelled.kept.len() as u64 >= modelled.head;
                    assert_eq!(topic.verdict(Some(id.to_string().as_bytes())) == Verdict::Recovered(id), recovers);
                    counts[2 + usize::from(recovers)] += 1;
                }
            }
        }
        let mut keys = hub.keys();
        keys.sort_unstable();
        assert_eq!(keys, model.topics.keys().copied().collect::<Vec<_>>());
        for (key, modelled) in &mut model.topics {
            let position = hub.get(key).unwrap().position();
            assert_eq!(position.offset(), modelled.head);
            // It is the same topic for as long as there is one.
            if modelled.epoch.is_empty() {
                modelled.epoch = position.epoch().to_string();
            }
            assert_eq!(position.epoch().to_string(), modelled.epoch);
        }
    }
    model.topics.clear();
    for key in hub.keys() {
        hub.remove(&key);
    }
    assert_eq!((hub.len(), hub.bytes()), (0, 0));
}

#[test]
fn a_hub_does_what_the_model_does() {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut counts = [0; 4];
    for _ in 0..300 {
        let random = |limit: u64| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 11) % limit
        };
        round(random, &mut counts);
    }
    assert!(counts.iter().all(|&count| count > 300), "[refused, swept, reset, recovered] = {counts:?}");
}
