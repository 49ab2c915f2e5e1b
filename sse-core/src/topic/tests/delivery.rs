//! Where a subscription begins, what it leaves out, and what becomes of one that lags or is told to leave.

use super::*;

fn only_a() -> SubscribeOptions {
    SubscribeOptions::new().only([EventName::from_static("a")])
}

fn text(delivery: Option<Delivery>) -> String {
    match delivery {
        Some(Delivery::Frames(frames)) => String::from_utf8(frames.into()).unwrap(),
        other => panic!("no frames but {other:?}"),
    }
}

#[test]
fn a_subscription_begins_where_it_is_told() {
    let topic = builder().keep(Retention::events(5)).build().unwrap();
    publish(&topic, 1..=10);
    topic.publish_ephemeral(&number(100)).unwrap();
    let from = |start| numbers(&mut topic.subscribe_from(start).unwrap());
    assert_eq!(from(Start::Latest), [0; 0]);
    assert_eq!(from(Start::LatestMinus(0)), [0; 0]);
    assert_eq!(from(Start::LatestMinus(2)), [9, 10]);
    assert_eq!(from(Start::LatestMinus(99)), [6, 7, 8, 9, 10]);
    assert_eq!(from(Start::Earliest), [6, 7, 8, 9, 10]);

    let behind = |offset| topic.resume_behind(id(offset).parse().unwrap(), &SubscribeOptions::new()).unwrap();
    assert_eq!(numbers(&mut behind(8).subscription), [9, 10]);
    assert_eq!(behind(4).verdict, Verdict::Reset(ResetReason::Evicted));
    assert_eq!(behind(11).verdict, Verdict::Reset(ResetReason::Future));
    let begun = topic.resume(None, &SubscribeOptions::new().fresh(Start::LatestMinus(3))).unwrap();
    assert_eq!((begun.verdict, begun.position), (Verdict::Fresh, Some(id(7).parse().unwrap())));
}

#[test]
fn events_that_are_left_out_are_no_gap() {
    let topic = builder().keep(Retention::events(100)).build().unwrap();
    let mut attached = topic.resume(None, &only_a()).unwrap();
    for value in 1..=6 {
        topic.publish(&named(value, if value % 3 == 0 { "a" } else { "b" })).unwrap();
    }
    topic.publish_ephemeral(&named(100, "a")).unwrap();
    topic.publish_ephemeral(&named(101, "b")).unwrap();
    assert_eq!(numbers(&mut attached.subscription), [3, 6, 100]);
    assert_eq!(attached.subscription.untold_position(), None);
    topic.publish(&named(7, "b")).unwrap();
    assert_eq!(numbers(&mut attached.subscription), [0; 0]);
    assert_eq!(attached.subscription.untold_position(), Some(id(7).parse().unwrap()));
    assert_eq!(attached.subscription.untold_position(), None);
    // Behind an event that it was not sent it is recovered like any other.
    let mut back = topic.resume(Some(id(4).as_bytes()), &only_a()).unwrap();
    assert_eq!(back.verdict, Verdict::Recovered(id(4).parse().unwrap()));
    assert_eq!(numbers(&mut back.subscription), [6]);
    // Whoever gets everything is told by the ids of the events.
    let mut all = topic.subscribe().unwrap();
    publish(&topic, [8]);
    assert_eq!((numbers(&mut all), all.untold_position()), ([8].into(), None));
}

#[test]
fn who_is_sent_nothing_is_told_the_position_before_half_of_what_is_kept_has_passed() {
    for (keep, told_at) in
        [(Retention::events(10), 5), (Retention::events(1_000).and_bytes(10 * (64 + 35)), 5), (Retention::none(), 1)]
    {
        let topic = builder().keep(keep).build().unwrap();
        let mut reader = topic.resume(None, &only_a()).unwrap().subscription;
        for value in 1..told_at {
            topic.publish(&named(value, "b")).unwrap();
            assert_eq!(reader.try_next(), None, "{keep:?} {value}");
        }
        topic.publish(&named(told_at, "b")).unwrap();
        assert_eq!(reader.try_next(), Some(Delivery::Position(id(told_at).parse().unwrap())), "{keep:?}");
        assert_eq!(reader.try_next(), None);
    }
}

#[test]
fn age_counts_too_before_the_position_is_told() {
    let now = Arc::new(Mutex::new(Duration::ZERO));
    let clock = Arc::clone(&now);
    let keep = Retention::events(1_000).and_age(Duration::from_secs(10));
    let topic = builder().keep(keep).clock(move || *clock.lock().unwrap()).build().unwrap();
    let mut reader = topic.resume(None, &only_a()).unwrap().subscription;
    topic.publish(&named(1, "b")).unwrap();
    assert_eq!(reader.try_next(), None);
    *now.lock().unwrap() = Duration::from_secs(5);
    topic.publish(&named(2, "b")).unwrap();
    assert_eq!(reader.try_next(), Some(Delivery::Position(id(2).parse().unwrap())));
}

#[test]
fn a_reader_that_lags_is_dealt_with_by_the_policy_and_costs_nobody_else() {
    for policy in [LagPolicy::Close, LagPolicy::Reset, LagPolicy::Skip] {
        let topic = builder().live(LiveWindow::events(5)).lag_policy(policy).build().unwrap();
        let (mut slow, mut quick) = (topic.subscribe().unwrap(), topic.subscribe().unwrap());
        for value in 1..=10 {
            publish(&topic, [value]);
            assert_eq!(numbers(&mut quick), [value]);
        }
        let reset = Delivery::Reset { reason: ResetReason::Lagged, position: Some(id(10).parse().unwrap()) };
        match policy {
            LagPolicy::Close => {
                assert_eq!(slow.try_next(), Some(Delivery::Lost(ResetReason::Lagged)));
                assert_eq!(slow.try_next(), None);
            }
            LagPolicy::Reset | LagPolicy::Skip => {
                assert_eq!(slow.try_next(), Some(reset));
                publish(&topic, [11]);
                assert_eq!(numbers(&mut slow), [11]);
            }
        }
        let stats = topic.stats();
        assert_eq!((stats.lagged, stats.lag_policy), (1, policy));
    }
}

#[test]
fn a_reader_that_has_lost_its_place_knows_no_position() {
    let topic = builder().keep(Retention::none()).live(LiveWindow::events(1)).build().unwrap();
    let mut reader = topic.resume(None, &only_a()).unwrap().subscription;
    for value in 1..=5 {
        topic.publish(&named(value, "a")).unwrap();
    }
    assert_eq!(reader.untold_position(), None);
    assert_eq!(reader.try_next(), Some(Delivery::Lost(ResetReason::Lagged)));
    assert_eq!(reader.untold_position(), None);
}

#[test]
fn the_position_is_told_also_if_what_was_left_out_is_gone() {
    let topic = builder().keep(Retention::events(100).and_bytes(1_000)).build().unwrap();
    let mut reader = topic.resume(None, &only_a()).unwrap().subscription;
    topic.publish(&Number { padding: 2_000, ..named(1, "b") }).unwrap();
    assert_eq!(reader.try_next(), Some(Delivery::Position(id(1).parse().unwrap())));
}

fn per_key(policy: LagPolicy) -> Topic<Number> {
    // The last digit is the key; zero has none.
    let key = |number: &Number| Some(number.value % 10).filter(|&key| key > 0);
    builder().live(LiveWindow::events(5)).lag_policy(policy).latest_per_key(3, key).build().unwrap()
}

#[test]
fn who_comes_anew_or_must_start_over_gets_the_newest_of_each_key_first() {
    let topic = per_key(LagPolicy::Close);
    publish(&topic, [11, 12, 13, 21, 30]);
    topic.publish_ephemeral(&number(22)).unwrap();
    let snapshot = format!("event: n\ndata: 12\n\nevent: n\ndata: 13\n\nid: {EPOCH}-5\nevent: n\ndata: 21\n\n");
    let mut fresh = topic.resume(None, &SubscribeOptions::new()).unwrap();
    assert_eq!((fresh.verdict, fresh.position), (Verdict::Fresh, None));
    publish(&topic, [42]);
    assert_eq!(text(fresh.subscription.try_next()), snapshot);
    assert_eq!(numbers(&mut fresh.subscription), [42]);

    let mut reset = topic.resume(Some(b"nonsense"), &SubscribeOptions::new()).unwrap();
    assert_eq!((reset.verdict, reset.position), (Verdict::Reset(ResetReason::Malformed), None));
    assert_eq!(numbers(&mut reset.subscription), [13, 21, 42]);
    // Who can be recovered needs none, and who wants none gets none.
    assert_eq!(numbers(&mut resume(&topic, 5).subscription), [42]);
    assert_eq!(numbers(&mut topic.subscribe().unwrap()), [0; 0]);
    let none = SubscribeOptions::new().snapshot(false);
    assert_eq!(topic.resume(None, &none).unwrap().position, Some(topic.position()));
}

#[test]
fn who_lags_gets_the_newest_of_each_key_only_if_the_policy_resets() {
    for (policy, position, rest) in
        [(LagPolicy::Reset, None, alloc::vec![21, 22, 23]), (LagPolicy::Skip, Some(id(9)), Vec::new())]
    {
        let topic = per_key(policy);
        let mut slow = topic.resume(None, &SubscribeOptions::new()).unwrap().subscription;
        let mut bare = topic.subscribe().unwrap();
        publish(&topic, [11, 12, 13, 14, 10, 20, 21, 22, 23]);
        let position = position.map(|position| position.parse().unwrap());
        assert_eq!(slow.try_next(), Some(Delivery::Reset { reason: ResetReason::Lagged, position }));
        assert_eq!(numbers(&mut slow), rest);
        publish(&topic, [24]);
        assert_eq!(numbers(&mut slow), [24]);
        // Who wants no snapshot gets none then either.
        let position = Some(topic.position());
        assert_eq!(bare.try_next(), Some(Delivery::Reset { reason: ResetReason::Lagged, position }));
    }
}

#[test]
fn a_large_snapshot_comes_in_pieces_and_only_its_last_event_has_an_id() {
    let topic = builder().latest_per_key(1_000, |number: &Number| Some(number.value)).build().unwrap();
    for value in 0..300 {
        topic.publish(&Number { padding: 1_000, ..number(value) }).unwrap();
    }
    let mut reader = topic.resume(None, &SubscribeOptions::new()).unwrap().subscription;
    let mut pieces = Vec::new();
    while let Some(delivery) = reader.try_next() {
        pieces.push(text(Some(delivery)));
    }
    assert!(pieces.iter().all(|piece| piece.len() < 70_000), "a piece is at most 64 KiB and one event");
    let all = pieces.concat();
    assert_eq!((pieces.len(), all.matches("id: ").count(), all.matches("data: ").count()), (5, 1, 300));
    assert!(all.rfind("id: ") > all.rfind("data: 298"));
}

#[test]
fn a_snapshot_leaves_out_what_the_subscription_does() {
    let topic = builder().latest_per_key(10, |number: &Number| Some(number.value)).build().unwrap();
    topic.publish(&named(1, "a")).unwrap();
    topic.publish(&named(2, "b")).unwrap();
    let mut reader = topic.resume(None, &only_a()).unwrap();
    assert_eq!((numbers(&mut reader.subscription), reader.position), ([1].into(), None));
    let only_c = SubscribeOptions::new().only([EventName::from_static("c")]);
    assert_eq!(topic.resume(None, &only_c).unwrap().position, Some(topic.position()));
}

#[test]
fn a_kick_ends_who_is_there_at_once_and_nobody_else() {
    let topic = builder().build().unwrap();
    let count = Arc::new(CountWakes::default());
    let mut there = topic.subscribe().unwrap();
    assert_eq!(poll(&mut there, &Waker::from(Arc::clone(&count))), Poll::Pending);
    publish(&topic, [1]);
    topic.kick();
    let mut later = topic.subscribe().unwrap();
    publish(&topic, [2]);
    assert_eq!(count.0.load(Ordering::SeqCst), 1);
    assert_eq!(there.try_next(), Some(Delivery::Kicked));
    assert_eq!((there.try_next(), poll(&mut there, Waker::noop())), (None, Poll::Ready(None)));
    assert_eq!(numbers(&mut later), [2]);
    // It has lost nothing, if it is let in again.
    assert_eq!(numbers(&mut resume(&topic, 0).subscription), [1, 2]);
    let mut waiting = topic.subscribe().unwrap();
    assert_eq!(poll(&mut waiting, &Waker::from(Arc::clone(&count))), Poll::Pending);
    topic.kick();
    assert_eq!(count.0.load(Ordering::SeqCst), 2);
}

#[test]
fn a_subscription_goes_on_behind_the_position_that_a_snapshot_includes() {
    // Nothing is kept for a resume, but what is published meanwhile is held for who is there.
    let topic = builder().keep(Retention::none()).live(LiveWindow::events(5)).build().unwrap();
    let mut reader = topic.subscribe().unwrap();
    publish(&topic, 1..=4);
    assert!(reader.seek(id(2).parse().unwrap()));
    assert_eq!(numbers(&mut reader), [3, 4]);
    // Back only as far as a resume may.
    assert!(!reader.seek(id(3).parse().unwrap()));
    assert!(!reader.seek(id(5).parse().unwrap()));
    assert!(!reader.seek("another0epoch-4".parse().unwrap()));
    publish(&topic, 5..=10);
    assert!(!reader.seek(id(7).parse().unwrap()), "it has lagged meanwhile");
    assert!(reader.seek(id(10).parse().unwrap()));

    // Ephemeral events are between durable ones, and come once.
    let topic = builder().build().unwrap();
    let mut reader = topic.subscribe().unwrap();
    topic.publish_ephemeral(&number(100)).unwrap();
    publish(&topic, [1]);
    topic.publish_ephemeral(&number(101)).unwrap();
    assert!(reader.seek(id(0).parse().unwrap()));
    assert_eq!(reader.try_next().map(|first| text(Some(first)).contains("100")), Some(true));
    assert!(reader.seek(id(1).parse().unwrap()));
    assert_eq!(numbers(&mut reader), [101]);
    assert!(reader.seek(id(0).parse().unwrap()));
    assert_eq!(numbers(&mut reader), [1]);

    // Who goes back is catching up: it may trail further than the live window.
    let topic = builder().keep(Retention::events(5)).live(LiveWindow::events(1)).build().unwrap();
    publish(&topic, 1..=10);
    let mut reader = topic.subscribe().unwrap();
    assert!(reader.seek(id(7).parse().unwrap()));
    assert_eq!(numbers(&mut reader), [8, 9, 10]);
}

#[test]
fn what_became_of_events_and_clients_is_counted() {
    let topic = builder().keep(Retention::events(5)).build().unwrap();
    let mut readers = [topic.subscribe().unwrap(), topic.subscribe().unwrap()];
    publish(&topic, 1..=10);
    topic.publish_ephemeral(&number(11)).unwrap();
    for reader in &mut readers {
        assert_eq!(numbers(reader).len(), 11);
    }
    drop(resume(&topic, 9));
    drop(resume(&topic, 1));
    drop(topic.resume(Some(b"?"), &SubscribeOptions::new()).unwrap());
    let stats = topic.stats();
    assert_eq!((stats.published, stats.delivered, stats.evicted, stats.subscribers), (11, 22, 5, 2));
    assert_eq!((stats.fresh, stats.recovered), (2, 1));
    assert_eq!((stats.reset(ResetReason::Evicted), stats.reset(ResetReason::Malformed)), (1, 1));
    assert!(stats.bytes > 0);
    // What was counted stays when everybody has gone.
    drop(readers);
    assert_eq!((topic.stats().delivered, topic.stats().subscribers), (22, 0));
}
