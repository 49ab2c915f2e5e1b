//! An event of a known type, or one of an unknown name.

use sse_core::EventId;
use sse_core::event::{DecodedEvent, SseDecode};

use super::ReceiveError;

/// What a typed client receives: one of its events, or one whose name it does not know.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a name is known or it is not")]
pub enum Received<E> {
    /// One of the events of `E`.
    #[non_exhaustive]
    Event {
        /// The event.
        event: E,
        /// The last event ID of the stream when the event came out; empty if there is none.
        last_event_id: EventId,
    },
    /// An event of another name, for example a control event (`stream-…`), or one that is newer than this client.
    Unknown(DecodedEvent),
}

impl<E> Received<E> {
    /// Decodes an event, once.
    ///
    /// # Errors
    ///
    /// Returns a [`ReceiveError`] that [is a payload](ReceiveError::is_payload), and holds the event, if the name is one
    /// of `E` and the data is not its payload.
    pub fn decode(event: DecodedEvent) -> Result<Self, ReceiveError>
    where
        E: SseDecode,
    {
        match E::decode(event.as_ref()) {
            Ok(Some(typed)) => Ok(Self::Event { event: typed, last_event_id: event.last_event_id }),
            Ok(None) => Ok(Self::Unknown(event)),
            Err(cause) => Err(ReceiveError::payload(event, cause)),
        }
    }

    /// The typed event; `None` if the name is unknown.
    pub fn event(self) -> Option<E> {
        match self {
            Self::Event { event, .. } => Some(event),
            Self::Unknown(_) => None,
        }
    }

    /// The last event ID of the stream when the event came out; empty if there is none.
    #[must_use]
    pub const fn last_event_id(&self) -> &EventId {
        match self {
            Self::Event { last_event_id, .. } => last_event_id,
            Self::Unknown(event) => &event.last_event_id,
        }
    }
}
