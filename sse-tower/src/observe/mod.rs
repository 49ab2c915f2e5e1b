//! What an operator sees of connections: figures, by the facade [`metrics`](https://docs.rs/metrics), and spans, by
//! [`tracing`](https://docs.rs/tracing).
//!
//! A layer has neither unless it is told to, by `SseLayer::metrics` and `SseLayer::tracing`. The name is for those who
//! look at it, and the same for all connections of the layer.
//!
//! ```
//! # #[cfg(all(feature = "metrics", feature = "tracing"))] {
//! use sse_tower::SseLayer;
//!
//! let layer = SseLayer::new().metrics("prices").tracing("prices");
//! # }
//! ```
//!
//! With an exporter, which the application installs before it serves:
//!
//! ```
//! # #[cfg(feature = "metrics")] {
//! use axum::{Router, routing::get};
//! use metrics_exporter_prometheus::PrometheusBuilder;
//! use sse_core::{SseEvent, Topic};
//! use sse_tower::{Sse, SseLayer};
//!
//! #[derive(SseEvent)]
//! enum Price {
//!     Tick(u32),
//! }
//!
//! let figures = PrometheusBuilder::new().set_buckets(&[1.0, 60.0, 3_600.0])?.install_recorder()?;
//! let prices: Topic<Price> = Topic::new();
//! let app: Router = Router::new()
//!     .route("/prices", get(async move || Sse::topic(&prices)).layer(SseLayer::new().metrics("prices")))
//!     .route("/metrics", get(async move || figures.render()));
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Figures
//!
//! They are all there, at zero, from the layer's first request on; what would be there only once it has happened could not
//! be seen to rise. Labels have the values below and no others: no key, no id, no address. What the exporter above writes:
//!
#![doc = include_str!("../docs/figures.md")]
//!
//! - Streams that are cut off, and whether it costs their clients anything:
//!   `rate(sse_connections_closed_total{reason=~"lagged|error"}[5m])`, `rate(sse_resets_total[5m])`.
//! - Clients that reconnect and reconnect: `rate(sse_connections_opened_total[5m]) / sse_connections`.
//! - A cap that is reached: `rate(sse_requests_refused_total{reason=~"too-many-.*|unavailable"}[5m])`.
//!
//! `sse_connections` counts bodies, and is back at zero when all of them have ended or were dropped, whether by the client,
//! by a panic, or before they were polled. HEAD is no connection and no refusal, nor does a foreign event stream count that
//! passes through the layer. `closed` is [`Connections::close`](crate::Connections::close); its reason may be anything, and
//! is for the [hook](crate::hooks) and the span. What a topic itself has to tell is in
//! [`TopicStats`](sse_core::topic::TopicStats).
//!
//! # Spans
//!
//! A connection has a span `sse.connection`, at level INFO, from its head to its end. Its parent is the span in which the
//! layer was called; a `TraceLayer` around it makes that the request's, which then is not closed before the connection is.
//! Whatever a stream logs when it is polled is in the span. All of it has the target `sse_tower`:
//!
//! | | level | fields |
//! |---|---|---|
//! | span `sse.connection` | INFO | `id`, `stream`, `resume`; at the end `reason`, `duration_ms`, `events`, `bytes` |
//! | `opened` | DEBUG | `key`, and `reset` if the client must start over |
//! | `starts over`: `stream-reset` on an open connection | DEBUG | `reset` |
//! | `closed` | DEBUG | `because`, if it was [closed](crate::Connections::close) |
//! | `refused` | WARN if the server or the topic is full, else DEBUG | `stream`, `status`, `reason` |
//! | `failed`: the stream or its snapshot did | WARN | `stream`, `error` |
//! | `dropped by a panic` | WARN | `stream` |
//! | a body that is sent without a layer | WARN | |
//!
//! `reason`, `resume` and `reset` have the values of the labels. A [key](crate::Sse::key) may be what a client is known by,
//! and is not above DEBUG; the id that a client brings is nowhere.
//!
//! # What it costs
//!
//! A layer without them pays nothing. A connection with either is counted, as one with a [hook](crate::hooks) is, and
//! holds some 70 bytes for each. Instructions besides, for a frame that takes 1 900 to 3 900 of them:
//!
//! | | nobody listens | somebody does |
//! |---|---|---|
//! | figures: two counters, which are looked up when the connection opens | 13 | 10 to 60 with `metrics-exporter-prometheus` |
//! | a span, which is entered whenever the body is polled | 4 | 140 a poll with the registry of `tracing-subscriber` |
//!
//! A recorder and a subscriber are called where a body is polled, and where it is dropped, under no lock but one that nobody
//! else takes.

#[cfg(feature = "metrics")]
mod figures;
#[cfg(any(feature = "metrics", feature = "tracing"))]
mod names;
#[cfg(not(all(feature = "metrics", feature = "tracing")))]
mod off;
#[cfg(not(feature = "metrics"))]
use self::off as figures;
#[cfg(feature = "tracing")]
mod spans;
#[cfg(not(feature = "tracing"))]
use self::off as spans;

use crate::Error;
use crate::gate::Refusal;
use crate::hooks::{Connect, Disconnect};
use crate::opening::Resume;

/// Who watches the connections of a layer.
#[derive(Clone, Debug, Default)]
pub(crate) struct Observer {
    figures: figures::Route,
    spans: spans::Route,
}

/// Who watches a connection.
#[derive(Debug, Default)]
pub(crate) struct Observed {
    figures: figures::Connection,
    spans: spans::Connection,
}

/// What is logged belongs to the connection until this is dropped.
pub(crate) struct Entered {
    _span: spans::Entered,
}

impl Observer {
    #[cfg(feature = "metrics")]
    pub(crate) fn count(&mut self, stream: &'static str) {
        self.figures = figures::Route::new(stream);
    }

    #[cfg(feature = "tracing")]
    pub(crate) const fn trace(&mut self, stream: &'static str) {
        self.spans = spans::Route::new(stream);
    }

    pub(crate) const fn is_on(&self) -> bool {
        self.figures.is_on() || self.spans.is_on()
    }

    pub(crate) fn refuse(&self, refusal: Refusal) {
        self.figures.refuse(refusal);
        self.spans.refuse(refusal);
    }

    pub(crate) fn open(&self, connect: &Connect, resume: Resume) -> Observed {
        Observed { figures: self.figures.open(connect, resume), spans: self.spans.open(connect, resume) }
    }
}

impl Observed {
    pub(crate) fn enter(&self) -> Entered {
        Entered { _span: self.spans.enter() }
    }

    pub(crate) fn sent(&self, events: u64, bytes: u64) {
        self.figures.sent(events, bytes);
    }

    /// The client is sent this `stream-reset`.
    pub(crate) fn reset(&self, bytes: &[u8]) {
        self.figures.reset(bytes);
        self.spans.reset(bytes);
    }

    pub(crate) fn fail(&self, error: &Error) {
        self.spans.fail(error);
    }

    pub(crate) fn close(&self, disconnect: &Disconnect) {
        self.figures.close(disconnect);
        self.spans.close(disconnect);
    }
}

/// A stream is sent without a layer.
pub(crate) fn unlayered() {
    spans::unlayered();
}
