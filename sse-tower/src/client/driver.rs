//! From one connection to the next.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use http::{HeaderMap, Response};
use sse_core::EventId;
use sse_core::event::DecodedEvent;

use super::answer::{Answer, Head};
use super::attempt::Attempt;
use super::backoff::Backoff;
use super::connect::{Answering, BoxError, Connect, Incoming};
use super::connection::Connection;
use super::control::Control;
use super::redirect::Target;
use super::request;
use super::retry_after::retry_after;
use super::settings::{Idle, Preparing, Settings};
use super::watchdog::{self, Watchdog};
use super::{Cause, End, Error, Opened, ReadyState, Reconnecting, Reset, Resume, Update};
use crate::ControlEvents;
use crate::timer::Sleep;

/// After so many control events in a row the task lets others run.
const CONTROL_EVENTS_PER_POLL: u32 = 64;

/// Everything of an event source but the types of its events.
pub(super) struct Driver {
    /// `None` when closed: a connection that it keeps for another request is closed too, if it is nobody else's.
    connector: Option<Box<dyn Connect>>,
    settings: Settings,
    /// Where the next attempt goes first.
    base: Target,
    state: State,
    /// An event that is yielded before anything else, and the last event ID until then.
    due: Option<(Update, EventId)>,
    /// The id of the last event that was yielded, unless a connection is open, whose decoder has it then.
    last_event_id: EventId,
    /// The reconnection time, likewise.
    reconnection_time: Duration,
    backoff: Backoff,
    /// After how much silence to give up.
    idle: Option<Duration>,
    /// Whether the server has once sent `stream-open`.
    sends_open: bool,
    /// What the server said of the id of the newest connection.
    resume: Option<Resume>,
}

enum State {
    /// An attempt begins.
    Idle,
    /// Its headers are made.
    Preparing(Preparing),
    /// The service is not ready yet.
    Calling(Box<Attempt>),
    /// The head of the response has not come yet.
    Answering(Box<Attempt>, Answering),
    Open(Box<Connection>),
    Waiting(Pin<Box<dyn Sleep>>),
    Closed,
}

/// What a step leads to: an item, or nothing yet; an error is the last item.
type Step = Result<Option<Update>, Error>;

impl Driver {
    pub(super) fn new(
        connector: Box<dyn Connect>,
        base: Target,
        last_event_id: EventId,
        reconnection_time: Duration,
        backoff: Backoff,
        settings: Settings,
    ) -> Self {
        let idle = match settings.idle {
            Idle::Announced => None,
            Idle::Fixed(idle) => idle,
        };
        Self {
            connector: Some(connector),
            settings,
            base,
            state: State::Idle,
            due: None,
            last_event_id,
            reconnection_time,
            backoff,
            idle,
            sends_open: false,
            resume: None,
        }
    }

    pub(super) const fn ready_state(&self) -> ReadyState {
        match self.state {
            State::Open(_) => ReadyState::Open,
            State::Closed => ReadyState::Closed,
            _ => ReadyState::Connecting,
        }
    }

    pub(super) fn last_event_id(&self) -> &str {
        match (&self.due, &self.state) {
            (Some((_, id)), _) => id.as_str(),
            (None, State::Open(connection)) => connection.decoder().last_event_id(),
            (None, _) => self.last_event_id.as_str(),
        }
    }

    pub(super) fn reconnection_time(&self) -> Duration {
        let time = match &self.state {
            State::Open(connection) => connection.decoder().retry().map(Duration::from_millis),
            _ => None,
        };
        time.unwrap_or(self.reconnection_time).max(self.backoff.floor)
    }

    pub(super) const fn resume(&self) -> Option<Resume> {
        self.resume
    }

    /// Leaves the state, and drops what it held: a connection is closed before this returns.
    fn enter(&mut self, state: State) {
        if let State::Open(connection) = std::mem::replace(&mut self.state, state) {
            let decoder = connection.decoder();
            // Every id that a decoder holds is legal.
            if let Ok(id) = EventId::try_from(decoder.last_event_id()) {
                self.last_event_id = id;
            }
            self.reconnection_time = decoder.retry().map_or(self.reconnection_time, Duration::from_millis);
        }
    }

    pub(super) fn close(&mut self) {
        self.enter(State::Closed);
        self.connector = None;
        if let Some((_, id)) = self.due.take() {
            self.last_event_id = id;
        }
    }

    pub(super) fn restart(&mut self) {
        if !matches!(self.state, State::Closed) {
            self.enter(State::Idle);
            self.backoff.note(true);
        }
    }

    pub(super) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Update, Error>>> {
        for _ in 0..CONTROL_EVENTS_PER_POLL {
            if let Some((update, _)) = self.due.take() {
                return Poll::Ready(Some(Ok(update)));
            }
            let step = match self.state {
                State::Idle => Ok(self.begin()),
                State::Preparing(_) => ready!(self.poll_prepared(cx)),
                State::Calling(_) => ready!(self.poll_called(cx)),
                State::Answering(..) => ready!(self.poll_answered(cx)),
                State::Open(_) => ready!(self.poll_open(cx)),
                State::Waiting(_) => ready!(self.poll_waited(cx)),
                State::Closed => return Poll::Ready(None),
            };
            match step {
                Ok(None) => {}
                Ok(Some(update)) => return Poll::Ready(Some(Ok(update))),
                Err(error) => {
                    self.close();
                    return Poll::Ready(Some(Err(error)));
                }
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    fn begin(&mut self) -> Option<Update> {
        match &mut self.settings.headers_with {
            Some(make) => self.state = State::Preparing(make()),
            None => self.attempt(HeaderMap::new()),
        }
        let sendable = request::header_value(self.last_event_id.as_str()).is_some();
        (!sendable).then(|| Update::IdLeftOut(self.last_event_id.clone()))
    }

    fn poll_prepared(&mut self, cx: &mut Context<'_>) -> Poll<Step> {
        let State::Preparing(preparing) = &mut self.state else { return Poll::Ready(Ok(None)) };
        Poll::Ready(match ready!(preparing.as_mut().poll(cx)) {
            Ok(headers) => {
                self.attempt(headers);
                Ok(None)
            }
            Err(error) => self.retry(Cause::Headers(error), None),
        })
    }

    fn attempt(&mut self, headers: HeaderMap) {
        let watchdog = self.watchdog();
        self.state = State::Calling(Box::new(Attempt::new(self.base.clone(), headers, watchdog)));
    }

    /// The watchdog until the server announces an interval, on this connection.
    fn watchdog(&self) -> Option<Watchdog> {
        let idle = match self.settings.idle {
            Idle::Announced => self.idle.map(|idle| idle.max(watchdog::SHORTEST_UNTIL_OPEN)),
            Idle::Fixed(idle) => idle,
        };
        idle.map(|idle| Watchdog::new(idle, &*self.settings.timer))
    }

    fn poll_called(&mut self, cx: &mut Context<'_>) -> Poll<Step> {
        let (State::Calling(attempt), Some(connector)) = (&mut self.state, &mut self.connector) else {
            return Poll::Ready(Ok(None));
        };
        match connector.poll_ready(cx) {
            Poll::Ready(Ok(())) => {
                let request = self.settings.template.request(&attempt.target, &attempt.headers, &self.last_event_id);
                let answering = connector.call(request);
                if let State::Calling(attempt) = std::mem::replace(&mut self.state, State::Idle) {
                    self.state = State::Answering(attempt, answering);
                }
                Poll::Ready(Ok(None))
            }
            // Nothing was sent.
            Poll::Ready(Err(error)) => Poll::Ready(self.retry(Cause::Unreachable(error), None)),
            Poll::Pending => {
                let silent = ready!(attempt.poll_silence(&*self.settings.timer, cx));
                Poll::Ready(self.retry(Cause::Silent(silent), None))
            }
        }
    }

    fn poll_answered(&mut self, cx: &mut Context<'_>) -> Poll<Step> {
        let State::Answering(attempt, answering) = &mut self.state else { return Poll::Ready(Ok(None)) };
        let answer: Result<Response<Incoming>, BoxError> = match answering.as_mut().poll(cx) {
            Poll::Ready(answer) => answer,
            Poll::Pending => {
                let silent = ready!(attempt.poll_silence(&*self.settings.timer, cx));
                return Poll::Ready(self.lose(Cause::Silent(silent)));
            }
        };
        let State::Answering(attempt, _) = std::mem::replace(&mut self.state, State::Idle) else {
            return Poll::Ready(Ok(None));
        };
        Poll::Ready(match answer {
            Ok(response) => self.judge(attempt, response),
            Err(error) => self.lose(Cause::Unreachable(error)),
        })
    }

    /// What becomes of a response.
    fn judge(&mut self, attempt: Box<Attempt>, response: Response<Incoming>) -> Step {
        let (parts, body) = response.into_parts();
        let head = Head { uri: attempt.target.uri.clone(), status: parts.status, headers: parts.headers };
        match Answer::new(head, &self.settings.retry_statuses) {
            Answer::Stream(head) => Ok(Some(self.open(head, body))),
            Answer::End => {
                self.close();
                Ok(Some(Update::End(End::NoContent)))
            }
            Answer::Redirect(head) => self.redirect(attempt, head),
            Answer::Retry(Head { status, headers, .. }) => {
                let wait = retry_after(&headers);
                self.retry(Cause::Refused { status, headers: Box::new(headers) }, wait)
            }
            Answer::Refused(error) => Err(error),
        }
    }

    fn redirect(&mut self, mut attempt: Box<Attempt>, head: Head) -> Step {
        if attempt.follow(head)? {
            self.base = attempt.target.clone();
        }
        self.state = State::Calling(attempt);
        Ok(None)
    }

    fn open(&mut self, head: Head, body: Incoming) -> Update {
        let resume = Resume::from_header(&head.headers);
        let now = self.settings.timer.now();
        let mut connection = Connection::new(body, self.settings.limits, self.last_event_id.clone(), now);
        connection.watchdog = self.watchdog();
        if let Some(Resume::Reset(reason)) = resume {
            connection.reset = Some(Reset { reason, topics: Vec::new() });
        }
        self.resume = resume;
        self.enter(State::Open(Box::new(connection)));
        Update::Open(Box::new(Opened { uri: head.uri, headers: head.headers, resume }))
    }

    fn poll_open(&mut self, cx: &mut Context<'_>) -> Poll<Step> {
        let State::Open(connection) = &mut self.state else { return Poll::Ready(Ok(None)) };
        Poll::Ready(match ready!(connection.poll(&*self.settings.timer, cx)) {
            Ok(Ok(event)) => Ok(self.receive(event)),
            Ok(Err(lost)) => {
                connection.heard = true;
                Ok(Some(Update::Invalid(lost)))
            }
            Err(cause) => self.lose(cause),
        })
    }

    fn receive(&mut self, event: DecodedEvent) -> Option<Update> {
        let State::Open(connection) = &mut self.state else { return None };
        let control = match self.settings.control_events {
            ControlEvents::On => Control::of(&event, connection.announced),
            ControlEvents::Off => None,
        };
        match control {
            None => {
                connection.heard = true;
                if !connection.announced && self.settings.idle == Idle::Announced {
                    // Another server than the one that has announced an interval, if any has.
                    connection.watchdog = None;
                }
                let update = Update::untyped(event);
                let Some(reset) = connection.reset.take() else { return Some(update) };
                self.due = Some((update, connection.id_before_reset.clone()));
                Some(Update::Reset(reset))
            }
            Some(Control::Open { resume, keep_alive }) => {
                connection.announced = true;
                // The `stream-reset` behind it says what the header has said.
                connection.reset = None;
                connection.keep_alive = keep_alive.unwrap_or(connection.keep_alive);
                self.sends_open = true;
                self.resume = Some(resume);
                if self.settings.idle == Idle::Announced {
                    self.idle = keep_alive.map(watchdog::silence);
                    connection.watchdog = self.idle.map(|idle| Watchdog::new(idle, &*self.settings.timer));
                }
                None
            }
            Some(Control::Reset(reset)) => Some(Update::Reset(reset)),
            Some(Control::Position) => None,
            Some(Control::End) => {
                self.close();
                Some(Update::End(End::Event))
            }
        }
    }

    fn poll_waited(&mut self, cx: &mut Context<'_>) -> Poll<Step> {
        let State::Waiting(sleep) = &mut self.state else { return Poll::Ready(Ok(None)) };
        ready!(sleep.as_mut().poll(cx));
        self.state = State::Idle;
        Poll::Ready(Ok(None))
    }

    /// The server may have done what the request says, or a part of it.
    fn lose(&mut self, cause: Cause) -> Step {
        let resumed = request::header_value(self.last_event_id()).is_some_and(|value| !value.is_empty());
        let repeated = self.settings.repeat || self.base.is_safe() || resumed;
        match cause {
            cause if repeated => self.retry(cause, None),
            Cause::Ended => {
                self.close();
                Ok(Some(Update::End(End::Body)))
            }
            cause => Err(Error::not_repeated(cause)),
        }
    }

    /// The request is sent once more, if not too many attempts have failed.
    fn retry(&mut self, cause: Cause, wait: Option<Duration>) -> Step {
        let good = match &self.state {
            State::Open(connection) => connection.is_good(self.sends_open, self.settings.timer.now()),
            _ => false,
        };
        self.enter(State::Idle);
        self.backoff.note(good);
        let failures = self.backoff.failures;
        if self.backoff.is_exhausted() {
            return Err(Error::exhausted(failures, cause));
        }
        let delay = self.backoff.delay(self.reconnection_time, (self.settings.entropy)());
        let delay = delay.max(wait.unwrap_or_default());
        if !delay.is_zero() {
            self.state = State::Waiting(self.settings.timer.sleep(delay));
        }
        Ok(Some(Update::Reconnecting(Reconnecting { cause, failures, delay })))
    }
}

impl fmt::Debug for Driver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Driver")
            .field("uri", &self.base.uri)
            .field("ready_state", &self.ready_state())
            .field("last_event_id", &self.last_event_id())
            .field("reconnection_time", &self.reconnection_time())
            .field("failures", &self.backoff.failures)
            .finish_non_exhaustive()
    }
}
