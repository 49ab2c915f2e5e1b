//! What a client may get wrong, and what it is told. The table of the guide is made from the same data.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use bytes::Bytes;
use futures_util::stream;
use http::{HeaderValue, Method, Request};
use http_body_util::{BodyExt, Empty};
use sse_core::SseEvent;
use sse_core::history::Epoch;
use sse_tower::{Connections, ControlEvents, Unresumable};

use crate::support::{EPOCH, ask, frame, layer, publish, stream_of, topic};

/// What the route answers with.
#[derive(Clone, Copy)]
enum Route {
    /// A topic that keeps its events 11 to 20.
    Topic,
    /// The same with as many connections as there may be.
    Full,
    /// The same without control events, which refuses those that must start over.
    Refusing,
    /// The same without control events, which serves them.
    Restarting,
    /// A stream whose event has a payload that is no JSON.
    BrokenPayload,
    /// A stream whose event has an id with NUL.
    BrokenId,
}

/// Events that cannot be encoded.
#[derive(SseEvent)]
enum Broken {
    Payload(BTreeMap<[u8; 2], u8>),
    Id(#[sse(id)] String),
}

/// One request and what must come back.
struct Case {
    input: &'static str,
    route: Route,
    request: fn(http::request::Builder) -> http::request::Builder,
    status: u16,
    headers: &'static [(&'static str, &'static str)],
    first_frame: &'static str,
}

const STREAM: &[(&str, &str)] = &[("content-type", "text/event-stream")];
const NO_STORE: (&str, &str) = ("cache-control", "no-store");

/// The topic keeps its events 11 to 20.
const CASES: &[Case] = &[
    Case {
        input: "`Last-Event-ID` of the event before the oldest that is kept",
        route: Route::Topic,
        request: |request| request.header("last-event-id", "k3x9f0q2m1-10"),
        status: 200,
        headers: &[("sse-resume", "recovered")],
        first_frame: "id: k3x9f0q2m1-10⏎data: {\"resume\":\"recovered\"",
    },
    Case {
        input: "`Last-Event-ID` of an event that is no longer kept",
        route: Route::Topic,
        request: |request| request.header("last-event-id", "k3x9f0q2m1-9"),
        status: 200,
        headers: &[("sse-resume", "reset; reason=evicted")],
        first_frame: "event: stream-reset⏎id: k3x9f0q2m1-10⏎data: {\"reason\":\"evicted\"}⏎⏎",
    },
    Case {
        input: "malformed `Last-Event-ID`: `<script>`",
        route: Route::Topic,
        request: |request| request.header("last-event-id", "<script>"),
        status: 200,
        headers: &[("sse-resume", "reset; reason=malformed")],
        first_frame: "event: stream-reset⏎id: k3x9f0q2m1-10⏎data: {\"reason\":\"malformed\"}⏎⏎",
    },
    Case {
        input: "`Last-Event-ID` that is not UTF-8: `ff fe`",
        route: Route::Topic,
        request: |request| request.header("last-event-id", HeaderValue::from_bytes(&[0xff, 0xfe]).unwrap()),
        status: 200,
        headers: &[("sse-resume", "reset; reason=malformed")],
        first_frame: "event: stream-reset⏎id: k3x9f0q2m1-10⏎data: {\"reason\":\"malformed\"}⏎⏎",
    },
    Case {
        input: "oversized `Last-Event-ID`: 300 000 digits",
        route: Route::Topic,
        request: |request| request.header("last-event-id", "9".repeat(300_000)),
        status: 200,
        headers: &[("sse-resume", "reset; reason=malformed")],
        first_frame: "event: stream-reset⏎id: k3x9f0q2m1-10⏎data: {\"reason\":\"malformed\"}⏎⏎",
    },
    Case {
        input: "foreign `Last-Event-ID`: another epoch",
        route: Route::Topic,
        request: |request| request.header("last-event-id", "anotherlog-15"),
        status: 200,
        headers: &[("sse-resume", "reset; reason=unknown-epoch")],
        first_frame: "event: stream-reset⏎id: k3x9f0q2m1-10⏎data: {\"reason\":\"unknown-epoch\"}⏎⏎",
    },
    Case {
        input: "future `Last-Event-ID`: an offset that was not given yet",
        route: Route::Topic,
        request: |request| request.header("last-event-id", "k3x9f0q2m1-21"),
        status: 200,
        headers: &[("sse-resume", "reset; reason=future")],
        first_frame: "event: stream-reset⏎id: k3x9f0q2m1-10⏎data: {\"reason\":\"future\"}⏎⏎",
    },
    Case {
        input: "`Last-Event-ID: =reset`, of a client that was cut off while it started over in-band",
        route: Route::Topic,
        request: |request| request.header("last-event-id", "=reset"),
        status: 200,
        headers: &[("sse-resume", "reset; reason=lagged")],
        first_frame: "event: stream-reset⏎id: k3x9f0q2m1-10⏎data: {\"reason\":\"lagged\"}⏎⏎",
    },
    Case {
        input: "empty `Last-Event-ID`",
        route: Route::Topic,
        request: |request| request.header("last-event-id", ""),
        status: 200,
        headers: &[("sse-resume", "fresh")],
        first_frame: "id: k3x9f0q2m1-20⏎data: {\"resume\":\"fresh\"",
    },
    Case {
        input: "`?lastEventId=` instead of the header",
        route: Route::Topic,
        request: |request| request.uri("/?lastEventId=k3x9f0q2m1-19"),
        status: 200,
        headers: &[("sse-resume", "recovered")],
        first_frame: "id: k3x9f0q2m1-19⏎data: {\"resume\":\"recovered\"",
    },
    Case {
        input: "`Last-Event-ID: =end`, of a stream that has ended",
        route: Route::Topic,
        request: |request| request.header("last-event-id", "=end"),
        status: 204,
        headers: &[NO_STORE],
        first_frame: "",
    },
    Case {
        input: "`Accept: application/json`",
        route: Route::Topic,
        request: |request| request.header("accept", "application/json"),
        status: 406,
        headers: &[NO_STORE],
        first_frame: "this is an event stream: send `Accept: text/event-stream`⏎",
    },
    Case {
        input: "`Accept: text/event-stream;q=0, */*`",
        route: Route::Topic,
        request: |request| request.header("accept", "text/event-stream;q=0, */*"),
        status: 406,
        headers: &[NO_STORE],
        first_frame: "this is an event stream: send `Accept: text/event-stream`⏎",
    },
    Case {
        input: "`Accept` that is no list of types: `nonsense`",
        route: Route::Topic,
        request: |request| request.header("accept", "nonsense"),
        status: 200,
        headers: STREAM,
        first_frame: "retry: 3000⏎event: stream-open⏎",
    },
    Case {
        input: "`DELETE`",
        route: Route::Topic,
        request: |request| request.method(Method::DELETE),
        status: 405,
        headers: &[("allow", "GET, HEAD"), NO_STORE],
        first_frame: "this is an event stream: ask for it with one of the methods in `Allow`⏎",
    },
    Case {
        input: "`HEAD`",
        route: Route::Topic,
        request: |request| request.method(Method::HEAD),
        status: 200,
        headers: STREAM,
        first_frame: "",
    },
    Case {
        input: "a connection too many: `GET` with exactly `Accept: text/event-stream`, as a browser's `EventSource`",
        route: Route::Full,
        request: |request| request.header("accept", "text/event-stream"),
        status: 200,
        headers: &[STREAM[0], NO_STORE],
        first_frame: "retry: 3000⏎⏎",
    },
    Case {
        input: "a connection too many: any other request",
        route: Route::Full,
        request: |request| request,
        status: 503,
        headers: &[("retry-after", "3"), NO_STORE],
        first_frame: "there are as many connections as there may be: try again later⏎",
    },
    Case {
        input: "without control events: `Last-Event-ID` of an event that is no longer kept",
        route: Route::Refusing,
        request: |request| request.header("last-event-id", "k3x9f0q2m1-9"),
        status: 412,
        headers: &[("sse-resume", "reset; reason=evicted"), ("content-type", "application/json"), NO_STORE],
        first_frame: "{\"error\":\"this event stream cannot be resumed behind that id: ask for it without one\",\
                      \"reason\":\"evicted\"}",
    },
    Case {
        input: "the same where the route says `Unresumable::Restart`",
        route: Route::Restarting,
        request: |request| request.header("last-event-id", "k3x9f0q2m1-9"),
        status: 200,
        headers: &[("sse-resume", "reset; reason=evicted"), STREAM[0]],
        first_frame: ":⏎retry: 3000⏎",
    },
    Case {
        input: "without control events: `Last-Event-ID: =end`",
        route: Route::Refusing,
        request: |request| request.header("last-event-id", "=end"),
        status: 204,
        headers: &[NO_STORE],
        first_frame: "",
    },
    Case {
        input: "without control events: `Accept: application/json`",
        route: Route::Refusing,
        request: |request| request.header("accept", "application/json"),
        status: 200,
        headers: STREAM,
        first_frame: ":⏎retry: 3000⏎",
    },
    Case {
        input: "any: the handler's event does not serialize",
        route: Route::BrokenPayload,
        request: |request| request,
        status: 200,
        headers: STREAM,
        first_frame: ": error⏎⏎",
    },
    Case {
        input: "any: the handler's event has an id with NUL",
        route: Route::BrokenId,
        request: |request| request,
        status: 200,
        headers: STREAM,
        first_frame: ": error⏎⏎",
    },
];

#[tokio::test]
async fn every_bad_input_has_a_clear_answer() {
    for case in CASES {
        let topic = topic(10);
        publish(&topic, 1..=20);
        let request = (case.request)(Request::builder()).body(Empty::<Bytes>::new()).unwrap();
        let quiet = layer().control_events(ControlEvents::Off);
        let broken = |event| stream_of(stream::iter([event]), request.clone(), |sse| sse);
        let response = match case.route {
            Route::Topic => ask(&layer(), &topic, request).await.map(BodyExt::boxed),
            Route::Full => {
                let full = Connections::builder().max(0).build();
                ask(&layer().connections(&full), &topic, request).await.map(BodyExt::boxed)
            }
            Route::Refusing => ask(&quiet, &topic, request).await.map(BodyExt::boxed),
            Route::Restarting => {
                ask(&quiet.unresumable(Unresumable::Restart), &topic, request).await.map(BodyExt::boxed)
            }
            Route::BrokenPayload => broken(Broken::Payload([([1, 2], 3)].into())).await.map(BodyExt::boxed),
            Route::BrokenId => broken(Broken::Id("a\0b".into())).await.map(BodyExt::boxed),
        };
        assert_eq!(response.status(), case.status, "{}", case.input);
        for (name, value) in case.headers {
            assert_eq!(response.headers()[*name], value, "{}: {name}", case.input);
        }
        let mut body = response.into_body();
        let mut first = frame(&mut body).await.unwrap_or_default().replace('\n', "⏎");
        if matches!(case.route, Route::BrokenPayload | Route::BrokenId) {
            first += &frame(&mut body).await.unwrap().replace('\n', "⏎");
            assert!(body.frame().await.unwrap().unwrap_err().is_encode(), "{}", case.input);
        }
        assert!(first.contains(case.first_frame), "{}: {first}", case.input);
        assert_eq!(first.is_empty(), case.first_frame.is_empty(), "{}: {first}", case.input);
    }
}

#[test]
fn the_guides_table_is_this_data() {
    let mut table = String::from(
        "<!-- Made from the data of the tests; `UPDATE=1 cargo test -p sse-tower` writes it anew. -->\n\n\
         | request | status | headers | first bytes (excerpt) |\n|---|---|---|---|\n",
    );
    for case in CASES {
        let headers = case.headers.iter().map(|(name, value)| format!("`{name}: {value}`"));
        let headers = headers.collect::<Vec<_>>().join("<br>");
        let frame = match case.first_frame {
            "" => "none".to_owned(),
            frame => format!("`` {} ``", frame.replace('|', "\\|")),
        };
        writeln!(table, "| {} | {} | {headers} | {frame} |", case.input, case.status).unwrap();
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/docs/bad_input.md");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, &table).unwrap();
    }
    assert_eq!(std::fs::read_to_string(path).unwrap(), table);
    assert!(EPOCH.parse::<Epoch>().is_ok());
}
