//! The end of a server: [`Shutdown`] ends its event streams, which it would wait for forever otherwise.
//!
//! A graceful shutdown waits until every response is complete, and an event stream never is.
//!
//! ```no_run
//! use std::time::Duration;
//! use axum::{Router, routing::get};
//! use sse_core::{SseEvent, Topic};
//! use sse_tower::{AtShutdown, Shutdown, Sse, SseLayer};
//!
//! #[derive(SseEvent)]
//! enum Ping {
//!     Ping,
//! }
//!
//! # async fn run() -> std::io::Result<()> {
//! let topic: Topic<Ping> = Topic::new();
//! let shutdown = Shutdown::new();
//! let app: Router = Router::new()
//!     .route("/events", get(async move || Sse::topic(&topic)))
//!     .layer(SseLayer::new().shutdown(&shutdown).at_shutdown(AtShutdown::Drain(Duration::from_secs(10))));
//!
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
//! let begin = async move {
//!     tokio::signal::ctrl_c().await.ok();
//!     shutdown.begin();
//! };
//! axum::serve(listener, app).with_graceful_shutdown(begin).await // done when the last stream has ended
//! # }
//! ```
//!
//! hyper-util's `GracefulShutdown` works likewise: call [`Shutdown::begin`] before its `shutdown`.
//!
//! # What a client sees
//!
//! [Each route](AtShutdown) ends its streams at once, spread over a window, or lets them run to their end. A stream that
//! is ended so is not complete: there is no `stream-end`, and the client comes back to whichever server answers then. Where
//! it stands, if no event's id has said so, and a reconnection time of its own go first:
//!
//! ```text
//! event: stream-position
//! id: k3x9f0q2m1-305
//! data: {}
//!
//! retry: 3127
//!
//! ```
//!
//! Without control events there is only `retry: 3127` and a line end. Whoever comes while the server shuts down is
//! refused as [past a cap](crate::connections#past-a-cap): 503 with `retry-after`, a browser 200 and `retry:`.
//!
//! # What it does not reach
//!
//! A server does not poll the body of a client that does not read, so such a stream does not end. With the feature `serve`,
//! `Listener::blocked` ends it within a time of its own; without, wait for a while longer than the window, and then let go of
//! what is left. A foreign event stream that passes through the layer is not ended either.
//!
//! Nor is a request whose head never comes to its end: `axum::serve` waits for it as long as its client likes. Put a time
//! around the server, as `examples/graceful-shutdown` does. axum's shutdown may be over a moment before the last body is
//! dropped; who counts waits for [`Shutdown::closed`].

use std::collections::BTreeMap;
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use crate::connections::ConnectionId;
use crate::gate::Refusal;
use crate::link::Link;

/// A handle by which the event streams of a server end. Its clones are one.
///
/// See the [module](crate::shutdown) for an example.
#[derive(Clone, Default)]
pub struct Shutdown {
    state: Arc<Mutex<State>>,
}

/// What becomes of the open streams of a route when the server shuts down.
///
/// See [`SseLayer::at_shutdown`](crate::SseLayer::at_shutdown).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AtShutdown {
    /// They end at once.
    End,
    /// They end within this time, each at a moment of its own, so that their clients do not all come back together.
    Drain(Duration),
    /// They go on until they are complete, as the answer of a language model is; at the latest for this time, if one is
    /// given.
    Finish(Option<Duration>),
}

impl Default for AtShutdown {
    /// [`Drain`](Self::Drain) within 5 s.
    fn default() -> Self {
        Self::Drain(Duration::from_secs(5))
    }
}

#[derive(Default)]
struct State {
    is_begun: bool,
    open: BTreeMap<ConnectionId, Arc<Link>>,
    waiting: BTreeMap<u64, Waker>,
    next: u64,
}

impl Shutdown {
    /// A handle of a server that runs.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins to end the streams, and refuses new ones. Once is enough.
    pub fn begin(&self) {
        let (links, waiting) = {
            let mut state = self.lock();
            if state.is_begun {
                return;
            }
            state.is_begun = true;
            let links: Vec<_> = state.open.values().cloned().collect();
            (links, std::mem::take(&mut state.waiting))
        };
        for link in links {
            link.shut_down();
        }
        waiting.into_values().for_each(Waker::wake);
    }

    /// Whether it has begun.
    #[must_use]
    pub fn is_begun(&self) -> bool {
        self.lock().is_begun
    }

    /// How many streams are open.
    #[must_use]
    pub fn streams(&self) -> usize {
        self.lock().open.len()
    }

    /// Completes when it has begun. For whatever else has to stop then, such as `axum::serve`:
    ///
    /// ```no_run
    /// # async fn run(listener: tokio::net::TcpListener, app: axum::Router) -> std::io::Result<()> {
    /// let shutdown = sse_tower::Shutdown::new();
    /// // Elsewhere: shutdown.begin()
    /// axum::serve(listener, app).with_graceful_shutdown(shutdown.begun()).await
    /// # }
    /// ```
    pub fn begun(&self) -> impl Future<Output = ()> + Send + Sync + use<> {
        Waiting { shutdown: self.clone(), is_over: |state| state.is_begun, number: None }
    }

    /// Completes when it has begun and no stream is left.
    pub fn closed(&self) -> impl Future<Output = ()> + Send + Sync + use<> {
        Waiting { shutdown: self.clone(), is_over: |state| state.is_begun && state.open.is_empty(), number: None }
    }

    /// Adds a stream, unless it has begun.
    pub(crate) fn enrol(&self, link: &Arc<Link>) -> Result<Enrolled, Refusal> {
        let mut state = self.lock();
        if state.is_begun {
            return Err(Refusal::ShuttingDown);
        }
        state.open.insert(link.id, Arc::clone(link));
        Ok(Enrolled { shutdown: self.clone(), id: link.id })
    }
}

/// A stream that is waited for until this is dropped.
#[derive(Debug)]
pub(crate) struct Enrolled {
    shutdown: Shutdown,
    id: ConnectionId,
}

impl Drop for Enrolled {
    fn drop(&mut self) {
        let (left, waiting) = {
            let mut state = self.shutdown.lock();
            let left = state.open.remove(&self.id);
            let is_last = state.is_begun && state.open.is_empty();
            (left, if is_last { std::mem::take(&mut state.waiting) } else { BTreeMap::new() })
        };
        drop(left);
        waiting.into_values().for_each(Waker::wake);
    }
}

/// Waits for the shutdown to come so far.
struct Waiting {
    shutdown: Shutdown,
    is_over: fn(&State) -> bool,
    /// Where its waker is.
    number: Option<u64>,
}

impl Future for Waiting {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = &mut *self;
        let mut state = this.shutdown.lock();
        if (this.is_over)(&state) {
            return Poll::Ready(());
        }
        let number = *this.number.get_or_insert_with(|| {
            state.next += 1;
            state.next
        });
        let replaced = state.waiting.insert(number, cx.waker().clone());
        drop(state);
        drop(replaced);
        Poll::Pending
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let waker = self.number.and_then(|number| self.shutdown.lock().waiting.remove(&number));
        drop(waker);
    }
}

impl fmt::Debug for Shutdown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (is_begun, streams) = {
            let state = self.lock();
            (state.is_begun, state.open.len())
        };
        f.debug_struct("Shutdown").field("is_begun", &is_begun).field("streams", &streams).finish()
    }
}
