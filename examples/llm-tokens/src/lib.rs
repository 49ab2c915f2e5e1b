//! A long generation that goes on while its reader reconnects.
//!
//! ```text
//! cargo run -p example-llm-tokens          # http://127.0.0.1:3000
//! curl -N --json '{"stream":true,"messages":[{"role":"user","content":"Hello"}]}' \
//!     http://127.0.0.1:3000/v1/chat/completions
//! ```
//!
//! What to look at: [`Generation`] is all that is said about the events. `generations.rs` is what keeps a generation
//! going without a reader: one topic for each, which [`Topic::pipe`](sse_core::Topic::pipe) drives. `routes.rs` serves it
//! to the page, whose reload resumes in mid-sentence, and `openai.rs` to the clients called `openai`.
#![expect(
    missing_docs,
    clippy::exhaustive_enums,
    clippy::exhaustive_structs,
    reason = "an example has no next version, and its fields say what they are"
)]

mod error;
mod event;
mod generations;
mod model;
mod openai;
mod page;
mod routes;

use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use sse_core::Retry;
use sse_tower::{ControlEvents, SseLayer};

pub use self::event::{FinishReason, Generation};
use self::generations::Generations;
pub use self::model::{Pace, text};

/// How large the body of a request may be.
const MAX_BODY: usize = 64 * 1024;

/// What can be set.
#[derive(Clone, Debug)]
pub struct Options {
    /// How fast the model is: a token in 60 ms.
    pub pace: Pace,
    /// After how long a silence a comment is sent: 15 s.
    pub keep_alive: Duration,
    /// How long a browser waits before it reconnects: 2 s.
    pub retry: Retry,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            pace: Pace::Every(Duration::from_millis(60)),
            keep_alive: Duration::from_secs(15),
            retry: Retry::from_static(2_000),
        }
    }
}

/// The page at `/`, its generations at `/generations`, and `POST /v1/chat/completions` as the clients called `openai` ask it.
pub fn app(options: &Options) -> Router {
    let generations = Generations::new(options.pace.clone());
    let layer = SseLayer::new().retry(options.retry).keep_alive(options.keep_alive);
    // These clients take every event for a chunk, so that no other may come.
    let openai = openai::router(generations.clone()).layer(layer.clone().control_events(ControlEvents::Off));
    let page = routes::router(generations).layer(layer);
    openai.merge(page).merge(page::files()).layer(DefaultBodyLimit::max(MAX_BODY))
}
