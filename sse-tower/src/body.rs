//! The body of an event stream.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame};
use pin_project_lite::pin_project;

use crate::Error;
use crate::control::{END, ERROR, KEEP_ALIVE};
use crate::handle::Slot;
use crate::keep_alive::KeepAlive;
use crate::source::Source;
use crate::source::private::Chunk;
use crate::timer::{Sleep, Timer};

pin_project! {
    /// The body of an event stream.
    ///
    /// Its first bytes are `retry:` and `stream-open`, also when no event comes. Dropping it frees the place in the
    /// topic, or drops the stream, before `drop` returns.
    pub struct SseBody<S> {
        #[pin]
        source: S,
        state: State,
    }
}

#[derive(Debug)]
enum State {
    /// Nothing was polled yet. A layer may still say how to open.
    Unopened(Arc<Slot>),
    Open(Open),
    /// The client has been told that the body fails, and the server is given the time to write that and what stands
    /// before it: a server discards what it has not written when a body fails, under HTTP/2 even the head.
    Failing(Error, Wait),
    Done,
}

impl<S> SseBody<S> {
    pub(crate) const fn new(source: S, slot: Arc<Slot>) -> Self {
        Self { source, state: State::Unopened(slot) }
    }
}

impl<S: Source> Body for SseBody<S> {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let mut this = self.project();
        let open = match this.state {
            State::Unopened(slot) => {
                let opened = slot.take();
                let keep_alive = opened.config.as_deref().and_then(|config| config.keep_alive());
                let prelude = opened.opening.prelude(opened.retry, keep_alive.map(|(interval, _)| interval));
                *this.state = State::Open(Open {
                    keep_alive: keep_alive.map(|(interval, timer)| KeepAlive::new(interval, timer)),
                    timer: opened.config.and_then(|config| config.timer.clone()),
                });
                this.source.attach(opened.subscription);
                return data(prelude);
            }
            State::Open(open) => open,
            State::Failing(..) | State::Done => return this.state.poll_end(cx),
        };
        match this.source.as_mut().poll_chunk(cx) {
            Poll::Ready(Chunk::Frames(frames)) => {
                if let Some(keep_alive) = &mut open.keep_alive {
                    keep_alive.note_traffic();
                }
                data(frames)
            }
            Poll::Ready(Chunk::Ended) => {
                *this.state = State::Done;
                data(END)
            }
            Poll::Ready(Chunk::Closed) => {
                *this.state = State::Done;
                Poll::Ready(None)
            }
            Poll::Ready(Chunk::Failed(error)) => {
                *this.state = State::Failing(error, Wait::new(open.timer.as_deref()));
                data(ERROR)
            }
            Poll::Pending => match &mut open.keep_alive {
                Some(keep_alive) => {
                    ready!(keep_alive.poll(cx));
                    data(KEEP_ALIVE)
                }
                None => Poll::Pending,
            },
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self.state, State::Done)
    }
}

impl State {
    /// The end of a body that fails, or that has ended.
    fn poll_end(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        if let Self::Failing(_, wait) = self {
            ready!(wait.poll(cx));
        }
        match std::mem::replace(self, Self::Done) {
            Self::Failing(error, _) => Poll::Ready(Some(Err(error))),
            Self::Unopened(_) | Self::Open(_) | Self::Done => Poll::Ready(None),
        }
    }
}

/// What an open body keeps time by.
#[derive(Debug)]
struct Open {
    keep_alive: Option<KeepAlive>,
    timer: Option<Arc<dyn Timer>>,
}

/// The time that a server is given to write what it has been handed: 50 ms or, without a timer, until it asks again.
enum Wait {
    Sleep(Pin<Box<dyn Sleep>>),
    Yield { done: bool },
}

impl Wait {
    const TIME: Duration = Duration::from_millis(50);

    fn new(timer: Option<&dyn Timer>) -> Self {
        timer.map_or(Self::Yield { done: false }, |timer| Self::Sleep(timer.sleep(Self::TIME)))
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        match self {
            Self::Sleep(sleep) => sleep.as_mut().poll(cx),
            Self::Yield { done: true } => Poll::Ready(()),
            Self::Yield { done } => {
                *done = true;
                cx.waker().wake_by_ref();
                Poll::Pending
            }
        }
    }
}

impl fmt::Debug for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wait").finish_non_exhaustive()
    }
}

fn data<E>(bytes: Bytes) -> Poll<Option<Result<Frame<Bytes>, E>>> {
    Poll::Ready(Some(Ok(Frame::data(bytes))))
}

impl<S> fmt::Debug for SseBody<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SseBody").field("state", &self.state).finish_non_exhaustive()
    }
}
