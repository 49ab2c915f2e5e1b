//! One server with so many subscribers, from the first connection to the last event.

use super::contenders::Contender;
use super::control::Usage;
use super::host::Server;
use super::load::Load;
use crate::measure::{ratio, wall};

/// How many events a burst has.
pub(super) const BURST: u32 = 64;

/// How events are published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// So many in a second.
    Fixed,
    /// One, and the next when all have got it.
    Single,
    /// So many at once, and as many again while they are under way.
    Burst,
}

impl Phase {
    pub(super) const ALL: [Self; 3] = [Self::Fixed, Self::Single, Self::Burst];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Fixed => "fixed",
            Self::Single => "single",
            Self::Burst => "burst",
        }
    }
}

/// What is to be run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan<'a> {
    pub(super) subscribers: usize,
    pub(super) phases: &'a [Phase],
    /// How long a phase takes at least, in nanoseconds.
    pub(super) time: u64,
}

/// What was found.
#[derive(Clone, Debug)]
pub(super) struct Round {
    pub(super) idle: Idle,
    pub(super) costs: Vec<(Phase, Cost)>,
}

impl Round {
    pub(super) fn cost(&self, phase: Phase) -> Option<&Cost> {
        self.costs.iter().find_map(|(of, cost)| (*of == phase).then_some(cost))
    }
}

/// What connections cost before there is an event.
#[derive(Clone, Copy, Debug)]
pub(super) struct Idle {
    /// KiB for each.
    pub(super) resident: f64,
    /// Milliseconds until all are open.
    pub(super) opened: f64,
    /// Microseconds of CPU time for each.
    pub(super) cpu: f64,
}

/// What deliveries cost in one phase.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cost {
    /// Microseconds of CPU time for each.
    pub(super) cpu: f64,
    pub(super) usage: Usage,
    /// Microseconds from the command to publish until an event has been received, of half of them at most.
    pub(super) p50: f64,
    /// The same, of 99 in 100.
    pub(super) p99: f64,
}

pub(super) fn run(contender: Contender, plan: Plan<'_>) -> Round {
    let mut server = Server::start(contender, false);
    let (before, resident) = (server.usage(), server.resident());
    let begin = wall();
    let mut load = Load::open(contender, server.address, plan.subscribers, None);
    let opened = wall() - begin;
    let used = server.usage().since(before);
    let subscribers = load.subscribers();
    let idle = Idle {
        resident: (server.resident() - resident) / ratio(subscribers, 1),
        opened: ratio(opened, 1_000_000),
        cpu: ratio(used.cpu.cast_unsigned(), subscribers) / 1_000.0,
    };

    // Until memory has been touched, and the processor knows the way.
    let mut player = Player { server: &mut server, load: &mut load, published: 0, latencies: Vec::new() };
    player.single(plan.time / 10);
    let costs = plan.phases.iter().map(|&phase| (phase, player.measure(phase, plan))).collect();
    player.check();
    Round { idle, costs }
}

/// How many bytes of the heap a quiet connection holds.
pub(super) fn heap(contender: Contender, subscribers: usize) -> f64 {
    let mut server = Server::start(contender, false);
    // What all connections share is there from the first one on.
    let first = Load::open(contender, server.address, 1, None);
    server.count();
    let load = Load::open(contender, server.address, subscribers, None);
    let held = server.usage().heap;
    drop(first);
    ratio(held.max(0).cast_unsigned(), load.subscribers())
}

struct Player<'a> {
    server: &'a mut Server,
    load: &'a mut Load,
    published: u64,
    /// In nanoseconds, of this phase.
    latencies: Vec<u64>,
}

impl Player<'_> {
    fn measure(&mut self, phase: Phase, plan: Plan<'_>) -> Cost {
        self.latencies.clear();
        let (before, begun) = (self.server.usage(), self.load.events());
        match phase {
            Phase::Fixed => self.fixed(plan),
            Phase::Single => self.single(plan.time),
            Phase::Burst => self.burst(plan.time),
        }
        let usage = self.server.usage().since(before);
        let deliveries = self.load.events() - begun;
        Cost {
            cpu: ratio(usage.cpu.cast_unsigned(), deliveries) / 1_000.0,
            usage,
            p50: percentile(&mut self.latencies, 50),
            p99: percentile(&mut self.latencies, 99),
        }
    }

    fn publish(&mut self, events: u32) {
        self.server.publish(events);
        self.published += u64::from(events);
    }

    /// Whether all have got all but the newest so many events.
    fn received_but(&self, newest: u64) -> bool {
        self.load.events() >= self.published.saturating_sub(newest) * self.load.subscribers()
    }

    fn single(&mut self, time: u64) {
        let begin = wall();
        while wall() - begin < time {
            let sent = wall();
            self.publish(1);
            while !self.received_but(0) {
                self.load.receive(|_| self.latencies.push(wall() - sent));
            }
        }
    }

    fn burst(&mut self, time: u64) {
        let begin = wall();
        while wall() - begin < time {
            self.publish(BURST);
            while !self.received_but(BURST.into()) {
                self.load.receive(|_| {});
            }
        }
        while !self.received_but(0) {
            self.load.receive(|_| {});
        }
    }

    /// 500 events in a second for one subscriber, 2 for ten thousand.
    fn fixed(&mut self, plan: Plan<'_>) {
        let rate = match plan.subscribers {
            ..10 => 500,
            10..500 => 100,
            500..5_000 => 20,
            _ => 2,
        };
        let (first, begin) = (self.published, wall());
        let mut sent: Vec<u64> = Vec::new();
        // Two seconds' worth, because little happens in one.
        let events = (2 * plan.time * rate / 1_000_000_000).max(2);
        for event in 0..events {
            while wall() - begin < event * 1_000_000_000 / rate {
                self.receive_sent(first, &sent);
            }
            sent.push(wall());
            self.publish(1);
        }
        while !self.received_but(0) {
            self.receive_sent(first, &sent);
        }
    }

    /// Receives events of which `sent` says when they were sent, from the event `first` on.
    fn receive_sent(&mut self, first: u64, sent: &[u64]) {
        self.load.receive(|number| {
            let sent = usize::try_from(number - first).ok().and_then(|event| sent.get(event));
            self.latencies.push(wall() - sent.expect("nothing comes before it is sent"));
        });
    }

    fn check(self) {
        let Self { server, load, published, .. } = self;
        load.check(published + 1, || server.publish(1));
    }
}

fn percentile(latencies: &mut [u64], percent: usize) -> f64 {
    let place = latencies.len() * percent / 100;
    if latencies.is_empty() { f64::NAN } else { ratio(*latencies.select_nth_unstable(place).1, 1_000) }
}
