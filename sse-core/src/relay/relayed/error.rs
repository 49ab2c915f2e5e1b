//! Why a topic was not relayed, an event not published, a client not resumed.

use core::fmt;

use super::super::{RelayError, Token};
use crate::topic::{PublishError, SubscribeError};

/// A topic that cannot be fed by a remote log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RelayedTopicError {
    /// Something was published to the topic already, it is closed, or it is fed by a remote log already.
    Used,
    /// The topic keeps [the newest event of each key](crate::topic::TopicBuilder::latest_per_key). The key is taken
    /// from an event, and what comes from a remote log is bytes.
    LatestPerKey,
}

impl fmt::Display for RelayedTopicError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Used => "only a topic that nothing was published to can be fed by a remote log",
            Self::LatestPerKey => "a topic that is fed by a remote log cannot keep the newest event of each key",
        })
    }
}

impl core::error::Error for RelayedTopicError {}

/// The topic has a tail already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AlreadyTailed {
    pub(super) _priv: (),
}

impl fmt::Display for AlreadyTailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the topic has a tail already, and must have one")
    }
}

impl core::error::Error for AlreadyTailed {}

/// An event that was not published to a remote log, or of which nobody knows.
#[derive(Debug)]
#[non_exhaustive]
pub enum RelayPublishError {
    /// The event is one that the topic does not take. Nothing was published.
    Event(PublishError),
    /// The remote log did not acknowledge the event. If the cause [is unavailable](RelayError::is_unavailable) it may
    /// have it all the same: [tried again](super::RelayedTopic::publish_with_token) with this token, it is published
    /// once.
    Relay {
        /// What the event was published with.
        token: Token,
        /// What the remote answered, if anything.
        cause: RelayError,
    },
}

impl RelayPublishError {
    /// The token to try again with, if that may help.
    #[must_use]
    pub const fn token(&self) -> Option<Token> {
        match self {
            Self::Relay { token, cause } if cause.is_unavailable() => Some(*token),
            _ => None,
        }
    }

    /// Whether the log takes no more events.
    #[must_use]
    pub const fn is_closed(&self) -> bool {
        matches!(self, Self::Relay { cause: RelayError::Closed, .. })
    }
}

impl fmt::Display for RelayPublishError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Event(error) => error.fmt(f),
            Self::Relay { cause, .. } => cause.fmt(f),
        }
    }
}

impl core::error::Error for RelayPublishError {}

impl From<PublishError> for RelayPublishError {
    fn from(error: PublishError) -> Self {
        Self::Event(error)
    }
}

/// A client on which there is no verdict.
///
/// It is to come back with the id that it has: an HTTP server answers 503. To say `reset` instead would have it start
/// over although nothing may be lost.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ResumeError {
    /// The remote log has to be asked and does not answer.
    Unavailable(RelayError),
    /// Nobody polls the [tail](super::RelayedTopic::tail) of the topic.
    NoTail,
    /// The topic has too many subscriptions.
    Subscribe(SubscribeError),
}

impl fmt::Display for ResumeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unavailable(error) => error.fmt(f),
            Self::NoTail => f.write_str("the topic has no tail"),
            Self::Subscribe(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for ResumeError {}

impl From<RelayError> for ResumeError {
    fn from(error: RelayError) -> Self {
        Self::Unavailable(error)
    }
}

impl From<SubscribeError> for ResumeError {
    fn from(error: SubscribeError) -> Self {
        Self::Subscribe(error)
    }
}
