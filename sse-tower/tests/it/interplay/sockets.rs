//! Clients that go away, that do not read, and that want the head alone.

use std::time::Duration;

use axum::Router;
use axum::routing::get;
use futures_util::{StreamExt as _, stream};
use http::{Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use sse_core::history::LiveWindow;
use sse_core::{Retention, SseEvent, Topic};
use sse_tower::{Sse, SseLayer, test};
use tokio::net::TcpSocket;
use tokio::sync::oneshot;

use super::{Raw, route};
use crate::forms::{ask, build, read_until, request, serve};
use crate::support::{Count, topic};

/// Below every keep-alive, so that it is not a failing write that has shown it.
async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(10), future).await.unwrap_or_else(|_| panic!("in 10 s: {what}"))
}

async fn subscribers(topic: &Topic<impl SseEvent>, count: usize) {
    let there = async {
        while topic.subscribers() != count {
            tokio::task::yield_now().await;
        }
    };
    soon("the subscribers that are expected", there).await;
}

#[tokio::test]
async fn an_idle_stream_that_its_client_closes_is_dropped_at_once() {
    for http2 in [false, true] {
        let (sender, dropped) = oneshot::channel::<()>();
        let sender = std::sync::Mutex::new(Some(sender));
        let handler = async move || {
            let sender = sender.lock().unwrap().take();
            // It is dropped with the stream.
            Sse::new(stream::pending::<Count>().map(move |count| {
                assert!(sender.is_some());
                count
            }))
        };
        let handler = std::sync::Arc::new(handler);
        let router =
            Router::new().route("/events", get(async move || handler().await)).layer(SseLayer::new().keep_alive(None));
        let origin = serve(router).await;
        let client = Client::builder(TokioExecutor::new()).http2_only(http2).build_http();
        let response = client.request(build(request(Method::GET, format!("{origin}/events")))).await.unwrap();
        let mut body = response.into_body();
        read_until(&mut body, "stream-open").await;
        drop((body, client));
        assert!(soon("the stream is dropped", dropped).await.is_err());
    }
}

#[tokio::test]
async fn a_topics_place_is_free_at_once() {
    let topic = topic(10);
    let mut raw = Raw::ask(route(&topic, SseLayer::new().keep_alive(None)), "HTTP/1.1", &[]).await;
    raw.read_until("stream-open").await;
    assert_eq!(topic.subscribers(), 1);
    drop(raw);
    subscribers(&topic, 0).await;
}

/// 25 kB.
#[derive(Clone, SseEvent)]
enum Large {
    Page(String),
}

/// The window and the log hold 16 pages, whatever nobody reads.
fn pages() -> Topic<Large> {
    Topic::builder().keep(Retention::events(16)).live(LiveWindow::events(16)).build().unwrap()
}

/// A client that never reads holds up nobody and nothing: not who publishes, not who reads. What was handed over for it
/// stays with hyper and the kernel. When it goes, its place is free; when it reads on, it is told by the end of the body
/// that it has lagged, and comes back.
#[tokio::test]
async fn a_client_that_never_reads_costs_nobody_else_anything() {
    const PAGES: usize = 800;
    let topic = pages();
    let events = topic.clone();
    let router = Router::new().route("/events", get(async move || Sse::topic(&events))).layer(SseLayer::new());
    let origin = serve(router).await;
    let address = origin.strip_prefix("http://").unwrap().parse().unwrap();
    let stuck = async || {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4 << 10).unwrap();
        Raw::ask_at(socket.connect(address).await.unwrap(), "HTTP/1.1", &[]).await
    };
    let (leaves, mut returns) = (stuck().await, stuck().await);
    subscribers(&topic, 2).await;
    let client = Client::builder(TokioExecutor::new()).build_http();
    let response = client.request(build(request(Method::GET, format!("{origin}/events")))).await.unwrap();
    let mut reads = test::events::<Large>(response);
    reads.opened().await.unwrap();

    let page = Large::Page("x".repeat(25_000));
    for n in 0..PAGES {
        topic.publish(&page).unwrap();
        reads.next_raw().await.unwrap_or_else(|error| panic!("page {n}: {error}"));
        assert!(topic.stats().bytes <= 32 * 26_000);
    }
    assert_eq!(topic.subscribers(), 3, "a connection that is not written to is not polled, and so is still there");

    drop(leaves);
    subscribers(&topic, 2).await;
    let text = soon("the end of what was handed over", returns.read_to_end_of_body()).await;
    let received = text.matches("event: Page").count();
    assert!((1..PAGES / 2).contains(&received), "{received} of {PAGES}");
    assert!(!text.contains("stream-end"));
    subscribers(&topic, 1).await;
}

impl Raw {
    /// The body in chunks, to its end; the connection stays.
    async fn read_to_end_of_body(&mut self) -> &str {
        while !self.read.ends_with(b"\r\n0\r\n\r\n") {
            assert_ne!(self.read().await, 0, "the connection was cut");
        }
        self.text()
    }
}

#[tokio::test]
async fn head_has_no_length_and_takes_no_place() {
    let topic = topic(10);
    let origin = serve(route(&topic, SseLayer::new())).await;
    for http2 in [false, true] {
        let get = ask(build(request(Method::GET, format!("{origin}/events"))), http2).await;
        let head = ask(build(request(Method::HEAD, format!("{origin}/events"))), http2).await;
        assert_eq!(head.status(), StatusCode::OK);
        let but_framing = |headers: &http::HeaderMap| {
            let mut headers = headers.clone();
            headers.remove("transfer-encoding");
            headers.remove("date");
            headers
        };
        assert_eq!(but_framing(head.headers()), but_framing(get.headers()));
        assert!(!head.headers().contains_key("content-length"));
        assert_eq!(head.into_body().collect().await.unwrap().to_bytes(), "");
        drop(get);
        subscribers(&topic, 0).await;
    }
    let mut request = Request::new(String::new());
    *request.method_mut() = Method::HEAD;
    *request.uri_mut() = "/events".parse().unwrap();
    let head = test::ask::<Count>(route(&topic, SseLayer::new()), request).await.unwrap();
    assert_eq!((head.head().status, topic.subscribers()), (StatusCode::OK, 0));
}
