//! The cursors of a log.
//!
//! Replay is a cursor behind the head, live is a cursor at the head, and both are [`Log::read`]: there is no seam
//! between them at which an event could be lost or doubled.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::task::Waker;

use bytes::Bytes;

use super::counts::ReaderCounts;
use super::log::Log;
use super::readers::{ReaderKey, Readers};
use super::segments::SEGMENT;
use super::track::Track;
use super::{Position, ResetReason, Verdict};
use crate::event::EventName;

/// Where a cursor begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Begin {
    /// Before the next event.
    Head,
    /// Before so many of the newest events that a resume may use.
    Newest(u64),
    /// Behind this offset, which is not below the floor.
    Behind(u64),
}

/// What a reader gets.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Read {
    /// The next frames, whole.
    Frames(Bytes),
    /// The reader is at the head.
    Pending,
    /// An event that the reader had still to read is no longer there for it.
    Lost(ResetReason),
    /// The reader looked at many frames and wanted none of them: it is to come again, and to let go of the lock before.
    More,
    /// The reader was told to leave.
    Dismissed,
    /// The log is closed and the reader has read it all.
    Ended,
}

/// How many frames [`Log::read_each`] looks at before it stops.
const LOOK: usize = 4_096;

/// What a reader gets that looks at each frame.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EachFrame<'a> {
    /// Of a durable frame.
    pub(crate) offset: Option<u64>,
    pub(crate) id_line: &'a [u8],
    pub(crate) rest: &'a [u8],
}

impl Log {
    pub(crate) fn reader_count(&self) -> usize {
        self.readers.as_ref().map_or(0, |readers| readers.len())
    }

    /// Adds a reader. `None` if there are as many as there can be.
    pub(crate) fn add_reader(&mut self, begin: Begin) -> Option<ReaderKey> {
        let seq = self.seq_of(begin);
        let lived = self.lived;
        let readers = self.readers.get_or_insert_with(|| Box::new(Readers::new()));
        let key = readers.insert(seq)?;
        readers.move_to(key, seq, lived);
        Some(key)
    }

    fn seq_of(&self, begin: Begin) -> u64 {
        let index = match begin {
            Begin::Head => return self.next_seq,
            Begin::Newest(count) => {
                let back = usize::try_from(count).unwrap_or(usize::MAX);
                self.durable.len().saturating_sub(back).max(self.durable.index_of(self.kept))
            }
            Begin::Behind(offset) => self.durable.behind(offset),
        };
        self.durable.get(index).map_or(self.next_seq, |frame| frame.seq)
    }

    /// Takes a reader away, and what was held only for it. Returns its waker, which is to be dropped outside the lock:
    /// dropping it may run code of the executor's.
    pub(crate) fn remove_reader(&mut self, key: ReaderKey) -> Option<Waker> {
        let readers = self.readers.as_mut()?;
        let (waker, moved) = readers.remove(key);
        readers.forget_if_empty();
        if moved {
            self.free();
        }
        waker
    }

    fn readers(&self) -> &Readers {
        static NOBODY: Readers = Readers::new();
        self.readers.as_deref().unwrap_or(&NOBODY)
    }

    /// The position just before the next event that this reader gets.
    pub(crate) fn reader_position(&self, key: ReaderKey) -> Position {
        Position::new(self.epoch, self.durable.offset_before(self.readers().cursor(key)))
    }

    /// Moves a reader to behind a position, if everything from there on is still there for it. Returns the sequence
    /// number from which on it has not read ephemeral frames.
    pub(crate) fn seek(&mut self, key: ReaderKey, to: Position) -> Option<u64> {
        let cursor = self.readers().cursor(key);
        let at = self.reader_position(key).offset();
        let is_lost = self.lost(key).is_some();
        // What lies behind the floor is there for a resume; what lies behind the cursor is held for this reader.
        let is_there = to.offset() >= self.floor().offset() || (to.offset() >= at && !is_lost);
        if to.epoch() != self.epoch || to.offset() > self.head || !is_there {
            return None;
        }
        // Directly behind it, because ephemeral frames may follow.
        let last = self.durable.behind(to.offset()).checked_sub(1).and_then(|last| self.durable.get(last));
        let behind = last.map(|last| last.seq + 1);
        let target = if to.offset() >= at && !is_lost {
            behind.map_or(cursor, |behind| cursor.max(behind))
        } else {
            // What is not there any more is the floor.
            behind.unwrap_or(self.kept)
        };
        if let Some(readers) = &mut self.readers {
            // Who goes back is catching up.
            readers.forget_live(key);
        }
        self.move_reader(key, target);
        Some(cursor)
    }

    /// Moves a reader to before the next event, as if it came now.
    pub(crate) fn move_to_head(&mut self, key: ReaderKey) {
        self.move_reader(key, self.next_seq);
    }

    /// Moves a reader to before the oldest event that a resume may use, if what it stood before is gone.
    pub(crate) fn move_to_floor(&mut self, key: ReaderKey) {
        if let Some(readers) = &mut self.readers {
            readers.forget_live(key);
        }
        self.move_reader(key, self.seq_of(Begin::Newest(u64::MAX)));
    }

    fn move_reader(&mut self, key: ReaderKey, to: u64) {
        let lived = self.lived;
        if self.readers.as_mut().is_some_and(|readers| readers.move_to(key, to, lived)) {
            self.free();
        }
    }

    /// Whether the reader trails too far.
    fn lost(&self, key: ReaderKey) -> Option<ResetReason> {
        let readers = self.readers();
        let cursor = readers.cursor(key);
        let lagged = (cursor < self.lived && readers.has_been_live(key)) || self.durable.has_lost(cursor);
        lagged.then_some(ResetReason::Lagged)
    }

    /// Whether the readers that were attached at this sequence number have been told to leave, or have lost their place
    /// because the log began anew.
    pub(crate) fn sent_away(&self, attached: u64) -> Option<Read> {
        let readers = self.readers();
        if self.removed || attached <= readers.dismissed {
            return Some(Read::Dismissed);
        }
        readers.restarted.filter(|(at, _)| attached <= *at).map(|(_, reason)| Read::Lost(reason))
    }

    /// Whether the reader gets nothing more, or has to start over.
    pub(crate) fn fate(&self, key: ReaderKey, attached: u64) -> Option<Read> {
        if let Some(sent_away) = self.sent_away(attached) {
            return Some(sent_away);
        }
        let ephemeral = self.readers().cursor(key).max(attached);
        match self.lost(key) {
            Some(reason) => Some(Read::Lost(reason)),
            None if self.ephemeral.as_ref().is_some_and(|track| track.has_lost(ephemeral)) => {
                Some(Read::Lost(ResetReason::Lagged))
            }
            None => None,
        }
    }

    /// Hands the reader the frames between its cursor and the head, at most 64 KiB of them or one larger, and moves the
    /// cursor behind them. A reader that gets [`Read::Pending`] may [`Log::wait`].
    ///
    /// Ephemeral frames before the sequence number `attached` are skipped: they are not replayed.
    pub(crate) fn read(&mut self, key: ReaderKey, attached: u64) -> Read {
        if let Some(fate) = self.fate(key, attached) {
            return fate;
        }
        let cursor = self.readers().cursor(key);
        let first = self.durable.index_of(cursor);
        let durable = self.durable.get(first).map_or(self.next_seq, |frame| frame.seq);
        let (ephemeral, track) = match &mut self.ephemeral {
            Some(track) => {
                let first = track.index_of(cursor.max(attached));
                (track.get(first).map_or(self.next_seq, |frame| frame.seq), Some((first, track)))
            }
            None => (self.next_seq, None),
        };
        let (until, (first, track)) = match track {
            _ if durable < ephemeral => (ephemeral, (first, &mut self.durable)),
            Some((first, track)) if ephemeral < durable => (durable, (first, &mut **track)),
            _ => {
                // Neither has any: a sequence number is one frame's.
                self.move_reader(key, self.next_seq);
                return if self.closed { Read::Ended } else { Read::Pending };
            }
        };
        let (frames, behind) = track.read(first, until);
        let to = track.get(behind).map_or(until, |next| next.seq.min(until));
        self.note_delivered(behind - first);
        self.move_reader(key, to);
        Read::Frames(frames)
    }

    /// Shows the reader each of the next frames that it `wants`, as many as come to 64 KiB, and moves the cursor behind
    /// the last of those that it has looked at. `None` if it has seen some.
    pub(crate) fn read_each(
        &mut self,
        key: ReaderKey,
        attached: u64,
        wants: impl Fn(&EventName) -> bool,
        mut show: impl FnMut(EachFrame<'_>) -> usize,
    ) -> Option<Read> {
        if let Some(fate) = self.fate(key, attached) {
            return Some(fate);
        }
        let (mut seq, mut gathered, mut count) = (self.readers().cursor(key), 0, 0);
        let mut looked = 0;
        while looked < LOOK {
            looked += 1;
            let next = self.next_frame(seq, attached);
            let Some((track, index, frame)) = next.and_then(|(track, index)| {
                let frame =
                    track.get(index).map(|frame| (frame.seq, frame.id_len, frame.offset, wants(&frame.name)))?;
                Some((track, index, frame))
            }) else {
                seq = self.next_seq;
                break;
            };
            let (at, id_len, offset, wanted) = frame;
            if !wanted {
                seq = at + 1;
                continue;
            }
            let (bytes, _) = track.read(index, at + 1);
            if count > 0 && gathered + bytes.len() > SEGMENT {
                break;
            }
            seq = at + 1;
            let id_len = usize::from(id_len);
            let (id_line, rest) = bytes.split_at(id_len.min(bytes.len()));
            gathered += show(EachFrame { offset: (id_len > 0).then_some(offset), id_line, rest });
            count += 1;
        }
        self.note_delivered(count);
        self.move_reader(key, seq);
        match count {
            0 if looked == LOOK && seq < self.next_seq => Some(Read::More),
            0 if self.closed => Some(Read::Ended),
            0 => Some(Read::Pending),
            _ => None,
        }
    }

    /// The first frame from `seq` on, of whichever kind, and where it is.
    fn next_frame(&mut self, seq: u64, attached: u64) -> Option<(&mut Track, usize)> {
        let durable = self.durable.index_of(seq);
        let durable_seq = self.durable.get(durable).map_or(u64::MAX, |frame| frame.seq);
        if let Some(track) = self.ephemeral.as_deref_mut() {
            let index = track.index_of(seq.max(attached));
            if track.get(index).is_some_and(|frame| frame.seq < durable_seq) {
                return Some((track, index));
            }
        }
        (durable_seq < u64::MAX).then_some((&mut self.durable, durable))
    }

    fn note_delivered(&mut self, count: usize) {
        if let Some(readers) = &mut self.readers {
            readers.counts.delivered += count as u64;
        }
    }

    /// Counts the verdict on a reader that has come.
    pub(crate) fn note_verdict(&mut self, verdict: Verdict) {
        if let Some(readers) = &mut self.readers {
            readers.counts.note_verdict(verdict);
        }
    }

    /// Counts a reader that has lost its place.
    pub(crate) fn note_lost(&mut self, reason: ResetReason) {
        if let Some(readers) = &mut self.readers {
            readers.counts.note_lost(reason);
        }
    }

    pub(crate) fn counts(&self) -> ReaderCounts {
        self.readers().counts
    }

    /// The newest event of each key, of those that a reader `wants`.
    pub(crate) fn newest_of_each_key(&self, wants: impl Fn(&EventName) -> bool) -> Vec<Bytes> {
        self.latest.as_ref().map(|latest| latest.snapshot(wants)).unwrap_or_default()
    }

    /// The sequence number of the next frame, from which on a reader that attaches now gets ephemeral frames too.
    pub(crate) const fn attach_point(&self) -> u64 {
        self.next_seq
    }

    /// Tells all readers that are attached now to leave.
    pub(crate) fn dismiss_readers(&mut self) {
        let dismissed = self.next_seq;
        if let Some(readers) = &mut self.readers {
            readers.dismissed = dismissed;
            // Whoever attaches from now on is not meant.
            self.next_seq += 1;
        }
    }

    /// Has the reader woken by the next append. Returns the waker that it gave before, to be dropped outside the lock.
    pub(crate) fn wait(&mut self, key: ReaderKey, waker: &Waker) -> Option<Waker> {
        self.readers.as_mut().and_then(|readers| readers.wait(key, waker))
    }

    pub(crate) fn waiting(&self) -> usize {
        self.readers().waiting()
    }

    /// See [`Readers::wake_one`].
    pub(crate) fn wake_one(&mut self, take: impl FnOnce(Waker)) -> bool {
        self.readers.as_mut().is_some_and(|readers| readers.wake_one(take))
    }
}
