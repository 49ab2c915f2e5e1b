//! What ends a connection before its stream is complete, and who is told of it.

use std::sync::Arc;
use std::task::Waker;
use std::time::{Duration, SystemTime};

use sse_core::Retry;

use crate::ControlEvents;
use crate::config::Config;
use crate::connections::{ConnectionId, MAX_KEY, Place};
use crate::gate::Refusal;
use crate::hooks::{Connect, Disconnect, DisconnectReason, count_events};
use crate::link::{Call, Link};
use crate::observe::{Entered, Observed};
use crate::opening::Resume;
use crate::polyfill::SILENCE;
use crate::shutdown::{AtShutdown, Enrolled, Shutdown};
use crate::source::private::Chunk;
use crate::timer::{Moment, Timer};

/// What a connection goes by.
#[derive(Debug)]
pub(crate) enum Terms {
    /// There is no layer.
    Alone,
    /// The layer's settings.
    Layer(Arc<Config>),
    /// Those, and something that may end the connection or wants to know of it.
    Life(Box<Life>),
}

/// What a handler said of its connection.
#[derive(Clone, Debug, Default)]
pub(crate) struct Named {
    pub(crate) key: Option<Arc<str>>,
    pub(crate) expires_at: Option<SystemTime>,
}

impl Named {
    /// The key; an empty one is none.
    fn key(&self) -> Option<&str> {
        self.key.as_deref().filter(|key| !key.is_empty())
    }

    fn check(&self) -> Result<(), Refusal> {
        if self.key().is_some_and(|key| key.len() > MAX_KEY) { Err(Refusal::KeyTooLong) } else { Ok(()) }
    }
}

/// An open connection that someone counts, watches or may end. Most have none, and pay for none.
#[derive(Debug)]
pub(crate) struct Life {
    config: Arc<Config>,
    link: Arc<Link>,
    /// Held until the body has ended.
    place: Option<Place>,
    enrolled: Option<Enrolled>,
    since: Moment,
    /// When its time is over, and what will have ended it then.
    deadline: Option<(Moment, DisconnectReason)>,
    /// What the reconnection time is drawn from when the server shuts down.
    retry: Retry,
    is_shutting_down: bool,
    /// Whether it ends when there is nothing more to say.
    burst: bool,
    reason: DisconnectReason,
    is_announced: bool,
    observed: Observed,
}

impl Terms {
    /// Takes the places that the connection needs.
    pub(crate) fn new(
        config: &Arc<Config>,
        named: &Named,
        retry: Retry,
        entropy: u64,
        burst: bool,
    ) -> Result<Self, Refusal> {
        named.check()?;
        if !config.has_life() && named.expires_at.is_none() && !burst {
            return Ok(Self::Layer(Arc::clone(config)));
        }
        Ok(Self::Life(Box::new(Life::new(config, named, retry, entropy, burst)?)))
    }

    /// Takes no place, and is refused as if it did: who asks for a head wants to know.
    pub(crate) fn of_head(config: &Arc<Config>, named: &Named) -> Result<Self, Refusal> {
        named.check()?;
        if let Some(connections) = &config.connections {
            connections.check(named.key())?;
        }
        if config.shutdown.as_ref().is_some_and(Shutdown::is_begun) {
            return Err(Refusal::ShuttingDown);
        }
        Ok(Self::Layer(Arc::clone(config)))
    }

    /// After how long without an event something is sent.
    pub(crate) fn keep_alive(&self) -> Option<Duration> {
        match self {
            Self::Alone => None,
            Self::Layer(config) => config.keep_alive,
            Self::Life(life) if life.burst => None,
            Self::Life(life) => life.config.keep_alive,
        }
    }

    /// What is sent then, and `stream-open` says so.
    pub(crate) fn keeps_alive_by(&self) -> Option<(Duration, &'static str)> {
        let by = self.config()?.keep_alive_with.name();
        self.keep_alive().map(|interval| (interval, by))
    }

    pub(crate) fn config(&self) -> Option<&Config> {
        match self {
            Self::Alone => None,
            Self::Layer(config) => Some(config),
            Self::Life(life) => Some(&life.config),
        }
    }

    pub(crate) fn life(&self) -> Option<&Life> {
        if let Self::Life(life) = self { Some(life) } else { None }
    }

    pub(crate) fn life_mut(&mut self) -> Option<&mut Life> {
        if let Self::Life(life) = self { Some(life) } else { None }
    }
}

impl Life {
    fn new(config: &Arc<Config>, named: &Named, retry: Retry, entropy: u64, burst: bool) -> Result<Self, Refusal> {
        let wall = config.timer.system_time();
        let since = Moment::now(&*config.timer);
        let key = named.key().and_then(|_| named.key.clone());
        let link = Link::new(ConnectionId::next(), key, wall);
        let place = config.connections.as_ref().map(|connections| connections.enter(&link)).transpose()?;
        let enrolled = config.shutdown.as_ref().map(|shutdown| shutdown.enrol(&link)).transpose()?;
        let old = config.max_age.map(|age| {
            let fifth = age / 5;
            (since.after(fifth * 4).after(part(fifth, entropy)), DisconnectReason::MaxAge)
        });
        let expired = named.expires_at.map(|at| {
            let left = at.duration_since(wall).unwrap_or_default();
            (since.after(left), DisconnectReason::Expired)
        });
        Ok(Self {
            config: Arc::clone(config),
            link,
            place,
            enrolled,
            since,
            deadline: old.into_iter().chain(expired).min_by_key(|(moment, _)| *moment),
            retry,
            is_shutting_down: false,
            burst,
            reason: DisconnectReason::ClientGone,
            is_announced: false,
            observed: Observed::default(),
        })
    }

    /// What the application is told of it; from now on it is also told when it goes.
    pub(crate) fn announce(&mut self, resume: Resume) -> Connect {
        self.is_announced = true;
        let connect = Connect { id: self.link.id, key: self.link.key.clone() };
        self.observed = self.config.observer.open(&connect, resume);
        connect
    }

    /// What is logged belongs to the connection until this is dropped.
    pub(crate) fn enter(&self) -> Entered {
        self.observed.enter()
    }

    /// Tells those who watch what comes next.
    pub(crate) fn note(&self, chunk: &Chunk) {
        match chunk {
            Chunk::Reset(bytes) if self.config.control_events == ControlEvents::On => self.observed.reset(bytes),
            Chunk::Failed(error) => self.observed.fail(error),
            _ => {}
        }
    }

    pub(crate) fn deadline(&self) -> Option<Moment> {
        self.deadline.as_ref().map(|(moment, _)| *moment)
    }

    pub(crate) fn deadline_reason(&self) -> Option<DisconnectReason> {
        self.deadline.as_ref().map(|(_, reason)| reason.clone())
    }

    /// After how long without an event the connection ends.
    pub(crate) fn silence(&self) -> Option<Duration> {
        self.burst.then_some(SILENCE)
    }

    pub(crate) fn timer(&self) -> &dyn Timer {
        &*self.config.timer
    }

    /// Why the connection is to end now, if it is: it was told to, or its time was over at this moment.
    pub(crate) fn poll(&mut self, now: Moment, waker: &Waker) -> Option<DisconnectReason> {
        while let Some(call) = self.link.poll(waker) {
            match call {
                Call::Close(reason) => return Some(DisconnectReason::Closed(reason)),
                Call::ShutDown => self.shut_down(),
            }
        }
        let (deadline, reason) = self.deadline.as_ref()?;
        (*deadline <= now).then(|| reason.clone())
    }

    /// Sets when the connection ends because the server does.
    fn shut_down(&mut self) {
        self.is_shutting_down = true;
        let now = Moment::now(&*self.config.timer);
        let end = match self.config.at_shutdown {
            // As early as any moment that the body may compare it with.
            AtShutdown::End => self.since,
            AtShutdown::Drain(window) => now.after(part(window, (self.config.entropy)())),
            AtShutdown::Finish(Some(longest)) => now.after(longest),
            AtShutdown::Finish(None) => return,
        };
        if self.deadline().is_none_or(|deadline| end < deadline) {
            self.deadline = Some((end, DisconnectReason::Shutdown));
        }
    }

    /// The reconnection time that goes before the end, where many clients may come back together.
    pub(crate) fn last_retry(&self) -> Option<Retry> {
        self.is_shutting_down.then(|| self.retry.spread((self.config.entropy)()))
    }

    pub(crate) fn count(&self, bytes: &[u8], are_events: bool) {
        if self.config.counts() {
            let (events, bytes) = (if are_events { count_events(bytes) } else { 0 }, bytes.len() as u64);
            self.link.count(events, bytes);
            self.observed.sent(events, bytes);
        }
    }

    pub(crate) fn leave(&mut self, reason: DisconnectReason) {
        self.reason = reason;
    }
}

impl Drop for Life {
    fn drop(&mut self) {
        // The application finds the places free.
        drop(self.place.take());
        drop(self.enrolled.take());
        let config = &self.config;
        if !self.is_announced || (config.on_disconnect.is_none() && !config.observer.is_on()) {
            return;
        }
        let disconnect = Disconnect {
            id: self.link.id,
            key: self.link.key.clone(),
            reason: match &self.reason {
                DisconnectReason::ClientGone if std::thread::panicking() => DisconnectReason::Error,
                reason => reason.clone(),
            },
            duration: Moment::now(&*config.timer).since(self.since),
            events: self.link.events(),
            bytes: self.link.bytes(),
        };
        self.observed.close(&disconnect);
        if let Some(on_disconnect) = &config.on_disconnect {
            on_disconnect(&disconnect);
        }
    }
}

/// A part of a duration, as large as the entropy says.
fn part(of: Duration, entropy: u64) -> Duration {
    let nanos = of.as_nanos().min(u64::MAX.into());
    let part = (nanos * u128::from(entropy)) >> u64::BITS;
    Duration::from_nanos(u64::try_from(part).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_anything_from_nothing_to_nearly_all() {
        let second = Duration::from_secs(1);
        assert_eq!(part(second, 0), Duration::ZERO);
        assert_eq!(part(second, 1 << 63), Duration::from_millis(500));
        assert_eq!(part(second, u64::MAX), Duration::from_nanos(999_999_999));
        assert!(part(Duration::MAX, u64::MAX) > Duration::from_hours(24 * 365 * 500));
    }
}
