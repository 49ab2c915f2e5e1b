//! What the end of a gzip stream tells of all that went before it.

use super::Encoding;

/// The checksum and the length of some bytes. Of codings that tell neither it stays empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sum {
    crc: u32,
    len: u64,
}

impl Sum {
    /// That of nothing.
    pub(super) const EMPTY: Self = Self { crc: 0, len: 0 };

    /// The sum of these bytes.
    pub(super) fn of(encoding: Encoding, bytes: &[u8]) -> Self {
        match encoding {
            #[cfg(feature = "gzip")]
            Encoding::Gzip => Self { crc: zlib_rs::crc32::crc32(0, bytes), len: bytes.len() as u64 },
            #[cfg(any(feature = "zstd", feature = "br"))]
            _ => {
                let _ = bytes;
                Self::default()
            }
        }
    }

    /// The sum of what this is of, and of what `next` is of behind it.
    pub(super) fn then(self, next: Self) -> Self {
        match (self.len, next.len) {
            (_, 0) => self,
            (0, _) => next,
            #[cfg(feature = "gzip")]
            _ => Self {
                crc: zlib_rs::crc32::crc32_combine(self.crc, next.crc, next.len),
                len: self.len.wrapping_add(next.len),
            },
            #[cfg(not(feature = "gzip"))]
            _ => self,
        }
    }

    /// As gzip writes it: the checksum, and the length modulo 2³².
    #[cfg(feature = "gzip")]
    pub(super) fn to_trailer(self) -> [u8; 8] {
        (u64::from(self.crc) | self.len << 32).to_le_bytes()
    }
}
