//! nginx before the app, as the distribution has it: with its defaults, and with what people set.

use std::mem;
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::Html;
use axum::routing::get;
use example_server_stats::{Options, ServerEvent, ServerStats};
use futures_util::future::join_all;
use futures_util::{StreamExt as _, stream};
use serde_json::json;
use sse_core::{Event, Retry, SseEvent, Topic};
use sse_tower::client::{Cause, EventSource, Resume, Update};
use sse_tower::{Sse, SseLayer};
use system_tests::{Browser, LONG, Server, Which, until};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout};

use crate::nginx_process::{AT_ONCE, App, Ended, Events, Http, Nginx};

#[derive(SseEvent)]
#[sse(rename_all = "kebab-case")]
pub(crate) enum Feed {
    Tick(u64),
}

/// The stream at `/events`.
pub(crate) fn feed(keep_alive: impl Into<Option<Duration>>) -> (Topic<Feed>, Router) {
    let topic = Topic::new();
    let handler = {
        let topic: Topic<Feed> = topic.clone();
        async move || Sse::topic(&topic)
    };
    let layer = SseLayer::new().retry(Retry::MIN).keep_alive(keep_alive);
    (topic, Router::new().route("/events", get(handler)).layer(layer))
}

/// Publishes an event only after the client has seen the one before, so that a proxy that holds one back holds up all;
/// how long the quickest of them took.
pub(crate) async fn in_turn(topic: &Topic<Feed>, events: &mut Events) -> Duration {
    events.expect("event: stream-open\n").await;
    let mut quickest = Duration::MAX;
    for tick in 0..20 {
        let published = Instant::now();
        topic.publish(&Feed::Tick(tick)).unwrap();
        events.expect(&format!("event: tick\ndata: {tick}\n\n")).await;
        quickest = quickest.min(published.elapsed());
    }
    quickest
}

/// Each event arrives at once behind an nginx with these directives; the coding of its answer, if it has any.
async fn at_once(http: Http, directives: &str) -> Option<String> {
    // Without keep-alive: nothing else pushes an event out.
    let (topic, router) = feed(None);
    let app = App::start(router);
    let nginx = Nginx::start(app.address(), directives).await;
    let mut events = nginx.events(http).await;
    assert_eq!(events.head.version, http.version(), "{directives}");
    in_turn(&topic, &mut events).await;
    topic.close();
    events.expect("event: stream-end\nid: =end\ndata: {}\n\n").await;
    assert_eq!(events.until("more").await, Err(Ended::Clean), "{http:?}: {directives}");
    events.head.headers.get(header::CONTENT_ENCODING).map(|coding| coding.to_str().unwrap().to_owned())
}

#[tokio::test]
#[ignore = "needs nginx; `cargo xtask test` runs it"]
async fn each_event_passes_at_once_with_the_defaults() {
    for http in Http::ALL {
        assert_eq!(at_once(http, "").await, None);
        assert_eq!(at_once(http, "proxy_buffering on; proxy_buffers 8 1m; proxy_buffer_size 1m;").await, None);
        assert_eq!(at_once(http, "proxy_http_version 1.1; proxy_set_header Connection '';").await, None);
    }
}

#[tokio::test]
#[ignore = "needs nginx; `cargo xtask test` runs it"]
async fn it_is_our_header_that_makes_them_pass() {
    let (topic, router) = feed(None);
    let app = App::start(router);
    let nginx = Nginx::start(app.address(), "proxy_ignore_headers X-Accel-Buffering;").await;
    let mut asking = pin!(nginx.events(Http::Plain));
    let answered = until("the app to be asked", || (topic.subscribers() == 1).then_some(()));
    tokio::select! {
        _ = &mut asking => panic!("nginx does not buffer any more"),
        () = answered => topic.publish(&Feed::Tick(7)).unwrap(),
    };
    // Not even the head comes until a buffer is full, or the stream ends.
    let held = timeout(Duration::from_millis(500), &mut asking).await;
    assert!(held.is_err(), "nginx does not buffer any more");
    topic.close();
    let mut events = asking.await;
    events.expect("data: 7\n\n").await;
}

#[tokio::test]
#[ignore = "needs nginx; `cargo xtask test` runs it"]
async fn gzip_holds_no_event_back() {
    for http in Http::ALL {
        // An event stream is not among the types that nginx compresses unless it is told to.
        assert_eq!(at_once(http, "gzip on; gzip_proxied any;").await, None);
        // It does not care for `no-transform`, but it flushes, because it does not buffer.
        let all = "gzip on; gzip_proxied any; gzip_types *; gzip_min_length 0;";
        assert_eq!(at_once(http, all).await.as_deref(), Some("gzip"));
    }
}

#[tokio::test]
#[ignore = "needs nginx; `cargo xtask test` runs it"]
async fn comments_pass_and_keep_a_quiet_connection_open() {
    let quiet = async |http| {
        let (topic, router) = feed(Duration::from_millis(100));
        let app = App::start(router);
        let nginx = Nginx::start(app.address(), "proxy_read_timeout 5s;").await;
        let mut events = nginx.events(http).await;
        events.expect("event: stream-open\n").await;
        // For longer than the time after which nginx closes a connection on which nothing comes.
        for _ in 0..55 {
            events.expect(":\n").await;
        }
        topic.publish(&Feed::Tick(1)).unwrap();
        events.expect("data: 1\n\n").await;
    };
    join_all(Http::ALL.map(quiet)).await;
}

#[tokio::test]
#[ignore = "needs nginx; `cargo xtask test` runs it"]
async fn a_time_out_that_is_shorter_than_the_keep_alive_cuts() {
    let cut = async |http| {
        let (topic, router) = feed(Duration::from_mins(1));
        let app = App::start(router);
        let nginx = Nginx::start(app.address(), "proxy_read_timeout 2s;").await;
        let mut events = nginx.events(http).await;
        events.expect("event: stream-open\n").await;
        let ended = timeout(AT_ONCE, events.until("never")).await.expect("nginx cuts");
        // A browser takes both for a reason to come back.
        assert_eq!(ended, Err(Ended::Broken), "{http:?}");

        // Whoever comes back has missed nothing. On a busy machine the app may be too slow to answer.
        let source = EventSource::builder(nginx.url(http, "/events")).retry_statuses([StatusCode::GATEWAY_TIMEOUT]);
        let mut source = source.build(nginx.client(http));
        let mut open = false;
        let mut cuts = 0;
        let mut seen = Vec::new();
        while seen.len() < 5 {
            match next(&mut source).await {
                Update::Open(opened) => {
                    open = true;
                    if cuts > 0 {
                        assert_eq!(opened.resume, Some(Resume::Recovered), "{http:?}");
                    }
                }
                Update::Event { event, .. } => seen.push(event.data),
                Update::Reconnecting(_) if mem::take(&mut open) => {
                    cuts += 1;
                    topic.publish(&Feed::Tick(cuts)).unwrap();
                }
                Update::Reconnecting(_) => {}
                other => panic!("{http:?}: {other:?}"),
            }
        }
        assert_eq!(seen, ["1", "2", "3", "4", "5"], "{http:?}");
    };
    join_all(Http::ALL.map(cut)).await;
}

/// Reads on until this event comes, whatever comes before.
async fn resumed(source: &mut EventSource, last: u64, seen: &mut Vec<u64>) {
    while seen.last() != Some(&last) {
        match next(source).await {
            Update::Event { event, .. } => seen.push(event.data.parse().unwrap()),
            Update::Open(_) | Update::Reconnecting(_) => {}
            other => panic!("{other:?}"),
        }
    }
}

async fn next(source: &mut EventSource) -> Update {
    timeout(LONG, source.next()).await.expect("it comes back").unwrap().unwrap()
}

/// Waits until a client that comes back has been answered so.
async fn refusal(source: &mut EventSource) -> StatusCode {
    loop {
        if let Update::Reconnecting(lost) = next(source).await
            && let Cause::Refused { status, .. } = lost.cause
        {
            return status;
        }
    }
}

#[tokio::test]
#[ignore = "needs nginx; `cargo xtask test` runs it"]
async fn the_client_outlives_a_restart_behind_nginx() {
    for http in Http::ALL {
        let (topic, router) = feed(Duration::from_secs(15));
        let mut app = App::start(router.clone());
        let nginx = Nginx::start(app.address(), "").await;
        let url = nginx.url(http, "/events");
        let mut stubborn =
            EventSource::builder(url.clone()).retry_statuses([StatusCode::BAD_GATEWAY]).build(nginx.client(http));
        let mut strict = EventSource::new(nginx.client(http), url);
        for source in [&mut stubborn, &mut strict] {
            assert!(matches!(source.next().await, Some(Ok(Update::Open(_)))));
        }
        let mut seen = Vec::new();
        topic.publish(&Feed::Tick(0)).unwrap();
        resumed(&mut stubborn, 0, &mut seen).await;

        app.kill().await;
        topic.publish(&Feed::Tick(1)).unwrap();
        assert_eq!(refusal(&mut stubborn).await, StatusCode::BAD_GATEWAY);
        // As a browser's EventSource, it takes a status for an answer unless it is told not to.
        let error = loop {
            match strict.next().await.expect("an error before the end") {
                Ok(_) => {}
                Err(error) => break error,
            }
        };
        assert_eq!(error.status(), Some(StatusCode::BAD_GATEWAY), "{error}");

        app.restart(router);
        topic.publish(&Feed::Tick(2)).unwrap();
        resumed(&mut stubborn, 2, &mut seen).await;
        assert_eq!(seen, [0, 1, 2], "{http:?}");
    }
}

/// The generated clients, which know what to do about a 502, and the browser's own, which nobody can tell.
const WATCH: &str = r#"(() => {
    window.seqs = [];
    window.wrapped = [];
    window.refused = [];
    window.lost = [];
    window.failed = "";
    window.resumed = [];
    window.native = new EventSource("/events");
    const iterate = async () => {
        const { openServerEvent, streamServerEvent } = await import("/sse/server-event.js");
        window.source = openServerEvent({ retryMs: 200, maxBackoffMs: 600 });
        source.on("load", ({ seq }) => wrapped.push(seq));
        source.onConnectionError((error, state) => lost.push([error.status ?? error.type, state, source.readyState]));
        const options = {
            retryStatuses: [502, 503, 504],
            maxBackoffMs: 600,
            onOpen: ({ resume }) => resumed.push(resume),
            onState: ({ state, cause }) => state === "waiting" && refused.push(cause?.status ?? 0),
        };
        for await (const { data } of streamServerEvent(options)) seqs.push(data.seq);
    };
    iterate().catch((error) => { failed = String(error); });
})()"#;

#[tokio::test]
#[ignore = "needs nginx and the browsers; `cargo xtask test` runs it"]
async fn the_generated_clients_outlive_a_restart_behind_nginx_and_a_native_one_does_not() {
    for which in [Which::Chromium, Which::Firefox] {
        let stats = ServerStats::new(Options { retry: Retry::MIN, ..Options::default() });
        let publish = || {
            let load = |seq| ServerEvent::Load { seq, at_ms: 7, one: 0.5, five: 0.25, fifteen: 0.125 };
            stats.publish(load).unwrap();
        };
        let blank = get(async || Html("<!doctype html><title>blank</title>"));
        let router = stats.router().route(Server::BLANK, blank);
        let mut app = App::start(router.clone());
        let nginx = Nginx::start(app.address(), "").await;
        let mut browser = Browser::launch(which).await;
        browser.open(&nginx.url(Http::Plain, Server::BLANK).to_string()).await;
        browser.evaluate(WATCH).await;
        browser.wait("failed || (resumed.length === 1 && native.readyState === 1 && source.readyState === 1)").await;
        publish();
        browser.wait("failed || (seqs.at(-1) === 1 && wrapped.at(-1) === 1)").await;

        app.kill().await;
        publish();
        browser.wait("failed || (refused.includes(502) && lost.some(([what]) => what === 502))").await;
        browser.wait("failed || native.readyState === EventSource.CLOSED").await;

        app.restart(router);
        publish();
        browser.wait("failed || (seqs.at(-1) === 3 && wrapped.at(-1) === 3)").await;
        assert_eq!(browser.evaluate("failed").await, "", "{which}");
        assert_eq!(browser.evaluate("seqs").await, json!([1, 2, 3]), "{which}");
        assert_eq!(browser.evaluate("wrapped").await, json!([1, 2, 3]), "{which}");
        assert_eq!(browser.evaluate("resumed").await, json!(["fresh", "recovered"]), "{which}");
        let lost = browser.evaluate("lost").await;
        let told: Vec<_> = lost.as_array().unwrap().iter().map(|each| (&each[1], &each[2])).collect();
        assert!(told.iter().all(|state| *state == (&json!("reconnecting"), &json!(0))), "{which}: {lost}");
        // For good: the page has been told so, and nobody asks again.
        assert_eq!(browser.evaluate("native.readyState === EventSource.CLOSED").await, true, "{which}");
        println!("{}: behind a 502 the generated clients came back and the native one did not", browser.version);
        browser.close().await;
    }
}

/// A stream, until it is dropped.
struct Open(mpsc::Sender<()>);

impl Drop for Open {
    fn drop(&mut self) {
        let _sent = self.0.try_send(());
    }
}

#[tokio::test]
#[ignore = "needs nginx; `cargo xtask test` runs it"]
async fn nginx_rids_the_app_of_a_client_that_does_not_read() {
    let (sender, mut gone) = mpsc::channel(1);
    let endless = get(async move || {
        let filler = "x".repeat(100_000);
        let open = Open(sender);
        Sse::new(stream::repeat_with(move || {
            let _dropped_with_the_stream = &open;
            Event::new(filler.clone())
        }))
    });
    let app = App::start(Router::new().route("/events", endless).layer(SseLayer::new()));
    let nginx = Nginx::start(app.address(), "send_timeout 500ms;").await;
    // Asked, and never read from.
    let url = nginx.url(Http::Plain, "/events");
    let mut client = TcpStream::connect(url.authority().unwrap().as_str()).await.unwrap();
    client.write_all(b"GET /events HTTP/1.1\r\nhost: test\r\naccept: text/event-stream\r\n\r\n").await.unwrap();
    let dropped = timeout(LONG, gone.recv()).await.expect("nginx gives up on the client");
    assert_eq!(dropped, Some(()));
}
