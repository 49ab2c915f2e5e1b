//! The bounded log of encoded frames: what is appended, kept and freed.
//!
//! Every frame has a sequence number, which is internal, and its event's name. Durable frames also have an offset, which
//! a client can resume behind. Ephemeral ones have none: a resume skips them, and they are held apart, so that they never
//! push a durable one out. Offsets are only ever compared; the next one is the log's own or comes from the caller.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::time::Duration;

use super::latest::{Key, Latest};
use super::position::IdLine;
use super::readers::Readers;
use super::track::{FRAME, Track};
use super::{Epoch, Position, ResetReason, Verdict, Windows};
use crate::event::EventName;

/// One log. What concerns its readers is in `reading.rs`.
#[derive(Debug)]
pub(crate) struct Log {
    pub(super) epoch: Epoch,
    /// The highest offset ever removed from `keep`; a resume must not begin before it.
    floor: u64,
    /// The highest offset there is.
    pub(super) head: u64,

    /// The two kinds of frames, which share one sequence.
    pub(super) durable: Track,
    pub(super) ephemeral: Option<Box<Track>>,
    pub(super) next_seq: u64,
    /// The sequence number from which on durable frames are within `keep`.
    pub(super) kept: u64,
    /// The sequence number from which on all frames are within `live`.
    pub(super) lived: u64,

    /// Nothing until the first comes.
    pub(super) readers: Option<Box<Readers>>,
    pub(super) latest: Option<Box<Latest>>,
    published: u64,
    evicted: u64,
    pub(super) closed: bool,
    /// The log was taken away: whoever reads it is to leave, and comes back to another.
    pub(super) removed: bool,
    /// The offsets come from a remote log.
    fed: bool,
    /// When an event was appended last, or somebody came or went: in seconds, rounded up, because there are many logs.
    used: u32,
}

/// A frame to append.
#[derive(Debug)]
pub(crate) struct NewFrame<'a> {
    /// Everything behind the `id:` line.
    pub(crate) rest: &'a [u8],
    pub(crate) name: EventName,
    pub(crate) offset: Offset,
    /// What the event tells the newest of.
    pub(crate) key: Option<Arc<dyn Key>>,
}

/// Which offset a frame gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Offset {
    /// The next one: this process is the only one that gives offsets in this epoch.
    Next,
    /// This one, above the head, which a remote log gave.
    At(u64),
    /// None: the frame is ephemeral.
    None,
}

/// What became of an append.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Appended {
    Done,
    /// The offset is not above the head, or there is none above it; nothing was appended.
    NotIncreasing,
    /// The log is closed; nothing was appended.
    Closed,
}

impl Log {
    pub(crate) fn new(epoch: Epoch, windows: &Windows) -> Self {
        let latest = (windows.latest_keys > 0).then(|| Box::new(Latest::new(windows.latest_keys, windows.keep.bytes)));
        Self {
            epoch,
            floor: 0,
            head: 0,
            durable: Track::default(),
            ephemeral: None,
            // So that no reader was attached before the first.
            next_seq: 1,
            kept: 1,
            lived: 1,
            readers: None,
            latest,
            published: 0,
            evicted: 0,
            closed: false,
            removed: false,
            fed: false,
            used: 0,
        }
    }

    /// What so many events of so many bytes come to, for a limit in bytes.
    pub(crate) const fn cost_of(events: usize, bytes: usize) -> usize {
        bytes.saturating_add(events.saturating_mul(FRAME))
    }

    /// Whether the offsets come from a remote log.
    pub(crate) const fn is_fed(&self) -> bool {
        self.fed
    }

    /// Takes offsets from a remote log from now on, in its epoch. False if something was published already.
    pub(crate) fn feed_from(&mut self, at: Position) -> bool {
        let new = self.published == 0 && !self.fed;
        if new {
            self.fed = true;
            self.restart(at, ResetReason::UnknownEpoch);
        }
        new
    }

    /// The position behind the newest durable event.
    pub(crate) const fn position(&self) -> Position {
        Position::new(self.epoch, self.head)
    }

    /// The position before the oldest event that a resume may use.
    pub(crate) const fn floor(&self) -> Position {
        Position::new(self.epoch, self.floor)
    }

    pub(crate) const fn is_closed(&self) -> bool {
        self.closed
    }

    /// How many events were ever published here.
    pub(crate) const fn published(&self) -> u64 {
        self.published
    }

    /// How many durable events have left `keep`.
    pub(crate) const fn evicted(&self) -> u64 {
        self.evicted
    }

    /// Whether nothing is kept that a resume could want.
    pub(crate) fn keeps_nothing(&self) -> bool {
        self.durable.index_of(self.kept) == self.durable.len()
    }

    /// Somebody uses the log now.
    pub(crate) fn note_use(&mut self, now: Duration) {
        let seconds = now.as_secs() + u64::from(now.subsec_nanos() > 0);
        // Whoever read the clock first need not be here first.
        self.used = self.used.max(u32::try_from(seconds).unwrap_or(u32::MAX));
    }

    /// How long nobody has used the log: at most a second less than it is.
    pub(crate) const fn unused_for(&self, now: Duration) -> Duration {
        match self.used {
            // The clock counts from more than 136 years ago.
            u32::MAX => Duration::ZERO,
            used => now.saturating_sub(Duration::from_secs(used as u64)),
        }
    }

    /// Whether no newest event of a key is kept either.
    pub(crate) fn has_no_latest(&self) -> bool {
        self.latest.as_ref().is_none_or(|latest| latest.allocated() == 0)
    }

    pub(crate) fn verdict(&self, last_event_id: Option<&[u8]>) -> Verdict {
        Verdict::on(last_event_id, self.epoch, self.floor, self.head)
    }

    pub(crate) fn verdict_on(&self, position: Position) -> Verdict {
        Verdict::on_position(position, self.epoch, self.floor, self.head)
    }

    /// Appends frames as one batch: readers see all of them or none.
    pub(crate) fn append(&mut self, windows: &Windows, batch: &[NewFrame<'_>], now: Duration) -> Appended {
        if self.closed {
            return Appended::Closed;
        }
        let mut head = self.head;
        for frame in batch {
            head = match frame.offset {
                Offset::None => head,
                Offset::At(offset) if offset > head => offset,
                Offset::Next if head < u64::MAX => head + 1,
                Offset::At(_) | Offset::Next => return Appended::NotIncreasing,
            };
        }
        let batch_start = self.next_seq;
        for frame in batch {
            self.push(frame, millis(now));
        }
        let lived = self.lived;
        self.narrow_live(windows, batch_start);
        let evicted = self.leave_keep(windows, now);
        if evicted || self.lived > lived || self.ephemeral.is_some() {
            self.free();
        }
        // Last, because the `Hash` and `Eq` of a key may panic: everything else is as it should be then.
        for (seq, frame) in (batch_start..).zip(batch) {
            if let (Some(latest), Some(key)) = (&mut self.latest, &frame.key)
                && frame.offset != Offset::None
            {
                latest.record(key, seq, frame.name.clone(), frame.rest);
            }
        }
        Appended::Done
    }

    fn push(&mut self, frame: &NewFrame<'_>, at: u64) {
        let seq = self.next_seq;
        self.next_seq += 1;
        self.published += 1;
        self.head = match frame.offset {
            Offset::Next => self.head + 1,
            Offset::At(offset) => offset,
            Offset::None => {
                let track = self.ephemeral.get_or_insert_default();
                return track.push(seq, self.head, at, frame.name.clone(), [&[], frame.rest]);
            }
        };
        let id_line = IdLine::new(self.position());
        self.durable.push(seq, self.head, at, frame.name.clone(), [id_line.as_bytes(), frame.rest]);
    }

    /// Keys that have left, to be dropped outside the lock: dropping one may run a user's code.
    pub(crate) fn take_gone(&mut self) -> Vec<Arc<dyn Key>> {
        self.latest.as_mut().map(|latest| latest.take_gone()).unwrap_or_default()
    }

    /// Refuses further frames. Readers read what is there and then end.
    pub(crate) const fn close(&mut self) {
        self.closed = true;
    }

    /// Closes the log behind an offset at which a remote log has ended, with an event or without one.
    pub(crate) const fn close_at(&mut self, offset: u64) {
        if offset > self.head {
            self.head = offset;
        }
        self.close();
    }

    /// Closes the log for good, frees what it holds, and has all its readers leave, also those that are yet to come.
    pub(crate) fn remove(&mut self) {
        self.restart(self.position(), ResetReason::UnknownEpoch);
        (self.closed, self.removed) = (true, true);
    }

    pub(crate) const fn is_removed(&self) -> bool {
        self.removed
    }

    /// Begins anew: nothing that was there can be resumed, and readers that are connected have lost their place.
    pub(crate) fn restart(&mut self, at: Position, reason: ResetReason) {
        let restarted = self.next_seq;
        self.next_seq += 1;
        (self.epoch, self.floor, self.head) = (at.epoch(), at.offset(), at.offset());
        self.durable.clear(at.offset(), self.next_seq);
        if let Some(track) = &mut self.ephemeral {
            track.clear(at.offset(), self.next_seq);
        }
        (self.kept, self.lived) = (self.next_seq, self.next_seq);
        if let Some(latest) = &mut self.latest {
            latest.clear();
        }
        if let Some(readers) = &mut self.readers {
            readers.restarted = Some((restarted, reason));
        }
    }

    /// Lets go of what is too old at `now`, or too much.
    pub(crate) fn evict(&mut self, windows: &Windows, now: Duration) {
        if self.leave_keep(windows, now) {
            self.free();
        }
    }

    /// Moves the start of what is kept up; returns whether it has moved.
    fn leave_keep(&mut self, windows: &Windows, now: Duration) -> bool {
        let before = self.kept;
        let keep = &windows.keep;
        let oldest = keep.age.map_or(0, |age| millis(now).saturating_sub(millis(age)));
        let mut index = self.durable.index_of(self.kept);
        while let Some(frame) = self.durable.get(index) {
            let (events, bytes) = self.durable.size_from(index);
            if events <= keep.events && Self::cost_of(events, bytes) <= keep.bytes && frame.at >= oldest {
                break;
            }
            self.floor = frame.offset;
            self.kept = frame.seq + 1;
            self.evicted += 1;
            index += 1;
        }
        self.kept > before
    }

    /// Moves the start of the live window up, but not past the newest batch.
    fn narrow_live(&mut self, windows: &Windows, batch_start: u64) {
        // What was freed counts neither as an event nor as bytes.
        let ephemeral = self.ephemeral.as_deref();
        let oldest =
            self.durable.front().into_iter().chain(ephemeral.and_then(Track::front)).map(|frame| frame.seq).min();
        self.lived = self.lived.max(oldest.unwrap_or(batch_start));
        while self.lived < batch_start {
            let (mut events, mut bytes) = self.durable.size_from(self.durable.index_of(self.lived));
            if let Some(track) = ephemeral {
                let size = track.size_from(track.index_of(self.lived));
                (events, bytes) = (events + size.0, bytes + size.1);
            }
            if events <= windows.live.events && bytes <= windows.live.bytes {
                break;
            }
            self.lived += 1;
        }
    }

    /// Frees the frames outside `keep` that no cursor is behind, or that are outside `live` too. Ephemeral ones are
    /// never within `keep`.
    pub(super) fn free(&mut self) {
        let (kept, lived) = (self.kept, self.lived);
        let needed = self.readers.as_ref().and_then(|readers| readers.cursors.first()).unwrap_or(self.next_seq);
        self.durable.free_while(|seq| seq < kept && (seq < needed || seq < lived));
        if let Some(track) = &mut self.ephemeral {
            track.free_while(|seq| seq < needed || seq < lived);
        }
    }

    /// Whether a client that was last told of `told` could soon come back too late: half of what is kept lies behind it.
    pub(crate) fn is_half_gone(&self, windows: &Windows, told: u64) -> bool {
        let keep = &windows.keep;
        let first = self.durable.behind(told);
        let (events, bytes) = self.durable.size_from(first);
        let age = self.durable.get(first).zip(self.durable.get(self.durable.len().wrapping_sub(1)));
        told < self.floor
            || events >= keep.events / 2
            || Self::cost_of(events, bytes) >= keep.bytes / 2
            || keep
                .age
                .zip(age)
                .is_some_and(|(age, (first, newest))| newest.at.saturating_sub(first.at) >= millis(age) / 2)
    }

    /// The bytes that are held for frames, by what was allocated for them.
    pub(crate) fn allocated(&self) -> usize {
        self.durable.allocated()
            + self.ephemeral.as_ref().map_or(0, |track| track.allocated())
            + self.latest.as_ref().map_or(0, |latest| latest.allocated())
    }
}

/// Whole milliseconds; more than a `u64` holds is its maximum.
fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::super::{Begin, Read, Retention};
    use super::*;
    use alloc::format;

    fn frame(offset: Offset) -> NewFrame<'static> {
        NewFrame { rest: b"data: x\n\n", name: EventName::MESSAGE, offset, key: None }
    }

    /// As a remote log gives them: with gaps, which mean nothing.
    #[test]
    fn offsets_may_be_sparse_but_must_increase() {
        let epoch = Epoch::from_entropy([1, 2]);
        let windows = Windows { keep: Retention::events(2), ..Windows::default() };
        let mut log = Log::new(epoch, &windows);
        let append = |log: &mut Log, offsets: &[Offset]| {
            let frames: Vec<_> = offsets.iter().map(|&offset| frame(offset)).collect();
            log.append(&windows, &frames, Duration::ZERO)
        };
        assert_eq!(append(&mut log, &[Offset::At(10), Offset::None, Offset::At(1_000)]), Appended::Done);
        for refused in [0, 10, 1_000] {
            assert_eq!(append(&mut log, &[Offset::At(refused)]), Appended::NotIncreasing);
        }
        // All of a batch or nothing.
        assert_eq!(append(&mut log, &[Offset::At(2_000), Offset::At(2_000)]), Appended::NotIncreasing);
        assert_eq!(log.position(), Position::new(epoch, 1_000));

        let verdict = |log: &Log, offset| log.verdict(Some(format!("{epoch}-{offset}").as_bytes()));
        assert_eq!(verdict(&log, 500), Verdict::Recovered(Position::new(epoch, 500)));
        let key = log.add_reader(Begin::Behind(500)).unwrap();
        assert_eq!(log.reader_position(key), Position::new(epoch, 10));
        assert_eq!(log.read(key, log.attach_point()), Read::Frames(format!("id: {epoch}-1000\ndata: x\n\n").into()));
        assert_eq!(log.read(key, log.attach_point()), Read::Pending);

        assert_eq!(append(&mut log, &[Offset::At(u64::MAX)]), Appended::Done);
        assert_eq!(verdict(&log, 9), Verdict::Reset(ResetReason::Evicted));
        assert_eq!(verdict(&log, 10), Verdict::Recovered(Position::new(epoch, 10)));
    }
}
