//! The readers of a log: where each stands, and whom to wake.

use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::task::Waker;

/// A reader's place in the table.
pub(crate) type ReaderKey = u32;

/// Every reader of one log.
#[derive(Debug, Default)]
pub(super) struct Readers {
    slots: Vec<Slot>,
    /// The keys of slots that are not in use.
    vacant: Vec<ReaderKey>,
    /// The keys of those that wait for an event, in the order in which they began to. A key stands in it at most once;
    /// that of a reader that has gone stays until the next wake, and then wakes nobody or its successor for nothing.
    waiting: VecDeque<ReaderKey>,
}

/// 24 bytes, times 100 000 readers.
#[derive(Debug)]
struct Slot {
    /// The sequence number of the next frame to read, and two flags in the highest bits.
    state: u64,
    waker: Option<Waker>,
}

const _: () = assert!(size_of::<Slot>() <= 24);

/// The reader has once been within the live window, so that it lags when it falls out of it.
const LIVE: u64 = 1 << 63;
/// The key stands in `waiting`.
const WAITING: u64 = 1 << 62;

impl Readers {
    pub(super) fn len(&self) -> usize {
        self.slots.len() - self.vacant.len()
    }

    /// Adds a reader. `None` if there are 2^32 − 1 already.
    pub(super) fn insert(&mut self, cursor: u64) -> Option<ReaderKey> {
        if let Some(key) = self.vacant.pop() {
            let slot = &mut self.slots[key as usize];
            slot.state = cursor | slot.state & WAITING;
            return Some(key);
        }
        let key = ReaderKey::try_from(self.slots.len()).ok().filter(|&key| key < ReaderKey::MAX)?;
        self.slots.push(Slot { state: cursor, waker: None });
        Some(key)
    }

    pub(super) fn remove(&mut self, key: ReaderKey) -> Option<Waker> {
        let waker = self.slots[key as usize].waker.take();
        self.vacant.push(key);
        if self.vacant.len() == self.slots.len() {
            // The last one has gone: an idle log holds no table.
            *self = Self::default();
        }
        waker
    }

    pub(super) fn cursor(&self, key: ReaderKey) -> u64 {
        self.slots[key as usize].state & !(LIVE | WAITING)
    }

    pub(super) fn set_cursor(&mut self, key: ReaderKey, cursor: u64) {
        let slot = &mut self.slots[key as usize];
        slot.state = cursor | slot.state & (LIVE | WAITING);
    }

    pub(super) fn has_been_live(&self, key: ReaderKey) -> bool {
        self.slots[key as usize].state & LIVE != 0
    }

    pub(super) fn set_live(&mut self, key: ReaderKey) {
        self.slots[key as usize].state |= LIVE;
    }

    /// Has the reader woken by the next [`Readers::wake`]. Returns the waker that it gave before.
    pub(super) fn wait(&mut self, key: ReaderKey, waker: &Waker) -> Option<Waker> {
        let slot = &mut self.slots[key as usize];
        let before = match &slot.waker {
            Some(known) if known.will_wake(waker) => None,
            _ => slot.waker.replace(waker.clone()),
        };
        if slot.state & WAITING == 0 {
            slot.state |= WAITING;
            self.waiting.push_back(key);
        }
        before
    }

    pub(super) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Takes the wakers of at most `limit` of those that wait, the longest first, into `batch`; returns how many
    /// places in the line that were.
    pub(super) fn wake(&mut self, limit: usize, batch: &mut Vec<Waker>) -> usize {
        let taken = limit.min(self.waiting.len());
        for key in self.waiting.drain(..taken) {
            let slot = &mut self.slots[key as usize];
            slot.state &= !WAITING;
            batch.extend(slot.waker.take());
        }
        taken
    }
}
