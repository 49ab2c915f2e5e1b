//! One attempt to connect.

use std::task::{Context, Poll};
use std::time::Duration;

use http::HeaderMap;

use super::Error;
use super::answer::Head;
use super::redirect::{self, RedirectFault, Target};
use super::watchdog::Watchdog;
use crate::timer::Timer;

/// One attempt to connect, redirects included.
pub(super) struct Attempt {
    pub(super) target: Target,
    /// The headers of this attempt alone.
    pub(super) headers: HeaderMap,
    pub(super) watchdog: Option<Watchdog>,
    redirects: u32,
    /// Every redirect so far was permanent.
    permanent: bool,
}

impl Attempt {
    pub(super) const fn new(target: Target, headers: HeaderMap, watchdog: Option<Watchdog>) -> Self {
        Self { target, headers, watchdog, redirects: 0, permanent: true }
    }

    /// Goes to where a redirect leads, and says whether the next attempt goes there at once.
    pub(super) fn follow(&mut self, head: Head) -> Result<bool, Error> {
        let followed = if self.redirects < redirect::MOST {
            self.target.follow(head.status, &head.headers)
        } else {
            Err(RedirectFault::TooMany)
        };
        match followed {
            Ok(target) => self.target = target,
            Err(fault) => return Err(Error::redirect(head, fault)),
        }
        self.redirects = self.redirects.saturating_add(1);
        self.permanent &= redirect::is_permanent(head.status);
        Ok(self.permanent)
    }

    /// Ready when the head of the response is overdue.
    pub(super) fn poll_silence(&mut self, timer: &dyn Timer, cx: &mut Context<'_>) -> Poll<Duration> {
        match &mut self.watchdog {
            // The redirects are all that has come.
            Some(watchdog) => watchdog.poll(self.redirects.into(), timer, cx),
            None => Poll::Pending,
        }
    }
}
