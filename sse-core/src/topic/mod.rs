//! One log, many cursors: publish once, read by everybody, resumed exactly.
//!
//! A [`Topic`] is a bounded log of encoded events. Publishing encodes the event once and never waits. A
//! [`Subscription`] is a cursor on the log: one that is behind the head replays, one at the head is live, and one that
//! trails too far has lagged. Replay and live are one read path under one lock.
//!
//! ```
//! use sse_core::{SseEvent, Topic, history::Retention, topic::Delivery};
//!
//! #[derive(SseEvent)]
//! #[sse(rename_all = "kebab-case")]
//! enum Price {
//!     Tick { cents: u64 },
//! }
//!
//! let prices: Topic<Price> = Topic::builder()
//!     .keep(Retention::events(10_000))
//!     .epoch("k3x9f0q2m1".parse()?) // drawn at random unless a test wants to know it
//!     .build()?;
//! prices.publish(&Price::Tick { cents: 7 })?;
//! let missed = prices.publish(&Price::Tick { cents: 8 })?;
//! assert_eq!(missed.to_string(), "k3x9f0q2m1-2");
//!
//! let attached = prices.resume(Some(b"k3x9f0q2m1-1"), &Default::default())?;
//! let mut subscription = attached.subscription;
//! assert_eq!(
//!     subscription.try_next(),
//!     Some(Delivery::Frames("id: k3x9f0q2m1-2\nevent: tick\ndata: {\"cents\":8}\n\n".into()))
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod budget;
mod builder;
mod error;
mod extra;
mod feed;
pub mod group;
pub mod hub;
mod lag;
mod options;
mod pipe;
mod publish;
mod reader;
mod shared;
mod stats;
mod subscription;
#[cfg(test)]
mod tests;
mod waking;

use core::fmt;
use core::marker::PhantomData;

use self::builder::KeyOf;
pub use self::builder::{BuildTopicError, TopicBuilder};
pub use self::error::{PublishError, SubscribeError};
#[doc(no_inline)]
pub use self::group::{GroupDelivery, GroupSubscription, TopicGroup};
#[doc(no_inline)]
pub use self::hub::Hub;
pub use self::lag::LagPolicy;
pub use self::options::{Start, SubscribeOptions};
pub use self::pipe::Pipe;
pub use self::reader::TopicReader;
pub(crate) use self::shared::{Settings, Shared};
pub use self::stats::TopicStats;
pub use self::subscription::{Attached, Delivery, Subscription};
use self::waking::WakeAll;
pub use self::waking::Waking;
use crate::history::{Position, Verdict};
use crate::sync::Arc;

/// A bounded log of events of one type, which many read.
///
/// Cloning it is cheap, and gives the same topic. See the [module](self) for an example.
pub struct Topic<E: ?Sized> {
    pub(crate) shared: Arc<Shared>,
    /// What an event tells the newest of.
    key: Option<KeyOf<E>>,
    // Only a borrowed event is ever taken, and none is held.
    event: PhantomData<fn(&E)>,
}

impl<E: ?Sized> Topic<E> {
    /// A topic with the default limits.
    #[must_use]
    pub fn new() -> Self {
        TopicBuilder::new().topic()
    }

    fn from_parts(shared: Shared, key: Option<KeyOf<E>>) -> Self {
        Self { shared: Arc::new(shared), key, event: PhantomData }
    }

    /// Sets limits before the topic is made.
    #[must_use]
    pub fn builder() -> TopicBuilder<E> {
        TopicBuilder::new()
    }

    /// The position behind the newest event with an id: what a page that renders the present state and subscribes
    /// afterwards should resume behind.
    #[must_use]
    pub fn position(&self) -> Position {
        self.shared.lock().position()
    }

    /// How many subscriptions there are.
    #[must_use]
    pub fn subscribers(&self) -> usize {
        self.shared.lock().reader_count()
    }

    /// What became of the events and of those who came for them.
    #[must_use]
    pub fn stats(&self) -> TopicStats {
        self.shared.stats()
    }

    /// Whether the topic takes no more events.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.shared.lock().is_closed()
    }

    /// Ends the topic: subscribers read what is there and end, and publishing is an error from now on.
    pub fn close(&self) {
        let mut waking = WakeAll::new(&self.shared);
        let mut log = self.shared.lock();
        log.close();
        waking.arm(&mut log);
    }

    /// Ends the subscriptions that there are, at once and without `stream-end`, and returns how many there were. Their
    /// clients come back, and whoever lets them in decides anew.
    #[expect(clippy::must_use_candidate, reason = "it is called for what it does")]
    pub fn kick(&self) -> usize {
        self.shared.kick()
    }

    /// Lets go of events that are older than the retention allows. A topic that is published to does so by itself.
    pub fn evict(&self) {
        self.shared.evict();
    }

    /// What a client that comes back with this `Last-Event-ID` would be told, without subscribing it.
    #[must_use]
    pub fn verdict(&self, last_event_id: Option<&[u8]>) -> Verdict {
        self.shared.verdict(last_event_id)
    }

    /// Subscribes to what is published from now on.
    ///
    /// # Errors
    ///
    /// Returns [`SubscribeError`] if the topic has 2^32 − 1 subscriptions.
    pub fn subscribe(&self) -> Result<Subscription, SubscribeError> {
        self.subscribe_from(Start::Latest)
    }

    /// Subscribes to what is kept from `start` on, then to what is published.
    ///
    /// # Errors
    ///
    /// As [`Topic::subscribe`].
    pub fn subscribe_from(&self, start: Start) -> Result<Subscription, SubscribeError> {
        let options = SubscribeOptions::new().fresh(start).snapshot(false);
        Ok(self.resume(None, &options)?.subscription)
    }

    /// Subscribes a client that comes back with this `Last-Event-ID`: what it missed, then what is published from now
    /// on; or, if what it missed is no longer there, from where the options say.
    ///
    /// An absent id and an empty one are the same. The verdict and the subscription are taken in one step, so that no
    /// event can come between them.
    ///
    /// # Errors
    ///
    /// As [`Topic::subscribe`].
    pub fn resume(&self, last_event_id: Option<&[u8]>, options: &SubscribeOptions) -> Result<Attached, SubscribeError> {
        self.shared.attach(|log| log.verdict(last_event_id), options)
    }

    /// Subscribes behind a position, which [`Topic::position`] or a snapshot named; else as [`Topic::resume`].
    ///
    /// # Errors
    ///
    /// As [`Topic::subscribe`].
    pub fn resume_behind(&self, position: Position, options: &SubscribeOptions) -> Result<Attached, SubscribeError> {
        self.shared.attach(|log| log.verdict_on(position), options)
    }

    /// The reading side of the topic, whatever the type of its events.
    #[must_use]
    pub fn reader(&self) -> TopicReader {
        TopicReader { shared: Arc::clone(&self.shared) }
    }
}

impl<E: ?Sized> Default for Topic<E> {
    fn default() -> Self {
        Self::new()
    }
}

impl<E: ?Sized> Clone for Topic<E> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared), key: self.key.clone(), event: PhantomData }
    }
}

impl<E: ?Sized> fmt::Debug for Topic<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Topic")
            .field("position", &self.position())
            .field("subscribers", &self.subscribers())
            .finish_non_exhaustive()
    }
}
