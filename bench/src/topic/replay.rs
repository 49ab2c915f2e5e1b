//! What it costs when a thousand clients come back, and each has missed a thousand events.

use std::hint::black_box;

use sse_core::Topic;

use super::channel::Channel;
use super::ours::{next, resume};
use crate::Effort;
use crate::allocations;
use crate::measure::{cpu, in_turn, median, ratio};
use crate::payload::Quote;
use crate::report::Case;

const EVENTS: usize = 1_000;
const CLIENTS: u64 = 1_000;

/// A log that was written while nobody read, and one of which every event was read on its own as it came.
pub(super) fn cases(effort: Effort<'_>) -> Vec<Case> {
    [("replay-1000x1000", false), ("replay-1000x1000-read-live", true)]
        .into_iter()
        .filter(|(name, _)| effort.includes(name))
        .map(|(name, live)| case(effort, name.to_owned(), &topic(live)))
        .collect()
}

fn topic(read_live: bool) -> Topic<Quote> {
    let mut topic = <Topic<Quote> as Channel>::new();
    let event = Quote::new();
    let mut reader = read_live.then(|| Channel::subscribe(&mut topic));
    for _ in 0..EVENTS {
        Channel::publish(&mut topic, &event);
        if let Some(reader) = &mut reader {
            while next(reader).is_some() {}
        }
    }
    topic
}

fn case(effort: Effort<'_>, name: String, topic: &Topic<Quote>) -> Case {
    let mut log = Vec::new();
    let mut client = resume(topic);
    let mut slices = 0;
    while let Some(frames) = next(&mut client) {
        log.extend_from_slice(&frames);
        slices += 1;
    }
    drop(client);
    let allocated = allocations::count(|| replay(topic, log.len()));

    let runs: [&dyn Fn() -> f64; 2] = [&|| per_client(|| replay(topic, log.len())), &|| {
        per_client(|| {
            for _ in 0..CLIENTS {
                drop(black_box(black_box(&log).clone()));
            }
        })
    }];
    let mut figures = in_turn(effort.rounds(), &runs).into_iter().map(median);
    let (ours, copy) = (figures.next().unwrap_or(f64::NAN), figures.next().unwrap_or(f64::NAN));
    Case::new("topic", name, "ns CPU per client", ours, &[("memcpy", copy)])
        .target(1.5)
        .at_most("allocations_per_client", ratio(allocated.count, CLIENTS), 8.0)
        .at_most("slices_per_client", f64::from(slices), 6.0)
        .print()
}

/// All clients come back, then each reads until it waits, then all go.
fn replay(topic: &Topic<Quote>, expected: usize) {
    let mut clients: Vec<_> = (0..CLIENTS).map(|_| resume(topic)).collect();
    for client in &mut clients {
        let mut bytes = 0;
        while let Some(frames) = next(client) {
            bytes += black_box(frames).len();
        }
        assert_eq!(bytes, expected, "a client did not get all that it missed");
    }
}

fn per_client(run: impl FnOnce()) -> f64 {
    let before = cpu();
    run();
    ratio(cpu() - before, CLIENTS)
}
