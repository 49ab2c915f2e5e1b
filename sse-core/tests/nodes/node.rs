//! A process: a hub with one relayed topic, its tail, and its line to the remote log.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use sse_core::history::{LiveWindow, Position, Retention};
use sse_core::relay::{Fault, FaultyRelay, MemoryRelay, RelayedTopic, TailEnd};
use sse_core::topic::{Delivery, Hub, LagPolicy, Start, SubscribeOptions};
use sse_core::{Decoder, Subscription, Topic};

use crate::event::{Number, parse};
use crate::report::Report;
use crate::task::{Pauses, Random, Task};
use crate::truth::{Excuse, LOG, Seams, Truth, Wants};

pub(crate) type Line = FaultyRelay<MemoryRelay>;

pub(crate) const FAULTS: [(Fault, &str); 8] = [
    (Fault::RequestLost, "request lost"),
    (Fault::AnswerLost, "answer lost"),
    (Fault::RequestTwice, "request twice"),
    (Fault::RequestLate, "request late"),
    (Fault::AnswerLate, "answer late"),
    (Fault::PageDoubled, "page doubled"),
    (Fault::PageOverlapping, "page overlapping"),
    (Fault::PageShuffled, "page shuffled"),
];

pub(crate) struct Node {
    pub(crate) line: Line,
    hub: Hub<String, Number>,
    pub(crate) topic: RelayedTopic<Number, Line>,
    tail: Option<Task<TailEnd>>,
    spy: Spy,
}

/// Reads all that is fed to the local topic.
struct Spy {
    subscription: Subscription,
    last: Vec<usize>,
    fed: HashSet<usize>,
    seams: Seams,
}

impl Node {
    pub(crate) fn new(line: Line, pauses: &Pauses, random: &mut Random) -> Self {
        let topics = Topic::builder()
            .keep(Retention::events(random.pick(&[0, 2, 8, 1_000])))
            .live(LiveWindow::events(random.pick(&[1, 8, 4_096])))
            .lag_policy(random.pick(&[LagPolicy::Close, LagPolicy::Reset, LagPolicy::Skip]))
            .clock(|| Duration::ZERO);
        let hub: Hub<String, Number> = Hub::builder(topics).build().unwrap();
        let local = hub.topic("numbers").unwrap();
        let topic = RelayedTopic::new(local, Arc::new(line.clone()), LOG).unwrap();
        let pauses = pauses.clone();
        let tail = Task::new(topic.tail(move |_| pauses.pause()).unwrap());
        let subscription = topic.local().subscribe().unwrap();
        let spy = Spy { subscription, last: Vec::new(), fed: HashSet::new(), seams: Seams::new() };
        Self { line, hub, topic, tail: Some(tail), spy }
    }

    pub(crate) fn is_woken(&self) -> bool {
        self.tail.as_ref().is_some_and(Task::is_woken)
    }

    /// What this node has ever read.
    pub(crate) fn fed(&self) -> &HashSet<usize> {
        &self.spy.fed
    }

    /// Where it did not notice that something was lost.
    pub(crate) fn seams(&self) -> &Seams {
        &self.spy.seams
    }

    pub(crate) fn poll_tail(&mut self, truth: &mut Truth, report: &mut Report) {
        let Some(tail) = &mut self.tail else { return };
        let end = tail.poll();
        truth.observe();
        self.spy.read(&self.topic, truth, report);
        if let Some(end) = end {
            assert_eq!(end, TailEnd::Closed);
            assert!(self.topic.local().is_closed());
            self.tail = None;
        }
    }

    pub(crate) fn kick(&mut self, truth: &Truth, report: &mut Report) {
        self.topic.local().kick();
        self.spy.read(&self.topic, truth, report);
    }

    /// What concerns this node only.
    pub(crate) fn publish_ephemeral(&mut self, truth: &Truth, report: &mut Report) {
        let event = Number { value: 0, attempt: 0, ephemeral: true, padding: 0 };
        self.topic.local().publish_ephemeral(&event).unwrap();
        self.spy.read(&self.topic, truth, report);
        assert_eq!(self.hub.sweep(), 0, "a topic that is relayed is in use");
    }

    pub(crate) fn position(&self) -> Position {
        self.topic.local().position()
    }
}

impl Spy {
    fn read(&mut self, topic: &RelayedTopic<Number, Line>, truth: &Truth, report: &mut Report) {
        while let Some(delivery) = self.subscription.try_next() {
            match delivery {
                Delivery::Frames(frames) => self.take(&frames, truth, report),
                Delivery::Reset { position, .. } => self.last = truth.at(position.unwrap()),
                Delivery::Lost(_) => {
                    let options = SubscribeOptions::new().fresh(Start::Earliest);
                    let attached = topic.local().resume(None, &options).unwrap();
                    self.last = truth.at(attached.position.unwrap());
                    self.subscription = attached.subscription;
                }
                Delivery::Ended => return,
                Delivery::Kicked => self.subscription = topic.local().subscribe().unwrap(),
                other => panic!("{other:?}"),
            }
        }
    }

    fn take(&mut self, mut frames: &[u8], truth: &Truth, report: &mut Report) {
        let mut decoder = Decoder::new();
        while let Some(event) = decoder.decode(&mut frames).unwrap() {
            if event.name == "ephemeral" {
                continue;
            }
            let position = event.last_event_id.as_str().parse().unwrap();
            let number = parse(&event.data);
            let is_it = |index: &usize| truth.fact(*index).number == number;
            let found: Vec<usize> = truth.at(position).into_iter().filter(is_it).collect();
            let next: Vec<usize> = found
                .iter()
                .copied()
                .filter(|&index| truth.is_next(index, &self.last, Wants::All, &self.seams))
                .collect();
            self.last = if next.is_empty() {
                let before = truth.before(found[0], &self.seams);
                let excuse = truth.excuse(before, &self.last, Wants::All, &self.seams, None);
                assert_eq!(excuse, Some(Excuse::Trimmed), "a node is fed {position} behind {:?}", self.last);
                report.count("excused by trimming");
                self.seams.extend(found.iter().map(|&found| (found, self.last.clone())));
                found
            } else {
                next
            };
            self.fed.extend(&self.last);
        }
    }
}
