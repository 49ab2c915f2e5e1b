//! Event streams in a content coding, of which every event can be decoded as soon as it comes.
//!
//! Off unless [`SseLayer::compression`] asks for it. Then a client whose `Accept-Encoding` allows it gets
//!
//! ```text
//! content-encoding: zstd
//! vary: accept-encoding
//! ```
//!
//! What is in a coding already stays as it is, and so does whatever is no event stream: a layer for compression may
//! stand around this one. What a topic's subscribers share is compressed once for all of them.
//!
//! # Examples
//!
//! ```
//! use sse_tower::SseLayer;
//! use sse_tower::compress::Compression;
//!
//! let layer = SseLayer::new().compression(Compression::new());
//! ```
//!
//! The order of preference, and what is offered at all, can be set:
//!
//! ```
//! use sse_tower::SseLayer;
//! use sse_tower::compress::{Compression, Encoding};
//!
//! # #[cfg(all(feature = "gzip", feature = "zstd"))]
//! let layer = SseLayer::new().compression(Compression::new().encodings([Encoding::Gzip, Encoding::Zstd]));
//! ```
//!
//! # What it costs
//!
//! | | `zstd` | `gzip` | `br` |
//! |---|---|---|---|
//! | a subscriber of a topic | 0.2 KiB | 0.2 KiB | as below |
//! | a topic with such subscribers | 560 KiB | 380 KiB | |
//! | another connection: a stream of the handler's, many topics, a filter | 160 KiB | 180 KiB | 730 to 944 KiB |
//! | the window, which is what a client needs too | 16 to 64 KiB | 8 to 32 KiB | 64 KiB |
//! | a chunk of 1 kB | 10 µs | 40 to 80 µs | 70 µs |
//!
//! A topic holds besides, for those who trail, 128 KiB of what was published last or 32 chunks of it, and for those who
//! come back the last four replays of up to 64 KiB; mostly it is memory of the topic's own.
//!
//! # How much there may be of it
//!
//! All compressors together take at most 128 MiB, unless [`Compression::max_memory`] says otherwise: that is 230 topics in
//! `zstd`, or 800 streams of handlers. Where there is no room for one more, a stream is sent as it is, and
//! [`Compression::stats`] counts it:
//!
//! ```text
//! HTTP/1.1 200 OK
//! content-type: text/event-stream
//! vary: accept, accept-encoding
//! ```
//!
//! A subscriber takes no room if its topic has some already. What turns out to need a compressor of its own, because of a
//! filter, goes on without one where there is no room, in blocks that are stored and not compressed. HEAD is told the coding
//! whether there is room or not. What was taken is given back at once: with the connection, or with the last compressed
//! subscriber of the topic. As long as there is one the topic's compressor stays, also if nothing is published.
//!
//! # How a topic's subscribers share
//!
//! Those that read in step are sent the same bytes. Each of these refers to what was sent before, back to a *key point*.
//! Who has just come, or was sent something of its own in between, such as a keep-alive, is sent the next events as they
//! are until there is a key point: before the next event if many wait for it, at the latest 64 events or 32 KiB behind the
//! last one. `br` cannot be put together from pieces, so each of its connections has a compressor of its own; it
//! is chosen last.
//!
//! # What must not be compressed
//!
//! Who can have text of his choice put beside a secret, and sees how long the compressed bytes are, can guess the secret.
//! Do not compress a stream that carries both.

mod br;
mod chain;
mod codec;
mod coding;
mod encoder;
mod encoding;
mod follower;
mod gzip;
mod ledger;
mod negotiate;
mod respond;
mod route;
mod sum;
#[cfg(test)]
mod tests;
mod zstd;

pub use self::encoding::Encoding;
pub use self::ledger::CompressionStats;
pub use self::negotiate::negotiate;
pub use self::route::Compression;

pub(crate) use self::encoder::Coding;
pub(crate) use self::respond::{Chosen, apply};
pub(crate) use self::route::Setting;

#[cfg(doc)]
use crate::SseLayer;
