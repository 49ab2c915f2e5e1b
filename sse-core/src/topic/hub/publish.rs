//! An event enters one topic of many, or many.

use alloc::borrow::ToOwned;
use alloc::vec::Vec;
use core::borrow::Borrow;
use core::hash::Hash;

use super::{Hub, HubError};
use crate::event::SseEvent;
use crate::history::{Log, Offset, Position};
use crate::topic::publish::Encoded;
use crate::topic::waking::WakeAll;
use crate::topic::{PublishError, Shared};

/// What became of an event that was published to many topics.
#[derive(Debug)]
#[must_use = "some of the topics may have refused the event"]
#[non_exhaustive]
pub struct PublishReport<K> {
    /// How many topics the event was published to.
    pub published: usize,
    /// The keys whose topics did not get it, and why.
    pub refused: Vec<(K, HubError)>,
}

// The bound is that of each method, as it is in `Topic`.
impl<K: Hash + Eq + Clone, E: ?Sized> Hub<K, E> {
    /// Publishes one event to a key's topic, which is made if there is none: so a user who is away finds the event.
    ///
    /// # Errors
    ///
    /// Returns [`HubError`] if the topic cannot be made, or if it does not take the event, as in
    /// [`Topic::publish`](crate::Topic::publish). Then nothing was published, though the topic may have been made.
    ///
    /// # Examples
    ///
    /// ```
    /// # use std::time::Instant;
    /// # use sse_core::{SseEvent, Topic, topic::Hub};
    /// # #[derive(SseEvent)]
    /// # enum Note { Text(String) }
    /// # let start = Instant::now();
    /// let hub: Hub<String, Note> = Hub::builder(Topic::builder().clock(move || start.elapsed())).build()?;
    /// let position = hub.publish("alice", &Note::Text("hi".into()))?;
    /// assert_eq!(position.offset(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn publish<Q>(&self, key: &Q, event: &E) -> Result<Position, HubError>
    where
        E: SseEvent,
        K: Borrow<Q>,
        Q: Hash + Eq + ToOwned<Owned = K> + ?Sized,
    {
        self.pattern.encoded(event, |encoded, bytes| Ok(self.append_to(key, encoded, bytes)))?
    }

    /// Publishes one event to the topic of each key, which is made if there is none. The event is encoded once.
    ///
    /// The topics get it one after the other: there is no order between what two callers publish to many. A key that is
    /// there twice gets the event twice.
    ///
    /// # Errors
    ///
    /// Returns [`PublishError`] if the event is one that no topic takes; then it was published to none. What single
    /// topics refused is in the report.
    ///
    /// # Examples
    ///
    /// ```
    /// # use std::time::Instant;
    /// # use sse_core::{SseEvent, Topic, topic::Hub};
    /// # #[derive(SseEvent)]
    /// # enum Note { Text(String) }
    /// # let start = Instant::now();
    /// let hub: Hub<String, Note> = Hub::builder(Topic::builder().clock(move || start.elapsed())).build()?;
    /// let report = hub.publish_to(["alice", "bob"], &Note::Text("hi".into()))?;
    /// assert_eq!((report.published, report.refused.len()), (2, 0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn publish_to<'a, Q>(
        &self,
        keys: impl IntoIterator<Item = &'a Q>,
        event: &E,
    ) -> Result<PublishReport<K>, PublishError>
    where
        E: SseEvent,
        K: Borrow<Q>,
        Q: Hash + Eq + ToOwned<Owned = K> + ?Sized + 'a,
    {
        self.pattern.encoded(event, |encoded, bytes| {
            let mut report = PublishReport { published: 0, refused: Vec::new() };
            for key in keys {
                match self.append_to(key, encoded, bytes) {
                    Ok(_) => report.published += 1,
                    Err(error) => report.refused.push((key.to_owned(), error)),
                }
            }
            Ok(report)
        })
    }

    /// Publishes one event to the topics that are there and whose key matches. The event is encoded once.
    ///
    /// `matches` is asked once for each key, on a copy and under no lock: it may call the hub. A topic that is made or
    /// removed in the meantime may get the event or not.
    ///
    /// # Errors
    ///
    /// As [`Hub::publish_to`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use std::time::Instant;
    /// # use sse_core::{SseEvent, Topic, topic::Hub};
    /// # #[derive(SseEvent)]
    /// # enum Note { Text(String) }
    /// # let start = Instant::now();
    /// let hub: Hub<(u32, String), Note> = Hub::builder(Topic::builder().clock(move || start.elapsed())).build()?;
    /// let alice = hub.topic(&(7, "alice".to_owned()))?;
    /// let report = hub.publish_matching(|(tenant, _)| *tenant == 7, &Note::Text("maintenance at 9".into()))?;
    /// assert_eq!((report.published, alice.position().offset()), (1, 1));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn publish_matching(
        &self,
        mut matches: impl FnMut(&K) -> bool,
        event: &E,
    ) -> Result<PublishReport<K>, PublishError>
    where
        E: SseEvent,
    {
        self.pattern.encoded(event, |encoded, bytes| {
            let mut report = PublishReport { published: 0, refused: Vec::new() };
            for (key, topic) in self.table.snapshots().flatten() {
                if !matches(&key) {
                    continue;
                }
                match self.append_or_make_room(&topic, encoded, bytes) {
                    Ok(_) => report.published += 1,
                    // It is no longer the key's.
                    Err(PublishError::Closed) if topic.is_removed() => {}
                    Err(error) => report.refused.push((key, error.into())),
                }
            }
            Ok(report)
        })
    }

    fn append_to<Q>(&self, key: &Q, encoded: &[Encoded], bytes: &[u8]) -> Result<Position, HubError>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ToOwned<Owned = K> + ?Sized,
    {
        loop {
            let topic = self.table.get_or_create(key)?;
            match self.append_or_make_room(&topic, encoded, bytes) {
                // Somebody has removed it since: the key has another now.
                Err(PublishError::Closed) if topic.is_removed() => {}
                appended => return Ok(appended?),
            }
        }
    }

    fn append_or_make_room(&self, topic: &Shared, encoded: &[Encoded], bytes: &[u8]) -> Result<Position, PublishError> {
        let append = || {
            let mut waking = WakeAll::new(topic);
            topic.append(encoded, bytes, Offset::Next, &mut waking, Log::position)
        };
        match append() {
            Err(PublishError::Full { .. }) => {
                self.table.make_room();
                append()
            }
            appended => appended,
        }
    }
}
