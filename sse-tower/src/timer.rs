//! Where time comes from.
//!
//! The layer takes a [`Timer`], so that it runs on any runtime and tests need not wait. With the feature `tokio`, which
//! is on by default, that is [`TokioTimer`] unless another is given.

use std::fmt;
use std::pin::Pin;
use std::time::Duration;

/// A source of time.
pub trait Timer: fmt::Debug + Send + Sync {
    /// The time since any fixed instant, which never goes back.
    fn now(&self) -> Duration;

    /// A future that completes after `duration`.
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Sleep>>;
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
        Box::pin(TokioSleep { sleep: tokio::time::sleep(duration) })
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
    }
}

#[cfg(feature = "tokio")]
impl Future for TokioSleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut std::task::Context<'_>) -> std::task::Poll<()> {
        self.project().sleep.poll(cx)
    }
}

#[cfg(feature = "tokio")]
impl Sleep for TokioSleep {
    fn reset(self: Pin<&mut Self>, duration: Duration) {
        // A deadline that no clock reaches is as good as the furthest one it has.
        let now = tokio::time::Instant::now();
        let deadline = now.checked_add(duration).unwrap_or_else(|| now + FOREVER);
        self.project().sleep.reset(deadline);
    }
}
