//! The origin of the stream.

use std::time::Duration;

use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use sse_core::topic::Start;
use sse_core::{Retry, Topic};
use sse_tower::{Sse, SseLayer};
use tower_http::cors::CorsLayer;

use crate::cookie::Guest;
use crate::event::GuestBook;

const MAX_BODY: usize = 4 * 1024;
const MAX_CHARS: usize = 500;
/// For how long a browser need not ask again whether it may ask.
const PREFLIGHT: Duration = Duration::from_hours(1);

/// The guest book. Cloning it gives the same one.
#[derive(Clone, Debug, Default)]
pub struct Book {
    entries: Topic<GuestBook>,
}

impl Book {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What is written into it, for whoever else wants to read or write.
    #[must_use]
    pub const fn entries(&self) -> &Topic<GuestBook> {
        &self.entries
    }

    /// The stream at `/events`, `POST /session` to sign in and `POST /entries` to write, for pages of this origin.
    pub fn router(&self, page_origin: HeaderValue) -> Router {
        let cors = CorsLayer::new()
            // This one, and neither `*`, which a browser refuses where cookies go along, nor whatever asks. As a list, of
            // which only who asks is named: so it comes with `vary: origin`, and a second origin is one more entry.
            .allow_origin([page_origin])
            .allow_credentials(true)
            .allow_methods([Method::GET, Method::POST])
            // The first is for JSON. The second is for clients over `fetch`, which ask before they come back with it; a
            // browser's own EventSource does not ask.
            .allow_headers([header::CONTENT_TYPE, HeaderName::from_static("last-event-id")])
            .expose_headers([HeaderName::from_static("sse-resume")])
            .max_age(PREFLIGHT);
        Router::new()
            .route("/events", get(events))
            .route("/session", post(sign_in))
            .route("/entries", post(write))
            .layer(SseLayer::new().retry(Retry::MIN))
            .layer(DefaultBodyLimit::max(MAX_BODY))
            // Outside, so that refusals have its headers too: without them a page cannot tell 401 from a broken network.
            .layer(cors)
            .with_state(self.clone())
    }
}

async fn events(_guest: Guest, State(book): State<Book>) -> impl IntoResponse {
    // Whoever opens the book sees what was written before.
    Sse::topic(&book.entries).fresh(Start::Earliest)
}

#[derive(Deserialize)]
struct SignIn {
    name: String,
}

async fn sign_in(Json(SignIn { name }): Json<SignIn>) -> Result<impl IntoResponse, (StatusCode, &'static str)> {
    let guest = Guest::new(&name).ok_or((StatusCode::UNPROCESSABLE_ENTITY, "a name has 1 to 40 characters\n"))?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, guest.set_cookie())]))
}

#[derive(Deserialize)]
struct Entry {
    text: String,
}

async fn write(
    guest: Guest,
    State(book): State<Book>,
    Json(Entry { text }): Json<Entry>,
) -> Result<StatusCode, (StatusCode, &'static str)> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > MAX_CHARS {
        return Err((StatusCode::UNPROCESSABLE_ENTITY, "an entry has 1 to 500 characters\n"));
    }
    let entry = GuestBook::Entry { name: guest.name, text: text.to_owned() };
    match book.entries.publish(&entry) {
        Ok(_) => Ok(StatusCode::NO_CONTENT),
        Err(_) => Err((StatusCode::SERVICE_UNAVAILABLE, "the book is closed\n")),
    }
}
