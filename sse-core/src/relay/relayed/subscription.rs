//! A cursor that may begin before what the local log keeps.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;
use core::mem;
use core::pin::Pin;
use core::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;

use super::super::Page;
use super::node::{Reading, Upstream};
use super::status::{Changed, Known, Status};
use super::tail::{Judged, judge};
use crate::history::{IdLine, Position, ResetReason, Verdict};
use crate::sync::Arc;
use crate::topic::{Delivery, Subscription};

/// A subscription of a relayed topic, and what its client is to be told first.
#[derive(Debug)]
#[non_exhaustive]
pub struct RelayedAttached {
    /// Whether the client gets what it missed.
    pub verdict: Verdict,
    /// The position just before the first event that the subscription delivers.
    pub position: Position,
    /// The cursor.
    pub subscription: RelayedSubscription,
}

/// A cursor on a relayed topic: a stream of what is between it and the newest event.
///
/// One that begins before what this node keeps reads from the remote log, a page of at most 64 KiB (or one larger
/// event) at a time, until it has come to what this node keeps; from there on it is a [`Subscription`] like any other.
/// While the remote log is away it waits.
///
/// Dropping it frees its place before `drop` returns.
#[must_use = "a subscription that is dropped reads nothing"]
pub struct RelayedSubscription {
    /// Stands where the client will come to.
    here: Subscription,
    /// Keeps the tail running.
    upstream: Arc<dyn Upstream>,
    /// Where it is until then.
    behind: Option<Box<Behind>>,
}

/// A client that reads from the remote log.
struct Behind {
    after: Position,
    /// The event there, if this subscription has read it.
    read: Option<Known>,
    /// Where the local cursor stands: there the two logs must be the same.
    joint: Option<Known>,
    /// The offset that the client knows by the id of an event.
    told: u64,
    stage: Stage,
    /// How often in a row nothing has come of a page.
    failures: u32,
}

enum Stage {
    Ask,
    Asking(Reading),
    Has(Page),
    /// For the tail to be answered.
    Waits(Changed),
}

/// How often a client asks in vain, although the tail is answered, before it is sent away to come back.
const MAX_FAILURES: u32 = 16;

/// What comes of a page.
enum Outcome {
    Deliver(Delivery),
    /// What follows, if anything, is here.
    Leave(Delivery),
    Again,
    /// The tail has to find out what is wrong.
    Wait,
}

impl RelayedSubscription {
    pub(super) const fn here(here: Subscription, upstream: Arc<dyn Upstream>) -> Self {
        Self { here, upstream, behind: None }
    }

    pub(super) fn behind(here: Subscription, upstream: Arc<dyn Upstream>, after: Position, page: Page) -> Self {
        let told = after.offset();
        let behind = Behind { after, read: None, joint: None, told, stage: Stage::Has(page), failures: 0 };
        Self { here, upstream, behind: Some(Box::new(behind)) }
    }

    /// The position just before the next event that this subscription delivers.
    #[must_use]
    pub fn position(&self) -> Position {
        self.behind.as_ref().map_or_else(|| self.here.position(), |behind| behind.after)
    }

    /// The position that the client should be told, because no id of an event has told it; see
    /// [`Subscription::untold_position`].
    pub fn untold_position(&mut self) -> Option<Position> {
        match &mut self.behind {
            None => self.here.untold_position(),
            Some(behind) => behind.untold().filter(|_| self.here.leaves_out()),
        }
    }

    /// Whether what comes next comes from the remote log, because this node does not keep it any more.
    #[must_use]
    pub const fn is_catching_up(&self) -> bool {
        self.behind.is_some()
    }
}

impl Behind {
    fn untold(&mut self) -> Option<Position> {
        let told = mem::replace(&mut self.told, self.after.offset());
        (told != self.after.offset()).then_some(self.after)
    }

    /// `None` when what follows is here.
    fn poll(
        &mut self,
        here: &mut Subscription,
        upstream: &dyn Upstream,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Outcome>> {
        loop {
            if self.joint.is_some_and(|joint| joint.at == self.after) {
                if here.hand_over(self.after, self.told) {
                    return Poll::Ready(None);
                }
                // This node has let go of something meanwhile.
                here.stand_at_floor();
                (self.joint, self.stage) = (None, Stage::Ask);
            }
            match &mut self.stage {
                Stage::Ask => self.stage = Stage::Asking(upstream.read(self.after)),
                Stage::Asking(reading) => {
                    self.stage = match ready!(reading.as_mut().poll(cx)) {
                        Ok(page) => Stage::Has(page),
                        Err(_) => self.wait(upstream),
                    }
                }
                Stage::Waits(changed) => {
                    ready!(changed.poll_answered(cx));
                    self.stage = Stage::Ask;
                }
                Stage::Has(_) => {
                    if let Stage::Has(page) = mem::replace(&mut self.stage, Stage::Ask) {
                        match self.take(page, here, upstream) {
                            Outcome::Wait => self.stage = self.wait(upstream),
                            outcome => {
                                self.failures = 0;
                                if !matches!(outcome, Outcome::Again) {
                                    return Poll::Ready(Some(outcome));
                                }
                            }
                        }
                    }
                }
            }
            if self.failures > MAX_FAILURES {
                return Poll::Ready(Some(Outcome::Leave(here.leave())));
            }
        }
    }

    /// Waits for the tail, which has a clock to wait by and asks for all.
    fn wait(&mut self, upstream: &dyn Upstream) -> Stage {
        self.failures += 1;
        let status = upstream.status();
        let changed = status.changed(status.now());
        status.nudge();
        Stage::Waits(changed)
    }

    /// Where this node's own events begin, and which event is there.
    fn joint(&mut self, here: &Subscription, status: &Status) -> Option<Known> {
        if self.joint.is_none() {
            self.joint = status.known_at(here.position()).or_else(|| {
                // What it stood before is gone.
                here.stand_at_floor();
                status.known_at(here.position())
            });
        }
        self.joint
    }

    /// Delivers what is in a page, as far as this node has not kept it itself.
    fn take(&mut self, page: Page, here: &mut Subscription, upstream: &dyn Upstream) -> Outcome {
        let lost = |here: &mut Subscription, reason| Outcome::Leave(here.lose(reason));
        let judged = match self.read {
            Some(read) => judge(page, read),
            // The client came with a position, and nobody knows of which event.
            None if page.state.epoch != self.after.epoch() => Ok(Judged::Renewed),
            None if page.state.floor > self.after.offset() => Ok(Judged::Evicted),
            None => page.into_events_behind(self.after).map(Judged::On),
        };
        let events = match judged {
            Ok(Judged::On(events)) => events,
            Ok(Judged::Renewed | Judged::Lost) => return lost(here, ResetReason::UnknownEpoch),
            Ok(Judged::Evicted) => return lost(here, ResetReason::Evicted),
            Err(_) => return Outcome::Wait,
        };
        // Without events: of what is here something is there no more. Without a joint: the tail is at work.
        let Some(joint) = self.joint(here, upstream.status()).filter(|_| !events.is_empty()) else {
            return Outcome::Wait;
        };
        let mut frames = Vec::new();
        for event in events {
            let known = Known::event(self.after.epoch(), &event);
            if known.at.offset() >= joint.at.offset() && known != joint {
                if joint.token.is_some() || known.at == joint.at {
                    return lost(here, ResetReason::UnknownEpoch);
                }
                // Where this node began there was no event.
                self.after = joint.at;
                break;
            }
            (self.after, self.read) = (known.at, Some(known));
            if !event.event.frame.is_empty() && here.wants(&event.event.name) {
                self.told = event.offset;
                frames.extend_from_slice(IdLine::new(known.at).as_bytes());
                frames.extend_from_slice(&event.event.frame);
            }
            if known == joint {
                break;
            }
        }
        if !frames.is_empty() {
            return Outcome::Deliver(Delivery::Frames(Bytes::from(frames)));
        }
        match self.untold().filter(|_| here.leaves_out()) {
            Some(position) => Outcome::Deliver(Delivery::Position(position)),
            None => Outcome::Again,
        }
    }
}

/// The stream ends as that of a [`Subscription`] does.
impl Stream for RelayedSubscription {
    type Item = Delivery;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Delivery>> {
        let Self { here, upstream, behind } = &mut *self;
        while let Some(reading) = behind {
            if here.is_sent_away() {
                *behind = None;
                break;
            }
            match reading.poll(here, &**upstream, cx) {
                Poll::Ready(Some(Outcome::Deliver(delivery))) => return Poll::Ready(Some(delivery)),
                Poll::Ready(Some(Outcome::Leave(delivery))) => {
                    *behind = None;
                    return Poll::Ready(Some(delivery));
                }
                Poll::Ready(_) => *behind = None,
                // So that who is sent away hears of it.
                Poll::Pending if here.wait(cx) => return Poll::Pending,
                Poll::Pending => {}
            }
        }
        Pin::new(here).poll_next(cx)
    }
}

impl fmt::Debug for RelayedSubscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RelayedSubscription")
            .field("position", &self.position())
            .field("is_catching_up", &self.is_catching_up())
            .finish_non_exhaustive()
    }
}
