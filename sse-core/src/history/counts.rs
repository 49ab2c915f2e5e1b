//! What became of the readers of a log.

use super::{ResetReason, Verdict};

/// Counters that only grow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ReaderCounts {
    /// Events, each as often as it was handed to a reader.
    pub(crate) delivered: u64,
    pub(crate) lagged: u64,
    pub(crate) restarted: u64,
    pub(crate) fresh: u64,
    pub(crate) recovered: u64,
    /// In the order of [`ResetReason`].
    pub(crate) reset: [u64; ResetReason::ALL.len()],
}

impl ReaderCounts {
    pub(super) const NONE: Self =
        Self { delivered: 0, lagged: 0, restarted: 0, fresh: 0, recovered: 0, reset: [0; ResetReason::ALL.len()] };

    pub(super) fn note_verdict(&mut self, verdict: Verdict) {
        match verdict {
            Verdict::Fresh => self.fresh += 1,
            Verdict::Recovered(_) => self.recovered += 1,
            Verdict::Reset(reason) => self.reset[reason as usize] += 1,
        }
    }

    pub(super) fn note_lost(&mut self, reason: ResetReason) {
        match reason {
            ResetReason::Lagged => self.lagged += 1,
            _ => self.restarted += 1,
        }
    }
}
