//! What the compiler refuses elsewhere, or what is hard to write there, and is neither here.

use std::convert::Infallible;
use std::error::Error;
use std::time::Duration;

use axum::Router;
use axum::extract::Path;
use axum::response::IntoResponse;
use axum::routing::get;
use futures_util::{Stream, StreamExt as _, stream};
use http::{Request, StatusCode};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use sse_core::{Retry, SseDecode, SseEvent, Topic};
use sse_tower::{Source, Sse, SseLayer, test};
use tower::ServiceBuilder;
use tower_http::cors::CorsLayer;

#[derive(Debug, PartialEq, Eq, SseEvent, SseDecode)]
enum Count {
    Tick(u64),
}

fn counts() -> impl Stream<Item = Count> + Send + 'static {
    stream::iter([Count::Tick(1)])
}

// Events need not be results, and may be.
async fn events() -> impl IntoResponse {
    Sse::new(counts())
}

async fn results() -> impl IntoResponse {
    Sse::new(counts().map(Ok::<_, Infallible>))
}

// Configuration changes no type.
fn configured(often: bool) -> Sse<impl Source> {
    let sse = Sse::new(counts());
    if often { sse.retry(Retry::from_static(500)) } else { sse }
}

fn layer(quiet: bool) -> SseLayer {
    let layer = SseLayer::new();
    if quiet { layer.keep_alive(None) } else { layer.keep_alive(Duration::from_secs(5)) }
}

// Two kinds of answers meet.
async fn either(Path(found): Path<bool>) -> Result<impl IntoResponse, StatusCode> {
    if found { Ok(configured(true)) } else { Err(StatusCode::NOT_FOUND) }
}

// No layer here is fallible, so none needs to have its errors handled; and CORS goes around.
fn router(topic: Topic<Count>) -> Router {
    Router::new()
        .route("/events", get(events))
        .route("/results", get(results))
        .route("/either/{found}", get(either))
        .route("/topic", get(async move || Sse::topic(&topic)).layer(layer(true)))
        .layer(layer(false))
        .layer(CorsLayer::permissive())
}

#[tokio::test]
async fn handlers_answer_with_events_however_they_are_written() {
    let topic = Topic::new();
    topic.publish(&Count::Tick(1)).unwrap();
    let id = topic.position().epoch().to_string() + "-0";
    let router = router(topic);
    for uri in ["/events", "/results", "/either/true", "/topic"] {
        let request = Request::get(uri).header("last-event-id", &id).body(String::new()).unwrap();
        let mut events = test::ask::<Count>(router.clone(), request).await.unwrap();
        assert_eq!(events.next().await.unwrap(), Count::Tick(1), "{uri}");
    }
    let request = Request::get("/either/false").body(String::new()).unwrap();
    assert_eq!(test::ask::<Count>(router, request).await.unwrap().head().status, StatusCode::NOT_FOUND);
}

/// The boxed error of a stream does not keep a connection from being spawned.
#[tokio::test]
async fn a_connection_is_spawned_whatever_its_stream_fails_with() {
    let service = ServiceBuilder::new().layer(SseLayer::new()).service_fn(async |_: Request<Incoming>| {
        let events = counts().map(Ok::<_, Box<dyn Error + Send + Sync>>);
        Ok::<_, Infallible>(Sse::new(events))
    });
    let service = TowerToHyperService::new(service);
    let (client, server) = tokio::io::duplex(1 << 10);
    let serving = tokio::spawn(async move {
        hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(server), service).await
    });
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(client)).await.unwrap();
    let connection = tokio::spawn(connection);
    let response = sender.send_request(Request::new(String::new())).await.unwrap();
    let mut events = test::events::<Count>(response);
    assert_eq!(events.next().await.unwrap(), Count::Tick(1));
    drop((events, sender));
    connection.await.unwrap().unwrap();
    serving.await.unwrap().unwrap();
}
