//! What an event source yields.

use std::time::Duration;

use http::{HeaderMap, Uri};
use sse_core::EventId;
use sse_core::event::DecodedEvent;
use sse_core::history::ResetReason;

use super::{Cause, Resume};
use crate::decode::{ReceiveError, Received};

/// What an event source yields: an event, or what has become of the connection.
///
/// Whoever wants the events alone takes them by [`Update::event`]. What ends the stream for good and was not meant to is
/// an [`Error`](super::Error) instead.
#[derive(Debug)]
#[non_exhaustive]
pub enum Update<E = DecodedEvent> {
    /// A connection stands: the head of its response has come, `200` and `text/event-stream`.
    Open(Box<Opened>),
    /// An event.
    #[non_exhaustive]
    Event {
        /// The event.
        event: E,
        /// The last event ID of the stream when the event came out; empty if there is none.
        last_event_id: EventId,
    },
    /// An event of a name that `E` does not know: the server is newer than this client. The untyped source has none.
    Unknown(DecodedEvent),
    /// An event that was lost, and the stream goes on with the next one: its data [is not its
    /// payload](ReceiveError::is_payload), or it is longer than the [limits](ReceiveError::is_limit) allow.
    Invalid(ReceiveError),
    /// Events were lost, and the server says so: what was built from them is to be built anew, from the next event on.
    ///
    /// Only servers of this crate say it.
    Reset(Reset),
    /// The request that follows is without this last event ID, because it contains a control character, which no header
    /// can carry. The server begins as it does for a client without one.
    IdLeftOut(EventId),
    /// The connection is lost, or there was none; the next attempt is after the delay.
    Reconnecting(Reconnecting),
    /// The stream is complete. Nothing follows, and nothing is asked for again.
    End(End),
}

/// A connection that stands.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Opened {
    /// Where it leads to, after redirects.
    pub uri: Uri,
    /// The headers of the response.
    pub headers: HeaderMap,
    /// What the header `Sse-Resume` says of the last event ID; `None` from a server of another kind.
    pub resume: Option<Resume>,
}

/// A `stream-reset`, or the header that says the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reset {
    /// Why; `None` for a reason that is newer than this client.
    pub reason: Option<ResetReason>,
    /// If the connection carries many topics, those that start over and why each does, by their labels.
    pub topics: Vec<(String, Option<ResetReason>)>,
}

/// A connection that is lost, and when the next attempt is.
#[derive(Debug)]
#[non_exhaustive]
pub struct Reconnecting {
    /// What became of the last one.
    pub cause: Cause,
    /// How many attempts have failed in a row; 0 if it was a good connection.
    ///
    /// A good connection has brought an event, or was open for twice the server's keep-alive interval (30 s if it is not
    /// known). Once a server has sent `stream-open`, a connection without one is good only if both are true of it.
    pub failures: u32,
    /// The time until the next attempt.
    pub delay: Duration,
}

/// How a stream was completed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum End {
    /// By the event `stream-end` of a server of this crate.
    Event,
    /// By status 204: there is nothing to come, or no more.
    NoContent,
    /// By the end of the body, the request being one that is [not repeated](super::Builder::repeat).
    Body,
}

impl<E> Update<E> {
    /// The event; `None` for everything else, also for an unknown or invalid event.
    ///
    /// Whoever wants the events alone, and not to know why they end:
    ///
    /// ```
    /// use std::future::ready;
    /// use futures_util::StreamExt as _;
    /// use sse_tower::client::{EventSource, Update};
    ///
    /// async fn all(source: EventSource) -> Vec<String> {
    ///     let events = source.filter_map(|update| ready(update.ok().and_then(Update::event)));
    ///     events.map(|event| event.data).collect().await
    /// }
    /// ```
    pub fn event(self) -> Option<E> {
        match self {
            Self::Event { event, .. } => Some(event),
            _ => None,
        }
    }
}

impl Update {
    pub(super) fn untyped(event: DecodedEvent) -> Self {
        Self::Event { last_event_id: event.last_event_id.clone(), event }
    }

    /// Decodes the event, if it is one.
    pub(super) fn decode<E>(self, decode: fn(DecodedEvent) -> Update<E>) -> Update<E> {
        match self {
            Self::Event { event, .. } => decode(event),
            Self::Open(opened) => Update::Open(opened),
            Self::Unknown(event) => Update::Unknown(event),
            Self::Invalid(error) => Update::Invalid(error),
            Self::Reset(reset) => Update::Reset(reset),
            Self::IdLeftOut(id) => Update::IdLeftOut(id),
            Self::Reconnecting(reconnecting) => Update::Reconnecting(reconnecting),
            Self::End(end) => Update::End(end),
        }
    }
}

impl<E> From<Result<Received<E>, ReceiveError>> for Update<E> {
    fn from(received: Result<Received<E>, ReceiveError>) -> Self {
        match received {
            Ok(Received::Event { event, last_event_id, .. }) => Self::Event { event, last_event_id },
            Ok(Received::Unknown(event)) => Self::Unknown(event),
            Err(error) => Self::Invalid(error),
        }
    }
}
