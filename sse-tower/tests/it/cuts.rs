//! Every kind of connection, cut after every byte, resumed with the id that a client then holds: what is delivered is
//! what was published, or a reset was announced.

use http_body::Body as _;
use sse_core::history::{LiveWindow, Retention};
use sse_core::topic::AfterReset;
use sse_core::{Decoder, Topic};
use sse_tower::{Sse, SseLayer};
use tower::{Layer as _, ServiceExt as _};

use crate::support::{Count, EPOCH, get, layer, publish, ready};

/// How a client keeps the last event id.
#[derive(Clone, Copy, Debug)]
enum Model {
    /// As the standard says: an id counts when its block is complete.
    Standard,
    /// As Firefox does: an id in a block without data does not count.
    Firefox,
}

/// What a client has seen over all its connections.
#[derive(Debug)]
struct Client {
    model: Model,
    id: String,
    ticks: Vec<u64>,
    resets: usize,
    opened: bool,
    ended: bool,
}

impl Client {
    fn new(model: Model, id: &str) -> Self {
        Self { model, id: id.to_owned(), ticks: Vec::new(), resets: 0, opened: false, ended: false }
    }

    /// Reads what arrived of one connection.
    fn read(&mut self, bytes: &str) {
        let mut decoder = Decoder::new();
        let mut input = bytes.as_bytes();
        while let Some(event) = decoder.decode(&mut input).unwrap() {
            if matches!(self.model, Model::Firefox) && !event.last_event_id.as_str().is_empty() {
                self.id = event.last_event_id.to_string();
            }
            match event.name.as_str() {
                "tick" => self.ticks.push(event.data.parse().unwrap()),
                "stream-open" => self.opened = true,
                "stream-reset" => {
                    self.resets += 1;
                    // What it knew is void; it starts over.
                    self.ticks.clear();
                }
                "stream-end" => self.ended = true,
                "done" => {}
                other => panic!("{other}"),
            }
        }
        if matches!(self.model, Model::Standard) && !decoder.last_event_id().is_empty() {
            decoder.last_event_id().clone_into(&mut self.id);
        }
    }

    fn id(&self) -> Option<&str> {
        Some(self.id.as_str()).filter(|id| !id.is_empty())
    }
}

/// One connection's bytes as far as they are ready; `None` if the answer was 204.
async fn connect(topic: &Topic<Count>, id: Option<&str>, layer: &SseLayer) -> Option<String> {
    let topic = topic.clone();
    let service = tower::service_fn(move |_| {
        let sse = Sse::topic(&topic).after_reset(AfterReset::Oldest);
        async { Ok::<_, std::convert::Infallible>(sse) }
    });
    let response = layer.layer(service).oneshot(get(id)).await.unwrap();
    (response.status() == 200).then(|| ready(&mut response.into_body()))
}

/// A topic of these retained events, to which `before` were published.
fn filled(keep: usize, before: u64) -> Topic<Count> {
    let topic = Topic::builder().epoch(EPOCH.parse().unwrap()).keep(Retention::events(keep)).build().unwrap();
    publish(&topic, 1..=before);
    topic
}

/// Cuts the first connection of a client that comes with `id` after every byte; publishes more while it is away; and
/// compares what it has in the end with what was published: from `first` on, or from the oldest that is kept if a reset
/// was announced again.
async fn check(keep: usize, before: u64, first_id: &str, first: u64, ends: bool) {
    let layer = layer();
    for model in [Model::Standard, Model::Firefox] {
        let whole = connect_first(keep, before, first_id, ends, &layer).await.1;
        for cut in 0..=whole.len() {
            let (topic, bytes) = connect_first(keep, before, first_id, ends, &layer).await;
            let mut client = Client::new(model, first_id);
            client.read(&bytes[..cut]);
            let seen_before_the_cut = client.ticks.clone();
            let resets_before_the_cut = client.resets;
            let had_id = client.id().is_some();
            if !ends {
                publish(&topic, before + 4..=before + 6);
            }
            let ended_before_the_cut = client.ended;
            match connect(&topic, client.id(), &layer).await {
                Some(bytes) => client.read(&bytes),
                None => assert!(ended_before_the_cut, "204 at {cut}, and the client was not told of the end"),
            }
            let context = || format!("{model:?}, keep {keep}, from {first_id:?}, cut after {cut}: {client:?}");
            let last = if ends { before + 3 } else { before + 6 };
            let expected_until_the_end = |first: u64| (first..=last).collect::<Vec<_>>();
            if client.resets > resets_before_the_cut {
                // A reset was announced: it begins with the oldest that is kept.
                let oldest = last.saturating_sub(keep as u64) + 1;
                assert_eq!(client.ticks, expected_until_the_end(oldest), "{}", context());
            } else if had_id {
                assert_eq!(client.ticks, expected_until_the_end(first), "{}", context());
            } else {
                // It was cut before it was told where it stands: it begins again, like anybody who comes fresh.
                assert!(seen_before_the_cut.is_empty(), "{}", context());
                assert!(first_id.is_empty(), "{}", context());
            }
            assert_eq!(client.ended, ends, "{}", context());
        }
    }
}

/// The topic and the bytes of the first connection: its prelude and replay, and three more events that came live.
async fn connect_first(keep: usize, before: u64, id: &str, ends: bool, layer: &SseLayer) -> (Topic<Count>, String) {
    let topic = filled(keep, before);
    let handler = topic.clone();
    let service = tower::service_fn(move |_| {
        let sse = Sse::topic(&handler);
        async { Ok::<_, std::convert::Infallible>(sse) }
    });
    let id = Some(id).filter(|id| !id.is_empty());
    let mut body = layer.layer(service).oneshot(get(id)).await.unwrap().into_body();
    let mut bytes = ready(&mut body);
    publish(&topic, before + 1..=before + 3);
    if ends {
        topic.publish(&Count::Done).unwrap();
    }
    bytes.push_str(&ready(&mut body));
    (topic, bytes)
}

#[tokio::test]
async fn fresh() {
    check(100, 5, "", 6, false).await;
}

#[tokio::test]
async fn fresh_in_an_empty_topic() {
    check(100, 0, "", 1, false).await;
}

#[tokio::test]
async fn recovered() {
    check(100, 5, &format!("{EPOCH}-2"), 3, false).await;
}

#[tokio::test]
async fn recovered_from_before_everything() {
    check(100, 5, &format!("{EPOCH}-0"), 1, false).await;
}

#[tokio::test]
async fn reset() {
    check(10, 30, &format!("{EPOCH}-2"), 21, false).await;
    check(10, 5, "another0log-2", 1, false).await;
    check(10, 5, "malformed", 1, false).await;
}

#[tokio::test]
async fn with_so_little_kept_that_a_cut_may_itself_be_too_long() {
    check(2, 5, &format!("{EPOCH}-4"), 5, false).await;
    check(4, 5, &format!("{EPOCH}-4"), 5, false).await;
}

#[tokio::test]
async fn ended() {
    check(100, 5, &format!("{EPOCH}-2"), 3, true).await;
    check(100, 5, "malformed", 1, true).await;
}

/// A reader that lags is cut by the server: whatever it had read by then, it comes back and is told the rest.
#[tokio::test]
async fn lagged() {
    for model in [Model::Standard, Model::Firefox] {
        let make = || {
            let live = LiveWindow::events(3);
            let topic = Topic::builder().epoch(EPOCH.parse().unwrap()).live(live).build().unwrap();
            publish(&topic, 1..=2);
            topic
        };
        let whole = read_until_lagged(&make()).await;
        for cut in 0..=whole.len() {
            let topic = make();
            let bytes = read_until_lagged(&topic).await;
            assert!(!bytes.contains("stream-end"), "a lag is no end");
            let mut client = Client::new(model, &format!("{EPOCH}-1"));
            client.read(&bytes[..cut]);
            client.read(&connect(&topic, client.id(), &layer()).await.unwrap());
            assert_eq!((&client.ticks, client.resets), (&(2..=9).collect(), 0), "{model:?}, cut after {cut}");
        }
    }
}

/// What a reader got that came behind event 1 and did not read while 4 to 9 were published.
async fn read_until_lagged(topic: &Topic<Count>) -> String {
    let handler = topic.clone();
    let service = tower::service_fn(move |_| {
        let sse = Sse::topic(&handler);
        async { Ok::<_, std::convert::Infallible>(sse) }
    });
    let id = format!("{EPOCH}-1");
    let mut body = layer().layer(service).oneshot(get(Some(&id))).await.unwrap().into_body();
    let mut bytes = ready(&mut body);
    publish(topic, [3]);
    bytes.push_str(&ready(&mut body));
    publish(topic, 4..=9);
    bytes.push_str(&ready(&mut body));
    assert!(body.is_end_stream(), "the reader was not closed");
    bytes
}
