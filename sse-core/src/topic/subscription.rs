//! A cursor on a topic.

use core::fmt;
use core::pin::Pin;
use core::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream;

use super::{Shared, SubscribeError};
use crate::history::{Position, Read, ReaderKey, Verdict};
use crate::sync::Arc;

/// A cursor on a topic: a stream of what is between it and the newest event.
///
/// Dropping it frees its place before `drop` returns.
#[must_use = "a subscription that is dropped reads nothing"]
pub struct Subscription {
    shared: Arc<Shared>,
    /// Ephemeral events from before it are not delivered.
    attached: u64,
    key: ReaderKey,
    /// The stream has told why it ends.
    done: bool,
}

const _: () = assert!(size_of::<Subscription>() <= 32);

/// Where a client goes on that must start over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum AfterReset {
    /// With the oldest event that is kept.
    #[default]
    Oldest,
    /// With the next event that is published.
    Latest,
}

/// A subscription and what its client is to be told first.
#[derive(Debug)]
#[non_exhaustive]
pub struct Attached {
    /// Whether the client gets what it missed.
    pub verdict: Verdict,
    /// The position just before the first event that the subscription delivers.
    pub position: Position,
    /// The cursor.
    pub subscription: Subscription,
}

/// What a subscription delivers.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Delivery {
    /// The next events, encoded and whole: as many as there are, in at most 64 KiB, or one that is larger.
    Frames(Bytes),
    /// The reader trailed too far: an event that it had still to read is gone. Nothing follows.
    Lagged,
    /// The topic is closed and everything was read. Nothing follows.
    Ended,
}

pub(super) fn attach(
    shared: &Arc<Shared>,
    last_event_id: Option<&[u8]>,
    after_reset: AfterReset,
) -> Result<Attached, SubscribeError> {
    let now = shared.now();
    let mut log = shared.log.lock();
    // An idle log has not let go of what has become too old since the last event.
    log.evict(now);
    let verdict = log.verdict(last_event_id);
    let key = match (verdict, after_reset) {
        (Verdict::Recovered(position), _) => log.read_behind(position.offset()),
        (Verdict::Reset(_), AfterReset::Oldest) => log.read_from_oldest(),
        (Verdict::Fresh, _) | (Verdict::Reset(_), AfterReset::Latest) => log.read_from_head(),
    }
    .ok_or(SubscribeError { _priv: () })?;
    let attached = log.attach_point();
    let position = log.reader_position(key);
    drop(log);
    Ok(Attached {
        verdict,
        position,
        subscription: Subscription { shared: Arc::clone(shared), attached, key, done: false },
    })
}

impl Subscription {
    /// The position just before the next event that this subscription delivers.
    #[must_use]
    pub fn position(&self) -> Position {
        self.shared.log.lock().reader_position(self.key)
    }

    /// What there is to deliver now; `None` if the reader has everything.
    ///
    /// Behind [`Delivery::Lagged`] and [`Delivery::Ended`] it is the same again.
    pub fn try_next(&mut self) -> Option<Delivery> {
        delivery(self.shared.log.lock().read(self.key, self.attached))
    }
}

fn delivery(read: Read) -> Option<Delivery> {
    match read {
        Read::Frames(frames) => Some(Delivery::Frames(frames)),
        Read::Lagged => Some(Delivery::Lagged),
        Read::Ended => Some(Delivery::Ended),
        Read::Pending => None,
    }
}

/// The stream ends behind [`Delivery::Lagged`] and [`Delivery::Ended`].
impl Stream for Subscription {
    type Item = Delivery;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Delivery>> {
        if self.done {
            return Poll::Ready(None);
        }
        let mut log = self.shared.log.lock();
        let Some(delivery) = delivery(log.read(self.key, self.attached)) else {
            // In the same step as the read, or an event could come between them and wake nobody.
            let _dropped_outside_the_lock = log.wait(self.key, cx.waker());
            drop(log);
            return Poll::Pending;
        };
        drop(log);
        self.done = !matches!(delivery, Delivery::Frames(_));
        Poll::Ready(Some(delivery))
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let _dropped_outside_the_lock = self.shared.log.lock().remove_reader(self.key);
    }
}

impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscription").field("position", &self.position()).finish_non_exhaustive()
    }
}
