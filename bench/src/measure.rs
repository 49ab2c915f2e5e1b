//! Clocks, the resident size of the process, and medians.

use std::fs;

use rustix::time::{ClockId, clock_gettime};

/// The CPU time that this process has used, in nanoseconds.
pub(crate) fn cpu() -> u64 {
    nanoseconds(ClockId::ProcessCPUTime)
}

/// The time since some instant, in nanoseconds.
pub(crate) fn wall() -> u64 {
    nanoseconds(ClockId::Monotonic)
}

fn nanoseconds(clock: ClockId) -> u64 {
    let time = clock_gettime(clock);
    time.tv_sec.cast_unsigned() * 1_000_000_000 + time.tv_nsec.cast_unsigned()
}

/// The bytes of this process that are in memory.
pub(crate) fn resident() -> f64 {
    let pages = fs::read_to_string("/proc/self/statm").expect("Linux has /proc");
    let pages =
        pages.split(' ').nth(1).and_then(|pages| pages.parse::<f64>().ok()).expect("its second word is a number");
    pages * ratio(rustix::param::page_size() as u64, 1)
}

/// How many `whole` there are for each of `parts`.
#[expect(clippy::cast_precision_loss, reason = "figures of a benchmark are far below 2^53")]
pub(crate) fn ratio(whole: u64, parts: u64) -> f64 {
    whole as f64 / parts as f64
}

/// The one in the middle.
pub(crate) fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Measures all of them in turn, as often as `rounds` says, each time beginning with another; returns the rounds of
/// each.
pub(crate) fn in_turn<T>(rounds: usize, contenders: &[impl Fn() -> T]) -> Vec<Vec<T>> {
    let mut figures: Vec<Vec<T>> = contenders.iter().map(|_| Vec::new()).collect();
    for round in 0..rounds {
        for turn in 0..contenders.len() {
            let which = (round + turn) % contenders.len();
            figures[which].push(contenders[which]());
        }
    }
    figures
}
