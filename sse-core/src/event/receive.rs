//! The trait that `#[derive(SseDecode)]` implements.

use alloc::boxed::Box;
use alloc::sync::Arc;

use super::{DecodeError, EventRef};

/// A value that is made of a server-sent event, as a client receives it.
///
/// Derive it on the enum that derives [`SseEvent`](super::SseEvent), or on one of the client's own; what decodes is what
/// the other encodes:
///
/// ```
/// use sse_core::{Decoder, SseDecode, SseEvent};
///
/// #[derive(Debug, PartialEq, SseEvent, SseDecode)]
/// #[sse(rename_all = "kebab-case")]
/// enum Price {
///     PriceTick { symbol: String, cents: u64 },
///     Halted(String),
/// }
///
/// let mut wire = &b"event: price-tick\ndata: {\"symbol\":\"ACME\",\"cents\":725}\n\nevent: other\ndata:\n\n"[..];
/// let mut decoder = Decoder::new();
///
/// let tick = decoder.decode(&mut wire)?.unwrap();
/// assert_eq!(Price::decode(tick.as_ref())?, Some(Price::PriceTick { symbol: "ACME".into(), cents: 725 }));
///
/// let other = decoder.decode(&mut wire)?.unwrap();
/// assert_eq!(Price::decode(other.as_ref())?, None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Written by hand, it is one function:
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
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be decoded from server-sent events",
    label = "no server-sent event is decoded to this",
    note = "add `#[derive(SseDecode)]` to `{Self}`"
)]
pub trait SseDecode: Sized {
    /// Makes a value of an event; `None` if there is no event of that name among these.
    ///
    /// A name that is not known is no error: a server may send more than a client was written for.
    ///
    /// # Errors
    ///
    /// Returns [`DecodeError`] if the name is one of these, but the data is not its payload, or the last event ID not
    /// its id.
    fn decode(event: EventRef<'_>) -> Result<Option<Self>, DecodeError>;
}

impl<E: SseDecode> SseDecode for Box<E> {
    fn decode(event: EventRef<'_>) -> Result<Option<Self>, DecodeError> {
        Ok(E::decode(event)?.map(Self::new))
    }
}

impl<E: SseDecode> SseDecode for Arc<E> {
    fn decode(event: EventRef<'_>) -> Result<Option<Self>, DecodeError> {
        Ok(E::decode(event)?.map(Self::new))
    }
}
