//! Compressed streams in the browsers: each event is on the page before the next one is published.
//!
//! A byte that is held back by anybody holds up everything, and the test says which event did not come.

use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, Version, header};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::get;
use http_body_util::BodyExt as _;
use serde_json::json;
use sse_core::{EventName, Retry, SseEvent, Topic};
use sse_tower::compress::{Compression, Encoding};
use sse_tower::{Connections, Sse, SseLayer};
use system_tests::{Browser, LONG, Rng, Server, Which};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tower::ServiceExt as _;

use crate::compression_tls::TlsServer;

#[derive(SseEvent)]
#[sse(rename_all = "kebab-case")]
enum Feed {
    Quote { number: u64, text: String },
    Noise(u64),
}

/// What was asked for, and in which coding the answer is.
#[derive(Clone, Debug)]
struct Asked {
    path: String,
    version: Version,
    accept_encoding: String,
    last_event_id: String,
    coding: String,
}

/// One topic in every coding, at paths of their own, and in the one that is preferred.
struct Scene {
    topic: Topic<Feed>,
    connections: Connections,
    asked: Arc<Mutex<Vec<Asked>>>,
    random: Rng,
    published: u64,
    router: Router,
}

impl Scene {
    const ANY: &'static str = "/any";

    fn new() -> Self {
        let topic = Topic::new();
        let connections = Connections::new();
        let mut router = Router::new();
        for &encoding in Encoding::ALL {
            router = router.merge(routes(&format!("/{encoding}"), &topic, &connections, [encoding]));
        }
        let asked = Arc::default();
        let router = router.merge(routes(Self::ANY, &topic, &connections, Encoding::ALL.iter().copied())).route_layer(
            from_fn({
                let asked = Arc::clone(&asked);
                move |request, next| note(Arc::clone(&asked), request, next)
            }),
        );
        Self { topic, connections, asked, random: Rng::new(7), published: 0, router }
    }

    /// Publishes something that is worth compressing, and is no repetition.
    fn publish(&mut self) -> u64 {
        self.published += 1;
        let mut words = || format!("{:04x} price={} ", self.random.below(4_096), self.random.below(1_000));
        let text = (0..50).map(|_| words()).collect();
        self.topic.publish(&Feed::Quote { number: self.published, text }).unwrap();
        self.published
    }

    fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// So many who are in step with the topic, so that who comes later has to wait for the next key point.
    async fn crowd(&self, path: &str, coding: Encoding) -> JoinSet<()> {
        let mut crowd = JoinSet::new();
        for _ in 0..12 {
            let request = Request::get(path).header(header::ACCEPT_ENCODING, coding.as_str()).body(Body::empty());
            let mut body = self.router.clone().oneshot(request.unwrap()).await.unwrap().into_body();
            crowd.spawn(async move { while let Some(Ok(_)) = body.frame().await {} });
        }
        crowd
    }
}

/// Everything at `path`; without what `only` leaves out; and with a keep-alive. Elsewhere nothing pushes an event out.
fn routes(
    path: &str,
    topic: &Topic<Feed>,
    connections: &Connections,
    encodings: impl IntoIterator<Item = Encoding>,
) -> Router {
    let compression = Compression::new().encodings(encodings);
    let layer = SseLayer::new().retry(Retry::MIN).connections(connections).keep_alive(None).compression(compression);
    let all = |topic: &Topic<Feed>| {
        let topic = topic.clone();
        get(async move || Sse::topic(&topic))
    };
    let quotes = {
        let topic = topic.clone();
        get(async move || Sse::topic(&topic).only([EventName::from_static("quote")]))
    };
    Router::new().route(path, all(topic)).route(&format!("{path}/quotes"), quotes).layer(layer.clone()).merge(
        Router::new().route(&format!("{path}/kept"), all(topic)).layer(layer.keep_alive(Duration::from_millis(200))),
    )
}

async fn note(asked: Arc<Mutex<Vec<Asked>>>, request: Request, next: Next) -> Response {
    let of = |headers: &HeaderMap, name: HeaderName| {
        headers.get(name).map_or_else(String::new, |value| value.to_str().unwrap().to_owned())
    };
    let (path, version) = (request.uri().path().to_owned(), request.version());
    let accept_encoding = of(request.headers(), header::ACCEPT_ENCODING);
    let last_event_id = of(request.headers(), HeaderName::from_static("last-event-id"));
    let response = next.run(request).await;
    let coding = of(response.headers(), header::CONTENT_ENCODING);
    let one = Asked { path, version, accept_encoding, last_event_id, coding };
    asked.lock().unwrap_or_else(PoisonError::into_inner).push(one);
    response
}

/// What the page does: `listen` and `read` note the numbers of the quotes, as an `EventSource` and as `fetch` give them.
const PAGE: &str = r#"(() => {
    window.seen = {};
    window.opened = {};
    window.failed = "";
    const sources = [];
    const stop = new AbortController();
    window.listen = (name, path) => {
        seen[name] = [];
        opened[name] = 0;
        const source = new EventSource(path);
        source.addEventListener("stream-open", () => { opened[name] += 1; });
        source.addEventListener("quote", ({ data }) => seen[name].push(JSON.parse(data).number));
        sources.push(source);
    };
    window.read = (name, path) => {
        seen[name] = [];
        opened[name] = 0;
        window.comments = 0;
        const run = async () => {
            const headers = { accept: "text/event-stream" };
            const { body } = await fetch(path, { headers, signal: stop.signal });
            let rest = "";
            for (const reader = body.pipeThrough(new TextDecoderStream()).getReader();;) {
                const { done, value } = await reader.read();
                if (done) return;
                const lines = (rest + value).split("\n");
                rest = lines.pop();
                for (const line of lines) {
                    if (line === ":") comments += 1;
                    if (line === "event: stream-open") opened[name] += 1;
                    const number = line.match(/^data: \{"number":(\d+)/);
                    if (number) seen[name].push(Number(number[1]));
                }
            }
        };
        run().catch((error) => { if (!stop.signal.aborted) failed = String(error); });
    };
    window.leave = () => { stop.abort(); for (const source of sources) source.close(); };
})()"#;

/// A page with some streams, each of which has to show every event.
struct Page<'a> {
    browser: &'a mut Browser,
    /// Their names, with the number of the event before the first.
    streams: Vec<(&'static str, u64)>,
}

impl Page<'_> {
    /// Opens a stream, and waits until it says so.
    async fn open(&mut self, scene: &Scene, function: &str, name: &'static str, path: &str) {
        self.browser.evaluate(&format!("{function}({name:?}, {path:?})")).await;
        self.browser.wait(&format!("failed || opened.{name} === 1")).await;
        self.streams.push((name, scene.published));
    }

    /// Waits until every stream has shown this event.
    async fn wait_for(&mut self, number: u64) {
        let arrived = self.streams.iter().map(|(name, _)| format!("seen.{name}.at(-1) === {number}"));
        let arrived: Vec<_> = arrived.collect();
        self.browser.wait(&format!("failed || {}", arrived.join(" && "))).await;
        assert_eq!(self.browser.evaluate("failed").await, "");
    }

    /// Publishes so many events, each only when all streams have shown the one before.
    async fn in_turn(&mut self, scene: &mut Scene, events: usize) {
        for _ in 0..events {
            let number = scene.publish();
            self.wait_for(number).await;
        }
    }

    /// No stream has missed an event, or has one twice.
    async fn check(&mut self, scene: &Scene) {
        for (name, before) in &self.streams {
            let expected: Vec<_> = (before + 1..=scene.published).collect();
            assert_eq!(self.browser.evaluate(&format!("seen.{name}")).await, json!(expected), "{name}");
        }
    }
}

/// All that can happen to a compressed stream.
async fn story(browser: &mut Browser, scene: &mut Scene, coding: Encoding) {
    browser.evaluate(PAGE).await;
    let path = format!("/{coding}");
    let mut crowd = scene.crowd(&path, coding).await;
    let mut page = Page { browser, streams: Vec::new() };
    page.open(scene, "listen", "early", &path).await;
    page.in_turn(scene, 10).await;

    // In the middle of a run, with which its decoder has nothing to do; then over the next key point, and the one after.
    page.open(scene, "listen", "late", &path).await;
    page.in_turn(scene, 70).await;

    // Over `fetch`, also what an `EventSource` keeps to itself.
    page.open(scene, "read", "fetched", &format!("{path}/kept")).await;
    let comments = page.browser.evaluate("comments").await.as_u64().unwrap();
    page.browser.wait(&format!("failed || comments > {comments} + 1")).await;
    page.in_turn(scene, 5).await;

    // It soon has a compressor of its own.
    page.open(scene, "listen", "filtered", &format!("{path}/quotes")).await;
    for number in 0..20 {
        scene.topic.publish(&Feed::Noise(number)).unwrap();
        page.in_turn(scene, 1).await;
    }
    page.check(scene).await;

    // All are cut off, and the native ones come back.
    page.streams.retain(|(name, _)| *name != "fetched");
    assert_eq!(scene.connections.close("", "cut off"), 4 + 12);
    while crowd.join_next().await.is_some() {}
    for _ in 0..5 {
        scene.publish();
    }
    page.wait_for(scene.published).await;
    page.in_turn(scene, 10).await;
    page.check(scene).await;
    page.browser.evaluate("leave()").await;
}

/// What the server was asked in a story, and what it answered.
fn check_asked(asked: &[Asked], coding: Encoding, version: Version, context: &str) {
    let path = format!("/{coding}");
    let asked: Vec<_> = asked.iter().filter(|one| one.path.starts_with(&path)).collect();
    assert!(asked.iter().all(|one| one.coding == coding.as_str()), "{context}: {asked:?}");
    let of_page = asked.iter().filter(|one| one.accept_encoding != coding.as_str());
    let of_page: Vec<_> = of_page.collect();
    assert!(of_page.iter().all(|one| one.version == version), "{context}: {of_page:?}");
    let resumed = of_page.iter().filter(|one| !one.last_event_id.is_empty()).count();
    assert_eq!((of_page.len(), resumed), (4 + 3, 3), "{context}: {of_page:?}");
}

async fn every_coding(which: Which, origin: &str, scene: &mut Scene, version: Version, offers: &str) {
    let mut browser = Browser::launch(which).await;
    browser.open(&format!("{origin}{}", Server::BLANK)).await;
    browser.evaluate(PAGE).await;
    let mut page = Page { browser: &mut browser, streams: Vec::new() };
    page.open(scene, "listen", "native", Scene::ANY).await;
    page.open(scene, "read", "fetched", Scene::ANY).await;
    page.in_turn(scene, 3).await;
    browser.evaluate("leave()").await;
    for one in scene.asked() {
        assert_eq!((one.accept_encoding.as_str(), one.coding.as_str()), (offers, "zstd"), "{which}: {one:?}");
    }
    for &coding in Encoding::ALL {
        let context = format!("{which}, {coding}, {origin}");
        browser.open(&format!("{origin}{}", Server::BLANK)).await;
        story(&mut browser, scene, coding).await;
        check_asked(&scene.asked(), coding, version, &context);
    }
    println!("{}: every coding, over {version:?}; it offers {offers}", browser.version);
    browser.close().await;
}

#[tokio::test]
#[ignore = "needs the browsers; `cargo xtask test` runs it"]
async fn each_event_is_on_the_page_at_once() {
    for which in [Which::Chromium, Which::Firefox] {
        let mut scene = Scene::new();
        let router = scene.router.clone();
        let server = Server::new(router).await;
        let origin = format!("http://{}", server.address());
        every_coding(which, &origin, &mut scene, Version::HTTP_11, OFFERED).await;
    }
}

/// What both browsers send, also without TLS where the server is this machine.
const OFFERED: &str = "gzip, deflate, br, zstd";

/// When an address of this machine comes or goes, be it that of a cable to another namespace, Chromium gives up every HTTP/2
/// session, with `ERR_NETWORK_CHANGED`, and this test fails as if the bytes were wrong. What runs under HTTP/1.1 goes on.
/// The tests in `tests/network`, which do that, are therefore another program.
#[tokio::test]
#[ignore = "needs the browsers; `cargo xtask test` runs it"]
async fn each_event_is_on_the_page_at_once_over_http_2() {
    for which in [Which::Chromium, Which::Firefox] {
        let mut scene = Scene::new();
        let server = TlsServer::new(scene.router.clone()).await;
        let origin = format!("https://{}", server.address());
        every_coding(which, &origin, &mut scene, Version::HTTP_2, OFFERED).await;
    }
}

/// `curl` over TLS, which settles on HTTP/2 with the server.
#[tokio::test]
#[ignore = "needs curl; `cargo xtask test` runs it"]
async fn curl_has_each_event_at_once_over_http_2() {
    for &coding in Encoding::ALL {
        let mut scene = Scene::new();
        let server = TlsServer::new(scene.router.clone()).await;
        let url = format!("https://{}/{coding}", server.address());
        let mut curl = tokio::process::Command::new("curl")
            .args(["--silent", "--show-error", "--no-buffer", "--insecure", "--http2", "--compressed", &url])
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("curl is installed");
        let mut lines = BufReader::new(curl.stdout.take().unwrap()).lines();
        let mut line = async |start: &str| {
            let until =
                async { while !lines.next_line().await.unwrap().expect("the stream goes on").starts_with(start) {} };
            timeout(LONG, until).await.unwrap_or_else(|_| panic!("{coding}: no line begins with {start}"));
        };
        line("event: stream-open").await;
        for _ in 0..80 {
            let number = scene.publish();
            line(&format!("data: {{\"number\":{number},")).await;
        }
        scene.topic.close();
        assert!(timeout(LONG, curl.wait()).await.expect("curl ends").unwrap().success(), "{coding}");
        let asked = scene.asked();
        assert!(
            matches!(&asked[..], [one] if one.version == Version::HTTP_2 && one.coding == coding.as_str()),
            "{asked:?}"
        );
    }
}
