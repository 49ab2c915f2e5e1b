//! How long a server has been silent.

use std::task::{Context, Poll};
use std::time::Duration;

use crate::keep_alive::KeepAlive;
use crate::timer::Timer;

/// To connect, and to say `stream-open`, may take as long, however short the interval of keep-alive is.
pub(super) const SHORTEST_UNTIL_OPEN: Duration = Duration::from_secs(30);

/// How long a server may be silent that announces this interval of keep-alive.
pub(super) fn silence(keep_alive: Duration) -> Duration {
    (keep_alive / 2).saturating_mul(5)
}

/// Measures how long nothing has come, while somebody waits for it.
///
/// What a caller does between two polls does not count: the bytes may lie in the socket.
#[derive(Debug)]
pub(super) struct Watchdog {
    timer: KeepAlive,
    interval: Duration,
    /// How many chunks had come when the waiting began; `None` if nobody waits.
    waiting_since: Option<u64>,
}

impl Watchdog {
    pub(super) fn new(interval: Duration, timer: &dyn Timer) -> Self {
        Self { timer: KeepAlive::new(interval, timer), interval, waiting_since: None }
    }

    /// The caller has something to do.
    pub(super) const fn rest(&mut self) {
        self.waiting_since = None;
    }

    /// Ready with the interval when nothing has come for so long. `chunks` is how many have, in all.
    pub(super) fn poll(&mut self, chunks: u64, timer: &dyn Timer, cx: &mut Context<'_>) -> Poll<Duration> {
        if self.waiting_since.replace(chunks) != Some(chunks) {
            self.timer.note_traffic(timer);
        }
        self.timer.poll(self.interval, timer, cx).map(|()| self.interval)
    }
}
