//! The way from a layer to the body of a response that has long been built.
//!
//! A layer over routes never sees a handler's stream as a type. So the response carries a [`Handle`] in its extensions,
//! with which the innermost layer tells the body how to open, and attaches its cursor before the head goes out.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use sse_core::Retry;
use sse_core::history::Verdict;
use sse_core::topic::{AfterReset, SubscribeError, Subscription, TopicReader};

use crate::LastEventId;
use crate::config::Config;
use crate::control::{Opening, Resumed};

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

/// Where the events come from.
#[derive(Debug)]
pub(crate) enum Origin {
    /// A topic, which judges the client's id itself.
    Topic { reader: TopicReader, after_reset: AfterReset },
    /// A stream of the handler's, and what the handler says of the client's id.
    Stream { resumed: Option<Resumed> },
}

/// How the body opens.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) opening: Opening,
    pub(crate) retry: Retry,
    pub(crate) subscription: Option<Subscription>,
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
                let subscription = match origin {
                    Origin::Topic { reader, after_reset } => {
                        reader.resume(None, after_reset).ok().map(|attached| attached.subscription)
                    }
                    Origin::Stream { .. } => None,
                };
                let retry = retry.unwrap_or_default();
                Opened { opening: Opening::Unsupported, retry, subscription, config: None }
            }
            State::Taken => {
                Opened { opening: Opening::Unsupported, retry: Retry::DEFAULT, subscription: None, config: None }
            }
        }
    }
}

impl Handle {
    /// Whether a layer may still decide about the response: the first that does is the innermost.
    pub(crate) fn is_undecided(&self) -> bool {
        self.0.upgrade().is_some_and(|slot| matches!(*slot.lock(), State::Unopened(_)))
    }

    /// Tells the body how to open, and attaches its cursor unless nobody will read it. `None` if another layer has.
    pub(crate) fn open(
        &self,
        last_event_id: &LastEventId,
        head_only: bool,
        config: &Arc<Config>,
    ) -> Option<Result<Opening, SubscribeError>> {
        let slot = self.0.upgrade()?;
        // Before the lock: the closure is the user's.
        let entropy = (config.entropy)();
        let mut state = slot.lock();
        let State::Unopened(Unopened { origin, retry }) = &*state else {
            return None;
        };
        let (opening, subscription) = match origin.open(last_event_id, head_only) {
            Ok(opened) => opened,
            Err(error) => return Some(Err(error)),
        };
        let retry = retry.unwrap_or(config.retry).spread(entropy);
        *state = State::Opened(Opened { opening, retry, subscription, config: Some(Arc::clone(config)) });
        Some(Ok(opening))
    }
}

impl Origin {
    fn open(
        &self,
        last_event_id: &LastEventId,
        head_only: bool,
    ) -> Result<(Opening, Option<Subscription>), SubscribeError> {
        let id = last_event_id.as_bytes();
        match self {
            Self::Stream { resumed } => {
                let opening = match (resumed, id) {
                    (Some(Resumed::Recovered), _) => Opening::Recovered(None),
                    (Some(Resumed::Reset(reason)), _) => Opening::Reset(*reason, None),
                    (None, None) => Opening::Fresh(None),
                    (None, Some(_)) => Opening::Unsupported,
                };
                Ok((opening, None))
            }
            Self::Topic { reader, .. } if head_only => {
                let (verdict, position) = reader.verdict(id);
                Ok((opening(verdict, position), None))
            }
            Self::Topic { reader, after_reset } => {
                let attached = reader.resume(id, *after_reset)?;
                Ok((opening(attached.verdict, attached.position), Some(attached.subscription)))
            }
        }
    }
}

fn opening(verdict: Verdict, position: sse_core::Position) -> Opening {
    match verdict {
        // The id that the client came with, not one that is as good.
        Verdict::Recovered(position) => Opening::Recovered(Some(position)),
        Verdict::Reset(reason) => Opening::Reset(reason, Some(position)),
        _ => Opening::Fresh(Some(position)),
    }
}

#[cfg(test)]
mod tests {
    use sse_core::Topic;
    use sse_core::event::SseEvent;

    use super::*;

    #[test]
    fn head_takes_the_verdict_and_attaches_nothing() {
        let topic: Topic<dyn SseEvent> = Topic::new();
        let origin = Origin::Topic { reader: topic.reader(), after_reset: AfterReset::Oldest };
        let (opening, subscription) = origin.open(&LastEventId::default(), true).unwrap();
        assert_eq!(opening, Opening::Fresh(Some(topic.position())));
        assert!(subscription.is_none());
        assert!(origin.open(&LastEventId::default(), false).unwrap().1.is_some());
    }
}
