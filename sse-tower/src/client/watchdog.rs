//! How long a server has been silent.

use std::task::{Context, Poll};
use std::time::Duration;

use crate::alarm::Alarm;
use crate::timer::{Moment, Timer};

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
    alarm: Alarm,
    interval: Duration,
    /// How many chunks had come when the waiting began; `None` if nobody waits.
    waiting_since: Option<u64>,
}

impl Watchdog {
    pub(super) fn new(interval: Duration, timer: &dyn Timer) -> Self {
        let now = Moment::now(timer);
        let mut alarm = Alarm::new(now);
        alarm.set(Some(interval), None, now, timer);
        Self { alarm, interval, waiting_since: None }
    }

    /// The caller has something to do.
    pub(super) const fn rest(&mut self) {
        self.waiting_since = None;
    }

    /// Ready with the interval when nothing has come for so long. `chunks` is how many have, in all.
    pub(super) fn poll(&mut self, chunks: u64, timer: &dyn Timer, cx: &mut Context<'_>) -> Poll<Duration> {
        if self.waiting_since.replace(chunks) != Some(chunks) {
            self.alarm.note_traffic(Moment::now(timer));
        }
        self.alarm.poll(Some(self.interval), None, timer, cx).map(|_| self.interval)
    }
}
