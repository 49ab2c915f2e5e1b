//! The layer over real TCP, in every place where it can stand.

use std::convert::Infallible;
use std::time::Duration;

use axum::handler::Handler as _;
use axum::routing::{MethodRouter, any, get, post, put};
use axum::{Json, Router};
use bytes::Bytes;
use futures_util::stream;
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Empty};
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::service::TowerToHyperService;
use sse_core::Topic;
use sse_tower::test::Clock;
use sse_tower::{LastEventId, Sse, SseLayer};
use tokio::net::TcpListener;
use tower::{Layer as _, ServiceBuilder};
use tower_http::cors::CorsLayer;
use tower_http::timeout::TimeoutLayer;
use tower_http::trace::TraceLayer;

use crate::support::{Count, EPOCH, publish, topic};

/// A server's origin; the server lives as long as the test's runtime.
pub(crate) async fn serve(router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    origin
}

pub(crate) async fn ask(request: Request<Empty<Bytes>>, http2: bool) -> Response<Incoming> {
    Client::builder(TokioExecutor::new()).http2_only(http2).build_http().request(request).await.unwrap()
}

pub(crate) fn request(method: Method, uri: String) -> http::request::Builder {
    Request::builder().method(method).uri(uri)
}

pub(crate) fn build(request: http::request::Builder) -> Request<Empty<Bytes>> {
    request.body(Empty::new()).unwrap()
}

/// Reads a body until it holds `text`.
pub(crate) async fn read_until(body: &mut Incoming, text: &str) -> String {
    let mut read = String::new();
    while !read.contains(text) {
        let frame = body.frame().await.expect("the body has ended").unwrap();
        read.push_str(std::str::from_utf8(frame.data_ref().unwrap()).unwrap());
    }
    read
}

/// One route that is a resumed topic: right headers, right first bytes, what was missed, what is published, and the
/// place in the topic is free when the client has gone.
async fn check(origin: &str, topic: &Topic<Count>, http2: bool) {
    let ask_with =
        |id: &str| ask(build(request(Method::GET, format!("{origin}/events")).header("last-event-id", id)), http2);
    let response = ask_with(&format!("{EPOCH}-1")).await;
    assert_eq!(response.status(), StatusCode::OK);
    let headers = response.headers();
    assert_eq!(headers["content-type"], "text/event-stream");
    assert_eq!(headers["cache-control"], "no-cache, no-transform");
    assert_eq!(headers["x-accel-buffering"], "no");
    assert_eq!(headers["sse-resume"], "recovered");
    assert!(headers.get_all("vary").iter().any(|value| value == "accept"));
    assert!(!headers.contains_key("content-length") && !headers.contains_key("connection"));
    let mut body = response.into_body();
    let text = read_until(&mut body, "data: 2\n\n").await;
    assert!(text.starts_with("retry: "), "{text}");
    assert!(text.contains("\"resume\":\"recovered\""), "{text}");
    topic.publish(&Count::Tick(3)).unwrap();
    read_until(&mut body, "data: 3\n\n").await;
    drop(body);
    let gone = async {
        while topic.subscribers() > 0 {
            // The server notices that the client has gone when it writes, or when the connection is closed.
            topic.publish_ephemeral(&Count::Tick(0)).unwrap();
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), gone).await.expect("the place in the topic was not freed");

    let refused = ask(build(request(Method::GET, format!("{origin}/events")).header("accept", "text/html")), http2);
    assert_eq!(refused.await.status(), StatusCode::NOT_ACCEPTABLE);
    let ended = ask_with("=end").await;
    assert_eq!(ended.status(), StatusCode::NO_CONTENT);
    assert_eq!(ended.headers()["cache-control"], "no-store");
    let head = ask(build(request(Method::HEAD, format!("{origin}/events"))), http2).await;
    assert_eq!(head.status(), StatusCode::OK);
    assert!(!head.headers().contains_key("content-length"));
    assert_eq!(topic.subscribers(), 0);
}

fn two_published() -> Topic<Count> {
    let topic = topic(100);
    publish(&topic, 1..=2);
    topic
}

/// An ordinary handler of the topic.
fn handler(topic: &Topic<Count>) -> impl axum::handler::Handler<((),), ()> + use<> {
    let topic = topic.clone();
    async move || Sse::topic(&topic)
}

async fn check_axum(build: impl Fn(&Topic<Count>) -> Router) {
    for http2 in [false, true] {
        let topic = two_published();
        check(&serve(build(&topic)).await, &topic, http2).await;
    }
}

#[tokio::test]
async fn router_layer() {
    check_axum(|topic| Router::new().route("/events", get(handler(topic))).layer(SseLayer::new())).await;
}

#[tokio::test]
async fn method_router_layer() {
    check_axum(|topic| {
        let events: MethodRouter = get(handler(topic)).layer(SseLayer::new());
        Router::new().route("/events", events)
    })
    .await;
}

#[tokio::test]
async fn handler_layer() {
    check_axum(|topic| Router::new().route("/events", get(handler(topic).layer(SseLayer::new())))).await;
}

#[tokio::test]
async fn route_service() {
    check_axum(|topic| {
        let topic = topic.clone();
        let service = tower::service_fn(move |_: axum::extract::Request| {
            let sse = Sse::topic(&topic);
            async { Ok::<_, Infallible>(sse) }
        });
        Router::new().route_service("/events", SseLayer::new().layer(service))
    })
    .await;
}

#[tokio::test]
async fn under_cors_trace_and_timeout() {
    check_axum(|topic| {
        Router::new().route("/events", get(handler(topic))).layer(
            ServiceBuilder::new()
                .layer(TraceLayer::new_for_http())
                .layer(CorsLayer::permissive())
                .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, Duration::from_secs(30)))
                .layer(SseLayer::new()),
        )
    })
    .await;
}

#[tokio::test]
async fn hyper_without_axum() {
    for http2 in [false, true] {
        let topic = two_published();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let events = topic.clone();
        let service = ServiceBuilder::new().layer(SseLayer::new()).service_fn(move |_: Request<Incoming>| {
            let sse = Sse::topic(&events);
            async { Ok::<_, Infallible>(sse) }
        });
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let service = TowerToHyperService::new(service.clone());
                tokio::spawn(async move {
                    let io = TokioIo::new(socket);
                    if http2 {
                        let server = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
                        drop(server.serve_connection(io, service).await);
                    } else {
                        drop(hyper::server::conn::http1::Builder::new().serve_connection(io, service).await);
                    }
                });
            }
        });
        check(&origin, &topic, http2).await;
    }
}

/// Two stacks of the same routes, with and without the layer.
fn neighbours() -> Router {
    Router::new()
        .route("/json", get(async || Json([1, 2, 3])).put(async || StatusCode::ACCEPTED))
        .route("/put", put(async || "stored"))
        .route("/events", get(async || Sse::new(stream::pending::<Count>())))
        .route("/secret", get(async || ([("cache-control", "no-store")], Sse::new(stream::pending::<Count>()))))
        .route("/any", any(async || Sse::new(stream::pending::<Count>())))
        .route("/foreign", get(async || ([("content-type", "text/event-stream")], "data: x\n\n")))
        .route(
            "/own",
            get(async || ([("vary", "origin"), ("cache-control", "no-cache")], Sse::new(stream::pending::<Count>()))),
        )
}

#[tokio::test]
async fn what_is_no_event_stream_is_untouched() {
    let cors = || CorsLayer::permissive();
    let plain = serve(neighbours().layer(cors())).await;
    let layered = serve(neighbours().layer(SseLayer::new()).layer(cors())).await;
    let preflight = |uri: String| {
        request(Method::OPTIONS, uri)
            .header("origin", "http://example.com")
            .header("access-control-request-method", "GET")
            .header("access-control-request-headers", "last-event-id")
    };
    let requests: Vec<Box<dyn Fn(&str) -> http::request::Builder>> = vec![
        Box::new(|origin| request(Method::GET, format!("{origin}/json"))),
        Box::new(|origin| request(Method::GET, format!("{origin}/json")).header("accept", "text/html")),
        Box::new(|origin| request(Method::GET, format!("{origin}/json")).header("last-event-id", "=end")),
        Box::new(|origin| request(Method::PUT, format!("{origin}/json"))),
        Box::new(|origin| request(Method::PUT, format!("{origin}/put"))),
        Box::new(|origin| request(Method::PUT, format!("{origin}/events"))),
        Box::new(|origin| request(Method::OPTIONS, format!("{origin}/events"))),
        Box::new(|origin| request(Method::GET, format!("{origin}/nowhere"))),
        Box::new(move |origin| preflight(format!("{origin}/events"))),
        Box::new(move |origin| preflight(format!("{origin}/json")).header("last-event-id", "=end")),
    ];
    for make in requests {
        let answer = async |origin: &str| {
            let response = ask(build(make(origin)), false).await;
            let (mut parts, body) = response.into_parts();
            parts.headers.remove("date");
            (parts.status, parts.headers, body.collect().await.unwrap().to_bytes())
        };
        assert_eq!(answer(&plain).await, answer(&layered).await);
    }
}

#[tokio::test]
async fn options_of_a_stream_is_untouched() {
    let plain = serve(neighbours()).await;
    let layered = serve(neighbours().layer(SseLayer::new())).await;
    let answer = async |origin: &str| {
        let options = request(Method::OPTIONS, format!("{origin}/any")).header("last-event-id", "=end");
        let mut parts = ask(build(options), false).await.into_parts().0;
        parts.headers.remove("date");
        (parts.status, parts.headers)
    };
    assert_eq!(answer(&layered).await, answer(&plain).await);
    assert_eq!(answer(&layered).await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_foreign_event_stream_gets_the_headers_that_it_lacks() {
    let origin = serve(neighbours().layer(SseLayer::new())).await;
    let of = async |path: &str| ask(build(request(Method::GET, format!("{origin}{path}"))), false).await;
    let varies =
        |response: &Response<Incoming>, name: &str| response.headers().get_all("vary").iter().any(|v| v == name);
    // What the handler has set of its own is completed too.
    let own = of("/own").await;
    assert_eq!(own.headers()["cache-control"], "no-cache, no-transform");
    assert!(varies(&own, "origin") && varies(&own, "accept"));
    assert_eq!(of("/secret").await.headers()["cache-control"], "no-store");
    let response = of("/foreign").await;
    assert_eq!(response.headers()["cache-control"], "no-cache, no-transform");
    assert_eq!(response.headers()["x-accel-buffering"], "no");
    assert!(varies(&response, "accept"));
    assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), "data: x\n\n");
}

#[tokio::test]
async fn a_post_route_that_answers_with_a_stream_means_it() {
    let router = Router::new().route(
        "/events",
        post(async |id: LastEventId| {
            assert_eq!(id.as_str().as_deref(), Some("7"));
            Sse::new(stream::iter([Count::Tick(1)]))
        }),
    );
    let origin = serve(router.layer(SseLayer::new())).await;
    let post = request(Method::POST, format!("{origin}/events?lastEventId=7")).header("accept", "application/json");
    let response = ask(build(post), false).await;
    assert_eq!(response.headers()["sse-resume"], "unsupported");
    let body = response.into_body().collect().await.unwrap().to_bytes();
    assert!(body.ends_with(b"event: tick\ndata: 1\n\nevent: stream-end\nid: =end\ndata: {}\n\n"));
}

/// On several threads, because there a body is polled again before the connection has written.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_stands_before_an_error_arrives() {
    let router = Router::new().route(
        "/events",
        get(async || Sse::new(stream::iter([Ok(Count::Tick(1)), Err("the disk is full"), Ok(Count::Tick(2))]))),
    );
    let clock = Clock::new();
    let origin = serve(router.layer(SseLayer::with_timer(clock.clone()))).await;
    for http2 in [false, true].repeat(10) {
        let mut body = ask(build(request(Method::GET, format!("{origin}/events"))), http2).await.into_body();
        let read = read_until(&mut body, ": error\n\n").await;
        assert!(read.ends_with("event: tick\ndata: 1\n\n: error\n\n"), "{read}");
        // So long the error waits for the bytes before it.
        clock.advance(Duration::from_millis(50));
        assert!(body.frame().await.unwrap().is_err());
    }
}
