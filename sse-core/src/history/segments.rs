//! The bytes of a log: appended once, frozen once for all readers, freed from the front.

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use bytes::{Bytes, BytesMut};

/// What a full segment is copied into, and the most that one read hands over, unless one frame is larger.
pub(crate) const SEGMENT: usize = 64 * 1024;

/// How many pieces a reader may have before it in the open segment; if there are more, they are joined.
const SMALL_PIECES: usize = 4;

/// A sequence of frames without gaps, addressed by a byte position that only grows.
#[derive(Debug, Default)]
pub(super) struct Segments {
    /// Frozen pieces, oldest first. Those from `segment_start` on belong to the segment that is still open.
    pieces: VecDeque<Piece>,
    segment_start: u64,
    /// What was appended since the last freeze.
    open: BytesMut,
    /// The byte position of the end.
    end: u64,
}

#[derive(Debug)]
struct Piece {
    start: u64,
    bytes: Bytes,
}

impl Piece {
    fn end(&self) -> u64 {
        self.start + self.bytes.len() as u64
    }
}

impl Segments {
    pub(super) fn end(&self) -> u64 {
        self.end
    }

    /// Appends one frame, which is the concatenation of `parts`.
    pub(super) fn append(&mut self, parts: [&[u8]; 2]) {
        let len: usize = parts.iter().map(|part| part.len()).sum();
        if self.end - self.segment_start + len as u64 > SEGMENT as u64 {
            self.seal();
        }
        if self.open.capacity() - self.open.len() < len {
            // As much again as the segment has: a log that holds little takes little, one that holds much asks seldom.
            let written = usize::try_from(self.end - self.segment_start).unwrap_or(usize::MAX);
            self.open.reserve(len.max(written.min(SEGMENT - written.min(SEGMENT))));
        }
        for part in parts {
            self.open.extend_from_slice(part);
        }
        self.end += len as u64;
    }

    /// The shared bytes from `position` to the end of their piece. Freezes what was appended last if they are there.
    pub(super) fn read(&mut self, position: u64) -> Bytes {
        self.freeze();
        let mut behind = match self.pieces.back() {
            // Whoever is live reads the newest.
            Some(newest) if newest.start <= position => self.pieces.len() - 1,
            _ => self.pieces.partition_point(|piece| piece.end() <= position),
        };
        if self.pieces.len() - behind > SMALL_PIECES && self.pieces.len() - behind.max(self.first_open()) > SMALL_PIECES
        {
            self.join_open();
            behind = behind.min(self.pieces.len() - 1);
        }
        match self.pieces.get(behind) {
            Some(piece) if piece.start <= position => {
                let skip = usize::try_from(position - piece.start).unwrap_or(usize::MAX);
                piece.bytes.slice(skip.min(piece.bytes.len())..)
            }
            _ => Bytes::new(),
        }
    }

    /// Forgets everything. Positions go on.
    pub(super) fn clear(&mut self) {
        self.pieces = VecDeque::new();
        self.open = BytesMut::new();
        self.segment_start = self.end;
    }

    /// Drops the pieces that end at or before `position`.
    pub(super) fn free_before(&mut self, position: u64) {
        while self.pieces.front().is_some_and(|piece| piece.end() <= position) {
            self.pieces.pop_front();
        }
        if position >= self.end && !self.open.is_empty() {
            // Nobody will read it: the buffer goes back to its start.
            self.open.clear();
        }
    }

    /// The bytes that are allocated: those of the pieces, which lie behind one another, and the buffer.
    pub(super) fn allocated(&self) -> usize {
        let pieces = self.pieces.front().map_or(0, |first| self.end - self.open.len() as u64 - first.start);
        usize::try_from(pieces).unwrap_or(usize::MAX) + self.pieces.len() * size_of::<Piece>() + self.open.capacity()
    }

    /// The index of the first piece of the segment that is still open.
    fn first_open(&self) -> usize {
        self.pieces.partition_point(|piece| piece.start < self.segment_start)
    }

    fn freeze(&mut self) {
        if !self.open.is_empty() {
            let bytes = self.open.split().freeze();
            self.pieces.push_back(Piece { start: self.end - bytes.len() as u64, bytes });
        }
    }

    /// Ends the open segment: its pieces become one exact allocation, so that no buffer is held for the sake of a part
    /// of it.
    fn seal(&mut self) {
        self.freeze();
        self.join_open();
        self.segment_start = self.end;
        self.open = BytesMut::new();
    }

    /// Makes one piece of those of the open segment, so that a replay is few slices.
    fn join_open(&mut self) {
        let first = self.first_open();
        let len = self.pieces.range(first..).map(|piece| piece.bytes.len()).sum();
        let Some(start) = self.pieces.get(first).map(|piece| piece.start).filter(|_| len <= SEGMENT) else {
            // Nothing to join, or one frame larger than a segment, which is in a buffer of its own already.
            return;
        };
        let mut whole = Vec::with_capacity(len);
        for piece in self.pieces.drain(first..) {
            whole.extend_from_slice(&piece.bytes);
        }
        self.pieces.push_back(Piece { start, bytes: Bytes::from(whole) });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn append(segments: &mut Segments, frame: &[u8]) -> u64 {
        let start = segments.end();
        segments.append([frame, b""]);
        start
    }

    #[test]
    fn frames_that_were_appended_together_are_read_together() {
        let mut segments = Segments::default();
        append(&mut segments, b"one");
        append(&mut segments, b"two");
        assert_eq!(segments.read(0), "onetwo");
        let third = append(&mut segments, b"three");
        assert_eq!(segments.read(3), "two");
        assert_eq!(segments.read(third), "three");
        assert_eq!(segments.read(segments.end()), "");
    }

    #[test]
    fn a_full_segment_becomes_one_piece() {
        let mut segments = Segments::default();
        let frame = [b'x'; 1_000];
        for _ in 0..100 {
            let start = append(&mut segments, &frame);
            assert_eq!(segments.read(start).len(), 1_000);
        }
        assert_eq!(segments.pieces.len(), 1 + 35);
        assert_eq!(segments.read(0).len(), 65_000);
        // Who is behind reads what is open in one piece too.
        assert_eq!(segments.read(65_000).len(), 35_000);
    }

    #[test]
    fn a_frame_larger_than_a_segment_is_its_own() {
        let mut segments = Segments::default();
        append(&mut segments, b"small");
        let large = append(&mut segments, &alloc::vec![b'x'; SEGMENT + 1]);
        let last = append(&mut segments, b"last");
        assert_eq!(segments.read(0), "small");
        assert_eq!(segments.read(large).len(), SEGMENT + 1);
        assert_eq!(segments.read(last), "last");
    }

    #[test]
    fn what_is_before_a_position_is_freed_by_piece() {
        let mut segments = Segments::default();
        append(&mut segments, b"one");
        drop(segments.read(0));
        append(&mut segments, b"two");
        segments.free_before(2);
        assert_eq!(segments.read(0), "one");
        segments.free_before(3);
        assert_eq!(segments.read(3), "two");
        segments.free_before(6);
        assert!(segments.pieces.is_empty());
        let next = append(&mut segments, b"three");
        assert_eq!(segments.read(next), "three");
    }
}
