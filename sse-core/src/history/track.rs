//! Frames of one kind in the order of their sequence numbers, with their bytes.

use alloc::collections::VecDeque;

use bytes::Bytes;

use super::segments::{SEGMENT, Segments};
use crate::event::EventName;

/// What is known of a frame besides its bytes.
#[derive(Debug)]
pub(super) struct Frame {
    pub(super) seq: u64,
    /// Of a durable frame.
    pub(super) offset: u64,
    /// Where its bytes end. They begin where those of the frame before it end.
    end: u64,
    /// When it was appended, in milliseconds.
    pub(super) at: u64,
    /// Its event's name, for readers that want only some.
    pub(super) name: EventName,
    /// The length of its `id:` line, behind which it is the same for all connections.
    pub(super) id_len: u8,
}

/// What a frame costs besides its bytes.
pub(super) const FRAME: usize = 64;

const _: () = assert!(size_of::<Frame>() <= FRAME);

/// The durable frames of a log, or the ephemeral ones.
#[derive(Debug, Default)]
pub(super) struct Track {
    frames: VecDeque<Frame>,
    segments: Segments,
    /// Where the bytes of the first frame begin.
    base: u64,
    /// The sequence number behind the newest frame that was freed, and its offset.
    freed: u64,
    freed_offset: u64,
}

impl Track {
    /// Appends a frame, which is the concatenation of `parts`; the first of them is its `id:` line.
    pub(super) fn push(&mut self, seq: u64, offset: u64, at: u64, name: EventName, parts: [&[u8]; 2]) {
        self.segments.append(parts);
        // An `id:` line of ours is at most 64 bytes, the field's name and the line end.
        let id_len = u8::try_from(parts[0].len()).unwrap_or(u8::MAX);
        if self.frames.capacity() == 0 {
            // Most topics hold little: the first frame is no reason for room for four.
            self.frames.reserve_exact(1);
        }
        self.frames.push_back(Frame { seq, offset, end: self.segments.end(), at, name, id_len });
    }

    pub(super) fn front(&self) -> Option<&Frame> {
        self.frames.front()
    }

    /// The frame at this index, counted from the oldest.
    pub(super) fn get(&self, index: usize) -> Option<&Frame> {
        self.frames.get(index)
    }

    pub(super) fn len(&self) -> usize {
        self.frames.len()
    }

    /// The index of the first frame from this sequence number on.
    pub(super) fn index_of(&self, seq: u64) -> usize {
        let (Some(front), Some(back)) = (self.frames.front(), self.frames.back()) else { return 0 };
        if back.seq < seq {
            return self.frames.len();
        }
        // Unless frames of the other kind lie between, the place is known.
        let guess = usize::try_from(seq.saturating_sub(front.seq)).unwrap_or(usize::MAX);
        match self.frames.get(guess) {
            Some(frame) if frame.seq == seq => guess,
            _ => self.frames.partition_point(|frame| frame.seq < seq),
        }
    }

    /// The index of the first frame behind this offset.
    pub(super) fn behind(&self, offset: u64) -> usize {
        self.frames.partition_point(|frame| frame.offset <= offset)
    }

    /// The highest offset before this sequence number.
    pub(super) fn offset_before(&self, seq: u64) -> u64 {
        match self.index_of(seq).checked_sub(1) {
            Some(before) => self.frames[before].offset,
            None => self.freed_offset,
        }
    }

    /// How many frames there are from this index on, and their bytes.
    pub(super) fn size_from(&self, index: usize) -> (usize, usize) {
        let bytes = usize::try_from(self.segments.end() - self.start(index)).unwrap_or(usize::MAX);
        (self.frames.len().saturating_sub(index), bytes)
    }

    /// Whether a frame from this sequence number on was there and is no more.
    pub(super) fn has_lost(&self, seq: u64) -> bool {
        self.freed > seq
    }

    /// Hands over the frames from the index `first` on and before the sequence number `until`, as many of them as lie
    /// together, in at most 64 KiB or one that is larger; and the index behind the last of them.
    pub(super) fn read(&mut self, first: usize, until: u64) -> (Bytes, usize) {
        let start = self.start(first);
        let mut piece = self.segments.read(start);
        let limit = start + piece.len().min(SEGMENT) as u64;
        let behind = match self.frames.back() {
            // Whoever is live reads to the end.
            Some(newest) if newest.end <= limit && newest.seq < until => self.frames.len(),
            _ => self.frames.partition_point(|frame| frame.end <= limit && frame.seq < until).max(first + 1),
        };
        piece.truncate(usize::try_from(self.start(behind) - start).unwrap_or(usize::MAX));
        (piece, behind)
    }

    /// Frees the frames from the front for which `is_free` holds.
    pub(super) fn free_while(&mut self, is_free: impl Fn(u64) -> bool) {
        let before = self.freed;
        while let Some(frame) = self.frames.pop_front_if(|frame| is_free(frame.seq)) {
            self.base = frame.end;
            self.freed = frame.seq + 1;
            self.freed_offset = frame.offset;
        }
        if self.freed > before {
            self.segments.free_before(self.base);
            // A peak is not paid for ever.
            if self.frames.len() < self.frames.capacity() / 4 {
                self.frames.shrink_to(self.frames.len() * 2);
            }
        }
    }

    /// Frees all frames; from now on the newest offset is `offset`.
    pub(super) fn clear(&mut self, offset: u64, next_seq: u64) {
        self.frames = VecDeque::new();
        self.segments.clear();
        self.base = self.segments.end();
        (self.freed, self.freed_offset) = (next_seq, offset);
    }

    fn start(&self, index: usize) -> u64 {
        match index.checked_sub(1) {
            Some(before) => self.frames.get(before).map_or_else(|| self.segments.end(), |frame| frame.end),
            None => self.base,
        }
    }

    /// The bytes that are allocated.
    pub(super) fn allocated(&self) -> usize {
        self.segments.allocated() + self.frames.capacity() * size_of::<Frame>()
    }
}
