//! The line between a node and its remote, and what happens to a request on it.

use alloc::collections::{BTreeMap, VecDeque};
use alloc::vec::Vec;
use core::future::poll_fn;
use core::pin::pin;
use core::task::{Context, Poll, Waker};

use super::super::RelayError;
use super::super::seed::Choices;
use crate::sync::Mutex;

/// What may happen to one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The request does not arrive: nothing happens, and the answer is [`RelayError::Unavailable`].
    RequestLost,
    /// The request takes effect, and the answer does not arrive: it is [`RelayError::Unavailable`].
    AnswerLost,
    /// The request arrives twice, and takes effect twice if it can.
    RequestTwice,
    /// The request is on its way until a [step](super::FaultyRelay::step) lets it arrive, perhaps behind later ones.
    RequestLate,
    /// The request takes effect, and the answer is on its way until a [step](super::FaultyRelay::step) lets it arrive,
    /// perhaps behind those to later ones.
    AnswerLate,
    /// Each event of a page is in it twice. Only for reads.
    PageDoubled,
    /// A page begins with events that the reader had before. Only for reads.
    PageOverlapping,
    /// Two events of a page have changed places, if there are two. Only for reads.
    PageShuffled,
}

impl Fault {
    pub(super) const ALL: [Self; 8] = [
        Self::RequestLost,
        Self::AnswerLost,
        Self::RequestTwice,
        Self::RequestLate,
        Self::AnswerLate,
        Self::PageDoubled,
        Self::PageOverlapping,
        Self::PageShuffled,
    ];

    pub(super) const fn is_of_a_page(self) -> bool {
        matches!(self, Self::PageDoubled | Self::PageOverlapping | Self::PageShuffled)
    }
}
/// What the clones share.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) choices: Choices,
    /// How often each fault happens, of a thousand requests.
    pub(super) chances: [u16; Fault::ALL.len()],
    /// What happens to the next requests, whatever the chances.
    pub(super) injected: VecDeque<Fault>,
    /// How often each fault has happened.
    pub(super) happened: [u64; Fault::ALL.len()],
    pub(super) down: bool,
    /// The requests that are not answered yet.
    pub(super) requests: BTreeMap<u64, Request>,
    pub(super) next_request: u64,
}

#[derive(Debug, Default)]
pub(super) struct Request {
    pub(super) stage: Stage,
    pub(super) waker: Option<Waker>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Stage {
    #[default]
    UnderWay,
    Late,
    Failed,
}

impl Line {
    /// What happens to the next request.
    pub(super) fn draw(&mut self, is_read: bool) -> Option<Fault> {
        let drawn = self.draw_one(is_read);
        for (fault, count) in Fault::ALL.into_iter().zip(&mut self.happened) {
            *count += u64::from(drawn == Some(fault));
        }
        drawn
    }

    fn draw_one(&mut self, is_read: bool) -> Option<Fault> {
        let applies = |fault: Fault| is_read || !fault.is_of_a_page();
        if let Some(index) = self.injected.iter().position(|fault| applies(*fault)) {
            return self.injected.remove(index);
        }
        let mut drawn = self.choices.below(1_000);
        for (fault, chance) in Fault::ALL.into_iter().zip(self.chances).filter(|(fault, _)| applies(*fault)) {
            match drawn.checked_sub(usize::from(chance)) {
                Some(rest) => drawn = rest,
                None => return Some(fault),
            }
        }
        None
    }

    /// Moves all requests that are in this stage, or one of them, to another; returns those to wake.
    pub(super) fn advance(&mut self, only: Option<u64>, stage: Stage) -> Vec<Waker> {
        let requests = self.requests.iter_mut().filter(|(key, _)| only.is_none_or(|only| only == **key));
        requests
            .filter_map(|(_, request)| {
                request.stage = stage;
                request.waker.take()
            })
            .collect()
    }
}

/// A request that is not answered yet.
pub(super) struct Underway<'a> {
    pub(super) line: &'a Mutex<Line>,
    pub(super) key: u64,
    pub(super) fault: Option<Fault>,
}

impl Underway<'_> {
    pub(super) fn has(&self, fault: Fault) -> bool {
        self.fault == Some(fault)
    }

    /// Whether the request can go on; an error if the remote was restarted.
    pub(super) fn poll(&self, cx: &Context<'_>) -> Poll<Result<(), RelayError>> {
        let (stage, _dropped_outside_the_lock) = {
            let mut line = self.line.lock();
            let Some(request) = line.requests.get_mut(&self.key) else { return Poll::Ready(Ok(())) };
            (request.stage, request.waker.replace(cx.waker().clone()))
        };
        match stage {
            Stage::UnderWay => Poll::Ready(Ok(())),
            Stage::Late => Poll::Pending,
            Stage::Failed => Poll::Ready(Err(RelayError::unavailable("the remote was restarted"))),
        }
    }

    /// Arrives at the remote, or does not.
    pub(super) async fn arrive(&self) -> Result<(), RelayError> {
        if self.has(Fault::RequestLost) {
            return Err(RelayError::unavailable("the request was lost"));
        }
        self.delay(Fault::RequestLate).await
    }

    /// Executes the request, unless the remote is restarted meanwhile.
    pub(super) async fn execute<T>(
        &self,
        request: impl Future<Output = Result<T, RelayError>> + Send,
    ) -> Result<T, RelayError> {
        let mut request = pin!(request);
        poll_fn(|cx| match self.poll(cx) {
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Ready(Ok(())) | Poll::Pending => request.as_mut().poll(cx),
        })
        .await
    }

    /// The answer arrives at the node, or does not.
    pub(super) async fn answer<T>(&self, answer: Result<T, RelayError>) -> Result<T, RelayError> {
        self.delay(Fault::AnswerLate).await?;
        if self.has(Fault::AnswerLost) {
            return Err(RelayError::unavailable("the answer was lost"));
        }
        answer
    }

    pub(super) async fn delay(&self, fault: Fault) -> Result<(), RelayError> {
        if self.has(fault)
            && let Some(request) = self.line.lock().requests.get_mut(&self.key)
            && request.stage == Stage::UnderWay
        {
            request.stage = Stage::Late;
        }
        poll_fn(|cx| self.poll(cx)).await
    }
}

impl Drop for Underway<'_> {
    fn drop(&mut self) {
        let _dropped_outside_the_lock = self.line.lock().requests.remove(&self.key);
    }
}
