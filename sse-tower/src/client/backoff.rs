//! How long to wait before the next attempt.

use std::time::Duration;

/// What a reconnection time of 0 grows from.
const SHORTEST: Duration = Duration::from_millis(100);

/// The attempts that have failed in a row, and the limits of what they lead to.
#[derive(Clone, Debug)]
pub(super) struct Backoff {
    pub(super) failures: u32,
    /// No delay is shorter.
    pub(super) floor: Duration,
    /// Backoff alone leads to no longer delay.
    pub(super) cap: Duration,
    /// As many failures in a row are the end, and never none.
    pub(super) max_attempts: Option<u32>,
}

impl Backoff {
    pub(super) const fn new() -> Self {
        Self { failures: 0, floor: Duration::ZERO, cap: Duration::from_secs(30), max_attempts: None }
    }

    /// Counts an attempt.
    pub(super) const fn note(&mut self, good: bool) {
        self.failures = if good { 0 } else { self.failures.saturating_add(1) };
    }

    pub(super) fn is_exhausted(&self) -> bool {
        self.max_attempts.is_some_and(|max| self.failures >= max.max(1))
    }

    /// The delay: `reconnection_time` exactly after a good connection and after the first failure, then that and a
    /// part, which `entropy` draws, of what doubling it with each failure adds.
    pub(super) fn delay(&self, reconnection_time: Duration, entropy: u64) -> Duration {
        let base = reconnection_time.max(self.floor);
        let Some(doublings @ 1..) = self.failures.checked_sub(1) else { return base };
        let most = base.max(SHORTEST).saturating_mul(1 << doublings.min(24)).min(self.cap);
        // The upper 16 bits of the entropy, scaled: no float, no overflow.
        let part = u32::from(u16::MAX);
        let drawn = u32::try_from(entropy >> 48).unwrap_or(part);
        base.saturating_add((most.saturating_sub(base) / part).saturating_mul(drawn))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The shortest and the longest delay, in milliseconds, after so many failures.
    #[track_caller]
    fn check(backoff: &Backoff, failures: u32, retry: u64, expected: (u64, u64)) {
        let backoff = Backoff { failures, ..backoff.clone() };
        let retry = Duration::from_millis(retry);
        let millis = |entropy| (backoff.delay(retry, entropy) + Duration::from_micros(200)).as_millis();
        assert_eq!((millis(0), millis(u64::MAX)), (expected.0.into(), expected.1.into()), "{failures} {retry:?}");
    }

    #[test]
    fn only_failures_in_a_row_make_it_longer() {
        let backoff = Backoff::new();
        for (failures, longest) in [(0, 3_000), (1, 3_000), (2, 6_000), (3, 12_000), (4, 24_000), (5, 30_000)] {
            check(&backoff, failures, 3_000, (3_000, longest));
        }
        check(&backoff, u32::MAX, 3_000, (3_000, 30_000));
    }

    #[test]
    fn a_reconnection_time_of_zero_is_no_busy_loop() {
        let backoff = Backoff::new();
        for (failures, longest) in [(0, 0), (1, 0), (2, 200), (3, 400), (20, 30_000)] {
            check(&backoff, failures, 0, (0, longest));
        }
        check(&Backoff { floor: Duration::from_millis(500), ..backoff }, 0, 0, (500, 500));
    }

    #[test]
    fn the_server_may_ask_for_more_than_the_cap() {
        check(&Backoff::new(), 0, 86_400_000, (86_400_000, 86_400_000));
        check(&Backoff::new(), 9, 86_400_000, (86_400_000, 86_400_000));
        let forever = Backoff { failures: 9, ..Backoff::new() }.delay(Duration::from_millis(u64::MAX), u64::MAX);
        assert_eq!(forever, Duration::from_millis(u64::MAX));
        let uncapped = Backoff { failures: 9, cap: Duration::MAX, ..Backoff::new() };
        assert_eq!(uncapped.delay(Duration::MAX, u64::MAX), Duration::MAX);
    }

    #[test]
    fn a_good_connection_starts_the_count_again() {
        let mut backoff = Backoff { max_attempts: Some(2), ..Backoff::new() };
        backoff.note(false);
        assert!(!backoff.is_exhausted());
        backoff.note(true);
        backoff.note(false);
        assert!(!backoff.is_exhausted());
        backoff.note(false);
        assert!(backoff.is_exhausted());
    }
}
