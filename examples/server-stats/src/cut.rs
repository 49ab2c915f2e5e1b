//! Cutting a connection on demand, to see what a broken one does.
//!
//! Nothing of this is needed to serve events. It breaks a stream off as a dying proxy would, without `stream-end`, so
//! that the browser comes back by itself and asks for what it missed.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use tokio::sync::oneshot;

/// How many connections can be cut at a time. Those above it are served all the same.
const MAX_CONNECTIONS: usize = 4_096;
/// How long the name of a client may be.
const MAX_NAME: usize = 64;

/// The connections that can be cut, by the name that their client gave.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cuts(Arc<Mutex<Open>>);

#[derive(Debug, Default)]
struct Open {
    last_number: u64,
    connections: HashMap<u64, Connection>,
}

#[derive(Debug)]
struct Connection {
    client: String,
    /// Dropping it cuts the connection.
    _alive: oneshot::Sender<()>,
}

impl Cuts {
    fn lock(&self) -> MutexGuard<'_, Open> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes a response one that can be cut.
    pub(crate) fn watch(&self, client: String, response: Response) -> Response {
        let mut open = self.lock();
        if client.is_empty() || client.len() > MAX_NAME || open.connections.len() >= MAX_CONNECTIONS {
            return response;
        }
        let (alive, cut) = oneshot::channel();
        open.last_number += 1;
        let number = open.last_number;
        open.connections.insert(number, Connection { client, _alive: alive });
        drop(open);
        let cuts = self.clone();
        response.map(|inner| Body::new(CutBody { inner, cut, cuts, number }))
    }

    /// Cuts all connections of this client, and says how many they were.
    pub(crate) fn cut(&self, client: &str) -> usize {
        let mut open = self.lock();
        let before = open.connections.len();
        open.connections.retain(|_, connection| connection.client != client);
        before - open.connections.len()
    }
}

/// A body that ends early when it is cut.
struct CutBody {
    inner: Body,
    cut: oneshot::Receiver<()>,
    cuts: Cuts,
    number: u64,
}

impl HttpBody for CutBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        // A receiver must not be polled again once it was ready: `is_terminated` says that it was.
        if self.cut.is_terminated() || Pin::new(&mut self.cut).poll(cx).is_ready() {
            return Poll::Ready(None);
        }
        Pin::new(&mut self.inner).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.cut.is_terminated() || self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        // It may end at any time, so that no length can be promised.
        SizeHint::default()
    }
}

impl Drop for CutBody {
    fn drop(&mut self) {
        self.cuts.lock().connections.remove(&self.number);
    }
}
