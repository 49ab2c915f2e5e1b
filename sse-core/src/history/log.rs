//! The bounded log of encoded frames, and the cursors that read it.
//!
//! Replay is a cursor behind the head, live is a cursor at the head, and both are [`Log::read`]: there is no seam
//! between them at which an event could be lost or doubled.
//!
//! Every frame has a sequence number, which is internal, and its event's name. Durable frames also have an offset, which
//! a client can resume behind; ephemeral ones have none, and a resume skips them. Offsets come from the caller and are
//! only ever compared.

use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::task::Waker;
use core::time::Duration;

use bytes::Bytes;

use super::readers::{ReaderKey, Readers};
use super::segments::{SEGMENT, Segments};
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

    /// The frames that are still there, oldest first; the first has the sequence number `first`.
    frames: VecDeque<Frame>,
    first: u64,
    /// The highest offset before the first frame.
    before_first: u64,
    segments: Segments,

    /// The sequence number of the oldest frame within `keep`, and how many durable ones there are from it on.
    kept: u64,
    kept_durable: usize,
    /// The sequence number of the oldest frame within `live`.
    lived: u64,

    readers: Readers,
    /// How many cursors stand at the head.
    at_head: u32,
    closed: bool,
}

/// What is known of a frame besides its bytes.
#[derive(Debug)]
struct Frame {
    /// Where its bytes begin.
    start: u64,
    /// The highest offset up to and including this frame.
    offset: u64,
    /// Its event's name, for readers that want only some.
    #[expect(dead_code, reason = "every frame has its name from the start; subscriptions by name read it")]
    name: EventName,
    /// When it was appended.
    at: Duration,
    /// How many cursors stand before it.
    readers: u32,
    /// The length of its `id:` line, behind which all connections share it.
    #[expect(dead_code, reason = "connections with ids of their own share what is behind it")]
    id_len: u8,
    durable: bool,
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
            frames: VecDeque::new(),
            first: 0,
            before_first: 0,
            segments: Segments::default(),
            kept: 0,
            kept_durable: 0,
            lived: 0,
            readers: Readers::default(),
            at_head: 0,
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
        let batch_start = self.next_seq();
        let mut now = Duration::ZERO;
        for frame in batch {
            now = frame.at;
            self.head = frame.offset.unwrap_or(self.head);
            self.kept_durable += usize::from(frame.offset.is_some());
            self.frames.push_back(Frame {
                start: self.segments.end(),
                offset: self.head,
                name: frame.name.clone(),
                at: frame.at,
                readers: core::mem::take(&mut self.at_head),
                // An `id:` line of ours is at most 64 bytes, the field's name and the line end.
                id_len: u8::try_from(frame.id_line.len()).unwrap_or(u8::MAX),
                durable: frame.offset.is_some(),
            });
            self.segments.append([frame.id_line, frame.rest]);
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
        let oldest = self.keep.age.map(|age| now.saturating_sub(age));
        while let Some(frame) = self.frame(self.kept) {
            let bytes = self.segments.end() - frame.start;
            let too_old = oldest.is_some_and(|oldest| frame.at < oldest);
            if self.kept_durable <= self.keep.events && bytes <= self.keep.bytes as u64 && !too_old {
                break;
            }
            if frame.durable {
                self.floor = frame.offset;
                self.kept_durable -= 1;
            }
            self.kept += 1;
        }
        self.free();
    }

    /// Moves the start of the live window up, but not past the newest batch.
    fn narrow_live(&mut self, batch_start: u64) {
        // What was freed counts neither as an event nor as bytes.
        self.lived = self.lived.max(self.first);
        while self.lived < batch_start {
            let bytes = self.frame(self.lived).map_or(0, |frame| self.segments.end() - frame.start);
            let events = self.next_seq() - self.lived;
            if events <= self.live.events as u64 && bytes <= self.live.bytes as u64 {
                break;
            }
            self.lived += 1;
        }
    }

    /// Frees the frames outside `keep` that no cursor is behind, or that are outside `live` too.
    fn free(&mut self) {
        let first = self.first;
        while self.first < self.kept {
            match self.frames.front() {
                Some(frame) if frame.readers == 0 || self.first < self.lived => {
                    self.before_first = frame.offset;
                    self.frames.pop_front();
                    self.first += 1;
                }
                _ => break,
            }
        }
        if self.first > first {
            self.segments.free_before(self.start_of(self.first));
            if self.frames.is_empty() {
                self.frames.shrink_to(32);
            }
        }
    }

    /// The bytes that are held for frames, by what was allocated for them.
    #[cfg(test)]
    pub(crate) fn allocated(&self) -> usize {
        self.segments.allocated() + self.frames.capacity() * size_of::<Frame>()
    }

    fn next_seq(&self) -> u64 {
        self.first + self.frames.len() as u64
    }

    fn frame(&self, seq: u64) -> Option<&Frame> {
        self.frames.get(usize::try_from(seq.checked_sub(self.first)?).ok()?)
    }

    /// Where the bytes of the frame with this sequence number begin; the end if there is none yet.
    fn start_of(&self, seq: u64) -> u64 {
        match self.frame(seq) {
            Some(frame) => frame.start,
            None => self.segments.end(),
        }
    }

    /// The position just before the frame with this sequence number.
    fn position_before(&self, seq: u64) -> Position {
        let offset = match seq.checked_sub(1) {
            Some(before) if before >= self.first => self.frame(before).map_or(self.head, |frame| frame.offset),
            _ => self.before_first,
        };
        Position::new(self.epoch, offset)
    }

    /// Adds a reader at the head. `None` if there are 2^32 already.
    pub(crate) fn read_from_head(&mut self) -> Option<ReaderKey> {
        self.add_reader(self.next_seq())
    }

    /// Adds a reader at the oldest event that a resume may use.
    pub(crate) fn read_from_oldest(&mut self) -> Option<ReaderKey> {
        self.add_reader(self.kept)
    }

    /// Adds a reader behind this offset, which is not below the floor.
    pub(crate) fn read_behind(&mut self, offset: u64) -> Option<ReaderKey> {
        let behind = self.frames.partition_point(|frame| frame.offset <= offset);
        self.add_reader(self.first + behind as u64)
    }

    fn add_reader(&mut self, seq: u64) -> Option<ReaderKey> {
        let key = self.readers.insert(seq)?;
        self.count_at(seq, 1);
        Some(key)
    }

    /// Takes a reader away, and what was held only for it. Returns its waker, which is to be dropped outside the lock:
    /// dropping it may run code of the executor's.
    pub(crate) fn remove_reader(&mut self, key: ReaderKey) -> Option<Waker> {
        self.count_at(self.readers.cursor(key), -1);
        let waker = self.readers.remove(key);
        self.free();
        waker
    }

    /// The position just before the next event that this reader gets.
    pub(crate) fn reader_position(&self, key: ReaderKey) -> Position {
        self.position_before(self.readers.cursor(key).max(self.first))
    }

    /// Notes that a cursor came to stand before `seq`, or went away.
    fn count_at(&mut self, seq: u64, change: i32) {
        let Some(index) = seq.checked_sub(self.first) else {
            return; // The frame was freed, and its count with it.
        };
        let count = match usize::try_from(index).ok().and_then(|index| self.frames.get_mut(index)) {
            Some(frame) => &mut frame.readers,
            None => &mut self.at_head,
        };
        *count = count.saturating_add_signed(change);
    }

    /// Hands the reader the frames between its cursor and the head, at most 64 KiB of them or one larger, and moves the
    /// cursor behind them. A reader that gets [`Read::Pending`] may [`Log::wait`].
    ///
    /// Ephemeral frames before the sequence number `attached` are skipped: they are not replayed.
    pub(crate) fn read(&mut self, key: ReaderKey, attached: u64) -> Read {
        let cursor = self.readers.cursor(key);
        if cursor >= self.lived {
            self.readers.set_live(key);
        }
        if cursor < self.first || cursor < self.lived && self.readers.has_been_live(key) {
            return Read::Lagged;
        }
        let from = self.skip_ephemeral(cursor, attached);
        let Some(start) = self.frame(from).map(|frame| frame.start) else {
            self.move_cursor(key, cursor, from);
            return if self.closed { Read::Ended } else { Read::Pending };
        };
        let piece = self.segments.read(start);
        let to = self.end_of_read(from, start + piece.len() as u64, attached);
        let end = self.start_of(to);
        self.move_cursor(key, cursor, to);
        let len = usize::try_from(end - start).unwrap_or(usize::MAX).min(piece.len());
        Read::Frames(piece.slice(..len))
    }

    /// The first frame from `seq` on that is not an ephemeral one from before the reader attached.
    fn skip_ephemeral(&self, mut seq: u64, attached: u64) -> u64 {
        while seq < attached && self.frame(seq).is_some_and(|frame| !frame.durable) {
            seq += 1;
        }
        seq
    }

    /// The frame before which a read that begins at `from` ends: where the piece ends, where 64 KiB are full, or where
    /// a frame must be skipped.
    fn end_of_read(&self, from: u64, piece_end: u64, attached: u64) -> u64 {
        let limit = piece_end.min(self.start_of(from) + SEGMENT as u64);
        // A frame ends where the next one starts. The first is read whatever its size.
        let (mut end, mut high) = (from + 1, self.next_seq());
        while end < high {
            let middle = end.midpoint(high);
            if self.start_of(middle + 1) <= limit {
                end = middle + 1;
            } else {
                high = middle;
            }
        }
        (from..end.min(attached)).find(|&seq| self.frame(seq).is_some_and(|frame| !frame.durable)).unwrap_or(end)
    }

    fn move_cursor(&mut self, key: ReaderKey, from: u64, to: u64) {
        if from != to {
            self.count_at(from, -1);
            self.count_at(to, 1);
            self.readers.set_cursor(key, to);
            self.free();
        }
    }

    /// The sequence number of the next frame, from which on a reader that attaches now gets ephemeral frames too.
    pub(crate) fn attach_point(&self) -> u64 {
        self.next_seq()
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
