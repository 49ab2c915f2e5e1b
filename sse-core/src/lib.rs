//! Server-sent events without the I/O.
//!
//! Typed values go in, event-stream bytes come out; recent events are kept so that a client that reconnects misses
//! nothing; and bytes turn back into events. This crate opens no socket, reads no clock and spawns no task. For HTTP,
//! see `sse-tower`.
//!
//! # Example
//!
//! ```
//! use sse_core::{Decoder, SseEvent, Topic, topic::Delivery};
//!
//! #[derive(SseEvent)]
//! #[sse(rename_all = "kebab-case")]
//! enum Price {
//!     Tick { symbol: String, cents: u64 },
//!     Halted(String),
//!     #[sse(terminal)]
//!     Closed,
//! }
//!
//! let prices: Topic<Price> = Topic::new();
//! let before = prices.publish(&Price::Tick { symbol: "XYZ".into(), cents: 7 })?;
//! prices.publish(&Price::Halted("XYZ".into()))?;
//!
//! // A client that saw the first event comes back.
//! let mut attached = prices.resume(Some(before.to_string().as_bytes()), &Default::default())?;
//! let Some(Delivery::Frames(missed)) = attached.subscription.try_next() else { panic!("nothing was missed") };
//!
//! // What it reads is the second one.
//! let event = Decoder::new().decode(&mut &missed[..])?.expect("a whole event");
//! assert_eq!((event.name.as_str(), event.data.as_str()), ("halted", "\"XYZ\""));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The path of an event
//!
//! [`SseEvent`] → [`EventFrame`] → [`Topic`] → [`Subscription`] → bytes → [`Decoder`]
//!
//! - A value that implements [`SseEvent`] says its name, its id if it has one, and writes its payload.
//! - [`wire`] makes an [`EventFrame`] of it: the bytes of one block, right for every client.
//! - A [`Topic`] keeps the newest frames in one bounded log. An event is encoded once, however many read it.
//! - A [`Subscription`] is a cursor on the log: behind its head it replays, at the head it is live.
//! - A [`Decoder`] turns bytes, cut anywhere, back into events.
//!
//! # Guarantees
//!
//! - A client gets every event behind the id that it comes back with, in order and once; or it is told that it cannot,
//!   and why.
//! - Memory is bounded: by [`Retention`] and the [live window](history::LiveWindow) in a topic, by [`Limits`] in a
//!   decoder, by a slot of 24 bytes in a topic for each subscription.
//! - Decoding does not fail on content. Encoding cannot produce a second field from your data.
//!
//! # What is not here
//!
//! HTTP, timers, reconnection, storage on disk.
//!
//! # Crate features
//!
//! | feature | what it adds | default |
//! |---|---|---|
//! | `std` | [`history`], [`topic`] and [`relay`]; without it [`event`] and [`wire`] need only `alloc` | yes |
//! | `derive` | `#[derive(SseEvent)]` and `#[derive(SseDecode)]` | yes |
//! | `json` | JSON payloads, through serde | yes |
//! | `schema` | the JSON Schema of a stream, through schemars | |
//! | `codegen` | clients in TypeScript, JavaScript and Python, OpenAPI and AsyncAPI, `compat`, and the command line for them | |
//! | `conformance` | `conformance::check`, which holds examples against the schema, in tests | |
//! | `test-util` | `laws`, which a [`Relay`](relay::Relay) must keep, and a line to it that fails | |
//!
//! # Cancel safety
//!
//! A [`Subscription`] may be dropped at any time: its place in the topic is free before `drop` returns. Polling it and
//! dropping what it returned loses those events; coming back with the id before them gets them again.
//!
//! # Stability
//!
//! The bytes that a given call writes are stable within a major version. Defaults may change to protect users. The
//! text of errors is not stable.

#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![doc(test(attr(deny(warnings), allow(dead_code, unused_variables))))]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

#[cfg(feature = "codegen")]
pub mod codegen;
#[cfg(feature = "codegen")]
pub mod compat;
#[cfg(feature = "conformance")]
pub mod conformance;
pub mod event;
#[cfg(feature = "std")]
pub mod history;
#[cfg(feature = "test-util")]
pub mod laws;
#[cfg(feature = "std")]
pub mod relay;
#[cfg(feature = "schema")]
pub mod schema;
#[cfg(feature = "std")]
mod sync;
#[cfg(feature = "std")]
pub mod topic;
pub mod wire;

#[doc(inline)]
pub use self::{
    event::{DecodedEvent, Event, EventId, EventName, EventRef, Retry, SseDecode, SseEvent},
    wire::{Decoder, EventFrame, Limits},
};
#[cfg(feature = "derive")]
#[doc(inline)]
pub use sse_derive::{SseDecode, SseEvent};

#[cfg(feature = "std")]
#[doc(inline)]
pub use self::{
    history::{Position, Retention},
    topic::{Hub, Subscription, Topic},
};

#[doc(hidden)]
pub mod __private;
