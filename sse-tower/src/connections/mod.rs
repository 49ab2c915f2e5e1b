//! Who is connected: [`Connections`] counts, lists, limits and closes the event streams of the layers that it is given to.
//!
//! A concurrency limit of tower gives its permit back when the head of a response is out, and so does not limit streams.
//! A place here is held by the *body*: it is taken before the head goes out, and free when the body has ended or was
//! dropped.
//!
//! ```
//! use axum::{Router, extract::Path, routing::get};
//! use sse_core::{SseEvent, Topic};
//! use sse_tower::{Connections, Sse, SseLayer};
//!
//! #[derive(SseEvent)]
//! enum Ping {
//!     Ping,
//! }
//!
//! let topic: Topic<Ping> = Topic::new();
//! let connections = Connections::builder().max(50_000).max_per_key(6).build();
//! let events = async move |Path(user): Path<String>| Sse::topic(&topic).key(user);
//! let app: Router = Router::new()
//!     .route("/events/{user}", get(events))
//!     .layer(SseLayer::new().connections(&connections));
//!
//! // From elsewhere, when the user has logged out:
//! assert_eq!(connections.close("user-42", "logged out"), 0);
//! ```
//!
//! # Past a cap
//!
//! A browser's `EventSource` takes every status but 200 for final. So whoever asks as it does, by a GET whose `Accept` is
//! exactly `text/event-stream`, gets a stream that is over at once, and asks again:
//!
//! ```text
//! HTTP/1.1 200 OK
//! content-type: text/event-stream
//! cache-control: no-store
//!
//! retry: 3127
//!
//! ```
//!
//! Everybody else gets 429 if the key has as many connections as it may have, 503 if there are as many in all as there
//! may be:
//!
//! ```text
//! HTTP/1.1 429 Too Many Requests
//! retry-after: 4
//! cache-control: no-store
//! ```
//!
//! HEAD is told the same as GET would be, and takes no place.
//!
//! # What a close is to the client
//!
//! The body ends, without `stream-end`: the client comes back with its last id. Whether it may is up to the handler, or to
//! whoever authenticates before it: 401 and 403 stop a browser for good.

mod registry;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::SystemTime;

pub(crate) use self::registry::Place;
pub use self::registry::{Connections, ConnectionsBuilder};

/// The longest key of a connection, in bytes.
pub(crate) const MAX_KEY: usize = 256;

/// The number of a connection. No two of a process have the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(u64);

impl ConnectionId {
    /// The next number.
    pub(crate) fn next() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Self(NEXT.fetch_add(1, Relaxed))
    }
}

impl fmt::Display for ConnectionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// An open connection, as [`Connections::list`] describes it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Connection {
    /// Its number.
    pub id: ConnectionId,
    /// Who it belongs to, as [`Sse::key`](crate::Sse::key) said.
    pub key: Option<Arc<str>>,
    /// When its head went out.
    pub since: SystemTime,
    /// How many of the application's events were handed to the server for it.
    pub events: u64,
    /// How many bytes were handed to the server for it, keep-alives and all.
    pub bytes: u64,
}
