//! The room over real connections.
#![expect(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::time::Duration;

use example_chat::{Chat, Message, app};
use futures_util::StreamExt as _;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use reqwest::StatusCode;
use serde_json::{Value, json};
use sse_core::{EventId, Topic};
use sse_tower::client::{EventSource, Resume, Update};
use sse_tower::serve;
use tokio::time::timeout;

/// Whatever takes longer does not come.
const PATIENCE: Duration = Duration::from_secs(10);
/// The last event id of whoever comes for the first time.
const NONE: EventId = EventId::from_static("");

struct Room(String);

impl Room {
    async fn open() -> Self {
        let listener = serve::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(axum::serve(listener, app(&Topic::new())).into_future());
        Self(origin)
    }

    /// Joins the room, or comes back to it behind an event, and gives what became of that id.
    async fn join(&self, last_event_id: EventId) -> (Resume, EventSource<Chat>) {
        let builder = EventSource::builder(format!("{}/events", self.0).parse().unwrap()).last_event_id(last_event_id);
        let mut events = builder.build(Client::builder(TokioExecutor::new()).build_http()).typed();
        let Update::Open(opened) = next(&mut events).await else { panic!("no connection") };
        (opened.resume.unwrap(), events)
    }

    async fn post(&self, path: &str, body: Value) -> (StatusCode, String) {
        let answer = reqwest::Client::new().post(format!("{}{path}", self.0)).json(&body).send().await.unwrap();
        (answer.status(), answer.text().await.unwrap())
    }

    async fn say(&self, text: &str) {
        let (status, problem) = self.post("/messages", json!({ "name": "Ada", "text": text })).await;
        assert_eq!(status, StatusCode::NO_CONTENT, "{problem}");
    }
}

async fn next(events: &mut EventSource<Chat>) -> Update<Chat> {
    timeout(PATIENCE, events.next()).await.expect("waited in vain").unwrap().unwrap()
}

/// The next event, and the last event id with it.
async fn hear(events: &mut EventSource<Chat>) -> (Chat, EventId) {
    match next(events).await {
        Update::Event { event, last_event_id, .. } => (event, last_event_id),
        other => panic!("{other:?}"),
    }
}

fn said(text: &str) -> Chat {
    Chat::Said(Message { name: "Ada".to_owned(), text: text.to_owned() })
}

#[tokio::test]
async fn who_joins_hears_what_was_said_and_who_comes_back_only_what_they_missed() {
    let room = Room::open().await;
    room.say("one").await;
    room.say("two\r\nlines").await;

    let (resume, mut events) = room.join(NONE).await;
    assert_eq!(resume, Resume::Fresh);
    assert_eq!(hear(&mut events).await.0, said("one"));
    let (event, id) = hear(&mut events).await;
    assert_eq!(event, said("two\r\nlines"));
    drop(events);

    room.say("three").await;
    let (resume, mut events) = room.join(id).await;
    assert_eq!(resume, Resume::Recovered);
    assert_eq!(hear(&mut events).await.0, said("three"));
    room.say("four").await;
    assert_eq!(hear(&mut events).await.0, said("four"));
}

#[tokio::test]
async fn only_who_is_there_hears_that_somebody_is_typing() {
    let room = Room::open().await;
    room.say("one").await;
    let (_, mut there) = room.join(NONE).await;
    let (_, id) = hear(&mut there).await;

    assert_eq!(room.post("/typing", json!("Grace")).await.0, StatusCode::NO_CONTENT);
    room.say("two").await;
    let typing = (Chat::Typing("Grace".to_owned()), id.clone());
    assert_eq!(hear(&mut there).await, typing, "it has no id of its own");
    assert_eq!(hear(&mut there).await.0, said("two"));

    let (resume, mut back) = room.join(id).await;
    assert_eq!(resume, Resume::Recovered);
    assert_eq!(hear(&mut back).await.0, said("two"));
}

#[tokio::test]
async fn what_is_empty_or_too_long_is_not_said() {
    let room = Room::open().await;
    for (path, body, problem) in [
        ("/messages", json!({ "name": "Ada", "text": " \n" }), "the text is empty"),
        ("/messages", json!({ "name": "", "text": "one" }), "the name is empty"),
        (
            "/messages",
            json!({ "name": "Ada", "text": "€".repeat(667) }),
            "a text of 2001 bytes exceeds the limit of 2000",
        ),
        ("/typing", json!("Grace".repeat(17)), "a name of 85 bytes exceeds the limit of 80"),
    ] {
        assert_eq!(room.post(path, body).await, (StatusCode::UNPROCESSABLE_ENTITY, problem.to_owned()));
    }
    room.say("one").await;
    let (_, mut events) = room.join(NONE).await;
    assert_eq!(hear(&mut events).await.0, said("one"));
}

#[tokio::test]
async fn the_page_and_all_that_it_loads_is_there() {
    let room = Room::open().await;
    for (path, media_type) in [
        ("/", "text/html; charset=utf-8"),
        ("/style.css", "text/css; charset=utf-8"),
        ("/app.js", "text/javascript; charset=utf-8"),
        ("/sse/chat.js", "text/javascript; charset=utf-8"),
        ("/sse/runtime.js", "text/javascript; charset=utf-8"),
    ] {
        let answer = reqwest::get(format!("{}{path}", room.0)).await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        assert_eq!(answer.headers()["content-type"], media_type, "{path}");
    }
}
