//! What the page asks for.

use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use sse_tower::Sse;

use crate::error::ApiError;
use crate::generations::Generations;

pub(crate) fn router(generations: Generations) -> Router {
    Router::new()
        .route("/generations", post(start))
        .route("/generations/{id}", get(status))
        .route("/generations/{id}/events", get(events))
        .route("/generations/{id}/cut", post(cut))
        .with_state(generations)
}

#[derive(Deserialize)]
struct Question {
    prompt: String,
}

#[derive(Serialize)]
struct Started {
    id: String,
}

async fn start(
    State(generations): State<Generations>,
    question: Result<Json<Question>, JsonRejection>,
) -> Result<impl IntoResponse, ApiError> {
    let Json(Question { prompt }) = question?;
    let (id, _) = generations.start(prompt, None)?;
    Ok((StatusCode::CREATED, Json(Started { id })))
}

/// How far a generation is.
#[derive(Serialize)]
struct Status {
    /// How many events there are by now.
    events: u64,
    /// The last event id of somebody who has seen nothing of it yet.
    since: String,
}

async fn status(State(generations): State<Generations>, Path(id): Path<String>) -> Result<Json<Status>, ApiError> {
    let (topic, before) = generations.find(&id)?;
    Ok(Json(Status { events: topic.position().offset(), since: before.to_string() }))
}

/// What the reader has missed of the text, then the text as it comes.
async fn events(State(generations): State<Generations>, Path(id): Path<String>) -> Result<impl IntoResponse, ApiError> {
    let (topic, _) = generations.find(&id)?;
    Ok(Sse::topic(&topic))
}

/// Cuts off everybody who reads this generation, as a proxy that dies would: nothing of this is needed to serve events.
async fn cut(State(generations): State<Generations>, Path(id): Path<String>) -> Result<StatusCode, ApiError> {
    let (topic, _) = generations.find(&id)?;
    topic.kick();
    Ok(StatusCode::NO_CONTENT)
}
