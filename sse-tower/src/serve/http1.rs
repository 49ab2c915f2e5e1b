//! A server for HTTP/1.1 whose quiet connections hold little.

use std::error;
use std::future::poll_fn;
use std::ops::ControlFlow;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use http::{Request, Response};
use http_body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1::{Builder, UpgradeableConnection};
use hyper::service::{HttpService, Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::sync::watch;
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
    let (begun, begins) = watch::channel(());
    let mut shutdown = pin!(shutdown);
    while let ControlFlow::Continue(connection) = accept_until(&listener, shutdown.as_mut()).await {
        let service = TowerToHyperService::new(service.clone());
        // Boxed, because hyper keeps the place of the future for as long as the connection is open.
        let service = service_fn(move |request| Box::pin(service.call(request)));
        let connection = builder.serve_connection(TokioIo::new(connection), service).with_upgrades();
        tokio::spawn(serve_until(connection, begins.clone()));
    }
    drop((listener, begins));
    begun.send_replace(());
    begun.closed().await;
}

/// Serves one connection, from the shutdown on to the end of its response.
async fn serve_until<S, B>(connection: UpgradeableConnection<TokioIo<Connection>, S>, mut begins: watch::Receiver<()>)
where
    S: HttpService<Incoming, ResBody = B>,
    S::Error: Into<Box<dyn error::Error + Send + Sync>>,
    B: Body + 'static,
    B::Error: Into<Box<dyn error::Error + Send + Sync>>,
{
    let mut connection = pin!(connection);
    let mut begun = pin!(begins.changed());
    let mut has_begun = false;
    poll_fn(|cx| {
        if !has_begun && begun.as_mut().poll(cx).is_ready() {
            has_begun = true;
            connection.as_mut().graceful_shutdown();
        }
        // What it ends with says no more than that the client has gone, or has taken nothing for too long.
        connection.as_mut().poll(cx).map(drop)
    })
    .await;
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
