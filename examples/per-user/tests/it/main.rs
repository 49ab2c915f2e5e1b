//! Two users over real connections, and somebody who tries to read what is not theirs.
#![expect(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::time::Duration;

use example_per_user::{Inbox, app};
use futures_util::StreamExt as _;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use reqwest::StatusCode;
use reqwest::header::{COOKIE, SET_COOKIE};
use serde_json::{Value, json};
use sse_core::EventId;
use sse_core::history::ResetReason;
use sse_tower::client::{Error, EventSource, Resume, Update};
use sse_tower::serve;
use tokio::time::timeout;

/// Whatever takes longer does not come.
const PATIENCE: Duration = Duration::from_secs(10);
/// The last event id of whoever comes for the first time.
const NONE: EventId = EventId::from_static("");

async fn start() -> String {
    let listener = serve::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(axum::serve(listener, app().unwrap()).into_future());
    origin
}

/// Somebody with a cookie.
struct User {
    origin: String,
    cookie: String,
}

impl User {
    fn with_cookie(origin: &str, cookie: &str) -> Self {
        Self { origin: origin.to_owned(), cookie: cookie.to_owned() }
    }

    async fn sign_in(origin: &str, name: &str) -> Self {
        let answer = Self::with_cookie(origin, "").post("/login", json!(name)).await;
        assert_eq!(answer.status(), StatusCode::NO_CONTENT);
        let cookie = answer.headers()[SET_COOKIE].to_str().unwrap();
        assert!(cookie.contains("; HttpOnly"), "{cookie}");
        Self::with_cookie(origin, cookie.split(';').next().unwrap())
    }

    async fn post(&self, path: &str, body: Value) -> reqwest::Response {
        let request = reqwest::Client::new().post(format!("{}{path}", self.origin));
        request.header(COOKIE, &self.cookie).json(&body).send().await.unwrap()
    }

    async fn send(&self, to: &str, text: &str) {
        assert_eq!(self.post("/notes", json!({ "to": to, "text": text })).await.status(), StatusCode::NO_CONTENT);
    }

    fn read(&self, query: &str, last_event_id: EventId) -> EventSource<Inbox> {
        let builder = EventSource::builder(format!("{}/events{query}", self.origin).parse().unwrap());
        let builder = builder.header(COOKIE, self.cookie.parse().unwrap()).last_event_id(last_event_id);
        builder.build(Client::builder(TokioExecutor::new()).build_http()).typed()
    }
}

async fn next(inbox: &mut EventSource<Inbox>) -> Result<Update<Inbox>, Error> {
    timeout(PATIENCE, inbox.next()).await.expect("waited in vain").unwrap()
}

/// What becomes of the id that was brought.
async fn opened(inbox: &mut EventSource<Inbox>) -> Resume {
    let Update::Open(opened) = next(inbox).await.unwrap() else { panic!("no connection") };
    opened.resume.unwrap()
}

/// Who the next note is from and what it says, and the last event id with it.
async fn note(inbox: &mut EventSource<Inbox>) -> (String, String, EventId) {
    match next(inbox).await.unwrap() {
        Update::Event { event: Inbox::Note { from, text }, last_event_id, .. } => (from, text, last_event_id),
        other => panic!("{other:?}"),
    }
}

async fn assert_refused(mut inbox: EventSource<Inbox>) {
    let error = next(&mut inbox).await.expect_err("a stream");
    assert_eq!(error.status(), Some(StatusCode::UNAUTHORIZED), "{error}");
}

#[tokio::test]
async fn each_user_gets_their_own_notes() {
    let origin = start().await;
    let (ada, grace) = (User::sign_in(&origin, "ada").await, User::sign_in(&origin, "grace").await);
    // She need not be there.
    ada.send("grace", "to grace").await;
    grace.send("ada", "to ada").await;

    for (user, from, text) in [(&ada, "grace", "to ada"), (&grace, "ada", "to grace")] {
        let mut inbox = user.read("", NONE);
        assert_eq!(opened(&mut inbox).await, Resume::Fresh);
        let (said_by, said, id) = note(&mut inbox).await;
        assert_eq!((&*said_by, &*said), (from, text));
        drop(inbox);

        user.send(if from == "ada" { "grace" } else { "ada" }, "while away").await;
        let mut inbox = user.read("", id);
        assert_eq!(opened(&mut inbox).await, Resume::Recovered);
        assert_eq!(note(&mut inbox).await.1, "while away");
    }
}

#[tokio::test]
async fn no_id_leads_into_the_inbox_of_another() {
    let origin = start().await;
    let (ada, grace) = (User::sign_in(&origin, "ada").await, User::sign_in(&origin, "grace").await);
    ada.send("ada", "a secret").await;
    ada.send("ada", "another secret").await;
    grace.send("grace", "mine").await;

    let mut inbox = ada.read("", NONE);
    opened(&mut inbox).await;
    let (_, _, adas) = note(&mut inbox).await;
    let epoch = adas.as_str().split('-').next().unwrap().to_owned();

    let forged = [
        (adas.to_string(), ResetReason::UnknownEpoch),
        (format!("{epoch}-0"), ResetReason::UnknownEpoch),
        (format!("{epoch}-18446744073709551615"), ResetReason::UnknownEpoch),
        ("../ada".to_owned(), ResetReason::Malformed),
        ("x".repeat(4_096), ResetReason::Malformed),
    ];
    for (id, reason) in forged {
        // As a browser sends it, and as a page does.
        let header = grace.read("?user=ada", EventId::try_from(id.clone()).unwrap());
        let query = grace.read(&format!("?user=ada&lastEventId={id}"), NONE);
        for mut inbox in [header, query] {
            assert_eq!(opened(&mut inbox).await, Resume::Reset(Some(reason)), "{id}");
            assert!(matches!(next(&mut inbox).await.unwrap(), Update::Reset(_)), "{id}");
            assert_eq!(note(&mut inbox).await.1, "mine", "{id}");
            grace.send("grace", "mine").await;
            assert_eq!(note(&mut inbox).await.1, "mine", "{id}");
        }
    }
}

#[tokio::test]
async fn who_is_not_signed_in_gets_nothing() {
    let origin = start().await;
    let ada = User::sign_in(&origin, "ada").await;
    for cookie in ["", "session=", "session=ada", "other=x; session=forged", &ada.cookie.to_uppercase()] {
        let stranger = User::with_cookie(&origin, cookie);
        assert_refused(stranger.read("", NONE)).await;
        let answer = stranger.post("/notes", json!({ "to": "ada", "text": "spam" })).await;
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{cookie}");
    }
    assert_eq!(ada.post("/login", json!("mallory")).await.status(), StatusCode::FORBIDDEN);
    assert_eq!(ada.post("/notes", json!({ "to": "mallory", "text": "x" })).await.status(), StatusCode::NOT_FOUND);
    for path in ["/", "/style.css", "/app.js", "/sse/inbox.js", "/sse/runtime.js"] {
        assert_eq!(reqwest::get(format!("{origin}{path}")).await.unwrap().status(), StatusCode::OK, "{path}");
    }
}

#[tokio::test]
async fn who_signs_out_reads_no_further() {
    let origin = start().await;
    let (ada, grace) = (User::sign_in(&origin, "ada").await, User::sign_in(&origin, "grace").await);
    let elsewhere = User::sign_in(&origin, "ada").await;
    let [mut adas, mut graces, mut adas_elsewhere] = [&ada, &grace, &elsewhere].map(|user| user.read("", NONE));
    for inbox in [&mut adas, &mut graces, &mut adas_elsewhere] {
        opened(inbox).await;
    }

    assert_eq!(ada.post("/logout", json!(null)).await.status(), StatusCode::NO_CONTENT);
    assert!(matches!(next(&mut adas).await.unwrap(), Update::Reconnecting(_)));
    assert_refused(adas).await;
    assert_refused(ada.read("", NONE)).await;

    // Nobody else has noticed, and she herself has not where she is still signed in.
    grace.send("grace", "still here").await;
    assert_eq!(note(&mut graces).await.1, "still here");
    grace.send("ada", "you too").await;
    assert_eq!(note(&mut adas_elsewhere).await.1, "you too");
}
