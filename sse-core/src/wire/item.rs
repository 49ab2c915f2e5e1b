//! What a stream of events may yield.

use alloc::vec::Vec;
use core::convert::Infallible;
use core::fmt;

use super::EventFrame;
use super::encode::encode_fields_into;
use crate::event::{EncodeError, Event, EventId, EventName, SseEvent};

/// An item of a stream that becomes an event stream: an event, a `Result` of one, an untyped [`Event`], or an
/// [`EventFrame`] that is already encoded.
///
/// The error of a `Result` needs no more than [`Display`](fmt::Display).
#[diagnostic::on_unimplemented(
    message = "a stream of `{Self}` is not an event stream",
    label = "the items are not server-sent events",
    note = "add `#[derive(SseEvent)]` to the item, or yield `Result<E, X>` with `E: SseEvent` and `X: Display`"
)]
pub trait SseItem {
    /// What the stream itself may fail with.
    type Error: fmt::Display;

    /// Appends the item's frame to `out` and says whether the stream is complete with it.
    ///
    /// # Errors
    ///
    /// Returns [`ItemError`] if the item is an error, or does not encode. Then `out` is as it was.
    fn write_frame(self, out: &mut Vec<u8>) -> Result<bool, ItemError<Self::Error>>;
}

/// Why an item did not become a frame.
#[derive(Debug)]
#[non_exhaustive]
pub enum ItemError<X> {
    /// The stream failed.
    Stream(X),
    /// The event cannot be encoded.
    Encode(EncodeError),
}

impl<X> From<EncodeError> for ItemError<X> {
    fn from(error: EncodeError) -> Self {
        Self::Encode(error)
    }
}

impl<X: fmt::Display> fmt::Display for ItemError<X> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stream(error) => error.fmt(f),
            Self::Encode(error) => error.fmt(f),
        }
    }
}

impl<E: SseEvent> SseItem for E {
    type Error = Infallible;

    fn write_frame(self, out: &mut Vec<u8>) -> Result<bool, ItemError<Infallible>> {
        let fields = self.fields()?;
        refuse_reserved(fields.name.as_str(), fields.id.as_ref().map(EventId::as_str))?;
        encode_fields_into(&fields, &self, out)?;
        Ok(fields.terminal)
    }
}

impl<I: SseItem<Error = Infallible>, X: fmt::Display> SseItem for Result<I, X> {
    type Error = X;

    fn write_frame(self, out: &mut Vec<u8>) -> Result<bool, ItemError<X>> {
        match self.map_err(ItemError::Stream)?.write_frame(out) {
            Ok(terminal) => Ok(terminal),
            Err(ItemError::Encode(error)) => Err(ItemError::Encode(error)),
            Err(ItemError::Stream(never)) => match never {},
        }
    }
}

impl SseItem for EventFrame {
    type Error = Infallible;

    fn write_frame(self, out: &mut Vec<u8>) -> Result<bool, ItemError<Infallible>> {
        if self.is_reserved() {
            return Err(EncodeError::reserved(self.name()).into());
        }
        out.extend_from_slice(self.as_bytes());
        Ok(self.is_terminal())
    }
}

impl SseItem for Event<'_> {
    type Error = Infallible;

    fn write_frame(self, out: &mut Vec<u8>) -> Result<bool, ItemError<Infallible>> {
        refuse_reserved(self.said_name().unwrap_or_default(), self.said_id())?;
        self.encode_into(out);
        Ok(false)
    }
}

/// Names and ids of control events are not the application's to send: a client would take them for the server's word
/// on what it has missed.
fn refuse_reserved(name: &str, id: Option<&str>) -> Result<(), EncodeError> {
    if EventName::is_reserved_name(name) {
        return Err(EncodeError::reserved(name));
    }
    match id {
        Some(id) if EventId::is_reserved_id(id) => Err(EncodeError::reserved(id)),
        _ => Ok(()),
    }
}
