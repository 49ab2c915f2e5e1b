//! Time that passes when a test says so.

use std::collections::BTreeMap;
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, SystemTime};

use crate::timer::{Sleep, Timer};

/// A clock that stands still until it is [advanced](Clock::advance), for `SseLayer::with_timer` and
/// `EventSource::builder_with_timer`.
///
/// Its clones are the same clock. It needs no runtime. The time of day begins with the system's, and passes with it.
///
/// ```
/// use std::time::Duration;
/// use sse_tower::test::Clock;
/// use sse_tower::timer::Timer as _;
///
/// let clock = Clock::new();
/// let sleep = clock.sleep(Duration::from_secs(15));
/// assert_eq!(clock.sleepers(), 1);
/// assert_eq!(clock.advance_to_next(), Some(Duration::from_secs(15)));
/// assert_eq!(clock.now(), Duration::from_secs(15));
/// drop(sleep);
/// assert_eq!(clock.advance_to_next(), None); // nobody waits, so nothing is to come
/// ```
#[derive(Clone)]
pub struct Clock {
    shared: Arc<Mutex<Shared>>,
    start: SystemTime,
}

#[derive(Default)]
struct Shared {
    now: Duration,
    next_sleeper: u64,
    /// Those that still sleep. A future that is dropped, or whose time has come, is none of them.
    sleepers: BTreeMap<u64, Sleeper>,
}

struct Sleeper {
    deadline: Duration,
    /// `None` until it is polled.
    waker: Option<Waker>,
}

impl Clock {
    /// A clock that shows zero.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "an application expires what it authorises by the system's time")]
    pub fn new() -> Self {
        Self { shared: Arc::default(), start: SystemTime::now() }
    }

    /// Lets time pass at once, and wakes those who waited for it.
    ///
    /// What is due several times within `duration`, such as a keep-alive, happens once when it is polled: advance by one
    /// interval at a time to see each.
    pub fn advance(&self, duration: Duration) {
        let mut shared = self.lock();
        shared.now = shared.now.saturating_add(duration);
        let now = shared.now;
        let due: Vec<_> = shared.sleepers.extract_if(.., |_, sleeper| sleeper.deadline <= now).collect();
        drop(shared);
        due.into_iter().filter_map(|(_, sleeper)| sleeper.waker).for_each(Waker::wake);
    }

    /// Lets time pass until the first that waits is due, and says how long that is; `None` if nobody waits.
    #[expect(clippy::must_use_candidate, reason = "most tests only want the time to pass")]
    pub fn advance_to_next(&self) -> Option<Duration> {
        let shared = self.lock();
        let next = shared.sleepers.values().map(|sleeper| sleeper.deadline).min();
        let duration = next?.saturating_sub(shared.now);
        drop(shared);
        self.advance(duration);
        Some(duration)
    }

    /// How many wait for a time to come: one for each open connection that is kept alive.
    #[must_use]
    pub fn sleepers(&self) -> usize {
        self.lock().sleepers.len()
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shared {
    fn add(&mut self, duration: Duration) -> u64 {
        let key = self.next_sleeper;
        self.next_sleeper = key.wrapping_add(1);
        self.set(key, duration);
        key
    }

    fn set(&mut self, key: u64, duration: Duration) {
        let deadline = self.now.saturating_add(duration);
        if duration.is_zero() {
            // It is due already, and nothing would wake it.
            self.sleepers.remove(&key);
        } else {
            self.sleepers.entry(key).or_insert(Sleeper { deadline, waker: None }).deadline = deadline;
        }
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::new()
    }
}

impl Timer for Clock {
    fn now(&self) -> Duration {
        self.lock().now
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Sleep>> {
        let key = self.lock().add(duration);
        Box::pin(ClockSleep { key, clock: self.clone() })
    }

    fn system_time(&self) -> SystemTime {
        // What no time of day can be is as good as the beginning.
        self.start.checked_add(self.now()).unwrap_or(self.start)
    }
}

/// A place among the sleepers, until its time has come.
struct ClockSleep {
    key: u64,
    clock: Clock,
}

impl Future for ClockSleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        match self.clock.lock().sleepers.get_mut(&self.key) {
            Some(sleeper) => {
                sleeper.waker = Some(cx.waker().clone());
                Poll::Pending
            }
            None => Poll::Ready(()),
        }
    }
}

impl Sleep for ClockSleep {
    fn reset(self: Pin<&mut Self>, duration: Duration) {
        self.clock.lock().set(self.key, duration);
    }
}

impl Drop for ClockSleep {
    fn drop(&mut self) {
        self.clock.lock().sleepers.remove(&self.key);
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shared = self.lock();
        f.debug_struct("Clock").field("now", &shared.now).field("sleepers", &shared.sleepers.len()).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::Wake;

    use super::*;

    #[derive(Default)]
    struct Woken(AtomicUsize);

    impl Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_sleeper_is_woken_when_its_time_has_come_and_not_before() {
        let clock = Clock::new();
        let woken = Arc::new(Woken::default());
        let waker = Waker::from(Arc::clone(&woken));
        let mut cx = Context::from_waker(&waker);
        let mut sleep = clock.sleep(2 * SECOND);
        assert!(sleep.as_mut().poll(&mut cx).is_pending());
        clock.advance(Duration::from_nanos(1_999_999_999));
        assert_eq!(woken.0.load(Ordering::Relaxed), 0);
        assert!(sleep.as_mut().poll(&mut cx).is_pending());
        clock.advance(Duration::from_nanos(1));
        assert_eq!(woken.0.load(Ordering::Relaxed), 1);
        assert!(sleep.as_mut().poll(&mut cx).is_ready());
        assert_eq!(clock.sleepers(), 0);

        // From now on, and it was never polled before its time.
        sleep.as_mut().reset(SECOND);
        assert_eq!(clock.sleepers(), 1);
        clock.advance(3 * SECOND);
        assert!(sleep.as_mut().poll(&mut cx).is_ready());
        assert_eq!(clock.now(), 5 * SECOND);
    }

    #[test]
    fn what_is_due_at_once_does_not_sleep_and_what_is_dropped_is_forgotten() {
        let clock = Clock::new();
        let mut cx = Context::from_waker(Waker::noop());
        assert!(clock.sleep(Duration::ZERO).as_mut().poll(&mut cx).is_ready());
        let mut forever = clock.sleep(Duration::MAX);
        clock.advance(SECOND);
        forever.as_mut().reset(Duration::MAX);
        assert!(forever.as_mut().poll(&mut cx).is_pending());
        drop(forever);
        assert_eq!(clock.sleepers(), 0);
        assert_eq!(clock.advance_to_next(), None);
        assert_eq!(clock.now(), SECOND);
    }
}
