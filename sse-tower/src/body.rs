//! The body of an event stream.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame};
use pin_project_lite::pin_project;
use sse_core::Retry;

use crate::config::Config;
use crate::control;
use crate::handle::{Opened, Slot};
use crate::keep_alive::KeepAlive;
use crate::opening::Opening;
use crate::source::private::Chunk;
use crate::source::{Source, Subscribed};
use crate::timer::{Sleep, Timer};
use crate::{ControlEvents, Error};

pin_project! {
    /// The body of an event stream.
    ///
    /// Its first bytes come also when no event does: `retry:` and `stream-open` or, without control events, a comment
    /// and `retry:`. Dropping it frees the place in the topic, or drops the stream, before `drop` returns.
    pub struct SseBody<S> {
        #[pin]
        source: S,
        state: State,
    }
}

/// Besides it an open connection has a timer, a slot in its topic, and what its filter or snapshot needs.
const _: () = assert!(size_of::<SseBody<Subscribed>>() <= 80);

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
                let Opened { opening, retry, cursor, config } = slot.take();
                let open = Open::new(config);
                let prelude = open.prelude(&opening, retry);
                this.source.attach(cursor);
                *this.state = State::Open(open);
                return data(prelude);
            }
            State::Open(open) => open,
            State::Failing(..) | State::Done => return this.state.poll_end(cx),
        };
        loop {
            let Poll::Ready(chunk) = this.source.as_mut().poll_chunk(cx) else {
                ready!(open.poll_quiet(cx));
                let told = this.source.on_quiet(open.control_events() == ControlEvents::On);
                return data(told.unwrap_or_else(|| control::keep_alive(open.control_events())));
            };
            match open.receive(chunk) {
                Received::Nothing => {}
                Received::Bytes(bytes) => return data(bytes),
                Received::End(bytes, end) => {
                    *this.state = end;
                    return bytes.map_or(Poll::Ready(None), data);
                }
            }
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

/// What an open body goes by.
#[derive(Debug)]
struct Open {
    /// The layer's settings; `None` without a layer.
    config: Option<Arc<Config>>,
    keep_alive: Option<KeepAlive>,
}

/// What is written of a chunk.
enum Received {
    Nothing,
    Bytes(Bytes),
    /// This, and then the body is in another state.
    End(Option<Bytes>, State),
}

impl Open {
    fn new(config: Option<Arc<Config>>) -> Self {
        let keep_alive = config.as_ref().and_then(|config| config.keep_alive());
        let keep_alive = keep_alive.map(|(interval, timer)| KeepAlive::new(interval, timer));
        Self { config, keep_alive }
    }

    fn control_events(&self) -> ControlEvents {
        self.config.as_ref().map_or(ControlEvents::On, |config| config.control_events)
    }

    /// The first bytes of the connection.
    fn prelude(&self, opening: &Opening, retry: Retry) -> Bytes {
        match self.control_events() {
            ControlEvents::On => {
                let keep_alive = self.config.as_ref().and_then(|config| config.keep_alive());
                opening.prelude(retry, keep_alive.map(|(interval, _)| interval))
            }
            ControlEvents::Off => control::comment_prelude(retry),
        }
    }

    /// Ready when something is to be sent because nothing was.
    fn poll_quiet(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let settings = self.config.as_ref().and_then(|config| config.keep_alive());
        match self.keep_alive.as_mut().zip(settings) {
            Some((keep_alive, (interval, timer))) => keep_alive.poll(interval, timer, cx),
            None => Poll::Pending,
        }
    }

    fn note_traffic(&mut self) {
        let settings = self.config.as_ref().and_then(|config| config.keep_alive());
        if let Some((keep_alive, (_, timer))) = self.keep_alive.as_mut().zip(settings) {
            keep_alive.note_traffic(timer);
        }
    }

    /// The one place that knows what each kind of chunk is to the client, with control events and without.
    fn receive(&mut self, chunk: Chunk) -> Received {
        match (chunk, self.control_events()) {
            (Chunk::Frames(bytes), _) | (Chunk::Position(bytes) | Chunk::Reset(bytes), ControlEvents::On) => {
                self.note_traffic();
                Received::Bytes(bytes)
            }
            // The client would take it for an event. It comes back with the id of the last one that it has.
            (Chunk::Position(_), ControlEvents::Off) => Received::Nothing,
            (Chunk::Ended, ControlEvents::On) => Received::End(Some(control::END), State::Done),
            // Nothing but the end of the body tells the client, and what it makes of that is its protocol's affair.
            (Chunk::Ended | Chunk::Reset(_), ControlEvents::Off) | (Chunk::Closed, _) => {
                Received::End(None, State::Done)
            }
            (Chunk::Failed(error), control_events) => {
                let timer = self.config.as_ref().and_then(|config| config.timer.as_deref());
                Received::End(Some(control::error(control_events)), State::Failing(error, Wait::new(timer)))
            }
        }
    }
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
