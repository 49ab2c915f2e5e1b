//! A client as a browser is one: it reads, is cut anywhere, and comes back with the id that it holds.

use std::collections::VecDeque;

use sse_core::history::{Epoch, Position, ResetReason};
use sse_core::{DecodedEvent, Decoder};

use crate::connection::{Base, Connection, Mark, Piece, Place, Route, Server};
use crate::note::{NAMES, Note};
use crate::random::Random;
use crate::tally::Tally;

/// How a client keeps the last event id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Model {
    /// As the standard says: an id counts when its block is complete, with data or without.
    Standard,
    /// As Firefox does: an id in a block without data does not count.
    Firefox,
}

/// Where a client is in a topic.
#[derive(Clone, Copy, Debug, Default)]
struct Here {
    cursor: usize,
    attached: usize,
    sum: Option<i64>,
}

/// What a client knows of a topic by the id that it holds.
#[derive(Clone, Copy, Debug)]
struct Known {
    offset: u64,
    sum: Option<i64>,
}

pub(crate) struct Client {
    number: usize,
    model: Model,
    pub(crate) route: Route,
    /// How much it lets the server write before it has read.
    pub(crate) window: usize,
    /// It reads one time in so many.
    pub(crate) laziness: usize,
    pub(crate) connection: Option<Connection>,
    decoder: Decoder,
    /// The id that it would come back with.
    pub(crate) id: String,
    known: Vec<Option<Known>>,
    here: Vec<Here>,
    /// Resets that it is still to be told of.
    unannounced: Vec<(usize, ResetReason)>,
    /// What comes before all other events.
    snapshot: Option<VecDeque<Piece>>,
    sum: i64,
    is_opened: bool,
    pub(crate) ended: bool,
}

impl Client {
    pub(crate) fn new(number: usize, model: Model, route: Route, topics: usize) -> Self {
        Self {
            number,
            model,
            route,
            window: usize::MAX,
            laziness: 1,
            connection: None,
            decoder: Decoder::new(),
            id: String::new(),
            known: vec![None; topics],
            here: vec![Here::default(); topics],
            unannounced: Vec::new(),
            snapshot: None,
            sum: 0,
            is_opened: false,
            ended: false,
        }
    }

    /// Lets it read one time in `laziness` only, and the server write no more than `window` ahead.
    pub(crate) fn slow(mut self, window: usize, laziness: usize) -> Self {
        (self.window, self.laziness) = (window, laziness);
        self
    }

    pub(crate) fn connect(&mut self, servers: &[Server], tally: &mut Tally) {
        tally.trace(|| format!("client {} comes with {:?}", self.number, self.id));
        self.decoder = Decoder::new().with_last_event_id(self.id.clone().try_into().expect("an id"));
        self.connection = Some(Connection::open(servers, &self.route, &self.id, tally));
        self.unannounced.clear();
        self.snapshot = None;
        self.is_opened = false;
    }

    /// Comes back with an id that it was never given.
    pub(crate) fn forge(&mut self, id: String) {
        self.id = id;
    }

    pub(crate) fn cut(&mut self, tally: &mut Tally) {
        let Some(mut connection) = self.connection.take() else { return };
        let place = connection.cut_in();
        tally.trace(|| format!("client {} is cut in {place}", self.number));
        if self.snapshot.as_ref().is_some_and(|snapshot| !snapshot.is_empty()) {
            tally.count("cut before the end of a snapshot");
        }
        tally.count(match place {
            "stream-open" => "cut in stream-open",
            "stream-reset" => "cut in stream-reset",
            "stream-position" => "cut in stream-position",
            "stream-end" => "cut in stream-end",
            "snapshot" => "cut in a snapshot",
            "an event" => "cut in an event",
            _ => "cut between events",
        });
    }

    /// The server has closed, and everything was read.
    pub(crate) fn is_over(&self) -> bool {
        self.connection.as_ref().is_some_and(|connection| connection.over && connection.unread() == 0)
    }

    /// Reads up to so many bytes.
    pub(crate) fn read(&mut self, count: usize, servers: &[Server], tally: &mut Tally) {
        let Some(connection) = &mut self.connection else { return };
        let (bytes, behind) = connection.take(count);
        let mut input = &bytes[..];
        while let Some(event) = self.decoder.decode(&mut input).expect("within the limits") {
            let place = behind - input.len() as u64;
            while let Some(mark) = self.connection.as_mut().and_then(|connection| connection.mark_before(place)) {
                self.apply(mark, tally);
            }
            let id = match self.model {
                Model::Standard => self.decoder.last_event_id().to_owned(),
                Model::Firefox => event.last_event_id.to_string(),
            };
            tally.trace(|| {
                format!("client {} reads {} {} {id}, {:?}", self.number, event.name, event.data.trim(), self.here)
            });
            self.handle(&event, servers, tally);
            if id != self.id {
                self.hold(id, servers, tally);
            } else if self.snapshot.as_ref().is_some_and(VecDeque::is_empty) {
                // The same id once more: what goes with it may be new.
                self.hold(id, servers, tally);
            }
        }
    }

    fn apply(&mut self, mark: Mark, tally: &mut Tally) {
        tally.trace(|| format!("client {} must see {mark:?}", self.number));
        match mark {
            Mark::Topic { of, place: Place { cursor, offset, base }, attached } => {
                let sum = match (base, self.known[of]) {
                    (Base::Own, Some(known)) if known.offset == offset => known.sum,
                    (Base::Own, known) => {
                        return tally.violation(|| format!("recovered behind {offset}, but it knows {known:?}"));
                    }
                    (Base::Sum(sum), _) => Some(sum),
                    (Base::Unknown, _) => None,
                };
                self.here[of] = Here { cursor, attached, sum };
            }
            Mark::Reset(resets) => {
                tally.resets += 1;
                self.unannounced.extend(resets);
            }
            Mark::Snapshot(pieces) => {
                self.snapshot = Some(pieces.into());
                self.sum = 0;
            }
        }
    }

    fn handle(&mut self, event: &DecodedEvent, servers: &[Server], tally: &mut Tally) {
        let name = event.name.as_str();
        if name == "stream-open" {
            tally.check(!self.is_opened, || "it opens twice".to_owned());
            self.is_opened = true;
            return;
        }
        tally.check(self.is_opened, || format!("{name} before stream-open"));
        if name == "stream-reset" {
            tally.announced += 1;
            let mut reasons = self.unannounced.iter();
            let told = if self.route.group {
                reasons.all(|(topic, reason)| event.data.contains(&format!("\"{topic}\":\"{reason}\"")))
            } else {
                reasons.all(|(_, reason)| event.data == format!("{{\"reason\":\"{reason}\"}}"))
            };
            tally.check(told && !self.unannounced.is_empty(), || {
                format!("{:?} is announced as {}", self.unannounced, event.data)
            });
            self.unannounced.clear();
            return;
        }
        tally.check(self.unannounced.is_empty(), || format!("{name} before {:?} is announced", self.unannounced));
        match name {
            "stream-position" => {}
            "stream-end" => self.end(servers, tally),
            "part" => {
                let part = event.data.parse().ok();
                let piece = self.snapshot.as_mut().and_then(VecDeque::pop_front);
                tally.check(piece == part.map(Piece::Part), || format!("{piece:?} was due instead of {event:?}"));
                self.sum += part.unwrap_or_default();
            }
            _ => self.deliver(event, servers, tally),
        }
    }

    fn deliver(&mut self, event: &DecodedEvent, servers: &[Server], tally: &mut Tally) {
        tally.delivered += 1;
        let Some((topic, index, key, amount)) = Note::parse(&event.data) else {
            return tally.violation(|| format!("{event:?} was never published"));
        };
        if let Some(pieces) = &mut self.snapshot {
            let piece = pieces.pop_front();
            return tally.check(piece == Some(Piece::Newest(topic, index)), || {
                format!("{piece:?} was due instead of {event:?}")
            });
        }
        let truth = &servers[topic].truth;
        let item = truth.items[index];
        tally
            .check(NAMES[item.name] == event.name.as_str() && item.key == key, || format!("{event:?} is not {item:?}"));
        let here = &mut self.here[topic];
        let due = truth.due(here.cursor, here.attached, self.route.wanted);
        if due != Some(index) {
            let is_gap = due.is_some_and(|due| due < index);
            if is_gap {
                tally.gaps += 1;
            } else {
                tally.duplicates += 1;
            }
            tally.violation(|| {
                format!(
                    "{due:?} was due in {topic} instead of {index} {item:?}, {here:?}, {:?} {}",
                    self.route, self.id
                )
            });
        }
        here.cursor = index + 1;
        match item.offset {
            Some(_) => here.sum = here.sum.map(|sum| sum + amount),
            None => tally.count("ephemeral event delivered"),
        }
    }

    /// From now on it would come back with this id.
    fn hold(&mut self, id: String, servers: &[Server], tally: &mut Tally) {
        if let Some(snapshot) = &self.snapshot {
            tally.check(snapshot.is_empty(), || format!("{id} before {snapshot:?}, which it would miss"));
            if self.route.snapshot {
                let sum = self.here[self.route.topics[0]].sum;
                tally.check(sum == Some(self.sum), || format!("the snapshot comes to {} instead of {sum:?}", self.sum));
            }
        }
        self.snapshot = None;
        self.id = id;
        if self.ended {
            return;
        }
        let entries: Vec<Position> = self.id.split('.').filter_map(|entry| entry.parse().ok()).collect();
        for &topic in &self.route.topics {
            let truth = &servers[topic].truth;
            let here = self.here[topic];
            let Some(offset) = entries.iter().find(|entry| entry.epoch() == truth.epoch).map(Position::offset) else {
                tally.violation(|| format!("{} says nothing of {topic}", self.id));
                continue;
            };
            // What is due by the id is what is due by what was delivered.
            let wanted = self.route.wanted;
            let (by_id, by_cursor) = (truth.due_behind(offset, wanted), truth.durable_from(here.cursor, wanted));
            if by_id != by_cursor {
                let is_gap = by_id.is_none_or(|id| by_cursor.is_some_and(|cursor| id > cursor));
                if is_gap {
                    tally.gaps += 1;
                } else {
                    tally.duplicates += 1;
                }
                tally.violation(|| {
                    format!(
                        "behind {} {by_id:?} is due, but {by_cursor:?} was not delivered, {:?}",
                        self.id, self.route
                    )
                });
            }
            if let Some(sum) = here.sum {
                let truth = truth.sum(offset.min(truth.head()), wanted);
                tally.check(sum == truth, || format!("the state at {} is {sum} instead of {truth}", self.id));
            }
            self.known[topic] = Some(Known { offset, sum: here.sum });
        }
        match self.model {
            Model::Standard => tally.count("held as the standard says"),
            Model::Firefox => tally.count("held as Firefox does"),
        }
    }

    fn end(&mut self, servers: &[Server], tally: &mut Tally) {
        self.ended = true;
        tally.count("ended");
        for &topic in &self.route.topics {
            tally.check(servers[topic].truth.closed, || format!("it ends, but {topic} does not"));
        }
        self.check_all(servers, tally);
    }

    /// It has been connected to the end and was left in peace: it must have everything.
    pub(crate) fn check_all(&self, servers: &[Server], tally: &mut Tally) {
        for &topic in &self.route.topics {
            let Here { cursor, attached, .. } = self.here[topic];
            let due = servers[topic].truth.due(cursor, attached, self.route.wanted);
            if due.is_some() {
                tally.gaps += 1;
                tally.violation(|| format!("{due:?} was never delivered in {topic}, {:?} {}", self.route, self.id));
            }
        }
    }

    pub(crate) fn reads_now(&self, random: &mut Random) -> bool {
        random.once_in(self.laziness)
    }
}

/// A place that no log ever reaches.
pub(crate) fn far(epoch: Epoch) -> String {
    Position::new(epoch, u64::MAX / 2).to_string()
}
