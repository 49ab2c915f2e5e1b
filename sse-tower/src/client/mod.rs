//! `Service<Request>` → `Stream<Item = Update<E>>`
//!
//! [`EventSource`] is the client: it asks for an event stream over any tower service that speaks HTTP, decodes the events,
//! and asks again when the connection is lost, with `Last-Event-ID`. It needs the feature `client`.
//!
//! # Example: hyper
//!
//! ```
//! use futures_util::StreamExt as _;
//! use hyper_util::{client::legacy::Client, rt::TokioExecutor};
//! use sse_core::{SseDecode, SseEvent};
//! use sse_tower::client::{EventSource, Update};
//!
//! #[derive(Debug, SseEvent, SseDecode)]
//! enum Price {
//!     Tick { symbol: String, cents: u64 },
//!     Halted(String),
//! }
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let app = axum::Router::new().route("/prices", axum::routing::get(async || {
//! #     sse_tower::Sse::new(futures_util::stream::iter([Price::Tick { symbol: "XYZ".into(), cents: 7 }]))
//! # })).layer(sse_tower::SseLayer::new());
//! # let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
//! # let host = listener.local_addr()?;
//! # tokio::spawn(async { axum::serve(listener, app).await });
//! let client = Client::builder(TokioExecutor::new()).build_http();
//! let mut prices = EventSource::new(client, format!("http://{host}/prices").parse()?).typed::<Price>();
//! while let Some(update) = prices.next().await {
//!     match update? {
//!         Update::Event { event: Price::Tick { symbol, cents }, .. } => println!("{symbol}: {cents}"),
//!         Update::Event { event: Price::Halted(why), .. } => println!("halted: {why}"),
//!         Update::Reset(_) => println!("events were lost: begin anew"),
//!         Update::Reconnecting(lost) => println!("{}: again in {:?}", lost.cause, lost.delay),
//!         _ => {}
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Example: reqwest, and a request of one's own
//!
//! A client that takes another request body, or another request, is one `service_fn` away. Let it not follow redirects:
//! the event source does, and knows then where to reconnect to.
//!
//! ```
//! use std::time::Duration;
//! use futures_util::StreamExt as _;
//! use http::{HeaderValue, Request, Response, StatusCode, header};
//! use sse_tower::client::{EventSource, RequestBody, Update};
//! use tower::service_fn;
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let app = axum::Router::new().route("/ask", axum::routing::post(async |question: String| {
//! #     ([("content-type", "text/event-stream")], format!("data: {question}\n\ndata: [DONE]\n\n"))
//! # }));
//! # let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
//! # let uri = format!("http://{}/ask", listener.local_addr()?).parse()?;
//! # tokio::spawn(async { axum::serve(listener, app).await });
//! let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
//! let service = service_fn(move |request: Request<RequestBody>| {
//!     let client = client.clone();
//!     async move {
//!         let request = request.map(|body| reqwest::Body::from(body.into_bytes()));
//!         let response = client.execute(request.try_into()?).await?;
//!         Ok::<_, reqwest::Error>(Response::<reqwest::Body>::from(response))
//!     }
//! });
//! let mut answer = EventSource::builder(uri)
//!     .header(header::AUTHORIZATION, HeaderValue::from_static("Bearer secret"))
//!     .body(HeaderValue::from_static("text/plain"), "why?")
//!     .retry_statuses([StatusCode::TOO_MANY_REQUESTS, StatusCode::SERVICE_UNAVAILABLE])
//!     .max_attempts(5)
//!     .idle_timeout(Duration::from_secs(60))
//!     .build(service);
//! let mut texts = Vec::new();
//! while let Some(update) = answer.next().await {
//!     if let Update::Event { event, .. } = update? {
//!         texts.push(event.data);
//!     }
//! }
//! assert_eq!(texts, ["why?", "[DONE]"]);
//! # Ok(())
//! # }
//! ```
//!
//! # Example: without a socket
//!
//! An axum `Router` is such a service as well, so a test may read what it answers in the same process:
//!
//! ```
//! use std::future::ready;
//! use axum::{Router, routing::get};
//! use futures_util::{StreamExt as _, stream};
//! use http::Uri;
//! use sse_core::SseEvent;
//! use sse_tower::client::EventSource;
//! use sse_tower::{Sse, SseLayer};
//!
//! #[derive(SseEvent)]
//! enum Feed {
//!     Tick(u64),
//! }
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() {
//! let app = Router::new()
//!     .route("/ticks", get(async || Sse::new(stream::iter([Feed::Tick(1), Feed::Tick(2)]))))
//!     .layer(SseLayer::new());
//! let source = EventSource::new(app, Uri::from_static("http://app/ticks"));
//! let ticks = source.filter_map(|update| ready(update.unwrap().event()));
//! assert_eq!(ticks.map(|tick| tick.data).collect::<Vec<_>>().await, ["1", "2"]);
//! # }
//! ```
//!
//! # What becomes of a connection
//!
//! It is the processing model of the [HTML standard], and where that leaves a choice:
//!
//! | what happens | what follows |
//! |---|---|
//! | 200 and `text/event-stream`, whatever its parameters | [`Update::Open`] |
//! | the body ends, breaks off, or is [silent](Builder::idle_timeout) | [`Update::Reconnecting`], and a new request |
//! | no answer, or [no headers](Builder::headers_with) to ask with | the same, and it is a failure |
//! | the event `stream-end`; status 204 | [`Update::End`], then `None` |
//! | 301, 302, 303, 307, 308 | followed, at most 20 in one attempt |
//! | another status | an [`Error`], then `None`, unless it is to be [retried](Builder::retry_statuses) |
//! | another content type, a redirect that leads nowhere | an [`Error`], then `None` |
//! | the stream is dropped, or [closed](EventSource::close) | the connection is closed before that returns |
//!
//! A reconnect waits as long as the last `retry: 3000` said, or 3 s. It waits for longer only after a second failure in a
//! row: then the delay may double with each, up to 30 s, and how much of that is waited for is drawn. A
//! [good connection](Reconnecting::failures) starts the count again.
//!
//! It goes to where 301 and 308 led, and after 302, 303 and 307 to where the first request went. A redirect makes GET of
//! POST after 301 and 302, and of every method but HEAD after 303. The headers go along, but to another origin
//! neither credentials nor `host`. A POST whose connection is lost is [not repeated](Builder::repeat) without reason.
//!
//! `Last-Event-ID` is the id's UTF-8. An id survives connections that have none, an empty one is not sent, and one that
//! no header can carry is [left out](Update::IdLeftOut) and said to be.
//!
//! # A server of this crate
//!
//! Its control events (`stream-open`, `stream-reset`, `stream-position`, `stream-end`) are no events of the application:
//! they become [`Update::Reset`], [`Update::End`], [`EventSource::resume`] and the
//! [time that it may be silent](Builder::idle_timeout). Another server has none of that, and works as well.
//!
//! # Cancel safety
//!
//! No task is spawned, so nothing happens but when the stream is polled. Dropping the future of `next()` loses nothing. Dropping the stream drops the response, which closes
//! its connection, or its stream under HTTP/2.
//!
//! # What is bounded
//!
//! A line and an event, by their [limits](Builder::limits); the redirects of an attempt; `Retry-After`, an hour. What
//! `retry` asks for is not: it is waited for, however long. The body of a response that is refused is not read. Between two polls at most one chunk of the body is held.
//!
//! [HTML standard]: https://html.spec.whatwg.org/multipage/server-sent-events.html#sse-processing-model

mod answer;
mod attempt;
mod backoff;
mod body;
mod builder;
mod cause;
mod connect;
mod connection;
mod content_type;
mod control;
mod driver;
mod error;
mod event_source;
mod redirect;
mod request;
mod resume;
mod retry_after;
mod settings;
mod update;
mod watchdog;

#[cfg(feature = "test-util")]
pub(crate) use self::answer::is_encoded;
pub use self::body::RequestBody;
pub use self::builder::Builder;
pub use self::cause::Cause;
#[cfg(feature = "test-util")]
pub(crate) use self::content_type::is_event_stream;
#[cfg(feature = "test-util")]
pub(crate) use self::control::Control;
pub use self::error::Error;
pub use self::event_source::{EventSource, ReadyState};
pub use self::resume::Resume;
pub use self::update::{End, Opened, Reconnecting, Reset, Update};
