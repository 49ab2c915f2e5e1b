//! The one error that a body ends with.

use std::error;
use std::fmt;

use sse_core::wire::ItemError;

/// Why an event stream broke off: its source failed, or yielded an event that cannot be encoded.
///
/// It ends the body, so that the client reconnects; a comment line `: error` goes before it. Displaying it shows what
/// the source's error displays; the wording is not part of the API.
#[derive(Debug)]
pub struct Error {
    inner: Box<Inner>,
}

#[derive(Debug)]
enum Inner {
    Stream(String),
    Encode(sse_core::event::EncodeError),
}

impl Error {
    pub(crate) fn new(error: ItemError<impl fmt::Display>) -> Self {
        Self {
            inner: Box::new(match error {
                ItemError::Encode(error) => Inner::Encode(error),
                // `ItemError` may grow; whatever else it says is the stream's.
                other => Inner::Stream(other.to_string()),
            }),
        }
    }

    /// Whether the stream of events failed.
    #[must_use]
    pub fn is_stream(&self) -> bool {
        matches!(*self.inner, Inner::Stream(_))
    }

    /// Whether an event could not be encoded.
    #[must_use]
    pub fn is_encode(&self) -> bool {
        matches!(*self.inner, Inner::Encode(_))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.inner {
            Inner::Stream(text) => f.write_str(text),
            Inner::Encode(error) => error.fmt(f),
        }
    }
}

impl error::Error for Error {}
