//! The remote log as it really is: a tree, because what was lost is replaced.

use std::collections::{HashMap, HashSet};

use sse_core::history::{Epoch, Position, ResetReason};
use sse_core::laws::run;
use sse_core::relay::{MemoryRelay, PageLimit, Relay as _, RemoteState, Wait};

use crate::event::parse;

pub(crate) const LOG: &str = "numbers";

/// An event that the log has, or had, or the beginning of an epoch.
#[derive(Debug)]
pub(crate) struct Fact {
    pub(crate) position: Position,
    /// The value and the attempt; `None` for a beginning, and for an end.
    pub(crate) number: Option<(u64, u64)>,
    pub(crate) parent: Option<usize>,
    /// It was acknowledged, or could have been, and was gone afterwards.
    pub(crate) lost: bool,
}

pub(crate) struct Truth {
    pub(crate) remote: MemoryRelay,
    facts: Vec<Fact>,
    places: HashMap<Position, Vec<usize>>,
    head: usize,
    /// What was once the newest event that was trimmed.
    trimmed: HashSet<usize>,
    seen: (usize, u64),
}

/// Which events a client wants: all, or only those with even numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wants {
    All,
    Even,
}

/// What a node takes for the event before, where that is not as it was: see [`Excuse::Trimmed`].
pub(crate) type Seams = HashMap<usize, Vec<usize>>;

/// Why something is not delivered and nobody is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Excuse {
    /// An event was lost and its offset was given to another. The client had read one of them, and has just come to a
    /// node that has only the other.
    Window,
    /// The reader had read an event that was lost, and which one had its offset since could not be seen: that one had
    /// been trimmed, and nothing behind it had.
    Trimmed,
}

impl Truth {
    pub(crate) fn new(remote: MemoryRelay) -> Self {
        let mut truth =
            Self { remote, facts: Vec::new(), places: HashMap::new(), head: 0, trimmed: HashSet::new(), seen: (0, 0) };
        let epoch = truth.state().epoch;
        truth.head = truth.add(Position::new(epoch, 0), None, None);
        truth
    }

    pub(crate) fn state(&self) -> RemoteState {
        run(self.remote.state(LOG)).unwrap().unwrap()
    }

    pub(crate) fn head(&self) -> usize {
        self.head
    }

    pub(crate) fn fact(&self, index: usize) -> &Fact {
        &self.facts[index]
    }

    pub(crate) fn epochs(&self) -> usize {
        self.facts.iter().filter(|fact| fact.parent.is_none()).count()
    }

    fn newest_epoch(&self) -> Option<Epoch> {
        self.facts.iter().rev().find(|fact| fact.parent.is_none()).map(|fact| fact.position.epoch())
    }

    fn add(&mut self, position: Position, number: Option<(u64, u64)>, parent: Option<usize>) -> usize {
        self.facts.push(Fact { position, number, parent, lost: false });
        let index = self.facts.len() - 1;
        self.places.entry(position).or_default().push(index);
        index
    }

    /// Takes note of what has happened to the remote log.
    pub(crate) fn observe(&mut self) {
        let state = self.state();
        if state.epoch != self.facts[self.head].position.epoch() {
            self.head = self.add(Position::new(state.epoch, 0), None, None);
        }
        while self.facts[self.head].position != state.head_position() {
            let after = self.facts[self.head].position;
            let page = run(self.remote.read(LOG, after, PageLimit::default(), Wait::No)).unwrap().unwrap();
            assert!(page.state.floor <= after.offset() && !page.events.is_empty(), "observed too late");
            for event in page.events {
                let data = std::str::from_utf8(&event.event.frame).unwrap().split_once("data: ");
                let number = data.and_then(|(_, data)| parse(data));
                self.head = self.add(Position::new(state.epoch, event.offset), number, Some(self.head));
            }
        }
        if self.seen != (self.head, state.floor) {
            self.seen = (self.head, state.floor);
            let floor = self.path(self.head).find(|&index| self.facts[index].position == state.floor_position());
            self.trimmed.extend(floor);
        }
    }

    /// The remote log has been set back to this event.
    pub(crate) fn set_back_to(&mut self, head: usize) -> usize {
        let kept: HashSet<usize> = self.path(head).collect();
        let epoch = self.facts[head].position.epoch();
        let gone: HashSet<usize> = self.path(self.head).filter(|index| !kept.contains(index)).collect();
        for (index, fact) in self.facts.iter_mut().enumerate() {
            // Of an epoch that is back, what came after is lost too.
            let is_of_it = fact.position.epoch() == epoch && !kept.contains(&index);
            fact.lost |= is_of_it || gone.contains(&index);
        }
        self.head = head;
        self.observe();
        gone.len()
    }

    /// The remote log has lost its newest events.
    pub(crate) fn set_back(&mut self) -> usize {
        let head = self.state().head_position();
        let to = self.path(self.head).find(|&index| self.facts[index].position == head).unwrap();
        self.set_back_to(to)
    }

    /// From an event back to the beginning of its epoch.
    pub(crate) fn path(&self, from: usize) -> impl Iterator<Item = usize> + '_ {
        std::iter::successors(Some(from), |&index| self.facts[index].parent)
    }

    /// What there ever was at a position.
    pub(crate) fn at(&self, position: Position) -> Vec<usize> {
        self.places.get(&position).cloned().unwrap_or_default()
    }

    fn is_wanted(&self, index: usize, wants: Wants) -> bool {
        self.facts[index].number.is_some_and(|(value, _)| wants == Wants::All || value.is_multiple_of(2))
    }

    /// Whether somebody who has read up to one of `last` has read everything that he wants up to `index`.
    pub(crate) fn has_read(&self, index: usize, last: &[usize], wants: Wants, seams: &Seams) -> bool {
        self.passed(vec![index], wants, seams, |passed| last.contains(&passed).then_some(())).is_some()
    }

    /// Whether this event is the next one for somebody who has read up to one of `last`.
    pub(crate) fn is_next(&self, index: usize, last: &[usize], wants: Wants, seams: &Seams) -> bool {
        let before = self.before(index, seams);
        self.passed(before, wants, seams, |passed| last.contains(&passed).then_some(())).is_some()
    }

    /// What comes before an event: as it was, and as the node has it.
    pub(crate) fn before(&self, index: usize, seams: &Seams) -> Vec<usize> {
        let seam = seams.get(&index).into_iter().flatten().copied();
        self.facts[index].parent.into_iter().chain(seam).collect()
    }

    /// Goes back from somewhere, up to what is looked for, but not past what is wanted.
    fn passed<T>(
        &self,
        mut from: Vec<usize>,
        wants: Wants,
        seams: &Seams,
        look: impl Fn(usize) -> Option<T>,
    ) -> Option<T> {
        while let Some(passed) = from.pop() {
            if let Some(found) = look(passed) {
                return Some(found);
            }
            if !self.is_wanted(passed, wants) {
                from.extend(self.before(passed, seams));
            }
        }
        None
    }

    /// Whether there is a reason for somebody who has read up to one of `last` to start over.
    pub(crate) fn may_reset(&self, position: Position, last: &[usize], reason: ResetReason) -> bool {
        let is_lost = last.iter().any(|&last| self.facts[last].lost);
        match reason {
            ResetReason::Evicted => self.trimmed.iter().any(|&trimmed| {
                let trimmed = self.facts[trimmed].position;
                trimmed.epoch() == position.epoch() && trimmed.offset() > position.offset()
            }),
            // It may be back, and will be left again.
            ResetReason::UnknownEpoch => is_lost || Some(position.epoch()) != self.newest_epoch(),
            ResetReason::Future => is_lost,
            _ => false,
        }
    }

    /// Why it may be that somebody who has read up to one of `last` is given what comes behind one of `before`. `fed`
    /// is what the node had read, if he has only just come to it.
    pub(crate) fn excuse(
        &self,
        before: Vec<usize>,
        last: &[usize],
        wants: Wants,
        seams: &Seams,
        fed: Option<&HashSet<usize>>,
    ) -> Option<Excuse> {
        let place = self.facts[*last.first()?].position;
        let has_read_lost = last.iter().all(|&last| self.facts[last].lost);
        let has_just_come = fed.is_some_and(|fed| !last.iter().any(|last| fed.contains(last)));
        self.passed(before, wants, seams, |passed| {
            if self.facts[passed].position != place {
                return None;
            }
            if has_just_come && (has_read_lost || self.facts[passed].lost) {
                return Some(Excuse::Window);
            }
            (has_read_lost && self.trimmed.contains(&passed)).then_some(Excuse::Trimmed)
        })
    }
}
