//! A server for HTTP/1.1 whose quiet connections hold little.

use std::error;
use std::future::poll_fn;
use std::ops::ControlFlow;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};

use http::{Request, Response};
use http_body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1::{Builder, UpgradeableConnection};
use hyper::service::{HttpService, Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use pin_project_lite::pin_project;
use tokio::sync::futures::OwnedNotified;
use tokio::sync::{Notify, watch};
use tower_service::Service;

use super::hyper_buffers::HTTP1;
use super::{Connection, Listener};

/// Serves over HTTP/1.1 alone until `shutdown` completes, and then until every connection has ended.
///
/// For a server behind a proxy, most of which speak HTTP/1.1 to it. A quiet connection holds 11 KiB, where one of
/// `axum::serve`, which also speaks HTTP/2, holds 17. A request's head may have 32 KiB; one of more than 64 KiB is answered
/// with 431, and one that takes more than 30 s with the end of the connection. Upgrades work. A request does not say
/// where it comes from.
///
/// At the shutdown, quiet connections end at once, others with the response that they are at: a stream ends when its
/// [layer is told](crate::Shutdown) or when it is complete, and that of a client which does not read is ended by
/// [`Blocked::end_within`](super::Blocked::end_within).
///
/// ```
/// use std::time::Duration;
/// use sse_tower::{Shutdown, serve};
///
/// # async fn run(app: axum::Router, shutdown: Shutdown) -> std::io::Result<()> {
/// let listener = serve::bind("127.0.0.1:3000").await?;
/// let blocked = listener.blocked();
/// let begun = async move {
///     shutdown.begun().await;
///     blocked.end_within(Duration::from_secs(5));
/// };
/// serve::http1(listener, app, begun).await;
/// # Ok(())
/// # }
/// ```
///
/// # Panics
///
/// Panics outside of a tokio runtime.
///
/// # Cancel safety
///
/// When the future is dropped, no connection is accepted any more; those that are open go on.
pub async fn http1<S, B>(listener: Listener, service: S, shutdown: impl Future<Output = ()>)
where
    S: Service<Request<Incoming>, Response = Response<B>> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Into<Box<dyn error::Error + Send + Sync>>,
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn error::Error + Send + Sync>>,
{
    let mut builder = Builder::new();
    builder.timer(TokioTimer::new()).max_buf_size(HTTP1);
    let begun = Arc::new(Notify::new());
    let (open, alive) = watch::channel(());
    let mut shutdown = pin!(shutdown);
    while let ControlFlow::Continue(connection) = accept_until(&listener, shutdown.as_mut()).await {
        let service = TowerToHyperService::new(service.clone());
        // Boxed, because hyper keeps the place of the future for as long as the connection is open.
        let service = service_fn(move |request| Box::pin(service.call(request)));
        let connection = builder.serve_connection(TokioIo::new(connection), service).with_upgrades();
        let begun = Arc::clone(&begun).notified_owned();
        tokio::spawn(Serving { connection, begun, has_begun: false, _alive: alive.clone() });
    }
    drop((listener, alive));
    begun.notify_waiters();
    open.closed().await;
}

pin_project! {
    /// One connection, which from the shutdown on ends with the response that it is at.
    ///
    /// A future by hand: an asynchronous function would keep a second place for the connection that it was called with.
    struct Serving<S: HttpService<Incoming>> {
        #[pin]
        connection: UpgradeableConnection<TokioIo<Connection>, S>,
        #[pin]
        begun: OwnedNotified,
        has_begun: bool,
        // The server waits until it is dropped.
        _alive: watch::Receiver<()>,
    }
}

impl<S, B> Future for Serving<S>
where
    S: HttpService<Incoming, ResBody = B>,
    S::Error: Into<Box<dyn error::Error + Send + Sync>>,
    B: Body + 'static,
    B::Error: Into<Box<dyn error::Error + Send + Sync>>,
{
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut this = self.project();
        if !*this.has_begun && this.begun.poll(cx).is_ready() {
            *this.has_begun = true;
            this.connection.as_mut().graceful_shutdown();
        }
        // What it ends with says no more than that the client has gone, or has taken nothing for too long.
        this.connection.poll(cx).map(drop)
    }
}

/// The next connection, unless the shutdown comes first.
async fn accept_until(
    listener: &Listener,
    mut shutdown: Pin<&mut impl Future<Output = ()>>,
) -> ControlFlow<(), Connection> {
    let mut accept = pin!(listener.accept());
    poll_fn(|cx: &mut Context<'_>| {
        if shutdown.as_mut().poll(cx).is_ready() {
            return Poll::Ready(ControlFlow::Break(()));
        }
        accept.as_mut().poll(cx).map(|(connection, _)| ControlFlow::Continue(connection))
    })
    .await
}
