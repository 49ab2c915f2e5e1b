//! The monitor over real connections. Nothing sleeps: each test publishes what it wants to read.
#![expect(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, Request, Response, StatusCode};
use example_server_stats::{Options, ServerEvent, ServerStats};
use http_body_util::BodyExt as _;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use sse_core::Position;
use sse_tower::serve;
use tokio::time::timeout;

/// Whatever takes longer does not come.
const PATIENCE: Duration = Duration::from_secs(10);

struct Server {
    stats: ServerStats,
    origin: String,
}

type Incoming = hyper_util::client::legacy::ResponseFuture;

impl Server {
    async fn start() -> Self {
        Self::with(Options::default()).await
    }

    async fn with(options: Options) -> Self {
        let stats = ServerStats::new(options);
        let listener = serve::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(axum::serve(listener, stats.router()).into_future());
        Self { stats, origin }
    }

    fn send(&self, method: Method, path: &str, last_event_id: Option<Position>) -> Incoming {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.origin));
        if let Some(id) = last_event_id {
            request = request.header("last-event-id", id.to_string());
        }
        Client::builder(TokioExecutor::new()).build_http().request(request.body(Body::empty()).unwrap())
    }

    async fn get(&self, path: &str) -> (Response<()>, String) {
        let (parts, body) = self.send(Method::GET, path, None).await.unwrap().into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        (Response::from_parts(parts, ()), String::from_utf8(bytes.to_vec()).unwrap())
    }

    async fn events(&self, path: &str, last_event_id: Option<Position>) -> Events {
        let response = self.send(Method::GET, path, last_event_id).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        let verdict = response.headers()["sse-resume"].to_str().unwrap().to_owned();
        Events { body: Body::new(response.into_body()), text: String::new(), verdict }
    }

    fn publish(&self) -> Position {
        let load = |seq| ServerEvent::Load { seq, at_ms: 7, one: 0.5, five: 0.25, fifteen: 0.125 };
        self.stats.publish(load).unwrap()
    }
}

/// An open event stream, and what came on it.
struct Events {
    body: Body,
    text: String,
    verdict: String,
}

impl Events {
    /// Reads until `end` has come. Says whether it came, or the stream ended before.
    async fn read_until(&mut self, end: &str) -> bool {
        while !self.text.contains(end) {
            let Some(frame) = timeout(PATIENCE, self.body.frame()).await.expect("waited in vain") else {
                return false;
            };
            if let Ok(data) = frame.unwrap().into_data() {
                self.text.push_str(std::str::from_utf8(&data).unwrap());
            }
        }
        true
    }
}

fn seqs(text: &str) -> Vec<u64> {
    let numbers = text.split("\"seq\":").skip(1);
    numbers.map(|rest| rest.split(',').next().unwrap().parse().unwrap()).collect()
}

#[tokio::test]
async fn the_page_and_all_that_it_loads_is_there() {
    let server = Server::start().await;
    let files = [
        ("/", "text/html; charset=utf-8", "<title>"),
        ("/style.css", "text/css; charset=utf-8", "prefers-color-scheme"),
        ("/icon.svg", "image/svg+xml", "<svg"),
        ("/app.js", "text/javascript; charset=utf-8", "from \"./sse/server-event.js\""),
        ("/chart.js", "text/javascript; charset=utf-8", "export class Chart"),
        ("/ledger.js", "text/javascript; charset=utf-8", "export class Ledger"),
        ("/sse/server-event.js", "text/javascript; charset=utf-8", "from \"./runtime.js\""),
        ("/sse/runtime.js", "text/javascript; charset=utf-8", "export class TypedEventSource"),
    ];
    for (path, media_type, content) in files {
        let (response, body) = server.get(path).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        assert_eq!(response.headers()["content-type"], media_type, "{path}");
        assert!(body.contains(content), "{path}");
    }
    assert_eq!(server.get("/none").await.0.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_page_shows_what_was_before_it_was_opened() {
    let server = Server::start().await;
    server.publish();
    server.publish();
    let (response, page) = server.get("/").await;
    // What the page was told is not for the next one.
    assert_eq!(response.headers()["cache-control"], "no-store");
    assert!(!page.contains("{{"));
    let since = page.split("name=\"since\" content=\"").nth(1).unwrap().split('"').next().unwrap();

    let mut events = server.events(&format!("/events?client=page&lastEventId={since}"), None).await;
    assert!(events.read_until("\"seq\":2,").await);
    assert_eq!(events.verdict, "recovered");
    assert_eq!(seqs(&events.text), [1, 2]);
}

#[tokio::test]
async fn the_first_bytes_come_before_any_event() {
    let server = Server::start().await;
    let mut events = server.events("/events", None).await;
    assert!(events.read_until("\n\n").await);
    let (retry, rest) = events.text.split_once('\n').unwrap();
    let retry: u32 = retry.strip_prefix("retry: ").unwrap().parse().unwrap();
    assert!((3_000..=3_750).contains(&retry));
    let head = server.stats.topic().position();
    let open = "{\"resume\":\"fresh\",\"keepAlive\":\"comment\",\"keepAliveMs\":15000}";
    assert_eq!(rest, format!("event: stream-open\nid: {head}\ndata: {open}\n\n"));
}

#[tokio::test]
async fn an_event_is_written_as_its_type_says() {
    let server = Server::start().await;
    let mut events = server.events("/events", None).await;
    let id = server.publish();
    let data = "{\"seq\":1,\"at_ms\":7,\"one\":0.5,\"five\":0.25,\"fifteen\":0.125}";
    assert!(events.read_until(&format!("\n\nid: {id}\nevent: load\ndata: {data}\n\n")).await);
}

#[tokio::test]
async fn a_cut_connection_resumes_without_a_gap() {
    let server = Server::start().await;
    let mut cut = server.events("/events?client=one", None).await;
    let mut other = server.events("/events?client=other", None).await;
    server.publish();
    let seen = server.publish();
    assert!(cut.read_until("\"seq\":2,").await);

    assert_eq!(server.send(Method::POST, "/cut?client=one", None).await.unwrap().status(), StatusCode::NO_CONTENT);
    assert!(!cut.read_until("stream-end").await);
    server.publish();
    server.publish();

    let mut back = server.events("/events?client=one", Some(seen)).await;
    assert!(back.read_until("\"seq\":4,").await);
    assert_eq!(back.verdict, "recovered");
    assert_eq!(seqs(&back.text), [3, 4]);

    // Nobody else has noticed.
    assert!(other.read_until("\"seq\":4,").await);
    assert_eq!(seqs(&other.text), [1, 2, 3, 4]);
}

#[tokio::test]
async fn only_an_open_connection_with_a_name_can_be_cut() {
    let server = Server::start().await;
    let _nameless = server.events("/events", None).await;
    for path in ["/cut", "/cut?client=", "/cut?client=nobody"] {
        let answer = server.send(Method::POST, path, None).await.unwrap();
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(server.stats.topic().subscribers(), 1);
}

#[tokio::test]
async fn the_samples_are_numbered_without_a_gap() {
    let server = Server::with(Options { interval: Duration::from_millis(1), ..Options::default() }).await;
    let mut events = server.events("/events", None).await;
    let sampling = tokio::spawn(server.stats.sample());
    assert!(events.read_until("\"seq\":13,").await);
    sampling.abort();
    let seqs = seqs(&events.text);
    assert!(seqs.iter().copied().eq(1..=seqs.len() as u64), "{seqs:?}");
    let names: Vec<_> = events.text.lines().filter_map(|line| line.strip_prefix("event: ")).skip(1).take(8).collect();
    assert_eq!(names, ["cpu", "memory", "load", "connections", "cpu", "memory", "load", "connections"]);
}
