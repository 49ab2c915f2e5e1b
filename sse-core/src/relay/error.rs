//! Why a remote log did not do what it was asked for.

use alloc::boxed::Box;
use alloc::string::ToString as _;
use core::fmt;

/// What a remote log, or the way to it, answers instead.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RelayError {
    /// There is no answer. What was asked for may have happened or not; the same request with the same token may be
    /// tried again.
    Unavailable(Box<str>),
    /// The log is closed. The event is not in it, and never will be.
    Closed,
    /// The event is larger than the remote takes.
    TooLarge {
        /// The length of the frame in bytes.
        bytes: usize,
        /// The limit in bytes.
        limit: usize,
    },
    /// The remote answered that it will not: no right to, no room, a name that it does not take. Nothing happened, and
    /// trying again changes nothing by itself.
    Refused(Box<str>),
    /// The answer breaks the contract of [`Relay`](super::Relay), so that nothing of it may be used.
    Broken(Box<str>),
}

impl RelayError {
    /// There is no answer, for the reason that `cause` displays.
    #[must_use]
    pub fn unavailable(cause: impl fmt::Display) -> Self {
        Self::Unavailable(cause.to_string().into_boxed_str())
    }

    /// The remote will not, for the reason that `cause` displays.
    #[must_use]
    pub fn refused(cause: impl fmt::Display) -> Self {
        Self::Refused(cause.to_string().into_boxed_str())
    }

    /// The answer cannot be used, for the reason that `cause` displays.
    #[must_use]
    pub fn broken(cause: impl fmt::Display) -> Self {
        Self::Broken(cause.to_string().into_boxed_str())
    }

    /// Whether the same request, with the same token, may succeed later.
    #[must_use]
    pub const fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }

    /// Whether the log takes no more events.
    #[must_use]
    pub const fn is_closed(&self) -> bool {
        matches!(self, Self::Closed)
    }

    /// Whether the event exceeds the remote's limit.
    #[must_use]
    pub const fn is_too_large(&self) -> bool {
        matches!(self, Self::TooLarge { .. })
    }

    /// Whether the remote said no.
    #[must_use]
    pub const fn is_refused(&self) -> bool {
        matches!(self, Self::Refused(_))
    }

    /// Whether the remote does not keep to its contract.
    #[must_use]
    pub const fn is_broken(&self) -> bool {
        matches!(self, Self::Broken(_))
    }
}

impl fmt::Display for RelayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unavailable(cause) => write!(f, "the remote log is unavailable: {cause}"),
            Self::Closed => f.write_str("the remote log is closed"),
            Self::TooLarge { bytes, limit } => {
                write!(f, "event of {bytes} bytes exceeds the remote's limit of {limit}")
            }
            Self::Refused(cause) => write!(f, "the remote log refuses: {cause}"),
            Self::Broken(cause) => write!(f, "the remote log breaks its contract: {cause}"),
        }
    }
}

impl core::error::Error for RelayError {}
