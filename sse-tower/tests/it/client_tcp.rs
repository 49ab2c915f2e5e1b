//! Real connections: how they break, and that they are closed.

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::StreamExt as _;
use http::Uri;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use sse_core::event::DecodedEvent;
use sse_tower::Sse;
use sse_tower::client::{Builder, Cause, EventSource, ReadyState, RequestBody, Update};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};

use crate::support::{layer, publish, topic};

/// What the server does with a connection: what it writes, and how it goes on.
type Act = (&'static [u8], Then);

#[derive(Clone, Copy)]
enum Then {
    Finish,
    Reset,
    /// Waits until the client closes the connection.
    Hold,
}

#[derive(Debug, PartialEq, Eq)]
enum Seen {
    /// The head of a request.
    Asked(Vec<u8>),
    /// The client has closed a connection that was held.
    Closed,
}

const HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
const A: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n\
    16\r\nretry: 10\nid: 1\ndata: \r\n3\r\na\n\n\r\n";

/// A server that follows a script, one connection after another, and then answers 204.
async fn serve(script: impl Into<Vec<Act>>) -> (SocketAddr, UnboundedReceiver<Seen>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (sender, seen) = mpsc::unbounded_channel();
    let mut script = script.into().into_iter();
    tokio::spawn(async move {
        loop {
            let (socket, _) = listener.accept().await.unwrap();
            let act = script.next().unwrap_or((b"HTTP/1.1 204 No Content\r\n\r\n", Then::Finish));
            tokio::spawn(play(socket, act, sender.clone()));
        }
    });
    (address, seen)
}

async fn play(mut socket: TcpStream, (bytes, then): Act, seen: UnboundedSender<Seen>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(socket.read_u8().await.unwrap());
    }
    seen.send(Seen::Asked(head)).unwrap();
    socket.write_all(bytes).await.unwrap();
    match then {
        Then::Finish => socket.shutdown().await.unwrap(),
        Then::Reset => socket.set_zero_linger().unwrap(),
        Then::Hold => {
            let rest = socket.read(&mut [0]).await;
            assert!(matches!(rest, Ok(0) | Err(_)), "the client sent more");
            seen.send(Seen::Closed).unwrap();
        }
    }
}

fn source(address: SocketAddr) -> EventSource {
    build(EventSource::builder(uri(address)).reconnection_time(Duration::from_millis(10)))
}

fn build(builder: Builder) -> EventSource {
    builder.build(Client::builder(TokioExecutor::new()).build_http::<RequestBody>())
}

fn uri(address: SocketAddr) -> Uri {
    format!("http://{address}/").parse().unwrap()
}

/// What the client tells, until its stream ends: the data of its events, `open`, why it reconnects, `end`.
async fn told(mut source: EventSource) -> Vec<String> {
    let mut lines = Vec::new();
    while let Some(update) = source.next().await {
        lines.push(match update.unwrap() {
            Update::Open(_) => "open".to_owned(),
            Update::Event { event, .. } => event.data,
            Update::Reconnecting(lost) => match lost.cause {
                Cause::Ended => "ended".to_owned(),
                Cause::Broken(_) => "broken".to_owned(),
                Cause::Unreachable(_) => "unreachable".to_owned(),
                cause => cause.to_string(),
            },
            Update::End(_) => "end".to_owned(),
            other => format!("{other:?}"),
        });
    }
    lines
}

async fn next_event(source: &mut EventSource) -> DecodedEvent {
    loop {
        if let Some(event) = source.next().await.unwrap().unwrap().event() {
            return event;
        }
    }
}

#[tokio::test]
async fn every_way_to_break_off_is_told_and_reconnected_from() {
    let short = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: 500\r\n\r\nretry: 10\nid: 1\ndata: a\n\n";
    let bad_chunk = [A, b"ZZZ\r\nxxx\r\n"].concat().leak();
    let unfinished = [A, b"e\r\nid: 2\ndata: b\n\r\n"].concat().leak();
    let broken: [Act; 4] =
        [(short, Then::Finish), (bad_chunk, Then::Hold), (unfinished, Then::Finish), (unfinished, Then::Reset)];
    for act in broken {
        let (address, mut seen) = serve([act]).await;
        assert_eq!(told(source(address)).await, ["open", "a", "broken", "end"]);
        let mut heads = Vec::new();
        while let Ok(Seen::Asked(head)) = seen.try_recv() {
            heads.push(String::from_utf8(head).unwrap());
        }
        assert!(!heads[0].contains("last-event-id"));
        assert!(heads[1..].iter().all(|head| head.contains("last-event-id: 1\r\n")));
    }
}

#[tokio::test]
async fn a_body_that_ends_as_it_should_is_told_and_reconnected_from() {
    let exact = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: 25\r\n\r\nretry: 10\nid: 1\ndata: a\n\n";
    let last_chunk = [A, b"0\r\n\r\n"].concat().leak();
    let http10 = b"HTTP/1.0 200 OK\r\nContent-Type: text/event-stream\r\n\r\nretry: 10\ndata: a\n\n";
    let ended: [Act; 3] = [(exact, Then::Finish), (last_chunk, Then::Finish), (http10, Then::Finish)];
    for act in ended {
        let (address, _seen) = serve([act]).await;
        assert_eq!(told(source(address)).await, ["open", "a", "ended", "end"]);
    }
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_asked_again() {
    let silent: [Act; 3] = [(b"", Then::Finish), (b"", Then::Reset), (b"hello\r\n\r\n", Then::Finish)];
    for act in silent {
        let (address, _seen) = serve([act]).await;
        assert_eq!(told(source(address)).await, ["unreachable", "end"]);
    }
    // A port that is taken, and where nobody listens.
    let taken = TcpSocket::new_v4().unwrap();
    taken.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = taken.local_addr().unwrap();
    let mut refused = build(
        EventSource::builder(uri(address)).reconnection_time(Duration::from_millis(1)).max_attempts(3).entropy(|| 0),
    );
    for failures in 1..3 {
        let Some(Ok(Update::Reconnecting(lost))) = refused.next().await else { panic!("not lost") };
        assert_eq!((lost.failures, refused.ready_state()), (failures, ReadyState::Connecting));
        assert!(matches!(lost.cause, Cause::Unreachable(_)));
    }
    assert!(refused.next().await.unwrap().unwrap_err().is_exhausted());
}

#[tokio::test]
async fn the_socket_is_closed_when_the_client_wants_no_more() {
    let end = [HEAD.as_bytes(), b"25\r\nevent: stream-end\nid: =end\ndata: {}\n\n\r\n"].concat().leak();
    let ways: [(&[u8], fn(EventSource) -> Option<EventSource>); 4] = [
        (A, |_| None),
        (A, |mut source| {
            source.close();
            Some(source)
        }),
        // It is complete before the body is.
        (end, Some),
        // The connection could be used for another request.
        (b"HTTP/1.1 204 No Content\r\n\r\n", Some),
    ];
    for (bytes, leave) in ways {
        let (address, mut seen) = serve([(bytes, Then::Hold)]).await;
        let mut source = source(address);
        while !matches!(source.next().await.unwrap().unwrap(), Update::Event { .. } | Update::End(_)) {}
        let source = leave(source);
        assert!(matches!(seen.recv().await, Some(Seen::Asked(_))));
        assert_eq!(seen.recv().await, Some(Seen::Closed));
        assert!(source.is_none_or(|source| source.ready_state() == ReadyState::Closed));
        assert!(seen.try_recv().is_err(), "nothing more is asked for");
    }
}

#[tokio::test]
async fn a_client_that_is_dropped_before_the_head_closes_the_socket_too() {
    let (address, mut seen) = serve([(b"".as_slice(), Then::Hold)]).await;
    let mut source = source(address);
    tokio::select! {
        _ = source.next() => panic!("nothing was answered"),
        asked = seen.recv() => assert!(matches!(asked, Some(Seen::Asked(_)))),
    }
    drop(source);
    assert_eq!(seen.recv().await, Some(Seen::Closed));
}

#[tokio::test]
async fn a_restart_closes_one_socket_and_opens_another() {
    let (address, mut seen) = serve([(A, Then::Hold), (A, Then::Hold)]).await;
    let mut source = source(address);
    assert_eq!(next_event(&mut source).await.data, "a");
    assert!(matches!(seen.recv().await, Some(Seen::Asked(_))));
    source.restart();
    assert_eq!(seen.recv().await, Some(Seen::Closed));
    assert_eq!(next_event(&mut source).await.data, "a");
    let Some(Seen::Asked(head)) = seen.recv().await else { panic!("nothing was asked for") };
    assert!(String::from_utf8(head).unwrap().contains("last-event-id: 1\r\n"));
}

#[tokio::test]
async fn an_id_is_utf8_on_the_wire() {
    let text = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\nretry: 0\nid: …é😀\ndata: a\n\n";
    let (address, mut seen) = serve([(text.as_bytes(), Then::Finish)]).await;
    told(source(address)).await;
    seen.recv().await.unwrap();
    let Some(Seen::Asked(head)) = seen.recv().await else { panic!("nothing was asked for") };
    let line = "last-event-id: …é😀\r\n".as_bytes();
    assert!(head.windows(line.len()).any(|window| window == line));
}

/// Over HTTP/1.1 and HTTP/2: what a client leaves is free at the server.
#[tokio::test]
async fn the_server_notices_that_a_client_has_left() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let topic = topic(10);
    let app = {
        let topic = topic.clone();
        let handler = async move || Sse::topic(&topic).into_response();
        axum::Router::new().route("/", axum::routing::get(handler)).layer(layer())
    };
    tokio::spawn(async { axum::serve(listener, app).await });
    for http2 in [false, true] {
        let client = Client::builder(TokioExecutor::new()).http2_only(http2).build_http::<RequestBody>();
        let mut source = EventSource::new(client, uri(address));
        assert!(matches!(source.next().await, Some(Ok(Update::Open(_)))));
        publish(&topic, [7]);
        assert_eq!(next_event(&mut source).await.data, "7");
        assert_eq!(topic.stats().subscribers, 1);
        drop(source);
        while topic.stats().subscribers > 0 {
            tokio::task::yield_now().await;
        }
    }
}
