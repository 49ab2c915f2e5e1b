//! Where time comes from.
//!
//! The layer takes a [`Timer`], so that it runs on any runtime and tests need not wait. With the feature `tokio`, which
//! is on by default, that is [`TokioTimer`] unless another is given.

use std::fmt;
use std::pin::Pin;
#[cfg(feature = "tokio")]
use std::task::{Context, Poll, Waker};
use std::time::{Duration, SystemTime};

/// A source of time.
pub trait Timer: fmt::Debug + Send + Sync {
    /// The time since any fixed instant, which never goes back.
    fn now(&self) -> Duration;

    /// A future that completes after `duration`.
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Sleep>>;

    /// The time of day. Default: the system's.
    #[expect(clippy::disallowed_methods, reason = "this is the timer")]
    fn system_time(&self) -> SystemTime {
        SystemTime::now()
    }
}

/// A [`Timer::now`] in eight bytes: nanoseconds, of which there are enough for 584 years.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment(u64);

impl Moment {
    pub(crate) const ORIGIN: Self = Self(0);

    pub(crate) fn now(timer: &dyn Timer) -> Self {
        Self::ORIGIN.after(timer.now())
    }

    pub(crate) fn after(self, duration: Duration) -> Self {
        let nanos = duration.as_secs().saturating_mul(1_000_000_000).saturating_add(duration.subsec_nanos().into());
        Self(self.0.saturating_add(nanos))
    }

    /// How long it is from an earlier moment to this one.
    pub(crate) const fn since(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }
}

/// A future that completes when its time has come, and can be set again.
pub trait Sleep: Future<Output = ()> + Send + Sync {
    /// Makes the future complete after `duration` from now, whether or not it has completed before.
    fn reset(self: Pin<&mut Self>, duration: Duration);
}

/// Tokio's clock and timer.
///
/// A body that keeps itself alive by it must be polled within a tokio runtime whose time driver is enabled.
#[cfg(feature = "tokio")]
#[derive(Clone, Debug)]
pub struct TokioTimer {
    start: tokio::time::Instant,
}

#[cfg(feature = "tokio")]
impl TokioTimer {
    /// A timer that counts from now.
    #[must_use]
    pub fn new() -> Self {
        Self { start: tokio::time::Instant::now() }
    }
}

#[cfg(feature = "tokio")]
impl Default for TokioTimer {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(feature = "tokio")]
impl Timer for TokioTimer {
    fn now(&self) -> Duration {
        self.start.elapsed()
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Sleep>> {
        Box::pin(TokioSleep { sleep: tokio::time::sleep(duration), waker: None })
    }
}

/// A year: longer than any connection.
#[cfg(feature = "tokio")]
const FOREVER: Duration = Duration::from_hours(365 * 24);

#[cfg(feature = "tokio")]
pin_project_lite::pin_project! {
    struct TokioSleep {
        #[pin]
        sleep: tokio::time::Sleep,
        // Whom it wakes. A body is polled for each of its events, and mostly by the same task.
        waker: Option<Waker>,
    }
}

#[cfg(feature = "tokio")]
impl Future for TokioSleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        if this.waker.as_ref().is_some_and(|waker| waker.will_wake(cx.waker())) && !this.sleep.is_elapsed() {
            return Poll::Pending;
        }
        let polled = this.sleep.poll(cx);
        *this.waker = polled.is_pending().then(|| cx.waker().clone());
        polled
    }
}

#[cfg(feature = "tokio")]
impl Sleep for TokioSleep {
    fn reset(self: Pin<&mut Self>, duration: Duration) {
        // A deadline that no clock reaches is as good as the furthest one it has.
        let now = tokio::time::Instant::now();
        let deadline = now.checked_add(duration).unwrap_or_else(|| now + FOREVER);
        let this = self.project();
        *this.waker = None;
        this.sleep.reset(deadline);
    }
}
