//! The same generations for the clients of the API of `openai`.
//!
//! A completion is a reader of a generation like any other. Its events are written anew, because each of them is a
//! `chat.completion.chunk` to these clients, and the last is `[DONE]`. The id of a chunk is that of the event behind it.

use std::error::Error;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use futures_util::{Stream, StreamExt as _, TryStreamExt as _, stream};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sse_core::topic::{Delivery, Start, SubscribeError};
use sse_core::{Decoder, Event, EventId, Topic};
use sse_tower::Sse;

use crate::error::ApiError;
use crate::generations::Generations;
use crate::{FinishReason, Generation};

type BoxError = Box<dyn Error + Send + Sync>;

/// Whichever model is asked for, this is the one that answers.
const MODEL: &str = "night-mail-1";

pub(crate) fn router(generations: Generations) -> Router {
    Router::new().route("/v1/chat/completions", post(complete)).with_state(generations)
}

/// The part of a request that the model understands.
#[derive(Deserialize)]
struct Request {
    messages: Vec<Message>,
    #[serde(default)]
    stream: bool,
    #[serde(alias = "max_completion_tokens")]
    max_tokens: Option<u32>,
}

#[derive(Deserialize)]
struct Message {
    role: String,
    content: Option<Content>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Content {
    Text(String),
    Parts(Vec<Part>),
}

#[derive(Deserialize)]
struct Part {
    text: Option<String>,
}

impl Request {
    /// What the user said last.
    fn prompt(self) -> Result<String, ApiError> {
        let last = self.messages.into_iter().rfind(|message| message.role == "user");
        match last.and_then(|message| message.content) {
            Some(Content::Text(text)) => Ok(text),
            Some(Content::Parts(parts)) => Ok(parts.into_iter().filter_map(|part| part.text).collect()),
            None => Err(ApiError::invalid("messages", "there is no message of a user")),
        }
    }
}

async fn complete(
    State(generations): State<Generations>,
    request: Result<Json<Request>, JsonRejection>,
) -> Result<Response, ApiError> {
    let Json(request) = request?;
    let (stream, max_tokens) = (request.stream, request.max_tokens);
    let (id, topic) = generations.start(request.prompt()?, max_tokens)?;
    let completion = Completion { id, created: now() };
    let events = events(&topic).map_err(|_| ApiError::interrupted())?;
    if stream {
        let chunks = events.map(move |event| {
            let (id, event) = event?;
            Ok::<_, BoxError>(Event::new(completion.chunk(event)?).id(id)?)
        });
        let done = stream::iter([Ok(Event::new("[DONE]"))]);
        Ok(IntoResponse::into_response(Sse::new(chunks.chain(done))))
    } else {
        let events = events.map_ok(|(_, event)| event).try_collect().await;
        Ok(Json(completion.whole(events.map_err(|_| ApiError::interrupted())?)).into_response())
    }
}

/// What a generation has said and says, with the ids, for a reader in this process.
fn events(
    topic: &Topic<Generation>,
) -> Result<impl Stream<Item = Result<(EventId, Generation), BoxError>> + use<>, SubscribeError> {
    let mut decoder = Decoder::new();
    let mut decode = move |delivery| match delivery {
        Delivery::Frames(frames) => {
            let mut input = &frames[..];
            let mut events = Vec::new();
            while let Some(event) = decoder.decode(&mut input)? {
                let data: Value = serde_json::from_str(&event.data)?;
                let generation = serde_json::from_value(json!({ "event": event.name.as_str(), "data": data }))?;
                events.push(Ok((event.last_event_id, generation)));
            }
            Ok(events)
        }
        Delivery::Ended => Ok(Vec::new()),
        _ => Err("the generation was interrupted".into()),
    };
    let deliveries = topic.subscribe_from(Start::Earliest)?;
    Ok(deliveries.flat_map(move |delivery| stream::iter(decode(delivery).unwrap_or_else(|error| vec![Err(error)]))))
}

/// What is said of an answer, whether it comes in chunks or as a whole.
struct Completion {
    id: String,
    created: u64,
}

#[derive(Serialize)]
struct Chunk<'a> {
    id: &'a str,
    object: &'static str,
    created: u64,
    model: &'static str,
    choices: [Choice; 1],
}

#[derive(Serialize)]
struct Choice {
    index: u32,
    delta: Delta,
    finish_reason: Option<FinishReason>,
}

#[derive(Default, Serialize)]
struct Delta {
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<String>,
}

impl Completion {
    /// The JSON of the chunk that tells the same as the event.
    fn chunk(&self, event: Generation) -> serde_json::Result<String> {
        let (delta, finish_reason) = match event {
            Generation::Prompt(_) => (Delta { role: Some("assistant"), content: Some(String::new()) }, None),
            Generation::Token(token) => (Delta { content: Some(token), ..Delta::default() }, None),
            Generation::Done { finish_reason, .. } => (Delta::default(), Some(finish_reason)),
        };
        serde_json::to_string(&Chunk {
            id: &self.id,
            object: "chat.completion.chunk",
            created: self.created,
            model: MODEL,
            choices: [Choice { index: 0, delta, finish_reason }],
        })
    }

    fn whole(&self, events: Vec<Generation>) -> Value {
        let (mut text, mut prompt_tokens, mut completion_tokens, mut finish) = (String::new(), 0, 0, None);
        for event in events {
            match event {
                Generation::Prompt(prompt) => prompt_tokens = prompt.split_whitespace().count(),
                Generation::Token(token) => text.push_str(&token),
                Generation::Done { tokens, finish_reason } => {
                    (completion_tokens, finish) = (tokens as usize, Some(finish_reason));
                }
            }
        }
        json!({
            "id": self.id,
            "object": "chat.completion",
            "created": self.created,
            "model": MODEL,
            "choices": [{
                "index": 0,
                "message": { "role": "assistant", "content": text, "refusal": null },
                "finish_reason": finish,
            }],
            "usage": {
                "prompt_tokens": prompt_tokens,
                "completion_tokens": completion_tokens,
                "total_tokens": prompt_tokens + completion_tokens,
            },
        })
    }
}

/// In seconds since 1970.
fn now() -> u64 {
    #[expect(clippy::disallowed_methods, reason = "a completion says when it was made, and this is where that enters")]
    let now = SystemTime::now();
    now.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs()
}
