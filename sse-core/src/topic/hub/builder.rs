//! The limits of a hub.

use alloc::sync::Arc as PlainArc;
use core::fmt;
use core::hash::Hash;
use core::marker::PhantomData;
use core::time::Duration;

use super::table::Table;
use super::{BuildHubError, Hub};
use crate::sync::Arc;
use crate::topic::budget::Budget;
use crate::topic::{Settings, TopicBuilder};

/// Sets the limits of a [`Hub`] before it is made.
pub struct HubBuilder<K, E: ?Sized> {
    topics: TopicBuilder<E>,
    max_topics: usize,
    max_bytes: usize,
    linger: Duration,
    key: PhantomData<fn(&K)>,
}

impl<K: Hash + Eq, E: ?Sized> HubBuilder<K, E> {
    /// How many topics there may be, unless set otherwise: 100 000.
    pub const DEFAULT_MAX_TOPICS: usize = 100_000;
    /// The bytes that all topics may hold together, unless set otherwise: 1 GiB.
    pub const DEFAULT_MAX_BYTES: usize = 1 << 30;
    /// How long a topic stays that nobody uses, unless set otherwise: 5 minutes.
    pub const DEFAULT_LINGER: Duration = Duration::from_mins(5);

    pub(super) const fn new(topics: TopicBuilder<E>) -> Self {
        Self {
            topics,
            max_topics: Self::DEFAULT_MAX_TOPICS,
            max_bytes: Self::DEFAULT_MAX_BYTES,
            linger: Self::DEFAULT_LINGER,
            key: PhantomData,
        }
    }

    /// Sets how many topics there may be. One more is refused with [`HubError::TooManyTopics`](super::HubError).
    #[must_use]
    pub const fn max_topics(mut self, topics: usize) -> Self {
        self.max_topics = topics;
        self
    }

    /// Sets how many bytes the events of all topics may take together, by what is allocated for them. An event that has
    /// no room is refused with [`PublishError::Full`](crate::topic::PublishError::Full).
    ///
    /// The last event that has room may take more than its own size, because a buffer grows by doubling.
    #[must_use]
    pub const fn max_bytes(mut self, bytes: usize) -> Self {
        self.max_bytes = bytes;
        self
    }

    /// Sets how long a topic stays at least that nobody uses.
    ///
    /// A client that is just coming back finds its position in this time, also in a topic that keeps no events.
    #[must_use]
    pub const fn linger(mut self, linger: Duration) -> Self {
        self.linger = linger;
        self
    }

    /// Makes the hub.
    ///
    /// # Errors
    ///
    /// Returns [`BuildHubError`] if the topics have no [clock](TopicBuilder::clock), or a fixed
    /// [epoch](TopicBuilder::epoch).
    pub fn build(self) -> Result<Hub<K, E>, BuildHubError> {
        if self.topics.settings.clock.is_none() {
            return Err(BuildHubError::NoClock);
        }
        if self.topics.epoch.is_some() {
            return Err(BuildHubError::FixedEpoch);
        }
        let mut topics = self.topics;
        let budget = PlainArc::new(Budget::new(self.max_bytes));
        topics.settings =
            PlainArc::new(Settings { budget: Some(PlainArc::clone(&budget)), ..Settings::clone(&topics.settings) });
        let table = Table::new(PlainArc::clone(&topics.settings), budget, self.max_topics, self.linger);
        Ok(Hub { table: Arc::new(table), pattern: topics.topic() })
    }
}

impl<K, E: ?Sized> fmt::Debug for HubBuilder<K, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HubBuilder")
            .field("topics", &self.topics)
            .field("max_topics", &self.max_topics)
            .field("max_bytes", &self.max_bytes)
            .field("linger", &self.linger)
            .finish()
    }
}
