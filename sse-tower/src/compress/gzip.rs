//! gzip: one member, because clients ignore a second one, or fail. Runs begin where the compressor forgets all.
#![cfg(feature = "gzip")]

use zlib_rs::{Deflate, DeflateConfig, DeflateFlush};

use super::codec::{Codec, For};

/// Deflate, no name, no time, no extra flags, from no system in particular.
pub(super) const HEAD: &[u8] = &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];

/// The last block, which is empty.
pub(super) const LAST: &[u8] = &[3, 0];

struct Gzip(Deflate);

fn deflate(of: For) -> Gzip {
    // A negative window is one without a header. Level 7 takes twice the time of level 6 for 3 % fewer bytes: that is worth
    // it where the time is spent once for all, and the next level's is not.
    let (window_bits, mem_level, level) = match of {
        For::Topic => (-15, 8, 7),
        For::Connection => (-13, 5, 6),
    };
    Gzip(Deflate::new_with_config(DeflateConfig { window_bits, mem_level, ..DeflateConfig::new(level) }))
}

pub(super) fn codec(of: For) -> Box<dyn Codec> {
    Box::new(deflate(of))
}

impl Codec for Gzip {
    fn compress(&mut self, chunk: &[u8], begins: bool, out: &mut Vec<u8>) -> bool {
        if begins {
            self.0.reset();
        }
        let mut rest = chunk;
        let mut room = chunk.len() + chunk.len() / 8 + 64;
        loop {
            let at = out.len();
            out.resize(at + room, 0);
            let (read, written) = (self.0.total_in(), self.0.total_out());
            let free = out.get_mut(at..).unwrap_or_default();
            // It ends with an empty stored block, so that what follows begins with a whole byte.
            if self.0.compress(rest, free, DeflateFlush::SyncFlush).is_err() {
                return false;
            }
            let count = |total: u64, before| usize::try_from(total - before).unwrap_or(usize::MAX);
            rest = rest.get(count(self.0.total_in(), read)..).unwrap_or_default();
            let written = count(self.0.total_out(), written);
            out.truncate(at + written);
            if rest.is_empty() && written < room {
                return true;
            }
            room = room.max(256);
        }
    }
}

/// Blocks that refer to nothing before them.
pub(super) fn apart(chunk: &[u8], out: &mut Vec<u8>) -> bool {
    deflate(For::Topic).compress(chunk, false, out)
}

/// Stored blocks.
pub(super) fn store(chunk: &[u8], out: &mut Vec<u8>) {
    for block in chunk.chunks(usize::from(u16::MAX)) {
        let len = u16::try_from(block.len()).unwrap_or(u16::MAX);
        out.push(0);
        out.extend_from_slice(&len.to_le_bytes());
        out.extend_from_slice(&(!len).to_le_bytes());
        out.extend_from_slice(block);
    }
}
