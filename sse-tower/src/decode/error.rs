//! Why an event could not be received.

use std::error;
use std::fmt;

use sse_core::event::{DecodeError, DecodedEvent};
use sse_core::wire::LimitExceeded;

/// Why an event could not be received.
///
/// Only a [body](Self::is_body) that failed ends the stream. Past a [limit](Self::is_limit) or a
/// [payload](Self::is_payload) it goes on with the next event when it is polled again. The wording is not part of the
/// API, nor is the type of the source.
#[derive(Debug)]
pub struct ReceiveError {
    inner: Box<Inner>,
}

#[derive(Debug)]
enum Inner {
    Body(Box<dyn error::Error + Send + Sync>),
    Limit(LimitExceeded),
    Payload(DecodedEvent, DecodeError),
}

impl ReceiveError {
    pub(crate) fn body(cause: Box<dyn error::Error + Send + Sync>) -> Self {
        Self { inner: Box::new(Inner::Body(cause)) }
    }

    pub(crate) fn limit(limit: LimitExceeded) -> Self {
        Self { inner: Box::new(Inner::Limit(limit)) }
    }

    pub(crate) fn payload(event: DecodedEvent, cause: DecodeError) -> Self {
        Self { inner: Box::new(Inner::Payload(event, cause)) }
    }

    /// Whether the body, or the stream of chunks, failed. [`source`](error::Error::source) is its error.
    #[must_use]
    pub fn is_body(&self) -> bool {
        matches!(*self.inner, Inner::Body(_))
    }

    /// Whether a line or an event was longer than the [`Limits`](sse_core::wire::Limits) allow.
    ///
    /// The event is lost, and its id does not become the last event ID, so a reconnect would ask for it again.
    #[must_use]
    pub fn is_limit(&self) -> bool {
        matches!(*self.inner, Inner::Limit(_))
    }

    /// Whether an event has a name that is known, and data that is not its payload.
    #[must_use]
    pub fn is_payload(&self) -> bool {
        matches!(*self.inner, Inner::Payload(..))
    }

    /// The event whose data is not its payload, as it came.
    #[must_use]
    pub fn event(&self) -> Option<&DecodedEvent> {
        match &*self.inner {
            Inner::Payload(event, _) => Some(event),
            _ => None,
        }
    }
}

impl fmt::Display for ReceiveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.inner {
            Inner::Body(_) => f.write_str("the body of the event stream failed"),
            Inner::Limit(limit) => limit.fmt(f),
            Inner::Payload(_, cause) => cause.fmt(f),
        }
    }
}

impl error::Error for ReceiveError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match &*self.inner {
            Inner::Body(cause) => Some(&**cause),
            // What is displayed is all there is.
            Inner::Limit(_) | Inner::Payload(..) => None,
        }
    }
}
