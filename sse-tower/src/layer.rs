//! The layer.

use std::sync::Arc;
use std::time::Duration;

use http::Method;
use sse_core::Retry;
use tower_layer::Layer;

use crate::config::Config;
use crate::connections::Connections;
use crate::control_events::{ControlEvents, Unresumable};
use crate::hooks::{Connect, Disconnect};
use crate::keep_alive::KeepAlive;
use crate::service::SseService;
use crate::shutdown::{AtShutdown, Shutdown};
use crate::timer::Timer;

/// What is shorter is a flood.
const SHORTEST: Duration = Duration::from_millis(100);
/// What is shorter is a client that does nothing but reconnect.
const YOUNGEST: Duration = Duration::from_secs(1);
/// What is longer is never, and its milliseconds must be a number in JavaScript.
const LONGEST: Duration = Duration::from_hours(24);

/// Makes the event streams of the routes under it compliant, resumable and lively; leaves every other response as it
/// is.
///
/// See the [crate](crate) for examples. Where two layers meet, the inner one counts.
#[derive(Clone, Debug)]
pub struct SseLayer {
    config: Config,
}

impl SseLayer {
    /// A layer with the defaults: `retry: 3000`, a keep-alive comment after 15 s, tokio's timer.
    #[cfg(feature = "tokio")]
    #[must_use]
    pub fn new() -> Self {
        Self::with_timer(crate::timer::TokioTimer::new())
    }

    /// A layer with the defaults and this timer.
    #[must_use]
    pub fn with_timer(timer: impl Timer + 'static) -> Self {
        Self { config: Config::new(Arc::new(timer)) }
    }

    /// Sets the reconnection time that every stream begins with. Default: 3 000 ms.
    ///
    /// Each client gets it times 1.00 to 1.25, so that they do not come back in one instant: `retry: 3127`.
    #[must_use]
    pub const fn retry(mut self, retry: Retry) -> Self {
        self.config.retry = retry;
        self
    }

    /// Sets after how long without an event a connection is kept alive; `None` for never. Default: 15 s.
    ///
    /// What is sent is the line `:`, which every client ignores and every proxy counts as traffic, unless
    /// [`keep_alive_with`](Self::keep_alive_with) says otherwise; or `stream-position`, if the client was not told by an
    /// event how far it has come. At the same time a topic lets go of what is too old, even if nobody publishes to it.
    ///
    /// An interval below 100 ms is 100 ms, and one above a day is a day.
    #[must_use]
    pub fn keep_alive(mut self, interval: impl Into<Option<Duration>>) -> Self {
        self.config.keep_alive = interval.into().map(|interval| interval.clamp(SHORTEST, LONGEST));
        self
    }

    /// Sets what is sent when a connection was quiet for that long. Default: a comment.
    #[must_use]
    pub fn keep_alive_with(mut self, keep_alive: KeepAlive) -> Self {
        self.config.keep_alive_with = keep_alive;
        self
    }

    /// Sets the methods of a service that answers with [`Sse`](crate::Sse) itself. Default: GET and HEAD.
    ///
    /// Every other one is 405, OPTIONS too: a CORS layer around this one answers preflights before it. It is of no effect
    /// on routes, where the router has chosen by method already.
    #[must_use]
    pub fn methods(mut self, methods: impl IntoIterator<Item = Method>) -> Self {
        self.config.methods = methods.into_iter().collect();
        self
    }

    /// Sets whether the streams carry control events. Default: [`ControlEvents::On`].
    ///
    /// [`ControlEvents::Off`] is for foreign protocols, whose clients take every event for one of theirs. No `stream-`
    /// event is written. The first bytes are a comment, `:`, and `retry: 3127`; what becomes of the client's
    /// `Last-Event-ID` is in the header `Sse-Resume` only; a stream that is complete just ends, and so does one whose
    /// reader lags. An `Accept` of whatever type is served, because such clients often ask for `application/json`.
    ///
    /// What control events are good for is gone with them: a client that has had no event yet has no id to come back
    /// with, a long quiet one may come back with an id that is too old, and a browser asks again for a stream that is
    /// complete, because no `=end` tells it not to. An id that begins with `=end` is 204 all the same: whoever has one
    /// was told by a stream with control events that it is over.
    ///
    /// ```
    /// use sse_tower::{ControlEvents, SseLayer, Unresumable};
    ///
    /// let layer = SseLayer::new().control_events(ControlEvents::Off).unresumable(Unresumable::Restart);
    /// ```
    #[must_use]
    pub const fn control_events(mut self, control_events: ControlEvents) -> Self {
        self.config.control_events = control_events;
        self
    }

    /// Sets what becomes, without control events, of a client that cannot have what it missed: one that a topic resets,
    /// or whose handler says [`Resumed::Reset`](crate::Resumed::Reset). Default: [`Unresumable::Refuse`], which is 412.
    ///
    /// A handler that says nothing of an id that came has not judged it: that is `sse-resume: unsupported`, and served.
    /// With control events this is of no effect, because `stream-reset` says it all.
    #[must_use]
    pub const fn unresumable(mut self, unresumable: Unresumable) -> Self {
        self.config.unresumable = unresumable;
        self
    }

    /// Sets how old a connection may become; `None` for as old as you like, which is the default.
    ///
    /// Each ends when it has 80 to 100 % of this age, so that those that came together do not come back together: a fleet
    /// of servers, or a proxy with a new configuration, gets its connections spread anew. The body just ends, without
    /// `stream-end`; if the client was not told by an event how far it has come, `stream-position` goes before. The client
    /// comes back and misses nothing of a topic; a stream of the handler's own is cut off, so leave it off there.
    ///
    /// An age below a second is a second.
    ///
    /// ```
    /// use std::time::Duration;
    /// use sse_tower::SseLayer;
    ///
    /// let layer = SseLayer::new().max_age(Duration::from_secs(3_600)); // each ends after 48 to 60 minutes
    /// ```
    #[must_use]
    pub fn max_age(mut self, age: impl Into<Option<Duration>>) -> Self {
        self.config.max_age = age.into().map(|age| age.max(YOUNGEST));
        self
    }

    /// Counts, lists and limits the connections there. See [`connections`](crate::connections).
    #[must_use]
    pub fn connections(mut self, connections: &Connections) -> Self {
        self.config.connections = Some(connections.clone());
        self
    }

    /// Ends the streams when the server does. See [`shutdown`](crate::shutdown).
    #[must_use]
    pub fn shutdown(mut self, shutdown: &Shutdown) -> Self {
        self.config.shutdown = Some(shutdown.clone());
        self
    }

    /// Sets how the streams end at a [`shutdown`](Self::shutdown). Default: [`AtShutdown::Drain`] within 5 s.
    ///
    /// Give each route a layer with what suits it, and all of them the same [`Shutdown`]:
    ///
    /// ```
    /// use std::time::Duration;
    /// use sse_tower::{AtShutdown, Shutdown, SseLayer};
    ///
    /// let shutdown = Shutdown::new();
    /// let prices = SseLayer::new().shutdown(&shutdown).at_shutdown(AtShutdown::Drain(Duration::from_secs(10)));
    /// let answers = SseLayer::new().shutdown(&shutdown).at_shutdown(AtShutdown::Finish(Some(Duration::from_secs(60))));
    /// ```
    #[must_use]
    pub const fn at_shutdown(mut self, at_shutdown: AtShutdown) -> Self {
        self.config.at_shutdown = at_shutdown;
        self
    }

    /// Calls this for each connection that comes, when its head goes out. See [`hooks`](crate::hooks).
    #[must_use]
    pub fn on_connect(mut self, hook: impl Fn(&Connect) + Send + Sync + 'static) -> Self {
        self.config.on_connect = Some(Arc::new(hook));
        self
    }

    /// Calls this for each connection that goes, when its body has ended or was dropped. See [`hooks`](crate::hooks).
    #[must_use]
    pub fn on_disconnect(mut self, hook: impl Fn(&Disconnect) + Send + Sync + 'static) -> Self {
        self.config.on_disconnect = Some(Arc::new(hook));
        self
    }

    /// Counts these streams by the facade `metrics`, under this name. Default: not at all. See [`observe`](crate::observe).
    ///
    /// The name is the label `stream` of every figure: one for each route, or for those that belong together.
    ///
    /// ```
    /// use sse_tower::SseLayer;
    ///
    /// let layer = SseLayer::new().metrics("prices"); // sse_connections{stream="prices"} 0
    /// ```
    #[cfg(feature = "metrics")]
    #[must_use]
    pub fn metrics(mut self, stream: &'static str) -> Self {
        self.config.observer.count(stream);
        self
    }

    /// Gives each of these streams a span of `tracing`, with this name as a field. Default: none. See
    /// [`observe`](crate::observe).
    ///
    /// ```
    /// use sse_tower::SseLayer;
    ///
    /// let layer = SseLayer::new().tracing("prices"); // sse.connection{id=7 stream="prices" resume="fresh"}
    /// ```
    #[cfg(feature = "tracing")]
    #[must_use]
    pub const fn tracing(mut self, stream: &'static str) -> Self {
        self.config.observer.trace(stream);
        self
    }

    /// Sets whether clients of old get what they need and ask for in the query: polyfills of `EventSource` for browsers that
    /// have none, or that do not hand over a response as it comes. Default: no.
    ///
    /// With `padding` or `evs_preamble` in the query the first line is a comment of two kilobytes, for clients that hold
    /// back as much. With `burst` the response ends when there was nothing to say for a quarter of a second, for clients
    /// that read it only then: they get what they missed, wait for the reconnection time, and ask again. It ends without
    /// `stream-end`, and behind `stream-position` if no event's id has said how far the client has come:
    ///
    /// ```text
    /// GET /events?lastEventId=k3x9f0q2m1-184&burst
    ///
    /// retry: 3127
    /// event: stream-open
    /// id: k3x9f0q2m1-184
    /// data: {"resume":"recovered","keepAlive":"off"}
    ///
    /// id: k3x9f0q2m1-185
    /// event: tick
    /// data: 7
    ///
    /// ```
    ///
    /// The parameters may also be part of the address that a page gives to its polyfill; `event-source-polyfill` adds
    /// `lastEventId` to it, which every route reads. A stream of the handler's own starts anew with each burst, unless the
    /// handler resumes it.
    #[must_use]
    pub const fn polyfills(mut self, polyfills: bool) -> Self {
        self.config.polyfills = polyfills;
        self
    }

    /// Sets in which content codings a stream may be sent, to clients that accept one; `None` for none. Default: none.
    ///
    /// ```
    /// use sse_tower::{SseLayer, compress::Compression};
    ///
    /// let layer = SseLayer::new().compression(Compression::new());
    /// ```
    #[cfg(any(feature = "zstd", feature = "gzip", feature = "br"))]
    #[must_use]
    pub fn compression(mut self, compression: impl Into<Option<crate::compress::Compression>>) -> Self {
        self.config.compression = compression.into().into();
        self
    }

    /// Sets where the randomness of `retry`, of a maximal age and of a shutdown comes from, for tests that want the same bytes on every run.
    #[must_use]
    pub fn entropy(mut self, entropy: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        self.config.entropy = Arc::new(entropy);
        self
    }
}

#[cfg(feature = "tokio")]
impl Default for SseLayer {
    fn default() -> Self {
        Self::new()
    }
}

impl<S> Layer<S> for SseLayer {
    type Service = SseService<S>;

    fn layer(&self, inner: S) -> SseService<S> {
        SseService::new(inner, Arc::new(self.config.clone()))
    }
}
