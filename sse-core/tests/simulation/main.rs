//! A deterministic simulation: topics, publishers, and clients that are cut at any byte and come back.
//!
//! A scheduler with a seed moves one of them at a time. What a client has been delivered is compared with what was
//! published: all of it in order and once, unless it was told of a reset. `SIMULATION_SEED` and `SIMULATION_STEPS` in the
//! environment choose another run. The seed of a violation and 4000 steps are its round alone, of which
//! `SIMULATION_TRACE=true` prints everything.
#![cfg(not(loom))]
#![expect(
    clippy::expect_used,
    clippy::unreachable,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says what it has seen"
)]

mod client;
mod connection;
mod note;
mod random;
mod tally;
mod truth;
mod world;

use std::str::FromStr;

use tally::Tally;
use world::World;

const SEED: u64 = 1;
const STEPS: u64 = 1_000_000;
/// The steps of one round, which has its own limits, topics and clients.
const ROUND: u64 = 4_000;

/// What must have happened, and how often at least in a million steps.
const EXPECTED: &[(&str, u64)] = &[
    ("batch larger than what is kept", 1_000),
    ("cut before the end of a snapshot", 300),
    ("cut between events", 1_000),
    ("cut in a snapshot", 100),
    ("cut in an event", 1_000),
    ("cut in stream-end", 100),
    ("cut in stream-open", 1_000),
    ("cut in stream-position", 100),
    ("cut in stream-reset", 1_000),
    ("ended", 300),
    ("ephemeral event delivered", 1_000),
    ("fresh", 1_000),
    ("held as Firefox does", 10_000),
    ("held as the standard says", 10_000),
    ("kicked", 100),
    ("lag: Close", 1_000),
    ("lag: Reset", 1_000),
    ("lag: Skip", 1_000),
    ("recovered", 1_000),
    ("refused", 100),
    ("reset: evicted", 1_000),
    ("reset: future", 100),
    ("reset: malformed", 100),
    ("reset: unknown-epoch", 1_000),
    ("restarted", 100),
    ("snapshot given up", 50),
    ("snapshot of keys", 1_000),
    ("snapshot of keys after a lag", 300),
    ("snapshot of nothing", 50),
    ("snapshot of the state", 500),
    ("snapshot retried", 300),
    ("stream-position at rest", 50),
    ("stream-position in time", 300),
    ("terminal", 50),
];

fn from_environment<T: FromStr>(name: &str, otherwise: T) -> T {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(otherwise)
}

#[test]
fn no_gap_and_no_duplicate() {
    let seed = from_environment("SIMULATION_SEED", SEED);
    let steps = from_environment("SIMULATION_STEPS", STEPS);
    println!("SIMULATION_SEED={seed} SIMULATION_STEPS={steps}");
    let mut tally = Tally { traces: from_environment("SIMULATION_TRACE", false), ..Tally::default() };
    for round in 0..steps.div_ceil(ROUND) {
        World::new(seed + round, &mut tally).run(ROUND.min(steps - round * ROUND));
    }
    for (what, count) in &tally.counts {
        println!("{count:>9} {what}");
    }
    let Tally { published, delivered, gaps, duplicates, resets, announced, .. } = tally;
    println!(
        "published={published} delivered={delivered} gaps={gaps} duplicates={duplicates} resets={resets} \
         announced={announced}"
    );
    assert!(tally.violations.is_empty(), "{:#?}", tally.violations);
    assert_eq!((gaps, duplicates, resets), (0, 0, announced));
    if steps >= STEPS {
        for (what, least) in EXPECTED {
            let count = tally.counts.get(*what).copied().unwrap_or_default();
            assert!(count >= *least, "{what}: {count} times");
        }
    }
}
