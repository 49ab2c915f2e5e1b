//! The format: fields become bytes, bytes become fields.
//!
//! The grammar is the [HTML standard]'s. What is written here is canonical: `id` first, then `event`, `retry` and the
//! `data` lines, one space after each colon (none before an empty value), LF, and one blank line.
//!
//! ```text
//! id: 42⏎event: price-tick⏎retry: 3000⏎data: {"cents":1}⏎⏎
//! ```
//!
//! Laws, each of them a test: decoding what was encoded gives the fields back; decoding does not depend on how the bytes
//! are cut into chunks; decoding never fails on content, only on a limit; no value that can be made ends its block or
//! begins another field.
//!
//! [HTML standard]: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
#![deny(
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

mod block;
mod decode;
mod encode;
mod fields;
mod frame;
mod held;
mod item;
mod limits;
mod lines;
mod long;
mod scan;
mod scratch;
mod skip;
#[cfg(test)]
mod tests;
mod text;
mod value;

pub use self::decode::Decoder;
#[cfg(feature = "std")]
pub(crate) use self::encode::encode_fields_into;
pub use self::encode::{encode, encode_into};
pub use self::frame::EventFrame;
pub use self::item::{ItemError, SseItem};
pub use self::limits::{LimitExceeded, LimitKind, Limits};
#[cfg(feature = "std")]
pub(crate) use self::scratch::Scratch;
