//! What an event is: the typed traits, the untyped values, and the strings that may go on the wire.
//!
//! The names are the [HTML standard]'s:
//!
//! | the standard says | here | on the wire |
//! |---|---|---|
//! | event type | [`EventName`] | `event: price-tick` |
//! | last event ID | [`EventId`] | `id: 42` |
//! | reconnection time | [`Retry`] | `retry: 3000` |
//! | data | what [`SseEvent::write_data`] writes | `data: {"cents":1}` |
//!
//! A value of [`EventName`] or [`EventId`] is always legal on the wire: there is no unchecked constructor.
//!
//! [HTML standard]: https://html.spec.whatwg.org/multipage/server-sent-events.html

pub(crate) mod base64;
mod decoded;
mod error;
#[cfg(feature = "json")]
mod finite;
mod id;
mod name;
mod receive;
mod retry;
mod sink;
mod text;
mod typed;
mod untyped;

pub use self::decoded::{DecodedEvent, EventRef};
pub use self::error::{DecodeError, DecodeErrorKind, EncodeError, EncodeErrorKind};
pub use self::id::{EventId, InvalidEventId};
pub use self::name::{EventName, InvalidEventName};
pub use self::receive::SseDecode;
pub use self::retry::{InvalidRetry, Retry};
pub use self::sink::DataSink;
pub(crate) use self::text::has_low_byte;
pub use self::typed::{EventFields, SseEvent, With};
pub use self::untyped::Event;
