//! What can be seen of a topic from outside.

use super::{LagPolicy, Shared};
use crate::history::ResetReason;

/// What became of a topic's events and of those who came for them. Counters only grow; they cost nothing to keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TopicStats {
    /// Events published, ephemeral ones included.
    pub published: u64,
    /// Events handed to subscribers, each as often as it was; snapshots apart.
    pub delivered: u64,
    /// Bytes that are held for events now, by what was allocated.
    pub bytes: usize,
    /// Subscriptions there are now.
    pub subscribers: usize,
    /// How often a subscriber lagged, and was dealt with by `lag_policy`.
    pub lagged: u64,
    /// What becomes of those who lag.
    pub lag_policy: LagPolicy,
    /// How often a subscriber lost its place because the log began anew.
    pub restarted: u64,
    /// Events that have left the retention.
    pub evicted: u64,
    /// Clients that came without an id.
    pub fresh: u64,
    /// Clients that came back and got what they missed.
    pub recovered: u64,
    reset: [u64; ResetReason::ALL.len()],
}

impl TopicStats {
    /// Clients that came back and had to start over for this reason.
    #[must_use]
    pub const fn reset(&self, reason: ResetReason) -> u64 {
        self.reset[reason as usize]
    }
}

impl Shared {
    pub(super) fn stats(&self) -> TopicStats {
        let log = self.lock();
        let counts = log.counts();
        TopicStats {
            published: log.published(),
            delivered: counts.delivered,
            bytes: log.allocated(),
            subscribers: log.reader_count(),
            lagged: counts.lagged,
            lag_policy: self.settings().lag,
            restarted: counts.restarted,
            evicted: log.evicted(),
            fresh: counts.fresh,
            recovered: counts.recovered,
            reset: counts.reset,
        }
    }
}
