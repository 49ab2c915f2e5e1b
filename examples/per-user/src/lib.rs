//! An inbox for each user, behind a session: nobody reads what is another's.
//!
//! ```text
//! cargo run -p example-per-user          # http://127.0.0.1:3000, as ada, and in a private window as grace
//! curl -c cookies --json '"ada"' http://127.0.0.1:3000/login
//! curl -N -b cookies http://127.0.0.1:3000/events
//! ```
//!
//! What to look at: the handler of `/events` takes a `User`, so that who is not signed in gets 401 and no stream, and
//! it is the session that chooses the topic. The id of an event only says how far somebody is in the topic that was
//! chosen for them: one that is forged, or another user's, makes its client start over in its own inbox, and that is
//! all. Who signs out reads no further, in none of the windows of that session: [`Connections`] finds them. The session is
//! looked at twice, because one that ends behind the first look has no stream yet that could be closed.
#![expect(
    missing_docs,
    clippy::exhaustive_enums,
    clippy::missing_errors_doc,
    reason = "an example has no next version, and its fields say what they are"
)]

mod page;
mod session;

use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use axum::response::{AppendHeaders, IntoResponse};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use sse_core::topic::hub::{BuildHubError, HubError};
use sse_core::topic::{Hub, Start};
use sse_core::{Retention, Retry, SseDecode, SseEvent, Topic};
use sse_tower::{Connections, Sse, SseLayer};
use tokio::time::Instant;

use self::session::{Sessions, User};

/// What comes to one user.
#[derive(Clone, Debug, PartialEq, Eq, SseEvent, SseDecode)]
#[sse(rename_all = "kebab-case")]
pub enum Inbox {
    Note { from: String, text: String },
}

/// Who there is.
const USERS: [&str; 2] = ["ada", "grace"];
/// How many notes an inbox keeps.
const NOTES: usize = 100;
/// How long it keeps a note.
const KEEP: Duration = Duration::from_hours(24);
/// How long a note may be, in bytes.
const MAX_TEXT: usize = 2_000;
/// Why streams were closed.
const SIGNED_OUT: &str = "signed out";

#[derive(Clone)]
struct Users {
    /// By the user's name.
    inboxes: Hub<String, Inbox>,
    sessions: Sessions,
    /// By the session's token.
    connections: Connections,
}

impl Users {
    fn new() -> Result<Self, BuildHubError> {
        let start = Instant::now();
        let inbox = Topic::builder().keep(Retention::events(NOTES).and_age(KEEP)).clock(move || start.elapsed());
        let inboxes = Hub::builder(inbox).max_topics(USERS.len()).build()?;
        Ok(Self { inboxes, sessions: Sessions::default(), connections: Connections::new() })
    }
}

/// The page at `/`, `POST /login` and `/logout`, and for who is signed in `/me`, `/events` and `POST /notes`.
pub fn app() -> Result<Router, BuildHubError> {
    let users = Users::new()?;
    let layer = layer(&users);
    let router = Router::new()
        .route("/login", post(login))
        .route("/logout", post(logout))
        .route("/me", get(async |user: User| Json(user.name)))
        .route("/events", get(events))
        .route("/notes", post(send))
        .with_state(users)
        .merge(page::files());
    Ok(router.layer(layer))
}

/// Looks again at the session of each stream, now that there is one: a logout either finds the stream, or is seen here.
fn layer(users: &Users) -> SseLayer {
    let (sessions, connections) = (users.sessions.clone(), users.connections.clone());
    SseLayer::new().retry(Retry::from_static(1_000)).connections(&users.connections).on_connect(move |connect| {
        if let Some(token) = connect.key.as_deref().filter(|token| sessions.user(token).is_none()) {
            connections.close(token, SIGNED_OUT);
        }
    })
}

/// No part of the request but the session decides what is read.
async fn events(State(users): State<Users>, user: User) -> Result<impl IntoResponse, Refusal> {
    let inbox = users.inboxes.topic(&user.name).map_err(unavailable)?;
    Ok(Sse::topic(&inbox).fresh(Start::Earliest).key(user.token))
}

#[derive(Deserialize)]
struct Note {
    to: String,
    text: String,
}

/// Whose note it is says the session too.
async fn send(
    State(users): State<Users>,
    user: User,
    Json(Note { to, text }): Json<Note>,
) -> Result<StatusCode, Refusal> {
    if !USERS.contains(&&*to) {
        return Err((StatusCode::NOT_FOUND, format!("there is no user `{to}`")));
    }
    if text.trim().is_empty() || text.len() > MAX_TEXT {
        return Err((
            StatusCode::UNPROCESSABLE_ENTITY,
            format!("a note has 1 to {MAX_TEXT} bytes, and not only spaces"),
        ));
    }
    users.inboxes.publish(&to, &Inbox::Note { from: user.name, text }).map_err(unavailable)?;
    Ok(StatusCode::NO_CONTENT)
}

async fn login(State(users): State<Users>, Json(name): Json<String>) -> Result<impl IntoResponse, Refusal> {
    if !USERS.contains(&&*name) {
        return Err((StatusCode::FORBIDDEN, format!("there is no user `{name}`")));
    }
    let token = users.sessions.begin(name);
    let token = token.ok_or_else(|| (StatusCode::SERVICE_UNAVAILABLE, "there are too many sessions".to_owned()))?;
    let cookie = format!("session={token}; HttpOnly; SameSite=Strict; Path=/");
    Ok((StatusCode::NO_CONTENT, AppendHeaders([(SET_COOKIE, cookie)])))
}

/// Whoever is no longer signed in must not read on: the streams end, and who comes back is refused.
async fn logout(State(users): State<Users>, user: User) -> StatusCode {
    users.sessions.end(&user.token);
    users.connections.close(&user.token, SIGNED_OUT);
    StatusCode::NO_CONTENT
}

type Refusal = (StatusCode, String);

#[expect(clippy::needless_pass_by_value, reason = "for `map_err`")]
fn unavailable(error: HubError) -> Refusal {
    (StatusCode::SERVICE_UNAVAILABLE, error.to_string())
}

#[cfg(test)]
mod tests;
