//! The layer.

use std::sync::Arc;
use std::time::Duration;

use http::Method;
use sse_core::Retry;
use tower_layer::Layer;

use crate::config::Config;
use crate::service::SseService;
use crate::timer::Timer;

/// What is shorter is a flood.
const SHORTEST: Duration = Duration::from_millis(100);
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
        Self { config: Config::new(Some(Arc::new(timer))) }
    }

    /// Sets the reconnection time that every stream begins with. Default: 3 000 ms.
    ///
    /// Each client gets it times 1.00 to 1.25, so that they do not come back in one instant: `retry: 3127`.
    #[must_use]
    pub const fn retry(mut self, retry: Retry) -> Self {
        self.config.retry = retry;
        self
    }

    /// Sets after how long without an event a comment is sent; `None` for never. Default: 15 s.
    ///
    /// What is sent is `:` and a blank line, which every client ignores and every proxy counts as traffic. An interval
    /// below 100 ms is 100 ms, and one above a day is a day.
    #[must_use]
    pub fn keep_alive(mut self, interval: impl Into<Option<Duration>>) -> Self {
        self.config.keep_alive = interval.into().map(|interval| interval.clamp(SHORTEST, LONGEST));
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

    /// Sets where the randomness of `retry` comes from, for tests that want the same bytes on every run.
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
