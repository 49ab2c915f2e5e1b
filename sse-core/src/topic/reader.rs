//! The reading side of a topic.

use core::fmt;

use super::{Attached, LagPolicy, Shared, SubscribeError, SubscribeOptions, TopicStats};
use crate::history::{Position, Verdict};
use crate::sync::Arc;

/// The reading side of a [`Topic`](super::Topic), for code that serves events without knowing their type.
#[derive(Clone)]
pub struct TopicReader {
    pub(super) shared: Arc<Shared>,
}

impl TopicReader {
    /// See [`Topic::position`](super::Topic::position).
    #[must_use]
    pub fn position(&self) -> Position {
        self.shared.lock().position()
    }

    /// See [`Topic::stats`](super::Topic::stats).
    #[must_use]
    pub fn stats(&self) -> TopicStats {
        self.shared.stats()
    }

    /// See [`TopicBuilder::lag_policy`](super::TopicBuilder::lag_policy).
    #[must_use]
    pub fn lag_policy(&self) -> LagPolicy {
        self.shared.settings().lag
    }

    /// See [`Topic::evict`](super::Topic::evict).
    pub fn evict(&self) {
        // Only age makes events of an idle log leave, and every connection asks from time to time.
        if self.shared.settings().windows.keep.age.is_some() {
            self.shared.evict();
        }
    }

    /// See [`Topic::verdict`](super::Topic::verdict); and the topic's position at that moment.
    #[must_use]
    pub fn verdict_and_position(&self, last_event_id: Option<&[u8]>) -> (Verdict, Position) {
        self.shared.verdict_and_position(last_event_id)
    }

    /// See [`Topic::resume`](super::Topic::resume).
    ///
    /// # Errors
    ///
    /// As [`Topic::resume`](super::Topic::resume).
    pub fn resume(&self, last_event_id: Option<&[u8]>, options: &SubscribeOptions) -> Result<Attached, SubscribeError> {
        self.shared.attach(|log| log.verdict(last_event_id), options)
    }

    /// See [`Topic::resume_behind`](super::Topic::resume_behind).
    ///
    /// # Errors
    ///
    /// As [`Topic::resume`](super::Topic::resume).
    pub fn resume_behind(&self, position: Position, options: &SubscribeOptions) -> Result<Attached, SubscribeError> {
        self.shared.attach(|log| log.verdict_on(position), options)
    }
}

impl fmt::Debug for TopicReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TopicReader").field("position", &self.position()).finish_non_exhaustive()
    }
}
