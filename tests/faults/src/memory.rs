//! Whether the memory of the server is flat.

use std::fmt;
use std::time::Duration;

use crate::Failure;

/// What a life must last for its memory to be judged strictly: a log is full by then, and each connection was closed once
/// by its age.
const LONG: Duration = Duration::from_mins(4);
/// As much of a life is no part of it: the buffers, the log and the arenas of the allocator fill.
const WARM_UP: f64 = 0.4;

/// What one life of the server holds under one load, over time.
#[derive(Clone, Debug)]
pub(crate) struct Memory {
    what: What,
    /// Seconds since the life began, and KiB.
    samples: Vec<(f64, f64)>,
}

/// Which memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// What the server has allocated and not freed.
    Heap,
    /// What the system has given it for that, with the holes of the allocator.
    Resident,
}

/// What the samples come to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Figures {
    pub(crate) what: What,
    /// The medians of the first and of the last quarter behind the warm-up, in KiB.
    pub(crate) first: f64,
    pub(crate) last: f64,
    /// The slope of the line that is nearest to the samples behind the warm-up, in KiB a minute.
    pub(crate) slope: f64,
    /// How long all that was, in seconds.
    pub(crate) seconds: f64,
    /// What `last` may be.
    pub(crate) bound: f64,
}

impl Memory {
    pub(crate) const fn new(what: What) -> Self {
        Self { what, samples: Vec::new() }
    }

    pub(crate) fn add(&mut self, since: Duration, kib: u64) {
        #[expect(clippy::cast_precision_loss, reason = "no process has 2^53 KiB")]
        self.samples.push((since.as_secs_f64(), kib as f64));
    }

    /// # Errors
    ///
    /// Returns an error if there are too few samples for a judgement.
    pub(crate) fn figures(&self) -> Result<Figures, Failure> {
        let whole = self.samples.last().map_or(0.0, |&(seconds, _)| seconds);
        let warm: Vec<_> = self.samples.iter().copied().filter(|&(seconds, _)| seconds >= whole * WARM_UP).collect();
        let quarter = warm.len() / 4;
        let (Some(head), Some(tail)) = (warm.get(..quarter), warm.get(warm.len() - quarter..)) else {
            return Err("no memory was measured".into());
        };
        if quarter == 0 {
            return Err(format!("{} samples of the memory are too few", warm.len()).into());
        }
        let (first, last) = (median(head), median(tail));
        // A thousand connections a second make a small leak of each a large one in a long life: 4 MiB in three
        // minutes are two dozen bytes. A short one tells of gross leaks alone.
        let (factor, more) = match (self.what, whole >= LONG.as_secs_f64()) {
            (What::Heap, true) => (1.03, 1.0),
            (What::Resident, true) => (1.05, 2.0),
            (_, false) => (1.25, 12.0),
        };
        let bound = first * factor + more * 1_024.0;
        Ok(Figures {
            what: self.what,
            first,
            last,
            slope: slope(&warm) * 60.0,
            seconds: whole * (1.0 - WARM_UP),
            bound,
        })
    }
}

impl Figures {
    pub(crate) fn is_flat(&self) -> bool {
        self.last <= self.bound
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, first, last, slope, seconds, bound } = self;
        let what = match what {
            What::Heap => "heap",
            What::Resident => "resident",
        };
        let mib = |kib: &f64| kib / 1_024.0;
        write!(
            f,
            "{what}: {:.1} MiB at first, {:.1} MiB at last, at most {:.1} MiB allowed; {slope:+.1} KiB a minute \
             over {seconds:.0} s behind the warm-up",
            mib(first),
            mib(last),
            mib(bound)
        )
    }
}

fn median(samples: &[(f64, f64)]) -> f64 {
    let mut values: Vec<_> = samples.iter().map(|&(_, kib)| kib).collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// By least squares, in KiB a second.
#[expect(clippy::cast_precision_loss, reason = "there are few samples")]
fn slope(samples: &[(f64, f64)]) -> f64 {
    let count = samples.len() as f64;
    let (seconds, kib) = samples.iter().fold((0.0, 0.0), |sum, sample| (sum.0 + sample.0, sum.1 + sample.1));
    let (seconds, kib) = (seconds / count, kib / count);
    let covariance: f64 = samples.iter().map(|sample| (sample.0 - seconds) * (sample.1 - kib)).sum();
    let variance: f64 = samples.iter().map(|sample| (sample.0 - seconds).powi(2)).sum();
    if variance > 0.0 { covariance / variance } else { 0.0 }
}

/// How many KiB of this process are in memory.
pub(crate) async fn resident(pid: u32) -> Result<u64, Failure> {
    let status = tokio::fs::read_to_string(format!("/proc/{pid}/status")).await?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB")).ok_or("Linux says in kB what is resident")?;
    Ok(kib.parse()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A sample a second.
    fn memory(seconds: u64, kib: impl Fn(u64) -> u64) -> Figures {
        let mut memory = Memory::new(What::Resident);
        (0..seconds).for_each(|second| memory.add(Duration::from_secs(second), kib(second)));
        memory.figures().unwrap()
    }

    #[test]
    fn a_warm_up_is_no_growth() {
        let figures = memory(400, |second| 10_000 + second.min(100) * 100);
        assert_eq!((figures.first, figures.last, figures.slope), (20_000.0, 20_000.0, 0.0));
        assert!(figures.is_flat());
    }

    #[test]
    fn what_grows_all_the_time_is_not_flat() {
        // 3 MiB a minute over 16 MiB.
        let figures = memory(400, |second| 16_384 + second * 50);
        assert!((figures.slope - 3_000.0).abs() < 0.1, "{figures}");
        assert!(!figures.is_flat(), "{figures}");
        // A tenth of a MiB a minute cannot be told from noise in that time.
        assert!(memory(400, |second| 16_384 + second * 2).is_flat());
    }

    #[test]
    fn a_short_life_tells_of_gross_leaks() {
        assert!(memory(20, |second| 16_384 + second * 100).is_flat());
        assert!(!memory(20, |second| 16_384 + second * 5_000).is_flat());
    }

    #[test]
    fn no_samples_are_no_proof() {
        assert!(Memory::new(What::Heap).figures().is_err());
    }
}
