//! Waking those who wait, outside the lock and not all at once.

use alloc::vec::Vec;
use core::fmt;
use core::mem;
use core::pin::Pin;
use core::task::{Context, Poll, Waker};

use super::Shared;
use crate::history::Log;
use crate::sync::Arc;

/// How many wakers are taken while the lock is held once.
const BATCH: usize = 128;

/// Who is to be woken.
#[derive(Default)]
struct Wakers {
    /// Taken in the same step as the append, so that one reader costs no second lock.
    first: Option<Waker>,
    left: usize,
}

impl Wakers {
    /// Wakes at most one batch; returns whether there may be more.
    fn wake_some(&mut self, shared: &Shared) -> bool {
        let first = self.first.take();
        let count = self.left.min(BATCH - usize::from(first.is_some()));
        if let Some(first) = first {
            first.wake();
        }
        self.left -= count;
        if count == 0 {
            return false;
        }
        let mut batch = Vec::with_capacity(count);
        let mut log = shared.lock();
        for _ in 0..count {
            if !log.wake_one(|waker| batch.push(waker)) {
                self.left = 0;
                break;
            }
        }
        drop(log);
        batch.into_iter().for_each(Waker::wake);
        self.left > 0
    }
}

/// Wakes everybody when it is dropped, also when what comes between panics (a waker apart). It stands before the lock, so that it is
/// dropped behind it.
pub(crate) struct WakeAll<'a> {
    shared: &'a Shared,
    wakers: Wakers,
}

impl<'a> WakeAll<'a> {
    pub(super) fn new(shared: &'a Shared) -> Self {
        Self { shared, wakers: Wakers::default() }
    }

    /// Takes note of those who wait now.
    pub(super) fn arm(&mut self, log: &mut Log) {
        log.wake_one(|waker| self.wakers.first = Some(waker));
        self.wakers.left = log.waiting();
    }

    /// Leaves the waking to a future.
    pub(super) fn into_future(mut self, shared: &Arc<Shared>) -> Waking {
        Waking { shared: Arc::clone(shared), wakers: mem::take(&mut self.wakers) }
    }
}

impl Drop for WakeAll<'_> {
    fn drop(&mut self) {
        while self.wakers.wake_some(self.shared) {}
    }
}

/// Wakes the subscribers of a topic, 128 each time it is polled, and gives way to other tasks in between.
///
/// Dropping it wakes the rest at once: nobody is forgotten.
#[must_use = "dropping it wakes all subscribers at once"]
pub struct Waking {
    shared: Arc<Shared>,
    wakers: Wakers,
}

impl Future for Waking {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let Self { shared, wakers } = &mut *self;
        if wakers.wake_some(shared) {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(())
    }
}

impl Drop for Waking {
    fn drop(&mut self) {
        while self.wakers.wake_some(&self.shared) {}
    }
}

impl fmt::Debug for Waking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Waking").field("left", &self.wakers.left).finish_non_exhaustive()
    }
}
