//! What the tail of a topic has found out, and who waits for it to find out more.

use alloc::collections::{BTreeMap, VecDeque};
use core::mem;
use core::pin::Pin;
use core::task::{Context, Poll, Waker};

use super::super::{RelayError, StoredEvent, Token};
use super::ResumeError;
use crate::history::{Epoch, Position};
use crate::sync::{Arc, Mutex};

/// How many epochs are remembered that the log has left.
const MAX_LEFT: usize = 32;

/// What a node knows of its remote log. Written by the tail, read by everybody.
#[derive(Debug, Default)]
pub(super) struct Status {
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    tail: Tail,
    /// How far the local log has come, and where it has begun; `None` before the first answer.
    known: Option<Known>,
    began: Option<Known>,
    /// The events that the local log keeps, and the one just before them.
    kept: VecDeque<Kept>,
    /// Epochs that the log must not come back to.
    left: VecDeque<Epoch>,

    /// How often the tail was answered, and how often it was not.
    answers: u64,
    failures: u64,
    /// Why it was not, if that was the last thing that happened.
    away: Option<RelayError>,
    waiting: BTreeMap<u64, Waker>,
    next_waiting: u64,

    /// Somebody waits for the tail to be answered.
    nudged: bool,
    /// Nobody has the topic any more.
    unused: bool,
    tail_waker: Option<Waker>,
}

/// An offset and the token of its event, in 24 bytes.
#[derive(Clone, Copy, Debug)]
struct Kept {
    offset: u64,
    token: [u8; 16],
}

const _: () = assert!(size_of::<Kept>() <= 24);

impl Kept {
    /// `None` where there is no event.
    fn new(known: Known) -> Option<Self> {
        known.token.map(|token| Self { offset: known.at.offset(), token: token.to_bits().to_ne_bytes() })
    }

    const fn token(&self) -> Token {
        Token::from_bits(u128::from_ne_bytes(self.token))
    }
}

/// Whether somebody feeds the local log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Tail {
    #[default]
    None,
    Runs,
    /// The log is closed: there is nothing more to feed it.
    Ended,
}

/// An offset in the present epoch, and which event has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) at: Position,
    /// `None` if there was none when the local log began here, because the remote one has let go of it.
    pub(super) token: Option<Token>,
}

impl Known {
    pub(super) fn event(epoch: Epoch, event: &StoredEvent) -> Self {
        Self { at: Position::new(epoch, event.offset), token: Some(event.token) }
    }
}

/// A moment, to know later whether something has happened since.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark {
    /// Whether the local log has begun.
    pub(super) begun: bool,
    /// Whether it is closed, as the remote one is.
    pub(super) ended: bool,
    answers: u64,
    failures: u64,
}

/// What a tail is interrupted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Interrupt {
    /// Somebody waits for it to be answered.
    Nudged,
    /// Nobody has the topic any more.
    Unused,
}

impl Status {
    /// Takes the place of the tail. False if it is taken, or there is nothing to do.
    pub(super) fn take_tail(&self) -> bool {
        let mut held = self.held.lock();
        let free = held.tail == Tail::None;
        if free {
            held.tail = Tail::Runs;
        }
        free
    }

    /// Gives the place back. With `ended` for good.
    pub(super) fn give_tail_back(&self, ended: bool) {
        self.change(|held| held.tail = if ended || held.tail == Tail::Ended { Tail::Ended } else { Tail::None });
    }

    /// What a resume can go by, if by anything.
    pub(super) fn mark(&self) -> Result<Mark, ResumeError> {
        let held = self.held.lock();
        match (&held.known, &held.away) {
            (None, Some(error)) => Err(error.clone().into()),
            _ if held.tail == Tail::None => Err(ResumeError::NoTail),
            _ => Ok(held.mark()),
        }
    }

    /// Why the tail is not answered, if it is not.
    pub(super) fn away(&self) -> Option<RelayError> {
        self.held.lock().away.clone()
    }

    pub(super) fn known(&self) -> Option<Known> {
        self.held.lock().known
    }

    pub(super) fn has_left(&self, epoch: Epoch) -> bool {
        self.held.lock().left.contains(&epoch)
    }

    pub(super) fn leave(&self, epoch: Epoch) {
        let mut held = self.held.lock();
        if !held.left.contains(&epoch) {
            if held.left.len() == MAX_LEFT {
                held.left.pop_front();
            }
            held.left.push_back(epoch);
        }
    }

    /// What is at this place of the local log, if that is within what is kept or just before.
    pub(super) fn known_at(&self, at: Position) -> Option<Known> {
        let held = self.held.lock();
        let epoch = held.known.map(|known| known.at.epoch());
        let began = held.began.filter(|began| began.at == at);
        let kept = |index: usize| held.kept.get(index).map(|kept| Known { at, token: Some(kept.token()) });
        let index = held.kept.binary_search_by_key(&at.offset(), |kept| kept.offset);
        index.ok().filter(|_| epoch == Some(at.epoch())).and_then(kept).or(began)
    }

    /// The local log has begun here.
    pub(super) fn began(&self, known: Known) {
        self.change(|held| {
            held.answered();
            (held.known, held.began) = (Some(known), Some(known));
            held.kept = Kept::new(known).into_iter().collect();
        });
    }

    /// These were appended to the local log, which keeps what is behind `floor`.
    pub(super) fn fed(&self, events: impl Iterator<Item = Known>, floor: Position) {
        self.change(|held| {
            held.answered();
            for known in events {
                held.known = Some(known);
                held.kept.extend(Kept::new(known));
            }
            let gone = held.kept.partition_point(|kept| kept.offset < floor.offset());
            held.kept.drain(..gone);
            if held.kept.len() < held.kept.capacity() / 4 {
                let room = held.kept.len() * 2;
                held.kept.shrink_to(room);
            }
        });
    }

    /// The tail was not answered.
    pub(super) fn failed(&self, error: RelayError) {
        self.change(|held| {
            held.failures += 1;
            held.away = Some(error);
        });
    }

    /// Has the tail ask at once.
    pub(super) fn nudge(&self) {
        let waker = {
            let mut held = self.held.lock();
            held.nudged = true;
            held.tail_waker.take()
        };
        waker.into_iter().for_each(Waker::wake);
    }

    /// Has the tail end.
    pub(super) fn abandon(&self) {
        let waker = {
            let mut held = self.held.lock();
            held.unused = true;
            held.tail_waker.take()
        };
        waker.into_iter().for_each(Waker::wake);
    }

    /// Whether the tail is to do something else than what it waits for; if not, it is woken when it is.
    pub(super) fn poll_interrupt(&self, cx: &Context<'_>, by_nudge: bool) -> Option<Interrupt> {
        let (interrupt, _dropped_outside_the_lock) = {
            let mut held = self.held.lock();
            if held.unused {
                return Some(Interrupt::Unused);
            }
            let nudged = by_nudge && mem::take(&mut held.nudged);
            (nudged.then_some(Interrupt::Nudged), held.tail_waker.replace(cx.waker().clone()))
        };
        interrupt
    }

    /// Changes something and wakes those who wait for a change.
    fn change(&self, change: impl FnOnce(&mut Held)) {
        let waiting = {
            let mut held = self.held.lock();
            change(&mut held);
            mem::take(&mut held.waiting)
        };
        waiting.into_values().for_each(Waker::wake);
    }

    /// A future that waits for the tail to be answered, behind a mark.
    pub(super) fn changed(self: &Arc<Self>, since: Mark) -> Changed {
        Changed { status: Arc::clone(self), since, key: None }
    }

    /// A mark that is good for waiting only.
    pub(super) fn now(&self) -> Mark {
        self.held.lock().mark()
    }
}

impl Held {
    fn mark(&self) -> Mark {
        Mark {
            begun: self.known.is_some(),
            ended: self.tail == Tail::Ended,
            answers: self.answers,
            failures: self.failures,
        }
    }

    fn answered(&mut self) {
        self.answers += 1;
        self.away = None;
    }
}

/// Waits for the tail to be answered.
#[derive(Debug)]
pub(super) struct Changed {
    status: Arc<Status>,
    since: Mark,
    key: Option<u64>,
}

impl Changed {
    /// Ready when the tail was answered; or when it has nothing more to ask.
    pub(super) fn poll_answered(&mut self, cx: &Context<'_>) -> Poll<()> {
        self.poll_with(cx, |held, since| (held.answers > since.answers || held.tail == Tail::Ended).then_some(()))
    }

    fn poll_with<T>(&mut self, cx: &Context<'_>, look: impl FnOnce(&Held, Mark) -> Option<T>) -> Poll<T> {
        let _dropped_outside_the_lock;
        let mut held = self.status.held.lock();
        if let Some(found) = look(&held, self.since) {
            return Poll::Ready(found);
        }
        let key = *self.key.get_or_insert_with(|| {
            held.next_waiting += 1;
            held.next_waiting
        });
        _dropped_outside_the_lock = held.waiting.insert(key, cx.waker().clone());
        drop(held);
        Poll::Pending
    }
}

/// Ready when the tail was answered, or could not be, or is there no more.
impl Future for Changed {
    type Output = Result<(), ResumeError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.poll_with(cx, |held, since| match &held.away {
            _ if held.answers > since.answers => Some(Ok(())),
            Some(error) if held.failures > since.failures => Some(Err(error.clone().into())),
            _ if held.tail != Tail::Runs => Some(if since.ended { Err(ResumeError::NoTail) } else { Ok(()) }),
            _ => None,
        })
    }
}

impl Drop for Changed {
    fn drop(&mut self) {
        if let Some(key) = self.key {
            let _dropped_outside_the_lock = self.status.held.lock().waiting.remove(&key);
        }
    }
}
