//! Content codings, from the request's headers to what a client of somebody else's reads.

use std::convert::Infallible;
use std::process::Stdio;
use std::time::Duration;

use axum::Router;
use axum::response::IntoResponse as _;
use axum::routing::get as route;
use bytes::Bytes;
use http::{Request, Response, StatusCode, header};
use http_body::{Body, Frame};
use http_body_util::{BodyExt as _, Empty, Full, StreamBody};
use sse_core::Topic;
use sse_core::history::{LiveWindow, Retention};
use sse_core::topic::LagPolicy;
use sse_tower::compress::{Compression, Encoding};
use sse_tower::{Sse, SseLayer};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::net::TcpListener;
use tower::{Layer as _, ServiceExt as _};
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::SizeAbove;
use tower_http::decompression::DecompressionLayer;

use crate::support::{Count, EPOCH, answer, ask, get, layer, publish, ready, topic};

const ALL: &str = "gzip, deflate, br, zstd";

fn compressing() -> SseLayer {
    layer().compression(Compression::new())
}

fn only(encoding: Encoding) -> SseLayer {
    layer().compression(Compression::new().encodings([encoding]))
}

fn accepting(coding: &str) -> Request<Empty<Bytes>> {
    let mut request = get(None);
    request.headers_mut().insert(header::ACCEPT_ENCODING, coding.parse().unwrap());
    request
}

/// The values of a header, joined.
fn values<B>(response: &Response<B>, name: header::HeaderName) -> String {
    let values: Vec<_> = response.headers().get_all(name).iter().map(|value| value.to_str().unwrap()).collect();
    values.join(", ")
}

#[tokio::test]
async fn the_headers_say_what_was_chosen() {
    let topic = topic(10);
    for (coding, expected) in [(ALL, "zstd"), ("gzip", "gzip"), ("br", "br"), ("identity", ""), ("zstd;q=0", "")] {
        let response = ask(&compressing(), &topic, accepting(coding)).await;
        assert_eq!(values(&response, header::CONTENT_ENCODING), expected);
        assert_eq!(values(&response, header::VARY), "accept, accept-encoding");
        assert_eq!(values(&response, header::CACHE_CONTROL), "no-cache, no-transform");
    }
    let response = ask(&compressing(), &topic, get(None)).await;
    assert_eq!(values(&response, header::CONTENT_ENCODING), "");
    assert_eq!(values(&response, header::VARY), "accept, accept-encoding");
    for layer in [layer(), compressing().compression(None)] {
        let response = ask(&layer, &topic, accepting(ALL)).await;
        assert_eq!(values(&response, header::CONTENT_ENCODING), "");
        assert_eq!(values(&response, header::VARY), "accept");
    }
    let gzip_first = layer().compression(Compression::new().encodings([Encoding::Gzip, Encoding::Zstd]));
    let response = ask(&gzip_first, &topic, accepting(ALL)).await;
    assert_eq!(values(&response, header::CONTENT_ENCODING), "gzip");
}

#[tokio::test]
async fn head_gets_the_same_head() {
    let topic = topic(10);
    let mut request = accepting(ALL);
    *request.method_mut() = http::Method::HEAD;
    let response = ask(&compressing(), &topic, request).await;
    assert_eq!(values(&response, header::CONTENT_ENCODING), "zstd");
    assert_eq!(values(&response, header::VARY), "accept, accept-encoding");
    assert!(response.into_body().collect().await.unwrap().to_bytes().is_empty());
    assert_eq!(topic.subscribers(), 0);
}

#[tokio::test]
async fn what_is_no_open_stream_stays_as_it_is() {
    let topic = topic(10);
    let mut refused = accepting(ALL);
    refused.headers_mut().insert(header::ACCEPT, "application/json".parse().unwrap());
    let mut over = accepting(ALL);
    over.headers_mut().insert("last-event-id", "=end".parse().unwrap());
    for (request, status) in [(refused, StatusCode::NOT_ACCEPTABLE), (over, StatusCode::NO_CONTENT)] {
        let response = ask(&compressing(), &topic, request).await;
        assert_eq!(response.status(), status);
        assert_eq!(values(&response, header::CONTENT_ENCODING) + &values(&response, header::VARY), "");
    }
    let routes = Router::new()
        .route("/text", route(|| async { "text" }))
        .route("/failed", route(|| async { (StatusCode::BAD_GATEWAY, [("content-type", "text/event-stream")], ":\n") }))
        .route(
            "/coded",
            route(|| async { [("content-type", "text/event-stream"), ("content-encoding", "x")].into_response() }),
        );
    for (path, coding) in [("/text", ""), ("/failed", ""), ("/coded", "x")] {
        let mut request = accepting(ALL).map(axum::body::Body::new);
        *request.uri_mut() = path.parse().unwrap();
        let response = routes.clone().layer(compressing()).oneshot(request).await.unwrap();
        assert_eq!(values(&response, header::CONTENT_ENCODING), coding, "{path}");
    }
}

/// The answer of this service as a client reads it that asks for every coding it knows.
async fn decoded<B>(
    layer: SseLayer,
    response: impl Fn() -> Response<B>,
) -> Response<impl Body<Data = Bytes, Error: std::fmt::Debug> + Unpin>
where
    B: Body<Data = Bytes, Error: Into<Box<dyn std::error::Error + Send + Sync>> + std::fmt::Debug>,
{
    let service = layer.layer(tower::service_fn(move |_: Request<Empty<Bytes>>| {
        let response = response();
        async { Ok::<_, Infallible>(response) }
    }));
    DecompressionLayer::new().layer(service).oneshot(get(None)).await.unwrap().map(Box::pin)
}

#[tokio::test]
async fn a_foreign_stream_is_compressed_with_its_trailers() {
    for &encoding in Encoding::ALL {
        let mut response = decoded(only(encoding), || {
            let frames = [
                Ok::<_, Infallible>(Frame::data(Bytes::from_static(b"data: 1\n\n"))),
                Ok(Frame::data(Bytes::new())),
                Ok(Frame::data(Bytes::from_static(b"data: 2\n"))),
                Ok(Frame::data(Bytes::from_static(b"\n"))),
                Ok(Frame::trailers([(header::ETAG, "x".parse().unwrap())].into_iter().collect())),
            ];
            Response::builder()
                .header("content-type", "text/event-stream; charset=utf-8")
                .header("content-length", "18")
                .body(StreamBody::new(futures_util::stream::iter(frames)))
                .unwrap()
        })
        .await;
        assert_eq!(values(&response, header::CONTENT_LENGTH), "");
        let body = response.body_mut().collect().await.unwrap();
        assert_eq!(body.trailers().map(http::HeaderMap::len), Some(1), "{encoding}");
        assert_eq!(body.to_bytes(), "data: 1\n\ndata: 2\n\n", "{encoding}");
    }
}

#[tokio::test(start_paused = true)]
async fn everything_that_a_topic_can_say_arrives_at_once() {
    for &encoding in Encoding::ALL {
        let topic: Topic<Count> = Topic::builder()
            .epoch(EPOCH.parse().unwrap())
            .keep(Retention::events(10))
            .live(LiveWindow::events(5))
            .lag_policy(LagPolicy::Reset)
            .build()
            .unwrap();
        let mut response = decoded(only(encoding), || Sse::topic(&topic).into_response()).await;
        let body = response.body_mut();
        assert!(ready(body).starts_with("retry: 3000\nevent: stream-open\n"), "{encoding}");
        for value in 1..4 {
            publish(&topic, [value]);
            assert_eq!(ready(body), format!("id: {EPOCH}-{value}\nevent: tick\ndata: {value}\n\n"), "{encoding}");
        }
        publish(&topic, 4..6);
        assert_eq!(ready(body).matches("event: tick").count(), 2);
        for _ in 0..3 {
            tokio::time::advance(Duration::from_secs(15)).await;
            assert_eq!(ready(body), ":\n");
        }
        publish(&topic, [6]);
        assert!(ready(body).ends_with("data: 6\n\n"));
        // It trails too far, and goes on from the head.
        publish(&topic, 7..20);
        assert!(ready(body).starts_with("event: stream-reset\n"), "{encoding}");
        publish(&topic, 20..22);
        assert!(ready(body).ends_with("data: 21\n\n"), "{encoding}");
        topic.publish(&Count::Done).unwrap();
        topic.close();
        let end = ready(body);
        assert!(end.ends_with("event: stream-end\nid: =end\ndata: {}\n\n"), "{end}");
        // The decoder has seen the end, and found nothing missing.
        assert!(body.frame().await.is_none());
    }
}

#[tokio::test]
async fn a_stream_that_is_over_at_once_is_whole() {
    for &encoding in Encoding::ALL {
        let mut response = decoded(only(encoding), || {
            Response::builder().header("content-type", "text/event-stream").body(Empty::<Bytes>::new()).unwrap()
        })
        .await;
        assert!(response.body_mut().collect().await.unwrap().to_bytes().is_empty());
        let mut response = decoded(only(encoding), || {
            let body = Full::new(Bytes::from("data: x\n\n".repeat(100_000)));
            Response::builder().header("content-type", "text/event-stream").body(body).unwrap()
        })
        .await;
        assert_eq!(response.body_mut().collect().await.unwrap().to_bytes().len(), 900_000);
    }
}

/// A compression layer of somebody else's, which has been told to compress event streams too, around ours.
#[tokio::test]
async fn a_compression_layer_around_it_lets_it_pass() {
    for (ours, expected) in [(compressing(), "zstd"), (layer(), "br")] {
        let topic = topic(10);
        let routes = {
            let topic = topic.clone();
            Router::new().route("/", route(move || async move { Sse::topic(&topic) }))
        };
        // One that would choose otherwise.
        let outer = CompressionLayer::new().no_zstd().compress_when(SizeAbove::new(0));
        let service = routes.layer(ours).layer(outer);
        let response = service.clone().oneshot(accepting(ALL).map(axum::body::Body::new)).await.unwrap();
        assert_eq!(values(&response, header::CONTENT_ENCODING), expected);
        let response = DecompressionLayer::new().layer(service).oneshot(get(None).map(axum::body::Body::new)).await;
        let mut body = Box::pin(response.unwrap().into_body());
        assert!(ready(&mut body).contains("event: stream-open\n"));
        for value in 1..100 {
            publish(&topic, [value]);
            assert!(ready(&mut body).ends_with(&format!("data: {value}\n\n")), "{expected}: {value}");
        }
    }
}

/// With room for one topic in `zstd` and little more.
fn one_topic() -> (Compression, SseLayer) {
    let compression = Compression::new().encodings([Encoding::Zstd]).max_memory(600 * 1024);
    (compression.clone(), layer().compression(compression))
}

#[tokio::test]
async fn where_there_is_no_room_a_stream_is_sent_as_it_is() {
    let (compression, layer) = one_topic();
    // Of another epoch.
    let (topic, other) = (topic(10), Topic::<Count>::new());
    let mut sharing = Vec::new();
    for _ in 0..100 {
        let response = ask(&layer, &topic, accepting(ALL)).await;
        assert_eq!(values(&response, header::CONTENT_ENCODING), "zstd");
        sharing.push(response);
    }
    let taken = compression.stats();
    assert_eq!((taken.shared, taken.private, taken.uncompressed), (1, 0, 0), "{taken:?}");
    assert!((1..=600 * 1024).contains(&taken.memory), "{taken:?}");

    // Another topic, and a stream of the handler's own.
    let mut plain = ask(&layer, &other, accepting(ALL)).await;
    assert_eq!(values(&plain, header::CONTENT_ENCODING), "");
    assert_eq!(values(&plain, header::VARY), "accept, accept-encoding");
    assert!(ready(plain.body_mut()).contains("event: stream-open\n"));
    publish(&other, [7]);
    assert!(ready(plain.body_mut()).ends_with("data: 7\n\n"));
    let stream = Sse::new(futures_util::stream::pending::<sse_core::Event<'_>>());
    let own = answer(&layer, accepting(ALL), stream).await;
    assert_eq!(values(&own, header::CONTENT_ENCODING), "");
    assert_eq!(compression.stats().uncompressed, 2);

    // The last of those who share has gone.
    while let Some(one) = sharing.pop() {
        assert_eq!(compression.stats().memory, taken.memory);
        drop(one);
    }
    let free = compression.stats();
    assert_eq!((free.memory, free.shared), (0, 0), "{free:?}");
    let response = ask(&layer, &other, accepting(ALL)).await;
    assert_eq!(values(&response, header::CONTENT_ENCODING), "zstd");
    // Only GET takes room.
    let mut head = accepting(ALL);
    *head.method_mut() = http::Method::HEAD;
    ask(&layer, &topic, head).await;
    assert_eq!(compression.stats().uncompressed, 2);
    drop(response);

    // It is one cap for all layers, and for all clones of them.
    let another = layer.clone().compression(compression.clone());
    let first = ask(&layer, &topic, accepting(ALL)).await;
    let second = ask(&another, &topic, accepting(ALL)).await;
    assert_eq!(values(&first, header::CONTENT_ENCODING) + &values(&second, header::CONTENT_ENCODING), "zstd");
}

/// What is left over by a filter nobody else has: it takes a compressor of its own, and does without where there is none.
#[tokio::test]
async fn a_filter_without_room_goes_on_uncompressed_within_the_coding() {
    for max in [600 * 1024, 800 * 1024] {
        let compression = Compression::new().encodings([Encoding::Zstd]).max_memory(max);
        let layer = layer().compression(compression.clone());
        let topic = topic(1_000);
        let mut response =
            decoded(layer, || Sse::topic(&topic).only([sse_core::EventName::from_static("tick")]).into_response())
                .await;
        let body = response.body_mut();
        assert!(ready(body).contains("event: stream-open\n"));
        for value in 1..100 {
            topic.publish(&Count::Noise(value)).unwrap();
            publish(&topic, [value]);
            topic.publish(&Count::Noise(value)).unwrap();
            assert!(ready(body).ends_with(&format!("event: tick\ndata: {value}\n\n")), "{max}: {value}");
        }
        let stats = compression.stats();
        let has_own = max > 600 * 1024;
        assert_eq!((stats.shared, stats.private), if has_own { (0, 1) } else { (1, 0) }, "{stats:?}");
        drop(response);
        assert_eq!(compression.stats().memory, 0);
    }
}

/// A server of this topic, until it is dropped.
async fn serve(topic: &Topic<Count>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let topic = topic.clone();
    let routes = Router::new().route("/", route(move || async move { Sse::topic(&topic) })).layer(compressing());
    tokio::spawn(async move { axum::serve(listener, routes).await });
    format!("http://{address}/")
}

/// Every coding under HTTP/1.1 and HTTP/2.
fn each_way() -> impl Iterator<Item = (&'static str, bool)> {
    ["zstd", "gzip", "br"].into_iter().flat_map(|coding| [(coding, false), (coding, true)])
}

#[tokio::test]
async fn reqwest_has_each_event_at_once() {
    for (coding, http2) in each_way() {
        let topic = topic(100);
        let url = serve(&topic).await;
        let client = reqwest::Client::builder();
        let client = if http2 { client.http2_prior_knowledge() } else { client };
        let client = client.gzip(coding == "gzip").brotli(coding == "br").zstd(coding == "zstd").build().unwrap();
        let mut response = client.get(&url).send().await.unwrap();
        assert_eq!(response.version() == http::Version::HTTP_2, http2);
        let mut text = String::new();
        for value in 1..100 {
            publish(&topic, [value]);
            while !text.ends_with(&format!("data: {value}\n\n")) {
                let chunk = response.chunk().await.unwrap().expect("the stream goes on");
                text.push_str(str::from_utf8(&chunk).unwrap());
            }
        }
        topic.close();
        while let Some(chunk) = response.chunk().await.unwrap() {
            text.push_str(str::from_utf8(&chunk).unwrap());
        }
        assert!(text.ends_with("event: stream-end\nid: =end\ndata: {}\n\n"), "{coding}: {text}");
    }
}

#[tokio::test]
async fn curl_has_each_event_at_once() {
    for (coding, http2) in each_way() {
        let topic = topic(100);
        let url = serve(&topic).await;
        let version = if http2 { "--http2-prior-knowledge" } else { "--http1.1" };
        let accept = format!("accept-encoding: {coding}");
        let mut curl = tokio::process::Command::new("curl")
            .args(["--silent", "--show-error", "--no-buffer", "--compressed", version, "--header", &accept, &url])
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("curl is installed");
        let mut lines = BufReader::new(curl.stdout.take().unwrap()).lines();
        while lines.next_line().await.unwrap().expect("the stream goes on") != "event: stream-open" {}
        for value in 1..20 {
            publish(&topic, [value]);
            while lines.next_line().await.unwrap().expect("the stream goes on") != format!("data: {value}") {}
        }
        topic.close();
        while lines.next_line().await.unwrap().is_some() {}
        assert!(curl.wait().await.unwrap().success(), "{coding}");
    }
}
