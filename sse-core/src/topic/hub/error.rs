//! Why a hub was not made, or refused something.

use core::fmt;

use crate::topic::PublishError;

/// What a [`Hub`](super::Hub) refused. Topics that are there go on.
#[derive(Debug)]
#[non_exhaustive]
pub enum HubError {
    /// There are as many topics as there may be, and none of them is idle.
    TooManyTopics {
        /// The limit.
        limit: usize,
    },
    /// The event was not published.
    Publish(PublishError),
}

impl fmt::Display for HubError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooManyTopics { limit } => {
                write!(f, "there are {limit} topics, which is the limit, and none is idle")
            }
            Self::Publish(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for HubError {}

impl From<PublishError> for HubError {
    fn from(error: PublishError) -> Self {
        Self::Publish(error)
    }
}

/// Why a [`HubBuilder`](super::HubBuilder) made no hub.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BuildHubError {
    /// The topics have no clock, without which nothing is ever idle.
    NoClock,
    /// The topics have a fixed epoch, and no two logs may have the same one.
    FixedEpoch,
}

impl fmt::Display for BuildHubError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoClock => "a hub needs a clock, to know which topics are idle",
            Self::FixedEpoch => "the topics of a hub cannot have one epoch between them",
        })
    }
}

impl core::error::Error for BuildHubError {}
