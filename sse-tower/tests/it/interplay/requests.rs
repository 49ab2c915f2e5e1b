//! Requests as browsers, proxies and old clients send them.

use std::time::Duration;

use axum::Router;
use axum::routing::get;
use futures_util::stream;
use http::{HeaderName, HeaderValue, Method, StatusCode};
use http_body_util::BodyExt as _;
use sse_tower::{LastEventId, Sse, SseLayer};
use tower_http::cors::CorsLayer;

use super::{Raw, route};
use crate::forms::{ask, build, read_until, request, serve};
use crate::support::{Count, EPOCH, publish, topic};

#[tokio::test]
async fn http_1_0_gets_the_bytes_alone_and_the_close_ends_them() {
    let topic = topic(10);
    publish(&topic, [1]);
    let id = format!("last-event-id: {EPOCH}-0");
    let mut raw = Raw::ask(route(&topic, SseLayer::new()), "HTTP/1.0", &[id.as_bytes()]).await;
    raw.read_until("data: 1\n\n").await;
    publish(&topic, [2]);
    raw.read_until("data: 2\n\n").await;
    topic.publish(&Count::Done).unwrap();
    let text = raw.read_to_end().await;
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.0 200"), "{head}");
    assert!(!head.contains("transfer-encoding") && !head.contains("content-length"), "{head}");
    assert!(body.starts_with("retry: ") && !body.contains('\r'), "{body:?}");
    assert!(body.ends_with("event: stream-end\nid: =end\ndata: {}\n\n"), "{body:?}");
}

#[tokio::test]
async fn under_http_2_each_event_is_flushed_by_itself() {
    let topic = topic(10);
    let origin = serve(route(&topic, SseLayer::new())).await;
    let response = ask(build(request(Method::GET, format!("{origin}/events"))), true).await;
    for name in ["connection", "keep-alive", "transfer-encoding", "content-length"] {
        assert!(!response.headers().contains_key(name), "{name}");
    }
    let mut body = response.into_body();
    read_until(&mut body, "stream-open").await;
    for n in 1..=10 {
        publish(&topic, [n]);
        let data = body.frame().await.unwrap().unwrap().into_data().unwrap();
        assert_eq!(data, format!("id: {EPOCH}-{n}\nevent: tick\ndata: {n}\n\n"));
    }
}

/// A handler of a stream of its own, which says what it was told.
fn echo() -> Router {
    let handler = async |id: LastEventId| {
        let told = id.as_str().map_or(0, |id| id.chars().count() as u64);
        (
            [(
                "x-is-ellipsis",
                HeaderValue::from_static(if id.as_str().as_deref() == Some("…") { "yes" } else { "no" }),
            )],
            Sse::new(stream::iter([Count::Tick(told)])),
        )
    };
    Router::new().route("/events", get(handler)).layer(SseLayer::new())
}

#[tokio::test]
async fn an_id_is_read_as_the_utf_8_that_it_is() {
    let mut raw = Raw::ask(echo(), "HTTP/1.1", &[b"last-event-id: \xe2\x80\xa6"]).await;
    let text = raw.read_until("event: tick\ndata: 1\n\n").await;
    assert!(text.contains("x-is-ellipsis: yes"), "{text}");
    // What is none is no error either.
    let mut raw = Raw::ask(echo(), "HTTP/1.1", &[b"last-event-id: \xff\xfe"]).await;
    assert!(raw.read_until("event: tick\ndata: 2\n\n").await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn an_id_of_300_000_bytes_is_unknown_and_never_sent_back() {
    let id = [b"last-event-id: ".to_vec(), b"<9>".repeat(100_000)].concat();
    let topic = topic(10);
    publish(&topic, [1]);
    let mut raw = Raw::ask(route(&topic, SseLayer::new()), "HTTP/1.1", &[&id]).await;
    let text = raw.read_until("data: 1\n\n").await;
    assert!(text.starts_with("HTTP/1.1 200"), "{text}");
    assert!(text.contains("sse-resume: reset; reason=malformed"), "{text}");
    assert!(text.contains("event: stream-reset\n") && !text.contains("<9>"), "{text}");

    let mut raw = Raw::ask(echo(), "HTTP/1.1", &[&id]).await;
    raw.read_until("event: tick\ndata: 300000\n\n").await;
}

/// What a stream of another origin needs around it.
fn cors() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(["https://shop.example", "https://help.example"].map(HeaderValue::from_static))
        .allow_credentials(true)
        .allow_headers([HeaderName::from_static("last-event-id")])
        .expose_headers([HeaderName::from_static("sse-resume")])
        .max_age(Duration::from_hours(1))
}

#[tokio::test]
async fn a_preflight_is_answered_around_the_layer() {
    let topic = topic(10);
    let origin = serve(route(&topic, SseLayer::new()).layer(cors())).await;
    for http2 in [false, true] {
        let preflight = request(Method::OPTIONS, format!("{origin}/events"))
            .header("origin", "https://shop.example")
            .header("access-control-request-method", "GET")
            .header("access-control-request-headers", "last-event-id");
        let response = ask(build(preflight), http2).await;
        assert_eq!(response.status(), StatusCode::OK);
        let headers = response.headers();
        assert_eq!(headers["access-control-allow-origin"], "https://shop.example");
        assert_eq!(headers["access-control-allow-headers"], "last-event-id");
        assert_eq!(headers["access-control-allow-credentials"], "true");
        assert!(!headers.contains_key("content-type"));
        assert_eq!(topic.subscribers(), 0);
    }
}

/// As `new EventSource(uri, { withCredentials: true })` asks.
#[tokio::test]
async fn a_page_with_credentials_may_read_the_stream() {
    let topic = topic(10);
    let origin = serve(route(&topic, SseLayer::new()).layer(cors())).await;
    let ask_from = async |page: &str, id: &str| {
        let get = request(Method::GET, format!("{origin}/events"))
            .header("accept", "text/event-stream")
            .header("cache-control", "no-cache")
            .header("cookie", "session=1")
            .header("last-event-id", id)
            .header("origin", page);
        ask(build(get), false).await
    };
    // A refusal is read too, so that a page learns of it.
    for (page, id, status) in
        [("https://shop.example", "", StatusCode::OK), ("https://help.example", "=end", StatusCode::NO_CONTENT)]
    {
        let response = ask_from(page, id).await;
        assert_eq!(response.status(), status);
        let headers = response.headers();
        assert_eq!(headers["access-control-allow-origin"], page, "the origin itself, never `*`");
        assert_eq!(headers["access-control-allow-credentials"], "true");
        assert_eq!(headers["access-control-expose-headers"], "sse-resume");
        let varies = |name: &str| headers.get_all("vary").iter().any(|value| value.to_str().unwrap().contains(name));
        assert!(varies("origin") && (varies("accept") || status != StatusCode::OK), "{headers:?}");
    }
    let foreign = ask_from("https://elsewhere.example", "").await;
    assert!(!foreign.headers().contains_key("access-control-allow-origin"));
}
