//! Why an event was not published, or a client not subscribed.

use core::fmt;

use crate::event::EncodeError;

/// An event that was not published. Nothing of it is in the topic.
#[derive(Debug)]
#[non_exhaustive]
pub enum PublishError {
    /// The event cannot go on the wire.
    Encode(EncodeError),
    /// The event has an id of its own, and the ids of a topic are its log's.
    OwnId,
    /// The event's name begins with `stream-`, as only control events' do.
    ReservedName,
    /// The encoded event is larger than the topic takes.
    TooLarge {
        /// The size of the event in bytes.
        bytes: usize,
        /// The limit in bytes.
        limit: usize,
    },
    /// A terminal event stands in a batch and is not the last of it.
    TerminalNotLast,
    /// The topic was closed, or a terminal event was published.
    Closed,
    /// The topic is fed by a remote log: publish to that.
    Fed,
    /// The topics of the hub hold as many bytes as they may.
    Full {
        /// The bytes that they hold.
        bytes: usize,
        /// The limit in bytes.
        limit: usize,
    },
}

impl fmt::Display for PublishError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Encode(error) => error.fmt(f),
            Self::OwnId => f.write_str("the event has an id of its own, but the ids of a topic are its log's"),
            Self::ReservedName => f.write_str("names that begin with `stream-` are reserved for control events"),
            Self::TooLarge { bytes, limit } => write!(f, "event of {bytes} bytes exceeds the limit of {limit}"),
            Self::TerminalNotLast => f.write_str("a terminal event must be the last of its batch"),
            Self::Closed => f.write_str("the topic is closed"),
            Self::Fed => f.write_str("the topic is fed by a remote log, which events must be published to"),
            Self::Full { bytes, limit } => write!(f, "the topics hold {bytes} bytes, and may hold {limit}"),
        }
    }
}

impl core::error::Error for PublishError {}

impl From<EncodeError> for PublishError {
    fn from(error: EncodeError) -> Self {
        Self::Encode(error)
    }
}

/// A topic with 2^32 − 1 subscriptions takes no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SubscribeError {
    pub(super) _priv: (),
}

impl fmt::Display for SubscribeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the topic has 4294967295 subscriptions, which is the limit")
    }
}

impl core::error::Error for SubscribeError {}
