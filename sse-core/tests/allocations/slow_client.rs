//! One client that never reads beside a thousand that do.

use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use allocation_counter::measure;
use futures_util::StreamExt as _;
use sse_core::history::{LiveWindow, ResetReason, Retention};
use sse_core::topic::{Delivery, LagPolicy};
use sse_core::{Subscription, Topic};

use crate::{Payload, Wakes};

const READERS: usize = 1_000;
const EVENTS: usize = 400;

/// What the thousand cost, and what is held at the end.
#[derive(Debug, PartialEq, Eq)]
struct Cost {
    polls: usize,
    wakes: usize,
    deliveries: usize,
    bytes: usize,
    allocations: u64,
}

/// Publishes to a thousand that read, and perhaps one that does not.
fn run(policy: LagPolicy, with_slow: bool) -> (Cost, usize, Option<Delivery>) {
    let topic = Topic::<Payload>::builder()
        .keep(Retention::events(100))
        .live(LiveWindow::events(50))
        .lag_policy(policy)
        .build()
        .unwrap();
    let counter = Arc::new(Wakes::default());
    let waker = Waker::from(Arc::clone(&counter));
    let mut context = Context::from_waker(&waker);
    let mut slow = with_slow.then(|| {
        let mut slow = topic.subscribe().unwrap();
        assert!(slow.poll_next_unpin(&mut Context::from_waker(Waker::noop())).is_pending());
        slow
    });
    let mut readers: Vec<Subscription> = (0..READERS).map(|_| topic.subscribe().unwrap()).collect();
    let mut cost = Cost { polls: 0, wakes: 0, deliveries: 0, bytes: 0, allocations: 0 };
    let mut poll_all = |cost: &mut Cost| {
        for reader in &mut readers {
            while {
                cost.polls += 1;
                match reader.poll_next_unpin(&mut context) {
                    Poll::Ready(Some(Delivery::Frames(frames))) => {
                        cost.deliveries += 1;
                        cost.bytes += frames.len();
                        true
                    }
                    Poll::Pending => false,
                    other @ Poll::Ready(_) => panic!("{other:?}"),
                }
            } {}
        }
    };
    let mut most = 0;
    poll_all(&mut cost);
    for _ in 0..EVENTS {
        topic.publish(&Payload(16_000)).unwrap();
        let reading = measure(|| poll_all(&mut cost));
        cost.allocations += reading.count_total;
        most = most.max(topic.stats().bytes);
    }
    cost.wakes = counter.count();
    (cost, most, slow.as_mut().and_then(Subscription::try_next))
}

#[test]
fn it_costs_the_others_nothing_whatever_becomes_of_it() {
    for policy in [LagPolicy::Close, LagPolicy::Reset, LagPolicy::Skip] {
        let (alone, flat, _) = run(policy, false);
        let (beside, most, outcome) = run(policy, true);
        assert_eq!(beside, alone, "{policy:?}");
        assert_eq!((alone.wakes, alone.deliveries), (READERS * EVENTS, READERS * EVENTS));
        // What the topic keeps for resumes is there anyway: 100 events. No more is held for the slow one.
        assert_eq!(most, flat, "{policy:?}");
        match (policy, outcome) {
            (LagPolicy::Close, Some(Delivery::Lost(ResetReason::Lagged)))
            | (LagPolicy::Reset | LagPolicy::Skip, Some(Delivery::Reset { reason: ResetReason::Lagged, .. })) => {}
            (_, outcome) => panic!("{policy:?}: {outcome:?}"),
        }
    }
}
