//! The stream of a client.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_core::Stream;
use futures_core::stream::FusedStream;
use sse_core::event::{DecodedEvent, SseDecode};

use super::driver::Driver;
use super::{Error, Resume, Update};
use crate::decode::Received;

/// An event stream that reconnects.
///
/// It is a [`Stream`] of [`Update`]s. See the [module](super) for examples and for what it does.
#[must_use = "streams do nothing unless polled"]
pub struct EventSource<E = DecodedEvent> {
    driver: Driver,
    decode: fn(DecodedEvent) -> Update<E>,
}

/// The state of an [`EventSource`], in the words of the HTML standard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the standard has these three")]
pub enum ReadyState {
    /// There is no connection yet, or no longer; it is being made, or waited for.
    Connecting,
    /// The response is read.
    Open,
    /// The stream has ended, for whatever reason. There will be no further request.
    Closed,
}

impl EventSource {
    pub(super) fn new_untyped(driver: Driver) -> Self {
        Self { driver, decode: Update::untyped }
    }

    /// Decodes each event into one of `E`.
    ///
    /// An event of another name is [`Update::Unknown`], one whose data is not its payload [`Update::Invalid`].
    pub fn typed<E: SseDecode>(self) -> EventSource<E> {
        EventSource { driver: self.driver, decode: |event| Received::decode(event).into() }
    }
}

impl<E> EventSource<E> {
    /// Whether there is a connection.
    #[must_use]
    pub const fn ready_state(&self) -> ReadyState {
        self.driver.ready_state()
    }

    /// The id that a reconnect sends in `Last-Event-ID`, empty if it sends none: that of the last event that was yielded,
    /// or of a block without data or a control event behind it. Behind `stream-end` it is `=end`.
    #[must_use]
    pub fn last_event_id(&self) -> &str {
        self.driver.last_event_id()
    }

    /// How long it waits before it reconnects, unless attempts have failed: what the last `retry: 3000` has set.
    #[must_use]
    pub fn reconnection_time(&self) -> Duration {
        self.driver.reconnection_time()
    }

    /// What the server has said of the last event ID that the newest connection began with, in the header or in the event
    /// `stream-open`; `None` if it has not.
    #[must_use]
    pub const fn resume(&self) -> Option<Resume> {
        self.driver.resume()
    }

    /// Drops the connection, or what is waited for, and sends a new request at the next poll, without delay.
    ///
    /// It is no failure, and starts the count of failures again. A source that is closed stays closed.
    pub fn restart(&mut self) {
        self.driver.restart();
    }

    /// Closes the connection, at once and for good. The stream ends.
    pub fn close(&mut self) {
        self.driver.close();
    }
}

impl<E> Stream for EventSource<E> {
    type Item = Result<Update<E>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let decode = self.decode;
        self.driver.poll_next(cx).map_ok(|update| update.decode(decode))
    }
}

impl<E> FusedStream for EventSource<E> {
    fn is_terminated(&self) -> bool {
        self.ready_state() == ReadyState::Closed
    }
}

impl<E> fmt::Debug for EventSource<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("EventSource").field(&self.driver).finish()
    }
}
