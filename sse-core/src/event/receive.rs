//! The trait that `#[derive(SseDecode)]` implements.

use super::{DecodeError, EventRef};

/// A typed event that a client makes of what it receives.
///
/// Derive it on the enum that derives [`SseEvent`](super::SseEvent), or on one of the client's own; what decodes is what
/// the other encodes. Written by hand, it is one function:
///
/// ```
/// use sse_core::event::{DecodeError, EventRef, SseDecode};
///
/// struct Tick(u64);
///
/// impl SseDecode for Tick {
///     fn decode(event: EventRef<'_>) -> Result<Option<Self>, DecodeError> {
///         if event.name != "tick" {
///             return Ok(None);
///         }
///         event.data.parse().map(|count| Some(Self(count))).map_err(|error| DecodeError::payload(event.name, error))
///     }
/// }
///
/// let mut decoder = sse_core::Decoder::new();
/// let event = decoder.decode(&mut b"event: tick\ndata: 7\n\n".as_slice())?.unwrap();
/// assert!(matches!(Tick::decode(event.as_ref())?, Some(Tick(7))));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait SseDecode: Sized {
    /// Makes a value of an event; `None` if there is no event of that name among these.
    ///
    /// A name that is not known is no error: a server may send more than a client was written for.
    ///
    /// # Errors
    ///
    /// Returns [`DecodeError`] if the name is one of these, but the data is not its payload.
    fn decode(event: EventRef<'_>) -> Result<Option<Self>, DecodeError>;
}
