//! Connections that begin with a snapshot, cut after every byte.

use sse_core::history::LiveWindow;
use sse_core::topic::LagPolicy;
use sse_tower::Sse;
use sse_tower::source::Subscribed;

use crate::client::Client;
use crate::scene::Step::Do;
use crate::scene::{Scene, Step, World};
use crate::snapshot::{adding, levels, with_sum};
use crate::support::Count;

fn scene(make: fn() -> World, first_id: &'static str) -> Scene<Subscribed> {
    Scene {
        make,
        route: with_sum,
        first_id,
        steps: &[Do(|world| world.next(2, Count::Add)), Do(|world| world.next(2, Count::Add))],
        shows: &[],
        away: |world| world.next(3, Count::Add),
        check: World::check_sum,
    }
}

#[tokio::test]
async fn fresh() {
    Scene {
        shows: &["}\n\nevent: add\ndata: 5\n\nevent: add\ndata: 5\n\nid: k3x9f0q2m1-5\nevent: add\ndata: 5\n\nid: k3x9f0q2m1-6\n"],
        ..scene(|| adding(100, 5, |topic| topic), "")
    }
    .check()
    .await;
    Scene {
        shows: &["}\n\nevent: stream-position\nid: k3x9f0q2m1-0\ndata: {}\n\nid: k3x9f0q2m1-1\n"],
        ..scene(|| adding(100, 0, |topic| topic), "")
    }
    .check()
    .await;
    scene(|| adding(0, 5, |topic| topic), "").check().await;
}

#[tokio::test]
async fn reset() {
    for first_id in ["k3x9f0q2m1-1", "another0log-3", "malformed"] {
        Scene {
            shows: &["event: stream-reset\ndata: {\"reason\":\"", "\"}\n\nevent: add\ndata: 5\n\nevent: add\n"],
            ..scene(|| adding(2, 5, |topic| topic), first_id)
        }
        .check()
        .await;
        Scene {
            shows: &["event: stream-reset\ndata: {\"reason\":\"", "\"}\n\nevent: stream-position\nid: k3x9f0q2m1-0\n"],
            ..scene(|| adding(2, 0, |topic| topic), "another0log-3")
        }
        .check()
        .await;
    }
}

#[tokio::test]
async fn not_needed() {
    Scene {
        shows: &["\"resume\":\"recovered\"", "}\n\nid: k3x9f0q2m1-1\nevent: add\ndata: 1\n\n"],
        ..scene(|| adding(100, 5, |topic| topic), "k3x9f0q2m1-0")
    }
    .check()
    .await;
}

/// The reader does not read while six are published.
const LAG: &[Step] = &[
    Do(|world| world.next(1, Count::Add)),
    Do(|world| world.next(6, Count::Add)),
    Do(|world| world.next(1, Count::Add)),
];

/// The id that a client has from before can still be resumed. If it came back with it from the middle of the snapshot, it
/// would get what is behind it, but it has forgotten what was before.
#[tokio::test]
async fn starting_over_in_band() {
    let makes: [fn() -> World; 2] = [
        || adding(100, 5, |topic| topic.live(LiveWindow::events(3)).lag_policy(LagPolicy::Reset)),
        || adding(4, 5, |topic| topic.live(LiveWindow::events(3)).lag_policy(LagPolicy::Reset)),
    ];
    for make in makes {
        let lagged = |first_id, check| Scene {
            steps: LAG,
            shows: &["event: stream-reset\nid: =reset\ndata: {\"reason\":\"lagged\"}\n\nevent: add\ndata: 26\n\n"],
            check,
            ..scene(make, first_id)
        };
        lagged("", World::check_sum).check().await;
        // It had the sum of what was before.
        let resumed = |world: &World, client: &Client| {
            let had = if client.resets == 0 { 15 } else { 0 };
            assert_eq!(had + client.sum, world.state.lock().unwrap().0);
        };
        lagged("k3x9f0q2m1-5", resumed).check().await;
    }
}

fn level_scene(make: fn() -> World, first_id: &'static str) -> Scene<Subscribed> {
    Scene {
        route: |world| Sse::topic(&world.topics[0]),
        steps: &[Do(|world| world.next(2, Count::Level)), Do(|world| world.next(2, Count::Level))],
        away: |world| world.next(1, Count::Level),
        check: World::check_levels,
        ..scene(make, first_id)
    }
}

#[tokio::test]
async fn the_newest_of_each_key() {
    Scene {
        shows: &["}\n\nevent: level\ndata: 3\n\nevent: level\ndata: 4\n\nid: k3x9f0q2m1-5\nevent: level\ndata: 5\n\n"],
        ..level_scene(|| levels(100, 5, |topic| topic), "")
    }
    .check()
    .await;
    level_scene(|| levels(100, 0, |topic| topic), "").check().await;
    for first_id in ["k3x9f0q2m1-1", "another0log-3", "malformed"] {
        Scene {
            shows: &["event: stream-reset\ndata: {\"reason\":\"", "\"}\n\nevent: level\ndata: 3\n\n"],
            ..level_scene(|| levels(2, 5, |topic| topic), first_id)
        }
        .check()
        .await;
    }
    for make in [
        || levels(100, 5, |topic| topic.live(LiveWindow::events(3)).lag_policy(LagPolicy::Reset)),
        || levels(2, 5, |topic| topic.live(LiveWindow::events(3)).lag_policy(LagPolicy::Reset)),
    ] {
        Scene {
            steps: &[Do(|world| world.next(6, Count::Level)), Do(|world| world.next(1, Count::Level))],
            shows: &["event: stream-reset\nid: =reset\ndata: {\"reason\":\"lagged\"}\n\nevent: level\ndata: 9\n\n"],
            ..level_scene(make, "")
        }
        .check()
        .await;
    }
}
