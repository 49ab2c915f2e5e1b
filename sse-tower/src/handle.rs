//! The way from a layer to the body of a response that has long been built.
//!
//! A layer over routes never sees a handler's stream as a type. So the response carries a [`Handle`] in its extensions,
//! with which the innermost layer tells the body how to open, and attaches its cursor before the head goes out.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use http::HeaderValue;
use sse_core::Retry;

use crate::LastEventId;
use crate::config::Config;
use crate::gate::Refusal;
use crate::opening::{Opening, Resume};
use crate::origin::Origin;
use crate::source::private::Cursor;

/// What a response carries in its extensions. It does not keep the body's state alive.
#[derive(Clone, Debug)]
pub(crate) struct Handle(Weak<Slot>);

/// What the body owns and the handle refers to.
#[derive(Debug)]
pub(crate) struct Slot(Mutex<State>);

#[derive(Debug)]
enum State {
    Unopened(Unopened),
    Opened(Opened),
    /// The body has begun.
    Taken,
}

/// What is known when the response is built.
#[derive(Debug)]
pub(crate) struct Unopened {
    pub(crate) origin: Origin,
    pub(crate) retry: Option<Retry>,
}

/// How the body opens.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) opening: Opening,
    pub(crate) retry: Retry,
    pub(crate) cursor: Cursor,
    /// The layer's settings; `None` if there was no layer.
    pub(crate) config: Option<Arc<Config>>,
}

impl Slot {
    pub(crate) fn new(unopened: Unopened) -> Arc<Self> {
        Arc::new(Self(Mutex::new(State::Unopened(unopened))))
    }

    pub(crate) fn handle(self: &Arc<Self>) -> Handle {
        Handle(Arc::downgrade(self))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How the body is to open. If no layer has said so, it is right all the same, and says that it cannot resume.
    pub(crate) fn take(&self) -> Opened {
        let mut state = self.lock();
        match std::mem::replace(&mut *state, State::Taken) {
            State::Opened(opened) => opened,
            State::Unopened(Unopened { origin, retry }) => {
                let attached = origin.attach(&LastEventId::default(), None);
                let cursor = attached.map_or(Cursor::None, |(_, cursor)| cursor);
                Opened { opening: Resume::Unsupported.into(), retry: retry.unwrap_or_default(), cursor, config: None }
            }
            State::Taken => Opened {
                opening: Resume::Unsupported.into(),
                retry: Retry::DEFAULT,
                cursor: Cursor::None,
                config: None,
            },
        }
    }
}

impl Handle {
    /// Whether a layer may still decide about the response: the first that does is the innermost.
    pub(crate) fn is_undecided(&self) -> bool {
        self.0.upgrade().is_some_and(|slot| matches!(*slot.lock(), State::Unopened(_)))
    }

    /// Tells the body how to open, attaches its cursor unless nobody will read it, and gives the value of `Sse-Resume`;
    /// or says why the client gets no stream, and then no cursor is left. `None` if another layer has.
    pub(crate) fn open(
        &self,
        last_event_id: &LastEventId,
        head_only: bool,
        config: &Arc<Config>,
    ) -> Option<Result<HeaderValue, Refusal>> {
        let slot = self.0.upgrade()?;
        // Before the lock: the closure is the user's.
        let entropy = (config.entropy)();
        let mut state = slot.lock();
        let State::Unopened(Unopened { origin, retry }) = &*state else {
            return None;
        };
        let (opening, cursor) = if head_only {
            (origin.judge(last_event_id), Cursor::None)
        } else {
            match origin.attach(last_event_id, config.timer.as_ref()) {
                Ok(attached) => attached,
                Err(_) => return Some(Err(Refusal::Unavailable)),
            }
        };
        match opening.resume {
            Resume::Reset(reason) if config.refuses_resets() => Some(Err(Refusal::Unresumable(reason))),
            resume => {
                let retry = retry.unwrap_or(config.retry).spread(entropy);
                *state = State::Opened(Opened { opening, retry, cursor, config: Some(Arc::clone(config)) });
                Some(Ok(resume.header()))
            }
        }
    }
}
