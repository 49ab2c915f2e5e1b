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
//! let attached = prices.resume(Some(b"k3x9f0q2m1-1"), Default::default())?;
//! let mut subscription = attached.subscription;
//! assert_eq!(
//!     subscription.try_next(),
//!     Some(Delivery::Frames("id: k3x9f0q2m1-2\nevent: tick\ndata: {\"cents\":8}\n\n".into()))
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod builder;
mod error;
mod publish;
mod reader;
mod subscription;
#[cfg(test)]
mod tests;

use alloc::vec::Vec;
use core::fmt;
use core::marker::PhantomData;
use core::time::Duration;

pub use self::builder::{TopicBuilder, TopicError};
pub use self::error::{PublishError, SubscribeError};
pub use self::reader::TopicReader;
pub use self::subscription::{AfterReset, Attached, Delivery, Subscription};
use crate::history::{Log, Position, Verdict};
use crate::sync::{Arc, Mutex};

/// A bounded log of events of one type, which many read.
///
/// Cloning it is cheap, and gives the same topic. See the [module](self) for an example.
pub struct Topic<E: ?Sized> {
    shared: Arc<Shared>,
    // Only a borrowed event is ever taken, and none is held.
    event: PhantomData<fn(&E)>,
}

/// What all clones and all subscriptions of a topic have in common. It does not know the type of the events.
pub(crate) struct Shared {
    log: Mutex<Log>,
    clock: Option<Arc<Clock>>,
    max_event_bytes: usize,
}

/// The time since any fixed instant, by a clock that never goes back.
type Clock = dyn Fn() -> Duration + Send + Sync;

/// How many wakers are taken while the lock is held once.
const WAKE_BATCH: usize = 128;

impl Shared {
    fn now(&self) -> Duration {
        self.clock.as_ref().map_or(Duration::ZERO, |clock| clock())
    }

    /// The verdict on an id, and the position behind the newest event at that moment.
    fn verdict(&self, last_event_id: Option<&[u8]>) -> (Verdict, Position) {
        let now = self.now();
        let mut log = self.log.lock();
        // An idle log has not let go of what has become too old since the last event.
        log.evict(now);
        (log.verdict(last_event_id), log.position())
    }

    /// Wakes, outside the lock, everybody who waited when this was called.
    fn wake_all(&self, waiting: usize) {
        let mut left = waiting;
        let mut batch = Vec::with_capacity(left.min(WAKE_BATCH));
        while left > 0 {
            let taken = self.log.lock().wake(left.min(WAKE_BATCH), &mut batch);
            if taken == 0 {
                break;
            }
            left -= taken;
            batch.drain(..).for_each(core::task::Waker::wake);
        }
    }
}

impl<E: ?Sized> Topic<E> {
    /// A topic with the default limits.
    #[must_use]
    pub fn new() -> Self {
        Self::from_builder(&TopicBuilder::new())
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
        self.shared.log.lock().position()
    }

    /// How many subscriptions there are.
    #[must_use]
    pub fn subscribers(&self) -> usize {
        self.shared.log.lock().reader_count()
    }

    /// Whether the topic takes no more events.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.shared.log.lock().is_closed()
    }

    /// Ends the topic: subscribers read what is there and end, and publishing is an error from now on.
    pub fn close(&self) {
        let waiting = {
            let mut log = self.shared.log.lock();
            log.close();
            log.waiting()
        };
        self.shared.wake_all(waiting);
    }

    /// Lets go of events that are older than the retention allows. A topic that is published to does so by itself.
    pub fn evict(&self) {
        let now = self.shared.now();
        self.shared.log.lock().evict(now);
    }

    /// What a client that comes back with this `Last-Event-ID` would be told, without subscribing it.
    #[must_use]
    pub fn verdict(&self, last_event_id: Option<&[u8]>) -> Verdict {
        self.shared.verdict(last_event_id).0
    }

    /// Subscribes to what is published from now on.
    ///
    /// # Errors
    ///
    /// Returns [`SubscribeError`] if the topic has 2^32 − 1 subscriptions.
    pub fn subscribe(&self) -> Result<Subscription, SubscribeError> {
        subscription::attach(&self.shared, None, AfterReset::default()).map(|attached| attached.subscription)
    }

    /// Subscribes a client that comes back with this `Last-Event-ID`: what it missed, then what is published from now
    /// on; or, if what it missed is no longer there, from where `after_reset` says.
    ///
    /// An absent id and an empty one are the same. The verdict and the subscription are taken in one step, so that no
    /// event can come between them.
    ///
    /// # Errors
    ///
    /// Returns [`SubscribeError`] if the topic has 2^32 − 1 subscriptions.
    pub fn resume(&self, last_event_id: Option<&[u8]>, after_reset: AfterReset) -> Result<Attached, SubscribeError> {
        subscription::attach(&self.shared, last_event_id, after_reset)
    }

    /// The reading side of the topic, whatever the type of its events.
    #[must_use]
    pub fn reader(&self) -> TopicReader {
        TopicReader { shared: Arc::clone(&self.shared) }
    }

    fn from_builder(builder: &TopicBuilder<E>) -> Self {
        let log = Log::new(builder.epoch.unwrap_or_else(crate::history::Epoch::random), builder.keep, builder.live);
        let shared =
            Shared { log: Mutex::new(log), clock: builder.clock.clone(), max_event_bytes: builder.max_event_bytes };
        Self { shared: Arc::new(shared), event: PhantomData }
    }
}

impl<E: ?Sized> Default for Topic<E> {
    fn default() -> Self {
        Self::new()
    }
}

impl<E: ?Sized> Clone for Topic<E> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared), event: PhantomData }
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
