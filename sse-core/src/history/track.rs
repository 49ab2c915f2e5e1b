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
    #[expect(dead_code, reason = "every frame has its name from the start; subscriptions by name read it")]
    name: EventName,
    /// The length of its `id:` line, behind which all connections share it.
    #[expect(dead_code, reason = "connections with ids of their own share what is behind it")]
    id_len: u8,
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
        self.frames.push_back(Frame { seq, offset, end: self.segments.end(), at, name, id_len });
    }

    pub(super) fn front(&self) -> Option<&Frame> {
        self.frames.front()
    }

    /// The first frame from this sequence number on.
    pub(super) fn from(&self, seq: u64) -> Option<&Frame> {
        self.frames.get(self.index_of(seq))
    }

    /// The sequence number of the first frame behind this offset.
    pub(super) fn behind(&self, offset: u64) -> Option<u64> {
        self.frames.get(self.frames.partition_point(|frame| frame.offset <= offset)).map(|frame| frame.seq)
    }

    /// The highest offset before this sequence number.
    pub(super) fn offset_before(&self, seq: u64) -> u64 {
        match self.index_of(seq).checked_sub(1) {
            Some(before) => self.frames[before].offset,
            None => self.freed_offset,
        }
    }

    /// How many frames there are from this sequence number on, and their bytes.
    pub(super) fn size_from(&self, seq: u64) -> (usize, usize) {
        let index = self.index_of(seq);
        let bytes = usize::try_from(self.segments.end() - self.start(index)).unwrap_or(usize::MAX);
        (self.frames.len() - index, bytes)
    }

    /// Whether a frame from this sequence number on was there and is no more.
    pub(super) fn has_lost(&self, seq: u64) -> bool {
        self.freed > seq
    }

    /// Hands over the frames from `seq` on and before `until`, as many of them as lie together, in at most 64 KiB or
    /// one that is larger; and the sequence number behind the last of them.
    pub(super) fn read(&mut self, seq: u64, until: u64) -> (Bytes, u64) {
        let first = self.index_of(seq);
        let start = self.start(first);
        let piece = self.segments.read(start);
        let limit = start + piece.len().min(SEGMENT) as u64;
        let behind = self.frames.partition_point(|frame| frame.end <= limit && frame.seq < until).max(first + 1);
        match self.frames.get(behind - 1) {
            Some(last) => {
                let len = usize::try_from(last.end - start).unwrap_or(usize::MAX).min(piece.len());
                (piece.slice(..len), last.seq + 1)
            }
            None => (Bytes::new(), seq),
        }
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

    fn index_of(&self, seq: u64) -> usize {
        self.frames.partition_point(|frame| frame.seq < seq)
    }

    fn start(&self, index: usize) -> u64 {
        match index.checked_sub(1) {
            Some(before) => self.frames[before].end,
            None => self.base,
        }
    }

    /// The bytes that are allocated.
    #[cfg(test)]
    pub(super) fn allocated(&self) -> usize {
        self.segments.allocated() + self.frames.capacity() * size_of::<Frame>()
    }
}
