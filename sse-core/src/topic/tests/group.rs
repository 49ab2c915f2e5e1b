//! Many topics under one id.

use alloc::borrow::ToOwned as _;

use super::*;
use crate::topic::group::{GroupAttached, GroupOutcome, InvalidGroup};

fn topics<const N: usize>() -> [Topic<Number>; N] {
    core::array::from_fn(|index| Topic::builder().epoch(format!("epoch0000{index}").parse().unwrap()).build().unwrap())
}

fn group(topics: &[Topic<Number>]) -> TopicGroup {
    TopicGroup::new(topics.iter().zip(["cpu", "disk", "net"]).map(|(topic, label)| (label, topic.reader()))).unwrap()
}

fn attach(group: &TopicGroup, id: Option<&str>) -> GroupAttached {
    group.resume(id.map(str::as_bytes), &SubscribeOptions::new()).unwrap()
}

/// The ids and the numbers of everything that there is to read now.
fn read(subscription: &mut GroupSubscription) -> Vec<(String, u64)> {
    let mut read = Vec::new();
    while let Some(delivery) = subscription.try_next() {
        let GroupDelivery::Frames(frames) = delivery else { panic!("no frames but {delivery:?}") };
        for block in core::str::from_utf8(&frames).unwrap().split_terminator("\n\n") {
            let line = |field: &str| block.lines().find_map(|line| line.strip_prefix(field)).unwrap_or_default();
            read.push((line("id: ").replace("epoch0000", ""), line("data: ").parse().unwrap()));
        }
    }
    read
}

fn events(expected: &[(&str, u64)]) -> Vec<(String, u64)> {
    expected.iter().map(|&(id, value)| (id.to_owned(), value)).collect()
}

#[test]
fn each_event_has_the_position_in_all_topics() {
    let topics = topics::<2>();
    let group = group(&topics);
    publish(&topics[0], [1]);
    let mut attached = attach(&group, None);
    assert_eq!(attached.verdict.worst, GroupOutcome::Fresh);
    assert_eq!(attached.position.unwrap().to_string(), "epoch00000-1.epoch00001-0");
    publish(&topics[1], [7, 8]);
    topics[1].publish_ephemeral(&number(9)).unwrap();
    publish(&topics[0], [2]);
    let read = read(&mut attached.subscription);
    assert_eq!(read, events(&[("0-2.1-0", 2), ("0-2.1-1", 7), ("0-2.1-2", 8), ("", 9)]));
}

#[test]
fn each_topic_judges_its_own_entry() {
    let topics = topics::<3>();
    let group = group(&topics);
    for topic in &topics {
        publish(topic, 1..=2_000);
    }
    let judge = |id: &str| attach(&group, Some(id)).verdict;
    let resets = |id: &str| {
        judge(id).resets.iter().map(|(label, reason)| format!("{label} {reason}")).collect::<Vec<_>>().join(", ")
    };
    let all = "epoch00000-1999.epoch00001-1999.epoch00002-1999";
    assert_eq!((judge(all).worst, resets(all)), (GroupOutcome::Recovered, String::new()));
    // In whatever order.
    assert_eq!(judge("epoch00002-1999.epoch00000-1999.epoch00001-1999").worst, GroupOutcome::Recovered);
    // A topic that is new to the client, and one that may have had another epoch.
    assert_eq!(judge("epoch00000-1999").worst, GroupOutcome::Recovered);
    assert_eq!(resets("epoch00000-1999.other00000-7"), "disk unknown-epoch, net unknown-epoch");
    assert_eq!(resets("epoch00000-1.epoch00001-1999.epoch00002-9999"), "cpu evicted, net future");
    assert_eq!(judge("epoch00000-1.epoch00001-1999.epoch00002-9999").worst, GroupOutcome::Reset(ResetReason::Evicted));
    for malformed in ["7", "epoch00000-1999.", "epoch00000-1.epoch00000-2"] {
        assert_eq!(resets(malformed), "cpu malformed, disk malformed, net malformed");
    }
    assert_eq!(group.verdict(Some(all.as_bytes())).0, judge(all));

    let mut attached = attach(&group, Some("epoch00000-1999.epoch00001-1.epoch00002-2000"));
    assert_eq!(attached.position.unwrap().to_string(), "epoch00000-1999.epoch00001-1000.epoch00002-2000");
    let read = read(&mut attached.subscription);
    assert_eq!((read.len(), read[0].1, read[1].1), (1 + 1_000, 2_000, 1_001));
}

#[test]
fn the_stream_ends_with_the_last_topic() {
    let topics = topics::<2>();
    let mut subscription = attach(&group(&topics), None).subscription;
    topics[0].close();
    assert_eq!(subscription.try_next(), None);
    publish(&topics[1], [1]);
    // A topic that has ended keeps its entry.
    assert_eq!(read(&mut subscription), events(&[("0-0.1-1", 1)]));
    topics[1].close();
    assert_eq!(subscription.try_next(), Some(GroupDelivery::Ended));
    assert_eq!(subscription.try_next(), None);
}

#[test]
fn one_topic_that_lags_or_kicks_is_dealt_with_by_its_policy() {
    for policy in [LagPolicy::Close, LagPolicy::Reset, LagPolicy::Skip] {
        let [quiet] = topics();
        let busy = builder().live(LiveWindow::events(2)).lag_policy(policy).build().unwrap();
        let topics = [quiet, busy];
        let mut subscription = attach(&group(&topics), None).subscription;
        publish(&topics[1], 1..=5);
        publish(&topics[0], [1]);
        let Some(GroupDelivery::Frames(first)) = subscription.try_next() else { panic!("nothing to read") };
        assert!(first.starts_with(format!("id: epoch00000-1.{EPOCH}-0\n").as_bytes()));
        let delivery = subscription.try_next();
        if policy == LagPolicy::Close {
            assert_eq!(delivery, Some(GroupDelivery::Lost { label: "disk".into(), reason: ResetReason::Lagged }));
        } else {
            let Some(GroupDelivery::Reset { label, reason, position: Some(position) }) = delivery else {
                panic!("no reset but {delivery:?}")
            };
            assert_eq!((&*label, reason), ("disk", ResetReason::Lagged));
            assert_eq!(position.to_string(), format!("epoch00000-1.{EPOCH}-5"));
            topics[0].kick();
            assert_eq!(subscription.try_next(), Some(GroupDelivery::Kicked));
        }
        assert_eq!(subscription.try_next(), None);
    }
}

#[test]
fn no_id_is_written_before_the_last_event_of_the_last_snapshot() {
    let keyed = |epoch: &str| {
        let key = |number: &Number| Some(number.value);
        Topic::builder().epoch(epoch.parse().unwrap()).latest_per_key(10, key).build().unwrap()
    };
    let topics = [keyed("epoch00000"), keyed("epoch00001")];
    publish(&topics[0], [1, 2]);
    publish(&topics[1], [3]);
    let mut attached = attach(&group(&topics), None);
    assert_eq!(attached.position, None);
    publish(&topics[0], [4]);
    let read = read(&mut attached.subscription);
    assert_eq!(read, events(&[("", 1), ("", 2), ("0-2.1-1", 3), ("0-3.1-1", 4)]));
}

#[test]
fn events_that_are_left_out_move_the_position_of_their_topic() {
    let topics = topics::<2>();
    let only = SubscribeOptions::new().only([EventName::from_static("other")]);
    let mut subscription = group(&topics).resume(None, &only).unwrap().subscription;
    publish(&topics[0], [1]);
    assert_eq!((subscription.try_next(), topics[0].subscribers()), (None, 1));
    let told = subscription.untold_position().map(|position| position.to_string());
    assert_eq!(told.as_deref(), Some("epoch00000-1.epoch00001-0"));
    assert_eq!(subscription.untold_position(), None);
    publish(&topics[1], 1..=500);
    let Some(GroupDelivery::Position(position)) = subscription.try_next() else { panic!("no position") };
    assert_eq!(position.to_string(), "epoch00000-1.epoch00001-500");
}

#[test]
fn a_group_that_cannot_be_is_refused() {
    let topics = topics::<2>();
    let reader = |index: usize| topics[index].reader();
    let none: [(&str, TopicReader); 0] = [];
    assert_eq!(TopicGroup::new(none).unwrap_err(), InvalidGroup::Empty);
    let label = TopicGroup::new([("a", reader(0)), ("a", reader(1))]).unwrap_err();
    assert_eq!(label, InvalidGroup::Twice { label: "a".into() });
    let topic = TopicGroup::new([("a", reader(0)), ("b", reader(0))]).unwrap_err();
    assert_eq!(topic, InvalidGroup::Twice { label: "b".into() });
    let many = (0..=TopicGroup::MAX_TOPICS).map(|index| (index.to_string(), Topic::<Number>::new().reader()));
    assert_eq!(TopicGroup::new(many).unwrap_err(), InvalidGroup::TooMany { limit: 18 });
    // The longest ids that there can be are within the limit.
    let epoch = |index: usize| format!("{index:032}").parse().unwrap();
    let longest: Vec<_> = (0..TopicGroup::MAX_TOPICS)
        .map(|index| (index.to_string(), Topic::<Number>::builder().epoch(epoch(index)).build().unwrap().reader()))
        .collect();
    let position = TopicGroup::new(longest).unwrap().verdict(None).1.to_string();
    assert!(position.len() + 18 * 19 <= 1_024);
}
