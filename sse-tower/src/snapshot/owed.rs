//! The snapshot of one connection: taken, fitted to its cursor, sent.

use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use futures_core::Stream as _;
use sse_core::history::ResetReason;
use sse_core::topic::{Delivery, Subscription};

use super::{Encoded, Take, Taking};
use crate::control;
use crate::source::private::Chunk;
use crate::timer::Timer;

/// How often the function is called before the client is told that it cannot have a snapshot.
const CALLS: u8 = 3;

/// The snapshot that a connection owes its client, or may owe one day.
#[expect(unnameable_types, reason = "only a sealed trait names it")]
pub struct Owed {
    snapshot: Arc<dyn Take>,
    timer: Option<Arc<dyn Timer>>,
    phase: Phase,
}

enum Phase {
    /// The client has what it needs.
    Settled,
    /// The function is called. Only calls that are numbered above `behind` will do.
    Taken { calls: u8, behind: u64, taking: Option<Mutex<Taking>> },
    /// The snapshot is handed over from piece `next` on, and `then` what the cursor read just before.
    Sent { encoded: Arc<Encoded>, next: usize, then: Option<Delivery> },
}

impl Owed {
    pub(crate) const fn new(snapshot: Arc<dyn Take>, timer: Option<Arc<dyn Timer>>) -> Self {
        Self { snapshot, timer, phase: Phase::Settled }
    }

    /// The client is to begin with a snapshot.
    pub(crate) fn owe(&mut self) {
        self.phase = Phase::Taken { calls: 0, behind: 0, taking: None };
    }

    /// Whether the client has not got all of it.
    pub(crate) const fn owes(&self) -> bool {
        !matches!(self.phase, Phase::Settled)
    }

    /// `Err` is what is sent before the cursor is read on. `Ok` is when there is nothing more of that, with what the
    /// cursor has read already.
    pub(crate) fn poll(
        &mut self,
        subscription: &mut Subscription,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Option<Delivery>, Chunk>> {
        // Who is told to leave gets none of it that it has not got.
        if self.owes() && subscription.is_kicked() {
            return Poll::Ready(Err(Chunk::Closed));
        }
        loop {
            match &mut self.phase {
                Phase::Settled => return Poll::Ready(Ok(None)),
                Phase::Taken { calls, behind, taking } => {
                    let taking = taking.get_or_insert_with(|| {
                        Mutex::new(self.snapshot.take(subscription.topic(), self.timer.as_ref(), *behind))
                    });
                    let taking = taking.get_mut().unwrap_or_else(PoisonError::into_inner);
                    let (encoded, number) = match ready!(taking.as_mut().poll(cx)) {
                        Ok(taken) => taken,
                        Err(error) => {
                            self.phase = Phase::Settled;
                            return Poll::Ready(Err(Chunk::Failed(error)));
                        }
                    };
                    let calls = *calls + 1;
                    self.phase = match fit(&encoded, subscription, cx) {
                        Fit::Sent(then) => Phase::Sent { encoded, next: 0, then },
                        Fit::Closed(chunk) => return Poll::Ready(Err(chunk)),
                        Fit::Gone if calls == CALLS => {
                            self.phase = Phase::Settled;
                            let head = subscription.skip_to_head();
                            let reset = control::reset(ResetReason::Evicted, control::ONE_TOPIC, &head);
                            return Poll::Ready(Err(Chunk::Reset(reset)));
                        }
                        Fit::Gone => {
                            // Where the cursor is, or from here on, everything is held for it.
                            if !subscription.seek(subscription.position()) {
                                subscription.skip_to_head();
                            }
                            Phase::Taken { calls, behind: number, taking: None }
                        }
                    };
                }
                Phase::Sent { encoded, next, then } => {
                    let piece = encoded.pieces.get(*next).cloned();
                    let is_empty = encoded.pieces.is_empty() && *next == 0;
                    *next += 1;
                    if let Some(piece) = piece {
                        return Poll::Ready(Err(Chunk::Frames(piece)));
                    }
                    if is_empty {
                        return Poll::Ready(Err(Chunk::Position(control::position(encoded.position))));
                    }
                    let then = then.take();
                    self.phase = Phase::Settled;
                    return Poll::Ready(Ok(then));
                }
            }
        }
    }
}

/// Whether a snapshot and a cursor fit together.
enum Fit {
    /// They do, and this comes behind the snapshot, if it has come already.
    Sent(Option<Delivery>),
    /// What follows the snapshot is no longer there.
    Gone,
    /// The reader is to leave.
    Closed(Chunk),
}

/// Moves the cursor behind the snapshot and reads what is there, so that a client that was told to leave, or that lost
/// its place meanwhile, does not get the snapshot first.
fn fit(encoded: &Encoded, subscription: &mut Subscription, cx: &mut Context<'_>) -> Fit {
    if !subscription.seek(encoded.position) {
        return Fit::Gone;
    }
    match Pin::new(subscription).poll_next(cx) {
        Poll::Pending => Fit::Sent(None),
        Poll::Ready(Some(Delivery::Reset { .. })) => Fit::Gone,
        Poll::Ready(Some(Delivery::Lost(_))) => Fit::Closed(Chunk::Lagged),
        Poll::Ready(None | Some(Delivery::Kicked)) => Fit::Closed(Chunk::Closed),
        Poll::Ready(then) => Fit::Sent(then),
    }
}

impl fmt::Debug for Owed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Owed").field("owes", &self.owes()).finish_non_exhaustive()
    }
}
