//! Two nodes that are joined by one remote log, and everything that may happen between them.
//!
//! There are publishers on both nodes, who try again with the same token, and clients that are cut at any byte and come
//! back on the other node with the id that they hold. Requests and answers are lost, late and doubled; nodes restart;
//! the remote goes away, trims, and has a replica take over that knows less. One seed decides it all: there is no
//! thread and no clock, and a task is polled only when it was woken, so that a wake that is forgotten is found out.
//!
//! The test knows the remote log as it really is, as a tree: what was lost and replaced are branches. It checks that
//! what a client gets is a path in that tree, whose next event each is the child of the one before; unless the client
//! is told of a reset. So nothing is delivered twice, nothing is left out, and the order is the same for all. What is
//! not a path must be one of the two exceptions that `relay` documents, and is counted.
#![cfg(feature = "test-util")]
#![expect(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "a test fails by panicking, and says why")]

mod client;
mod event;
mod node;
mod report;
mod task;
mod truth;
mod world;

use self::report::Report;
use self::world::World;

/// How many runs there are, unless `NODES_SEEDS` says otherwise; and how many things happen in each.
const SEEDS: u64 = 600;
const STEPS: u64 = 800;

#[test]
fn two_nodes_are_one_topic() {
    let mut report = Report::default();
    let seeds = std::env::var("NODES_SEEDS").map_or(SEEDS, |seeds| seeds.parse().unwrap());
    for seed in 0..seeds {
        World::new(seed, &mut report).run(STEPS);
    }
    println!("{report}");
    report.expect_everything();
}
