//! Events enter the log from a remote one, by the same door as those that are published here.

use alloc::boxed::Box;
use core::task::{Context, Waker};

use bytes::Bytes;

use super::extra::Extra;
use super::subscription::DONE;
use super::waking::WakeAll;
use super::{Attached, Delivery, PublishError, Shared, SubscribeError, SubscribeOptions, Subscription, Topic};
use crate::event::{EventName, SseEvent};
use crate::history::{Appended, Begin, Log, NewFrame, Position, ResetReason, Verdict};
use crate::sync::Arc;

impl<E: SseEvent + ?Sized> Topic<E> {
    /// Encodes an event for another log, with the checks that this one would make: its name, its block without an id,
    /// and whether it is terminal.
    pub(crate) fn encode_for_remote(&self, event: &E) -> Result<(EventName, Bytes, bool), PublishError> {
        self.encoded(event, |encoded, bytes| {
            let event = encoded.first().ok_or(PublishError::Closed)?;
            Ok((event.name.clone(), Bytes::copy_from_slice(&bytes[event.rest.clone()]), event.terminal))
        })
    }
}

impl Shared {
    /// Takes events from a remote log from now on, and no others. False if that is too late.
    pub(crate) fn begin_feed(&self) -> bool {
        let mut waking = WakeAll::new(self);
        let mut log = self.lock();
        let at = log.position();
        let begun = !log.is_closed() && log.feed_from(at);
        waking.arm(&mut log);
        begun
    }

    /// Appends what a remote log has, as one batch; and closes the log if the remote one ends at that offset.
    ///
    /// It is not refused for the bytes that a hub may hold: what is acknowledged is delivered, and the retention bounds
    /// it.
    pub(crate) fn feed(&self, frames: &[NewFrame<'_>], end: Option<u64>) -> Appended {
        let settings = self.settings();
        let now = settings.now();
        let mut waking = WakeAll::new(self);
        let mut log = self.lock();
        let appended = match frames {
            [] if log.is_closed() => Appended::Closed,
            [] => Appended::Done,
            _ => log.append(&settings.windows, frames, now),
        };
        if appended == Appended::Done {
            log.note_use(now);
            if let Some(offset) = end {
                log.close_at(offset);
            }
            // An empty page is no reason to wake anybody.
            if end.is_some() || !frames.is_empty() {
                waking.arm(&mut log);
            }
        }
        appended
    }

    /// Begins anew at a position of the remote log. Readers have lost their place.
    pub(crate) fn restart(&self, at: Position, reason: ResetReason) {
        let mut waking = WakeAll::new(self);
        let mut log = self.lock();
        log.restart(at, reason);
        waking.arm(&mut log);
    }

    /// The position before the oldest event that a resume may use.
    pub(crate) fn floor(&self) -> Position {
        self.lock().floor()
    }

    /// Attaches a client, if the log can say by itself what the verdict is.
    pub(crate) fn attach_if(
        self: &Arc<Self>,
        verdict: impl FnOnce(&Log) -> Option<Verdict>,
        options: &SubscribeOptions,
    ) -> Result<Option<Attached>, SubscribeError> {
        let log = self.lock_current();
        verdict(&log).map(|verdict| self.attach_as(log, verdict, options)).transpose()
    }

    /// Attaches a client that reads elsewhere up to the floor first, beginning behind `from`. `None` if `from` is not
    /// before the floor of this log.
    pub(crate) fn attach_at_floor(
        self: &Arc<Self>,
        verdict: Verdict,
        from: Position,
        options: &SubscribeOptions,
    ) -> Result<Option<Subscription>, SubscribeError> {
        let mut log = self.lock_current();
        if log.floor().epoch() != from.epoch() || log.floor().offset() <= from.offset() {
            return Ok(None);
        }
        let key = log.add_reader(Begin::Newest(u64::MAX)).ok_or(SubscribeError { _priv: () })?;
        log.note_verdict(verdict);
        let attached = log.attach_point();
        drop(log);
        let only = options.only.clone();
        let extra = only.map(|only| Box::new(Extra { only: Some(only), told: from.offset(), ..Extra::default() }));
        Ok(Some(Subscription { shared: Arc::clone(self), attached, key, wants_snapshot: options.snapshot, extra }))
    }
}

/// A subscription whose client still reads elsewhere.
impl Subscription {
    /// Whether there is a reason to read on here that has nothing to do with events: the reader was told to leave, or
    /// has lost its place because the log began anew.
    pub(crate) fn is_sent_away(&self) -> bool {
        self.attached & DONE != 0 || self.shared.lock().sent_away(self.attached).is_some()
    }

    /// Has the reader woken when something happens to the log. False if it has been sent away already.
    pub(crate) fn wait(&self, cx: &Context<'_>) -> bool {
        let mut log = self.shared.lock();
        let waits = self.attached & DONE == 0 && log.sent_away(self.attached).is_none();
        let _dropped_outside_the_lock: Option<Waker> = waits.then(|| log.wait(self.key, cx.waker())).flatten();
        drop(log);
        waits
    }

    /// Reads on behind a position up to which everything was read elsewhere, if everything from there on is still
    /// there. The client knows the offset `told` by the id of an event.
    ///
    /// Who was sent away reads on too, to be told so.
    pub(crate) fn hand_over(&mut self, position: Position, told: u64) -> bool {
        let mut log = self.shared.lock_current();
        if self.attached & DONE != 0 || log.sent_away(self.attached).is_some() {
            return true;
        }
        let there = log.seek(self.key, position).is_some();
        if there {
            // What is ephemeral is for those who are at the head.
            self.attached = log.attach_point();
            if let Some(extra) = self.extra.as_deref_mut() {
                extra.told = told;
            }
        }
        there
    }

    /// Stands before the oldest event again, because what the cursor stood before is gone.
    pub(crate) fn stand_at_floor(&self) {
        self.shared.lock_current().move_to_floor(self.key);
    }

    /// Ends the subscription as if its reader had been told to leave.
    pub(crate) fn leave(&mut self) -> Delivery {
        self.attached |= DONE;
        Delivery::Kicked
    }
}
