//! Compression by tower-http: off by default, and at once where it is on.

use std::convert::Infallible;

use axum::Router;
use axum::extract::Request as AxumRequest;
use axum::response::IntoResponse;
use axum::routing::Route;
use http::{Method, Response};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use sse_core::Topic;
use sse_tower::{SseLayer, test};
use tower::{Layer, Service, ServiceBuilder, ServiceExt as _};
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::SizeAbove;
use tower_http::decompression::DecompressionLayer;

use super::route;
use crate::forms::{ask, build, read_until, request, serve};
use crate::support::{Count, publish, topic};

/// Under a layer around everything.
fn under<L>(layer: L) -> impl Fn(&Topic<Count>) -> Router
where
    L: Layer<Route> + Clone + Send + Sync + 'static,
    L::Service:
        Service<AxumRequest, Response: IntoResponse, Error: Into<Infallible>, Future: Send> + Clone + Send + Sync,
{
    move |topic| route(topic, SseLayer::new()).layer(layer.clone())
}

async fn passes_through(compressed: impl Fn(&Topic<Count>) -> Router) {
    for http2 in [false, true] {
        let topic = topic(10);
        let origin = serve(compressed(&topic)).await;
        let get = request(Method::GET, format!("{origin}/events")).header("accept-encoding", "gzip, br, zstd, deflate");
        let response = ask(build(get), http2).await;
        assert!(!response.headers().contains_key("content-encoding"));
        let mut body = response.into_body();
        publish(&topic, [1]);
        read_until(&mut body, "event: tick\ndata: 1\n\n").await;
    }
}

#[tokio::test]
async fn by_default_it_leaves_a_stream_as_it_is() {
    passes_through(under(CompressionLayer::new())).await;
    passes_through(under(tower_http06::compression::CompressionLayer::new())).await;
}

/// One event after the other is published and received, and the next only then: none waits in a compressor.
async fn arrives_at_once(compressed: impl Fn(&Topic<Count>) -> Router) {
    for coding in ["gzip", "br", "zstd", "deflate"] {
        for http2 in [false, true] {
            let topic = topic(10);
            let origin = serve(compressed(&topic)).await;
            let client =
                Client::builder(TokioExecutor::new()).http2_only(http2).build_http::<http_body_util::Empty<_>>();
            let client = ServiceBuilder::new()
                .layer(DecompressionLayer::new())
                .map_response(move |response: Response<hyper::body::Incoming>| {
                    // The layer above takes the header off.
                    assert_eq!(response.headers()["content-encoding"], coding);
                    assert!(!response.headers().contains_key("content-length"));
                    assert!(response.headers().get_all("vary").iter().any(|name| name == "accept-encoding"));
                    response
                })
                .service(client);
            let get = build(request(Method::GET, format!("{origin}/events")).header("accept-encoding", coding));
            let mut events = test::events::<Count>(client.oneshot(get).await.unwrap());
            events.opened().await.unwrap();
            for n in 1..=20 {
                publish(&topic, [n]);
                let event = events.next_raw().await.unwrap_or_else(|error| panic!("{coding}, HTTP/2 {http2}: {error}"));
                assert_eq!(event.data, n.to_string());
            }
            events.none_now().unwrap();
        }
    }
}

#[tokio::test]
async fn where_it_is_on_every_event_arrives_at_once() {
    arrives_at_once(under(CompressionLayer::new().compress_when(SizeAbove::new(0)))).await;
}

#[tokio::test]
async fn where_it_is_on_every_event_arrives_at_once_in_the_version_before_too() {
    use tower_http06::compression::CompressionLayer;
    use tower_http06::compression::predicate::SizeAbove;

    arrives_at_once(under(CompressionLayer::new().compress_when(SizeAbove::new(0)))).await;
}
