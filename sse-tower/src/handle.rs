//! The way from a layer to the body of a response that has long been built.
//!
//! A layer over routes never sees a handler's stream as a type. So the response carries a [`Handle`] in its extensions,
//! with which the innermost layer tells the body how to open, and attaches its cursor before the head goes out.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use http::HeaderValue;
use sse_core::Retry;

use crate::LastEventId;
use crate::config::Config;
use crate::gate::{self, Refusal};
use crate::life::{Named, Terms};
use crate::observe;
use crate::opening::{Opening, Resume};
use crate::origin::Origin;
use crate::polyfill::Quirks;
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
    pub(crate) named: Named,
}

/// How the body opens.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) opening: Opening,
    pub(crate) retry: Retry,
    pub(crate) padding: bool,
    pub(crate) cursor: Cursor,
    pub(crate) terms: Terms,
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
            State::Unopened(Unopened { origin, retry, .. }) => {
                observe::unlayered();
                let attached = origin.attach(&LastEventId::default(), None);
                let cursor = attached.map_or(Cursor::None, |(_, cursor)| cursor);
                Opened::alone(retry.unwrap_or_default(), cursor)
            }
            State::Taken => Opened::alone(Retry::DEFAULT, Cursor::None),
        }
    }
}

impl Opened {
    /// How a body opens that has no layer.
    fn alone(retry: Retry, cursor: Cursor) -> Self {
        Self { opening: Resume::Unsupported.into(), retry, padding: false, cursor, terms: Terms::Alone }
    }
}

impl Handle {
    /// The log that an opened body reads, if it is one.
    #[cfg(any(feature = "zstd", feature = "gzip", feature = "br"))]
    pub(crate) fn topic(&self) -> Option<sse_core::history::Epoch> {
        let slot = self.0.upgrade()?;
        match &*slot.lock() {
            State::Opened(Opened { cursor: Cursor::Topic(subscription, _), .. }) => {
                Some(subscription.position().epoch())
            }
            _ => None,
        }
    }

    /// Whether a layer may still decide about the response: the first that does is the innermost.
    pub(crate) fn is_undecided(&self) -> bool {
        self.0.upgrade().is_some_and(|slot| matches!(*slot.lock(), State::Unopened(_)))
    }

    /// Tells the body how to open, attaches its cursor unless nobody will read it, and gives the value of `Sse-Resume`;
    /// or says why the client gets no stream, and then no cursor is left. `None` if another layer has.
    pub(crate) fn open(&self, asked: &gate::Request, config: &Arc<Config>) -> Option<Result<HeaderValue, Refusal>> {
        let slot = self.0.upgrade()?;
        let quirks = if config.polyfills { asked.quirks() } else { Quirks::default() };
        // Before the lock: the closure is the user's.
        let entropy = (config.entropy)();
        let age_entropy = config.max_age.map_or(0, |_| (config.entropy)());
        let mut state = slot.lock();
        let State::Unopened(Unopened { origin, retry, named }) = &*state else {
            return None;
        };
        let retry = retry.unwrap_or(config.retry);
        let terms = if asked.is_head() {
            Terms::of_head(config, named)
        } else {
            Terms::new(config, named, retry, age_entropy, quirks.burst)
        };
        let mut terms = match terms {
            Ok(terms) => terms,
            Err(refusal) => return Some(Err(refusal)),
        };
        let (opening, cursor) = if asked.is_head() {
            (origin.judge(asked.last_event_id()), Cursor::None)
        } else {
            let Ok(attached) = origin.attach(asked.last_event_id(), Some(&config.timer)) else {
                // The places are given back under no lock.
                drop(state);
                return Some(Err(Refusal::Unavailable));
            };
            attached
        };
        match opening.resume {
            Resume::Reset(reason) if config.refuses_resets() => {
                drop(state);
                Some(Err(Refusal::Unresumable(reason)))
            }
            resume => {
                let connect = terms.life_mut().map(|life| life.announce(resume));
                let retry = retry.spread(entropy);
                *state = State::Opened(Opened { opening, retry, padding: quirks.padding, cursor, terms });
                drop(state);
                if let Some((connect, on_connect)) = connect.zip(config.on_connect.as_deref()) {
                    on_connect(&connect);
                }
                Some(Ok(resume.header()))
            }
        }
    }
}
