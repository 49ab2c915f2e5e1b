//! Why a connection is lost, or there was none.

use std::error;
use std::fmt;
use std::time::Duration;

use http::{HeaderMap, StatusCode};

use crate::decode::ReceiveError;

/// Why a connection is lost, or there was none.
///
/// Displaying it shows one level; [`source`](error::Error::source) has the next. The wording and the types of the sources
/// are not part of the API.
#[derive(Debug)]
#[non_exhaustive]
pub enum Cause {
    /// The body came to its end, as it was meant to.
    Ended,
    /// The body broke off: the connection was reset, or closed within the body, or what came is not HTTP.
    Broken(ReceiveError),
    /// No answer came: the server cannot be reached, or closed the connection before the head of a response.
    Unreachable(Box<dyn error::Error + Send + Sync>),
    /// No byte came for so long, neither of the head nor of the body.
    Silent(Duration),
    /// The response has a status that is [retried](super::Builder::retry_statuses).
    #[non_exhaustive]
    Refused {
        /// The status.
        status: StatusCode,
        /// The headers. The body is not read.
        headers: Box<HeaderMap>,
    },
    /// What makes the [headers of each attempt](super::Builder::headers_with) failed.
    Headers(Box<dyn error::Error + Send + Sync>),
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ended => f.write_str("the body ended"),
            Self::Broken(_) => f.write_str("the connection broke off"),
            Self::Unreachable(_) => f.write_str("the server did not answer"),
            Self::Silent(time) => write!(f, "the server was silent for {time:?}"),
            Self::Refused { status, .. } => write!(f, "the server answered {status}"),
            Self::Headers(_) => f.write_str("the headers of the request could not be made"),
        }
    }
}

impl error::Error for Cause {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Self::Broken(cause) => cause.source(),
            Self::Unreachable(cause) | Self::Headers(cause) => Some(&**cause),
            Self::Ended | Self::Silent(_) | Self::Refused { .. } => None,
        }
    }
}
