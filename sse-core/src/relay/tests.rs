//! The relay of this process, and what may happen to a request. What every relay must do is in `laws`.

use alloc::format;
use alloc::string::ToString as _;
use alloc::vec::Vec;
use core::pin::{Pin, pin};
use core::task::{Context, Poll, Waker};

use bytes::Bytes;

use super::seed::Choices;
use super::*;
use crate::event::EventName;
use crate::laws::run;

const LOG: &str = "log";

fn event(data: &str) -> RemoteEvent {
    RemoteEvent::new(EventName::MESSAGE, format!("data: {data}\n\n").into())
}

fn append(relay: &impl Relay, data: &str) -> Position {
    run(relay.append(LOG, Token::random(), &event(data))).unwrap().unwrap()
}

fn fill(relay: &impl Relay, count: usize, data: &str) {
    for _ in 0..count {
        append(relay, data);
    }
}

fn state(relay: &impl Relay) -> RemoteState {
    run(relay.state(LOG)).unwrap().unwrap()
}

fn read(relay: &impl Relay, after: Position) -> Result<Page, RelayError> {
    run(relay.read(LOG, after, PageLimit::default(), Wait::No)).unwrap()
}

fn offsets(page: &Page) -> Vec<u64> {
    page.events.iter().map(|event| event.offset).collect()
}

fn poll<T>(future: Pin<&mut impl Future<Output = T>>) -> Poll<T> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

fn is_unavailable<T>(result: Result<T, RelayError>) -> bool {
    result.is_err_and(|error| error.is_unavailable())
}

#[test]
fn clones_are_handles_on_one_remote() {
    let one = MemoryRelay::new();
    let another = one.clone();
    assert_eq!(append(&one, "1"), state(&another).head_position());
}

#[test]
fn offsets_are_dense_unless_a_seed_says_otherwise() {
    let all = |relay: MemoryRelay| (0..100).map(|_| append(&relay, "").offset()).collect::<Vec<_>>();
    assert_eq!(all(MemoryRelay::new()), (1..=100).collect::<Vec<_>>());
    let sparse = all(MemoryRelay::builder().sparse(7).build());
    assert_eq!(sparse, all(MemoryRelay::builder().sparse(7).build()));
    assert!(sparse.iter().zip(1..).filter(|(offset, dense)| *offset > dense).count() > 90, "{sparse:?}");
}

#[test]
fn a_seed_names_the_epochs_too() {
    let epochs = |seed| {
        let relay = MemoryRelay::builder().sparse(seed).build();
        let first = state(&relay).epoch;
        [first, run(relay.renew(LOG, first)).unwrap().unwrap(), run(relay.state("other")).unwrap().unwrap().epoch]
    };
    let [first, second, other] = epochs(7);
    assert_eq!(epochs(7), [first, second, other]);
    assert!(first != second && first != other && second != other);
    assert!(!epochs(8).contains(&first));
}

#[test]
fn a_log_keeps_the_newest_events() {
    let relay = MemoryRelay::builder().events(3).build();
    let start = state(&relay).floor_position();
    fill(&relay, 10, "");
    let page = read(&relay, start).unwrap();
    assert_eq!((page.state.floor, offsets(&page)), (7, [8, 9, 10].to_vec()));
}

#[test]
fn a_log_keeps_so_many_bytes_or_one_larger_event() {
    let relay = MemoryRelay::builder().bytes(30).build();
    let start = state(&relay).floor_position();
    fill(&relay, 3, "1234567");
    assert_eq!(offsets(&read(&relay, start).unwrap()), [2, 3]);
    append(&relay, &"x".repeat(100));
    let page = read(&relay, start).unwrap();
    assert_eq!((page.state.floor, offsets(&page)), (3, [4].to_vec()));
}

#[test]
fn a_log_remembers_so_many_tokens() {
    let relay = MemoryRelay::builder().tokens(2).build();
    let old = Token::random();
    let first = run(relay.append(LOG, old, &event("1"))).unwrap().unwrap();
    append(&relay, "2");
    assert_eq!(run(relay.append(LOG, old, &event("1"))).unwrap(), Ok(first));
    append(&relay, "3");
    assert_eq!(run(relay.append(LOG, old, &event("1"))).unwrap().unwrap().offset(), 4);
    assert_eq!(relay.counts(LOG), Ok((4, 2, 0)));
}

#[test]
fn there_are_so_many_logs() {
    let relay = MemoryRelay::builder().logs(1).build();
    append(&relay, "1");
    let refused = run(relay.state("another")).unwrap().unwrap_err();
    assert!(refused.is_refused());
    assert_eq!(refused.to_string(), "the remote log refuses: there are 1 logs, which is the limit");
    append(&relay, "2");
}

#[test]
fn a_name_has_a_length() {
    let relay = MemoryRelay::new();
    run(relay.state(&"x".repeat(MAX_LOG_NAME))).unwrap().unwrap();
    for name in ["", &"x".repeat(MAX_LOG_NAME + 1)] {
        let refused = run(relay.state(name)).unwrap().unwrap_err();
        assert_eq!(
            refused.to_string(),
            format!("the remote log refuses: a log's name has 1 to 100 bytes, not {}", name.len())
        );
    }
}

#[test]
fn who_waits_no_more_has_no_place() {
    let relay = MemoryRelay::new();
    let head = state(&relay).head_position();
    {
        let mut first = pin!(relay.read(LOG, head, PageLimit::default(), Wait::ForEvents));
        let mut second = pin!(relay.read(LOG, head, PageLimit::default(), Wait::ForEvents));
        for _ in 0..3 {
            assert!(poll(first.as_mut()).is_pending() && poll(second.as_mut()).is_pending());
        }
        assert_eq!(relay.counts(LOG), Ok((0, 0, 2)));
    }
    assert_eq!(relay.counts(LOG), Ok((0, 0, 0)));
}

#[test]
fn what_is_lost_is_unknown_and_its_offsets_are_given_again() {
    for relay in [MemoryRelay::new(), MemoryRelay::builder().sparse(7).build()] {
        let kept = append(&relay, "1");
        let token = Token::random();
        let lost = run(relay.append(LOG, token, &event("2"))).unwrap().unwrap();
        append(&relay, "3");
        let mut waiting = pin!(relay.read(LOG, state(&relay).head_position(), PageLimit::default(), Wait::ForEvents));
        assert!(poll(waiting.as_mut()).is_pending());

        relay.lose(LOG, 2).unwrap();
        assert_eq!(state(&relay), RemoteState::new(kept.epoch(), 0, kept.offset()));
        // A reader that had read on hears of it, and so does one that comes when the offset is another event's.
        assert!(matches!(poll(waiting.as_mut()), Poll::Ready(Ok(page)) if page.state.head == kept.offset()));
        let other = append(&relay, "other");
        assert_eq!(other, lost);
        assert!(read(&relay, lost).unwrap().anchor.is_some_and(|anchor| anchor != token));
        // The append that was acknowledged is one that never happened.
        assert!(run(relay.append(LOG, token, &event("2"))).unwrap().unwrap().offset() > other.offset());
    }
}

#[test]
fn what_is_lost_may_be_the_end() {
    let relay = MemoryRelay::new();
    append(&relay, "1");
    run(relay.append(LOG, Token::random(), &RemoteEvent::close())).unwrap().unwrap();
    relay.lose(LOG, 1).unwrap();
    assert!(!state(&relay).closed);
    append(&relay, "2");
    relay.lose(LOG, 100).unwrap();
    assert_eq!(state(&relay).head, state(&relay).floor);
}

#[test]
fn a_lost_request_has_no_effect() {
    let node = FaultyRelay::new(MemoryRelay::new(), 0);
    node.inject(Fault::RequestLost);
    assert!(is_unavailable(run(node.append(LOG, Token::random(), &event("1"))).unwrap()));
    assert_eq!(state(&node).head, 0);
}

#[test]
fn a_lost_answer_is_to_a_request_that_had_its_effect() {
    let node = FaultyRelay::new(MemoryRelay::new(), 0);
    node.inject(Fault::AnswerLost);
    let token = Token::random();
    assert!(is_unavailable(run(node.append(LOG, token, &event("1"))).unwrap()));
    assert_eq!(state(&node).head, 1);
    assert_eq!(run(node.append(LOG, token, &event("1"))).unwrap().unwrap().offset(), 1);

    node.inject(Fault::AnswerLost);
    let before = state(node.get_ref()).epoch;
    assert!(is_unavailable(run(node.renew(LOG, before)).unwrap()));
    assert_eq!(run(node.renew(LOG, before)).unwrap(), Ok(state(&node).epoch));
}

#[test]
fn a_request_may_come_twice() {
    let node = FaultyRelay::new(MemoryRelay::new(), 0);
    node.inject(Fault::RequestTwice);
    assert_eq!(append(&node, "1").offset(), 1);
    assert_eq!(state(&node).head, 1, "a token is one event");
    node.inject(Fault::RequestTwice);
    run(node.append(LOG, Token::random(), &RemoteEvent::close())).unwrap().unwrap();
}

#[test]
fn a_late_request_has_its_effect_at_a_step() {
    let node = FaultyRelay::new(MemoryRelay::new(), 0);
    node.inject(Fault::RequestLate);
    let (token, event) = (Token::random(), event("1"));
    let mut request = pin!(node.append(LOG, token, &event));
    assert!(poll(request.as_mut()).is_pending());
    assert_eq!((node.late(), state(&node).head), (1, 0));
    assert!(node.step() && !node.step());
    assert!(matches!(poll(request.as_mut()), Poll::Ready(Ok(position)) if position.offset() == 1));
    assert_eq!(node.late(), 0);
}

#[test]
fn a_late_answer_is_to_a_request_that_had_its_effect() {
    let node = FaultyRelay::new(MemoryRelay::new(), 0);
    node.inject(Fault::AnswerLate);
    let (token, event) = (Token::random(), event("1"));
    let mut request = pin!(node.append(LOG, token, &event));
    assert!(poll(request.as_mut()).is_pending());
    assert_eq!((node.late(), state(&node).head), (1, 1));
    assert!(node.step());
    assert!(matches!(poll(request.as_mut()), Poll::Ready(Ok(_))));
}

#[test]
fn who_is_late_is_woken_by_a_step() {
    let node = FaultyRelay::new(MemoryRelay::new(), 0);
    node.inject(Fault::AnswerLate);
    let stepped = async {
        let mut request = pin!(node.state(LOG));
        core::future::poll_fn(|cx| {
            let polled = request.as_mut().poll(cx);
            assert_eq!(polled.is_pending(), node.step());
            polled
        })
        .await
    };
    run(stepped).expect("it is woken").unwrap();
}

#[test]
fn late_requests_arrive_in_any_order() {
    let orders: std::collections::HashSet<Vec<u64>> = (0..50)
        .map(|seed| {
            let node = FaultyRelay::new(MemoryRelay::new(), seed);
            let events = ["1", "2", "3"].map(event);
            (0..3).for_each(|_| node.inject(Fault::RequestLate));
            let mut requests: Vec<_> =
                events.iter().map(|event| alloc::boxed::Box::pin(node.append(LOG, Token::random(), event))).collect();
            let mut offsets = [0, 0, 0];
            for request in &mut requests {
                assert!(poll(request.as_mut()).is_pending());
            }
            while node.step() {
                for (request, offset) in requests.iter_mut().zip(&mut offsets).filter(|(_, offset)| **offset == 0) {
                    if let Poll::Ready(position) = poll(request.as_mut()) {
                        *offset = position.unwrap().offset();
                    }
                }
            }
            offsets.to_vec()
        })
        .collect();
    assert_eq!(orders.len(), 6, "{orders:?}");
}

#[test]
fn a_late_request_that_is_given_up_never_arrives() {
    let node = FaultyRelay::new(MemoryRelay::new(), 0);
    node.inject(Fault::RequestLate);
    {
        let event = event("1");
        let mut request = pin!(node.append(LOG, Token::random(), &event));
        assert!(poll(request.as_mut()).is_pending());
    }
    assert!(!node.step());
    assert_eq!(state(&node).head, 0);
}

#[test]
fn a_restart_fails_what_is_under_way() {
    let node = FaultyRelay::new(MemoryRelay::new(), 0);
    let head = state(&node).head_position();
    let event = event("1");
    node.inject(Fault::RequestLate);
    node.inject(Fault::AnswerLate);
    let mut first = pin!(node.append(LOG, Token::random(), &event));
    let mut second = pin!(node.append(LOG, Token::random(), &event));
    let mut waiting = pin!(node.read(LOG, Position::new(head.epoch(), 1), PageLimit::default(), Wait::ForEvents));
    assert!(poll(first.as_mut()).is_pending() && poll(second.as_mut()).is_pending());
    assert!(poll(waiting.as_mut()).is_pending());
    node.restart();
    for request in [first, second] {
        assert!(matches!(run(request), Some(Err(RelayError::Unavailable(_)))));
    }
    let error = run(waiting).unwrap().unwrap_err();
    assert_eq!(error.to_string(), "the remote log is unavailable: the remote was restarted");
    // One of them had had its effect.
    assert_eq!(state(&node).head, 1);
}

#[test]
fn who_waits_is_woken_by_a_restart() {
    let node = FaultyRelay::new(MemoryRelay::new(), 0);
    let head = state(&node).head_position();
    let mut restarts = 1;
    let waiting = async {
        let mut read = pin!(node.read(LOG, head, PageLimit::default(), Wait::ForEvents));
        core::future::poll_fn(|cx| {
            let polled = read.as_mut().poll(cx);
            if polled.is_pending() && restarts > 0 {
                restarts -= 1;
                node.restart();
            }
            polled
        })
        .await
    };
    assert!(is_unavailable(run(waiting).expect("it is woken")));
}

#[test]
fn a_remote_may_go_away_and_come_back() {
    let remote = MemoryRelay::new();
    let (node, other) = (FaultyRelay::new(remote.clone(), 0), FaultyRelay::new(remote, 0));
    node.go_down();
    assert!(is_unavailable(run(node.state(LOG)).unwrap()));
    assert!(is_unavailable(run(node.append(LOG, Token::random(), &event("1"))).unwrap()));
    append(&other, "by a node whose line is another");
    node.come_back();
    assert_eq!(state(&node).head, 1);
}

#[test]
fn a_page_that_says_things_twice_is_read_once() {
    let node = FaultyRelay::new(MemoryRelay::builder().sparse(7).build(), 0);
    let start = state(&node).floor_position();
    let positions: Vec<_> = (0..6).map(|_| append(&node, "")).collect();
    let all: Vec<_> = positions.iter().map(Position::offset).collect();
    let new = |page: Page, after| {
        page.into_events_behind(after).unwrap().iter().map(|event| event.offset).collect::<Vec<_>>()
    };

    node.inject(Fault::PageDoubled);
    let page = read(&node, start).unwrap();
    assert_eq!(page.events.len(), 12);
    assert_eq!(new(page, start), all);

    node.inject(Fault::PageOverlapping);
    let page = read(&node, positions[2]).unwrap();
    assert_eq!(offsets(&page), all);
    assert_eq!(new(page, positions[2]), all[3..]);
}

#[test]
fn a_page_out_of_order_is_refused() {
    let node = FaultyRelay::new(MemoryRelay::new(), 0);
    let start = state(&node).floor_position();
    fill(&node, 4, "");
    node.inject(Fault::PageShuffled);
    let error = read(&node, start).unwrap().into_events_behind(start).unwrap_err();
    assert!(error.is_broken(), "{error}");
}

#[test]
fn a_page_that_cannot_be_is_refused() {
    let epochs = [[1, 2], [3, 4]].map(Epoch::from_entropy);
    let stored = |offset, token| StoredEvent::new(offset, Token::from_bits(token), event(""));
    let page = |events: &[StoredEvent]| Page::new(RemoteState::new(epochs[0], 0, 9)).events(events.to_vec());
    let behind = |events: &[StoredEvent], epoch: usize| {
        page(events).into_events_behind(Position::new(epochs[epoch], 4)).map_err(|error| error.to_string())
    };
    let broken = |cause| Err(format!("the remote log breaks its contract: {cause}"));
    assert_eq!(behind(&[stored(5, 1), stored(9, 2)], 0), Ok([stored(5, 1), stored(9, 2)].to_vec()));
    assert_eq!(behind(&[], 1), Ok([].to_vec()));
    assert_eq!(behind(&[stored(5, 1)], 1), broken("a page of another epoch has events"));
    assert_eq!(behind(&[stored(7, 1), stored(5, 2)], 0), broken("offset 5 behind 7"));
    assert_eq!(behind(&[stored(7, 1), stored(7, 2)], 0), broken("offset 7 is two events'"));
    assert_eq!(behind(&[stored(10, 1)], 0), broken("offset 10 above the head, 9"));
}

#[test]
fn injected_faults_wait_for_a_request_that_can_have_them() {
    let node = FaultyRelay::new(MemoryRelay::new(), 0);
    node.inject(Fault::PageDoubled);
    let after = Position::new(append(&node, "1").epoch(), 0);
    assert_eq!(offsets(&read(&node, after).unwrap()), [1, 1]);
    node.inject(Fault::RequestLost);
    node.calm();
    assert_eq!(offsets(&read(&node, after).unwrap()), [1]);
}

#[test]
fn chances_are_what_they_are_said_to_be() {
    let node = FaultyRelay::new(MemoryRelay::new(), 7)
        .with_chance(Fault::RequestLost, 100)
        .with_chance(Fault::AnswerLost, 200)
        .with_chance(Fault::PageDoubled, 300);
    let failed = (0..10_000).filter(|_| is_unavailable(run(node.state(LOG)).unwrap())).count();
    assert!((2_800..3_200).contains(&failed), "{failed}");
}

/// A node that appends and one that reads, each behind a bad line: what is read is what was appended, in order, once.
#[test]
fn faults_lose_nothing_and_double_nothing() {
    for seed in 0..300 {
        let remote = MemoryRelay::builder().sparse(seed).build();
        let line = |seed| {
            use Fault::{
                AnswerLate, AnswerLost, PageDoubled, PageOverlapping, PageShuffled, RequestLate, RequestLost,
                RequestTwice,
            };
            [RequestLost, AnswerLost, RequestTwice, RequestLate, AnswerLate, PageDoubled, PageOverlapping, PageShuffled]
                .into_iter()
                .fold(FaultyRelay::new(remote.clone(), seed), |line, fault| line.with_chance(fault, 70))
        };
        let (writer, reader) = (line(seed), line(!seed));
        let start = state(&remote).floor_position();
        let events: Vec<_> = (0..30).map(|number| event(&number.to_string())).collect();

        let mut write = pin!(async {
            let last = RemoteEvent::close();
            for event in events.iter().chain([&last]) {
                let token = Token::random();
                while is_unavailable(writer.append(LOG, token, event).await) {}
            }
        });
        let mut read = pin!(async {
            let (mut after, mut frames) = (start, Vec::<Bytes>::new());
            loop {
                let Ok(page) = reader.read(LOG, after, PageLimit::new(4, 1_000), Wait::ForEvents).await else {
                    continue;
                };
                let Ok(new) = page.into_events_behind(after) else { continue };
                for stored in new {
                    after = Position::new(after.epoch(), stored.offset);
                    if stored.event.terminal {
                        return frames;
                    }
                    frames.push(stored.event.frame);
                }
            }
        });

        let mut choices = Choices::new(seed);
        let mut written = false;
        let read = loop {
            written = written || poll(write.as_mut()).is_ready();
            if let Poll::Ready(frames) = poll(read.as_mut()) {
                break frames;
            }
            match choices.below(8) {
                0 => writer.restart(),
                1 => reader.restart(),
                2..=4 => drop(writer.step()),
                _ => drop(reader.step()),
            }
        };
        assert_eq!(read, events.iter().map(|event| event.frame.clone()).collect::<Vec<_>>(), "seed {seed}");
    }
}
