//! Clients that come back from before what the node keeps.

use super::*;

#[test]
fn what_this_node_does_not_keep_comes_from_the_remote() {
    let remote = MemoryRelay::new();
    let mut node = Node::new(&remote, 2);
    assert!(node.go().is_pending());
    // Of 600, 256 are in a page.
    node.publish(1..=600);
    assert!(node.go().is_pending());
    let epoch = epoch(&remote);
    for offset in [0, 1, 100, 300, 597, 598, 599, 600] {
        let mut attached = node.resume(Some(Position::new(epoch, offset))).unwrap();
        assert_eq!((attached.verdict, attached.position.offset()), (Verdict::Recovered(attached.position), offset));
        assert_eq!(attached.subscription.is_catching_up(), offset < 598);
        assert_eq!(drain(&mut attached.subscription), (frames(epoch, offset + 1..=600), None));
        assert!(!attached.subscription.is_catching_up());
    }
    let earliest = SubscribeOptions::new().fresh(Start::Earliest);
    let mut attached = run(node.topic.resume(None, &earliest)).unwrap().unwrap();
    assert_eq!((attached.verdict, attached.position), (Verdict::Fresh, Position::new(epoch, 0)));
    assert_eq!(drain(&mut attached.subscription).0, frames(epoch, 1..=600));

    // Without the remote, the oldest is the oldest here; who has a claim to more is told to come back.
    node.line.go_down();
    let mut attached = run(node.topic.resume(None, &earliest)).unwrap().unwrap();
    assert_eq!(drain(&mut attached.subscription).0, frames(epoch, 599..=600));
    assert!(matches!(node.resume(Some(Position::new(epoch, 7))), Err(ResumeError::Unavailable(_))));
    assert!(node.resume(Some(Position::new(epoch, 599))).is_ok());
    node.line.come_back();

    remote.trim(LOG, 100).unwrap();
    let mut attached = node.resume(Some(Position::new(epoch, 99))).unwrap();
    assert_eq!((attached.verdict, attached.position.offset()), (Verdict::Reset(ResetReason::Evicted), 100));
    assert_eq!(drain(&mut attached.subscription).0, frames(epoch, 101..=600));
}

#[test]
fn a_node_that_lets_go_meanwhile_is_followed() {
    let remote = MemoryRelay::new();
    let mut node = Node::new(&remote, 0);
    assert!(node.go().is_pending());
    node.publish(1..=300);
    assert!(node.go().is_pending());
    let epoch = epoch(&remote);
    let mut subscription = node.resume(Some(Position::new(epoch, 0))).unwrap().subscription;
    node.publish(301..=6_000);
    assert!(node.go().is_pending());
    assert_eq!(drain(&mut subscription), (frames(epoch, 1..=6_000), None));
    node.publish(6_001..=6_001);
    assert!(node.go().is_pending());
    assert_eq!(drain(&mut subscription), (frames(epoch, 6_001..=6_001), None));
}

#[test]
fn who_catches_up_waits_for_the_remote() {
    let remote = MemoryRelay::new();
    let mut node = Node::new(&remote, 1);
    assert!(node.go().is_pending());
    node.publish(1..=600);
    assert!(node.go().is_pending());
    let epoch = epoch(&remote);
    let start = Position::new(epoch, 0);
    let mut subscription = node.resume(Some(start)).unwrap().subscription;
    node.line.go_down();
    // The page that is there already.
    assert_eq!(drain(&mut subscription), (frames(epoch, 1..=256), None));
    for _ in 0..50 {
        assert!(node.go().is_pending());
        assert_eq!(drain(&mut subscription), (String::new(), None));
    }
    node.line.come_back();
    assert!(node.go().is_pending());
    assert_eq!(drain(&mut subscription), (frames(epoch, 257..=600), None));

    // Nothing happens to the tail, and the client is not forgotten all the same.
    let mut subscription = node.resume(Some(start)).unwrap().subscription;
    node.line.inject(Fault::RequestLost);
    assert_eq!(drain(&mut subscription).0, frames(epoch, 1..=256));
    assert!(node.go().is_pending());
    assert_eq!(drain(&mut subscription), (frames(epoch, 257..=600), None));

    // What is never answered as it should be is given up.
    let mut subscription = node.resume(Some(start)).unwrap().subscription;
    let mut ended = None;
    for _ in 0..50 {
        (0..8).for_each(|_| node.line.inject(Fault::PageShuffled));
        let outcome = drain(&mut subscription).1;
        ended = ended.or(outcome);
        node.line.calm();
        assert!(node.go().is_pending());
    }
    assert_eq!(ended, Some(Delivery::Kicked));
}

#[test]
fn who_catches_up_is_kicked_like_others() {
    let remote = MemoryRelay::new();
    let mut node = Node::new(&remote, 1);
    assert!(node.go().is_pending());
    node.publish(1..=600);
    assert!(node.go().is_pending());
    let mut subscription = node.resume(Some(Position::new(epoch(&remote), 0))).unwrap().subscription;
    node.line.inject(Fault::AnswerLate);
    let count = Arc::new(Wakes::default());
    assert_eq!(drain_with(&mut subscription, &Waker::from(Arc::clone(&count))).1, None);
    assert!(subscription.is_catching_up() && count.0.load(Ordering::SeqCst) == 0);
    node.topic.local().kick();
    assert_eq!(count.0.load(Ordering::SeqCst), 1);
    assert_eq!(drain(&mut subscription), (String::new(), Some(Delivery::Kicked)));
}

#[test]
fn who_catches_up_and_is_sent_little_is_told_where_it_is() {
    let remote = MemoryRelay::new();
    let mut node = Node::new(&remote, 1);
    assert!(node.go().is_pending());
    for _ in 0..300 {
        node.publish(1..=1);
    }
    assert!(node.go().is_pending());
    let epoch = epoch(&remote);
    let only = SubscribeOptions::new().only([EventName::from_static("even")]);
    let attached = run(node.topic.resume_behind(Position::new(epoch, 0), &only)).unwrap().unwrap();
    let mut subscription = attached.subscription;
    assert_eq!(drain(&mut subscription), (String::new(), Some(Delivery::Position(Position::new(epoch, 256)))));
    assert_eq!(subscription.untold_position(), None);
    // Where this node's own events begin, and where they end.
    assert_eq!(drain(&mut subscription).1, Some(Delivery::Position(Position::new(epoch, 299))));
    assert_eq!(drain(&mut subscription).1, Some(Delivery::Position(Position::new(epoch, 300))));
    assert_eq!((drain(&mut subscription).1, subscription.untold_position()), (None, None));
    node.publish(2..=2);
    assert!(node.go().is_pending());
    assert_eq!(drain(&mut subscription), (format!("id: {epoch}-301\nevent: even\ndata: 2\n\n"), None));
    assert_eq!(subscription.untold_position(), None);
}
