//! What everyone writes: axum's `Sse` over `tokio::sync::broadcast`.
//!
//! The text of an event is shared and not cloned, which few do.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::net::TcpListener;
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::routing::get;
use tokio::sync::broadcast;
use tokio_stream::StreamExt as _;
use tokio_stream::wrappers::BroadcastStream;

use super::{Stack, serve_app};
use crate::payload::{EPOCH, Quote};

/// What may still be received; and, where clients resume, what may still be missed.
const ROOM: usize = 1_000;

#[derive(Clone, Debug)]
struct Update {
    number: u64,
    text: Arc<str>,
}

impl Update {
    fn event(&self) -> Event {
        Event::default().id(format!("{EPOCH}-{}", self.number)).event("quote").data(&*self.text)
    }
}

#[derive(Clone, Debug)]
struct Updates {
    live: broadcast::Sender<Update>,
    history: Arc<Mutex<VecDeque<Update>>>,
}

pub(super) fn serve(control: UnixStream, listener: TcpListener, resumes: bool) {
    let updates = Updates { live: broadcast::Sender::new(ROOM), history: Arc::default() };
    let events = if resumes { get(resumed) } else { get(live) };
    let app = Router::new().route("/", events).with_state(updates.clone());
    let text: Arc<str> = Quote::new().text().into();
    let mut number = 0;
    serve_app(Stack::Axum, app, control, listener, move |events| {
        for _ in 0..events {
            number += 1;
            let update = Update { number, text: Arc::clone(&text) };
            if resumes {
                let mut history = updates.history.lock().unwrap_or_else(PoisonError::into_inner);
                if history.len() == ROOM {
                    history.pop_front();
                }
                history.push_back(update.clone());
            }
            // Nobody may be there yet.
            drop(updates.live.send(update));
        }
    });
}

async fn live(State(updates): State<Updates>) -> impl IntoResponse {
    let live = BroadcastStream::new(updates.live.subscribe()).filter_map(Result::ok);
    Sse::new(live.map(|update| Ok::<_, Infallible>(update.event()))).keep_alive(KeepAlive::default())
}

async fn resumed(State(updates): State<Updates>, headers: HeaderMap) -> impl IntoResponse {
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.rsplit('-').next()?.parse::<u64>().ok());
    let live = BroadcastStream::new(updates.live.subscribe()).filter_map(Result::ok);
    let missed: Vec<Update> = match last {
        Some(last) => {
            let history = updates.history.lock().unwrap_or_else(PoisonError::into_inner);
            history.iter().filter(|update| update.number > last).cloned().collect()
        }
        None => Vec::new(),
    };
    let all = tokio_stream::iter(missed).chain(live);
    Sse::new(all.map(|update| Ok::<_, Infallible>(update.event()))).keep_alive(KeepAlive::default())
}
