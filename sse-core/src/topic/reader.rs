//! The reading side of a topic.

use core::fmt;

use super::{AfterReset, Attached, Shared, SubscribeError, subscription};
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
        self.shared.log.lock().position()
    }

    /// See [`Topic::verdict`](super::Topic::verdict); and the topic's position at that moment.
    #[must_use]
    pub fn verdict(&self, last_event_id: Option<&[u8]>) -> (Verdict, Position) {
        self.shared.verdict(last_event_id)
    }

    /// See [`Topic::resume`](super::Topic::resume).
    ///
    /// # Errors
    ///
    /// As [`Topic::resume`](super::Topic::resume).
    pub fn resume(&self, last_event_id: Option<&[u8]>, after_reset: AfterReset) -> Result<Attached, SubscribeError> {
        subscription::attach(&self.shared, last_event_id, after_reset)
    }
}

impl fmt::Debug for TopicReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TopicReader").field("position", &self.position()).finish_non_exhaustive()
    }
}
