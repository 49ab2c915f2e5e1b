//! What each coding can do, behind one face.
//!
//! A stream of zstd or gzip is put together from *runs*, in which each chunk refers to those before it, and from chunks
//! that stand *apart*: stored as they are, or compressed alone. A run, and a chunk apart, refers to nothing before it.

use super::Encoding;
use super::codec::{Codec, For};
use super::sum::Sum;

/// What is shorter is not worth a compressor's time when it stands apart: many a connection sends it at another moment.
const APART: usize = 4 * 1024;

impl Encoding {
    /// Whether streams can be put together from pieces.
    pub(super) const fn has_runs(self) -> bool {
        match self {
            #[cfg(feature = "zstd")]
            Self::Zstd => true,
            #[cfg(feature = "gzip")]
            Self::Gzip => true,
            #[cfg(feature = "br")]
            Self::Br => false,
        }
    }

    /// A compressor; `None` if there is no memory for it.
    #[cfg_attr(not(feature = "zstd"), expect(clippy::unnecessary_wraps, reason = "zstd is what tells"))]
    pub(super) fn codec(self, of: For) -> Option<Box<dyn Codec>> {
        match self {
            #[cfg(feature = "zstd")]
            Self::Zstd => super::zstd::codec(of),
            #[cfg(feature = "gzip")]
            Self::Gzip => Some(super::gzip::codec(of)),
            #[cfg(feature = "br")]
            Self::Br => {
                let _ = of;
                Some(super::br::codec())
            }
        }
    }

    /// How many bytes a compressor takes at most, as a test has counted them.
    pub(super) const fn memory(self, of: For) -> usize {
        match (self, of) {
            #[cfg(feature = "zstd")]
            (Self::Zstd, For::Topic) => 560 * 1024,
            #[cfg(feature = "zstd")]
            (Self::Zstd, For::Connection) => 160 * 1024,
            #[cfg(feature = "gzip")]
            (Self::Gzip, For::Topic) => 380 * 1024,
            #[cfg(feature = "gzip")]
            (Self::Gzip, For::Connection) => 180 * 1024,
            #[cfg(feature = "br")]
            (Self::Br, _) => 944 * 1024,
        }
    }

    /// What stands before everything.
    pub(super) const fn head(self) -> &'static [u8] {
        match self {
            #[cfg(feature = "gzip")]
            Self::Gzip => super::gzip::HEAD,
            #[cfg(any(feature = "zstd", feature = "br"))]
            _ => b"",
        }
    }

    /// What ends a run.
    pub(super) const fn leave(self) -> &'static [u8] {
        match self {
            #[cfg(feature = "zstd")]
            Self::Zstd => super::zstd::LEAVE,
            #[cfg(any(feature = "gzip", feature = "br"))]
            _ => b"",
        }
    }

    /// Whether a chunk is compressed where it stands apart.
    pub(super) const fn compresses_apart(self, chunk: &[u8]) -> bool {
        self.has_runs() && chunk.len() >= APART
    }

    /// Compresses a chunk that stands apart; stores it if the compressor fails.
    pub(super) fn apart(self, chunk: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        let done = match self {
            #[cfg(feature = "zstd")]
            Self::Zstd => super::zstd::apart(chunk, &mut out),
            #[cfg(feature = "gzip")]
            Self::Gzip => super::gzip::apart(chunk, &mut out),
            #[cfg(feature = "br")]
            Self::Br => false,
        };
        if !done {
            out.clear();
            self.store(chunk, &mut out);
        }
        out
    }

    /// Appends a chunk that stands apart, as it is.
    pub(super) fn store(self, chunk: &[u8], out: &mut Vec<u8>) {
        match self {
            #[cfg(feature = "zstd")]
            Self::Zstd => super::zstd::store(chunk, out),
            #[cfg(feature = "gzip")]
            Self::Gzip => super::gzip::store(chunk, out),
            #[cfg(feature = "br")]
            Self::Br => out.extend_from_slice(chunk),
        }
    }

    /// Appends the end of a stream, behind what ends a run. `is_empty` if nothing was sent but the head.
    pub(super) fn end(self, sum: Sum, is_empty: bool, out: &mut Vec<u8>) {
        match self {
            // No frame at all is no stream to some decoders.
            #[cfg(feature = "zstd")]
            Self::Zstd => {
                if is_empty {
                    super::zstd::store(b"", out);
                }
            }
            #[cfg(feature = "gzip")]
            Self::Gzip => {
                out.extend_from_slice(super::gzip::LAST);
                out.extend_from_slice(&sum.to_trailer());
            }
            #[cfg(feature = "br")]
            Self::Br => out.extend_from_slice(if is_empty { super::br::EMPTY } else { super::br::LAST }),
        }
        let _ = (sum, is_empty);
    }
}
