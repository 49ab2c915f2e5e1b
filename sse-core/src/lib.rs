//! Server-sent events without the I/O.
#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![doc(test(attr(deny(warnings), allow(dead_code, unused_variables))))]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

pub mod event;
#[cfg(feature = "schema")]
pub mod schema;
pub mod wire;

#[doc(inline)]
pub use self::{
    event::{Event, EventId, EventName, Retry, SseEvent},
    wire::EventFrame,
};
#[cfg(feature = "derive")]
#[doc(inline)]
pub use sse_derive::SseEvent;

#[doc(hidden)]
pub mod __private;
