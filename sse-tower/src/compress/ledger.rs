//! What compressors take, all together.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};

use super::Encoding;
use super::codec::For;

/// What the compressors of a [`Compression`](super::Compression) and its clones take, and what they have done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CompressionStats {
    /// The bytes that they take at most, those that are there now.
    pub memory: usize,
    /// How many of them the subscribers of a topic share. A topic has one for each layer and coding.
    pub shared: usize,
    /// How many of them belong to one connection.
    pub private: usize,
    /// How often one of them was given a chunk. Where all is shared, that is little more than once for each event.
    pub calls: u64,
    /// How many streams were sent as they are because there was no room for a compressor.
    pub uncompressed: u64,
}

/// The account of all compressors that have one cap.
#[derive(Debug)]
pub(super) struct Ledger {
    max: usize,
    memory: AtomicUsize,
    shared: AtomicUsize,
    private: AtomicUsize,
    calls: AtomicU64,
    uncompressed: AtomicU64,
}

impl Ledger {
    pub(super) fn new(max: usize) -> Arc<Self> {
        Arc::new(Self {
            max,
            memory: AtomicUsize::new(0),
            shared: AtomicUsize::new(0),
            private: AtomicUsize::new(0),
            calls: AtomicU64::new(0),
            uncompressed: AtomicU64::new(0),
        })
    }

    /// Takes the room of one more compressor, if there is any.
    pub(super) fn lease(self: &Arc<Self>, encoding: Encoding, of: For) -> Option<Lease> {
        let room = |taken: usize| taken.checked_add(encoding.memory(of)).filter(|&taken| taken <= self.max);
        self.memory.fetch_update(Relaxed, Relaxed, room).ok()?;
        self.count(of).fetch_add(1, Relaxed);
        Some(Lease { ledger: Arc::clone(self), encoding, of })
    }

    pub(super) fn note_uncompressed(&self) {
        self.uncompressed.fetch_add(1, Relaxed);
    }

    pub(super) fn stats(&self) -> CompressionStats {
        CompressionStats {
            memory: self.memory.load(Relaxed),
            shared: self.shared.load(Relaxed),
            private: self.private.load(Relaxed),
            calls: self.calls.load(Relaxed),
            uncompressed: self.uncompressed.load(Relaxed),
        }
    }

    const fn count(&self, of: For) -> &AtomicUsize {
        match of {
            For::Topic => &self.shared,
            For::Connection => &self.private,
        }
    }
}

/// The room of one compressor, until it is dropped.
pub(super) struct Lease {
    ledger: Arc<Ledger>,
    encoding: Encoding,
    of: For,
}

impl Lease {
    pub(super) const fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// Counts a chunk that is compressed.
    pub(super) fn note_call(&self) {
        self.ledger.calls.fetch_add(1, Relaxed);
    }

    /// The room of another compressor for a connection, under the same cap.
    pub(super) fn another(&self) -> Option<Self> {
        self.ledger.lease(self.encoding, For::Connection)
    }

    #[cfg(test)]
    pub(super) fn stats(&self) -> CompressionStats {
        self.ledger.stats()
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.ledger.count(self.of).fetch_sub(1, Relaxed);
        self.ledger.memory.fetch_sub(self.encoding.memory(self.of), Relaxed);
    }
}

impl fmt::Debug for Lease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lease").field("encoding", &self.encoding).field("of", &self.of).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::hint::black_box;

    /// Text that can be compressed, but not by much.
    fn text(len: usize) -> Vec<u8> {
        let mut state = 7_u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            state.to_be_bytes()[0] & 0x3f | 0x40
        };
        (0..len).map(|_| next()).collect()
    }

    #[test]
    fn a_compressor_takes_what_is_said_and_no_more() {
        for &encoding in Encoding::ALL {
            for of in [For::Topic, For::Connection] {
                let mut made = None;
                let held = allocation_counter::measure(|| {
                    let mut codec = encoding.codec(of).unwrap();
                    // Events that begin runs and go on with them, one chunk that is more than any window, and more events.
                    for len in [1, 1_000, 64 * 1_024, 2 << 20].into_iter().chain([1_000; 200]) {
                        let chunk = text(len);
                        let mut out = Vec::new();
                        assert!(codec.compress(&chunk, len == 1_000, &mut out));
                        black_box(out);
                    }
                    made = Some(codec);
                });
                let memory = i64::try_from(encoding.memory(of)).unwrap();
                let held = held.bytes_current;
                assert!(held <= memory, "{encoding}, {of:?}: {held} bytes, and {memory} are said");
                assert!(held * 5 >= memory * 4, "{encoding}, {of:?}: {held} bytes, and {memory} are said");
            }
        }
    }

    #[test]
    fn room_is_taken_once_and_given_back() {
        for &encoding in Encoding::ALL {
            let each = encoding.memory(For::Connection);
            let ledger = Ledger::new(2 * each);
            let leases = [(); 3].map(|()| ledger.lease(encoding, For::Connection));
            assert_eq!(leases.each_ref().map(Option::is_some), [true, true, false]);
            assert_eq!((ledger.stats().memory, ledger.stats().private), (2 * each, 2));
            drop(leases);
            assert_eq!((ledger.stats().memory, ledger.stats().private), (0, 0));
            assert!(Ledger::new(each - 1).lease(encoding, For::Connection).is_none());
            assert!(Ledger::new(0).lease(encoding, For::Topic).is_none());
        }
    }
}
