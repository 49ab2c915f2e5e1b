//! Where a subscription begins, and what of the topic it gets.

use alloc::sync::Arc;

use crate::event::EventName;
use crate::history::{Begin, Verdict};

/// Where a subscription begins that does not resume.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Start {
    /// With the next event that is published.
    #[default]
    Latest,
    /// With so many of the newest events that are kept, or with as many as there are. They are counted before any is
    /// left out.
    LatestMinus(u64),
    /// With the oldest event that is kept.
    Earliest,
}

impl Start {
    pub(super) const fn begin(self) -> Begin {
        match self {
            Self::Latest => Begin::Head,
            Self::LatestMinus(count) => Begin::Newest(count),
            Self::Earliest => Begin::Newest(u64::MAX),
        }
    }
}

/// How a client is subscribed.
///
/// # Examples
///
/// ```
/// use sse_core::EventName;
/// use sse_core::topic::{Start, SubscribeOptions};
///
/// let options = SubscribeOptions::new()
///     .fresh(Start::LatestMinus(10)) // a new client sees a little of what was
///     .only([EventName::from_static("tick")]);
/// ```
#[derive(Clone, Debug)]
pub struct SubscribeOptions {
    pub(super) fresh: Start,
    pub(super) after_reset: Start,
    pub(super) snapshot: bool,
    pub(super) only: Option<Arc<[EventName]>>,
}

impl SubscribeOptions {
    /// The defaults: a new client begins with the newest event of each key if the topic
    /// [keeps them](super::TopicBuilder::latest_per_key), else with the next event; one that must start over likewise,
    /// else with the oldest event that is kept.
    #[must_use]
    pub const fn new() -> Self {
        Self { fresh: Start::Latest, after_reset: Start::Earliest, snapshot: true, only: None }
    }

    /// Sets where a client begins that brought no id.
    #[must_use]
    pub const fn fresh(mut self, start: Start) -> Self {
        self.fresh = start;
        self
    }

    /// Sets where a client begins that must start over.
    #[must_use]
    pub const fn after_reset(mut self, start: Start) -> Self {
        self.after_reset = start;
        self
    }

    /// Sets whether the newest event of each key comes first, if the topic keeps them, also after a reset. Default: yes.
    #[must_use]
    pub const fn snapshot(mut self, snapshot: bool) -> Self {
        self.snapshot = snapshot;
        self
    }

    /// Delivers only events with these names.
    ///
    /// The others are no gap: a client that comes back behind one that it was not sent is recovered like any other, and
    /// [`Subscription::untold_position`](super::Subscription::untold_position) says how far it has come.
    #[must_use]
    pub fn only(mut self, names: impl IntoIterator<Item = EventName>) -> Self {
        self.only = Some(names.into_iter().collect());
        self
    }

    /// Where a client begins that does not resume; `None` if it does.
    pub(crate) const fn start(&self, verdict: Verdict) -> Option<Start> {
        match verdict {
            Verdict::Recovered(_) => None,
            Verdict::Fresh => Some(self.fresh),
            Verdict::Reset(_) => Some(self.after_reset),
        }
    }
}

impl Default for SubscribeOptions {
    fn default() -> Self {
        Self::new()
    }
}
