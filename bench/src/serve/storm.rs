//! All clients come back at once, and each has missed as many events as are kept.

use super::contenders::Contender;
use super::host::Server;
use super::load::Load;
use crate::Effort;
use crate::measure::{in_turn, median, ratio, wall};
use crate::payload::EPOCH;
use crate::report::Case;

const MISSED: u32 = 1_000;

#[derive(Clone, Copy, Debug)]
struct Storm {
    /// Milliseconds of CPU time.
    cpu: f64,
    /// MiB that the process has grown by at most.
    grown: f64,
    /// Milliseconds until the last client has all.
    last: f64,
}

/// What is said of it: the name behind `storm`, its unit, the ratio that it is meant to have, and where it is.
type Figure = (&'static str, &'static str, f64, fn(&Storm) -> f64);

const FIGURES: [Figure; 3] = [
    ("cpu", "ms CPU", 0.1, |storm| storm.cpu),
    ("memory", "MiB at most", 0.5, |storm| storm.grown),
    ("last", "ms until the last client has all", 0.15, |storm| storm.last),
];

pub(super) fn cases(effort: Effort<'_>, rounds: usize) -> Vec<Case> {
    let clients = if effort.quick { 100 } else { 1_000 };
    let contenders = [Contender::Ours, Contender::Idiom];
    let storms = in_turn(rounds, &contenders.map(|contender| move || storm(contender, clients)));
    let figure = |of: usize, read: fn(&Storm) -> f64| median(storms[of].iter().map(read).collect());
    FIGURES
        .into_iter()
        .map(|(what, unit, target, read)| {
            let rival = (Contender::Idiom.name(), figure(1, read));
            let case = Case::new("serve", format!("storm-{clients}-{what}"), unit, figure(0, read), &[rival]);
            case.target(target).with("clients", clients).with("missed", MISSED)
        })
        .filter(|case| effort.includes(&case.name))
        .map(Case::print)
        .collect()
}

fn storm(contender: Contender, clients: usize) -> Storm {
    let mut server = Server::start(contender, true);
    server.publish(MISSED);
    let (before, resident) = (server.usage(), server.resident());
    let begin = wall();
    let id = format!("{EPOCH}-0");
    let mut load = Load::open(contender, server.address, clients, Some(&id));
    while load.events() < load.subscribers() * u64::from(MISSED) {
        load.receive(|_| {});
    }
    let last = wall() - begin;
    let used = server.usage().since(before);
    let grown = server.peak() - resident;
    load.check(u64::from(MISSED) + 1, || server.publish(1));
    Storm { cpu: ratio(used.cpu.cast_unsigned(), 1_000_000), grown: grown / 1_024.0, last: ratio(last, 1_000_000) }
}
