//! Our server for HTTP/1.1.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::routing::get as route;
use futures_util::stream;
use http::{Request, Response};
use hyper_util::rt::TokioIo;
use sse_tower::serve::{self, Options};
use sse_tower::{Shutdown, Sse, SseLayer};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

use crate::support::{Count, layer, topic};

/// A server, and what ends it.
async fn start(layer: SseLayer, app: impl FnOnce(SseLayer) -> Router) -> (SocketAddr, Shutdown, JoinHandle<()>) {
    // What never reads is ended by nothing but the end of the server.
    let listener = Options::new().write_deadline(None).user_timeout(None).bind("127.0.0.1:0").await.unwrap();
    let (address, blocked) = (listener.local_addr().unwrap(), listener.blocked());
    let shutdown = Shutdown::new();
    let app = app(layer.shutdown(&shutdown));
    let begun = shutdown.begun();
    let begun = async move {
        begun.await;
        blocked.end_within(Duration::from_millis(100));
    };
    (address, shutdown, tokio::spawn(serve::http1(listener, app, begun)))
}

/// A connection that has asked, and has got everything up to `until`.
async fn ask(address: SocketAddr, path: &str, until: &str) -> TcpStream {
    let mut client = TcpStream::connect(address).await.unwrap();
    client.write_all(format!("GET {path} HTTP/1.1\r\nhost: a\r\n\r\n").as_bytes()).await.unwrap();
    let mut read = String::new();
    while !read.contains(until) {
        let mut bytes = [0; 1_024];
        let length = client.read(&mut bytes).await.unwrap();
        assert_ne!(length, 0, "{read}");
        read.push_str(std::str::from_utf8(&bytes[..length]).unwrap());
    }
    client
}

async fn rest(mut client: TcpStream) -> String {
    let mut read = String::new();
    client.read_to_string(&mut read).await.unwrap();
    read
}

#[tokio::test]
async fn it_ends_when_each_connection_has_ended_in_its_own_way() {
    let events = topic(10);
    let published = events.clone();
    let (address, shutdown, server) = start(layer(), |layer| {
        let endless = async || Sse::new(stream::repeat(Count::Tick(7)));
        let streams =
            Router::new().route("/", route(async move || Sse::topic(&published))).route("/endless", route(endless));
        streams.layer(layer).route("/page", route(async || "page"))
    })
    .await;
    let kept = ask(address, "/page", "page").await;
    let stream = ask(address, "/", "stream-open").await;
    let blocked = ask(address, "/endless", "tick").await;
    events.publish(&Count::Tick(1)).unwrap();

    shutdown.begin();
    assert_eq!(rest(kept).await, "");
    let read = rest(stream).await;
    assert!(read.contains("data: 1\n"), "{read}");
    // The end of a chunked body: the response is whole.
    assert!(read.ends_with("retry: 3000\n\n\r\n0\r\n\r\n"), "{read}");
    server.await.unwrap();
    drop(blocked);
    let refused = TcpStream::connect(address).await.unwrap_err();
    assert_eq!(refused.kind(), io::ErrorKind::ConnectionRefused);
}

#[tokio::test]
async fn a_head_may_have_32_kib_and_no_more_than_twice_that() {
    let (address, _, server) = start(layer(), |_| Router::new().route("/", route(async || "page"))).await;
    for (length, is_served) in [(20_000, true), (32_000, true), (80_000, false)] {
        let mut client = TcpStream::connect(address).await.unwrap();
        let head = format!("GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\nx: {}\r\n\r\n", "x".repeat(length));
        // The server may answer before it has read the whole.
        drop(client.write_all(head.as_bytes()).await);
        let mut answer = [0; 64];
        // With what it has not read, the system may throw away what it has answered: 431.
        let length = client.read(&mut answer).await.unwrap_or(0);
        assert_eq!(answer.starts_with(b"HTTP/1.1 200"), is_served, "{}", String::from_utf8_lossy(&answer[..length]));
    }
    server.abort();
}

/// What is behind an upgrade belongs to the application.
async fn echo(request: Request<Body>) -> Response<Body> {
    tokio::spawn(async move {
        let mut upgraded = TokioIo::new(hyper::upgrade::on(request).await.unwrap());
        let mut bytes = [0; 4];
        upgraded.read_exact(&mut bytes).await.unwrap();
        upgraded.write_all(&bytes).await.unwrap();
    });
    let head = Response::builder().status(101).header("connection", "upgrade").header("upgrade", "echo");
    head.body(Body::empty()).unwrap()
}

#[tokio::test]
async fn a_connection_can_be_upgraded() {
    let (address, _, server) = start(layer(), |layer| Router::new().route("/", route(echo)).layer(layer)).await;
    let mut client = TcpStream::connect(address).await.unwrap();
    client.write_all(b"GET / HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: echo\r\n\r\nping").await.unwrap();
    let read = rest(client).await;
    assert!(read.starts_with("HTTP/1.1 101 ") && read.ends_with("\r\n\r\nping"), "{read}");
    server.abort();
}

#[tokio::test(start_paused = true)]
async fn a_head_that_never_ends_is_not_waited_for() {
    let (address, _, server) = start(layer(), |_| Router::new()).await;
    let mut client = TcpStream::connect(address).await.unwrap();
    client.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n").await.unwrap();
    let begin = tokio::time::Instant::now();
    assert_eq!(rest(client).await, "");
    assert_eq!(begin.elapsed().as_secs(), 30);
    server.abort();
}
