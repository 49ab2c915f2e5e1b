//! An event as a client receives it.

use alloc::string::String;

use super::{EventId, EventName};

/// An event as a client receives it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DecodedEvent {
    /// The event's name: `event: price-tick`, or `message` if there was none.
    pub name: EventName,
    /// The values of the `data` lines, joined with LF.
    pub data: String,
    /// The last event ID of the stream when the event came out, which an earlier event may have set; empty if none has.
    pub last_event_id: EventId,
}

impl DecodedEvent {
    /// The same event, borrowed.
    #[must_use]
    pub fn as_ref(&self) -> EventRef<'_> {
        EventRef { name: self.name.as_str(), data: &self.data, last_event_id: self.last_event_id.as_str() }
    }
}

/// An event as a client receives it, borrowed from the chunk that it came in or from its decoder.
///
/// [`Decoder::decode_ref`](crate::Decoder::decode_ref) returns it, and [`DecodedEvent::as_ref`] makes it of an event that
/// is owned. It holds until the decoder's next call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EventRef<'a> {
    /// The event's name: `event: price-tick`, or `message` if there was none.
    pub name: &'a str,
    /// The values of the `data` lines, joined with LF.
    pub data: &'a str,
    /// The last event ID of the stream when the event came out, which an earlier event may have set; empty if none has.
    pub last_event_id: &'a str,
}
