//! br: one stream, which cannot be put together from pieces.
#![cfg(feature = "br")]

use std::io::Write as _;

use brotli::CompressorWriter;

use super::codec::Codec;

/// From 5 on a connection takes megabytes, and below 4 it does not pay.
const QUALITY: u32 = 4;
/// What it is given at once. It keeps the room for the longest that it was ever given: 1.7 MB if there were no end to it.
const PIECE: usize = 16 * 1024;
/// 64 KiB.
const WINDOW: u32 = 16;

/// The last block, which is empty, behind a flush.
pub(super) const LAST: &[u8] = &[3];
/// A stream of nothing.
pub(super) const EMPTY: &[u8] = &[6];

struct Br(CompressorWriter<Vec<u8>>);

pub(super) fn codec() -> Box<dyn Codec> {
    Box::new(Br(CompressorWriter::new(Vec::new(), 4_096, QUALITY, WINDOW)))
}

impl Codec for Br {
    fn compress(&mut self, chunk: &[u8], _: bool, out: &mut Vec<u8>) -> bool {
        let done = chunk.chunks(PIECE).all(|piece| self.0.write_all(piece).and_then(|()| self.0.flush()).is_ok());
        // Not emptied but taken: its room would be that of the longest chunk.
        out.append(&mut std::mem::take(self.0.get_mut()));
        done
    }
}
