//! The laws of the wire: of what decodes an event stream, and of what encodes one.
//!
//! What decodes is a function from the chunks of a stream to all that it makes of them, [`Received`]. So the laws hold
//! for a decoder as for whatever is built around one: a stream of events over a body, a codec, a client.
//!
//! What it is held against is [`standard`], the words of the [HTML standard], followed one by one and at any cost.
//!
//! # Examples
//!
//! ```
//! use sse_core::laws::wire;
//! use sse_core::{Event, Limits};
//!
//! let chunks: [&[u8]; 3] = [b"\xEF\xBB\xBFdata: a\r", b"\ndata", b": b\r\r\n"];
//! let decode = wire::by_decode(Limits::new());
//! wire::events_are_the_standards(&decode, &chunks)?;
//! wire::nothing_waits(&decode, &chunks)?;
//! wire::cuts_change_nothing(&decode, &chunks.concat())?;
//!
//! wire::events_come_back(&[Event::new("a\r\nb"), Event::comment("data: no event")])?;
//! # Ok::<(), sse_core::laws::LawBroken>(())
//! ```
//!
//! [HTML standard]: https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation

mod decoding;
mod encoding;
mod received;
mod standard;
#[cfg(test)]
mod tests;

pub use self::decoding::{
    by_decode, by_decode_ref, by_turns, cuts_change_nothing, events_are_the_standards, limits_are_kept, nothing_waits,
};
pub use self::encoding::{a_text_is_legal_or_refused, a_typed_event_comes_back, events_come_back};
pub use self::received::Received;
pub use self::standard::{standard, standard_within};
