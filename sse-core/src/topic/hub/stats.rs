//! What can be seen of a hub from outside.

use crate::history::ResetReason;
use crate::topic::TopicStats;

/// What there is in a hub, and what became of it. The counters include the topics that are gone, and only grow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct HubStats {
    /// Topics there are now.
    pub topics: usize,
    /// Bytes that are held for events now, by what was allocated.
    pub bytes: usize,
    /// Subscriptions there are now.
    pub subscribers: usize,
    /// Topics that were made.
    pub created: u64,
    /// Topics that were dropped because they were idle, or removed.
    pub dropped: u64,
    /// Events published, ephemeral ones included, once for each topic.
    pub published: u64,
    /// Events handed to subscribers, each as often as it was.
    pub delivered: u64,
    /// How often a subscriber lagged.
    pub lagged: u64,
    /// How often a subscriber lost its place because a log began anew.
    pub restarted: u64,
    /// Events that have left the retention.
    pub evicted: u64,
    /// Clients that came without an id.
    pub fresh: u64,
    /// Clients that came back and got what they missed.
    pub recovered: u64,
    reset: [u64; ResetReason::ALL.len()],
}

impl HubStats {
    /// Clients that came back and had to start over for this reason.
    #[must_use]
    pub const fn reset(&self, reason: ResetReason) -> u64 {
        self.reset[reason as usize]
    }

    /// Takes in what a topic has counted.
    pub(super) fn count(&mut self, topic: &TopicStats) {
        self.published += topic.published;
        self.delivered += topic.delivered;
        self.lagged += topic.lagged;
        self.restarted += topic.restarted;
        self.evicted += topic.evicted;
        self.fresh += topic.fresh;
        self.recovered += topic.recovered;
        for reason in ResetReason::ALL {
            self.reset[reason as usize] += topic.reset(reason);
        }
    }

    /// Takes in what was counted of topics that are gone.
    pub(super) fn count_gone(&mut self, gone: &Self) {
        self.created += gone.created;
        self.dropped += gone.dropped;
        self.published += gone.published;
        self.delivered += gone.delivered;
        self.lagged += gone.lagged;
        self.restarted += gone.restarted;
        self.evicted += gone.evicted;
        self.fresh += gone.fresh;
        self.recovered += gone.recovered;
        for (sum, count) in self.reset.iter_mut().zip(gone.reset) {
            *sum += count;
        }
    }
}
