//! What happened, and how often.

use std::collections::BTreeMap;

/// Counts over all rounds.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) published: u64,
    pub(crate) delivered: u64,
    pub(crate) gaps: u64,
    pub(crate) duplicates: u64,
    /// Resets that core gave and whose place in the bytes a client has read.
    pub(crate) resets: u64,
    /// Those that a client was told of.
    pub(crate) announced: u64,
    pub(crate) counts: BTreeMap<String, u64>,
    pub(crate) violations: Vec<String>,
    /// Which round it is, as it is told of a violation.
    pub(crate) round: String,
    /// Whether to print everything that happens.
    pub(crate) traces: bool,
}

impl Tally {
    pub(crate) fn count(&mut self, what: &str) {
        match self.counts.get_mut(what) {
            Some(count) => *count += 1,
            None => drop(self.counts.insert(what.to_owned(), 1)),
        }
    }

    pub(crate) fn violation(&mut self, what: impl FnOnce() -> String) {
        if self.violations.len() < 8 {
            let violation = format!("{}: {}", self.round, what());
            self.trace(|| violation.clone());
            self.violations.push(violation);
        }
    }

    pub(crate) fn check(&mut self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.violation(what);
        }
    }

    pub(crate) fn trace(&self, what: impl FnOnce() -> String) {
        if self.traces {
            println!("{}", what());
        }
    }
}
