//! One life of the server: an axum server as a user would write it, whose every part has something to bear.

mod figures;
pub(crate) mod planned;
mod publisher;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Query, State};
use axum::routing::{get, post};
use axum::{Json, Router};
use sse_core::history::Retention;
use sse_core::topic::Start;
use sse_core::{Retry, Topic};
use sse_tower::serve::{Listener, Options};
use sse_tower::{Connections, Sse, SseLayer};
use tokio::io::AsyncReadExt as _;
use tokio::task::JoinSet;

use self::figures::Figures;
use self::publisher::Publisher;
use crate::Failure;
use crate::args::Life;
use crate::event::Feed;
use crate::gauges::Gauges;

/// What a client may miss and be told: far more than is published while one comes back.
const KEEP: usize = 4_000;
/// Quiet streams are rare here; it is what finds clients that vanished if nothing is published.
const KEEP_ALIVE: Duration = Duration::from_secs(1);
/// As long may a client take nothing, and as long may it acknowledge nothing. The defaults are ten times as long, and a run
/// would be.
const PATIENCE: Duration = Duration::from_secs(3);
/// A good connection is ended by the server too, now and then.
const MAX_AGE: Duration = Duration::from_mins(1);

/// What the routes share.
#[derive(Clone)]
struct Shared {
    topic: Topic<Feed>,
    publisher: Arc<Publisher>,
    connections: Connections,
    figures: Arc<Figures>,
}

/// Serves until standard input ends: nobody is left then who could ask.
pub(crate) async fn serve(life: Life) -> Result<(), Failure> {
    planned::count_panics();
    let topic = Topic::builder().keep(Retention::events(KEEP)).build()?;
    let publisher = Arc::new(Publisher::new(&topic, &life)?);
    // Before anybody can come: this is what they have missed.
    publisher.publish_what_nobody_sees()?;
    let connections = Connections::builder().max_per_key(usize::MAX).build();
    let shared = Shared { topic, publisher: Arc::clone(&publisher), connections, figures: Arc::default() };

    let mut serving = JoinSet::new();
    for address in life.listen {
        let listener: Listener = Options::new().write_deadline(PATIENCE).user_timeout(PATIENCE).bind(address).await?;
        println!("http://{}", listener.local_addr()?);
        let app = app(&shared);
        serving.spawn(async move { axum::serve(listener, app).await.map_err(Failure::from) });
    }
    serving.spawn(publisher.publish(life.rate));
    let mut stdin = tokio::io::stdin();
    tokio::select! {
        ended = stdin.read_u8() => drop(ended),
        Some(failed) = next_failure(&mut serving) => return Err(failed),
    }
    Ok(())
}

/// The first that did not end well.
async fn next_failure(tasks: &mut JoinSet<Result<(), Failure>>) -> Option<Failure> {
    while let Some(ended) = tasks.join_next().await {
        if let Err(failure) = ended.map_err(Failure::from).flatten() {
            return Some(failure);
        }
    }
    None
}

fn app(shared: &Shared) -> Router {
    let (came, went) = (Arc::clone(&shared.figures), Arc::clone(&shared.figures));
    let layer = SseLayer::new()
        .retry(Retry::from_static(500))
        .keep_alive(KEEP_ALIVE)
        .max_age(MAX_AGE)
        .connections(&shared.connections)
        .on_connect(move |connect| came.connect(connect))
        .on_disconnect(move |disconnect| went.disconnect(disconnect));
    Router::new()
        .route("/oldest", get(oldest))
        .route("/live", get(live))
        .route("/snapshot", get(snapshot))
        .route("/everything", get(everything))
        .route("/panics", get(async || Sse::new(planned::panics()).key("panics")))
        .route("/fails", get(async || Sse::new(planned::fails()).key("fails")))
        .layer(layer)
        .route("/gauges", get(gauges))
        .route("/stop", post(async |State(shared): State<Shared>| shared.publisher.stop()))
        .with_state(shared.clone())
}

/// Which kind of client it is.
type Kind = Query<HashMap<String, String>>;

fn kind(query: &Kind) -> &str {
    query.get("kind").map_or("", String::as_str)
}

/// Who must start over begins with the oldest event that is kept.
async fn oldest(State(shared): State<Shared>, query: Kind) -> impl axum::response::IntoResponse {
    Sse::topic(&shared.topic).key(kind(&query))
}

/// Who must start over begins with the next event.
async fn live(State(shared): State<Shared>, query: Kind) -> impl axum::response::IntoResponse {
    Sse::topic(&shared.topic).key(kind(&query)).after_reset(Start::Latest)
}

/// Who is new or must start over begins with the state.
async fn snapshot(State(shared): State<Shared>, query: Kind) -> impl axum::response::IntoResponse {
    let publisher = Arc::clone(&shared.publisher);
    Sse::topic(&shared.topic).key(kind(&query)).snapshot(move || {
        let (state, position) = publisher.state();
        async move { ([state], Some(position)) }
    })
}

/// Who is new gets as much at once as there is.
async fn everything(State(shared): State<Shared>, query: Kind) -> impl axum::response::IntoResponse {
    Sse::topic(&shared.topic).key(kind(&query)).fresh(Start::Earliest)
}

async fn gauges(State(shared): State<Shared>) -> Json<Gauges> {
    let mut gauges = Gauges {
        // First this: the last number is the last only behind it.
        heap: crate::HEAP.current_usage(),
        publishing: shared.publisher.is_publishing(),
        published: shared.publisher.last(),
        subscribers: shared.topic.subscribers(),
        connections: shared.connections.len(),
        lagged: shared.topic.stats().lagged,
        ..Gauges::default()
    };
    shared.figures.read(&shared.connections, &mut gauges);
    (gauges.planned_panics, gauges.other_panics) = planned::panicked();
    Json(gauges)
}
