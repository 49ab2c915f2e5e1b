//! The bounded log of encoded frames, and the cursors that read it.
//!
//! Replay is a cursor behind the head, live is a cursor at the head, and both are [`Log::read`]: there is no seam
//! between them at which an event could be lost or doubled.
//!
//! Every frame has a sequence number, which is internal, and its event's name. Durable frames also have an offset, which
//! a client can resume behind. Ephemeral ones have none: a resume skips them, and they are held apart, so that they never
//! push a durable one out. Offsets come from the caller and are only ever compared.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::task::Waker;
use core::time::Duration;

use bytes::Bytes;

use super::readers::{ReaderKey, Readers};
use super::track::{FRAME, Track};
use super::{Epoch, LiveWindow, Position, Retention, Verdict};
use crate::event::EventName;

/// One log.
#[derive(Debug)]
pub(crate) struct Log {
    epoch: Epoch,
    /// The highest offset ever removed from `keep`; a resume must not begin before it.
    floor: u64,
    /// The highest offset there is.
    head: u64,
    keep: Retention,
    live: LiveWindow,

    /// The two kinds of frames, which share one sequence.
    durable: Track,
    ephemeral: Track,
    next_seq: u64,
    /// The sequence number from which on durable frames are within `keep`.
    kept: u64,
    /// The sequence number from which on all frames are within `live`.
    lived: u64,

    readers: Readers,
    /// How many cursors stand where, to know what none of them is behind.
    cursors: BTreeMap<u64, u32>,
    closed: bool,
}

/// A frame to append.
#[derive(Debug)]
pub(crate) struct NewFrame<'a> {
    /// The `id:` line.
    pub(crate) id_line: &'a [u8],
    /// Everything behind it.
    pub(crate) rest: &'a [u8],
    pub(crate) name: EventName,
    /// The offset of a durable frame, above the head; `None` for an ephemeral one.
    pub(crate) offset: Option<u64>,
    pub(crate) at: Duration,
}

/// What became of an append.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Appended {
    Done,
    /// The offset is not above the head; nothing was appended.
    NotIncreasing,
    /// The log is closed; nothing was appended.
    Closed,
}

/// What a reader gets.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Read {
    /// The next frames, whole.
    Frames(Bytes),
    /// The reader is at the head.
    Pending,
    /// An event that the reader had still to read is no longer there for it.
    Lagged,
    /// The log is closed and the reader has read it all.
    Ended,
}

impl Log {
    pub(crate) fn new(epoch: Epoch, keep: Retention, live: LiveWindow) -> Self {
        Self {
            epoch,
            floor: 0,
            head: 0,
            keep,
            live,
            durable: Track::default(),
            ephemeral: Track::default(),
            next_seq: 0,
            kept: 0,
            lived: 0,
            readers: Readers::default(),
            cursors: BTreeMap::new(),
            closed: false,
        }
    }

    /// The position behind the newest durable event.
    pub(crate) fn position(&self) -> Position {
        Position::new(self.epoch, self.head)
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.closed
    }

    pub(crate) fn reader_count(&self) -> usize {
        self.readers.len()
    }

    pub(crate) fn verdict(&self, last_event_id: Option<&[u8]>) -> Verdict {
        Verdict::on(last_event_id, self.epoch, self.floor, self.head)
    }

    /// Appends frames as one batch: readers see all of them or none.
    pub(crate) fn append(&mut self, batch: &[NewFrame<'_>]) -> Appended {
        if self.closed {
            return Appended::Closed;
        }
        let mut head = self.head;
        for offset in batch.iter().filter_map(|frame| frame.offset) {
            if offset <= head {
                return Appended::NotIncreasing;
            }
            head = offset;
        }
        let batch_start = self.next_seq;
        let mut now = Duration::ZERO;
        for frame in batch {
            now = frame.at;
            let track = if frame.offset.is_some() { &mut self.durable } else { &mut self.ephemeral };
            let offset = frame.offset.unwrap_or(self.head);
            track.push(self.next_seq, offset, millis(frame.at), frame.name.clone(), [frame.id_line, frame.rest]);
            self.head = offset;
            self.next_seq += 1;
        }
        self.narrow_live(batch_start);
        self.evict(now);
        Appended::Done
    }

    /// Refuses further frames. Readers read what is there and then end.
    pub(crate) fn close(&mut self) {
        self.closed = true;
    }

    /// Lets go of what is too old at `now`, or too much.
    pub(crate) fn evict(&mut self, now: Duration) {
        let oldest = self.keep.age.map_or(0, |age| millis(now).saturating_sub(millis(age)));
        while let Some(frame) = self.durable.from(self.kept) {
            let (events, bytes) = self.durable.size_from(self.kept);
            let cost = bytes.saturating_add(events.saturating_mul(FRAME));
            if events <= self.keep.events && cost <= self.keep.bytes && frame.at >= oldest {
                break;
            }
            self.floor = frame.offset;
            self.kept = frame.seq + 1;
        }
        self.free();
    }

    /// Moves the start of the live window up, but not past the newest batch.
    fn narrow_live(&mut self, batch_start: u64) {
        // What was freed counts neither as an event nor as bytes.
        let oldest = self.durable.front().into_iter().chain(self.ephemeral.front()).map(|frame| frame.seq).min();
        self.lived = self.lived.max(oldest.unwrap_or(batch_start));
        while self.lived < batch_start {
            let (durable, ephemeral) = (self.durable.size_from(self.lived), self.ephemeral.size_from(self.lived));
            if durable.0 + ephemeral.0 <= self.live.events && durable.1 + ephemeral.1 <= self.live.bytes {
                break;
            }
            self.lived += 1;
        }
    }

    /// Frees the frames outside `keep` that no cursor is behind, or that are outside `live` too. Ephemeral ones are
    /// never within `keep`.
    fn free(&mut self) {
        let (kept, lived) = (self.kept, self.lived);
        let needed = self.cursors.first_key_value().map_or(self.next_seq, |(&seq, _)| seq);
        self.durable.free_while(|seq| seq < kept && (seq < needed || seq < lived));
        self.ephemeral.free_while(|seq| seq < needed || seq < lived);
    }

    /// The bytes that are held for frames, by what was allocated for them.
    #[cfg(test)]
    pub(crate) fn allocated(&self) -> usize {
        self.durable.allocated() + self.ephemeral.allocated()
    }

    /// Adds a reader at the head. `None` if there are as many as there can be.
    pub(crate) fn read_from_head(&mut self) -> Option<ReaderKey> {
        self.add_reader(self.next_seq)
    }

    /// Adds a reader at the oldest event that a resume may use.
    pub(crate) fn read_from_oldest(&mut self) -> Option<ReaderKey> {
        self.add_reader(self.kept)
    }

    /// Adds a reader behind this offset, which is not below the floor.
    pub(crate) fn read_behind(&mut self, offset: u64) -> Option<ReaderKey> {
        self.add_reader(self.durable.behind(offset).unwrap_or(self.next_seq))
    }

    fn add_reader(&mut self, seq: u64) -> Option<ReaderKey> {
        let key = self.readers.insert(seq)?;
        self.arrive(key, seq);
        Some(key)
    }

    /// Takes a reader away, and what was held only for it. Returns its waker, which is to be dropped outside the lock:
    /// dropping it may run code of the executor's.
    pub(crate) fn remove_reader(&mut self, key: ReaderKey) -> Option<Waker> {
        self.leave(self.readers.cursor(key));
        let waker = self.readers.remove(key);
        self.free();
        waker
    }

    /// The position just before the next event that this reader gets.
    pub(crate) fn reader_position(&self, key: ReaderKey) -> Position {
        Position::new(self.epoch, self.durable.offset_before(self.readers.cursor(key)))
    }

    /// Notes that a reader's cursor stands before `seq`.
    fn arrive(&mut self, key: ReaderKey, seq: u64) {
        *self.cursors.entry(seq).or_insert(0) += 1;
        if seq >= self.lived {
            self.readers.set_live(key);
        }
    }

    /// Notes that a cursor stands before `seq` no more.
    fn leave(&mut self, seq: u64) {
        if let Some(count) = self.cursors.get_mut(&seq) {
            *count -= 1;
            if *count == 0 {
                self.cursors.remove(&seq);
            }
        }
    }

    /// Hands the reader the frames between its cursor and the head, at most 64 KiB of them or one larger, and moves the
    /// cursor behind them. A reader that gets [`Read::Pending`] may [`Log::wait`].
    ///
    /// Ephemeral frames before the sequence number `attached` are skipped: they are not replayed.
    pub(crate) fn read(&mut self, key: ReaderKey, attached: u64) -> Read {
        let cursor = self.readers.cursor(key);
        let ephemeral_cursor = cursor.max(attached);
        let fell_behind = cursor < self.lived && self.readers.has_been_live(key);
        if fell_behind || self.durable.has_lost(cursor) || self.ephemeral.has_lost(ephemeral_cursor) {
            return Read::Lagged;
        }
        let durable = self.durable.from(cursor).map_or(u64::MAX, |frame| frame.seq);
        let ephemeral = self.ephemeral.from(ephemeral_cursor).map_or(u64::MAX, |frame| frame.seq);
        if durable == ephemeral {
            // Neither has any: a sequence number is one frame's.
            self.move_cursor(key, cursor, self.next_seq);
            return if self.closed { Read::Ended } else { Read::Pending };
        }
        let (frames, behind) = if durable < ephemeral {
            self.durable.read(durable, ephemeral)
        } else {
            self.ephemeral.read(ephemeral, durable)
        };
        self.move_cursor(key, cursor, behind);
        Read::Frames(frames)
    }

    fn move_cursor(&mut self, key: ReaderKey, from: u64, to: u64) {
        if from != to {
            self.arrive(key, to);
            self.leave(from);
            self.readers.set_cursor(key, to);
            self.free();
        }
    }

    /// The sequence number of the next frame, from which on a reader that attaches now gets ephemeral frames too.
    pub(crate) fn attach_point(&self) -> u64 {
        self.next_seq
    }

    /// Has the reader woken by the next append. Returns the waker that it gave before, to be dropped outside the lock.
    pub(crate) fn wait(&mut self, key: ReaderKey, waker: &Waker) -> Option<Waker> {
        self.readers.wait(key, waker)
    }

    pub(crate) fn waiting(&self) -> usize {
        self.readers.waiting()
    }

    /// See [`Readers::wake`].
    pub(crate) fn wake(&mut self, limit: usize, batch: &mut Vec<Waker>) -> usize {
        self.readers.wake(limit, batch)
    }
}

/// Whole milliseconds; more than a `u64` holds is its maximum.
fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::super::ResetReason;
    use super::*;
    use alloc::format;

    fn frame(offset: Option<u64>) -> NewFrame<'static> {
        NewFrame { id_line: b"id\n", rest: b"data: x\n\n", name: EventName::MESSAGE, offset, at: Duration::ZERO }
    }

    /// As a remote log gives them: with gaps, which mean nothing.
    #[test]
    fn offsets_may_be_sparse_but_must_increase() {
        let epoch = Epoch::from_entropy([1, 2]);
        let mut log = Log::new(epoch, Retention::events(2), LiveWindow::default());
        assert_eq!(log.append(&[frame(Some(10)), frame(None), frame(Some(1_000))]), Appended::Done);
        for refused in [0, 10, 1_000] {
            assert_eq!(log.append(&[frame(Some(refused))]), Appended::NotIncreasing);
        }
        // All of a batch or nothing.
        assert_eq!(log.append(&[frame(Some(2_000)), frame(Some(2_000))]), Appended::NotIncreasing);
        assert_eq!(log.position(), Position::new(epoch, 1_000));

        let verdict = |log: &Log, offset| log.verdict(Some(format!("{epoch}-{offset}").as_bytes()));
        assert_eq!(verdict(&log, 500), Verdict::Recovered(Position::new(epoch, 500)));
        let key = log.read_behind(500).unwrap();
        assert_eq!(log.reader_position(key), Position::new(epoch, 10));
        assert_eq!(log.read(key, log.attach_point()), Read::Frames("id\ndata: x\n\n".into()));
        assert_eq!(log.read(key, log.attach_point()), Read::Pending);

        assert_eq!(log.append(&[frame(Some(u64::MAX))]), Appended::Done);
        assert_eq!(verdict(&log, 9), Verdict::Reset(ResetReason::Evicted));
        assert_eq!(verdict(&log, 10), Verdict::Recovered(Position::new(epoch, 10)));
    }
}
