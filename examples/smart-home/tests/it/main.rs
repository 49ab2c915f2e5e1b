//! The home over real connections.
#![expect(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::time::Duration;

use example_smart_home::{Device, Home, app};
use futures_util::StreamExt as _;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use reqwest::StatusCode;
use serde_json::json;
use sse_core::EventId;
use sse_core::history::ResetReason;
use sse_tower::client::{EventSource, Resume, Update};
use sse_tower::serve;
use tokio::time::timeout;

/// Whatever takes longer does not come.
const PATIENCE: Duration = Duration::from_secs(10);
/// The last event id of whoever comes for the first time.
const NONE: EventId = EventId::from_static("");

struct Server {
    origin: String,
    home: Home,
}

impl Server {
    async fn start() -> Self {
        let home = Home::new().unwrap();
        let listener = serve::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(axum::serve(listener, app(&home)).into_future());
        Self { origin, home }
    }

    /// Looks at rooms, or comes back to them behind an event, and gives what became of that id.
    async fn look(&self, rooms: &str, last_event_id: EventId) -> (Resume, EventSource<Device>) {
        let uri = format!("{}/events{rooms}", self.origin).parse().unwrap();
        let builder = EventSource::builder(uri).last_event_id(last_event_id);
        let mut events = builder.build(Client::builder(TokioExecutor::new()).build_http()).typed();
        let Update::Open(opened) = next(&mut events).await else { panic!("no connection") };
        (opened.resume.unwrap(), events)
    }

    async fn switch(&self, room: &str, lamp: &str, on: bool) -> StatusCode {
        let uri = format!("{}/rooms/{room}/lamps/{lamp}", self.origin);
        reqwest::Client::new().post(uri).json(&json!({ "on": on })).send().await.unwrap().status()
    }

    async fn get(&self, path: &str) -> (StatusCode, String) {
        let answer = reqwest::get(format!("{}{path}", self.origin)).await.unwrap();
        (answer.status(), answer.text().await.unwrap())
    }
}

async fn next(events: &mut EventSource<Device>) -> Update<Device> {
    timeout(PATIENCE, events.next()).await.expect("waited in vain").unwrap().unwrap()
}

/// So many devices as they are told, and the last event id with the last of them.
async fn told(events: &mut EventSource<Device>, count: usize) -> (Vec<Device>, EventId) {
    let (mut devices, mut id) = (Vec::new(), NONE);
    while devices.len() < count {
        match next(events).await {
            Update::Event { event, last_event_id, .. } => {
                devices.push(event);
                id = last_event_id;
            }
            other => panic!("{other:?}"),
        }
    }
    (devices, id)
}

fn lamp(room: &str, name: &str, on: bool) -> Device {
    Device::Lamp { room: room.to_owned(), name: name.to_owned(), on }
}

#[tokio::test]
async fn who_comes_gets_each_device_as_it_is_and_then_what_changes() {
    let server = Server::start().await;
    for on in [true, false, true] {
        assert_eq!(server.switch("kitchen", "counter", on).await, StatusCode::NO_CONTENT);
    }
    let thermometer = Device::Thermometer { room: "bedroom".to_owned(), celsius: 17.5 };
    server.home.room("bedroom").unwrap().publish(&thermometer).unwrap();

    let (resume, mut events) = server.look("?rooms=kitchen,bedroom", NONE).await;
    assert_eq!(resume, Resume::Fresh);
    let (mut devices, _) = told(&mut events, 4).await;
    devices.sort_by_key(|device| format!("{device:?}"));
    let lamps = [("bedroom", "bedside", false), ("kitchen", "ceiling", false), ("kitchen", "counter", true)];
    let expected: Vec<_> =
        lamps.map(|(room, name, on)| lamp(room, name, on)).into_iter().chain([thermometer]).collect();
    assert_eq!(devices, expected, "each once");

    // The living room is not among those.
    server.switch("living-room", "desk", true).await;
    server.switch("bedroom", "bedside", true).await;
    assert_eq!(told(&mut events, 1).await.0, [lamp("bedroom", "bedside", true)]);
}

#[tokio::test]
async fn who_comes_back_gets_what_has_changed_in_any_room() {
    let server = Server::start().await;
    let (_, mut events) = server.look("", NONE).await;
    let (_, id) = told(&mut events, 6).await;
    drop(events);

    server.switch("kitchen", "ceiling", true).await;
    server.switch("bedroom", "bedside", true).await;
    let (resume, mut events) = server.look("", id.clone()).await;
    assert_eq!(resume, Resume::Recovered);
    let (mut devices, _) = told(&mut events, 2).await;
    devices.sort_by_key(|device| format!("{device:?}"));
    assert_eq!(devices, [lamp("bedroom", "bedside", true), lamp("kitchen", "ceiling", true)]);

    // Another home knows nothing of this one's ids: it tells all it has.
    let (resume, mut events) = Server::start().await.look("", id).await;
    assert_eq!(resume, Resume::Reset(Some(ResetReason::UnknownEpoch)));
    let Update::Reset(reset) = next(&mut events).await else { panic!("no reset") };
    let rooms: Vec<_> = reset.topics.iter().map(|(room, _)| &**room).collect();
    assert_eq!(rooms, ["bedroom", "kitchen", "living-room"]);
    let (devices, _) = told(&mut events, 6).await;
    assert!(devices.iter().all(|device| matches!(device, Device::Lamp { on: false, .. })), "{devices:?}");
}

#[tokio::test]
async fn what_is_not_there_is_told() {
    let server = Server::start().await;
    assert_eq!(server.switch("attic", "ceiling", true).await, StatusCode::NOT_FOUND);
    assert_eq!(server.switch("kitchen", "desk", true).await, StatusCode::NOT_FOUND);
    let unknown = server.get("/events?rooms=kitchen,attic").await;
    assert_eq!(unknown, (StatusCode::NOT_FOUND, "there is no room `attic`".to_owned()));
    assert_eq!(server.get("/events?rooms=kitchen,kitchen").await.0, StatusCode::BAD_REQUEST);
    for path in ["/", "/style.css", "/app.js", "/sse/device.js", "/sse/runtime.js"] {
        assert_eq!(server.get(path).await.0, StatusCode::OK, "{path}");
    }
}
