//! A snapshot that many connections share.

use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use sse_core::history::Position;
use sse_core::topic::TopicReader;

use super::flight::{Flight, Making};
use super::{Encoded, SnapshotOutput, Take, Taking, encode};
use crate::Error;
use crate::timer::Timer;

/// A snapshot that is taken and encoded once for all who want it at the same time, and for those who come soon after.
///
/// When a server begins anew, or a topic resets many, each of their connections wants the same snapshot. Make this value
/// once, beside the topic, and give it to each response. Cloning it is cheap, and gives the same one.
///
/// Whoever is polled carries the call on, so that no connection that is slow or goes away keeps the others waiting. If the
/// call fails, it fails for all who wait for it, and the next one who comes calls again. At most one result is held.
///
/// # Examples
///
/// ```
/// use std::sync::{Arc, Mutex};
/// use std::time::Duration;
/// use sse_core::{SseEvent, Topic};
/// use sse_tower::{SharedSnapshot, Sse};
///
/// #[derive(Clone, SseEvent)]
/// enum Price {
///     Tick { cents: u64 },
/// }
///
/// let topic: Topic<Price> = Topic::new();
/// let state = Arc::new(Mutex::new((Vec::<Price>::new(), topic.position())));
/// let snapshot = SharedSnapshot::new(Duration::from_secs(1), move || {
///     let (prices, position) = state.lock().unwrap().clone();
///     async move { (prices, Some(position)) }
/// });
///
/// let response = Sse::topic(&topic).snapshot(&snapshot); // in the handler
/// ```
#[derive(Clone)]
pub struct SharedSnapshot {
    shared: Arc<Shared>,
}

struct Shared {
    begin: Box<dyn Fn(Position) -> Making + Send + Sync>,
    max_age: Duration,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// How often the function was called. A call has the number that it was counted as.
    begun: u64,
    /// How many have waited for one.
    waiters: u64,
    /// The call that is under way, if anybody waits for it.
    flight: Weak<Numbered>,
    kept: Option<Kept>,
}

/// A call, and when it began.
struct Numbered {
    number: u64,
    began: Option<(Arc<dyn Timer>, Duration)>,
    flight: Flight,
}

/// The newest result. One that is too old is given to nobody, but held until the next.
struct Kept {
    number: u64,
    encoded: Arc<Encoded>,
    /// Of whoever began, because two layers may have two timers.
    timer: Arc<dyn Timer>,
    began: Duration,
}

impl SharedSnapshot {
    /// Makes a snapshot that may be `max_age` old, from when its function was called: those who come later call it anew.
    ///
    /// With zero, or in a layer without a timer, only those share it who wait at the same time. What was published since
    /// it was taken comes behind it in any case, if the topic keeps that much; else it is taken anew.
    pub fn new<F, Fut>(max_age: Duration, f: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output: SnapshotOutput> + Send + 'static,
    {
        let begin = Box::new(move |before| -> Making {
            let state = f();
            Box::pin(async move { encode(state.await, before) })
        });
        Self { shared: Arc::new(Shared { begin, max_age, state: Mutex::default() }) }
    }
}

impl Take for SharedSnapshot {
    fn take(&self, topic: TopicReader, timer: Option<&Arc<dyn Timer>>, behind: u64) -> Taking {
        Box::pin(Waiting { shared: Arc::clone(&self.shared), topic, timer: timer.cloned(), behind, joined: None })
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A result that is new enough, and the number of its call; or the call to wait for, which is under way and so newer
    /// than any that is done, and the number of the one who waits.
    fn join(&self, behind: u64, timer: Option<&Arc<dyn Timer>>) -> Result<(Arc<Encoded>, u64), (Arc<Numbered>, u64)> {
        let began = timer.map(|timer| (Arc::clone(timer), timer.now()));
        let mut state = self.lock();
        if let Some(kept) = state.kept.as_ref().filter(|kept| kept.number > behind)
            && kept.timer.now().saturating_sub(kept.began) < self.max_age
        {
            return Ok((Arc::clone(&kept.encoded), kept.number));
        }
        state.waiters += 1;
        let waiter = state.waiters;
        let under_way = state.flight.upgrade();
        if let Some(call) = under_way.as_ref().filter(|call| !call.flight.is_done()) {
            return Err((Arc::clone(call), waiter));
        }
        state.begun += 1;
        let call = Arc::new(Numbered { number: state.begun, began, flight: Flight::new() });
        state.flight = Arc::downgrade(&call);
        drop(state);
        // What drops of an application's future drops outside the lock.
        drop(under_way);
        Err((call, waiter))
    }

    /// Holds a result for those who come soon.
    fn keep(&self, call: &Numbered, encoded: &Arc<Encoded>) {
        let Some((timer, began)) = call.began.as_ref().filter(|_| !self.max_age.is_zero()) else { return };
        let mut state = self.lock();
        if state.kept.as_ref().is_none_or(|kept| kept.number < call.number) {
            let encoded = Arc::clone(encoded);
            let kept = Kept { number: call.number, encoded, timer: Arc::clone(timer), began: *began };
            state.kept = Some(kept);
        }
    }
}

/// One who waits for the snapshot.
struct Waiting {
    shared: Arc<Shared>,
    topic: TopicReader,
    timer: Option<Arc<dyn Timer>>,
    /// Only calls with a higher number will do.
    behind: u64,
    joined: Option<(Arc<Numbered>, u64)>,
}

impl Future for Waiting {
    type Output = Result<(Arc<Encoded>, u64), Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Self { shared, topic, timer, behind, joined } = &mut *self;
        let (call, waiter) = match joined {
            Some((call, waiter)) => (call, *waiter),
            None => match shared.join(*behind, timer.as_ref()) {
                Ok(kept) => return Poll::Ready(Ok(kept)),
                Err((call, waiter)) => (&mut joined.insert((call, waiter)).0, waiter),
            },
        };
        let outcome = ready!(call.flight.poll(waiter, || (shared.begin)(topic.position()), cx));
        if let Ok(encoded) = &outcome {
            shared.keep(call, encoded);
        }
        Poll::Ready(outcome.map(|encoded| (encoded, call.number)))
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if let Some((call, waiter)) = &self.joined {
            call.flight.leave(*waiter);
        }
    }
}

impl fmt::Debug for SharedSnapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedSnapshot").field("max_age", &self.shared.max_age).finish_non_exhaustive()
    }
}
