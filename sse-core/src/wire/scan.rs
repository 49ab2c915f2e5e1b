//! Where lines end: the one pass over the bytes that both directions make.

use memchr::memchr2;
use wide::u8x16;

/// The offsets of all CR and LF in `bytes`, ascending. That the two of a CRLF are one line end is the caller's to see.
#[inline]
pub(super) const fn line_ends(bytes: &[u8]) -> LineEnds<'_> {
    LineEnds { bytes, next: 0, ends: 0 }
}

/// Looks at a block of bytes at a time and remembers which of them end a line: many short lines cost one look.
#[derive(Clone, Debug)]
pub(super) struct LineEnds<'a> {
    bytes: &'a [u8],
    /// The first byte that has not been looked at.
    next: usize,
    /// The ends among the [`BLOCK`] bytes before `next`, a bit each, the last byte's the highest. Those that were returned
    /// are cleared.
    ends: u64,
}

/// As many bytes as a mask has bits.
const BLOCK: usize = 64;

/// So many blocks without an end are the beginning of a long line. For that, memchr is faster: it finds out what the
/// processor can do, where `wide` uses what every processor of the architecture can.
const PATIENCE: u8 = 4;

impl Iterator for LineEnds<'_> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        if self.ends == 0 {
            if self.next == self.bytes.len() {
                return None;
            }
            (self.next, self.ends) = next_block(self.bytes, self.next);
            if self.ends == 0 {
                return None;
            }
        }
        let at = self.next.wrapping_sub(BLOCK).wrapping_add(self.ends.trailing_zeros() as usize);
        self.ends &= self.ends.wrapping_sub(1);
        Some(at)
    }
}

/// The first block with an end in it, from `next` on: where it ends, and its mask. Without such a block the mask is 0.
fn next_block(bytes: &[u8], next: usize) -> (usize, u64) {
    let mut rest = bytes.get(next..).unwrap_or_default();
    for _ in 0..PATIENCE {
        let Some((block, behind)) = rest.split_first_chunk() else {
            return (bytes.len(), mask_of_last(bytes, rest.len()));
        };
        rest = behind;
        let ends = mask(block);
        if ends != 0 {
            return (bytes.len().wrapping_sub(rest.len()), ends);
        }
    }
    far_block(bytes, rest)
}

#[inline(never)]
fn far_block(bytes: &[u8], rest: &[u8]) -> (usize, u64) {
    let rest = memchr2(b'\r', b'\n', rest).and_then(|at| rest.get(at..)).unwrap_or_default();
    match rest.split_first_chunk() {
        Some((block, behind)) => (bytes.len().wrapping_sub(behind.len()), mask(block)),
        None => (bytes.len(), mask_of_last(bytes, rest.len())),
    }
}

/// The mask of the last `len` bytes, fewer than a block.
fn mask_of_last(bytes: &[u8], len: usize) -> u64 {
    if len == 0 {
        0
    } else if let Some(block) = bytes.last_chunk() {
        // It begins before them, with bytes that have been looked at.
        mask(block) & !(u64::MAX >> len)
    } else {
        mask_of_few(bytes) << BLOCK.wrapping_sub(bytes.len())
    }
}

fn mask(block: &[u8; BLOCK]) -> u64 {
    let (lanes, _) = block.as_chunks();
    lanes.iter().rev().fold(0, |ends, lane| ends << 16 | mask_of_lane(*lane))
}

/// The lowest bit is that of the first byte. Where the last two lanes overlap they say the same.
fn mask_of_few(bytes: &[u8]) -> u64 {
    let Some(last) = bytes.last_chunk() else {
        return bytes.iter().rev().fold(0, |ends, byte| ends << 1 | u64::from(matches!(byte, b'\r' | b'\n')));
    };
    let (lanes, _) = bytes.as_chunks();
    let ends = lanes.iter().rev().fold(0, |ends, lane| ends << 16 | mask_of_lane(*lane));
    ends | mask_of_lane(*last) << bytes.len().wrapping_sub(last.len())
}

fn mask_of_lane(lane: [u8; 16]) -> u64 {
    let lane = u8x16::from(lane);
    let ends = lane.simd_eq(u8x16::splat(b'\n')) | lane.simd_eq(u8x16::splat(b'\r'));
    u64::from(ends.to_bitmask())
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;
    use alloc::vec::Vec;

    #[track_caller]
    fn check(bytes: &[u8]) {
        let found: Vec<_> = line_ends(bytes).collect();
        let expected: Vec<_> = (0..bytes.len()).filter(|at| matches!(bytes[*at], b'\r' | b'\n')).collect();
        assert_eq!(found, expected, "{bytes:?}");
    }

    #[test]
    fn a_line_end_is_found_at_each_place_of_each_length() {
        for len in (0..200).chain(600..610) {
            let mut bytes = vec![b'x'; len];
            check(&bytes);
            for at in 0..len {
                for end in [b'\r', b'\n'] {
                    bytes[at] = end;
                    check(&bytes);
                }
                bytes[at] = b'x';
            }
            check(&vec![b'\n'; len]);
        }
    }

    #[test]
    fn no_other_byte_ends_a_line() {
        check(&(0..=u8::MAX).collect::<Vec<_>>());
    }
}
