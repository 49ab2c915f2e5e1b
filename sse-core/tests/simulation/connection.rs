//! One connection as a server writes it: core's deliveries as bytes, and the control events between them.
//!
//! Besides the bytes it leaves marks, which say what a client that has read so far must have been told.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use futures_util::Stream as _;
use sse_core::history::{Position, ResetReason, Verdict};
use sse_core::topic::group::{GroupDelivery, GroupOutcome, GroupSubscription, TopicGroup};
use sse_core::topic::{Delivery, LagPolicy, Start, SubscribeOptions, Subscription};
use sse_core::{EventName, Topic};

use crate::note::{NAMES, Note};
use crate::random::Random;
use crate::tally::Tally;
use crate::truth::{Truth, Wanted};

/// A topic, and what is true of it.
pub(crate) struct Server {
    pub(crate) topic: Topic<Note>,
    pub(crate) truth: Truth,
    pub(crate) policy: LagPolicy,
}

/// What a client asks for.
#[derive(Clone, Debug)]
pub(crate) struct Route {
    /// The topics; if there are many, as a group.
    pub(crate) topics: Vec<usize>,
    pub(crate) group: bool,
    pub(crate) wanted: Wanted,
    pub(crate) fresh: Start,
    pub(crate) after_reset: Start,
    /// The state comes first, by a snapshot that takes its time: who applies an event twice has the wrong sum.
    pub(crate) snapshot: bool,
}

/// Where a client goes on in one topic, and with which state.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) cursor: usize,
    pub(crate) offset: u64,
    pub(crate) base: Base,
}

/// What a client adds to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Base {
    /// What it has come to.
    Own,
    /// This.
    Sum(i64),
    /// Nobody has told it.
    Unknown,
}

/// One event of a snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// The newest event of a key: the topic, and its place in it.
    Newest(usize, usize),
    /// A part of the sum.
    Part(i64),
}

/// What is true from a place in the bytes on.
#[derive(Debug)]
pub(crate) enum Mark {
    /// A topic goes on at this place; ephemeral events from `attached` on are delivered.
    Topic { of: usize, place: Place, attached: usize },
    /// A reset must be announced before the next event, with all of these.
    Reset(Vec<(usize, ResetReason)>),
    /// These come first, and the id only with the last of them.
    Snapshot(Vec<Piece>),
}

enum Reader {
    One(Subscription),
    Many(GroupSubscription),
}

/// What a reader delivers, whichever it is.
enum Said {
    Frames(bytes::Bytes),
    Position(String),
    Reset { topic: usize, reason: ResetReason, position: Option<String> },
    Lost(usize, ResetReason),
    Kicked,
    Ended,
}

#[derive(Default)]
struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// A snapshot that the client has still to get.
struct Owed {
    tries: usize,
    /// The position that it was taken at.
    taken: Option<u64>,
}

pub(crate) struct Connection {
    reader: Reader,
    route: Route,
    out: Vec<u8>,
    taken: usize,
    /// How many bytes were written, and how many of them were taken.
    written: u64,
    marks: VecDeque<(u64, Mark)>,
    /// Where control events and snapshots are.
    spans: VecDeque<(u64, u64, &'static str)>,
    owed: Option<Owed>,
    flag: Arc<Flag>,
    waiting: bool,
    /// Where the reader stood in each topic when it last had everything.
    at_head: Option<Vec<usize>>,
    pub(crate) over: bool,
    /// From where on ephemeral events are delivered, of the first topic.
    attached: usize,
    /// The last id that was written.
    told: String,
}

impl Connection {
    /// Attaches a client that brings this id.
    pub(crate) fn open(servers: &[Server], route: &Route, id: &str, tally: &mut Tally) -> Self {
        let names =
            (0..NAMES.len()).filter(|&name| route.wanted.has(name)).map(|name| EventName::from_static(NAMES[name]));
        let mut options =
            SubscribeOptions::new().fresh(route.fresh).after_reset(route.after_reset).snapshot(!route.snapshot);
        if route.wanted != Wanted::ALL {
            options = options.only(names);
        }
        let header = Some(id.as_bytes()).filter(|id| !id.is_empty());
        let expected = expected_verdicts(servers, route, id);
        let (worst, position, reader) = if route.group {
            let label = |topic: &usize| (topic.to_string(), servers[*topic].topic.reader());
            let group = TopicGroup::new(route.topics.iter().map(label)).expect("a legal group");
            let attached = group.resume(header, &options).expect("room");
            let resets = route.topics.iter().zip(&expected).filter_map(|(topic, verdict)| match verdict {
                Verdict::Reset(reason) => Some((topic.to_string().into(), *reason)),
                _ => None,
            });
            let expected_resets: Vec<(Arc<str>, ResetReason)> = resets.collect();
            tally.check(attached.verdict.resets == expected_resets, || {
                format!("on {id} the verdict is {:?} instead of {expected:?}", attached.verdict)
            });
            (
                attached.verdict.worst,
                attached.position.map(|position| position.to_string()),
                Reader::Many(attached.subscription),
            )
        } else {
            let attached = servers[route.topics[0]].topic.resume(header, &options).expect("room");
            tally.check(attached.verdict == expected[0], || {
                format!("on {id} the verdict is {:?} instead of {expected:?}", attached.verdict)
            });
            let worst = match attached.verdict {
                Verdict::Fresh => GroupOutcome::Fresh,
                Verdict::Recovered(_) => GroupOutcome::Recovered,
                Verdict::Reset(reason) => GroupOutcome::Reset(reason),
                _ => unreachable!("there are three verdicts"),
            };
            // As it came, if it came.
            let position = attached.position.map(|position| match attached.verdict {
                Verdict::Recovered(own) => own.to_string(),
                _ => position.to_string(),
            });
            (worst, position, Reader::One(attached.subscription))
        };
        let mut connection = Self {
            reader,
            route: route.clone(),
            out: Vec::new(),
            taken: 0,
            written: 0,
            marks: VecDeque::new(),
            spans: VecDeque::new(),
            owed: None,
            flag: Arc::default(),
            waiting: false,
            at_head: None,
            over: false,
            attached: servers[route.topics[0]].truth.items.len(),
            told: id.to_owned(),
        };
        connection.flag.0.store(true, Ordering::SeqCst);
        connection.begin(servers, &expected, worst, position, tally);
        connection
    }

    fn begin(
        &mut self,
        servers: &[Server],
        expected: &[Verdict],
        worst: GroupOutcome,
        position: Option<String>,
        tally: &mut Tally,
    ) {
        let route = self.route.clone();
        let mut pieces = Vec::new();
        let mut resets = Vec::new();
        let mut entries = Vec::new();
        for (&of, verdict) in route.topics.iter().zip(expected) {
            let truth = &servers[of].truth;
            let start = match verdict {
                Verdict::Recovered(own) => {
                    tally.count("recovered");
                    entries.push(*own);
                    let place = Place { cursor: truth.behind(own.offset()), offset: own.offset(), base: Base::Own };
                    self.mark(Mark::Topic { of, place, attached: truth.items.len() });
                    continue;
                }
                Verdict::Reset(reason) => {
                    tally.count(&format!("reset: {reason}"));
                    resets.push((of, *reason));
                    route.after_reset
                }
                _ => {
                    tally.count("fresh");
                    route.fresh
                }
            };
            let newest = if route.snapshot { Vec::new() } else { truth.newest(route.wanted) };
            let offset = match start {
                _ if !newest.is_empty() => truth.head(),
                Start::Earliest => truth.floor,
                Start::LatestMinus(count) => truth.head().saturating_sub(count).max(truth.floor),
                _ => truth.head(),
            };
            pieces.extend(newest.into_iter().map(|index| Piece::Newest(of, index)));
            entries.push(truth.position(offset));
            let place = Place { cursor: truth.behind(offset), offset, base: Base::Unknown };
            self.mark(Mark::Topic { of, place, attached: truth.items.len() });
        }
        let vector = entries.iter().map(Position::to_string).collect::<Vec<_>>().join(".");
        let expected_position = pieces.is_empty().then_some(&vector);
        tally.check(position.as_ref() == expected_position, || {
            format!("it begins at {position:?} instead of {expected_position:?}")
        });
        let recovered = worst == GroupOutcome::Recovered;
        let owes = route.snapshot && !recovered;
        let id = position.filter(|_| !owes);
        let mut out = "retry: 3127\nevent: stream-open\n".to_owned();
        if let GroupOutcome::Reset(reason) = worst {
            let _fits = write!(out, "data: {{\"resume\":\"reset\",\"reason\":\"{reason}\",\"keepAlive\":\"off\"}}\n\n");
        } else {
            write_id(&mut out, id.as_deref());
            let resume = if recovered { "recovered" } else { "fresh" };
            let _fits = write!(out, "data: {{\"resume\":\"{resume}\",\"keepAlive\":\"off\"}}\n\n");
        }
        self.write_control("stream-open", &out, id.as_ref().filter(|_| resets.is_empty()));
        if !resets.is_empty() {
            self.write_reset(resets, id.as_ref());
        }
        if !pieces.is_empty() {
            tally.count("snapshot of keys");
            self.mark(Mark::Snapshot(pieces));
        }
        if owes {
            self.owed = Some(Owed { tries: 0, taken: None });
        }
    }

    fn mark(&mut self, mark: Mark) {
        self.marks.push_back((self.written, mark));
    }

    fn write(&mut self, bytes: &[u8]) {
        if self.taken > 1 << 16 {
            self.out.drain(..self.taken);
            self.taken = 0;
        }
        self.out.extend_from_slice(bytes);
        self.written += bytes.len() as u64;
    }

    fn write_control(&mut self, kind: &'static str, block: &str, id: Option<&String>) {
        let start = self.written;
        self.write(block.as_bytes());
        self.spans.push_back((start, self.written, kind));
        if let Some(id) = id {
            self.told.clone_from(id);
        }
    }

    fn write_reset(&mut self, resets: Vec<(usize, ResetReason)>, id: Option<&String>) {
        let mut out = "event: stream-reset\n".to_owned();
        write_id(&mut out, id.map(String::as_str));
        let _fits = write!(out, "data: {{\"reason\":\"{}\"", resets[0].1);
        if self.route.group {
            let topics: Vec<_> = resets.iter().map(|(topic, reason)| format!("\"{topic}\":\"{reason}\"")).collect();
            let _fits = write!(out, ",\"topics\":{{{}}}", topics.join(","));
        }
        out.push_str("}\n\n");
        self.mark(Mark::Reset(resets));
        self.write_control("stream-reset", &out, id);
    }

    fn write_position(&mut self, id: &String) {
        self.write_control("stream-position", &format!("event: stream-position\nid: {id}\ndata: {{}}\n\n"), Some(id));
    }

    /// What of it the client has not read.
    pub(crate) fn unread(&self) -> usize {
        self.out.len() - self.taken
    }

    /// Takes up to so many bytes, and the place behind them.
    pub(crate) fn take(&mut self, count: usize) -> (Vec<u8>, u64) {
        let count = count.min(self.unread());
        let bytes = self.out[self.taken..self.taken + count].to_vec();
        self.taken += count;
        (bytes, self.read())
    }

    fn read(&self) -> u64 {
        self.written - self.unread() as u64
    }

    /// The next mark before this place.
    pub(crate) fn mark_before(&mut self, place: u64) -> Option<Mark> {
        self.marks.pop_front_if(|(at, _)| *at < place).map(|(_, mark)| mark)
    }

    /// In what a cut falls that comes behind the bytes that were taken.
    pub(crate) fn cut_in(&mut self) -> &'static str {
        let at = self.read();
        while self.spans.pop_front_if(|(_, end, _)| *end <= at).is_some() {}
        match self.spans.front() {
            Some((start, _, kind)) if *start < at => kind,
            _ if self.taken == 0 || self.out[..self.taken].ends_with(b"\n\n") => "nothing",
            _ => "an event",
        }
    }

    /// Whether its reader has had everything and was promised to be woken.
    pub(crate) fn is_forgotten(&self, topic: usize) -> bool {
        self.waiting && !self.over && self.route.topics.contains(&topic) && !self.flag.0.load(Ordering::SeqCst)
    }

    /// Whether nothing more comes of it by itself.
    pub(crate) fn rests(&self) -> bool {
        self.owed.is_none() && self.waiting && !self.is_woken()
    }

    fn is_woken(&self) -> bool {
        self.flag.0.load(Ordering::SeqCst)
    }

    pub(crate) fn reads(&self, topic: usize) -> bool {
        self.route.topics.contains(&topic)
    }

    /// The server has its turn: it writes what there is, as long as the client's window allows.
    pub(crate) fn poll(&mut self, servers: &[Server], window: usize, now: u64, random: &mut Random, tally: &mut Tally) {
        let mut has_room = self.unread() < window;
        while !self.over && has_room {
            // A group says in one breath what it has read in one breath.
            has_room = self.route.group || self.unread() < window;
            if self.owed.is_some() {
                self.serve_snapshot(servers, random, tally);
                return;
            }
            // Some servers ask without being woken.
            let tries = !self.is_woken();
            if tries && !random.once_in(16) {
                return;
            }
            let Some(said) = self.next(tries) else {
                self.note_head(servers, now, tally);
                return;
            };
            self.receive(said, servers, tally);
        }
    }

    fn next(&mut self, tries: bool) -> Option<Said> {
        let waker = Waker::from(Arc::clone(&self.flag));
        let cx = &mut Context::from_waker(&waker);
        let topic = self.route.topics[0];
        let said = match &mut self.reader {
            Reader::One(reader) => {
                let next = if tries { Poll::Ready(reader.try_next()) } else { Pin::new(reader).poll_next(cx) };
                next.map(|next| {
                    next.map(|delivery| match delivery {
                        Delivery::Frames(frames) => Said::Frames(frames),
                        Delivery::Position(position) => Said::Position(position.to_string()),
                        Delivery::Reset { reason, position } => {
                            Said::Reset { topic, reason, position: position.map(|position| position.to_string()) }
                        }
                        Delivery::Lost(reason) => Said::Lost(topic, reason),
                        Delivery::Kicked => Said::Kicked,
                        _ => Said::Ended,
                    })
                })
            }
            Reader::Many(reader) => {
                let next = if tries { Poll::Ready(reader.try_next()) } else { Pin::new(reader).poll_next(cx) };
                let topic = |label: &str| label.parse().expect("a label of ours");
                next.map(|next| {
                    next.map(|delivery| match delivery {
                        GroupDelivery::Frames(frames) => Said::Frames(frames),
                        GroupDelivery::Position(position) => Said::Position(position.to_string()),
                        GroupDelivery::Reset { label, reason, position } => Said::Reset {
                            topic: topic(&label),
                            reason,
                            position: position.map(|position| position.to_string()),
                        },
                        GroupDelivery::Lost { label, reason } => Said::Lost(topic(&label), reason),
                        GroupDelivery::Kicked => Said::Kicked,
                        _ => Said::Ended,
                    })
                })
            }
        };
        match said {
            Poll::Ready(said) => said,
            Poll::Pending => {
                self.waiting = true;
                self.flag.0.store(false, Ordering::SeqCst);
                None
            }
        }
    }

    /// The reader has everything.
    fn note_head(&mut self, servers: &[Server], now: u64, tally: &mut Tally) {
        self.at_head = Some(self.route.topics.iter().map(|&topic| servers[topic].truth.items.len()).collect());
        let by_age = self.route.topics.iter().any(|&topic| servers[topic].truth.limits.keep.2.is_some());
        if self.route.wanted != Wanted::ALL && !by_age {
            // Whoever is here and has missed nothing must be able to come back.
            let verdicts = expected_verdicts(servers, &self.route, &self.told);
            tally.check(verdicts.iter().all(|verdict| matches!(verdict, Verdict::Recovered(_))), || {
                format!("at {now} a client that has read all would be told {verdicts:?} on {}", self.told)
            });
        }
    }

    fn receive(&mut self, said: Said, servers: &[Server], tally: &mut Tally) {
        match said {
            Said::Frames(frames) => {
                if let Some(at) = std::str::from_utf8(&frames).expect("text").rfind("id: ") {
                    let line = &frames[at + 4..];
                    let end = line.iter().position(|&byte| byte == b'\n').expect("a line");
                    self.told = String::from_utf8_lossy(&line[..end]).into_owned();
                }
                self.write(&frames);
            }
            Said::Position(position) => {
                tally.count("stream-position in time");
                self.write_position(&position);
            }
            Said::Reset { topic, reason, position } => {
                self.check_lag(topic, reason, servers, tally);
                tally.count(&format!("lag: {:?}", servers[topic].policy));
                let truth = &servers[topic].truth;
                let pieces: Vec<_> = match servers[topic].policy {
                    LagPolicy::Reset => truth.newest(self.route.wanted),
                    _ => Vec::new(),
                }
                .into_iter()
                .map(|index| Piece::Newest(topic, index))
                .collect();
                tally.check(position.is_none() != pieces.is_empty(), || {
                    format!("a reset at {position:?}, and a snapshot of {}", pieces.len())
                });
                let owes = self.route.snapshot && servers[topic].policy == LagPolicy::Reset;
                let attached = truth.items.len();
                let place = Place { cursor: attached, offset: truth.head(), base: Base::Unknown };
                self.mark(Mark::Topic { of: topic, place, attached });
                self.write_reset(vec![(topic, reason)], position.as_ref().filter(|_| !owes));
                if !pieces.is_empty() {
                    tally.count("snapshot of keys after a lag");
                    self.mark(Mark::Snapshot(pieces));
                }
                if owes {
                    self.owed = Some(Owed { tries: 0, taken: None });
                    self.attached = attached;
                }
                self.at_head = None;
            }
            Said::Lost(topic, reason) => {
                self.check_lag(topic, reason, servers, tally);
                tally.count("lag: Close");
                tally.check(servers[topic].policy == LagPolicy::Close, || "lost under another policy".to_owned());
                self.over = true;
            }
            Said::Kicked => {
                tally.count("kicked");
                self.over = true;
            }
            Said::Ended => {
                self.write_control("stream-end", "event: stream-end\nid: =end\ndata: {}\n\n", Some(&"=end".to_owned()));
                self.over = true;
            }
        }
    }

    /// Nobody lags who trails no further than the live window.
    fn check_lag(&self, topic: usize, reason: ResetReason, servers: &[Server], tally: &mut Tally) {
        tally.check(reason == ResetReason::Lagged, || format!("lost because of {reason}"));
        if let Some(at_head) = &self.at_head
            && let Some(at) = self.route.topics.iter().position(|&of| of == topic)
        {
            tally.check(servers[topic].truth.is_out_of_live(at_head[at]), || {
                format!("lagged from {} on, of {}", at_head[at], servers[topic].truth.items.len())
            });
        }
    }

    /// The application's snapshot is taken, or comes back.
    fn serve_snapshot(&mut self, servers: &[Server], random: &mut Random, tally: &mut Tally) {
        let (Some(owed), Reader::One(reader)) = (&mut self.owed, &mut self.reader) else { return };
        let of = self.route.topics[0];
        let truth = &servers[of].truth;
        let Some(taken) = owed.taken else {
            // Some of them were taken for another client, a while ago.
            let age = if random.once_in(3) { random.below(8) as u64 } else { 0 };
            owed.taken = Some(truth.head().saturating_sub(age));
            return;
        };
        if random.once_in(2) {
            // It is not back yet.
            return;
        }
        let position = truth.position(taken);
        let there = taken >= truth.floor;
        if !reader.seek(position) {
            tally.check(!there, || format!("{position} is kept, and cannot be gone to"));
            owed.tries += 1;
            owed.taken = None;
            tally.count("snapshot retried");
            if owed.tries == 3 {
                self.owed = None;
                tally.count("snapshot given up");
                let position = truth.position(truth.head());
                tally.check(reader.skip_to_head() == position, || format!("the head is {position}"));
                let attached = truth.items.len();
                let place = Place { cursor: attached, offset: truth.head(), base: Base::Unknown };
                self.mark(Mark::Topic { of, place, attached });
                self.write_reset(vec![(of, ResetReason::Evicted)], Some(&position.to_string()));
            }
            return;
        }
        self.owed = None;
        self.at_head = None;
        let sum = truth.sum(taken, self.route.wanted);
        let place = Place { cursor: truth.directly_behind(taken), offset: taken, base: Base::Sum(sum) };
        self.mark(Mark::Topic { of, place, attached: self.attached });
        if sum == 0 {
            tally.count("snapshot of nothing");
            self.mark(Mark::Snapshot(Vec::new()));
            self.write_position(&position.to_string());
            return;
        }
        tally.count("snapshot of the state");
        let first = i64::try_from(random.below(7)).unwrap_or_default();
        let parts = [first, -3, sum - first + 3];
        self.mark(Mark::Snapshot(parts.map(Piece::Part).to_vec()));
        let mut out = String::new();
        for (count, part) in parts.iter().enumerate() {
            write_id(&mut out, (count == 2).then_some(&position.to_string()));
            let _fits = write!(out, "event: part\ndata: {part}\n\n");
        }
        self.write_control("snapshot", &out, Some(&position.to_string()));
    }

    /// The connection was quiet.
    pub(crate) fn keep_alive(&mut self, tally: &mut Tally) {
        if self.over || self.unread() > 0 || self.owed.is_some() {
            return;
        }
        let untold = match &mut self.reader {
            Reader::One(reader) => reader.untold_position().map(|position| position.to_string()),
            Reader::Many(reader) => reader.untold_position().map(|position| position.to_string()),
        };
        if let Some(position) = untold {
            tally.count("stream-position at rest");
            self.write_position(&position);
        } else {
            self.write(b":\n");
        }
    }
}

fn write_id(out: &mut String, id: Option<&(impl AsRef<str> + ?Sized)>) {
    if let Some(id) = id {
        let _fits = writeln!(out, "id: {}", id.as_ref());
    }
}

/// What each topic must say to an id.
fn expected_verdicts(servers: &[Server], route: &Route, id: &str) -> Vec<Verdict> {
    let of_all = |verdict| route.topics.iter().map(|_| verdict).collect();
    if id.is_empty() {
        return of_all(Verdict::Fresh);
    }
    let entries: Option<Vec<Position>> = id.split('.').map(|entry| entry.parse().ok()).collect();
    let Some(entries) = entries.filter(|entries| route.group || entries.len() == 1) else {
        return of_all(Verdict::Reset(ResetReason::Malformed));
    };
    if !route.group {
        return of_all(servers[route.topics[0]].truth.verdict(entries[0]));
    }
    let truths = || route.topics.iter().map(|&topic| &servers[topic].truth);
    let foreign = entries.iter().any(|entry| truths().all(|truth| truth.epoch != entry.epoch()));
    let verdict = |truth: &Truth| match entries.iter().find(|entry| entry.epoch() == truth.epoch) {
        Some(entry) => truth.verdict(*entry),
        None if foreign => Verdict::Reset(ResetReason::UnknownEpoch),
        None => Verdict::Fresh,
    };
    truths().map(verdict).collect()
}
