//! The limits of a topic.

use core::fmt;
use core::marker::PhantomData;
use core::time::Duration;

use super::{Clock, Topic};
use crate::history::{Epoch, LiveWindow, Retention};
use crate::sync::Arc;

/// Sets the limits of a [`Topic`] before it is made.
pub struct TopicBuilder<E: ?Sized> {
    pub(super) keep: Retention,
    pub(super) live: LiveWindow,
    pub(super) epoch: Option<Epoch>,
    pub(super) clock: Option<Arc<Clock>>,
    pub(super) max_event_bytes: usize,
    event: PhantomData<fn(&E)>,
}

impl<E: ?Sized> TopicBuilder<E> {
    /// The size in bytes of the largest event that a topic takes, unless set otherwise: 4 MiB.
    pub const DEFAULT_MAX_EVENT_BYTES: usize = 4 << 20;

    pub(super) fn new() -> Self {
        Self {
            keep: Retention::default(),
            live: LiveWindow::default(),
            epoch: None,
            clock: None,
            max_event_bytes: Self::DEFAULT_MAX_EVENT_BYTES,
            event: PhantomData,
        }
    }

    /// Sets what a resume may use. Default: the newest 1 000 events, in at most 16 MiB.
    #[must_use]
    pub const fn keep(mut self, keep: Retention) -> Self {
        self.keep = keep;
        self
    }

    /// Sets how far a connected reader may trail. Default: 4 096 events or 1 MiB.
    #[must_use]
    pub const fn live(mut self, live: LiveWindow) -> Self {
        self.live = live;
        self
    }

    /// Sets the size in bytes of the largest encoded event that is taken; a larger one is an error for its publisher.
    #[must_use]
    pub const fn max_event_bytes(mut self, bytes: usize) -> Self {
        self.max_event_bytes = bytes;
        self
    }

    /// Sets the epoch of the topic's ids, instead of one drawn at random.
    ///
    /// Two logs must never have the same one: a client of the first would be taken for a client of the second.
    #[must_use]
    pub const fn epoch(mut self, epoch: Epoch) -> Self {
        self.epoch = Some(epoch);
        self
    }

    /// Sets the clock that a retention by age needs: the time since any fixed instant, which never goes back.
    #[must_use]
    pub fn clock(mut self, clock: impl Fn() -> Duration + Send + Sync + 'static) -> Self {
        self.clock = Some(Arc::new(clock));
        self
    }

    /// Makes the topic.
    ///
    /// # Errors
    ///
    /// Returns [`TopicError`] if the retention has an age and there is no clock.
    pub fn build(self) -> Result<Topic<E>, TopicError> {
        if self.keep.age.is_some() && self.clock.is_none() {
            return Err(TopicError { _priv: () });
        }
        Ok(Topic::from_builder(&self))
    }
}

impl<E: ?Sized> fmt::Debug for TopicBuilder<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TopicBuilder").field("keep", &self.keep).field("live", &self.live).finish_non_exhaustive()
    }
}

/// A retention by age without a clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TopicError {
    _priv: (),
}

impl fmt::Display for TopicError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a retention by age needs a clock")
    }
}

impl core::error::Error for TopicError {}
