//! What a layer is set to, and what its routes share.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use sse_core::history::Epoch;

use super::chain::Chain;
use super::codec::For;
use super::ledger::{Lease, Ledger};
use super::{CompressionStats, Encoding};

/// 230 topics in `zstd`, or 800 connections with a `zstd` compressor of their own: less than those connections take in the
/// kernel and the server, and room for what a server of ordinary size has.
const MAX_MEMORY: usize = 128 * 1024 * 1024;

/// Which content codings a layer offers, and what they may cost. See the [module](self::super).
///
/// Clones, and the layers that they are given to, have one cap and one account in common.
#[derive(Clone, Debug)]
pub struct Compression {
    encodings: Vec<Encoding>,
    ledger: Arc<Ledger>,
}

impl Compression {
    /// Offers every coding whose feature is on, `zstd` before `gzip` before `br`.
    #[must_use]
    pub fn new() -> Self {
        Self { encodings: Encoding::ALL.to_vec(), ledger: Ledger::new(MAX_MEMORY) }
    }

    /// Sets what is offered, the preferred first. A client's own preference, its weights, goes before.
    #[must_use]
    pub fn encodings(mut self, encodings: impl IntoIterator<Item = Encoding>) -> Self {
        self.encodings.clear();
        for encoding in encodings {
            if !self.encodings.contains(&encoding) {
                self.encodings.push(encoding);
            }
        }
        self
    }

    /// Sets how many bytes the compressors may take, all together. Default: 128 MiB.
    ///
    /// What a compressor takes is in the table [above](self::super#what-it-costs). Where there is no room for one more, the
    /// stream is sent as it is, without `content-encoding`; [`stats`](Self::stats) counts it. Room is given back when a
    /// connection ends, that of a topic when its last compressed subscriber has gone.
    ///
    /// ```
    /// use sse_tower::SseLayer;
    /// use sse_tower::compress::Compression;
    ///
    /// let compression = Compression::new().max_memory(16 << 20);
    /// let layer = SseLayer::new().compression(compression.clone());
    /// assert_eq!(compression.stats().memory, 0);
    /// ```
    #[must_use]
    pub fn max_memory(mut self, bytes: usize) -> Self {
        self.ledger = Ledger::new(bytes);
        self
    }

    /// What the compressors take now, and what they have done.
    #[must_use]
    pub fn stats(&self) -> CompressionStats {
        self.ledger.stats()
    }
}

impl Default for Compression {
    fn default() -> Self {
        Self::new()
    }
}

/// The setting of a layer; off by default.
#[derive(Clone, Debug, Default)]
pub(crate) struct Setting(pub(super) Option<Arc<Route>>);

impl From<Option<Compression>> for Setting {
    fn from(compression: Option<Compression>) -> Self {
        Self(compression.map(|compression| Arc::new(Route::new(compression))))
    }
}

/// What the connections of a layer share.
pub(super) struct Route {
    pub(super) encodings: Vec<Encoding>,
    ledger: Arc<Ledger>,
    /// Of the topics that have compressed connections, or had some before others came.
    chains: Mutex<HashMap<(Encoding, Epoch), Weak<Chain>>>,
}

/// Which compressor a connection has.
#[derive(Debug)]
pub(super) enum Place {
    /// That of its topic.
    Shared(Arc<Chain>),
    /// One of its own, for which there is room.
    Own(Lease),
}

impl Route {
    fn new(compression: Compression) -> Self {
        let Compression { encodings, ledger } = compression;
        Self { encodings, ledger, chains: Mutex::default() }
    }

    /// The compressor of one more connection, of a topic or of anything else; `None` if there is no room for it.
    pub(super) fn place(&self, encoding: Encoding, topic: Option<Epoch>) -> Option<Place> {
        let place = match topic {
            Some(topic) if encoding.has_runs() => self.chain(encoding, topic).map(Place::Shared),
            _ => self.ledger.lease(encoding, For::Connection).map(Place::Own),
        };
        if place.is_none() {
            self.ledger.note_uncompressed();
        }
        place
    }

    /// What the connections of a topic share.
    fn chain(&self, encoding: Encoding, topic: Epoch) -> Option<Arc<Chain>> {
        let mut chains = self.chains.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(chain) = chains.get(&(encoding, topic)).and_then(Weak::upgrade) {
            return Some(chain);
        }
        let chain = Arc::new(Chain::new(self.ledger.lease(encoding, For::Topic)?));
        if chains.len() == chains.capacity() {
            // Before it grows.
            chains.retain(|_, chain| chain.strong_count() > 0);
        }
        chains.insert((encoding, topic), Arc::downgrade(&chain));
        Some(chain)
    }
}

impl fmt::Debug for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Route").field("encodings", &self.encodings).finish_non_exhaustive()
    }
}
