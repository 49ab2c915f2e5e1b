//! A response whose body is read.

use std::task::{Context, Poll};
use std::time::Duration;

use sse_core::EventId;
use sse_core::event::DecodedEvent;
use sse_core::wire::{Decoder, Limits};

use super::connect::Incoming;
use super::watchdog::Watchdog;
use super::{Cause, Reset};
use crate::decode::{Reader, ReceiveError};
use crate::timer::Timer;

/// What stands for the interval of keep-alive where none is known.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// A response whose body is read.
#[derive(Debug)]
pub(super) struct Connection {
    reader: Reader<Incoming>,
    opened_at: Duration,
    pub(super) keep_alive: Duration,
    pub(super) watchdog: Option<Watchdog>,
    /// `stream-open` has come.
    pub(super) announced: bool,
    /// An event of the application has come.
    pub(super) heard: bool,
    /// The header says that events were lost, and no event has yet said so.
    pub(super) reset: Option<Reset>,
    /// The last event ID until then.
    pub(super) id_before_reset: EventId,
}

impl Connection {
    pub(super) fn new(body: Incoming, limits: Limits, id: EventId, now: Duration) -> Self {
        Self {
            reader: Reader::new(body, Decoder::with_limits(limits).with_last_event_id(id.clone())),
            opened_at: now,
            keep_alive: KEEP_ALIVE,
            watchdog: None,
            announced: false,
            heard: false,
            reset: None,
            id_before_reset: id,
        }
    }

    pub(super) const fn decoder(&self) -> &Decoder {
        self.reader.decoder()
    }

    /// Whether it was good, so that the next one need not be waited for longer than the server says.
    ///
    /// It has brought an event, or was open for long enough; both, if there was no `stream-open` although the server sends
    /// it: then a proxy answers in its place, or another server has taken over.
    pub(super) fn is_good(&self, sends_open: bool, now: Duration) -> bool {
        let long = now.saturating_sub(self.opened_at) >= self.keep_alive.saturating_mul(2);
        if self.announced || !sends_open { self.heard || long } else { self.heard && long }
    }

    /// The next event, what became of an event that was lost, or why there are no more.
    pub(super) fn poll(
        &mut self,
        timer: &dyn Timer,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Result<DecodedEvent, ReceiveError>, Cause>> {
        let received = match std::pin::Pin::new(&mut self.reader).poll_event(cx) {
            Poll::Ready(Some(Ok(event))) => Ok(Ok(event)),
            Poll::Ready(Some(Err(error))) if error.is_body() => Err(Cause::Broken(error)),
            Poll::Ready(Some(Err(error))) => Ok(Err(error)),
            Poll::Ready(None) => Err(Cause::Ended),
            Poll::Pending => {
                let Some(watchdog) = &mut self.watchdog else { return Poll::Pending };
                return watchdog.poll(self.reader.chunks(), timer, cx).map(|silent| Err(Cause::Silent(silent)));
            }
        };
        self.watchdog.iter_mut().for_each(Watchdog::rest);
        Poll::Ready(received)
    }
}
