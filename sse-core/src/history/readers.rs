//! The readers of a log: where each stands, and whom to wake.

use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::task::Waker;

use super::ResetReason;
use super::counts::ReaderCounts;
use super::cursors::Cursors;

/// A reader's place in the table.
pub(crate) type ReaderKey = u32;

/// Every reader of one log.
#[derive(Debug)]
pub(super) struct Readers {
    slots: Vec<Slot>,
    /// The keys of slots that are not in use.
    vacant: Vec<ReaderKey>,
    /// The keys of those that wait for an event, in the order in which they began to. A key stands in it at most once;
    /// that of a reader that has gone stays until the next wake, and then wakes nobody or its successor for nothing.
    waiting: VecDeque<ReaderKey>,
    pub(super) cursors: Cursors,
    /// Readers that were attached at or before this sequence number are to leave.
    pub(super) dismissed: u64,
    /// Readers that were attached at or before this sequence number have lost their place, and why.
    pub(super) restarted: Option<(u64, ResetReason)>,
    pub(super) counts: ReaderCounts,
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
    pub(super) const fn new() -> Self {
        Self {
            slots: Vec::new(),
            vacant: Vec::new(),
            waiting: VecDeque::new(),
            cursors: Cursors::new(),
            dismissed: 0,
            restarted: None,
            counts: ReaderCounts::NONE,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.slots.len() - self.vacant.len()
    }

    /// Adds a reader before this sequence number. `None` if there are 2^32 − 1 already.
    pub(super) fn insert(&mut self, cursor: u64) -> Option<ReaderKey> {
        let key = if let Some(key) = self.vacant.pop() {
            let slot = &mut self.slots[key as usize];
            slot.state = cursor | slot.state & WAITING;
            key
        } else {
            let key = ReaderKey::try_from(self.slots.len()).ok().filter(|&key| key < ReaderKey::MAX)?;
            self.slots.push(Slot { state: cursor, waker: None });
            key
        };
        self.cursors.arrive(cursor);
        Some(key)
    }

    /// Takes a reader away. Returns its waker, and whether the last of the cursors has moved.
    pub(super) fn remove(&mut self, key: ReaderKey) -> (Option<Waker>, bool) {
        let moved = self.cursors.leave(self.cursor(key));
        let waker = self.slots[key as usize].waker.take();
        self.vacant.push(key);
        (waker, moved)
    }

    pub(super) fn cursor(&self, key: ReaderKey) -> u64 {
        self.slots[key as usize].state & !(LIVE | WAITING)
    }

    /// Moves a reader; one that comes to `live_from` or behind it is live from now on. Returns whether the last of the
    /// cursors has moved.
    pub(super) fn move_to(&mut self, key: ReaderKey, to: u64, live_from: u64) -> bool {
        let slot = &mut self.slots[key as usize];
        let from = slot.state & !(LIVE | WAITING);
        slot.state = to | slot.state & (LIVE | WAITING);
        if to >= live_from {
            slot.state |= LIVE;
        }
        if from == to {
            return false;
        }
        self.cursors.arrive(to);
        self.cursors.leave(from)
    }

    pub(super) fn has_been_live(&self, key: ReaderKey) -> bool {
        self.slots[key as usize].state & LIVE != 0
    }

    pub(super) fn forget_live(&mut self, key: ReaderKey) {
        self.slots[key as usize].state &= !LIVE;
    }

    /// Has the reader woken by the next wake. Returns the waker that it gave before.
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

    /// Hands over the waker of the one that waits longest, if it has not gone; false if nobody waits.
    pub(super) fn wake_one(&mut self, take: impl FnOnce(Waker)) -> bool {
        let Some(key) = self.waiting.pop_front() else { return false };
        let slot = &mut self.slots[key as usize];
        slot.state &= !WAITING;
        if let Some(waker) = slot.waker.take() {
            take(waker);
        }
        true
    }

    /// Gives back the tables of a log that nobody reads any more.
    pub(super) fn forget_if_empty(&mut self) {
        if self.len() == 0 {
            *self = Self { counts: self.counts, ..Self::new() };
        }
    }
}
