//! A topic whose events are in a remote log.

mod error;
mod node;
mod resume;
mod status;
mod subscription;
mod tail;
#[cfg(test)]
#[cfg(feature = "test-util")]
mod tests;

use core::fmt;

pub use self::error::{AlreadyTailed, RelayPublishError, RelayedTopicError, ResumeError};
use self::node::Node;
use self::resume::{Came, Resume};
use self::status::Status;
pub use self::subscription::{RelayedAttached, RelayedSubscription};
use self::tail::Tail;
pub use self::tail::TailEnd;
use super::{Relay, RelayError, RemoteEvent, Token};
use crate::event::SseEvent;
use crate::history::Position;
use crate::sync::Arc;
use crate::topic::{PublishError, SubscribeOptions, Topic};

/// A topic whose events are in a remote log, which other processes publish to and read from as well.
///
/// It is a [`Topic`] that only its [tail](Self::tail) appends to: what anybody publishes, here or elsewhere, goes to
/// the remote log first and comes back from there, so that all nodes have one order and one set of ids. Those who are
/// connected to this node read the local topic and never the remote log, however many they are. A client that comes
/// back from longer ago than the local topic keeps, or from another node, is [resumed](Self::resume) all the same.
///
/// Cloning it is cheap, and gives the same topic. See the [module](super) for an example.
///
/// # What the local topic is for
///
/// [`local`](Self::local) is for what concerns this node: [statistics](Topic::stats), [kicking](Topic::kick), events
/// that are [ephemeral](Topic::publish_ephemeral) and reach only those who are connected here. To publish any other
/// event to it is [`PublishError::Fed`]. What subscribes to it directly, or closes it, does so on this node only.
///
/// Its retention is what a client that comes back gets without the remote log being asked. An age counts from when an
/// event came to this node. Each event that is kept costs 24 bytes more than in other topics. It cannot keep [the
/// newest event of each key](crate::topic::TopicBuilder::latest_per_key).
pub struct RelayedTopic<E: ?Sized, R> {
    topic: Topic<E>,
    node: Arc<Node<R>>,
}

impl<E: ?Sized, R: Relay> RelayedTopic<E, R> {
    /// Joins a topic that nothing was published to, of its own or one of a [`Hub`](crate::topic::Hub), to the log with
    /// this name.
    ///
    /// Nothing is asked of the relay before the [tail](Self::tail) is polled, and until it has been answered nobody can
    /// be resumed. Who subscribed to the topic before loses its place then. If the hub
    /// [removes](crate::topic::Hub::remove) the topic, that is the end of it on this node only.
    ///
    /// # Errors
    ///
    /// Returns [`RelayedTopicError`] if the topic was used already, or keeps the newest event of each key.
    pub fn new(topic: Topic<E>, relay: Arc<R>, log: &str) -> Result<Self, RelayedTopicError> {
        let shared = &topic.shared;
        if shared.settings().windows.latest_keys > 0 {
            return Err(RelayedTopicError::LatestPerKey);
        }
        if !shared.begin_feed() {
            return Err(RelayedTopicError::Used);
        }
        let status = Arc::new(Status::default());
        let node = Arc::new(Node { shared: Arc::clone(shared), relay, log: log.into(), status });
        Ok(Self { topic, node })
    }

    /// The topic on this node.
    #[must_use]
    pub const fn local(&self) -> &Topic<E> {
        &self.topic
    }

    /// Why the remote log does not answer the tail, for a health check; `None` if it does, or was not asked yet.
    #[must_use]
    pub fn unavailable(&self) -> Option<RelayError> {
        self.node.status.away()
    }

    /// A future that reads the remote log and feeds the local topic: spawn it, on whatever runtime there is.
    ///
    /// When the remote does not answer it waits for what `pause` gives it, and tries again; the number says how often
    /// in a row it was not answered, beginning with 1. It ends when the log is closed, or when nobody has the topic or
    /// a subscription of it any more. If it is dropped before, streams stay open and get nothing, until there is
    /// another.
    ///
    /// # Errors
    ///
    /// Returns [`AlreadyTailed`] if there is one already, or the log is closed.
    pub fn tail<P, F>(&self, pause: F) -> Result<impl Future<Output = TailEnd> + use<E, R, P, F>, AlreadyTailed>
    where
        F: Fn(u32) -> P,
        P: Future,
    {
        let Node { shared, relay, log, status } = &*self.node;
        let tail = Tail::new(shared, relay, log, status).ok_or(AlreadyTailed { _priv: () })?;
        Ok(tail.run(pause))
    }

    /// Subscribes a client that comes back with this `Last-Event-ID`, or with none.
    ///
    /// The verdict is on the remote log where the local one cannot say. A position from before what this node keeps is
    /// recovered if the remote has what is behind it; one that another node has read and this one has not is waited
    /// for; one of another epoch is asked about. [`Start::Earliest`](crate::topic::Start::Earliest) is the oldest event
    /// that the remote has, or that this node has if the remote does not answer; `LatestMinus` counts what this node
    /// keeps.
    ///
    /// # Errors
    ///
    /// Returns [`ResumeError`] if the remote has to be asked and does not answer, or if there is no tail. The client
    /// has lost nothing then, and is to come back.
    ///
    /// # Cancel safety
    ///
    /// The future may be dropped. It may take as long as the remote does to answer.
    pub fn resume(
        &self,
        last_event_id: Option<&[u8]>,
        options: &SubscribeOptions,
    ) -> impl Future<Output = Result<RelayedAttached, ResumeError>> + Send + use<E, R> {
        Resume::new(Arc::clone(&self.node), Came::with(last_event_id), options.clone()).run()
    }

    /// Subscribes behind a position, which [`publish`](Self::publish) or a snapshot named; else as
    /// [`resume`](Self::resume).
    ///
    /// # Errors
    ///
    /// As [`resume`](Self::resume).
    pub fn resume_behind(
        &self,
        position: Position,
        options: &SubscribeOptions,
    ) -> impl Future<Output = Result<RelayedAttached, ResumeError>> + Send + use<E, R> {
        Resume::new(Arc::clone(&self.node), Came::Behind(position), options.clone()).run()
    }

    /// Ends the log for all nodes: subscribers read what is there and end, and publishing is an error from now on. One
    /// that is closed already stays so.
    ///
    /// # Errors
    ///
    /// Returns [`RelayPublishError`] if the remote did not acknowledge it.
    pub fn close(&self) -> impl Future<Output = Result<(), RelayPublishError>> + Send + use<E, R> {
        let append = self.append(Token::random(), Ok(RemoteEvent::close()));
        async {
            match append.await {
                Err(error) if !error.is_closed() => Err(error),
                _ => Ok(()),
            }
        }
    }

    fn append(
        &self,
        token: Token,
        event: Result<RemoteEvent, PublishError>,
    ) -> impl Future<Output = Result<Position, RelayPublishError>> + Send + use<E, R> {
        let node = Arc::clone(&self.node);
        async move {
            let event = event?;
            // An attempt of its own: whoever has read an earlier one must be able to tell.
            let appended = node.relay.append(&node.log, token.again(), &event).await;
            appended.map_err(|cause| RelayPublishError::Relay { token, cause })
        }
    }
}

impl<E: SseEvent + ?Sized, R: Relay> RelayedTopic<E, R> {
    /// Publishes one event to all subscribers on all nodes; returns its position, which is its id on the wire, when the
    /// remote log has acknowledged it.
    ///
    /// The event is encoded at once. The subscribers of this node get it when the tail has read it, perhaps before this
    /// returns, perhaps after. A terminal event closes the log.
    ///
    /// # Errors
    ///
    /// Returns [`RelayPublishError`] if the topic does not take the event, or the remote log did not acknowledge it.
    /// The latter may have it all the same: [its token](RelayPublishError::token) is to try again with.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, the event may be published or not. To be able to find out, draw the token yourself.
    pub fn publish(&self, event: &E) -> impl Future<Output = Result<Position, RelayPublishError>> + Send + use<E, R> {
        self.publish_with_token(Token::random(), event)
    }

    /// Publishes one event, once for all calls with tokens of the same [key](Token::key): for another attempt at one
    /// that was not acknowledged.
    ///
    /// That holds for as long as the remote remembers tokens, and within one epoch: when the log has begun a new one,
    /// an event of the old one is published again.
    ///
    /// # Errors
    ///
    /// As [`publish`](Self::publish).
    pub fn publish_with_token(
        &self,
        token: Token,
        event: &E,
    ) -> impl Future<Output = Result<Position, RelayPublishError>> + Send + use<E, R> {
        let encoded = self.topic.encode_for_remote(event).map(|(name, frame, terminal)| {
            let event = RemoteEvent::new(name, frame);
            if terminal { event.terminal() } else { event }
        });
        self.append(token, encoded)
    }
}

impl<E: ?Sized, R> Clone for RelayedTopic<E, R> {
    fn clone(&self) -> Self {
        Self { topic: self.topic.clone(), node: Arc::clone(&self.node) }
    }
}

impl<E: ?Sized, R> fmt::Debug for RelayedTopic<E, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RelayedTopic").field("log", &self.node.log).field("local", &self.topic).finish_non_exhaustive()
    }
}
