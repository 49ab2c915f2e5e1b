//! zstd: runs are frames, which a decoder reads one behind the other.
#![cfg(feature = "zstd")]

use zstd_safe::zstd_sys::ZSTD_EndDirective::ZSTD_e_flush;
use zstd_safe::{CCtx, CParameter, InBuffer, OutBuffer, ResetDirective};

use super::codec::{Codec, For};

/// Fast, and within a tenth of the best that 10 µs a kilobyte can buy.
const LEVEL: i32 = 3;

/// The last block of a frame, which is empty.
pub(super) const LEAVE: &[u8] = &[1, 0, 0];

const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// The most that a block holds.
const BLOCK: usize = 128 * 1024;

struct Zstd(CCtx<'static>);

pub(super) fn codec(of: For) -> Option<Box<dyn Codec>> {
    // The level's own tables are for megabytes.
    let (window, hash, chain) = match of {
        For::Topic => (16, 14, 13),
        For::Connection => (14, 12, 11),
    };
    let mut context = CCtx::try_create()?;
    for parameter in [
        CParameter::CompressionLevel(LEVEL),
        CParameter::WindowLog(window),
        CParameter::HashLog(hash),
        CParameter::ChainLog(chain),
    ] {
        context.set_parameter(parameter).ok()?;
    }
    Some(Box::new(Zstd(context)))
}

impl Codec for Zstd {
    fn compress(&mut self, chunk: &[u8], begins: bool, out: &mut Vec<u8>) -> bool {
        if begins && self.0.reset(ResetDirective::SessionOnly).is_err() {
            return false;
        }
        let mut input = InBuffer::around(chunk);
        let mut room = zstd_safe::compress_bound(chunk.len());
        loop {
            out.reserve(room);
            let at = out.len();
            match self.0.compress_stream2(&mut OutBuffer::around_pos(out, at), &mut input, ZSTD_e_flush) {
                Ok(0) if input.pos == chunk.len() => return true,
                Ok(left) => room = left.max(64),
                Err(_) => return false,
            }
        }
    }
}

/// One frame.
pub(super) fn apart(chunk: &[u8], out: &mut Vec<u8>) -> bool {
    out.reserve(zstd_safe::compress_bound(chunk.len()));
    zstd_safe::compress(out, chunk, LEVEL).is_ok()
}

/// One frame, of raw blocks.
pub(super) fn store(chunk: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(&MAGIC);
    // A single segment, so that what is its size is its window too; its size takes 1, 2, 4 or 8 bytes.
    let len = chunk.len() as u64;
    if let Ok(len) = u8::try_from(len) {
        out.extend_from_slice(&[0x20, len]);
    } else if let Ok(len) = u16::try_from(len - 256) {
        out.push(0x60);
        out.extend_from_slice(&len.to_le_bytes());
    } else if let Ok(len) = u32::try_from(len) {
        out.push(0xa0);
        out.extend_from_slice(&len.to_le_bytes());
    } else {
        out.push(0xe0);
        out.extend_from_slice(&len.to_le_bytes());
    }
    let mut rest = chunk;
    loop {
        let (block, behind) = rest.split_at(rest.len().min(BLOCK));
        #[expect(clippy::cast_possible_truncation, reason = "at most 128 KiB")]
        let header = (block.len() as u32) << 3 | u32::from(behind.is_empty());
        let [a, b, c, _] = header.to_le_bytes();
        out.extend_from_slice(&[a, b, c]);
        out.extend_from_slice(block);
        rest = behind;
        if rest.is_empty() {
            return;
        }
    }
}
