//! The limits of a topic.

use alloc::sync::Arc;
use core::any::Any;
use core::fmt;
use core::hash::Hash;
use core::time::Duration;

use super::{LagPolicy, Settings, Shared, Topic};
use crate::history::{Epoch, Key, LiveWindow, Retention};

/// The key of an event, if it has one.
pub(super) type KeyOf<E> = Arc<dyn Fn(&E) -> Option<Arc<dyn Key>> + Send + Sync>;

/// Sets the limits of a [`Topic`] before it is made.
///
/// Topics that are made from clones of one builder share what it holds.
pub struct TopicBuilder<E: ?Sized> {
    pub(super) settings: Arc<Settings>,
    pub(super) epoch: Option<Epoch>,
    key: Option<KeyOf<E>>,
}

impl<E: ?Sized> TopicBuilder<E> {
    /// The size in bytes of the largest event that a topic takes, unless set otherwise: 4 MiB.
    pub const DEFAULT_MAX_EVENT_BYTES: usize = 4 << 20;

    pub(super) fn new() -> Self {
        Self { settings: Settings::common(), epoch: None, key: None }
    }

    fn set(mut self, set: impl FnOnce(&mut Settings)) -> Self {
        set(Arc::make_mut(&mut self.settings));
        self
    }

    /// Sets what a resume may use. Default: the newest 1 000 events, in at most 16 MiB.
    #[must_use]
    pub fn keep(self, keep: Retention) -> Self {
        self.set(|settings| settings.windows.keep = keep)
    }

    /// Sets how far a connected reader may trail. Default: 4 096 events or 1 MiB.
    #[must_use]
    pub fn live(self, live: LiveWindow) -> Self {
        self.set(|settings| settings.windows.live = live)
    }

    /// Sets what becomes of a reader that trails further. Default: its subscription ends.
    #[must_use]
    pub fn lag_policy(self, policy: LagPolicy) -> Self {
        self.set(|settings| settings.lag = policy)
    }

    /// Keeps the newest event of each key as the topic's own snapshot: who comes anew, must start over, or lags under
    /// [`LagPolicy::Reset`] gets those events first, in the order of the log, and only the last of them has an id.
    ///
    /// Of at most `max_keys` keys, in at most the bytes of the retention (each event counts 128 besides its own): the key
    /// that was updated least recently leaves first. An event without a key is in no snapshot.
    ///
    /// The memory of the keys themselves is not counted: keep them small. What a subscriber has still to read of a
    /// snapshot is held for it, and shared with all who came since the last event. The key's `Hash` and `Eq` run under the
    /// topic's lock: they must not call into the topic.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_core::{SseEvent, Topic, topic::Delivery};
    ///
    /// #[derive(SseEvent)]
    /// #[sse(rename_all = "kebab-case")]
    /// enum Price {
    ///     Tick { symbol: String, cents: u64 },
    ///     Holiday,
    /// }
    ///
    /// let prices: Topic<Price> = Topic::builder()
    ///     .epoch("k3x9f0q2m1".parse()?)
    ///     .latest_per_key(10_000, |price: &Price| match price {
    ///         Price::Tick { symbol, .. } => Some(symbol.clone()),
    ///         Price::Holiday => None,
    ///     })
    ///     .build()?;
    /// for (symbol, cents) in [("A", 1), ("B", 2), ("A", 3)] {
    ///     prices.publish(&Price::Tick { symbol: symbol.to_owned(), cents })?;
    /// }
    /// let mut subscription = prices.resume(None, &Default::default())?.subscription;
    /// assert_eq!(
    ///     subscription.try_next(),
    ///     Some(Delivery::Frames(
    ///         "event: tick\ndata: {\"symbol\":\"B\",\"cents\":2}\n\n\
    ///          id: k3x9f0q2m1-3\nevent: tick\ndata: {\"symbol\":\"A\",\"cents\":3}\n\n".into()
    ///     ))
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn latest_per_key<K>(mut self, max_keys: usize, key: impl Fn(&E) -> Option<K> + Send + Sync + 'static) -> Self
    where
        K: Hash + Eq + Any + Send + Sync,
    {
        self.key = Some(Arc::new(move |event: &E| Some(Arc::new(key(event)?))));
        self.set(|settings| settings.windows.latest_keys = max_keys)
    }

    /// Sets the size in bytes of the largest encoded event that is taken; a larger one is an error for its publisher.
    #[must_use]
    pub fn max_event_bytes(self, bytes: usize) -> Self {
        self.set(|settings| settings.max_event_bytes = bytes)
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
    pub fn clock(self, clock: impl Fn() -> Duration + Send + Sync + 'static) -> Self {
        self.set(|settings| settings.clock = Some(Arc::new(clock)))
    }

    /// Makes the topic.
    ///
    /// # Errors
    ///
    /// Returns [`BuildTopicError`] if the retention has an age and there is no clock.
    pub fn build(self) -> Result<Topic<E>, BuildTopicError> {
        if self.settings.windows.keep.age.is_some() && self.settings.clock.is_none() {
            return Err(BuildTopicError::NoClock);
        }
        Ok(self.topic())
    }

    pub(super) fn topic(&self) -> Topic<E> {
        let epoch = self.epoch.unwrap_or_else(Epoch::random);
        Topic::from_parts(Shared::new(epoch, Arc::clone(&self.settings)), self.key.clone())
    }
}

impl<E: ?Sized> Clone for TopicBuilder<E> {
    fn clone(&self) -> Self {
        Self { settings: Arc::clone(&self.settings), epoch: self.epoch, key: self.key.clone() }
    }
}

impl<E: ?Sized> fmt::Debug for TopicBuilder<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TopicBuilder").field("windows", &self.settings.windows).finish_non_exhaustive()
    }
}

/// A topic that cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BuildTopicError {
    /// The retention has an age, and there is no clock.
    NoClock,
}

impl fmt::Display for BuildTopicError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoClock => f.write_str("a retention by age needs a clock"),
        }
    }
}

impl core::error::Error for BuildTopicError {}
