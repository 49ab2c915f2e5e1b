//! Those that are compared, and how each of them is measured.

use std::fmt;

use serde_json::{Map, Value};

use crate::measure::{cpu, in_turn, median, ratio};
use crate::report::rounded;
use crate::{Effort, allocations};

/// One of those that do the same job.
pub(crate) struct Contender {
    pub(crate) name: &'static str,
    /// How many events the job has.
    pub(crate) events: u64,
    /// Does the job so many times.
    pub(crate) run: Box<dyn Fn(u64)>,
    /// How many jobs show what one allocates.
    pub(crate) sample: u64,
}

impl fmt::Debug for Contender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Contender").field("name", &self.name).finish_non_exhaustive()
    }
}

/// What one event cost.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cost {
    pub(super) name: &'static str,
    /// CPU time in nanoseconds.
    pub(super) time: f64,
    pub(super) allocations: f64,
}

impl Contender {
    /// The nanoseconds of CPU time that one event takes.
    fn time(&self, budget: u64) -> f64 {
        let before = cpu();
        let (mut jobs, mut between_looks) = (0, 1);
        loop {
            (self.run)(between_looks);
            jobs += between_looks;
            let spent = cpu() - before;
            if spent >= budget {
                return ratio(spent, jobs * self.events);
            }
            // Reading the clock costs as much as some events.
            if spent < budget / 16 {
                between_looks *= 2;
            }
        }
    }

    /// How often one event allocates when all that outlives it is there.
    fn allocations(&self) -> f64 {
        let first = allocations::count(|| (self.run)(1)).count;
        let all = allocations::count(|| (self.run)(1 + self.sample)).count;
        ratio(all.saturating_sub(first), self.sample * self.events)
    }
}

/// What each of them costs: the median of rounds in which all take their turn.
pub(super) fn measure(effort: Effort<'_>, contenders: &[Contender]) -> Vec<Cost> {
    // There are hundreds of them, and more rounds are worth more than longer ones.
    let (rounds, budget) = (2 * effort.rounds() + 1, effort.budget() / 8);
    let runs: Vec<_> = contenders.iter().map(|contender| || contender.time(budget)).collect();
    let times = in_turn(rounds, &runs);
    let costs = contenders.iter().zip(times);
    costs
        .map(|(contender, times)| Cost {
            name: contender.name,
            time: median(times),
            allocations: contender.allocations(),
        })
        .collect()
}

/// What the one of this name cost.
pub(super) fn find(costs: &[Cost], name: &str) -> Option<Cost> {
    costs.iter().copied().find(|cost| cost.name == name)
}

/// How often each of them allocates for an event.
pub(super) fn all_allocations(costs: &[Cost]) -> Value {
    let each = costs.iter().map(|cost| (cost.name.to_owned(), rounded(cost.allocations).into()));
    Value::Object(each.collect::<Map<_, _>>())
}
