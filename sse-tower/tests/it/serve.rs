//! Sockets as they are set, and clients that take nothing.
//!
//! Where the clock is paused it goes on only when nothing is left to do, so that half a minute passes at once.

use std::convert::Infallible;
use std::io::{self, IoSlice, Read as _, Write as _};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::ConnectInfo;
use axum::routing::get;
use axum::serve::ListenerExt as _;
use bytes::Bytes;
use futures_util::Stream;
use http_body::Frame;
use http_body_util::StreamBody;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use socket2::{Domain, SockRef, Socket, Type};
use sse_tower::serve::{self, Connection, Listener, Options, Probes};
use tokio::io::{AsyncReadExt as _, AsyncWrite as _, AsyncWriteExt as _};
use tokio::sync::oneshot;
use tokio::time::Instant;

const KIB: usize = 1024;

/// A client that does nothing by itself. Its receive buffer is small, so that it has little of what was sent.
fn client(address: SocketAddr) -> std::net::TcpStream {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.set_recv_buffer_size(4 * KIB).unwrap();
    socket.connect(&address.into()).unwrap();
    socket.into()
}

/// A client that has asked for a stream over HTTP/1.1.
fn http1(address: SocketAddr) -> std::net::TcpStream {
    let mut client = client(address);
    client.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n").unwrap();
    client
}

/// The same over HTTP/2, where the client grants the largest windows that there are.
fn http2(address: SocketAddr) -> std::net::TcpStream {
    let mut client = client(address);
    let mut bytes = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    // SETTINGS: INITIAL_WINDOW_SIZE.
    bytes.extend(b"\0\0\x06\x04\0\0\0\0\0\0\x04\x7f\xff\xff\xff");
    // WINDOW_UPDATE of the connection.
    bytes.extend(b"\0\0\x04\x08\0\0\0\0\0\x7f\xff\0\0");
    // HEADERS, the last of the stream and of the head: GET, http, /, and the authority.
    bytes.extend(b"\0\0\x06\x01\x05\0\0\0\x01\x82\x86\x84\x41\x01a");
    client.write_all(&bytes).unwrap();
    client
}

/// A body without an end that counts what it hands over, and tells when it is dropped.
struct Endless {
    chunk: Bytes,
    handed: Arc<AtomicUsize>,
    dropped: Option<oneshot::Sender<()>>,
}

impl Endless {
    fn new(size: usize) -> (Self, Arc<AtomicUsize>, oneshot::Receiver<()>) {
        let handed = Arc::new(AtomicUsize::new(0));
        let (dropped, is_dropped) = oneshot::channel();
        let chunk = Bytes::from(vec![b'\n'; size]);
        (Self { chunk, handed: Arc::clone(&handed), dropped: Some(dropped) }, handed, is_dropped)
    }
}

impl Stream for Endless {
    type Item = Result<Frame<Bytes>, Infallible>;

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.handed.fetch_add(self.chunk.len(), Ordering::Relaxed);
        Poll::Ready(Some(Ok(Frame::data(self.chunk.clone()))))
    }
}

impl Drop for Endless {
    fn drop(&mut self) {
        _ = self.dropped.take().map(|dropped| dropped.send(()));
    }
}

/// Accepts one connection and serves it with a body as hyper does, within our limits.
async fn serve_one(listener: Listener, body: Endless) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    serve::limit_buffers(&mut builder);
    let (connection, _) = listener.accept().await;
    let body = std::sync::Mutex::new(Some(body));
    let service = hyper::service::service_fn(move |_| {
        let body = body.lock().unwrap().take().expect("one request");
        async { Ok::<_, Infallible>(http::Response::new(StreamBody::new(body))) }
    });
    builder.serve_connection(TokioIo::new(connection), service).await
}

/// An application with a body, under axum.
fn app(body: Endless) -> axum::Router {
    let body = Arc::new(std::sync::Mutex::new(Some(body)));
    let handler = async move || {
        let body = body.lock().unwrap().take().expect("one request");
        axum::body::Body::new(StreamBody::new(body))
    };
    axum::Router::new().route("/", get(handler))
}

#[track_caller]
fn assert_seconds(since: Instant, seconds: u64) {
    let elapsed = since.elapsed();
    let range = Duration::from_secs(seconds)..Duration::from_secs(seconds + 1);
    assert!(range.contains(&elapsed), "{elapsed:?} instead of {seconds} s");
}

/// Our end of a connection and the client's.
async fn pair(options: Options) -> (Connection, std::net::TcpStream, serve::Blocked) {
    let listener = options.bind("127.0.0.1:0").await.unwrap();
    let client = client(listener.local_addr().unwrap());
    (listener.accept().await.0, client, listener.blocked())
}

/// Writes until that fails.
async fn write_all(connection: &mut Connection) -> io::Error {
    let chunk = vec![0; 16 * KIB];
    loop {
        if let Err(error) = connection.write_all(&chunk).await {
            return error;
        }
    }
}

#[tokio::test]
async fn a_connection_is_set_as_documented() {
    let (connection, _client, _) = pair(Options::new()).await;
    let socket = SockRef::from(connection.get_ref());
    assert!(socket.tcp_nodelay().unwrap());
    assert!(socket.keepalive().unwrap());
    assert_eq!(socket.tcp_keepalive_time().unwrap(), Duration::from_secs(30));
    assert_eq!(socket.tcp_keepalive_interval().unwrap(), Duration::from_secs(10));
    assert_eq!(socket.tcp_keepalive_retries().unwrap(), 3);
    #[cfg(target_os = "linux")]
    {
        assert_eq!(socket.send_buffer_size().unwrap(), 2 * 128 * KIB);
        assert_eq!(socket.tcp_user_timeout().unwrap(), Some(Duration::from_secs(30)));
        assert_eq!(socket.tcp_notsent_lowat().unwrap(), 16 * 1024);
    }
    assert!(connection.is_write_vectored());
}

#[tokio::test]
async fn an_option_can_be_set_or_left_to_the_system() {
    let probes = Probes::new(Duration::from_secs(5), Duration::from_secs(2), 7);
    let options = Options::new().probes(probes).send_buffer(20_000).unsent(3_000);
    let (set, _client, _) = pair(options.user_timeout(Duration::from_secs(9))).await;
    let socket = SockRef::from(set.get_ref());
    assert_eq!(socket.tcp_keepalive_time().unwrap(), Duration::from_secs(5));
    assert_eq!(socket.tcp_keepalive_retries().unwrap(), 7);
    #[cfg(target_os = "linux")]
    {
        assert_eq!(socket.send_buffer_size().unwrap(), 40_000);
        assert_eq!(socket.tcp_user_timeout().unwrap(), Some(Duration::from_secs(9)));
        assert_eq!(socket.tcp_notsent_lowat().unwrap(), 3_000);
    }

    let options = Options::new().probes(None).send_buffer(None).unsent(None).user_timeout(None);
    let (left, _client, _) = pair(options).await;
    let plain = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let _client = client(plain.local_addr().unwrap());
    let (plain, _) = plain.accept().await.unwrap();
    let (left, plain) = (SockRef::from(left.get_ref()), SockRef::from(&plain));
    assert_eq!(left.keepalive().unwrap(), plain.keepalive().unwrap());
    assert_eq!(left.send_buffer_size().unwrap(), plain.send_buffer_size().unwrap());
    #[cfg(target_os = "linux")]
    assert_eq!(left.tcp_user_timeout().unwrap(), plain.tcp_user_timeout().unwrap());
    #[cfg(target_os = "linux")]
    assert_eq!(left.tcp_notsent_lowat().unwrap(), plain.tcp_notsent_lowat().unwrap());
}

#[tokio::test]
#[cfg(target_os = "linux")]
async fn what_the_system_refuses_is_an_error_of_the_listener() {
    // Linux takes at most 32 767 s.
    let probes = Probes::new(Duration::from_secs(40_000), Duration::from_secs(1), 1);
    let error = Options::new().probes(probes).bind("127.0.0.1:0").await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::InvalidInput, "{error}");
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    assert!(Options::new().probes(probes).listen(listener).is_err());
}

/// Nobody accepts them: with tokio's backlog of 128 the rest would wait for their SYN to be sent again.
#[tokio::test]
async fn three_hundred_clients_connect_at_once() {
    let taken_over = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    for listener in [serve::bind("127.0.0.1:0").await.unwrap(), Options::new().listen(taken_over).unwrap()] {
        let address = listener.local_addr().unwrap();
        let connect = |_| {
            let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
            socket.connect_timeout(&address.into(), Duration::from_millis(900)).expect("room in the backlog");
            socket
        };
        let clients: Vec<_> = (0..300).map(connect).collect();
        for _ in &clients {
            listener.accept().await;
        }
    }
}

#[tokio::test]
async fn what_is_read_and_written_is_what_the_client_writes_and_reads() {
    let (mut connection, mut client, _) = pair(Options::new()).await;
    client.write_all(b"ping").unwrap();
    let mut buffer = [0; 8];
    assert_eq!(connection.read(&mut buffer).await.unwrap(), 4);
    assert_eq!(connection.write_vectored(&[IoSlice::new(b"po"), IoSlice::new(b"ng")]).await.unwrap(), 4);
    connection.flush().await.unwrap();
    connection.shutdown().await.unwrap();
    let mut text = String::new();
    client.read_to_string(&mut text).unwrap();
    assert_eq!(text, "pong");
}

/// Small ones are gathered, and large ones are not.
#[tokio::test]
async fn several_buffers_arrive_in_their_order_whatever_their_size() {
    let (mut connection, mut client, _) = pair(Options::new()).await;
    for sizes in [[5, 0, 2], [7, 1_015, 2], [7, 1_016, 2], [2, 3, 1_100], [1_024, 1, 2]] {
        let texts = [("a", sizes[0]), ("b", sizes[1]), ("c", sizes[2])].map(|(text, times)| text.repeat(times));
        let written = connection.write_vectored(&texts.each_ref().map(|text| IoSlice::new(text.as_bytes()))).await;
        let mut read = vec![0; written.unwrap()];
        client.read_exact(&mut read).unwrap();
        assert_eq!(String::from_utf8(read).unwrap(), texts.concat());
    }
}

#[tokio::test(start_paused = true)]
async fn a_write_that_is_blocked_fails_at_the_deadline_and_resets_the_connection() {
    let start = Instant::now();
    let (mut connection, mut client, _) = pair(Options::new()).await;
    let error = write_all(&mut connection).await;
    assert_seconds(start, 30);
    assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    assert_eq!(error.to_string(), "the peer has not taken what waits to be written in time");
    drop(connection);
    // What has come is there to be read, and behind it the reset.
    let error = client.read_to_end(&mut Vec::new()).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
}

/// What waits is minutes behind, or hours, but the client takes it; and the kernel says so every few kilobytes.
#[tokio::test(start_paused = true)]
async fn a_client_that_reads_slowly_is_not_ended_until_it_stops() {
    let hours = |hours| Duration::from_hours(hours);
    for (a_second, deadline, time) in [(KIB, Duration::from_secs(30), hours(1)), (1, hours(6), hours(24))] {
        let (mut connection, mut client, _) = pair(Options::new().write_deadline(deadline)).await;
        let writing = tokio::spawn(async move { write_all(&mut connection).await });
        client.set_nonblocking(true).unwrap();
        let (start, mut taken, mut reads) = (Instant::now(), 0, 0);
        while start.elapsed() < time {
            tokio::time::sleep(Duration::from_secs(1)).await;
            assert!(!writing.is_finished(), "ended after {:?} and {taken} bytes", start.elapsed());
            taken += client.read(&mut vec![0; a_second]).unwrap_or(0);
            reads += 1;
        }
        assert!(taken > reads * a_second / 2, "{taken} bytes are not what was to be tested");

        let stopped = Instant::now();
        assert_eq!(writing.await.unwrap().kind(), io::ErrorKind::TimedOut);
        assert!(stopped.elapsed() <= deadline, "{:?}", stopped.elapsed());
    }
}

#[tokio::test(start_paused = true)]
async fn the_end_of_the_server_ends_what_is_blocked_then_and_later() {
    let start = Instant::now();
    let listener = Options::new().write_deadline(None).bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let mut clients = Vec::new();
    let mut accepted = Vec::new();
    for _ in 0..3 {
        clients.push(client(address));
        accepted.push(listener.accept().await.0);
    }
    let (mut before, mut late, mut idle) = (accepted.remove(0), accepted.remove(0), accepted.remove(0));
    let before = tokio::spawn(async move { write_all(&mut before).await });
    tokio::time::sleep(Duration::from_hours(1)).await;
    assert!(!before.is_finished());

    listener.blocked().end_within(Duration::from_secs(5));
    listener.blocked().end_within(Duration::from_secs(1));
    assert_eq!(before.await.unwrap().kind(), io::ErrorKind::TimedOut);
    assert_seconds(start, 3_605);
    assert_eq!(write_all(&mut late).await.kind(), io::ErrorKind::TimedOut);
    assert_seconds(start, 3_605);
    // What the client has room for is not blocked.
    idle.write_all(b"bye").await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn the_end_of_the_server_does_not_put_a_deadline_off() {
    let start = Instant::now();
    let (mut connection, _client, blocked) = pair(Options::new()).await;
    let writing = tokio::spawn(async move { write_all(&mut connection).await });
    tokio::time::sleep(Duration::from_secs(20)).await;
    blocked.end_within(Duration::from_secs(20));
    writing.await.unwrap();
    assert_seconds(start, 30);
}

/// The kernel ends it by itself, although it answers each probe.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn the_user_timeout_ends_a_client_that_does_not_read() {
    let options = Options::new().write_deadline(None).user_timeout(Duration::from_millis(300));
    let (mut connection, _client, _) = pair(options).await;
    assert_eq!(write_all(&mut connection).await.kind(), io::ErrorKind::TimedOut);
}

#[tokio::test(start_paused = true)]
async fn hyper_drops_the_body_of_a_client_that_never_reads_and_held_little_of_it() {
    let clients: [(fn(_) -> _, _); 2] = [(http1, 1), (http2, 2)];
    for (connect, version) in clients {
        // Events of the demo, what HTTP/1.1 would queue most of, and the largest chunk of a topic.
        for size in [100, 25_000, 60_000, 64 * KIB] {
            let listener = serve::bind("127.0.0.1:0").await.unwrap();
            let (body, handed, dropped) = Endless::new(size);
            let mut client = connect(listener.local_addr().unwrap());
            let start = Instant::now();
            let served = tokio::spawn(serve_one(listener, body));
            dropped.await.unwrap();
            assert_seconds(start, 30);
            assert!(served.await.unwrap().is_err(), "HTTP/{version}");

            let mut received = Vec::new();
            drop(client.read_to_end(&mut received));
            let held = handed.load(Ordering::Relaxed) - received.len();
            println!("HTTP/{version}, chunks of {size}: {held} bytes on the server");
            // The unsent bytes and one piece more is what the kernel has taken of its 128 KiB.
            assert!(held <= (128 + 128) * KIB, "HTTP/{version}: {held} bytes in chunks of {size}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn axum_drops_the_body_of_a_client_that_never_reads() {
    for connect in [http1, http2] {
        let listener = serve::bind("127.0.0.1:0").await.unwrap();
        let (body, _, dropped) = Endless::new(25_000);
        let _client = connect(listener.local_addr().unwrap());
        let start = Instant::now();
        let server = tokio::spawn(async move { axum::serve(listener, app(body)).await });
        dropped.await.unwrap();
        assert_seconds(start, 30);
        server.abort();
    }
}

#[tokio::test(start_paused = true)]
async fn a_graceful_shutdown_does_not_wait_for_a_client_that_never_reads() {
    for connect in [http1, http2] {
        let listener = Options::new().write_deadline(None).bind("127.0.0.1:0").await.unwrap();
        let blocked = listener.blocked();
        let (body, _, mut dropped) = Endless::new(25_000);
        let _client = connect(listener.local_addr().unwrap());
        let start = Instant::now();
        let server = axum::serve(listener, app(body)).with_graceful_shutdown(async move {
            tokio::time::sleep(Duration::from_hours(1)).await;
            assert!(dropped.try_recv().is_err(), "the client is still there");
            blocked.end_within(Duration::from_secs(5));
        });
        server.await.unwrap();
        assert_seconds(start, 3_605);
    }
}

#[tokio::test]
async fn axum_knows_where_a_connection_comes_from() {
    let listener = serve::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = axum::Router::new().route("/", get(async |ConnectInfo(peer): ConnectInfo<SocketAddr>| peer.to_string()));
    let service = app.into_make_service_with_connect_info::<SocketAddr>();
    let server = tokio::spawn(async move { axum::serve(listener.tap_io(|_| {}), service).await });
    let mut client = tokio::net::TcpStream::connect(address).await.unwrap();
    client.write_all(b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    client.read_to_string(&mut answer).await.unwrap();
    assert!(answer.ends_with(&client.local_addr().unwrap().to_string()), "{answer}");
    server.abort();
}
