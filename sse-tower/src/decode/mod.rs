//! Bodies to events.
//!
//! [`EventStream`] reads one `text/event-stream` body, whichever client it is from: anything that is an
//! [`http_body::Body`], or a stream of chunks. It does not connect, and does not connect again; for that there is a
//! client. With the feature `tokio-util07` there is a codec too, `SseCodec`, for bytes that come without HTTP.
//!
//! # Example: a body
//!
//! ```
//! use futures_util::StreamExt as _;
//! use http::Request;
//! use hyper_util::client::legacy::{Client, connect::HttpConnector};
//! use sse_tower::decode::EventStream;
//!
//! async fn print(client: &Client<HttpConnector, String>, uri: &str) -> Result<(), Box<dyn std::error::Error>> {
//!     let request = Request::get(uri).header("accept", "text/event-stream").body(String::new())?;
//!     let mut events = EventStream::from_body(client.request(request).await?.into_body());
//!     while let Some(event) = events.next().await {
//!         let event = event?;
//!         println!("{} {}: {}", event.last_event_id, event.name, event.data);
//!     }
//!     Ok(())
//! }
//! ```
//!
//! # Example: typed events
//!
//! ```
//! use futures_util::{StreamExt as _, stream};
//! use sse_core::SseDecode;
//! use sse_tower::decode::{EventStream, Received};
//!
//! #[derive(Debug, SseDecode)]
//! #[sse(rename_all = "kebab-case")]
//! enum Price {
//!     Tick { cents: u64 },
//! }
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // As `reqwest::Response::bytes_stream` yields them.
//! let chunks = stream::iter([
//!     Ok::<_, std::io::Error>("event: tick\nid: 1\ndata: {\"cents\":7}\n\nevent: tock\ndata: 8\n\neve".as_bytes()),
//!     Ok("nt: tick\ndata: nine\n\nevent: tick\ndata: {\"cents\":10}\n\n".as_bytes()),
//! ]);
//! let mut prices = EventStream::from_chunks(chunks).typed::<Price>();
//! let mut seen = Vec::new();
//! while let Some(item) = prices.next().await {
//!     match item {
//!         Ok(Received::Event { event: Price::Tick { cents }, last_event_id, .. }) => {
//!             seen.push(format!("{last_event_id}: {cents}"));
//!         }
//!         Ok(Received::Unknown(event)) => seen.push(format!("unknown: {}", event.name)),
//!         Err(error) if error.is_body() => return Err(error.into()),
//!         Err(_) => seen.push("no price".to_owned()), // and the next event is read
//!     }
//! }
//! assert_eq!(seen, ["1: 7", "unknown: tock", "no price", "1: 10"]);
//! # Ok(())
//! # }
//! ```

mod chunks;
#[cfg(feature = "tokio-util07")]
mod codec;
mod error;
mod reader;
mod received;
mod stream;

pub use self::chunks::Chunks;
#[cfg(feature = "tokio-util07")]
pub use self::codec::SseCodec;
pub use self::error::ReceiveError;
#[cfg(feature = "client")]
pub(crate) use self::reader::Reader;
pub use self::received::Received;
pub use self::stream::{EventStream, TypedStream};
