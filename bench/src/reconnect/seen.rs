//! What is seen of a client: what it asked for, and what it said.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use super::clients::Said;

/// A request, as far as the cases ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Request {
    /// The bytes of `Last-Event-ID`.
    pub(super) last_event_id: Option<Vec<u8>>,
}

/// What happened.
#[derive(Debug)]
pub(super) enum Sign {
    Request(Request),
    Said(Said),
    /// The process has ended.
    Gone,
}

/// All that happened.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) requests: Vec<Request>,
    /// The data of the events.
    pub(super) events: Vec<String>,
    pub(super) errors: usize,
    /// The stream has come to its end.
    pub(super) ended: bool,
    /// The process ended before the stream did.
    pub(super) panicked: bool,
}

impl Seen {
    /// Reads until this is so, the client has gone, or for so long.
    #[expect(clippy::disallowed_methods, reason = "a window of time is what it is about")]
    pub(super) fn read(&mut self, signs: &Receiver<Sign>, window: Duration, done: impl Fn(&Self) -> bool) {
        let end = Instant::now() + window;
        while !(done(self) || self.ended || self.panicked) {
            match signs.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(Sign::Request(request)) => self.requests.push(request),
                Ok(Sign::Said(Said::Event(data))) => self.events.push(data),
                Ok(Sign::Said(Said::Error)) => self.errors += 1,
                Ok(Sign::Said(Said::End)) => self.ended = true,
                Ok(Sign::Gone) => self.panicked = !self.ended,
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    /// What the `n`-th request said that the client had last.
    pub(super) fn id_of(&self, n: usize) -> Option<&[u8]> {
        self.requests.get(n)?.last_event_id.as_deref()
    }
}
