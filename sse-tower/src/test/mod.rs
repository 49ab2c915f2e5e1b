//! For tests of applications: a response becomes typed events, and time passes when the test says so.
//!
//! [`events`] reads the body of any response, and [`ask`] gets that response from any service, an axum `Router` for one.
//! No function here waits forever: what does not come within the [patience](Events::patience) is an error that says so.
//! No socket, no thread of a runtime and no time that really passes are needed.
//!
//! # Example: a response
//!
//! ```
//! use futures_util::stream;
//! use sse_core::{SseDecode, SseEvent};
//! use sse_tower::{Sse, test};
//!
//! #[derive(Debug, PartialEq, SseEvent, SseDecode)]
//! enum Price {
//!     Tick { cents: u64 },
//! }
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let response = Sse::new(stream::iter([Price::Tick { cents: 725 }])).into_response();
//!
//! let mut events = test::events::<Price>(response);
//! assert_eq!(events.next().await?, Price::Tick { cents: 725 });
//! assert_eq!(events.ended().await?, test::End::Complete);
//! # Ok(())
//! # }
//! ```
//!
//! # Example: an application, and its clock
//!
//! ```
//! use std::time::Duration;
//! use axum::{Router, routing::get};
//! use http::Request;
//! use sse_core::{SseDecode, SseEvent, Topic};
//! use sse_tower::client::Resume;
//! use sse_tower::{Sse, SseLayer, test};
//!
//! #[derive(Debug, PartialEq, SseEvent, SseDecode)]
//! enum Price {
//!     Tick { cents: u64 },
//! }
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let prices: Topic<Price> = Topic::new();
//! let (topic, clock) = (prices.clone(), test::Clock::new());
//! let app: Router = Router::new()
//!     .route("/prices", get(async move || Sse::topic(&topic)))
//!     .layer(SseLayer::with_timer(clock.clone()));
//!
//! let mut events = test::ask::<Price>(app.clone(), Request::get("/prices").body(String::new())?).await?;
//! events.none_now()?; // the client is connected, and nothing was published
//!
//! prices.publish(&Price::Tick { cents: 725 })?;
//! assert_eq!(events.next().await?, Price::Tick { cents: 725 });
//!
//! clock.advance(Duration::from_secs(15)); // and the connection is kept alive
//! assert_eq!(events.comments(), 1);
//!
//! let id = events.last_event_id().to_string(); // the client leaves, misses an event, and comes back
//! drop(events);
//! prices.publish(&Price::Tick { cents: 726 })?;
//! let again = Request::get("/prices").header("last-event-id", id).body(String::new())?;
//! let mut events = test::ask::<Price>(app, again).await?;
//! assert_eq!(events.opened().await?.resume, Resume::Recovered);
//! assert_eq!(events.next().await?, Price::Tick { cents: 726 });
//! # Ok(())
//! # }
//! ```
//!
//! What a client does between connections is another matter: [`client::EventSource`](crate::client::EventSource) takes
//! any tower service too, and the same [`Clock`].

mod ask;
mod clock;
mod error;
mod events;
mod item;
mod patience;
mod watched;

pub use self::ask::ask;
pub use self::clock::Clock;
pub use self::error::Error;
pub use self::events::{Events, events};
pub use self::item::{End, Opened};
