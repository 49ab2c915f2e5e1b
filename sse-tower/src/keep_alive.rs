//! When a quiet connection is to be kept alive.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use crate::timer::{Sleep, Timer};

/// The timer of one connection. It is set again only when it fires, not by each event. What it is set by is the layer's,
/// and given each time.
pub(crate) struct KeepAlive {
    sleep: Pin<Box<dyn Sleep>>,
    last_traffic: Duration,
}

impl KeepAlive {
    pub(crate) fn new(interval: Duration, timer: &dyn Timer) -> Self {
        Self { sleep: timer.sleep(interval), last_traffic: timer.now() }
    }

    pub(crate) fn note_traffic(&mut self, timer: &dyn Timer) {
        self.last_traffic = timer.now();
    }

    /// Ready when nothing was sent for the interval.
    pub(crate) fn poll(&mut self, interval: Duration, timer: &dyn Timer, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            ready!(self.sleep.as_mut().poll(cx));
            let now = timer.now();
            let quiet = now.saturating_sub(self.last_traffic);
            if let Some(left) = interval.checked_sub(quiet).filter(|left| !left.is_zero()) {
                self.sleep.as_mut().reset(left);
            } else {
                self.sleep.as_mut().reset(interval);
                self.last_traffic = now;
                return Poll::Ready(());
            }
        }
    }
}

impl fmt::Debug for KeepAlive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeepAlive").field("last_traffic", &self.last_traffic).finish_non_exhaustive()
    }
}
