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

use crate::alarm::{Alarm, Rings};
use crate::control;
use crate::handle::{Opened, Slot};
use crate::hooks::DisconnectReason;
use crate::life::{Life, Terms};
use crate::opening::Opening;
use crate::source::private::Chunk;
use crate::source::{Source, Subscribed};
use crate::timer::{Moment, Sleep, Timer};
use crate::{ControlEvents, Error, polyfill};

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
        let this = self.project();
        let open = match this.state {
            State::Unopened(slot) => {
                let Opened { opening, retry, padding, cursor, terms } = slot.take();
                let open = Open::new(terms);
                let prelude = open.prelude(&opening, retry, padding);
                this.source.attach(cursor);
                *this.state = State::Open(open);
                return data(prelude);
            }
            State::Open(open) => open,
            State::Failing(..) | State::Done => return this.state.poll_end(cx),
        };
        let _entered = open.terms.life().map(Life::enter);
        let received = match open.poll_told(cx) {
            Some(reason) => open.break_off(this.source, reason),
            None => ready!(open.poll_received(this.source, cx)),
        };
        let bytes = match received {
            Received::Bytes(bytes) => Some(bytes),
            Received::End(bytes, end) => {
                *this.state = end;
                bytes
            }
        };
        bytes.map_or(Poll::Ready(None), data)
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
    terms: Terms,
    alarm: Alarm,
}

/// What is written next.
enum Received {
    Bytes(Bytes),
    /// This, and then the body is in another state.
    End(Option<Bytes>, State),
}

impl Open {
    fn new(terms: Terms) -> Self {
        let now = terms.config().map_or(Moment::ORIGIN, |config| Moment::now(&*config.timer));
        let mut open = Self { terms, alarm: Alarm::new(now) };
        open.set_alarm(now);
        open
    }

    /// After how long without an event the timer rings.
    fn interval(&self) -> Option<Duration> {
        self.terms.keep_alive().or_else(|| self.terms.life().and_then(Life::silence))
    }

    /// Sets the timer by what it is to ring for.
    fn set_alarm(&mut self, now: Moment) {
        if let Some(config) = self.terms.config() {
            self.alarm.set(self.interval(), self.terms.life().and_then(Life::deadline), now, &*config.timer);
        }
    }

    fn control_events(&self) -> ControlEvents {
        self.terms.config().map_or(ControlEvents::On, |config| config.control_events)
    }

    /// The first bytes of the connection.
    fn prelude(&self, opening: &Opening, retry: Retry, padding: bool) -> Bytes {
        let mut bytes = match self.control_events() {
            ControlEvents::On => opening.prelude(retry, self.terms.keeps_alive_by()),
            ControlEvents::Off => control::comment_prelude(retry),
        };
        if padding {
            let mut padded = Vec::new();
            polyfill::write_padding(&mut padded);
            padded.extend_from_slice(&bytes);
            bytes = padded.into();
        }
        self.count(&bytes, false);
        bytes
    }

    fn count(&self, bytes: &[u8], are_events: bool) {
        if let Some(life) = self.terms.life() {
            life.count(bytes, are_events);
        }
    }

    /// Why the connection is to end, if somebody has said so, or if its time was over when it last sent something.
    fn poll_told(&mut self, cx: &Context<'_>) -> Option<DisconnectReason> {
        let last_traffic = self.alarm.last_traffic();
        let life = self.terms.life_mut()?;
        let deadline = life.deadline();
        let reason = life.poll(last_traffic, cx.waker());
        if reason.is_none() && life.deadline() != deadline {
            let now = Moment::now(life.timer());
            self.set_alarm(now);
        }
        reason
    }

    fn poll_received(&mut self, mut source: Pin<&mut impl Source>, cx: &mut Context<'_>) -> Poll<Received> {
        loop {
            if let Poll::Ready(chunk) = source.as_mut().poll_chunk(cx) {
                if let Some(received) = self.receive(chunk) {
                    return Poll::Ready(received);
                }
            } else {
                let Some(config) = self.terms.config() else {
                    return Poll::Pending;
                };
                let interval = self.interval();
                let deadline = self.terms.life().and_then(Life::deadline);
                match ready!(self.alarm.poll(interval, deadline, &*config.timer, cx)) {
                    Rings::Quiet if self.terms.keep_alive().is_none() => {
                        return Poll::Ready(self.break_off(source, DisconnectReason::Burst));
                    }
                    Rings::Quiet => {
                        let told = source.on_quiet(config.control_events == ControlEvents::On);
                        let bytes = config.keep_alive_with.bytes(told, config.control_events);
                        self.count(&bytes, false);
                        return Poll::Ready(Received::Bytes(bytes));
                    }
                    // It is the life's time that is over, and so there is a reason.
                    Rings::Deadline => {
                        let reason = self.terms.life().and_then(Life::deadline_reason);
                        return Poll::Ready(self.break_off(source, reason.unwrap_or(DisconnectReason::MaxAge)));
                    }
                }
            }
        }
    }

    /// The end of a connection whose stream is not complete: the client is told how far it has come.
    fn break_off(&mut self, source: Pin<&mut impl Source>, reason: DisconnectReason) -> Received {
        let control_events = self.control_events();
        let told = source.on_quiet(control_events == ControlEvents::On);
        let retry = self.terms.life().and_then(Life::last_retry);
        let retry = retry.map(|retry| control::last_retry(retry, control_events));
        let bytes = match (told, retry) {
            (Some(told), Some(retry)) => Some([told, retry].concat().into()),
            (told, retry) => told.or(retry),
        };
        self.end(bytes, reason, State::Done)
    }

    /// What a life remembers of the end, which it tells when it is dropped.
    fn end(&mut self, bytes: Option<Bytes>, reason: DisconnectReason, state: State) -> Received {
        self.count(bytes.as_deref().unwrap_or_default(), false);
        if let Some(life) = self.terms.life_mut() {
            life.leave(reason);
        }
        Received::End(bytes, state)
    }

    fn note_traffic(&mut self) {
        let has_deadline = || self.terms.life().is_some_and(|life| life.deadline().is_some());
        if let Some(config) = self.terms.config()
            && (self.interval().is_some() || has_deadline())
        {
            self.alarm.note_traffic(Moment::now(&*config.timer));
        }
    }

    /// The one place that knows what each kind of chunk is to the client, with control events and without. `None` if it
    /// is nothing.
    fn receive(&mut self, chunk: Chunk) -> Option<Received> {
        use DisconnectReason::{Ended, Error, Kicked, Lagged};
        let are_events = matches!(chunk, Chunk::Frames(_));
        if let Some(life) = self.terms.life() {
            life.note(&chunk);
        }
        Some(match (chunk, self.control_events()) {
            (Chunk::Frames(bytes), _) | (Chunk::Position(bytes) | Chunk::Reset(bytes), ControlEvents::On) => {
                self.note_traffic();
                self.count(&bytes, are_events);
                Received::Bytes(bytes)
            }
            // The client would take it for an event. It comes back with the id of the last one that it has.
            (Chunk::Position(_), ControlEvents::Off) => return None,
            (Chunk::Ended, ControlEvents::On) => self.end(Some(control::END), Ended, State::Done),
            // Nothing but the end of the body tells the client, and what it makes of that is its protocol's affair.
            (Chunk::Ended, ControlEvents::Off) => self.end(None, Ended, State::Done),
            (Chunk::Reset(_), ControlEvents::Off) | (Chunk::Lagged, _) => self.end(None, Lagged, State::Done),
            (Chunk::Closed, _) => self.end(None, Kicked, State::Done),
            (Chunk::Failed(error), control_events) => {
                let failing = State::Failing(error, Wait::new(self.terms.config().map(|config| &*config.timer)));
                self.end(Some(control::error(control_events)), Error, failing)
            }
        })
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
