//! The one error that a body ends with.

use std::error;
use std::fmt;
use std::sync::Arc;

use sse_core::event::EncodeError;
use sse_core::wire::ItemError;

/// Why an event stream broke off: its source or its snapshot failed, or yielded an event that cannot be encoded.
///
/// It ends the body, so that the client reconnects; a comment line `: error` goes before it. Displaying it shows what
/// the source's error displays; the wording is not part of the API.
#[derive(Debug)]
pub struct Error {
    /// Shared, because a snapshot fails for all who wait for it.
    inner: Arc<Inner>,
}

#[derive(Debug)]
enum Inner {
    Stream(String),
    Encode(EncodeError),
    Refused(&'static str),
}

impl Error {
    pub(crate) fn new(error: ItemError<impl fmt::Display>) -> Self {
        Self {
            inner: Arc::new(match error {
                ItemError::Encode(error) => Inner::Encode(error),
                // `ItemError` may grow; whatever else it says is the stream's.
                other => Inner::Stream(other.to_string()),
            }),
        }
    }

    /// What the source itself says.
    pub(crate) fn stream(error: &dyn fmt::Display) -> Self {
        Self { inner: Arc::new(Inner::Stream(error.to_string())) }
    }

    pub(crate) fn encode(error: EncodeError) -> Self {
        Self { inner: Arc::new(Inner::Encode(error)) }
    }

    /// An event that has no place where it stands.
    pub(crate) fn refused(why: &'static str) -> Self {
        Self { inner: Arc::new(Inner::Refused(why)) }
    }

    /// The same error once more.
    pub(crate) fn share(&self) -> Self {
        Self { inner: Arc::clone(&self.inner) }
    }

    /// Whether the stream of events, or the snapshot, failed.
    #[must_use]
    pub fn is_stream(&self) -> bool {
        matches!(*self.inner, Inner::Stream(_))
    }

    /// Whether an event could not be encoded, or has no place where it stands.
    #[must_use]
    pub fn is_encode(&self) -> bool {
        matches!(*self.inner, Inner::Encode(_) | Inner::Refused(_))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.inner {
            Inner::Stream(text) => f.write_str(text),
            Inner::Encode(error) => error.fmt(f),
            Inner::Refused(why) => f.write_str(why),
        }
    }
}

impl error::Error for Error {}
