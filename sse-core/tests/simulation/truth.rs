//! What was published to one topic, and what may still be resumed.

use std::collections::{BTreeMap, HashMap};

use sse_core::history::{Epoch, Position, ResetReason, Verdict};

use crate::note::{NAMES, Note};

/// The limits of a topic, and as the truth counts them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) keep: (usize, usize, Option<u64>),
    pub(crate) live: (usize, usize),
    pub(crate) max_keys: usize,
}

/// What one event costs a retention besides its bytes, and the snapshot of the newest of each key.
const FRAME: usize = 64;
const KEPT: usize = 128;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Item {
    pub(crate) offset: Option<u64>,
    pub(crate) name: usize,
    pub(crate) key: u64,
    pub(crate) size: usize,
    rest: usize,
    at: u64,
}

/// Which names a client wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wanted(pub(crate) [bool; NAMES.len()]);

impl Wanted {
    pub(crate) const ALL: Self = Self([true; NAMES.len()]);

    pub(crate) const fn has(self, name: usize) -> bool {
        self.0[name]
    }
}

/// A list that is too simple to be wrong.
pub(crate) struct Truth {
    pub(crate) epoch: Epoch,
    pub(crate) limits: Limits,
    pub(crate) items: Vec<Item>,
    /// Where the event with each offset is; the first has offset 1.
    durable: Vec<usize>,
    /// What the amounts behind each offset add up to, for each name.
    sums: Vec<[i64; NAMES.len()]>,
    pub(crate) floor: u64,
    kept_bytes: usize,
    newest: BTreeMap<usize, u64>,
    newest_of: HashMap<u64, usize>,
    newest_bytes: usize,
    /// Where the newest batch begins.
    batch: usize,
    pub(crate) closed: bool,
}

impl Truth {
    pub(crate) fn new(epoch: Epoch, limits: Limits) -> Self {
        Self {
            epoch,
            limits,
            items: Vec::new(),
            durable: Vec::new(),
            sums: vec![[0; NAMES.len()]],
            floor: 0,
            kept_bytes: 0,
            newest: BTreeMap::new(),
            newest_of: HashMap::new(),
            newest_bytes: 0,
            batch: 0,
            closed: false,
        }
    }

    pub(crate) fn head(&self) -> u64 {
        self.durable.len() as u64
    }

    pub(crate) fn position(&self, offset: u64) -> Position {
        Position::new(self.epoch, offset)
    }

    pub(crate) fn append(&mut self, notes: &[Note], durable: bool, now: u64) {
        self.batch = self.items.len();
        for note in notes {
            let rest = note.rest_len();
            let offset = durable.then(|| self.head() + 1);
            let id_line = offset.map_or(0, |offset| format!("id: {}\n", self.position(offset)).len());
            let size = id_line + rest;
            let index = self.items.len();
            self.items.push(Item { offset, name: note.name, key: note.key, size, rest, at: now });
            if durable {
                self.durable.push(index);
                let mut sums = self.sums[self.sums.len() - 1];
                sums[note.name] += note.amount;
                self.sums.push(sums);
                self.kept_bytes += size;
                self.note_newest(index, note.key, rest);
            }
        }
        self.evict(now);
    }

    fn note_newest(&mut self, index: usize, key: u64, rest: usize) {
        if self.limits.max_keys == 0 {
            return;
        }
        if let Some(before) = self.newest_of.insert(key, index) {
            self.newest.remove(&before);
            self.newest_bytes -= KEPT + self.items[before].rest;
        }
        self.newest.insert(index, key);
        self.newest_bytes += KEPT + rest;
        while self.newest.len() > self.limits.max_keys || self.newest_bytes > self.limits.keep.1 {
            let Some((index, key)) = self.newest.pop_first() else { break };
            self.newest_of.remove(&key);
            self.newest_bytes -= KEPT + self.items[index].rest;
        }
    }

    /// The places of the newest event of each key.
    pub(crate) fn newest(&self, wanted: Wanted) -> Vec<usize> {
        self.newest.keys().copied().filter(|&index| wanted.has(self.items[index].name)).collect()
    }

    pub(crate) fn evict(&mut self, now: u64) {
        let (max_events, max_bytes, age) = self.limits.keep;
        while let Some(&index) = self.durable.get(place(self.floor)) {
            let events = self.durable.len() - place(self.floor);
            let too_old = age.is_some_and(|age| self.items[index].at < now.saturating_sub(age));
            if events <= max_events && self.kept_bytes + events * FRAME <= max_bytes && !too_old {
                break;
            }
            self.kept_bytes -= self.items[index].size;
            self.floor += 1;
        }
    }

    /// The verdict on an entry of an id.
    pub(crate) fn verdict(&self, position: Position) -> Verdict {
        if position.epoch() != self.epoch {
            Verdict::Reset(ResetReason::UnknownEpoch)
        } else if position.offset() > self.head() {
            Verdict::Reset(ResetReason::Future)
        } else if position.offset() < self.floor {
            Verdict::Reset(ResetReason::Evicted)
        } else {
            Verdict::Recovered(position)
        }
    }

    /// The state at a position.
    pub(crate) fn sum(&self, offset: u64, wanted: Wanted) -> i64 {
        let sums = self.sums[place(offset)];
        (0..NAMES.len()).filter(|&name| wanted.has(name)).map(|name| sums[name]).sum()
    }

    /// The place of the first durable event behind an offset, or of the next event.
    pub(crate) fn behind(&self, offset: u64) -> usize {
        self.durable.get(place(offset)).copied().unwrap_or(self.items.len())
    }

    /// The place directly behind the durable event with this offset.
    pub(crate) fn directly_behind(&self, offset: u64) -> usize {
        place(offset).checked_sub(1).map_or(0, |last| self.durable[last] + 1)
    }

    /// The place of the first durable event behind an offset that a client wants.
    pub(crate) fn due_behind(&self, offset: u64, wanted: Wanted) -> Option<usize> {
        let behind = self.durable.get(place(offset)..).unwrap_or_default();
        behind.iter().copied().find(|&index| wanted.has(self.items[index].name))
    }

    /// The place of the first durable event from a place on that a client wants.
    pub(crate) fn durable_from(&self, cursor: usize, wanted: Wanted) -> Option<usize> {
        self.due_behind(self.durable.partition_point(|&index| index < cursor) as u64, wanted)
    }

    /// The place of the next event for a client that stands at `cursor` and has been there from `attached` on.
    pub(crate) fn due(&self, cursor: usize, attached: usize, wanted: Wanted) -> Option<usize> {
        let items = self.items.get(cursor..).unwrap_or_default();
        let is_due = |(place, item): (usize, &Item)| {
            wanted.has(item.name) && (item.offset.is_some() || cursor + place >= attached)
        };
        items.iter().enumerate().position(is_due).map(|at| cursor + at)
    }

    /// Whether a reader that had everything before this place trails too far: not for the newest batch.
    pub(crate) fn is_out_of_live(&self, from: usize) -> bool {
        let trailing = self.items.get(from..).unwrap_or_default();
        let bytes: usize = trailing.iter().map(|item| item.size).sum();
        from < self.batch && (trailing.len() > self.limits.live.0 || bytes > self.limits.live.1)
    }
}

pub(crate) fn place(offset: u64) -> usize {
    usize::try_from(offset).unwrap_or(usize::MAX)
}
