//! `Stream<Item = E>` → `Response<text/event-stream>`
//!
//! Any stream of typed events, or a topic that many read, becomes a response that every browser, proxy and fetch client
//! understands. It works with whatever speaks [`http`] and [`http_body`]: axum, hyper, any tower service.
//!
//! # Example: axum
//!
//! Ordinary handlers with extractors, and one layer around them:
//!
//! ```
//! use axum::{Router, extract::State, response::IntoResponse, routing::get};
//! use sse_core::{Retry, SseEvent, Topic};
//! use sse_tower::{Sse, SseLayer};
//!
//! #[derive(SseEvent)]
//! #[sse(rename_all = "kebab-case")]
//! enum Price {
//!     Tick { symbol: String, cents: u64 },
//!     #[sse(terminal)]
//!     Closed,
//! }
//!
//! async fn prices(State(prices): State<Topic<Price>>) -> impl IntoResponse {
//!     Sse::topic(&prices)
//! }
//!
//! async fn countdown() -> impl IntoResponse {
//!     let ticks = (1..4).map(|cents| Price::Tick { symbol: "XYZ".into(), cents });
//!     Sse::new(futures_util::stream::iter(ticks))
//! }
//!
//! let topic: Topic<Price> = Topic::new();
//! let app: Router = Router::new()
//!     .route("/prices", get(prices))
//!     .route("/countdown", get(countdown))
//!     .layer(SseLayer::new().retry(Retry::from_static(3_000)))
//!     .with_state(topic.clone());
//! topic.publish(&Price::Tick { symbol: "XYZ".into(), cents: 7 })?;
//! # Ok::<(), sse_core::topic::PublishError>(())
//! ```
//!
//! `Sse` is an axum response with the feature `axum`; without it, call [`Sse::into_response`].
//!
//! # Example: hyper
//!
//! A service that answers with [`Sse`] is an event stream as a whole:
//!
//! ```
//! use std::{convert::Infallible, time::Duration};
//! use http::Request;
//! use sse_core::{SseEvent, Topic};
//! use sse_tower::{Sse, SseLayer};
//! use tower::ServiceBuilder;
//!
//! #[derive(SseEvent)]
//! enum Ping {
//!     Ping,
//! }
//!
//! let topic: Topic<Ping> = Topic::new();
//! let service = ServiceBuilder::new()
//!     .layer(SseLayer::new().keep_alive(Duration::from_secs(30)))
//!     .service_fn(move |_: Request<hyper::body::Incoming>| {
//!         let sse = Sse::topic(&topic);
//!         async { Ok::<_, Infallible>(sse) }
//!     });
//! let service = hyper_util::service::TowerToHyperService::new(service); // for `serve_connection`
//! ```
//!
//! # Example: client
//!
//! With the feature `client`, `client::EventSource` receives what a server sends, over any tower HTTP service; its module
//! has examples for hyper and reqwest. [`decode::EventStream`] reads one body, and does not connect again.
//!
//! # What the layer does
//!
//! To a request: a method that the route does not have is 405; an `Accept` that excludes `text/event-stream` is 406; the
//! id of a stream that has ended is 204, which stops a browser for good. `Last-Event-ID`, or the query parameter
//! `lastEventId`, is judged by the topic: what the client missed is replayed, or it is told why it must start over. A
//! request that another handler answers is not touched.
//!
//! To a response: `content-type`, `cache-control`, `x-accel-buffering`, `vary` and `sse-resume`; `retry:` and the event
//! `stream-open` as its first bytes; a comment when it is quiet, or how far the client has come if it does not know;
//! `stream-end` when it is complete. A foreign event stream gets the headers that it lacks. HEAD gets the same head, and
//! no place in the topic.
//!
//! # What a client begins with
//!
//! With the next event that is published, or with [older ones](Sse::fresh); with the
//! [newest event of each key](sse_core::topic::TopicBuilder::latest_per_key) if the topic keeps them; or with the
//! application's own state, as a [`snapshot`]. A client that must start over [begins likewise](Sse::after_reset), by
//! default with the oldest event that is kept. It may get [some events only](Sse::only).
//!
//! One connection may carry [many topics](Sse::topics), which a browser under HTTP/1.1 needs, because it opens six to a
//! host. They share one id:
//!
//! ```text
//! id: k3x9f0q2m1-184.9v4tq0w7ab-7
//! event: load
//! data: {"percent":7}
//!
//! ```
//!
//! [Without control events](#without-control-events), some of it is otherwise.
//!
//! # Control events
//!
//! Their names begin with `stream-`, which no event of yours may. A page that does not listen for them does not see
//! them.
//!
//! ```text
//! retry: 3127
//! event: stream-open
//! id: k3x9f0q2m1-184
//! data: {"resume":"recovered","keepAlive":"comment","keepAliveMs":15000}
//!
//! event: stream-reset
//! id: k3x9f0q2m1-200
//! data: {"reason":"evicted"}
//!
//! event: stream-position
//! id: k3x9f0q2m1-305
//! data: {}
//!
//! event: stream-end
//! id: =end
//! data: {}
//!
//! ```
//!
//! - `stream-open` is the first of every connection, and says what becomes of the client's id.
//! - `stream-reset` says that the client has lost events and starts over: behind `stream-open` or, as the topic's
//!   [`LagPolicy`](sse_core::topic::LagPolicy) says, when it has read too slowly. Of many topics it names those that it is
//!   about: `{"reason":"evicted","topics":{"cpu":"evicted"}}`.
//! - `stream-position` comes when a keep-alive is due, and says how far the client has come if no id of an event has,
//!   because events were left out. It is also the end of a [`snapshot`] without events and, without an id, a
//!   [keep-alive](KeepAlive::position).
//! - `stream-end` says that the stream is complete. A client that comes back with `=end` gets 204. There is none when the
//!   connection ends otherwise: when a topic tells its subscribers to leave, or closes those that lag.
//!
//! In a topic the id of a control event is the position just before the next event of this connection, so that no client
//! can come back with an id that is past something it was not told. After a reset `stream-open` has none, and while a
//! snapshot is owed no control event has one. But where a client starts over in-band with a snapshot, it has an id from
//! before, which it must not come back with: `stream-reset` has `=reset` then, and whoever comes back with that starts
//! over once more, in every topic that the connection reads.
//!
//! # The life of a connection
//!
//! A connection ends when its stream is complete, or when
//!
//! - it is [as old as it may become](SseLayer::max_age), or [what it was authorised by expires](Sse::expires_at);
//! - the server [shuts down](shutdown), at once, spread over a window, or when the stream is complete;
//! - somebody [closes it](Connections::close), by the [key](Sse::key) that it belongs to;
//! - the topic [tells its readers to leave](sse_core::Topic::kick), or closes one that lags;
//! - the stream fails.
//!
//! Only a complete stream has `stream-end`, so in every other case the client comes back with its last id, and misses
//! nothing. [`Connections`] counts, lists and limits who is connected; [`hooks`] tell the application who comes, who goes
//! and why.
//!
//! ```
//! use std::time::Duration;
//! use sse_tower::{AtShutdown, Connections, Shutdown, SseLayer};
//!
//! let (connections, shutdown) = (Connections::new(), Shutdown::new());
//! let layer = SseLayer::new()
//!     .max_age(Duration::from_secs(3_600))
//!     .connections(&connections)
//!     .shutdown(&shutdown)
//!     .at_shutdown(AtShutdown::Drain(Duration::from_secs(10)))
//!     .on_disconnect(|gone| println!("{} {:?} after {:?}", gone.id, gone.reason, gone.duration));
//! ```
//!
//! # Without control events
//!
//! The clients of some protocols over event streams take every event for one of theirs.
//! [`SseLayer::control_events`]`(`[`ControlEvents::Off`]`)` is for their routes: nothing is written but your events and
//! comments, and any `Accept` is served. A connection begins with
//!
//! ```text
//! :
//! retry: 3127
//! ```
//!
//! and a stream that is complete just ends, as does one whose reader lags, whatever the topic's policy. No blank line
//! follows a comment or `retry:`, neither there nor in a keep-alive: by the standard a blank line without data is no event,
//! but some of these clients, `openai` for Python among them, make an empty one of it once they have seen `retry:`
//! or an id, and then fail to parse it. What becomes of `Last-Event-ID` is in the header `sse-resume`. A client that
//! would have to start over gets 412 instead of a stream, and the reason as JSON, unless [`SseLayer::unresumable`] says
//! that it is to start over without being told:
//!
//! ```text
//! {"error":"this event stream cannot be resumed behind that id: ask for it without one","reason":"evicted"}
//! ```
//!
//! # What a client may get wrong
//!
//! A topic that keeps its events 11 to 20 answers:
//!
#![doc = include_str!("docs/bad_input.md")]
//!
//! An event of a topic that does not serialize, or that has an id of its own, is an error for the one who publishes it,
//! and no client hears of it. In a stream of the handler's own it breaks the body off behind the comment `: error`.
//!
//! # Order of layers
//!
//! The [`guide`] has it layer by layer, and what proxies, caches, browsers and other origins want besides.
//!
//! Authentication, CORS and tracing go outside. A timeout of the *response* is harmless, because the head goes out at
//! once; a timeout of the *body* must be longer than the keep-alive. For fetch clients of another origin CORS has to allow
//! the request header `last-event-id` and expose `sse-resume`; a browser's `EventSource` needs neither.
//!
//! # Crate features
//!
//! | feature | what it adds | default |
//! |---|---|---|
//! | `tokio` | [`timer::TokioTimer`], and [`SseLayer::new`], which uses it | yes |
//! | `axum` | `IntoResponse` for [`Sse`], and [`LastEventId`] as an extractor | |
//! | `client` | `client::EventSource`: over any tower HTTP service, typed, and it reconnects | |
//! | `serve` | `serve`: a listener whose connections give up on clients that take nothing | |
//! | `serve-axum` | it as a listener for `axum::serve`, of axum 0.8 | |
//! | `serve-hyper` | `serve::http1`, a server, and `serve::limit_buffers`, for those of hyper-util 0.1 | |
//! | `test-util` | `test`: a response as typed events, and a clock, for an application's tests | |
//! | `zstd`, `gzip`, `br` | `SseLayer::compression`, `compress`: streams in a content coding | |
//! | `metrics` | `SseLayer::metrics`, `observe`: figures of the facade `metrics`, for Prometheus and others | |
//! | `tracing` | `SseLayer::tracing`, `observe`: a span for each connection | |
//! | `utoipa6`, `aide015` | `openapi`: streams in the OpenAPI documents of utoipa 6 and aide 0.15 | |
//! | `tokio-util07` | `decode::SseCodec`, for the `FramedRead` and `FramedWrite` of tokio-util 0.7 | |
//!
//! # Cancel safety
//!
//! Dropping an [`SseBody`] frees its place in the topic, or drops its stream, before `drop` returns.
//!
//! # What a body cannot do
//!
//! A server does not poll the body of a client that does not read. What was handed over before stays with the server
//! and the kernel, and nothing that is said here of a body reaches such a connection. With the feature `serve` there is a
//! listener, `serve::bind`, whose connections end by themselves when the client takes nothing for 30 s.

#![cfg_attr(docsrs, feature(doc_cfg))]
#![doc(test(attr(deny(warnings), allow(dead_code, unused_variables))))]

mod accept;
mod alarm;
mod answer;
#[cfg(feature = "axum")]
mod axum;
mod body;
#[cfg(feature = "client")]
pub mod client;
#[cfg(any(feature = "zstd", feature = "gzip", feature = "br"))]
pub mod compress;
#[cfg(not(any(feature = "zstd", feature = "gzip", feature = "br")))]
#[path = "compress/off.rs"]
mod compress;
mod config;
pub mod connections;
mod control;
mod control_events;
pub mod decode;
mod error;
mod future;
pub mod gate;
mod gate_body;
pub mod guide;
mod handle;
mod headers;
pub mod hooks;
mod keep_alive;
mod last_event_id;
mod layer;
mod life;
mod link;
#[cfg(any(feature = "metrics", feature = "tracing"))]
pub mod observe;
#[cfg(not(any(feature = "metrics", feature = "tracing")))]
mod observe;
#[cfg(any(feature = "aide015", feature = "utoipa6"))]
pub mod openapi;
mod opening;
mod origin;
mod polyfill;
mod respond;
mod response;
#[cfg(feature = "serve")]
pub mod serve;
mod service;
pub mod shutdown;
pub mod snapshot;
pub mod source;
mod subscribe;
#[cfg(feature = "test-util")]
pub mod test;
pub mod timer;

pub use self::body::SseBody;
pub use self::connections::Connections;
pub use self::control_events::{ControlEvents, Unresumable};
pub use self::error::Error;
pub use self::future::SseFuture;
pub use self::gate_body::GateBody;
pub use self::keep_alive::KeepAlive;
pub use self::last_event_id::LastEventId;
pub use self::layer::SseLayer;
pub use self::opening::Resumed;
pub use self::respond::Sse;
pub use self::response::SseResponse;
pub use self::service::SseService;
pub use self::shutdown::{AtShutdown, Shutdown};
pub use self::snapshot::SharedSnapshot;
pub use self::source::Source;
#[doc(no_inline)]
pub use sse_core;

/// The server of the README, compiled.
#[cfg(all(doctest, feature = "axum"))]
#[doc = include_str!("../README.md")]
mod readme {}
