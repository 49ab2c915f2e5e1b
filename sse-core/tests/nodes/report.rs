//! What has happened in all the runs.

use std::collections::BTreeMap;
use std::fmt;

/// Counts by name.
#[derive(Default)]
pub(crate) struct Report {
    counts: BTreeMap<&'static str, u64>,
}

/// What must have happened for the test to mean anything.
const EXPECTED: &[&str] = &[
    "acknowledged",
    "answer late",
    "answer lost",
    "attached behind the floor",
    "attached fresh",
    "attached here",
    "attached in vain",
    "cut within an event",
    "delivered",
    "epoch renewed",
    "event lost",
    "excused by the window",
    "kicked",
    "line restarted",
    "log closed",
    "node restarted",
    "page doubled",
    "page overlapping",
    "page shuffled",
    "publisher refused",
    "read on from the remote",
    "remote away",
    "replica took over",
    "request late",
    "request lost",
    "request twice",
    "reset evicted",
    "reset future",
    "reset in-band",
    "reset unknown-epoch",
    "resume refused",
    "told a position",
    "trimmed",
];

impl Report {
    pub(crate) fn count(&mut self, what: &'static str) {
        self.add(what, 1);
    }

    pub(crate) fn add(&mut self, what: &'static str, count: u64) {
        *self.counts.entry(what).or_default() += count;
    }

    pub(crate) fn expect_everything(&self) {
        for what in EXPECTED {
            assert!(self.counts.get(what).is_some_and(|count| *count > 0), "this never happened: {what}");
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts: Vec<_> = self.counts.iter().map(|(what, count)| format!("{count} {what}")).collect();
        f.write_str(&counts.join(", "))
    }
}
