//! Topics become responses.

use std::sync::Arc;

use sse_core::topic::group::InvalidGroup;
use sse_core::topic::{Start, SubscribeOptions, TopicGroup};
use sse_core::{EventName, Topic};

use crate::origin::Origin;
use crate::respond::Sse;
use crate::snapshot::{self, Snapshot};
use crate::source::{FromTopics, Subscribed, SubscribedGroup};

impl Sse<Subscribed> {
    /// Answers with the events of a topic: those that the client missed, then those that are published.
    pub fn topic<E: ?Sized>(topic: &Topic<E>) -> Self {
        let options = SubscribeOptions::new();
        Self::from_parts(Subscribed::new(), Origin::Topic { reader: topic.reader(), options, snapshot: None })
    }

    /// Sets what comes first for a client that comes anew, or that must start over: the application's state, instead of
    /// what the topic has. What is published behind it follows.
    ///
    /// It is a function, or a [`SharedSnapshot`](crate::SharedSnapshot) for many connections. See [`snapshot`] for what is
    /// sent, and for what the function has to know.
    ///
    /// ```
    /// use sse_core::{SseEvent, Topic};
    /// use sse_tower::Sse;
    ///
    /// #[derive(SseEvent)]
    /// enum Counter {
    ///     Is(u64),
    /// }
    ///
    /// # let topic: Topic<Counter> = Topic::new();
    /// # async fn read_from_the_database() -> Result<(u64, sse_core::Position), std::io::Error> { std::future::pending().await }
    /// let response = Sse::topic(&topic).snapshot(|| async {
    ///     let (count, position) = read_from_the_database().await?;
    ///     Ok::<_, std::io::Error>(([Counter::Is(count)], position))
    /// });
    /// ```
    pub fn snapshot(mut self, snapshot: impl Snapshot) -> Self {
        if let Origin::Topic { snapshot: place, .. } = &mut self.origin {
            *place = Some(snapshot::into_take(snapshot));
        }
        self
    }
}

impl Sse<SubscribedGroup> {
    /// Answers with the events of many topics under one id, each under a label by which a client is told of a reset.
    ///
    /// The id of each event is the connection's position in every topic, so that a client comes back with one id and is
    /// judged by each topic on its own:
    ///
    /// ```text
    /// event: stream-reset
    /// id: k3x9f0q2m1-200.9v4tq0w7ab-7
    /// data: {"reason":"evicted","topics":{"cpu":"evicted"}}
    ///
    /// id: k3x9f0q2m1-200.9v4tq0w7ab-8
    /// event: load
    /// data: 7
    ///
    /// ```
    ///
    /// The label is not part of an event: an event that must be told from one of another topic says so by its name or in
    /// its data, and so does one that a client must drop when only its topic is reset.
    ///
    /// The header and `stream-open` give the worst verdict; `stream-end` comes when the last topic has ended. For topics of
    /// different types make a [`TopicGroup`] of their [`reader`](Topic::reader)s, and see [`Sse::group`].
    ///
    /// # Errors
    ///
    /// Returns [`InvalidGroup`] if there is no topic, or more than [`TopicGroup::MAX_TOPICS`], or if a label or a topic is
    /// there twice.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_core::{SseEvent, Topic};
    /// use sse_tower::Sse;
    ///
    /// #[derive(SseEvent)]
    /// #[sse(rename_all = "kebab-case")]
    /// enum Machine {
    ///     Load(u8),
    /// }
    ///
    /// let [cpu, disk]: [Topic<Machine>; 2] = [Topic::new(), Topic::new()];
    /// let response = Sse::topics([("cpu", &cpu), ("disk", &disk)])?.into_response();
    /// # Ok::<(), sse_core::topic::group::InvalidGroup>(())
    /// ```
    pub fn topics<'a, L, E>(topics: impl IntoIterator<Item = (L, &'a Topic<E>)>) -> Result<Self, InvalidGroup>
    where
        L: Into<Arc<str>>,
        E: ?Sized + 'a,
    {
        let readers = topics.into_iter().map(|(label, topic)| (label, topic.reader()));
        Ok(Self::group(&TopicGroup::new(readers)?))
    }

    /// Answers with the events of a group of topics. See [`Sse::topics`].
    pub fn group(group: &TopicGroup) -> Self {
        let options = SubscribeOptions::new();
        Self::from_parts(SubscribedGroup::new(), Origin::Group { group: group.clone(), options })
    }
}

/// What every response from topics can be set to.
impl<S: FromTopics> Sse<S> {
    /// Sets where a client begins that brought no id. Default: with the next event that is published.
    ///
    /// A [snapshot](Sse::snapshot), or the newest event of each key, comes instead.
    pub fn fresh(self, start: Start) -> Self {
        self.subscribing(|options| options.fresh(start))
    }

    /// Sets where a client goes on that must start over. Default: with the oldest event that is kept.
    ///
    /// A [snapshot](Sse::snapshot), or the newest event of each key, comes instead.
    pub fn after_reset(self, start: Start) -> Self {
        self.subscribing(|options| options.after_reset(start))
    }

    /// Sets whether the newest event of each key comes first, if the topic
    /// [keeps them](sse_core::topic::TopicBuilder::latest_per_key). Default: yes.
    pub fn latest_per_key(self, first: bool) -> Self {
        self.subscribing(|options| options.snapshot(first))
    }

    /// Sends only events with these names.
    ///
    /// The others are no gap: a client that comes back behind one that it was not sent is recovered like any other. When
    /// it is quiet, the client is told how far it has come, so that it does not one day come back with an id from long
    /// ago:
    ///
    /// ```text
    /// event: stream-position
    /// id: k3x9f0q2m1-305
    /// data: {}
    ///
    /// ```
    pub fn only(self, names: impl IntoIterator<Item = EventName>) -> Self {
        self.subscribing(|options| options.only(names))
    }

    fn subscribing(mut self, set: impl FnOnce(SubscribeOptions) -> SubscribeOptions) -> Self {
        self.origin = self.origin.set(set);
        self
    }
}
