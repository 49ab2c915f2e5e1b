//! The remote loses what it has acknowledged, or lets go of it too early.

use super::*;

#[test]
fn a_loss_begins_a_new_epoch_everywhere() {
    for lag in [LagPolicy::Close, LagPolicy::Skip] {
        let remote = MemoryRelay::new();
        let mut nodes = [Node::with(&remote, 10, lag), Node::with(&remote, 10, lag)];
        for node in &mut nodes {
            assert!(node.go().is_pending());
        }
        nodes[0].publish(1..=5);
        let old = epoch(&remote);
        let mut subscriptions = [0, 1].map(|index| {
            assert!(nodes[index].go().is_pending());
            nodes[index].resume(Some(Position::new(old, 5))).unwrap().subscription
        });
        let count = Arc::new(Wakes::default());
        let waker = Waker::from(Arc::clone(&count));
        assert!(subscriptions.iter_mut().all(|subscription| drain_with(subscription, &waker).1.is_none()));
        remote.lose(LOG, 2).unwrap();
        nodes[0].publish(6..=7);
        // Another has each of their offsets now, so that only the anchor shows it; and that only to who asks anew.
        assert!(nodes[1].go().is_pending());
        nodes[1].line.restart();
        for index in [1, 1, 0] {
            assert!(nodes[index].go().is_pending());
        }
        for node in &nodes {
            assert_eq!(node.topic.local().position(), Position::new(epoch(&remote), 0));
        }
        assert_ne!(epoch(&remote), old);
        assert_eq!(count.0.load(Ordering::SeqCst), 2);
        for subscription in &mut subscriptions {
            let reason = ResetReason::UnknownEpoch;
            let position = Some(Position::new(epoch(&remote), 0));
            let told =
                if lag == LagPolicy::Close { Delivery::Lost(reason) } else { Delivery::Reset { reason, position } };
            assert_eq!(drain(subscription), (String::new(), Some(told)));
        }
        let attached = nodes[1].resume(Some(Position::new(old, 3))).unwrap();
        assert_eq!(attached.verdict, Verdict::Reset(ResetReason::UnknownEpoch));
    }
}

#[test]
fn a_loss_while_a_client_catches_up_is_told() {
    let remote = MemoryRelay::new();
    let mut node = Node::new(&remote, 1);
    assert!(node.go().is_pending());
    node.publish(1..=600);
    assert!(node.go().is_pending());
    let start = Position::new(epoch(&remote), 0);
    let mut reading = node.resume(Some(start)).unwrap().subscription;
    let other = Node::new(&remote, 1);
    remote.lose(LOG, 500).unwrap();
    other.publish(1..=600);
    assert_eq!(drain(&mut reading), (frames(start.epoch(), 1..=256), Some(Delivery::Lost(ResetReason::UnknownEpoch))));
    // The page is of another log than the one that this node has read; it does not come as far as what it keeps.
    let mut resuming = Box::pin(node.resuming(Some(Position::new(start.epoch(), 99))));
    assert!(resuming.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    assert!(node.go().is_pending());
    assert_eq!(run(resuming).unwrap().unwrap().verdict, Verdict::Reset(ResetReason::UnknownEpoch));
}

#[test]
fn a_renewal_that_is_lost_is_repeated() {
    let remote = MemoryRelay::new();
    let mut node = Node::new(&remote, 10);
    assert!(node.go().is_pending());
    node.publish(1..=5);
    assert!(node.go().is_pending());
    let replica = remote.replica(LOG).unwrap();
    let first = epoch(&remote);
    let second = run(remote.renew(LOG, first)).unwrap().unwrap();
    assert!(node.go().is_pending());
    assert_eq!(node.topic.local().position(), Position::new(second, 0));
    remote.fail_over(LOG, &replica).unwrap();
    node.line.restart();
    assert!(node.go().is_pending() && node.go().is_pending());
    let third = epoch(&remote);
    assert!(third != first && third != second);
    assert_eq!(node.topic.local().position(), Position::new(third, 0));
}

#[test]
fn what_is_trimmed_before_it_is_read_is_told() {
    let remote = MemoryRelay::new();
    let mut node = Node::new(&remote, 10);
    assert!(node.go().is_pending());
    node.publish(1..=1);
    assert!(node.go().is_pending());
    let mut subscription = node.resume(None).unwrap().subscription;
    node.line.go_down();
    let other = Node::new(&remote, 10);
    other.publish(2..=5);
    remote.trim(LOG, 3).unwrap();
    node.line.come_back();
    assert!(node.go().is_pending() && node.go().is_pending());
    assert_eq!(drain(&mut subscription).1, Some(Delivery::Lost(ResetReason::Evicted)));
    let epoch = epoch(&remote);
    let mut attached = node.resume(Some(Position::new(epoch, 1))).unwrap();
    assert_eq!(attached.verdict, Verdict::Reset(ResetReason::Evicted));
    assert_eq!(drain(&mut attached.subscription).0, frames(epoch, 4..=5));
}

#[test]
fn a_page_is_judged_by_what_is_known() {
    let [epoch, other] = [[1, 2], [3, 4]].map(Epoch::from_entropy);
    let [ours, theirs] = [1, 2].map(Token::from_bits);
    let event = |offset| StoredEvent::new(offset, Token::from_bits(9), RemoteEvent::close());
    let on = Judged::On([event(8), event(9)].to_vec());
    let judged = |known: Option<Token>, epoch, floor, head, anchor| {
        let events = if head > 7 { [event(8), event(9)].to_vec() } else { Vec::new() };
        let page = Page::new(RemoteState::new(epoch, floor, head)).anchor(anchor).events(events);
        judge(page, Known { at: Position::new(Epoch::from_entropy([1, 2]), 7), token: known }).unwrap()
    };
    assert_eq!(judged(Some(ours), epoch, 0, 9, Some(ours)), on);
    assert_eq!(judged(Some(ours), epoch, 0, 7, Some(ours)), Judged::On(Vec::new()));
    assert_eq!(judged(Some(ours), epoch, 7, 9, None), on, "trimmed up to here");
    assert_eq!(judged(None, epoch, 7, 9, None), on, "there was none from the beginning");
    assert_eq!(judged(Some(ours), other, 0, 7, Some(ours)), Judged::Renewed);
    assert_eq!(judged(Some(ours), epoch, 0, 9, Some(theirs)), Judged::Lost);
    assert_eq!(judged(Some(ours), epoch, 0, 9, None), Judged::Lost, "others have other offsets");
    assert_eq!(judged(Some(ours), epoch, 0, 6, None), Judged::Lost);
    assert_eq!(judged(None, epoch, 0, 9, Some(theirs)), Judged::Lost, "it was trimmed, and is there again");
    assert_eq!(judged(Some(ours), epoch, 8, 9, None), Judged::Evicted);
}
