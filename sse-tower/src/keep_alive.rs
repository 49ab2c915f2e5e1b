//! When a quiet connection is to be kept alive.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use crate::timer::{Sleep, Timer};

/// The timer of one connection. It is set again only when it fires, not by each event.
pub(crate) struct KeepAlive {
    interval: Duration,
    timer: Arc<dyn Timer>,
    sleep: Pin<Box<dyn Sleep>>,
    last_traffic: Duration,
}

impl KeepAlive {
    pub(crate) fn new(interval: Duration, timer: &Arc<dyn Timer>) -> Self {
        Self { interval, timer: Arc::clone(timer), sleep: timer.sleep(interval), last_traffic: timer.now() }
    }

    pub(crate) fn note_traffic(&mut self) {
        self.last_traffic = self.timer.now();
    }

    /// Ready when nothing was sent for the interval.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            ready!(self.sleep.as_mut().poll(cx));
            let now = self.timer.now();
            let quiet = now.saturating_sub(self.last_traffic);
            if let Some(left) = self.interval.checked_sub(quiet).filter(|left| !left.is_zero()) {
                self.sleep.as_mut().reset(left);
            } else {
                self.sleep.as_mut().reset(self.interval);
                self.last_traffic = now;
                return Poll::Ready(());
            }
        }
    }
}

impl fmt::Debug for KeepAlive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeepAlive").field("interval", &self.interval).finish_non_exhaustive()
    }
}
