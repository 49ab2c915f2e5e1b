//! What a delivery costs, from the event to the subscriber that has its bytes.

use sse_core::Topic;

use super::channel::{Channel, MAX_BURST, Shape, World};
use super::ours::Batched;
use super::rivals::{AsyncBroadcast, Bounded, Broadcast, Unbounded};
use crate::measure::{cpu, in_turn, median, ratio, wall};
use crate::payload::Quote;
use crate::report::{Case, rounded};
use crate::{Effort, allocations};

/// What one delivery took, in nanoseconds, and how often one burst allocated.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cost {
    pub(super) cpu: f64,
    pub(super) wall: f64,
    pub(super) allocations: f64,
}

/// A channel, with the measurement of it.
pub(super) type Contender = (&'static str, fn(Shape, u64) -> Cost);

pub(super) const fn contender<C: Channel>() -> Contender {
    (C::NAME, measure::<C>)
}

pub(super) const OURS: Contender = contender::<Topic<Quote>>();

/// Ours, its rivals, and ours in batches.
const CONTENDERS: [Contender; 6] = [
    OURS,
    contender::<Broadcast>(),
    contender::<Bounded>(),
    contender::<Unbounded>(),
    contender::<AsyncBroadcast>(),
    contender::<Batched>(),
];

pub(super) fn cases(effort: Effort<'_>) -> Vec<Case> {
    let mut cases = Vec::new();
    for (burst, target) in [(MAX_BURST, 0.5), (1, 1.0)] {
        for subscribers in [1, 100, 10_000, 100_000] {
            let shape = Shape { subscribers, burst, cores: 1 };
            if !effort.includes(&name(shape)) {
                continue;
            }
            let [ours, rivals @ .., batched] = &figures(shape, effort, &CONTENDERS)[..] else { continue };
            let cpu: Vec<_> = rivals.iter().map(|&(name, cost)| (name, cost.cpu)).collect();
            let best = rivals.iter().min_by(|one, other| one.1.cpu.total_cmp(&other.1.cpu));
            let mut case = Case::new("topic", name(shape), "ns CPU per delivery", ours.1.cpu, &cpu)
                .target(target)
                .with("subscribers", subscribers)
                .with("burst", burst)
                .with("allocations_per_burst", rounded(ours.1.allocations))
                .with("allocations_of_rival", best.map(|best| rounded(best.1.allocations)));
            if burst > 1 {
                case = case.with("ours_as_batch", rounded(batched.1.cpu));
            }
            cases.push(case.print());
        }
    }
    cases
}

pub(super) fn name(shape: Shape) -> String {
    let what = if shape.burst == 1 { "single".to_owned() } else { format!("burst-{}", shape.burst) };
    format!("{what}-{}", shape.subscribers)
}

/// The median of each of the contenders.
pub(super) fn figures(shape: Shape, effort: Effort<'_>, contenders: &[Contender]) -> Vec<(&'static str, Cost)> {
    let runs: Vec<_> = contenders.iter().map(|&(_, run)| move || run(shape, effort.budget())).collect();
    let figures = in_turn(effort.rounds(), &runs).into_iter().map(|rounds| Cost {
        cpu: median(rounds.iter().map(|cost| cost.cpu).collect()),
        wall: median(rounds.iter().map(|cost| cost.wall).collect()),
        allocations: median(rounds.iter().map(|cost| cost.allocations).collect()),
    });
    contenders.iter().map(|&(name, _)| name).zip(figures).collect()
}

fn measure<C: Channel>(shape: Shape, budget: u64) -> Cost {
    let per_burst = (shape.subscribers * shape.burst) as u64;
    // Reading the clock costs as much as some deliveries.
    let bursts_between_looks = (16_384 / per_burst).max(1);
    World::<C>::run(shape, move |mut world| async move {
        // Until all have run once, and memory has been touched.
        for _ in 0..bursts_between_looks.min(256) {
            world.publish();
            world.received().await;
        }
        let (cpu_before, wall_before) = (cpu(), wall());
        let mut bursts = 0;
        let cpu = loop {
            for _ in 0..bursts_between_looks {
                world.publish();
                world.received().await;
            }
            bursts += bursts_between_looks;
            let cpu = cpu() - cpu_before;
            if cpu >= budget {
                break cpu;
            }
        };
        let deliveries = bursts * per_burst;
        let wall = wall() - wall_before;

        allocations::start();
        for _ in 0..bursts_between_looks {
            world.publish();
            world.received().await;
        }
        let allocations = ratio(allocations::stop().count, bursts_between_looks);
        Cost { cpu: ratio(cpu, deliveries), wall: ratio(wall, deliveries), allocations }
    })
}
