//! A client as a browser is one: it holds the id of the last event that it has got whole, and comes back with it.

use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use futures_util::Stream as _;
use sse_core::DecodedEvent;
use sse_core::history::{Position, ResetReason, Verdict};
use sse_core::relay::{RelayedAttached, RelayedSubscription, ResumeError};
use sse_core::topic::{Delivery, Start, SubscribeOptions};
use sse_core::{Decoder, EventId};

use crate::event::{EVEN, parse};
use crate::node::Node;
use crate::report::Report;
use crate::task::{Random, Task, Woken};
use crate::truth::{Excuse, Seams, Truth, Wants};

pub(crate) struct Client {
    wants: Wants,
    options: SubscribeOptions,
    held: Option<EventId>,
    /// The events that it may have read up to: one, unless it was only told a position.
    last: Vec<usize>,
    state: State,
    /// What it was told and delivered, for when something is wrong.
    story: Vec<String>,
}

enum State {
    Away,
    Comes { node: usize, task: Task<Result<RelayedAttached, ResumeError>> },
    There(Box<Connection>),
    Ended { node: usize, is_new: bool },
}

struct Connection {
    node: usize,
    subscription: RelayedSubscription,
    woken: Arc<Woken>,
    /// What was sent and has not arrived.
    sent: Vec<u8>,
    decoder: Decoder,
    /// Nothing has come yet that would show whether the node is right about what the client has read.
    is_new: bool,
    /// Nothing more is sent.
    over: bool,
}

impl Client {
    pub(crate) fn new(random: &mut Random) -> Self {
        let wants = random.pick(&[Wants::All, Wants::All, Wants::Even]);
        let start = random.pick(&[Start::Latest, Start::Earliest, Start::LatestMinus(3)]);
        let after_reset = random.pick(&[Start::Latest, Start::Earliest, Start::Earliest]);
        let mut options = SubscribeOptions::new().fresh(start).after_reset(after_reset);
        if wants == Wants::Even {
            options = options.only([EVEN]);
        }
        Self { wants, options, held: None, last: Vec::new(), state: State::Away, story: Vec::new() }
    }

    pub(crate) fn is_away(&self) -> bool {
        matches!(self.state, State::Away)
    }

    pub(crate) fn is_woken(&self) -> bool {
        match &self.state {
            State::Away | State::Ended { .. } => false,
            State::Comes { task, .. } => task.is_woken(),
            State::There(connection) => connection.woken.is() && !connection.over || !connection.sent.is_empty(),
        }
    }

    /// Whether it has everything that it wants, or was told that there is nothing more.
    pub(crate) fn has_everything(&self, nodes: &[Node], truth: &Truth) -> bool {
        let (node, is_new) = match &self.state {
            State::Away | State::Comes { .. } => return false,
            State::Ended { node, is_new } => (&nodes[*node], *is_new),
            State::There(connection) => (&nodes[connection.node], connection.is_new),
        };
        let (head, fed) = (truth.head(), is_new.then(|| node.fed()));
        truth.has_read(head, &self.last, self.wants, node.seams())
            || truth.excuse(vec![head], &self.last, self.wants, node.seams(), fed).is_some()
    }

    pub(crate) fn has_ended(&self) -> bool {
        matches!(self.state, State::Ended { .. })
    }

    pub(crate) fn story(&self) -> String {
        self.story.join("\n")
    }

    pub(crate) fn connect(&mut self, index: usize, node: &Node) {
        if self.is_away() {
            let id = self.held.as_ref().map(|id| id.as_str().as_bytes());
            let task = Task::new(node.topic.resume(id, &self.options));
            self.story.push(format!("comes to node {index} with {:?}", self.held));
            self.state = State::Comes { node: index, task };
        }
    }

    /// The connection breaks, perhaps within an event.
    pub(crate) fn cut(&mut self, report: &mut Report) {
        if let State::There(connection) = &self.state {
            if !connection.sent.is_empty() {
                report.count("cut within an event");
            }
            self.story.push("cut".to_owned());
        }
        if !self.has_ended() {
            self.state = State::Away;
        }
    }

    /// The node goes away.
    pub(crate) fn leave(&mut self, index: usize, report: &mut Report) {
        match &self.state {
            State::Comes { node, .. } if *node == index => self.state = State::Away,
            State::There(connection) if connection.node == index => self.cut(report),
            _ => {}
        }
    }

    /// Whatever the client or its connection can do, once.
    pub(crate) fn poll(&mut self, nodes: &[Node], truth: &mut Truth, random: &mut Random, report: &mut Report) {
        match &mut self.state {
            State::Away | State::Ended { .. } => {}
            State::Comes { node, task } => {
                let (node, came) = (*node, task.poll());
                truth.observe();
                match came {
                    Some(Ok(attached)) => self.attach(node, attached, truth, report),
                    Some(Err(error)) => {
                        report.count("resume refused");
                        self.story.push(format!("is refused: {error}"));
                        self.state = State::Away;
                    }
                    None => {}
                }
            }
            State::There(connection) => {
                if !connection.over && connection.woken.take() && connection.send(report) {
                    // As a server does, which polls until nothing comes.
                    std::task::Wake::wake(Arc::clone(&connection.woken));
                }
                truth.observe();
                // At any byte.
                let len = random.below(connection.sent.len() + 1 + connection.sent.len() / 2);
                self.receive(len, nodes, truth, report);
            }
        }
    }

    fn attach(&mut self, node: usize, attached: RelayedAttached, truth: &Truth, report: &mut Report) {
        let RelayedAttached { verdict, position, subscription, .. } = attached;
        self.story.push(format!("{verdict:?} at {position}"));
        assert_eq!(verdict == Verdict::Fresh, self.held.is_none());
        let behind = subscription.is_catching_up();
        let open = match verdict {
            Verdict::Recovered(recovered) => {
                assert_eq!(self.held, Some(EventId::from(recovered)));
                report.count(if behind { "attached behind the floor" } else { "attached here" });
                format!("event: stream-open\nid: {recovered}\ndata: recovered\n\n")
            }
            Verdict::Fresh => {
                report.count(if behind { "attached fresh, behind the floor" } else { "attached fresh" });
                format!("event: stream-open\nid: {position}\ndata: fresh\n\n")
            }
            Verdict::Reset(reason) => {
                report.count("attached in vain");
                let held: Position = self.held.as_ref().unwrap().as_str().parse().unwrap();
                assert!(truth.may_reset(held, &self.last, reason), "{reason} without need\n{}", self.story());
                format!("event: stream-open\ndata: reset\n\n{}", reset(reason, position, report))
            }
            other => panic!("{other:?}"),
        };
        self.state = State::There(Box::new(Connection {
            node,
            subscription,
            woken: Woken::new(),
            sent: open.into_bytes(),
            decoder: self.held.clone().map_or_else(Decoder::new, |id| Decoder::new().with_last_event_id(id)),
            is_new: matches!(verdict, Verdict::Recovered(_)),
            over: false,
        }));
    }

    /// So many of the bytes that were sent arrive.
    fn receive(&mut self, len: usize, nodes: &[Node], truth: &Truth, report: &mut Report) {
        let State::There(connection) = &mut self.state else { return };
        let arrived: Vec<u8> = connection.sent.drain(..len.min(connection.sent.len())).collect();
        let mut input = arrived.as_slice();
        loop {
            let State::There(connection) = &mut self.state else { return };
            let Some(event) = connection.decoder.decode(&mut input).unwrap() else { break };
            let (node, is_new) = (&nodes[connection.node], &mut connection.is_new);
            let mut reader =
                Reader { wants: self.wants, last: &mut self.last, is_new, story: &mut self.story, node, truth };
            reader.take(&event, report);
            if event.name == "stream-end" {
                self.state = State::Ended { node: connection.node, is_new: connection.is_new };
            } else if !event.last_event_id.as_str().is_empty() {
                self.held = Some(event.last_event_id);
            }
        }
        if let State::There(connection) = &self.state
            && connection.over
            && connection.sent.is_empty()
        {
            self.state = State::Away;
        }
    }
}

impl Connection {
    /// Sends what there is; false if that is nothing.
    fn send(&mut self, report: &mut Report) -> bool {
        let was_behind = self.subscription.is_catching_up();
        let waker = Waker::from(Arc::clone(&self.woken));
        let polled = std::pin::Pin::new(&mut self.subscription).poll_next(&mut Context::from_waker(&waker));
        let Poll::Ready(delivery) = polled else { return false };
        let sent = match delivery {
            Some(Delivery::Frames(frames)) => {
                if was_behind {
                    report.count("read on from the remote");
                }
                self.sent.extend_from_slice(&frames);
                return true;
            }
            Some(Delivery::Position(position)) => format!("event: stream-position\nid: {position}\ndata: x\n\n"),
            Some(Delivery::Reset { reason, position }) => {
                report.count("reset in-band");
                reset(reason, position.unwrap(), report)
            }
            Some(Delivery::Ended) => "event: stream-end\nid: =end\ndata: x\n\n".to_owned(),
            Some(Delivery::Lost(_) | Delivery::Kicked) | None => {
                self.over = true;
                return false;
            }
            Some(other) => panic!("{other:?}"),
        };
        self.sent.extend_from_slice(sent.as_bytes());
        true
    }
}

fn reset(reason: ResetReason, position: Position, report: &mut Report) -> String {
    report.count(match reason {
        ResetReason::Evicted => "reset evicted",
        ResetReason::UnknownEpoch => "reset unknown-epoch",
        ResetReason::Future => "reset future",
        ResetReason::Lagged => "reset lagged",
        _ => "reset for another reason",
    });
    format!("event: stream-reset\nid: {position}\ndata: {reason}\n\n")
}

/// The client, while it takes an event.
struct Reader<'a> {
    wants: Wants,
    last: &'a mut Vec<usize>,
    is_new: &'a mut bool,
    story: &'a mut Vec<String>,
    node: &'a Node,
    truth: &'a Truth,
}

impl Reader<'_> {
    fn take(&mut self, event: &DecodedEvent, report: &mut Report) {
        let id = event.last_event_id.as_str();
        let position = || -> Position { id.parse().unwrap() };
        self.story.push(format!("{} {} {id}", event.name, event.data.trim()));
        match event.name.as_str() {
            "stream-open" if event.data == "fresh" => *self.last = self.truth.at(position()),
            "stream-open" | "stream-end" | "ephemeral" => {}
            "stream-reset" => {
                *self.last = self.truth.at(position());
                *self.is_new = false;
            }
            "stream-position" => {
                report.count("told a position");
                let (found, was_new) = (self.truth.at(position()), *self.is_new);
                self.go_on(found, Truth::has_read, |index| vec![index], report);
                // It does not show which event is there.
                *self.is_new = was_new;
            }
            _ => {
                report.count("delivered");
                let number = parse(&event.data);
                let mut found = self.truth.at(position());
                found.retain(|&index| self.truth.fact(index).number == number);
                let seams = self.node.seams();
                let before = |index| self.truth.before(index, seams);
                self.go_on(found, Truth::is_next, before, report);
            }
        }
    }

    /// What came is one of `found`: it must be what comes next.
    fn go_on(
        &mut self,
        found: Vec<usize>,
        is_next: impl Fn(&Truth, usize, &[usize], Wants, &Seams) -> bool,
        before: impl Fn(usize) -> Vec<usize>,
        report: &mut Report,
    ) {
        let seams = self.node.seams();
        let next: Vec<usize> =
            found.iter().copied().filter(|&index| is_next(self.truth, index, self.last, self.wants, seams)).collect();
        if next.is_empty() {
            let fed = self.is_new.then(|| self.node.fed());
            let excuses =
                found.iter().filter_map(|&index| self.truth.excuse(before(index), self.last, self.wants, seams, fed));
            match excuses.last() {
                Some(Excuse::Window) => report.count("excused by the window"),
                Some(Excuse::Trimmed) => report.count("excused by trimming"),
                None => {
                    let tell = |index: &usize| format!("{index}: {:?}", self.truth.fact(*index));
                    let last: Vec<_> = self.last.iter().map(tell).collect();
                    let found: Vec<_> = found.iter().map(tell).collect();
                    panic!("{found:#?}\nbehind\n{last:#?}\n\n{}", self.story.join("\n"));
                }
            }
        }
        *self.last = if next.is_empty() { found } else { next };
        *self.is_new = false;
    }
}
