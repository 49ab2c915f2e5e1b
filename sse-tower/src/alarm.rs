//! The one timer of a connection.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use crate::timer::{Moment, Sleep, Timer};

/// Rings when a connection was quiet for an interval, and when its time is over, whichever comes first. It is set again
/// only when it rings, not by each event. What it is set by is others', and given each time.
pub(crate) struct Alarm {
    sleep: Option<Pin<Box<dyn Sleep>>>,
    last_traffic: Moment,
}

/// What it rings for.
pub(crate) enum Rings {
    Quiet,
    Deadline,
}

impl Alarm {
    pub(crate) const fn new(now: Moment) -> Self {
        Self { sleep: None, last_traffic: now }
    }

    pub(crate) const fn note_traffic(&mut self, now: Moment) {
        self.last_traffic = now;
    }

    pub(crate) const fn last_traffic(&self) -> Moment {
        self.last_traffic
    }

    /// Sets it to what comes next.
    pub(crate) fn set(&mut self, interval: Option<Duration>, deadline: Option<Moment>, now: Moment, timer: &dyn Timer) {
        let quiet = interval.map(|interval| self.last_traffic.after(interval));
        match (quiet.into_iter().chain(deadline).min().map(|next| next.since(now)), &mut self.sleep) {
            (Some(left), Some(sleep)) => sleep.as_mut().reset(left),
            (Some(left), none) => *none = Some(timer.sleep(left)),
            (None, sleep) => *sleep = None,
        }
    }

    pub(crate) fn poll(
        &mut self,
        interval: Option<Duration>,
        deadline: Option<Moment>,
        timer: &dyn Timer,
        cx: &mut Context<'_>,
    ) -> Poll<Rings> {
        loop {
            let Some(sleep) = &mut self.sleep else {
                return Poll::Pending;
            };
            ready!(sleep.as_mut().poll(cx));
            let now = Moment::now(timer);
            if deadline.is_some_and(|deadline| deadline <= now) {
                return Poll::Ready(Rings::Deadline);
            }
            let is_quiet = interval.is_some_and(|interval| self.last_traffic.after(interval) <= now);
            if is_quiet {
                self.last_traffic = now;
            }
            self.set(interval, deadline, now, timer);
            if is_quiet {
                return Poll::Ready(Rings::Quiet);
            }
        }
    }
}

impl fmt::Debug for Alarm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Alarm").field("last_traffic", &self.last_traffic).finish_non_exhaustive()
    }
}
