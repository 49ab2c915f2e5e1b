//! The clients that people have besides a browser's own `EventSource`, as they come from npm and `PyPI`.
//!
//! What they do at each of these points, and what some of them have to be told, is in `polyfills/README.md`.

use std::time::Duration;

use axum::Router;
use axum::extract::RawQuery;
use axum::routing::get;
use futures_util::future::join_all;
use sse_core::history::Retention;
use sse_core::{EventName, Retry, SseEvent, Topic};
use sse_tower::{ControlEvents, Sse, SseLayer};
use system_tests::{Cut, Ending, Exchange, Place, Point, Proxy, Published, Server, plan, until};
use tokio::time::interval;

use crate::polyfill_client::{Client, Host, by_query, files};
use crate::report::{Received, Report};
use crate::scene::EVENTS;

/// Those that run in a process of their own.
const IN_PROCESS: [&str; 5] =
    ["event-source-polyfill", "eventsource", "eventsource4", "fetch-event-source", "httpx-sse"];
const IN_CHROMIUM: [&str; 3] = ["event-source-polyfill", "event-source-polyfill-xhr", "fetch-event-source"];
/// Told nothing.
const POLYFILL_AS_IT_COMES: &str = "event-source-polyfill-as-it-comes";
const FETCH_AS_IT_COMES: &str = "fetch-event-source-as-it-comes";

#[derive(SseEvent)]
#[sse(rename_all = "kebab-case")]
enum Feed {
    Tick(u64),
    #[sse(text)]
    Text(String),
    Counted {
        seq: u64,
        filler: String,
    },
}

/// An id of no topic, in the address from the start.
const STRANGE: &str = "k3x9f0q2m1-7";
const TICK: EventName = EventName::from_static("tick");

/// A topic and the way to it.
struct Scene {
    topic: Topic<Feed>,
    proxy: Proxy,
    _server: Server,
}

impl Scene {
    async fn new(layer: SseLayer, cuts: Vec<Cut>) -> Self {
        let topic = Topic::builder().keep(Retention::events(100_000)).build().unwrap();
        let handler = {
            let topic: Topic<Feed> = topic.clone();
            async move |RawQuery(query): RawQuery| {
                let all = Sse::topic(&topic);
                if query.is_some_and(|query| query.contains("only=tick")) { all.only([TICK]) } else { all }
            }
        };
        let router = Router::new().route(EVENTS, get(handler)).layer(layer.retry(Retry::MIN));
        let server = Server::new(router.merge(files())).await;
        let proxy = Proxy::cutting(server.address(), EVENTS, cuts).await.unwrap();
        Self { topic, proxy, _server: server }
    }

    /// Publishes it; this is what the client will be told.
    fn publish(&self, tick: u64) -> Received {
        let position = self.topic.publish(&Feed::Tick(tick)).unwrap();
        ["tick".to_owned(), position.to_string(), tick.to_string()].into()
    }

    /// Publishes an event, and waits until the client was told of it.
    async fn deliver(&self, client: &mut Client<'_>, tick: u64) -> Received {
        let event = self.publish(tick);
        client.expect(&event).await;
        event
    }

    /// The id and the status of each request.
    fn requests(&self, name: &str) -> Vec<(Option<String>, u16)> {
        let exchanges = self.proxy.log(EVENTS).into_iter();
        exchanges.map(|exchange| (id(&exchange, name), exchange.status().unwrap_or_default())).collect()
    }
}

/// The id that a request came with, which must be where this client has it.
fn id(exchange: &Exchange, name: &str) -> Option<String> {
    let target = exchange.request_line.split(' ').nth(1).unwrap_or_default();
    let mut query = target.split(['?', '&']).filter_map(|parameter| parameter.strip_prefix("lastEventId="));
    let query = query.next().map(|id| id.replace("%3D", "="));
    let (there, elsewhere) =
        if by_query(name) { (query, &exchange.last_event_id) } else { (exchange.last_event_id.clone(), &query) };
    assert!(elsewhere.as_deref().is_none_or(|id| id == STRANGE), "{name}: {exchange:?}");
    there
}

/// A layer whose streams are silent between events, so that nothing pushes an event out but itself.
fn silent() -> SseLayer {
    SseLayer::new().keep_alive(None)
}

/// Runs a scenario with each client, those in processes all at once.
async fn with_each(scenario: impl AsyncFn(&mut Host, &str)) {
    join_all(IN_PROCESS.map(async |name| scenario(&mut Host::Process, name).await)).await;
    let mut host = Host::chromium().await;
    for name in IN_CHROMIUM {
        scenario(&mut host, name).await;
    }
    host.close().await;
}

/// A text, how it arrives, and how in `fetch-event-source`.
fn texts() -> [(String, String, String); 6] {
    let long = "0123456789abcdef".repeat(8_000);
    let same = |text: &str| [(); 3].map(|()| text.to_owned()).into();
    [
        same(""),
        same(" led by a space, é, €, 😀, \u{feff} and \0"),
        ("a\r\nb\rc\n".into(), "a\nb\nc\n".into(), "a\nb\nc\n".into()),
        // It drops blank lines that lead, and a byte order mark at the beginning of any line.
        ("\n\na".into(), "\n\na".into(), "a".into()),
        ("\u{feff}a".into(), "\u{feff}a".into(), "a".into()),
        same(&long),
    ]
}

async fn in_turn(host: &mut Host, name: &str) {
    let scene = Scene::new(silent(), Vec::new()).await;
    let mut client = host.start(name, &scene.proxy, EVENTS).await;
    client.control("stream-open", r#"{"resume":"fresh""#).await;
    for tick in 0..20 {
        scene.deliver(&mut client, tick).await;
    }
    for (text, arrives, in_fetch) in texts() {
        let position = scene.topic.publish(&Feed::Text(text)).unwrap();
        let data = if name.starts_with("fetch-event-source") { in_fetch } else { arrives };
        client.expect(&["text".to_owned(), position.to_string(), data].into()).await;
    }
    assert_eq!(scene.requests(name), [(None, 200)], "{name}");
}

#[tokio::test]
#[ignore = "needs the packages of npm and PyPI, and Chromium; `cargo xtask test` runs it"]
async fn each_event_arrives_at_once() {
    with_each(in_turn).await;
}

/// Each place twice, and as many anywhere.
const CUTS: usize = 2 * Place::ALL.len();
/// Between two events: a client that is away for a second misses many.
const PACE: Duration = Duration::from_millis(10);

async fn cut_anywhere(host: &mut Host, name: &str) {
    let scene = Scene::new(SseLayer::new(), plan::cuts(name.len() as u64, CUTS, true)).await;
    let published = Published::new(scene.topic.subscribe().unwrap());
    let mut client = host.start(name, &scene.proxy, EVENTS).await;
    let publishing = tokio::spawn({
        let topic = scene.topic.clone();
        async move {
            let mut pace = interval(PACE);
            for seq in 1.. {
                pace.tick().await;
                topic.publish(&Feed::Counted { seq, filler: "x".repeat(300) }).unwrap();
            }
        }
    });
    let mut received: Vec<Received> = Vec::new();
    let mut goal = None;
    while goal.is_none_or(|goal| received.last().is_none_or(|event| event.position().offset() <= goal)) {
        received.push(client.event().await);
        // Those that come behind the last cut show that it was survived.
        let cuts = scene.proxy.log(EVENTS).iter().filter(|exchange| exchange.cut.is_some()).count();
        goal = goal.or_else(|| (cuts == CUTS).then(|| scene.topic.position().offset()));
    }
    publishing.abort();

    let exchanges = scene.proxy.log(EVENTS);
    let with_id = exchanges.iter().filter(|exchange| id(exchange, name).is_some()).count();
    let newest = received.last().map_or(0, Received::seq);
    let published = until("the record of what was published", || {
        let events = published.events();
        (events.len() as u64 >= newest).then(|| events.into_iter().map(Received::from).collect::<Vec<_>>())
    })
    .await;
    let report = Report::new(&received, &published, &exchanges);
    println!("  {name}: {report}, {with_id} of {} requests with an id", exchanges.len());
    assert_eq!(report.problem, None, "{name}: {report}");
    assert_eq!((report.cuts, report.gaps, report.duplicates), (CUTS, 0, 0), "{name}: {report}");
    for place in Place::ALL {
        assert!(report.places.contains_key(&place), "{name}: no cut in {place:?}: {report}");
    }
}

#[tokio::test]
#[ignore = "needs the packages of npm and PyPI, and Chromium; `cargo xtask test` runs it"]
async fn nothing_is_missing_or_doubled_after_a_cut() {
    with_each(cut_anywhere).await;
}

/// The first event is whole, and the second has everything but its blank line.
async fn cut_before_the_blank_line(host: &mut Host, name: &str) {
    // The prelude has such a byte too.
    let cut = Cut { point: Point::In(Place::BeforeBlank, 2), ending: Ending::Fin };
    let scene = Scene::new(silent(), vec![cut]).await;
    let mut client = host.start(name, &scene.proxy, EVENTS).await;
    client.control("stream-open", r#"{"resume":"fresh""#).await;
    let whole = scene.deliver(&mut client, 1).await;
    let cut = scene.publish(2);
    client.control("stream-open", r#"{"resume":"recovered""#).await;
    // It takes an id with its line, and so never gets the event, but for where it learns of the cut before it reads:
    // a stream that fails drops what is in its queue.
    let (asked_from, _) = scene.requests(name).pop().unwrap();
    let from = if name == FETCH_AS_IT_COMES && asked_from.as_ref() == Some(&cut.id) {
        cut.id
    } else {
        client.expect(&cut).await;
        whole.id
    };
    scene.deliver(&mut client, 3).await;
    assert_eq!(scene.requests(name), [(None, 200), (Some(from), 200)], "{name}");
}

#[tokio::test]
#[ignore = "needs the packages of npm and PyPI, and Chromium; `cargo xtask test` runs it"]
async fn an_event_without_its_blank_line_comes_again() {
    with_each(cut_before_the_blank_line).await;
    // Node takes an answer that is cut off for a whole one where the connection was to be closed behind it.
    let mut chromium = Host::chromium().await;
    cut_before_the_blank_line(&mut chromium, FETCH_AS_IT_COMES).await;
    chromium.close().await;
}

async fn complete(host: &mut Host, name: &str) {
    let scene = Scene::new(silent(), Vec::new()).await;
    let mut client = host.start(name, &scene.proxy, EVENTS).await;
    client.control("stream-open", "").await;
    scene.deliver(&mut client, 1).await;
    scene.topic.close();
    client.control("stream-end", "{}").await;
    client.closed().await;
    let mut requests = vec![(None, 200)];
    // The one closes when it is told of the end, the other takes the end of every body for the end of the stream.
    if !matches!(name, "event-source-polyfill" | FETCH_AS_IT_COMES) {
        requests.push((Some("=end".to_owned()), 204));
    }
    assert_eq!(scene.requests(name), requests, "{name}");
}

/// 204 does not stop this client.
async fn asks_on(host: &mut Host, name: &str) {
    let scene = Scene::new(silent(), Vec::new()).await;
    scene.topic.close();
    let _client = host.start(name, &scene.proxy, "/events?lastEventId=%3Dend").await;
    until(&format!("a third 204 for {name}"), || {
        let statuses: Vec<_> = scene.proxy.log(EVENTS).iter().filter_map(Exchange::status).collect();
        assert!(statuses.iter().all(|&status| status == 204), "{statuses:?}");
        (statuses.len() >= 3).then_some(())
    })
    .await;
}

#[tokio::test]
#[ignore = "needs the packages of npm and PyPI, and Chromium; `cargo xtask test` runs it"]
async fn a_stream_that_is_complete_is_not_asked_for_again() {
    with_each(complete).await;
    complete(&mut Host::Process, FETCH_AS_IT_COMES).await;
    let mut chromium = Host::chromium().await;
    asks_on(&mut Host::Process, FETCH_AS_IT_COMES).await;
    asks_on(&mut chromium, FETCH_AS_IT_COMES).await;
    // In Node, 204 has no body, and that it looks for one is an error to come back from.
    asks_on(&mut Host::Process, POLYFILL_AS_IT_COMES).await;
    complete(&mut chromium, POLYFILL_AS_IT_COMES).await;
    chromium.close().await;
}

async fn sent_away(host: &mut Host, name: &str) {
    let scene = Scene::new(silent(), Vec::new()).await;
    let mut client = host.start(name, &scene.proxy, EVENTS).await;
    client.control("stream-open", "").await;
    let told = scene.deliver(&mut client, 1).await;
    assert_eq!(scene.topic.kick(), 1);
    if name == FETCH_AS_IT_COMES {
        return client.closed().await;
    }
    let missed = scene.publish(2);
    client.control("stream-open", r#"{"resume":"recovered""#).await;
    client.expect(&missed).await;
    assert_eq!(scene.requests(name), [(None, 200), (Some(told.id), 200)], "{name}");
}

#[tokio::test]
#[ignore = "needs the packages of npm and PyPI, and Chromium; `cargo xtask test` runs it"]
async fn a_body_that_ends_is_no_stream_that_is_complete() {
    with_each(sent_away).await;
    sent_away(&mut Host::Process, FETCH_AS_IT_COMES).await;
}

/// Waits until at least three keep-alives have passed.
async fn quiet(proxy: &Proxy) {
    let passed = || proxy.log(EVENTS).iter().map(|exchange| exchange.passed).sum::<u64>();
    // A comment of two bytes, as a chunk.
    let enough = passed() + 3 * 7;
    until("three keep-alives", || (passed() >= enough).then_some(())).await;
}

/// What the client makes of a stream that resets it, that is quiet, and that leaves events out.
async fn controlled(host: &mut Host, name: &str) {
    let scene = Scene::new(SseLayer::new().keep_alive(Duration::from_millis(100)), Vec::new()).await;
    let mut client = host.start(name, &scene.proxy, &format!("/events?only=tick&lastEventId={STRANGE}")).await;
    client.control("stream-open", r#"{"resume":"reset""#).await;
    client.control("stream-reset", r#"{"reason":"unknown-epoch"}"#).await;
    for round in 0..3 {
        scene.deliver(&mut client, round).await;
        quiet(&scene.proxy).await;
    }
    // What is left out moves the id all the same, and the client comes back with the one that it was told last.
    let left_out = scene.topic.publish(&Feed::Text(String::new())).unwrap().to_string();
    client.control("stream-position", "{}").await;
    scene.topic.kick();
    client.control("stream-open", r#"{"resume":"recovered""#).await;
    assert_eq!(scene.requests(name).last(), Some(&(Some(left_out), 200)), "{name}");
    scene.deliver(&mut client, 3).await;
    // Of a blank line behind a comment two of them would make an event with nothing in it.
    assert_eq!(client.blanks(), 0, "{name}");
}

/// Without control events there are no blank lines but those of events.
async fn uncontrolled(host: &mut Host, name: &str) {
    let layer = SseLayer::new().control_events(ControlEvents::Off).keep_alive(Duration::from_millis(100));
    let scene = Scene::new(layer, Vec::new()).await;
    let mut client = host.start(name, &scene.proxy, EVENTS).await;
    until("the client", || (scene.topic.subscribers() == 1).then_some(())).await;
    for round in 0..3 {
        quiet(&scene.proxy).await;
        scene.deliver(&mut client, round).await;
    }
    assert_eq!(client.blanks(), 0, "{name}");
}

#[tokio::test]
#[ignore = "needs the packages of npm and PyPI, and Chromium; `cargo xtask test` runs it"]
async fn control_events_and_keep_alives_disturb_nobody() {
    with_each(controlled).await;
    with_each(uncontrolled).await;
}

/// A client that reads a response only when it is over, or could: it gets what it missed with each.
async fn in_bursts(host: &mut Host, name: &str) {
    let scene = Scene::new(SseLayer::new().polyfills(true), Vec::new()).await;
    let mut client = host.start(name, &scene.proxy, "/events?padding=true&burst=true").await;
    client.control("stream-open", r#"{"resume":"fresh""#).await;
    for round in 0..3 {
        until("the end of the response", || (scene.topic.subscribers() == 0).then_some(())).await;
        for event in [scene.publish(2 * round), scene.publish(2 * round + 1)] {
            loop {
                let told = client.event().await;
                if !told.is_control() {
                    assert_eq!(told, event, "{name}");
                    break;
                }
            }
        }
    }
    let exchanges = scene.proxy.log(EVENTS);
    for (n, exchange) in exchanges.iter().enumerate() {
        assert_eq!(id(exchange, name).is_some(), n > 0, "{name}: {exchange:?}");
        // The last of them may have only begun.
        assert!(exchange.passed > 2_048 || n + 1 == exchanges.len(), "{name}: {exchange:?}");
    }
    scene.topic.close();
    while client.event().await.name != "stream-end" {}
    client.closed().await;
}

#[tokio::test]
#[ignore = "needs the packages of npm and PyPI, and Chromium; `cargo xtask test` runs it"]
async fn a_polyfill_that_reads_whole_responses_gets_them_in_bursts() {
    let mut chromium = Host::chromium().await;
    for name in ["event-source-polyfill", "event-source-polyfill-xhr"] {
        in_bursts(&mut chromium, name).await;
    }
    chromium.close().await;
    for name in ["event-source-polyfill", "event-source-polyfill-held-back"] {
        in_bursts(&mut Host::Process, name).await;
    }
}
