//! `watch`, against servers over TCP.

use std::path::PathBuf;

use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use serde_json::{Value, json};
use sse_core::schema::{canonical_text, event_view};
use sse_core::{Retention, SseEvent, Topic};
use sse_tower::{Sse, SseLayer};
use tokio::net::TcpListener;

use crate::run::{Output, run};

const EPOCH: &str = "k3x9f0q2m1";

#[derive(schemars::JsonSchema, serde::Serialize, SseEvent)]
#[sse(rename_all = "kebab-case")]
enum Price {
    Tick {
        cents: u64,
    },
    #[sse(terminal)]
    Closed,
}

/// Serves the app, and returns its address.
async fn serve(app: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async { axum::serve(listener, app).await });
    format!("http://{address}")
}

/// A topic that has had so many events and keeps `keep`, behind the layer.
async fn prices(published: u64, keep: usize) -> (String, Topic<Price>) {
    let topic = Topic::builder().epoch(EPOCH.parse().unwrap()).keep(Retention::events(keep)).build().unwrap();
    for cents in 1..=published {
        topic.publish(&Price::Tick { cents }).unwrap();
    }
    let prices = async |State(prices): State<Topic<Price>>| Sse::topic(&prices);
    let app = Router::new().route("/prices", get(prices)).layer(SseLayer::new()).with_state(topic.clone());
    (format!("{}/prices", serve(app).await), topic)
}

/// What was printed, without the reconnection times of the layer, which are drawn.
async fn watch(arguments: &[&str]) -> (Vec<Value>, Output) {
    let output = run(&[&["watch"], arguments].concat(), b"").await;
    let mut lines = output.lines();
    lines.retain(|line| line["retry"].as_u64().is_none_or(|millis| millis < 3_000));
    (lines, output)
}

fn stream_open(id: &str, resume: &str, reason: Option<&str>) -> Value {
    let mut event = json!({
        "event": "stream-open", "id": id,
        "data": { "resume": resume, "keepAlive": "comment", "keepAliveMs": 15000 },
    });
    if let Some(reason) = reason {
        event["data"]["reason"] = reason.into();
    }
    event
}

#[tokio::test]
async fn a_topic_is_watched_from_where_one_says() {
    let (url, _topic) = prices(5, 100).await;
    let id = |offset: u64| format!("{EPOCH}-{offset}");
    let (lines, output) = watch(&[&url, "--last-event-id", &id(3), "--count", "2"]).await;
    assert_eq!(
        lines,
        [
            json!({ "note": "connecting", "uri": url }),
            json!({ "id": id(3) }),
            json!({ "note": "open", "uri": url, "resume": "recovered", "reason": null }),
            stream_open(&id(3), "recovered", None),
            json!({ "event": "tick", "id": id(4), "data": { "cents": 4 } }),
            json!({ "event": "tick", "id": id(5), "data": { "cents": 5 } }),
        ]
    );
    assert_eq!((output.code, &*output.stderr), (0, ""));
}

#[tokio::test]
async fn what_is_lost_is_said() {
    let (url, _topic) = prices(5, 2).await;
    let (from, to) = (format!("{EPOCH}-1"), format!("{EPOCH}-3"));
    let (lines, _) = watch(&[&url, "--last-event-id", &from, "--once"]).await;
    assert_eq!(
        lines[2..],
        [
            json!({ "note": "open", "uri": url, "resume": "reset", "reason": "evicted" }),
            stream_open(&from, "reset", Some("evicted")),
            json!({ "note": "reset", "from": from, "to": to }),
            json!({ "event": "stream-reset", "id": to, "data": { "reason": "evicted" } }),
            json!({ "event": "tick", "id": format!("{EPOCH}-4"), "data": { "cents": 4 } }),
        ]
    );
}

#[tokio::test]
async fn a_stream_that_is_complete_ends_as_in_a_browser() {
    let (url, topic) = prices(1, 10).await;
    topic.publish(&Price::Closed).unwrap();
    let (lines, output) = watch(&[&url, "--last-event-id", &format!("{EPOCH}-1")]).await;
    let kinds: Vec<&str> =
        lines.iter().map(|line| line["event"].as_str().or_else(|| line["note"].as_str()).unwrap_or("id")).collect();
    assert_eq!(kinds, ["connecting", "id", "open", "stream-open", "closed", "stream-end", "reconnecting", "end"]);
    assert_eq!(lines[7], json!({ "note": "end", "noContent": true }));
    assert_eq!(output.code, 0);
}

/// One answer for each `Last-Event-ID`: the body ends, and the client reconnects at once.
async fn answers(headers: HeaderMap) -> Response {
    let id = headers.get("last-event-id").map_or("", |id| id.to_str().unwrap());
    let body = match id {
        "" => "retry: 1\nid: k3x9f0q2m1-1\ndata: a\n\nid: k3x9f0q2m1-4\ndata: b\n\n",
        "k3x9f0q2m1-4" => "id: k3x9f0q2m1-3\ndata: c\n\ndata: unfinished",
        "k3x9f0q2m1-3" => return StatusCode::NOT_FOUND.into_response(),
        other => panic!("{other}"),
    };
    let accept = headers[header::ACCEPT].to_str().unwrap();
    assert_eq!((accept, headers["x-key"].to_str().unwrap()), ("text/event-stream", "1"));
    ([(header::CONTENT_TYPE, "text/event-stream")], body).into_response()
}

#[tokio::test]
async fn it_reconnects_and_shows_what_that_brings() {
    let url = serve(Router::new().route("/", get(answers))).await + "/";
    let (lines, output) = watch(&[&url, "-H", "X-Key: 1"]).await;
    let open = json!({ "note": "open", "uri": url, "resume": null, "reason": null });
    let again = json!({ "note": "reconnecting", "cause": "the body ended", "failures": 0, "delayMs": 1 });
    assert_eq!(
        lines,
        [
            json!({ "note": "connecting", "uri": url }),
            open.clone(),
            json!({ "retry": 1 }),
            json!({ "event": "message", "id": "k3x9f0q2m1-1", "data": "a" }),
            json!({ "note": "gap", "from": "k3x9f0q2m1-1", "to": "k3x9f0q2m1-4" }),
            json!({ "event": "message", "id": "k3x9f0q2m1-4", "data": "b" }),
            again.clone(),
            open,
            json!({ "note": "backwards", "from": "k3x9f0q2m1-4", "to": "k3x9f0q2m1-3" }),
            json!({ "event": "message", "id": "k3x9f0q2m1-3", "data": "c" }),
            again,
            json!({ "note": "closed", "cause": format!("{url} answered 404 Not Found"), "status": 404 }),
        ]
    );
    assert_eq!(output.code, 1);
}

#[tokio::test]
async fn an_event_that_is_against_the_schema_is_shown() {
    let schema = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("price.schema.json");
    std::fs::write(&schema, canonical_text(event_view::<Price>().unwrap())).unwrap();
    let schema = schema.to_str().unwrap();
    let stream = "event: tick\ndata: {\"cents\":1}\n\nevent: tick\ndata: {\"cents\":\"1\"}\n\nevent: tock\ndata: 1\n\n";
    let app = Router::new().route("/", get(async move || ([(header::CONTENT_TYPE, "text/event-stream")], stream)));
    let url = serve(app).await + "/";
    let (lines, output) = watch(&[&url, "--schema", schema, "--count", "3"]).await;
    let problem = "\"1\" is not of type \"integer\"";
    assert_eq!(
        lines[2..],
        [
            json!({ "event": "tick", "data": { "cents": 1 } }),
            json!({
                "event": "tick", "data": { "cents": "1" },
                "violations": [{ "at": "/data/cents", "problem": problem }],
            }),
            json!({
                "event": "tock", "data": 1,
                "violations": [{ "at": "/event", "problem": "`tock` is none of `closed`, `tick`" }],
            }),
        ]
    );
    assert_eq!(output.code, 1);

    let text = run(&["watch", &url, "--schema", schema, "--count", "2", "--pretty"], b"").await.stdout;
    assert!(
        text.contains(&format!("tick  {{\"cents\": \"1\"}}\n    against the schema: /data/cents: {problem}\n")),
        "{text}"
    );

    let decoded = run(&["decode", "--schema", schema], stream.as_bytes()).await;
    assert_eq!((decoded.lines(), decoded.code), (lines[2..].to_vec(), 1));

    let missing = run(&["decode", "--schema", "/nowhere.json"], b"").await;
    assert_eq!(missing.code, 1);
    assert!(missing.stderr.starts_with("error: /nowhere.json: "), "{}", missing.stderr);
}
