//! Shows event streams over bare hyper: HTTP/1.1 and HTTP/2 on one port, no framework.
//!
//! ```text
//! cargo run -p example-hyper-only
//! curl -N http://127.0.0.1:3001                              # a service that is an event stream
//! curl -N http://127.0.0.1:3002/countdown                    # a service that has some among other things
//! curl -N --http2-prior-knowledge http://127.0.0.1:3001
//! ```
//!
//! Other ports are `cargo run -p example-hyper-only 8080 8081`; 0 takes any free one. What to look at: `ticks` and `app` are
//! the two ways in which the layer stands around a service, and `serve` is a server in ten lines.
#![expect(clippy::print_stdout, reason = "a program talks to its user")]

use std::convert::Infallible;
use std::env;
use std::error::Error;
use std::future::{Ready, ready};
use std::net::Ipv4Addr;
use std::time::Duration;

use futures_util::{Stream, stream};
use http_body_util::{BodyExt as _, Full, combinators::UnsyncBoxBody};
use hyper::body::{Body, Bytes, Incoming};
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use serde::Serialize;
use sse_core::{SseEvent, Topic};
use sse_tower::serve::{Listener, bind, limit_buffers};
use sse_tower::source::Subscribed;
use sse_tower::{Sse, SseLayer, SseService};
use tower::util::ServiceFn;
use tower::{Layer as _, Service, service_fn};

#[derive(Serialize, SseEvent)]
#[sse(rename_all = "kebab-case")]
enum Clock {
    Tick {
        seconds: u64,
    },
    Countdown(u32),
    /// The browser does not come back after it.
    #[sse(terminal)]
    LiftOff,
}

type BoxError = Box<dyn Error + Send + Sync>;
type BoxBody = UnsyncBoxBody<Bytes, BoxError>;
type Answer<R> = Ready<Result<R, Infallible>>;

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let clock = Topic::new();
    let mut ports = env::args().skip(1).map(|port| port.parse());
    let first = bind((Ipv4Addr::LOCALHOST, ports.next().unwrap_or(Ok(3001))?)).await?;
    let second = bind((Ipv4Addr::LOCALHOST, ports.next().unwrap_or(Ok(3002))?)).await?;
    println!("hyper-only on http://{} and http://{}", first.local_addr()?, second.local_addr()?);
    let second_long = Duration::from_secs(1);
    tokio::select! {
        ended = tick(&clock, second_long) => ended,
        never = serve(first, ticks(clock.clone())) => never,
        never = serve(second, app(clock.clone(), second_long)) => never,
    }
}

/// A service that answers every request with an event stream: what it answers with is [`Sse`] itself.
fn ticks(clock: Topic<Clock>) -> SseService<ServiceFn<impl Fn(Request<Incoming>) -> Answer<Sse<Subscribed>> + Clone>> {
    SseLayer::new().layer(service_fn(move |_| ready(Ok(Sse::topic(&clock)))))
}

/// A service that answers some requests with event streams: the layer finds them among the responses.
fn app(
    clock: Topic<Clock>,
    step: Duration,
) -> SseService<ServiceFn<impl Fn(Request<Incoming>) -> Answer<Response<BoxBody>> + Clone>> {
    SseLayer::new().layer(service_fn(move |request: Request<Incoming>| {
        ready(Ok(match request.uri().path() {
            "/ticks" => Sse::topic(&clock).into_response().map(boxed),
            "/countdown" => Sse::new(countdown(3, step)).into_response().map(boxed),
            _ => not_found().map(boxed),
        }))
    }))
}

fn not_found() -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from("try /ticks or /countdown\n"));
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}

fn boxed(body: impl Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static) -> BoxBody {
    body.map_err(Into::into).boxed_unsync()
}

/// Serves HTTP/1.1 and HTTP/2, whichever the client begins with.
async fn serve<S, B>(listener: Listener, service: S) -> !
where
    S: Service<Request<Incoming>, Response = Response<B>, Error = Infallible, Future: Send> + Clone + Send + 'static,
    B: Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
{
    let mut server = auto::Builder::new(TokioExecutor::new());
    server.http1().timer(TokioTimer::new());
    server.http2().timer(TokioTimer::new());
    limit_buffers(&mut server);
    loop {
        let (connection, _) = listener.accept().await;
        let (server, service) = (server.clone(), TowerToHyperService::new(service.clone()));
        tokio::spawn(async move {
            // A connection that breaks is none of the others' business.
            drop(server.serve_connection(TokioIo::new(connection), service).await);
        });
    }
}

/// Each client has its own, and it comes to an end.
fn countdown(from: u32, step: Duration) -> impl Stream<Item = Clock> {
    stream::unfold(Some(from), move |left| async move {
        let left = left?;
        tokio::time::sleep(step).await;
        Some(match left.checked_sub(1) {
            Some(next) => (Clock::Countdown(left), Some(next)),
            None => (Clock::LiftOff, None),
        })
    })
}

async fn tick(clock: &Topic<Clock>, step: Duration) -> Result<(), BoxError> {
    for seconds in 0.. {
        clock.publish(&Clock::Tick { seconds })?;
        tokio::time::sleep(step).await;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
