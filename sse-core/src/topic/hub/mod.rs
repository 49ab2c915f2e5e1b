//! A topic for each key, made on demand and dropped when it is idle.
//!
//! ```
//! use std::time::{Duration, Instant};
//! use sse_core::{Retention, SseEvent, Topic, topic::Hub};
//!
//! #[derive(SseEvent)]
//! #[sse(rename_all = "kebab-case")]
//! enum Note {
//!     Text(String),
//! }
//!
//! let start = Instant::now();
//! let topics = Topic::builder()
//!     .keep(Retention::events(100).and_age(Duration::from_secs(3_600)))
//!     .clock(move || start.elapsed());
//! let users: Hub<String, Note> = Hub::builder(topics).build()?;
//!
//! users.publish("alice", &Note::Text("while you were away".into()))?; // she need not be there
//! let alice = users.topic("alice")?; // what her connections subscribe to
//! let subscription = alice.subscribe()?;
//! let report = users.publish_to(["alice", "bob"], &Note::Text("to both".into()))?;
//! assert!(report.refused.is_empty());
//!
//! assert_eq!(users.kick("alice"), 1); // her access was revoked
//! users.sweep(); // now and then, from a timer
//! assert_eq!(users.len(), 2);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # When a topic is dropped
//!
//! When all of this holds:
//!
//! - nobody has a [`Topic`], a [`TopicReader`](super::TopicReader) or a subscription of it;
//! - nothing was published, no verdict was taken, and no subscription began or ended, for as long as it
//!   [lingers](HubBuilder::linger), and a second more at most;
//! - nothing is kept that anybody could come back for: all its events have left the [retention](crate::Retention), and
//!   there is no newest event [of a key](super::TopicBuilder::latest_per_key).
//!
//! So no history is lost before its time, and nobody has a topic that is not its key's any more.
//!
//! **A retention without an age keeps its newest events for ever**, and so is the newest event of a key kept for ever:
//! such a topic stays, once something was published to it, until it is [removed](Hub::remove). Give the retention an
//! [age](crate::Retention::and_age), or remove topics yourself. With a retention that keeps
//! [nothing](crate::Retention::none), the linger is how long a client that has missed nothing may be away and still be
//! told so.
//!
//! This is looked for by [`Hub::sweep`], which a timer should call now and then; in a part of the hub when that has
//! doubled; and in all of it before a cap refuses anything, at most once a second, or once a linger if that is shorter.
//!
//! A topic that is closed is dropped like any other. Until then its key has a closed topic, which says so to everybody
//! who comes; afterwards the key may have a new one. An id of a topic that was dropped or removed is of another epoch:
//! its client must start over.
//!
//! # When a cap is reached
//!
//! - With too many topics, a key that has none gets none: [`HubError::TooManyTopics`].
//! - With too many bytes, nothing is published: [`PublishError::Full`](super::PublishError::Full). No event is let go
//!   early for another.
//!
//! Everything that is there goes on. A [`Topic`] that was taken from the hub lets go of its own events that are too old
//! before it refuses, but not of other topics'.
//!
//! # What runs under a lock
//!
//! The `Hash`, `Eq` and `Clone` of a key: they must not call the hub. Nothing else of a user's does.

mod builder;
mod error;
mod publish;
mod stats;
mod table;

use alloc::borrow::ToOwned;
use alloc::vec::Vec;
use core::borrow::Borrow;
use core::fmt;
use core::hash::Hash;
use core::marker::PhantomData;

pub use self::builder::HubBuilder;
pub use self::error::{BuildHubError, HubError};
pub use self::publish::PublishReport;
pub use self::stats::HubStats;
use self::table::Table;
use super::{Shared, Topic, TopicBuilder};
use crate::sync::Arc;

/// Topics by key: one for each user, each room, each job.
///
/// Cloning it is cheap, and gives the same hub. See the [module](self) for an example, and for when a topic is dropped.
pub struct Hub<K, E: ?Sized> {
    table: Arc<Table<K>>,
    /// Knows how an event is encoded for all topics alike. Nothing is ever published to it.
    pattern: Topic<E>,
}

impl<K: Hash + Eq + Clone, E: ?Sized> Hub<K, E> {
    /// Sets limits before the hub is made. All its topics are made as `topics` says, each with an epoch of its own.
    #[must_use]
    pub const fn builder(topics: TopicBuilder<E>) -> HubBuilder<K, E> {
        HubBuilder::new(topics)
    }

    /// The key's topic, which is made if there is none. While somebody has it, it is not dropped.
    ///
    /// For a key that a stranger may choose use [`Hub::get`], or check it first: each new one counts towards the cap.
    ///
    /// # Errors
    ///
    /// Returns [`HubError::TooManyTopics`] if there is none and the hub is full.
    pub fn topic<Q>(&self, key: &Q) -> Result<Topic<E>, HubError>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ToOwned<Owned = K> + ?Sized,
    {
        self.table.get_or_create(key).map(|shared| self.wrap(shared))
    }

    /// The key's topic, if there is one.
    #[must_use]
    pub fn get<Q>(&self, key: &Q) -> Option<Topic<E>>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.table.get(key).map(|shared| self.wrap(shared))
    }

    fn wrap(&self, shared: Arc<Shared>) -> Topic<E> {
        Topic { shared, key: self.pattern.key.clone(), event: PhantomData }
    }

    /// Ends the key's subscriptions, at once and without `stream-end`, and returns how many there were. The topic and
    /// its history stay.
    ///
    /// Their clients come back, and whoever lets them in decides anew. Revoke access first, then kick: who was let in
    /// before and subscribes only now is not meant.
    pub fn kick<Q>(&self, key: &Q) -> usize
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.table.get(key).map_or(0, |topic| topic.kick())
    }

    /// Takes the key's topic away, with its history, whoever has it; false if there is none. The next topic of the key
    /// is a new one.
    ///
    /// Its subscriptions end as with [`Hub::kick`], also those that begin later on a [`Topic`] that somebody still has;
    /// publishing to that is an error.
    pub fn remove<Q>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.table.remove(key)
    }

    /// Drops the topics that are idle, and lets go of events that are older than the retention allows in all others.
    /// Returns how many were dropped.
    ///
    /// It takes time in proportion to the topics, and holds up a 32nd of them at a time. It must not be called under a
    /// topic's lock, as in [`Topic::publish_with`].
    #[expect(clippy::must_use_candidate, reason = "it is called for what it does")]
    pub fn sweep(&self) -> usize {
        self.table.sweep()
    }

    /// How many topics there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Whether there is no topic.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The bytes that are held for events, by what was allocated: of all topics, and of those that were removed and
    /// that somebody still has.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.table.bytes()
    }

    /// A copy of the keys that have a topic, in no order.
    #[must_use]
    pub fn keys(&self) -> Vec<K> {
        self.table.keys()
    }

    /// What there is, and what became of it, over all topics. It asks each of them.
    #[must_use]
    pub fn stats(&self) -> HubStats {
        self.table.stats()
    }
}

#[cfg(test)]
impl<K: Hash + Eq, E: ?Sized> Hub<K, E> {
    /// How many keys there is room for without an allocation.
    pub(super) fn room(&self) -> usize {
        self.table.room()
    }
}

impl<K, E: ?Sized> Clone for Hub<K, E> {
    fn clone(&self) -> Self {
        Self { table: Arc::clone(&self.table), pattern: self.pattern.clone() }
    }
}

impl<K: Hash + Eq, E: ?Sized> fmt::Debug for Hub<K, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hub")
            .field("topics", &self.table.len())
            .field("bytes", &self.table.bytes())
            .finish_non_exhaustive()
    }
}
