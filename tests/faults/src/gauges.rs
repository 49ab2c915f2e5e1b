//! What the server says of itself at `/gauges`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The figures of one life of the server.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(crate) struct Gauges {
    /// How many bytes of the heap the server holds.
    pub(crate) heap: usize,
    /// The last number that was given out, in this life or before.
    pub(crate) published: u64,
    /// Whether there will be more.
    pub(crate) publishing: bool,
    /// `Topic::subscribers`.
    pub(crate) subscribers: usize,
    /// `Connections::len`.
    pub(crate) connections: usize,
    /// `Connections::count` of each kind of client that has connections.
    pub(crate) kinds: BTreeMap<String, usize>,
    /// Calls of the two hooks.
    pub(crate) connects: u64,
    pub(crate) disconnects: u64,
    /// Why connections have gone, and how many.
    pub(crate) reasons: BTreeMap<String, u64>,
    /// Panics that were meant to be, and the other ones.
    pub(crate) planned_panics: u64,
    pub(crate) other_panics: u64,
    /// How often a reader lagged.
    pub(crate) lagged: u64,
}
