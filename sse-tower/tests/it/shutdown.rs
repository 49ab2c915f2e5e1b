//! The end of a server with open streams: by the clock, and over real TCP.

use std::convert::Infallible;
use std::time::Duration;

use axum::Router;
use axum::routing::get as route;
use bytes::Bytes;
use futures_util::{FutureExt as _, StreamExt as _, stream};
use http::{Method, Request};
use http_body_util::{BodyExt as _, Empty};
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use sse_core::{EventName, Topic};
use sse_tower::{AtShutdown, Connections, ControlEvents, Shutdown, Sse, SseLayer};
use tokio::net::TcpListener;
use tokio::time::Instant;
use tower::Layer as _;

use crate::support::{BoxBody, Count, EPOCH, answer, frame, get, layer, publish, ready, topic};

/// A stream that is open, behind its first bytes.
async fn open(layer: &SseLayer) -> BoxBody {
    let mut body = answer(layer, get(None), Sse::new(stream::pending::<Count>())).await.into_body();
    assert!(ready(&mut body).contains("retry: "));
    body
}

/// What comes until the body has ended, and after how many seconds that is; `None` if it does not end within an hour.
async fn rest(mut body: BoxBody) -> Option<(String, u64)> {
    let start = Instant::now();
    let read = async {
        let mut text = String::new();
        while let Some(frame) = frame(&mut body).await {
            text.push_str(&frame);
        }
        text
    };
    let text = tokio::time::timeout(Duration::from_hours(1), read).await.ok()?;
    Some((text, start.elapsed().as_secs()))
}

#[tokio::test(start_paused = true)]
async fn each_route_ends_its_streams_in_its_own_way() {
    let seconds = Duration::from_secs;
    for (at_shutdown, entropy, expected) in [
        (AtShutdown::End, 0, Some(("retry: 3000\n\n", 0))),
        (AtShutdown::Drain(seconds(10)), 0, Some(("retry: 3000\n\n", 0))),
        (AtShutdown::Drain(seconds(10)), 1 << 63, Some(("retry: 3375\n\n", 5))),
        (AtShutdown::Drain(seconds(10)), u64::MAX, Some(("retry: 3750\n\n", 10))),
        (AtShutdown::Finish(Some(seconds(40))), 0, Some(("retry: 3000\n\n", 40))),
        (AtShutdown::Finish(None), 0, None),
    ] {
        let shutdown = Shutdown::new();
        let layer = SseLayer::new().entropy(move || entropy).shutdown(&shutdown).at_shutdown(at_shutdown);
        let body = open(&layer.keep_alive(None)).await;
        let body = tokio::spawn(rest(body));
        tokio::task::yield_now().await;
        tokio::time::advance(Duration::from_secs(100)).await;
        shutdown.begin();
        let start = Instant::now();
        let ended = body.await.unwrap().map(|(text, _)| (text, start.elapsed().as_secs()));
        assert_eq!(ended, expected.map(|(text, seconds)| (text.to_owned(), seconds)), "{at_shutdown:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_finishes_is_complete() {
    let shutdown = Shutdown::new();
    let layer = layer().shutdown(&shutdown).at_shutdown(AtShutdown::Finish(Some(Duration::from_mins(1))));
    let tokens = stream::iter(1..=3).then(|n| async move {
        tokio::time::sleep(Duration::from_secs(10)).await;
        Count::Tick(n)
    });
    let mut body = answer(&layer, get(None), Sse::new(Box::pin(tokens))).await.into_body();
    ready(&mut body);
    shutdown.begin();
    let (text, seconds) = rest(body).await.unwrap();
    assert!(text.ends_with("event: tick\ndata: 3\n\nevent: stream-end\nid: =end\ndata: {}\n\n"), "{text}");
    assert_eq!(seconds, 30);
    assert_eq!(shutdown.closed().now_or_never(), Some(()));
}

#[tokio::test(start_paused = true)]
async fn a_drain_goes_on_delivering_and_puts_off_no_earlier_end() {
    let shutdown = Shutdown::new();
    let topic = topic(10);
    let layer = SseLayer::new()
        .entropy(|| u64::MAX)
        .shutdown(&shutdown)
        .at_shutdown(AtShutdown::Drain(Duration::from_secs(20)));
    let mut draining = answer(&layer, get(None), Sse::topic(&topic)).await.into_body();
    let old = answer(&layer.max_age(Duration::from_secs(8)), get(None), Sse::topic(&topic)).await.into_body();
    ready(&mut draining);
    shutdown.begin();
    assert_eq!(frame(&mut draining).now_or_never(), None);
    publish(&topic, [1]);
    assert_eq!(ready(&mut draining), format!("id: {EPOCH}-1\nevent: tick\ndata: 1\n\n"));
    let (text, seconds) = rest(old).await.unwrap();
    assert!(text.ends_with("data: 1\n\nretry: 3750\n\n"), "{text}");
    assert_eq!(seconds, 8);
    let (text, seconds) = rest(draining).await.unwrap();
    assert_eq!((text.as_str(), seconds), (":\nretry: 3750\n\n", 12));
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_would_have_ended_later_ends_with_the_server() {
    let shutdown = Shutdown::new();
    let layer = layer().max_age(Duration::from_mins(30)).shutdown(&shutdown);
    let body = open(&layer.at_shutdown(AtShutdown::Drain(Duration::from_secs(10)))).await;
    shutdown.begin();
    assert_eq!(rest(body).await, Some(("retry: 3000\n\n".to_owned(), 0)));
}

#[tokio::test(start_paused = true)]
async fn the_last_bytes_are_exact() {
    let position = format!("event: stream-position\nid: {EPOCH}-2\ndata: {{}}\n\n");
    for (control_events, last) in
        [(ControlEvents::On, position + "retry: 3000\n\n"), (ControlEvents::Off, "retry: 3000\n".to_owned())]
    {
        let shutdown = Shutdown::new();
        let layer = layer().control_events(control_events).shutdown(&shutdown).at_shutdown(AtShutdown::End);
        let topic = topic(10);
        let sse = Sse::topic(&topic).only([EventName::from_static("noise")]);
        let mut body = answer(&layer, get(None), sse).await.into_body();
        ready(&mut body);
        publish(&topic, 1..=2);
        assert_eq!(ready(&mut body), "");
        shutdown.begin();
        assert_eq!(rest(body).await, Some((last, 0)));
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_comes_late_is_refused() {
    let shutdown = Shutdown::new();
    let layer = layer().shutdown(&shutdown).connections(&Connections::new());
    shutdown.begin();
    shutdown.begin();
    assert!(shutdown.is_begun());
    for (method, accept, status) in
        [(Method::GET, "*/*", 503), (Method::HEAD, "text/event-stream", 503), (Method::GET, "text/event-stream", 200)]
    {
        let mut request = get(None);
        *request.method_mut() = method;
        request.headers_mut().insert("accept", accept.parse().unwrap());
        let refused = answer(&layer, request, Sse::new(stream::pending::<Count>())).await;
        assert_eq!(refused.status(), status);
        assert_eq!(refused.headers()["cache-control"], "no-store");
        assert_eq!(refused.headers().contains_key("retry-after"), status == 503);
        let body = refused.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(body == "retry: 3000\n\n", status == 200);
    }
    assert_eq!(shutdown.streams(), 0);
}

#[tokio::test(start_paused = true)]
async fn its_futures_wait_for_the_beginning_and_for_the_last_stream() {
    let shutdown = Shutdown::new();
    let layer = layer().shutdown(&shutdown).at_shutdown(AtShutdown::Finish(None));
    let bodies = [open(&layer).await, open(&layer).await];
    assert_eq!(shutdown.streams(), 2);
    let begun = tokio::spawn(shutdown.begun());
    let closed = tokio::spawn(shutdown.closed());
    let given_up = shutdown.closed().now_or_never();
    assert_eq!(given_up, None);
    tokio::task::yield_now().await;
    assert!(!begun.is_finished() && !closed.is_finished());
    shutdown.begin();
    begun.await.unwrap();
    let [first, second] = bodies;
    drop(first);
    tokio::task::yield_now().await;
    assert!(!closed.is_finished());
    assert_eq!(shutdown.streams(), 1);
    drop(second);
    closed.await.unwrap();
    // Of nothing, it is over when it begins.
    let empty = Shutdown::new();
    assert_eq!(empty.closed().now_or_never(), None);
    empty.begin();
    empty.closed().await;
}

#[tokio::test(start_paused = true)]
async fn a_head_is_no_stream() {
    let shutdown = Shutdown::new();
    let mut head = get(None);
    *head.method_mut() = Method::HEAD;
    let response = answer(&layer().shutdown(&shutdown), head, Sse::new(stream::pending::<Count>())).await;
    assert_eq!((response.status().as_u16(), shutdown.streams()), (200, 0));
}

/// A client of a server, which reads the stream until its end and gives its bytes.
async fn read(origin: String, http2: bool) -> tokio::task::JoinHandle<String> {
    let request = Request::get(origin).body(Empty::<Bytes>::new()).unwrap();
    let client = Client::builder(TokioExecutor::new()).http2_only(http2).build_http();
    let mut body = client.request(request).await.unwrap().into_body();
    let first = body.frame().await.unwrap().unwrap().into_data().unwrap();
    assert!(first.starts_with(b"retry: "));
    tokio::spawn(async move {
        // Fails if the body is cut off.
        String::from_utf8(body.collect().await.unwrap().to_bytes().into()).unwrap()
    })
}

const SOON: Duration = Duration::from_secs(20);

fn streams() -> (Topic<Count>, Shutdown, SseLayer) {
    let shutdown = Shutdown::new();
    let drain = AtShutdown::Drain(Duration::from_millis(200));
    (topic(10), shutdown.clone(), SseLayer::new().shutdown(&shutdown).at_shutdown(drain))
}

/// The clients have got everything, and a clean end.
async fn check(clients: Vec<tokio::task::JoinHandle<String>>) {
    for client in clients {
        let text = tokio::time::timeout(SOON, client).await.expect("the client still waits").unwrap();
        let (events, retry) = text.rsplit_once("retry: ").unwrap();
        assert!(events.ends_with("event: tick\ndata: 7\n\n"), "{text}");
        let retry: u64 = retry.strip_suffix("\n\n").unwrap().parse().unwrap();
        assert!((3_000..=3_750).contains(&retry), "{retry}");
        assert!(!text.contains("stream-end"), "{text}");
    }
}

#[tokio::test]
async fn axums_graceful_shutdown_ends_with_open_streams() {
    for http2 in [false, true] {
        let (topic, shutdown, layer) = streams();
        let handler = {
            let topic = topic.clone();
            async move || Sse::topic(&topic)
        };
        let router = Router::new().route("/", route(handler)).layer(layer);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}/", listener.local_addr().unwrap());
        let serve = axum::serve(listener, router).with_graceful_shutdown(shutdown.begun());
        let server = tokio::spawn(serve.into_future());
        let clients = vec![read(origin.clone(), http2).await, read(origin, http2).await];
        assert_eq!(shutdown.streams(), 2);
        publish(&topic, [7]);
        shutdown.begin();
        tokio::time::timeout(SOON, server).await.expect("the server still waits").unwrap().unwrap();
        shutdown.closed().await;
        assert_eq!(topic.subscribers(), 0);
        check(clients).await;
    }
}

#[tokio::test]
async fn hypers_graceful_shutdown_ends_with_open_streams() {
    for http2 in [false, true] {
        let (topic, shutdown, layer) = streams();
        let service = {
            let topic = topic.clone();
            tower::service_fn(move |_: Request<Incoming>| {
                let sse = Sse::topic(&topic);
                async { Ok::<_, Infallible>(sse) }
            })
        };
        let service = TowerToHyperService::new(layer.layer(service));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}/", listener.local_addr().unwrap());
        let begun = shutdown.begun();
        let server = tokio::spawn(async move {
            let builder = auto::Builder::new(TokioExecutor::new());
            let graceful = GracefulShutdown::new();
            let mut begun = std::pin::pin!(begun);
            loop {
                let (connection, _) = tokio::select! {
                    accepted = listener.accept() => accepted.unwrap(),
                    () = &mut begun => break,
                };
                let served = builder.serve_connection(TokioIo::new(connection), service.clone()).into_owned();
                tokio::spawn(graceful.watch(served));
            }
            graceful.shutdown().await;
        });
        let clients = vec![read(origin.clone(), http2).await, read(origin, http2).await];
        publish(&topic, [7]);
        shutdown.begin();
        tokio::time::timeout(SOON, server).await.expect("the server still waits").unwrap();
        shutdown.closed().await;
        assert_eq!(topic.subscribers(), 0);
        check(clients).await;
    }
}
