//! Every kind of connection to a topic, cut after every byte, resumed with the id that a client then holds: what is
//! delivered is what was published, or a reset was announced. Snapshots and groups are in their own files.

use sse_core::EventName;
use sse_core::history::{LiveWindow, Retention};
use sse_core::topic::{LagPolicy, Start};
use sse_tower::Sse;
use sse_tower::source::Subscribed;

use crate::client::Client;
use crate::scene::Step::{Do, Quiet};
use crate::scene::{Scene, Step, World};
use crate::support::Count;

/// A topic of these retained events, of which there were five.
fn keeping(events: usize, before: u64) -> World {
    let world = World::one(|topic| topic.keep(Retention::events(events)));
    world.next(before, Count::Tick);
    world
}

/// A topic whose readers lag behind three events.
fn impatient(policy: LagPolicy, keep: usize) -> World {
    let world = World::one(|topic| topic.keep(Retention::events(keep)).live(LiveWindow::events(3)).lag_policy(policy));
    world.next(2, Count::Tick);
    world
}

const THREE_MORE: &[Step] = &[Do(|world| world.next(3, Count::Tick))];
/// The reader does not read while six are published.
const LAG: &[Step] = &[Do(|world| world.next(1, Count::Tick)), Do(|world| world.next(6, Count::Tick))];

/// Three more are published while the connection is open, and three while the client is away.
fn scene(make: fn() -> World, first_id: &'static str) -> Scene<Subscribed> {
    Scene {
        make,
        route: |world| Sse::topic(&world.topics[0]),
        first_id,
        steps: THREE_MORE,
        shows: &["event: tick\n"],
        away: |world| world.next(3, Count::Tick),
        check: check_all,
    }
}

fn check_all(world: &World, client: &Client) {
    world.check_log(client);
    assert!(!client.ended);
}

/// As [`check_all`], and nothing was lost since the id that the client brought first.
fn check_no_reset(world: &World, client: &Client) {
    check_all(world, client);
    assert_eq!(client.resets, 0);
}

#[tokio::test]
async fn fresh() {
    scene(|| keeping(100, 5), "").check().await;
    scene(|| keeping(100, 0), "").check().await;
    for start in [Start::Earliest, Start::LatestMinus(2)] {
        let route: fn(&World) -> _ = match start {
            Start::Earliest => |world| Sse::topic(&world.topics[0]).fresh(Start::Earliest),
            _ => |world| Sse::topic(&world.topics[0]).fresh(Start::LatestMinus(2)),
        };
        Scene { route, shows: &["data: 4\n"], ..scene(|| keeping(100, 5), "") }.check().await;
    }
}

#[tokio::test]
async fn recovered() {
    for first_id in ["k3x9f0q2m1-2", "k3x9f0q2m1-0", "k3x9f0q2m1-5"] {
        Scene { check: check_no_reset, ..scene(|| keeping(100, 5), first_id) }.check().await;
    }
}

#[tokio::test]
async fn reset() {
    for (keep, before, first_id) in [(10, 30, "k3x9f0q2m1-2"), (10, 5, "another0log-2"), (10, 5, "malformed")] {
        let make: fn() -> World = if before == 30 { || keeping(10, 30) } else { || keeping(10, 5) };
        let shows = &["event: stream-reset\nid: k3x9f0q2m1-"];
        Scene { shows, ..scene(make, first_id) }.check().await;
        let route: fn(&World) -> _ = |world| Sse::topic(&world.topics[0]).after_reset(Start::Latest);
        Scene { route, shows, ..scene(make, first_id) }.check().await;
        assert_eq!(keep, 10);
    }
}

#[tokio::test]
async fn with_so_little_kept_that_a_cut_may_itself_be_too_long() {
    for make in [|| keeping(2, 5), || keeping(4, 5)] {
        scene(make, "k3x9f0q2m1-4").check().await;
    }
}

#[tokio::test]
async fn ended() {
    for first_id in ["k3x9f0q2m1-2", "malformed"] {
        Scene {
            steps: &[Do(|world| world.next(3, Count::Tick)), Do(|world| world.publish([Count::Done]))],
            shows: &["event: stream-end\nid: =end\ndata: {}\n\n"],
            away: |_| {},
            check: |world, client| {
                world.check_log(client);
                assert!(client.ended);
            },
            ..scene(|| keeping(100, 5), first_id)
        }
        .check()
        .await;
    }
}

/// Who is told to leave comes back and has missed nothing.
#[tokio::test]
async fn kicked() {
    let steps =
        &[Do(|world: &World| world.next(3, Count::Tick)), Do(|world: &World| assert_eq!(world.topics[0].kick(), 1))];
    Scene { steps, check: check_no_reset, ..scene(|| keeping(100, 5), "k3x9f0q2m1-2") }.check().await;
    Scene { steps, ..scene(|| keeping(100, 5), "") }.check().await;
}

/// A reader that lags is cut by the server: whatever it had read by then, it comes back and is told the rest.
#[tokio::test]
async fn lagged_and_closed() {
    let lagged = || scene(|| impatient(LagPolicy::Close, 100), "k3x9f0q2m1-1");
    Scene { steps: LAG, check: check_no_reset, ..lagged() }.check().await;
    Scene { steps: LAG, ..scene(|| impatient(LagPolicy::Close, 4), "k3x9f0q2m1-1") }.check().await;
}

/// It is told that it has lost events, and goes on with those that come.
#[tokio::test]
async fn lagged_and_reset_or_moved() {
    const STEPS: &[Step] = &[LAG[0], LAG[1], Do(|world| world.next(2, Count::Tick))];
    for make in [
        || impatient(LagPolicy::Reset, 100),
        || impatient(LagPolicy::Skip, 100),
        || impatient(LagPolicy::Reset, 4),
        || impatient(LagPolicy::Skip, 4),
    ] {
        Scene {
            steps: STEPS,
            shows: &["event: stream-reset\nid: k3x9f0q2m1-9\ndata: {\"reason\":\"lagged\"}\n\nid: k3x9f0q2m1-10\n"],
            ..scene(make, "k3x9f0q2m1-1")
        }
        .check()
        .await;
    }
}

fn only_ticks(world: &World) -> Sse<Subscribed> {
    Sse::topic(&world.topics[0]).only([EventName::from_static("tick")])
}

/// What is left out is no gap, and does not let the client's id grow old.
#[tokio::test(start_paused = true)]
async fn filtered() {
    const STEPS: &[Step] = &[
        Do(|world| world.next(1, Count::Tick)),
        Do(|world| world.next(3, Count::Noise)),
        Quiet,
        Do(|world| world.next(1, Count::Noise)),
        Do(|world| world.next(1, Count::Tick)),
        Quiet,
    ];
    for first_id in ["", "k3x9f0q2m1-2", "malformed"] {
        Scene {
            route: only_ticks,
            steps: STEPS,
            shows: &["event: stream-position\nid: k3x9f0q2m1-9\ndata: {}\n\nid: k3x9f0q2m1-11\nevent: tick\n", "\n:\n"],
            check: |world, client| world.check_log_of(client, |event| matches!(event, Count::Tick(_))),
            ..scene(|| keeping(100, 5), first_id)
        }
        .check()
        .await;
    }
}

/// With a history of ten, half of it is told at once.
#[tokio::test]
async fn filtered_and_busy() {
    Scene {
        route: only_ticks,
        steps: &[Do(|world| world.next(5, Count::Noise)), Do(|world| world.next(1, Count::Tick))],
        shows: &["event: stream-position\nid: k3x9f0q2m1-10\ndata: {}\n\n"],
        check: |world, client| {
            world.check_log_of(client, |event| matches!(event, Count::Tick(_)));
        },
        ..scene(|| keeping(10, 5), "k3x9f0q2m1-5")
    }
    .check()
    .await;
}
