//! The one reader of a remote log in a process, which feeds the local one.

use alloc::vec::Vec;
use core::future::poll_fn;
use core::pin::pin;
use core::task::Poll;

use super::super::{Page, PageLimit, Relay, RelayError, RemoteState, StoredEvent, Wait};
use super::status::{Interrupt, Known, Status};
use crate::history::{Appended, Epoch, NewFrame, Offset, Position, ResetReason};
use crate::sync::Arc;
use crate::topic::Shared;

/// Why a [tail](super::RelayedTopic::tail) has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TailEnd {
    /// The log is closed, and everything in it was read.
    Closed,
    /// Nobody has the topic or a subscription of it any more.
    Unused,
}

/// What feeds the local log. It does not keep the topic alive.
pub(super) struct Tail<R> {
    shared: Arc<Shared>,
    relay: Arc<R>,
    log: Arc<str>,
    status: Arc<Status>,
    /// The next page is to be as things are now, because something has happened: the remote waits for an event, and
    /// meanwhile says nothing of what else has changed.
    prompt: bool,
    /// The last page looked as if events were lost. A second opinion is cheaper than a reset of every client.
    suspects: bool,
    ended: bool,
}

/// What a page says to a reader that knows which event is at its position.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Judged {
    /// The log goes on with these.
    On(Vec<StoredEvent>),
    /// The log is in another epoch.
    Renewed,
    /// The event at the position is gone, and another has its offset or will have it.
    Lost,
    /// Events behind the position were let go of before they were read.
    Evicted,
}

pub(super) fn judge(page: Page, known: Known) -> Result<Judged, RelayError> {
    let (state, offset) = (page.state, known.at.offset());
    if state.epoch != known.at.epoch() {
        return Ok(Judged::Renewed);
    }
    let is_trimmed = state.floor >= offset;
    let is_there = match (known.token, page.anchor) {
        (Some(ours), Some(theirs)) => ours == theirs,
        (Some(_), None) => is_trimmed,
        (None, theirs) => theirs.is_none(),
    };
    if state.head < offset || !is_there {
        return Ok(Judged::Lost);
    }
    if state.floor > offset {
        return Ok(Judged::Evicted);
    }
    page.into_events_behind(known.at).map(Judged::On)
}

/// What became of one step.
type Stepped = Result<Option<TailEnd>, RelayError>;

impl<R: Relay> Tail<R> {
    /// Takes the place of the tail; `None` if there is one.
    pub(super) fn new(shared: &Arc<Shared>, relay: &Arc<R>, log: &Arc<str>, status: &Arc<Status>) -> Option<Self> {
        status.take_tail().then(|| Self {
            shared: Arc::clone(shared),
            relay: Arc::clone(relay),
            log: Arc::clone(log),
            status: Arc::clone(status),
            prompt: true,
            suspects: false,
            ended: false,
        })
    }

    pub(super) async fn run<P: Future>(mut self, pause: impl Fn(u32) -> P) -> TailEnd {
        let mut attempt = 0_u32;
        loop {
            match self.step().await {
                Ok(Some(end)) => {
                    self.ended = end == TailEnd::Closed;
                    return end;
                }
                Ok(None) => {
                    attempt = 0;
                    give_way().await;
                }
                Err(error) => {
                    // What answers again may be another one.
                    self.prompt = true;
                    self.status.failed(error);
                    attempt = attempt.saturating_add(1);
                    if matches!(self.unless_interrupted(true, pause(attempt)).await, Err(Interrupt::Unused)) {
                        return TailEnd::Unused;
                    }
                }
            }
        }
    }

    /// Waits for something, unless there is a reason not to.
    async fn unless_interrupted<T>(&self, by_nudge: bool, waited_for: impl Future<Output = T>) -> Result<T, Interrupt> {
        let mut waited_for = pin!(waited_for);
        poll_fn(|cx| match self.status.poll_interrupt(cx, by_nudge) {
            Some(interrupt) => Poll::Ready(Err(interrupt)),
            None => waited_for.as_mut().poll(cx).map(Ok),
        })
        .await
    }

    /// One request, or two, and what follows from the answer.
    async fn step(&mut self) -> Stepped {
        let Some(known) = self.status.known() else { return self.unless_unused(self.begin()).await };
        let wait = if self.prompt { Wait::No } else { Wait::ForEvents };
        let request = self.relay.read(&self.log, known.at, PageLimit::default(), wait);
        let page = match self.unless_interrupted(!self.prompt, request).await {
            Ok(page) => page?,
            Err(Interrupt::Unused) => return Ok(Some(TailEnd::Unused)),
            Err(Interrupt::Nudged) => {
                self.prompt = true;
                return Ok(None);
            }
        };
        let state = page.state;
        if self.status.has_left(state.epoch) {
            return self.renew(state.epoch).await;
        }
        let judged = judge(page, known)?;
        // Whatever is found out now, the next page is to show it.
        self.prompt = !matches!(judged, Judged::On(_));
        if judged != Judged::Lost {
            self.suspects = false;
        }
        match judged {
            Judged::On(events) => return self.feed(known, state, events),
            Judged::Lost if !self.suspects => self.suspects = true,
            Judged::Lost => {
                self.status.leave(state.epoch);
                return self.renew(state.epoch).await;
            }
            Judged::Renewed => {
                self.status.leave(known.at.epoch());
                self.restart(state.floor_position(), ResetReason::UnknownEpoch);
            }
            Judged::Evicted => self.restart(state.floor_position(), ResetReason::Evicted),
        }
        Ok(None)
    }

    /// Begins behind the newest event, of which it has to be known which one it is.
    async fn begin(&self) -> Stepped {
        let at = self.relay.state(&self.log).await?.head_position();
        let page = self.relay.read(&self.log, at, PageLimit::new(1, 0), Wait::No).await?;
        let there = page.anchor.is_some() || page.state.floor == at.offset();
        if page.state.epoch == at.epoch() && page.state.head >= at.offset() && there {
            self.shared.restart(at, ResetReason::UnknownEpoch);
            self.status.began(Known { at, token: page.anchor });
        }
        Ok(None)
    }

    async fn renew(&mut self, lost: Epoch) -> Stepped {
        self.prompt = true;
        self.unless_unused(async {
            if self.relay.renew(&self.log, lost).await? == lost {
                return Err(RelayError::broken("an epoch was renewed and is still there"));
            }
            Ok(None)
        })
        .await
    }

    async fn unless_unused(&self, step: impl Future<Output = Stepped>) -> Stepped {
        // A nudge need not interrupt what is answered at once.
        self.unless_interrupted(false, step).await.unwrap_or(Ok(Some(TailEnd::Unused)))
    }

    /// Begins anew behind what there is no more of.
    fn restart(&self, at: Position, reason: ResetReason) {
        self.shared.restart(at, reason);
        self.status.began(Known { at, token: None });
    }

    fn feed(&self, known: Known, state: RemoteState, mut events: Vec<StoredEvent>) -> Stepped {
        let end = events.iter().position(|event| event.event.terminal);
        if let Some(end) = end {
            events.truncate(end + 1);
        }
        let newest = events.last().map_or_else(|| known.at.offset(), |event| event.offset);
        let closes = end.is_some() || state.closed && newest == state.head;
        // The end of a log without an event has no frame.
        let with_a_frame = events.iter().filter(|event| !event.event.frame.is_empty());
        let frames: Vec<_> = with_a_frame
            .map(|event| NewFrame {
                rest: &event.event.frame,
                name: event.event.name.clone(),
                offset: Offset::At(event.offset),
                key: None,
            })
            .collect();
        match self.shared.feed(&frames, closes.then_some(newest)) {
            Appended::Done => {}
            // By somebody here.
            Appended::Closed => return Ok(Some(TailEnd::Closed)),
            Appended::NotIncreasing => return Err(RelayError::broken("an event came twice")),
        }
        self.status.fed(events.iter().map(|event| Known::event(state.epoch, event)), self.shared.floor());
        Ok(closes.then_some(TailEnd::Closed))
    }
}

impl<R> Drop for Tail<R> {
    fn drop(&mut self) {
        self.status.give_tail_back(self.ended);
    }
}

/// Lets others have their turn: a remote in this process never has one wait while there is something to read.
async fn give_way() {
    let mut given = false;
    poll_fn(|cx| {
        if core::mem::replace(&mut given, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
