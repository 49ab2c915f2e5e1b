//! What is served.

use std::time::Duration;

use axum::Router;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use sse_core::Position;
use sse_tower::{Sse, SseLayer};

use crate::{ServerStats, events_in, page, sampler};

/// How much of the past a page draws as soon as it opens.
const SHOWN: Duration = Duration::from_secs(150);

pub(crate) fn router(stats: &ServerStats) -> Router {
    Router::new()
        .route("/", get(index))
        .route("/events", get(events))
        .route("/cut", post(cut))
        .with_state(stats.clone())
        .merge(page::files())
        .layer(SseLayer::new().retry(stats.options.retry))
}

/// A page begins some time in the past: it is given an id to resume behind, as if it had been away since then.
async fn index(State(stats): State<ServerStats>) -> Response {
    let newest = stats.topic.position();
    // Not so far back that it could be gone when the page asks for it.
    let shown = events_in(SHOWN.min(stats.options.keep / 2), stats.options.interval) as u64;
    let since = Position::new(newest.epoch(), newest.offset().saturating_sub(shown));
    page::index(&since.to_string(), sampler::now_ms())
}

#[derive(Deserialize)]
struct Client {
    /// What a page calls itself, so that it can have its own connection cut.
    #[serde(default)]
    client: String,
}

async fn events(State(stats): State<ServerStats>, Query(Client { client }): Query<Client>) -> impl IntoResponse {
    stats.cuts.watch(client, IntoResponse::into_response(Sse::topic(&stats.topic)))
}

async fn cut(State(stats): State<ServerStats>, Query(Client { client }): Query<Client>) -> StatusCode {
    if stats.cuts.cut(&client) == 0 { StatusCode::NOT_FOUND } else { StatusCode::NO_CONTENT }
}
