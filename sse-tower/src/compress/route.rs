//! What a layer is set to, and what its routes share.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use sse_core::history::Epoch;

use super::Encoding;
use super::chain::Chain;

/// Which content codings a layer offers. See the [module](self::super).
#[derive(Clone, Debug)]
pub struct Compression {
    encodings: Vec<Encoding>,
}

impl Compression {
    /// Offers every coding whose feature is on, `zstd` before `gzip` before `br`.
    #[must_use]
    pub fn new() -> Self {
        Self { encodings: Encoding::ALL.to_vec() }
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
        Self(compression.map(|compression| Arc::new(Route::new(compression.encodings))))
    }
}

/// What the connections of a layer share.
pub(super) struct Route {
    pub(super) encodings: Vec<Encoding>,
    /// Of the topics that have compressed connections, or had some before others came.
    chains: Mutex<HashMap<(Encoding, Epoch), Weak<Chain>>>,
}

impl Route {
    fn new(encodings: Vec<Encoding>) -> Self {
        Self { encodings, chains: Mutex::default() }
    }

    /// What the connections of a topic share; `None` if the coding cannot be shared.
    pub(super) fn chain(&self, encoding: Encoding, topic: Epoch) -> Option<Arc<Chain>> {
        if !encoding.has_runs() {
            return None;
        }
        let mut chains = self.chains.lock().unwrap_or_else(PoisonError::into_inner);
        if chains.len() == chains.capacity() {
            // Before it grows.
            chains.retain(|_, chain| chain.strong_count() > 0);
        }
        let place = chains.entry((encoding, topic)).or_default();
        Some(place.upgrade().unwrap_or_else(|| {
            let chain = Arc::new(Chain::new(encoding));
            *place = Arc::downgrade(&chain);
            chain
        }))
    }
}

impl fmt::Debug for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Route").field("encodings", &self.encodings).finish_non_exhaustive()
    }
}
