//! One call of a snapshot's function, for all who wait for it.

use std::collections::BTreeMap;
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, TryLockError};
use std::task::{Context, Poll, Wake, Waker};

use super::Encoded;
use crate::Error;

/// The future of the call.
pub(super) type Making = Pin<Box<dyn Future<Output = Result<Encoded, Error>> + Send>>;

/// What became of a call, shared by all who waited for it.
pub(super) type Outcome = Result<Arc<Encoded>, Error>;

/// A call that whoever is polled carries on, so that nobody depends on another who is not, or who goes away.
pub(super) struct Flight {
    step: Mutex<Step>,
    outcome: OnceLock<Outcome>,
    waiters: Arc<Waiters>,
}

enum Step {
    Ahead,
    Making(Making),
    Done,
}

impl Flight {
    pub(super) fn new() -> Self {
        Self { step: Mutex::new(Step::Ahead), outcome: OnceLock::new(), waiters: Arc::default() }
    }

    pub(super) fn is_done(&self) -> bool {
        self.outcome.get().is_some()
    }

    /// Carries the call on, after it was begun by the first who gets here.
    pub(super) fn poll(&self, waiter: u64, begin: impl FnOnce() -> Making, cx: &Context<'_>) -> Poll<Outcome> {
        // Before anything is looked at: whoever is at it meanwhile wakes those who waited by then.
        self.waiters.add(waiter, cx.waker());
        if let Some(outcome) = self.outcome.get() {
            return Poll::Ready(share(outcome));
        }
        // Dropped behind the lock, also by a panic.
        let mut waking = WakeAll { waiters: &self.waiters, is_due: false };
        let mut step = match self.step.try_lock() {
            Ok(step) => step,
            Err(TryLockError::WouldBlock) => return Poll::Pending,
            Err(TryLockError::Poisoned(_)) => {
                let panicked = || Err(Error::stream(&"the function of the snapshot panicked"));
                return Poll::Ready(share(self.outcome.get_or_init(panicked)));
            }
        };
        if matches!(*step, Step::Ahead) {
            *step = Step::Making(begin());
        }
        if let Step::Making(making) = &mut *step
            && let Poll::Ready(made) = making.as_mut().poll(&mut Context::from_waker(&self.waiters.waker()))
        {
            *step = Step::Done;
            // Only the one with the lock sets it.
            let _set = self.outcome.set(made.map(Arc::new)).is_ok();
        }
        drop(step);
        let outcome = self.outcome.get();
        // Who was woken meanwhile found the lock taken, and this one may go away before it is polled again.
        waking.is_due = outcome.is_some() || !self.waiters.has(waiter);
        outcome.map_or(Poll::Pending, |outcome| Poll::Ready(share(outcome)))
    }

    pub(super) fn leave(&self, waiter: u64) {
        self.waiters.remove(waiter);
    }
}

fn share(outcome: &Outcome) -> Outcome {
    match outcome {
        Ok(encoded) => Ok(Arc::clone(encoded)),
        Err(error) => Err(error.share()),
    }
}

impl fmt::Debug for Flight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Flight").field("is_done", &self.is_done()).finish_non_exhaustive()
    }
}

/// Those who wait. All are woken by every step of the call: one who is woken may never be polled again.
#[derive(Default)]
struct Waiters(Mutex<BTreeMap<u64, Waker>>);

impl Waiters {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<u64, Waker>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, waiter: u64, waker: &Waker) {
        let _dropped_outside_the_lock = self.lock().insert(waiter, waker.clone());
    }

    fn has(&self, waiter: u64) -> bool {
        self.lock().contains_key(&waiter)
    }

    fn remove(&self, waiter: u64) {
        let _dropped_outside_the_lock = self.lock().remove(&waiter);
    }

    fn wake_all(&self) {
        let wakers = std::mem::take(&mut *self.lock());
        wakers.into_values().for_each(Waker::wake);
    }

    fn waker(self: &Arc<Self>) -> Waker {
        Waker::from(Arc::clone(self))
    }
}

impl Wake for Waiters {
    fn wake(self: Arc<Self>) {
        self.wake_all();
    }
}

/// Wakes all when it is dropped, if they are to look again or the call has panicked.
struct WakeAll<'a> {
    waiters: &'a Waiters,
    is_due: bool,
}

impl Drop for WakeAll<'_> {
    fn drop(&mut self) {
        if self.is_due || std::thread::panicking() {
            self.waiters.wake_all();
        }
    }
}
