//! The server over TCP, shut down while clients read.

use axum::body::{Body, Bytes};
use axum::http::{Request, Uri};
use http_body_util::BodyExt as _;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use tokio::task::JoinHandle;

use super::*;

/// Reads a stream to its end, once it has begun.
async fn read(uri: String) -> JoinHandle<Bytes> {
    let request = Request::get(uri.parse::<Uri>().unwrap()).body(Body::empty()).unwrap();
    let response = Client::builder(TokioExecutor::new()).build_http().request(request).await.unwrap();
    tokio::spawn(async move { response.into_body().collect().await.unwrap().to_bytes() })
}

#[tokio::test]
async fn the_clocks_drain_and_the_answers_finish() {
    let clock = Topic::new();
    let shutdown = Shutdown::new();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let app = app(&clock, &shutdown, Duration::from_millis(20));
    let server = tokio::spawn(axum::serve(listener, app).with_graceful_shutdown(shutdown.begun()).into_future());
    let [clocks, answer] = [read(format!("{origin}/clock")).await, read(format!("{origin}/answer")).await];
    assert_eq!(shutdown.streams(), 2);
    clock.publish(&Clock::Tick { seconds: 7 }).unwrap();

    shutdown.begin();
    // Within 5 s, or at most the patience of the test.
    tokio::time::timeout(PATIENCE, server).await.expect("the server still waits").unwrap().unwrap();
    assert_eq!(shutdown.streams(), 0);
    let clocks = String::from_utf8(clocks.await.unwrap().into()).unwrap();
    assert!(clocks.contains("event: tick\ndata: {\"seconds\":7}\n\nretry: "), "{clocks}");
    assert!(!clocks.contains("stream-end"), "{clocks}");
    let answer = String::from_utf8(answer.await.unwrap().into()).unwrap();
    let end = "data: \"twice\"\n\nevent: done\ndata:\n\nevent: stream-end\nid: =end\ndata: {}\n\n";
    assert!(answer.ends_with(end), "{answer}");
}
