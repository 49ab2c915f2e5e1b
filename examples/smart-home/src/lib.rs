//! A home whose rooms are topics on one connection, and whose devices are as they were left.
//!
//! ```text
//! cargo run -p example-smart-home          # http://127.0.0.1:3000, or /?rooms=kitchen,bedroom
//! curl -N 'http://127.0.0.1:3000/events?rooms=kitchen'
//! curl --json '{"on":true}' http://127.0.0.1:3000/rooms/kitchen/lamps/ceiling
//! ```
//!
//! What to look at: each room is a topic that keeps [the newest event of each
//! device](sse_core::topic::TopicBuilder::latest_per_key), which is all that there is to the home's state. Whoever
//! looks at some rooms has one connection for all of them ([`Sse::topics`]): first every device as it is, then what
//! changes; and after a cut, what has changed meanwhile.
#![expect(
    missing_docs,
    clippy::exhaustive_enums,
    clippy::missing_errors_doc,
    reason = "an example has no next version, and its fields say what they are"
)]

mod page;

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use sse_core::topic::PublishError;
use sse_core::{Retry, SseDecode, SseEvent, Topic};
use sse_tower::{Sse, SseLayer};

/// A device as it is now.
#[derive(Clone, Debug, PartialEq, SseEvent, SseDecode)]
#[sse(rename_all = "kebab-case")]
pub enum Device {
    Lamp { room: String, name: String, on: bool },
    Thermometer { room: String, celsius: f32 },
}

impl Device {
    /// What tells it from the other devices of its room.
    fn key(&self) -> String {
        match self {
            Self::Lamp { name, .. } => format!("lamp {name}"),
            Self::Thermometer { .. } => "thermometer".to_owned(),
        }
    }
}

/// Each room's name, its lamps, and how warm it is.
const ROOMS: [(&str, &[&str], f32); 3] = [
    ("bedroom", &["bedside"], 17.5),
    ("kitchen", &["ceiling", "counter"], 20.0),
    ("living-room", &["ceiling", "corner", "desk"], 21.5),
];
/// How many devices a room may have.
const MAX_DEVICES: usize = 16;
/// How often the temperature is told.
const MEASURED: Duration = Duration::from_secs(2);

/// The rooms. Cloning it gives the same home.
#[derive(Clone, Debug)]
pub struct Home {
    rooms: Arc<BTreeMap<&'static str, Topic<Device>>>,
}

impl Home {
    /// A home where all lamps are off.
    pub fn new() -> Result<Self, Box<dyn Error + Send + Sync>> {
        let mut rooms = BTreeMap::new();
        for (room, lamps, _) in ROOMS {
            let topic = Topic::builder().latest_per_key(MAX_DEVICES, |device: &Device| Some(device.key())).build()?;
            for name in lamps {
                topic.publish(&Device::Lamp { room: room.into(), name: (*name).into(), on: false })?;
            }
            rooms.insert(room, topic);
        }
        Ok(Self { rooms: Arc::new(rooms) })
    }

    /// The room's topic, for whoever else wants to read it, or to publish.
    #[must_use]
    pub fn room(&self, name: &str) -> Option<&Topic<Device>> {
        self.rooms.get(name)
    }

    /// Tells how warm the rooms are, for as long as it is polled.
    pub async fn measure(&self) -> Result<Infallible, PublishError> {
        let mut ticks = tokio::time::interval(MEASURED);
        let mut n = 0_u8;
        loop {
            ticks.tick().await;
            // Half a degree up and down again.
            n = (n + 1) % 10;
            let change = f32::from(n.abs_diff(5)) / 10.0;
            for (room, _, celsius) in ROOMS {
                if let Some(topic) = self.room(room) {
                    topic.publish(&Device::Thermometer { room: room.into(), celsius: celsius + change })?;
                }
            }
        }
    }
}

/// The page at `/`, all rooms or `?rooms=` at `/events`, and `POST /rooms/{room}/lamps/{lamp}` to switch a lamp.
pub fn app(home: &Home) -> Router {
    Router::new()
        .route("/events", get(events))
        .route("/rooms/{room}/lamps/{lamp}", post(switch))
        .with_state(home.clone())
        .merge(page::files())
        .layer(SseLayer::new().retry(Retry::from_static(1_000)))
}

type Refusal = (StatusCode, String);

#[derive(Deserialize)]
struct Selection {
    /// `kitchen,bedroom`; all of them if it is not there.
    rooms: Option<String>,
}

/// One connection, however many rooms: a browser opens six to a host under HTTP/1.1.
async fn events(State(home): State<Home>, Query(selection): Query<Selection>) -> Result<impl IntoResponse, Refusal> {
    let room = |name| home.rooms.get_key_value(name).ok_or_else(|| no_such("room", name));
    let rooms: Vec<_> = match &selection.rooms {
        Some(names) => names.split(',').map(room).collect::<Result<_, _>>()?,
        None => home.rooms.iter().collect(),
    };
    let rooms = rooms.into_iter().map(|(name, topic)| (*name, topic));
    // A room twice.
    Sse::topics(rooms).map_err(|error| (StatusCode::BAD_REQUEST, error.to_string()))
}

/// What a lamp is to be, not what is to be changed about it: two who press at once mean the same.
#[derive(Deserialize)]
struct Switch {
    on: bool,
}

async fn switch(
    State(home): State<Home>,
    Path((room, name)): Path<(String, String)>,
    Json(Switch { on }): Json<Switch>,
) -> Result<StatusCode, Refusal> {
    let topic = home.room(&room).ok_or_else(|| no_such("room", &room))?;
    if !ROOMS.iter().any(|(known, lamps, _)| *known == room && lamps.contains(&&*name)) {
        return Err(no_such("lamp", &name));
    }
    let lamp = Device::Lamp { room, name, on };
    topic.publish(&lamp).map_err(|error| (StatusCode::SERVICE_UNAVAILABLE, error.to_string()))?;
    Ok(StatusCode::NO_CONTENT)
}

fn no_such(what: &str, name: &str) -> Refusal {
    (StatusCode::NOT_FOUND, format!("there is no {what} `{name}`"))
}
