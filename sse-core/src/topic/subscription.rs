//! A cursor on a topic.

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;
use core::fmt;
use core::pin::Pin;
use core::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream;

use super::extra::Extra;
use super::shared::Locked;
use super::{LagPolicy, Shared, SubscribeError, SubscribeOptions, TopicReader};
use crate::event::EventName;
use crate::history::{Begin, EachFrame, Log, Position, Read, ReaderKey, ResetReason, Verdict};
use crate::sync::Arc;

/// A cursor on a topic: a stream of what is between it and the newest event.
///
/// Dropping it frees its place before `drop` returns.
#[must_use = "a subscription that is dropped reads nothing"]
pub struct Subscription {
    pub(super) shared: Arc<Shared>,
    /// Ephemeral events from before it are not delivered. [`DONE`] is in its highest bit.
    pub(super) attached: u64,
    pub(super) key: ReaderKey,
    /// Whether the newest event of each key comes first when the reader starts over.
    pub(super) wants_snapshot: bool,
    /// What only some subscriptions have.
    pub(super) extra: Option<Box<Extra>>,
}

const _: () = assert!(size_of::<Subscription>() <= 32);

/// The subscription has told why it ends.
pub(super) const DONE: u64 = 1 << 63;

/// A subscription and what its client is to be told first.
#[derive(Debug)]
#[non_exhaustive]
pub struct Attached {
    /// Whether the client gets what it missed.
    pub verdict: Verdict,
    /// The position just before the first event that the subscription delivers. `None` if a snapshot comes first, because
    /// a client that has not read it must not come back as if it had.
    pub position: Option<Position>,
    /// The cursor.
    pub subscription: Subscription,
}

/// What a subscription delivers.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Delivery {
    /// The next events, encoded and whole: as many as there are, in at most 64 KiB, or one that is larger.
    Frames(Bytes),
    /// The client has been told of no event for long: half of what is kept lies behind the id that it has. It is to be
    /// told this one, as `stream-position`. Only where events are left out.
    Position(Position),
    /// The client is to be told, as `stream-reset`, that it has lost events, and why.
    Reset {
        /// Why.
        reason: ResetReason,
        /// The position just before the next event. `None` if a snapshot comes first.
        position: Option<Position>,
    },
    /// An event that the reader had still to read is gone. Nothing follows.
    Lost(ResetReason),
    /// The topic told its subscribers to leave. Nothing follows.
    Kicked,
    /// The topic is closed and everything was read. Nothing follows.
    Ended,
}

impl Shared {
    /// Takes the verdict and attaches the cursor in one step.
    pub(super) fn attach(
        self: &Arc<Self>,
        verdict: impl FnOnce(&Log) -> Verdict,
        options: &SubscribeOptions,
    ) -> Result<Attached, SubscribeError> {
        let log = self.lock_current();
        let verdict = verdict(&log);
        self.attach_as(log, verdict, options)
    }

    /// Attaches the cursor of a client on which this is the verdict.
    pub(super) fn attach_as(
        self: &Arc<Self>,
        mut log: Locked<'_>,
        verdict: Verdict,
        options: &SubscribeOptions,
    ) -> Result<Attached, SubscribeError> {
        let start = options.start(verdict);
        let mut extra = Extra { only: options.only.clone(), ..Extra::default() };
        let snapshot = match start {
            Some(_) if options.snapshot => log.newest_of_each_key(|name| extra.wants(name)),
            _ => Vec::new(),
        };
        let begin = match (verdict, start) {
            (Verdict::Recovered(position), _) => Begin::Behind(position.offset()),
            (_, Some(start)) if snapshot.is_empty() => start.begin(),
            _ => Begin::Head,
        };
        let key = log.add_reader(begin).ok_or(SubscribeError { _priv: () })?;
        log.note_verdict(verdict);
        let (position, attached) = (log.reader_position(key), log.attach_point());
        drop(log);
        extra.told = position.offset();
        let owes_snapshot = extra.owe(snapshot, position);
        let extra = (owes_snapshot || extra.only.is_some()).then(|| Box::new(extra));
        Ok(Attached {
            verdict,
            position: (!owes_snapshot).then_some(position),
            subscription: Subscription {
                shared: Arc::clone(self),
                attached,
                key,
                wants_snapshot: options.snapshot,
                extra,
            },
        })
    }
}

impl Subscription {
    /// The position just before the next event that this subscription delivers, a snapshot apart.
    #[must_use]
    pub fn position(&self) -> Position {
        self.shared.lock().reader_position(self.key)
    }

    /// As [`Subscription::position`]; `None` if the reader has lost its place or was told to leave, because what would be
    /// named then lies behind events that it never got.
    pub(super) fn position_if_in_place(&self) -> Option<Position> {
        let log = self.shared.lock();
        log.fate(self.key, self.attached & !DONE).is_none().then(|| log.reader_position(self.key))
    }

    /// What there is to deliver now; `None` if the reader has everything, or if it has been told why nothing follows.
    pub fn try_next(&mut self) -> Option<Delivery> {
        match self.next(None, None) {
            Poll::Ready(next) => next,
            Poll::Pending => None,
        }
    }

    /// The position that the client should be told, as `stream-position`, because no id of an event has told it: events
    /// were left out. `None` if it knows. It counts as told from now on.
    ///
    /// Without it a client that is sent little would one day come back with an id from long ago and have to start over,
    /// although it has missed nothing.
    pub fn untold_position(&mut self) -> Option<Position> {
        let extra = self.extra.as_deref_mut().filter(|extra| extra.snapshot.is_none() && extra.only.is_some())?;
        let log = self.shared.lock();
        if self.attached & DONE != 0 || log.fate(self.key, self.attached).is_some() {
            // It has not come as far as the oldest event that is left.
            return None;
        }
        let position = log.reader_position(self.key);
        drop(log);
        (core::mem::replace(&mut extra.told, position.offset()) != position.offset()).then_some(position)
    }

    /// Goes on behind a position that a snapshot includes. False, and nothing has changed, if not everything from there
    /// on is there any more.
    ///
    /// The events between the subscription's own position and a later one are not delivered, nor is the newest of each
    /// key that was still owed: the snapshot has them. From an earlier one it catches up, and lags only once it has come within the live window again.
    pub fn seek(&mut self, position: Position) -> bool {
        if self.attached & DONE != 0 {
            return false;
        }
        let mut log = self.shared.lock_current();
        let Some(unread) = log.seek(self.key, position) else { return false };
        // What is ephemeral is not delivered a second time. Who was sent away stays so.
        if log.sent_away(self.attached).is_none() {
            self.attached = self.attached.max(unread);
        }
        drop(log);
        self.forget_snapshot(position);
        true
    }

    /// Goes on with the next event that is published, and returns the position before it. What lies between is not
    /// delivered, and whoever says so to the client names it that position.
    pub fn skip_to_head(&mut self) -> Position {
        let mut log = self.shared.lock();
        log.move_to_head(self.key);
        let position = log.reader_position(self.key);
        drop(log);
        self.forget_snapshot(position);
        position
    }

    /// What is owed of a snapshot of keys is behind the reader, as all events before this position.
    fn forget_snapshot(&mut self, position: Position) {
        if let Some(extra) = self.extra.as_deref_mut() {
            extra.told = position.offset();
            extra.snapshot = None;
        }
    }

    /// Whether the topic has told this subscription to leave: [`Delivery::Kicked`] is next.
    #[must_use]
    pub fn is_kicked(&self) -> bool {
        self.shared.lock().sent_away(self.attached) == Some(Read::Dismissed)
    }

    /// The topic that it reads.
    #[must_use]
    pub fn topic(&self) -> TopicReader {
        TopicReader { shared: Arc::clone(&self.shared) }
    }

    /// Whether an event with this name is delivered.
    pub(crate) fn wants(&self, name: &EventName) -> bool {
        self.extra.as_deref().is_none_or(|extra| extra.wants(name))
    }

    /// Whether only some events are delivered.
    pub(crate) fn leaves_out(&self) -> bool {
        self.extra.as_ref().is_some_and(|extra| extra.only.is_some())
    }

    /// The snapshot that is owed, for one who delivers it himself.
    pub(super) fn take_snapshot(&mut self) -> Option<(vec::IntoIter<Bytes>, Position)> {
        self.extra.as_deref_mut()?.snapshot.take()
    }

    /// What is next; `None` if nothing follows. If it is pending, the reader waits for it, if there is a context to wake.
    ///
    /// With `show` the frames go there one by one, and those that are delivered are empty.
    pub(super) fn next(
        &mut self,
        cx: Option<&mut Context<'_>>,
        mut show: Option<&mut dyn FnMut(EachFrame<'_>) -> usize>,
    ) -> Poll<Option<Delivery>> {
        if self.attached & DONE != 0 {
            return Poll::Ready(None);
        }
        let owes_snapshot = self.extra.as_ref().is_some_and(|extra| extra.snapshot.is_some());
        // Who is told to leave does not get the rest of it.
        if owes_snapshot
            && !self.is_kicked()
            && let Some(snapshot) = self.extra.as_deref_mut().and_then(Extra::next_of_snapshot)
        {
            return Poll::Ready(Some(Delivery::Frames(snapshot)));
        }
        let delivery = loop {
            let mut log = self.shared.lock();
            let read = if show.is_none() && !self.leaves_out() {
                log.read(self.key, self.attached)
            } else {
                let mut gathered = Vec::new();
                let mut gather = |frame: EachFrame<'_>| {
                    gathered.extend_from_slice(frame.id_line);
                    gathered.extend_from_slice(frame.rest);
                    frame.id_line.len() + frame.rest.len()
                };
                let show: &mut dyn FnMut(EachFrame<'_>) -> usize = match &mut show {
                    Some(show) => &mut **show,
                    None => &mut gather,
                };
                let mut told = None;
                let read = log.read_each(
                    self.key,
                    self.attached,
                    |name| self.wants(name),
                    |frame| {
                        told = frame.offset.or(told);
                        show(frame)
                    },
                );
                if let Some(extra) = self.extra.as_deref_mut() {
                    extra.told = told.unwrap_or(extra.told);
                    let position = log.reader_position(self.key);
                    if read == Some(Read::Pending)
                        && position.offset() != extra.told
                        && log.is_half_gone(&self.shared.settings().windows, extra.told)
                    {
                        extra.told = position.offset();
                        return Poll::Ready(Some(Delivery::Position(position)));
                    }
                }
                read.unwrap_or_else(|| Read::Frames(Bytes::from(gathered)))
            };
            match read {
                Read::Frames(frames) => return Poll::Ready(Some(Delivery::Frames(frames))),
                // Publishers come in between.
                Read::More => {}
                Read::Pending => {
                    // In the same step as the read, or an event could come between them and wake nobody.
                    let _dropped_outside_the_lock = cx.and_then(|cx| log.wait(self.key, cx.waker()));
                    drop(log);
                    return Poll::Pending;
                }
                Read::Lost(reason) => {
                    drop(log);
                    return Poll::Ready(Some(self.lose(reason)));
                }
                Read::Dismissed => break Delivery::Kicked,
                Read::Ended => break Delivery::Ended,
            }
        };
        self.attached |= DONE;
        Poll::Ready(Some(delivery))
    }

    /// Does with a reader that has lost its place what the topic does with those.
    pub(crate) fn lose(&mut self, reason: ResetReason) -> Delivery {
        let mut log = self.shared.lock();
        if log.sent_away(self.attached) == Some(Read::Dismissed) {
            // Since it was found to have lost its place; attaching it anew would forget that.
            drop(log);
            self.attached |= DONE;
            return Delivery::Kicked;
        }
        log.note_lost(reason);
        let policy = self.shared.settings().lag;
        if policy == LagPolicy::Close {
            drop(log);
            self.attached |= DONE;
            return Delivery::Lost(reason);
        }
        log.move_to_head(self.key);
        self.attached = log.attach_point();
        let position = log.reader_position(self.key);
        let snapshot = match policy {
            LagPolicy::Reset if self.wants_snapshot => log.newest_of_each_key(|name| self.wants(name)),
            _ => Vec::new(),
        };
        drop(log);
        let owes_snapshot = !snapshot.is_empty();
        if owes_snapshot || self.extra.is_some() {
            let extra = self.extra.get_or_insert_default();
            extra.told = position.offset();
            extra.owe(snapshot, position);
        }
        let position = (!owes_snapshot).then_some(position);
        Delivery::Reset { reason, position }
    }
}

/// The stream ends behind [`Delivery::Lost`], [`Delivery::Kicked`] and [`Delivery::Ended`].
impl Stream for Subscription {
    type Item = Delivery;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Delivery>> {
        self.next(Some(cx), None)
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let _dropped_outside_the_lock = self.shared.lock_used().remove_reader(self.key);
    }
}

impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscription").field("position", &self.position()).finish_non_exhaustive()
    }
}
