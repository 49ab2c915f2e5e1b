//! Many topics on one connection.

use std::sync::Arc;

use http::{HeaderMap, Method};
use http_body::Body as _;
use sse_core::history::{LiveWindow, Retention};
use sse_core::topic::group::InvalidGroup;
use sse_core::topic::{LagPolicy, Start, TopicBuilder, TopicGroup};
use sse_core::{EventName, Topic};
use sse_tower::source::SubscribedGroup;
use sse_tower::{ControlEvents, Sse};

use crate::client::{Client, GROUP};
use crate::scene::Step::{Do, Quiet};
use crate::scene::{Scene, Step, World};
use crate::support::{Count, answer, get, layer, ready};

const OPEN: &str = "retry: 3000\nevent: stream-open\n";
const OPEN_DATA: &str = "\",\"keepAlive\":\"comment\",\"keepAliveMs\":15000}\n\n";
const END: &str = "event: stream-end\nid: =end\ndata: {}\n\n";

fn both(world: &World) -> Sse<SubscribedGroup> {
    let labels = GROUP.map(|(label, _)| label);
    Sse::topics(labels.into_iter().zip(&world.topics)).unwrap()
}

/// Two topics, of which five and three events were published.
fn filled(set: impl Fn(&str, TopicBuilder<Count>) -> TopicBuilder<Count>) -> World {
    let world = World::group(set);
    world.next_to(0, 5, Count::Cpu);
    world.next_to(1, 3, Count::Disk);
    world
}

fn keeping(cpu: usize, disk: usize) -> World {
    filled(|label, topic| topic.keep(Retention::events(if label == "cpu" { cpu } else { disk })))
}

fn some_of_each(world: &World) {
    world.next_to(0, 1, Count::Cpu);
    world.next_to(1, 2, Count::Disk);
    world.next_to(0, 1, Count::Cpu);
}

fn scene(make: fn() -> World, first_id: &'static str) -> Scene<SubscribedGroup> {
    Scene {
        make,
        route: both,
        first_id,
        steps: &[Do(some_of_each), Do(some_of_each)],
        shows: &["event: cpu\n", "event: disk\n"],
        away: some_of_each,
        check: World::check_log,
    }
}

#[tokio::test]
async fn a_fresh_connection_has_a_position_in_each() {
    let world = keeping(10, 10);
    let response = answer(&layer(), get(None), both(&world)).await;
    assert_eq!(response.headers()["sse-resume"], "fresh");
    let mut body = response.into_body();
    assert_eq!(ready(&mut body), format!("{OPEN}id: cpu0000001-5.disk000001-3\ndata: {{\"resume\":\"fresh{OPEN_DATA}"));
    world.next_to(1, 1, Count::Disk);
    assert_eq!(ready(&mut body), "id: cpu0000001-5.disk000001-4\nevent: disk\ndata: 4\n\n");
}

#[tokio::test]
async fn a_recovered_connection_begins_with_the_clients_own_id() {
    let world = keeping(10, 10);
    let response = answer(&layer(), get(Some("disk000001-3.cpu0000001-4")), both(&world)).await;
    assert_eq!(response.headers()["sse-resume"], "recovered");
    assert_eq!(
        ready(&mut response.into_body()),
        format!(
            "{OPEN}id: cpu0000001-4.disk000001-3\ndata: {{\"resume\":\"recovered{OPEN_DATA}\
             id: cpu0000001-5.disk000001-3\nevent: cpu\ndata: 5\n\n"
        )
    );
}

#[tokio::test]
async fn one_reset_announces_all() {
    let cases = [
        (
            "cpu0000001-1.disk000001-1",
            "cpu0000001-3.disk000001-1",
            "{\"reason\":\"evicted\",\"topics\":{\"cpu\":\"evicted\"}}",
        ),
        (
            "cpu0000001-9.another0log-1",
            "cpu0000001-3.disk000001-0",
            "{\"reason\":\"future\",\"topics\":{\"cpu\":\"future\",\"disk\":\"unknown-epoch\"}}",
        ),
        (
            "=reset",
            "cpu0000001-3.disk000001-0",
            "{\"reason\":\"lagged\",\"topics\":{\"cpu\":\"lagged\",\"disk\":\"lagged\"}}",
        ),
        (
            "<script>",
            "cpu0000001-3.disk000001-0",
            "{\"reason\":\"malformed\",\"topics\":{\"cpu\":\"malformed\",\"disk\":\"malformed\"}}",
        ),
    ];
    for (brought, id, data) in cases {
        let world = keeping(2, 10);
        let response = answer(&layer(), get(Some(brought)), both(&world)).await;
        let reason = data.split('"').nth(3).unwrap();
        assert_eq!(response.headers()["sse-resume"], format!("reset; reason={reason}"));
        let text = ready(&mut response.into_body());
        let first = format!(
            "{OPEN}data: {{\"resume\":\"reset\",\"reason\":\"{reason}{OPEN_DATA}\
             event: stream-reset\nid: {id}\ndata: {data}\n\n"
        );
        assert!(text.starts_with(&first), "{text}");
    }
}

#[tokio::test]
async fn a_label_may_be_any_text() {
    let world = keeping(2, 10);
    let sse = Sse::topics([("a \"b\"\n\\…", &world.topics[0])]).unwrap();
    let text = ready(&mut answer(&layer(), get(Some("cpu0000001-1")), sse).await.into_body());
    assert!(
        text.contains("\ndata: {\"reason\":\"evicted\",\"topics\":{\"a \\\"b\\\"\\u000a\\\\…\":\"evicted\"}}\n\n"),
        "{text}"
    );
}

#[tokio::test]
async fn it_ends_with_the_last_topic() {
    let world = keeping(10, 10);
    let mut body = answer(&layer(), get(None), both(&world)).await.into_body();
    ready(&mut body);
    world.publish_to(0, [Count::Done]);
    assert_eq!(ready(&mut body), "id: cpu0000001-6.disk000001-3\nevent: done\ndata:\n\n");
    world.next_to(1, 1, Count::Disk);
    assert_eq!(ready(&mut body), "id: cpu0000001-6.disk000001-4\nevent: disk\ndata: 4\n\n");
    world.topics[1].close();
    assert_eq!(ready(&mut body), END);
    assert!(body.is_end_stream());
}

#[tokio::test]
async fn who_is_told_to_leave_one_topic_leaves_all() {
    let world = keeping(10, 10);
    let mut body = answer(&layer(), get(None), both(&world)).await.into_body();
    ready(&mut body);
    world.topics[1].kick();
    assert_eq!(ready(&mut body), "");
    assert!(body.is_end_stream());
}

#[tokio::test]
async fn topics_of_different_types_are_a_group() {
    let names: Topic<Vec<u8>> = Topic::new();
    let world = keeping(10, 10);
    let group = TopicGroup::new([("cpu", world.topics[0].reader()), ("names", names.reader())]).unwrap();
    let mut body = answer(&layer(), get(None), Sse::group(&group).fresh(Start::LatestMinus(1))).await.into_body();
    assert!(ready(&mut body).contains("event: cpu\ndata: 5\n\n"));
}

#[test]
fn what_is_no_group_is_an_error() {
    let topics: Vec<Topic<Count>> = (0..=TopicGroup::MAX_TOPICS).map(|_| Topic::new()).collect();
    let labelled = |count: usize| topics.iter().take(count).enumerate().map(|(n, topic)| (n.to_string(), topic));
    assert!(Sse::topics(labelled(TopicGroup::MAX_TOPICS)).is_ok());
    let limit = TopicGroup::MAX_TOPICS;
    assert_eq!(Sse::topics(labelled(limit + 1)).unwrap_err(), InvalidGroup::TooMany { limit });
    assert_eq!(Sse::topics(labelled(0)).unwrap_err(), InvalidGroup::Empty);
    let twice = [("a", &topics[0]), ("a", &topics[1])];
    assert_eq!(Sse::topics(twice).unwrap_err(), InvalidGroup::Twice { label: Arc::from("a") });
}

#[tokio::test]
async fn head_attaches_nothing_and_dropping_the_body_frees_every_place() {
    let world = keeping(10, 10);
    let subscribers = || world.topics.iter().map(Topic::subscribers).collect::<Vec<_>>();
    let mut head = get(Some("cpu0000001-5.disk000001-3"));
    *head.method_mut() = Method::HEAD;
    let asked = |headers: &HeaderMap| headers["sse-resume"].to_str().unwrap().to_owned();
    let response = answer(&layer(), head, both(&world)).await;
    assert_eq!((asked(response.headers()), subscribers()), ("recovered".to_owned(), vec![0, 0]));
    let response = answer(&layer(), get(None), both(&world)).await;
    assert_eq!(subscribers(), [1, 1]);
    let (parts, body) = response.into_parts();
    drop(body);
    assert_eq!(subscribers(), [0, 0]);
    drop(parts);
}

#[tokio::test]
async fn without_control_events_a_reset_is_refused_and_a_lag_ends_the_body() {
    let off = layer().control_events(ControlEvents::Off);
    let world =
        filled(|_, topic| topic.keep(Retention::events(2)).live(LiveWindow::events(3)).lag_policy(LagPolicy::Reset));
    let response = answer(&off, get(Some("cpu0000001-1.disk000001-3")), both(&world)).await;
    assert_eq!(response.status(), 412);
    assert_eq!(response.headers()["sse-resume"], "reset; reason=evicted");
    let mut body = answer(&off, get(None), both(&world)).await.into_body();
    assert_eq!(ready(&mut body), ":\nretry: 3000\n");
    world.next_to(0, 6, Count::Cpu);
    assert_eq!(ready(&mut body), "");
    assert!(body.is_end_stream());
}

#[tokio::test]
async fn cut_while_fresh_or_recovered() {
    scene(|| keeping(100, 100), "").check().await;
    scene(|| World::group(|_, topic| topic), "").check().await;
    for first_id in ["cpu0000001-2.disk000001-0", "disk000001-3.cpu0000001-5"] {
        Scene {
            shows: &["\"resume\":\"recovered\""],
            check: |world, client| {
                world.check_log(client);
                assert_eq!(client.resets, 0);
            },
            ..scene(|| keeping(100, 100), first_id)
        }
        .check()
        .await;
    }
}

#[tokio::test]
async fn cut_after_a_reset_of_some() {
    let partly =
        &["event: stream-reset\nid: cpu0000001-3.disk000001-1\ndata: {\"reason\":\"evicted\",\"topics\":{\"cpu\":"];
    Scene { shows: partly, ..scene(|| keeping(2, 100), "cpu0000001-1.disk000001-1") }.check().await;
    scene(|| keeping(6, 6), "cpu0000001-1.another0log-1").check().await;
    scene(|| keeping(3, 100), "malformed").check().await;
    Scene {
        route: |world| both(world).after_reset(Start::Latest),
        shows: &["event: stream-reset\nid: cpu0000001-5.disk000001-1\n"],
        ..scene(|| keeping(2, 100), "cpu0000001-1.disk000001-1")
    }
    .check()
    .await;
}

fn impatient(policy: LagPolicy) -> World {
    filled(|label, topic| {
        let live = LiveWindow::events(if label == "cpu" { 3 } else { 100 });
        topic.live(live).lag_policy(policy)
    })
}

const LAG: &[Step] = &[
    Do(some_of_each),
    Do(|world| {
        world.next_to(1, 1, Count::Disk);
        world.next_to(0, 6, Count::Cpu);
        world.next_to(1, 1, Count::Disk);
    }),
    Do(some_of_each),
];

#[tokio::test]
async fn cut_after_a_lag_in_one() {
    let first_id = "cpu0000001-5.disk000001-3";
    for make in [|| impatient(LagPolicy::Reset), || impatient(LagPolicy::Skip)] {
        Scene {
            steps: LAG,
            shows: &["data: {\"reason\":\"lagged\",\"topics\":{\"cpu\":\"lagged\"}}\n\n"],
            ..scene(make, first_id)
        }
        .check()
        .await;
    }
    Scene {
        steps: LAG,
        check: |world, client| {
            world.check_log(client);
            assert_eq!(client.resets, 0);
        },
        ..scene(|| impatient(LagPolicy::Close), first_id)
    }
    .check()
    .await;
}

/// The first topic keeps the newest of each key, and its readers lag behind three events.
fn with_levels(keep: usize) -> World {
    let world = World::group(|label, topic| {
        let topic = topic.keep(Retention::events(keep));
        if label == "disk" {
            return topic;
        }
        topic.live(LiveWindow::events(3)).lag_policy(LagPolicy::Reset).latest_per_key(3, |event: &Count| match event {
            Count::Level(value) => Some(value % 3),
            _ => None,
        })
    });
    world.next_to(0, 5, Count::Level);
    world.next_to(1, 3, Count::Disk);
    world
}

fn levels_and_disk(world: &World) {
    world.next_to(0, 1, Count::Level);
    world.next_to(1, 2, Count::Disk);
    world.next_to(0, 1, Count::Level);
}

fn check_levels_and_disk(world: &World, client: &Client) {
    world.check_levels(client);
    world.check_log_of(client, |event| matches!(event, Count::Disk(_)));
}

#[tokio::test]
async fn cut_with_the_newest_of_each_key() {
    let first_ids = ["", "cpu0000001-1.disk000001-1", "cpu0000001-1.another0log-1", "malformed"];
    for (first_id, keep) in first_ids.into_iter().flat_map(|id| [(id, 2), (id, 100)]) {
        let recovers = first_id.starts_with("cpu0000001-1") && keep == 100;
        let snapshot: &[&str] =
            &["}\n\nevent: level\ndata: 3\n\nevent: level\ndata: 4\n\nid: cpu0000001-5.disk000001-"];
        Scene {
            steps: &[Do(levels_and_disk), Do(levels_and_disk)],
            shows: if recovers { &["id: cpu0000001-2.disk000001-"] } else { snapshot },
            away: levels_and_disk,
            check: check_levels_and_disk,
            ..scene(if keep == 2 { || with_levels(2) } else { || with_levels(100) }, first_id)
        }
        .check()
        .await;
    }
}

#[tokio::test]
async fn cut_while_one_starts_over_in_band_with_the_newest_of_each_key() {
    for make in [|| with_levels(100), || with_levels(4)] {
        Scene {
            steps: &[
                Do(levels_and_disk),
                Do(|world| {
                    world.next_to(1, 1, Count::Disk);
                    world.next_to(0, 6, Count::Level);
                    world.next_to(1, 1, Count::Disk);
                }),
                Do(levels_and_disk),
            ],
            shows: &[
                "event: stream-reset\nid: =reset\ndata: {\"reason\":\"lagged\",\"topics\":{\"cpu\":\"lagged\"}}\n\n\
                 event: level\n",
            ],
            away: levels_and_disk,
            check: check_levels_and_disk,
            ..scene(make, "")
        }
        .check()
        .await;
    }
}

#[tokio::test(start_paused = true)]
async fn cut_with_a_filter() {
    Scene {
        route: |world| both(world).only([EventName::from_static("disk")]),
        steps: &[Do(some_of_each), Do(|world| world.next_to(0, 2, Count::Cpu)), Quiet, Do(some_of_each)],
        shows: &["event: stream-position\nid: cpu0000001-9.disk000001-5\ndata: {}\n\n"],
        check: |world, client| world.check_log_of(client, |event| matches!(event, Count::Disk(_))),
        ..scene(|| keeping(100, 100), "cpu0000001-5.disk000001-2")
    }
    .check()
    .await;
}

#[tokio::test]
async fn cut_when_it_has_ended() {
    Scene {
        steps: &[
            Do(some_of_each),
            Do(|world| world.publish_to(0, [Count::Done])),
            Do(|world| world.next_to(1, 1, Count::Disk)),
            Do(|world| world.topics[1].close()),
        ],
        shows: &[END],
        away: |_| {},
        check: |world, client| {
            world.check_log(client);
            assert!(client.ended);
        },
        ..scene(|| keeping(100, 100), "cpu0000001-5.disk000001-3")
    }
    .check()
    .await;
}
