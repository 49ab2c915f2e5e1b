//! A chat room: what is said goes in by POST, and comes out as server-sent events.
//!
//! ```text
//! cargo run -p example-chat          # http://127.0.0.1:3000, in two windows
//! curl -N http://127.0.0.1:3000/events
//! curl --json '{"name":"Ada","text":"Hello"}' http://127.0.0.1:3000/messages
//! ```
//!
//! What to look at: [`Chat`] is all that is said about the events. What is said is [published](Topic::publish), and
//! kept: who joins gets what was said before, and who was away what they missed, which is the same to a topic. Who is
//! typing is [ephemeral](Topic::publish_ephemeral): it is for those who are there, and nobody hears of it later.
#![expect(
    missing_docs,
    clippy::exhaustive_enums,
    clippy::exhaustive_structs,
    reason = "an example has no next version, and its fields say what they are"
)]

mod page;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use axum::{Json, Router};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sse_core::topic::{PublishError, Start};
use sse_core::{Retry, SseDecode, SseEvent, Topic};
use sse_tower::{Sse, SseLayer};

/// What happens in the room.
#[derive(Clone, Debug, PartialEq, Eq, SseEvent, SseDecode)]
#[sse(rename_all = "kebab-case")]
pub enum Chat {
    /// Somebody has said something.
    Said(Message),
    /// Somebody of this name is typing.
    Typing(String),
}

/// What somebody says: the body of the request that says it, and the payload of the event that tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Message {
    pub name: String,
    pub text: String,
}

/// How long a name may be, in bytes.
const MAX_NAME: usize = 80;
/// How long a message may be, in bytes.
const MAX_TEXT: usize = 2_000;
/// How much of what was said before somebody hears who joins.
const HISTORY: u64 = 100;

/// The page at `/`, the room at `/events`, `POST /messages` to say something, and `POST /typing` before that.
pub fn app(room: &Topic<Chat>) -> Router {
    Router::new()
        .route("/events", get(events))
        .route("/messages", post(say))
        .route("/typing", post(typing))
        .with_state(room.clone())
        .merge(page::files())
        .layer(SseLayer::new().retry(Retry::from_static(1_000)))
}

/// Who joins begins in the past, as if they came back. Who does come back begins where they were.
async fn events(State(room): State<Topic<Chat>>) -> impl IntoResponse {
    Sse::topic(&room).fresh(Start::LatestMinus(HISTORY))
}

async fn say(State(room): State<Topic<Chat>>, Json(message): Json<Message>) -> Result<StatusCode, Refusal> {
    fits("name", &message.name, MAX_NAME)?;
    fits("text", &message.text, MAX_TEXT)?;
    room.publish(&Chat::Said(message)).map_err(unpublished)?;
    Ok(StatusCode::NO_CONTENT)
}

async fn typing(State(room): State<Topic<Chat>>, Json(name): Json<String>) -> Result<StatusCode, Refusal> {
    fits("name", &name, MAX_NAME)?;
    room.publish_ephemeral(&Chat::Typing(name)).map_err(unpublished)?;
    Ok(StatusCode::NO_CONTENT)
}

type Refusal = (StatusCode, String);

fn fits(what: &str, text: &str, limit: usize) -> Result<(), Refusal> {
    let problem = match text {
        text if text.trim().is_empty() => format!("the {what} is empty"),
        text if text.len() > limit => format!("a {what} of {} bytes exceeds the limit of {limit}", text.len()),
        _ => return Ok(()),
    };
    Err((StatusCode::UNPROCESSABLE_ENTITY, problem))
}

#[expect(clippy::needless_pass_by_value, reason = "for `map_err`")]
fn unpublished(error: PublishError) -> Refusal {
    (StatusCode::SERVICE_UNAVAILABLE, error.to_string())
}
