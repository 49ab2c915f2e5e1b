//! Where the bytes of a body come from.

mod events;
mod group;
mod topic;

pub use self::events::Events;
pub use self::group::SubscribedGroup;
pub use self::topic::Subscribed;

/// What an [`Sse`](crate::Sse) makes its body from: [`Events`], [`Subscribed`] or [`SubscribedGroup`].
///
/// The trait is sealed.
pub trait Source: private::Source {}

impl<T: private::Source> Source for T {}

/// A source that reads topics: [`Subscribed`] or [`SubscribedGroup`].
///
/// The trait is sealed.
pub trait FromTopics: Source + private::FromTopics {}

impl<T: Source + private::FromTopics> FromTopics for T {}

pub(crate) mod private {
    use std::pin::Pin;
    use std::task::{Context, Poll};

    use bytes::Bytes;
    use sse_core::topic::Subscription;
    use sse_core::topic::group::GroupSubscription;

    use crate::Error;
    use crate::snapshot::Owed;

    /// What a source hands over.
    #[derive(Debug)]
    #[expect(unnameable_types, reason = "only the sealed trait names it")]
    pub enum Chunk {
        /// Whole events.
        Frames(Bytes),
        /// The client is told how far it has come: `stream-position`.
        Position(Bytes),
        /// The client is told that it has lost events, and starts over: `stream-reset`.
        Reset(Bytes),
        /// The stream is complete.
        Ended,
        /// The connection ends because of the topic, and the client is to come back.
        Closed,
        /// The connection ends because the client has read too slowly, and it is to come back.
        Lagged,
        /// The stream has failed.
        Failed(Error),
    }

    /// What a layer has attached before the head went out.
    #[derive(Debug)]
    #[expect(unnameable_types, reason = "only the sealed trait names it")]
    pub enum Cursor {
        /// The stream is the handler's own, or there was no place in the topic.
        None,
        /// A place in a topic, and the application's snapshot if it has one.
        Topic(Subscription, Option<Box<Owed>>),
        /// Places in many topics.
        Group(Box<GroupSubscription>),
    }

    #[expect(unnameable_types, reason = "the public trait is sealed by it")]
    pub trait Source {
        fn attach(self: Pin<&mut Self>, cursor: Cursor);

        fn poll_chunk(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Chunk>;

        /// Nothing was sent for a while: the topic lets go of what is too old by now. If the client is to be told how far
        /// it has come, these are the bytes; they count as sent from now on.
        fn on_quiet(self: Pin<&mut Self>, tells: bool) -> Option<Bytes>;
    }

    #[expect(unnameable_types, reason = "the public trait is sealed by it")]
    pub trait FromTopics {}
}
