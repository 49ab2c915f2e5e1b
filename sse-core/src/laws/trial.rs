//! What the laws have in common.

use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Debug;
use core::future::poll_fn;
use core::pin::pin;
use core::task::Poll;

use super::{LawBroken, RelayUnderTest};
use crate::event::EventName;
use crate::history::Position;
use crate::relay::{Page, PageLimit, Relay, RelayError, RemoteEvent, RemoteState, StoredEvent, Token, Wait};

/// One run of a law: a log of its own, and two handles.
pub(super) struct Trial<R> {
    law: &'static str,
    /// The log.
    pub(super) log: String,
    pub(super) first: R,
    pub(super) second: R,
}

impl<R: Relay> Trial<R> {
    pub(super) async fn new<T: RelayUnderTest<Relay = R>>(law: &'static str, subject: &T) -> Result<Self, LawBroken> {
        let connected = |result: Result<R, RelayError>| {
            result.map_err(|error| LawBroken::new(law, format!("connecting fails: {error}")))
        };
        let first = connected(subject.connect().await)?;
        let second = connected(subject.connect().await)?;
        Ok(Self { law, log: format!("law-{}", Token::random()), first, second })
    }

    pub(super) async fn connect<T: RelayUnderTest<Relay = R>>(&self, subject: &T) -> Result<R, LawBroken> {
        self.ok(subject.connect().await, "connecting")
    }

    pub(super) fn broken(&self, what: String) -> LawBroken {
        LawBroken::new(self.law, what)
    }

    pub(super) fn that(&self, holds: bool, otherwise: impl FnOnce() -> String) -> Result<(), LawBroken> {
        if holds { Ok(()) } else { Err(self.broken(otherwise())) }
    }

    pub(super) fn same<V: PartialEq + Debug>(&self, found: &V, expected: &V, what: &str) -> Result<(), LawBroken> {
        self.that(found == expected, || format!("{what} should be {expected:?} and is {found:?}"))
    }

    pub(super) fn ok<V>(&self, result: Result<V, RelayError>, what: &str) -> Result<V, LawBroken> {
        result.map_err(|error| self.broken(format!("{} fails: {error}", what.escape_debug())))
    }

    pub(super) async fn state(&self) -> Result<RemoteState, LawBroken> {
        self.ok(self.first.state(&self.log).await, "the state")
    }

    pub(super) async fn append(&self, token: Token, event: &RemoteEvent) -> Result<Position, LawBroken> {
        self.ok(self.first.append(&self.log, token, event).await, "appending")
    }

    /// Appends an event and returns it as it should be read.
    pub(super) async fn store(&self, event: RemoteEvent) -> Result<StoredEvent, LawBroken> {
        let token = Token::random();
        let position = self.append(token, &event).await?;
        self.that(position.offset() > 0, || "an event has the offset 0".to_owned())?;
        Ok(StoredEvent::new(position.offset(), token, event))
    }

    /// Appends so many events.
    pub(super) async fn fill(&self, count: usize) -> Result<Vec<StoredEvent>, LawBroken> {
        let mut appended = Vec::new();
        for number in 0..count {
            appended.push(self.store(numbered(number)).await?);
        }
        Ok(appended)
    }

    pub(super) async fn read(&self, after: Position, limit: PageLimit) -> Result<Page, LawBroken> {
        self.ok(self.second.read(&self.log, after, limit, Wait::No).await, "reading")
    }

    /// Waits behind a position for something other than an empty page of an open log.
    pub(super) async fn wait(&self, handle: &R, after: Position) -> Result<Page, LawBroken> {
        // A remote may answer with an empty page now and then. One that always does so at once does not wait.
        for _ in 0..1_000 {
            let page = handle.read(&self.log, after, PageLimit::default(), Wait::ForEvents).await;
            let page = self.ok(page, "waiting")?;
            if !page.events.is_empty() || page.state.closed || page.state.epoch != after.epoch() {
                return Ok(page);
            }
        }
        Err(self.broken("waiting is answered with empty pages only".to_owned()))
    }
}

/// An event that can be told from the others.
pub(super) fn numbered(number: usize) -> RemoteEvent {
    let frame = format!("event: numbered\ndata: {number}\n\n");
    RemoteEvent::new(EventName::from_static("numbered"), frame.into())
}

/// The offset of the last of these.
pub(super) fn newest(appended: &[StoredEvent]) -> u64 {
    appended.last().map_or(0, |event| event.offset)
}

/// What two futures give that run at the same time; the first one begins.
pub(super) async fn both<A, B>(first: impl Future<Output = A>, second: impl Future<Output = B>) -> (A, B) {
    let (mut first, mut second) = (pin!(first), pin!(second));
    let (mut one, mut two) = (None, None);
    poll_fn(move |cx| {
        if one.is_none()
            && let Poll::Ready(output) = first.as_mut().poll(cx)
        {
            one = Some(output);
        }
        if two.is_none()
            && let Poll::Ready(output) = second.as_mut().poll(cx)
        {
            two = Some(output);
        }
        match (one.take(), two.take()) {
            (Some(one), Some(two)) => Poll::Ready((one, two)),
            (left, right) => {
                (one, two) = (left, right);
                Poll::Pending
            }
        }
    })
    .await
}
