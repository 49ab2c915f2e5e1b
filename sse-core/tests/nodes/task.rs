//! Futures that are polled only when they were woken, and choices that are the same on every run.

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

/// Whether somebody is to be polled.
#[derive(Debug)]
pub(crate) struct Woken(AtomicBool);

impl Woken {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self(AtomicBool::new(true)))
    }

    pub(crate) fn is(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }

    pub(crate) fn take(&self) -> bool {
        self.0.swap(false, Ordering::SeqCst)
    }
}

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

pub(crate) struct Task<T> {
    future: Pin<Box<dyn Future<Output = T>>>,
    woken: Arc<Woken>,
}

impl<T> Task<T> {
    pub(crate) fn new(future: impl Future<Output = T> + 'static) -> Self {
        Self { future: Box::pin(future), woken: Woken::new() }
    }

    pub(crate) fn is_woken(&self) -> bool {
        self.woken.is()
    }

    /// What the future gives, if it was woken and is ready.
    pub(crate) fn poll(&mut self) -> Option<T> {
        if !self.woken.take() {
            return None;
        }
        let waker = Waker::from(Arc::clone(&self.woken));
        match self.future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => Some(output),
            Poll::Pending => None,
        }
    }
}

/// Pauses that end when the test says so.
#[derive(Clone, Default)]
pub(crate) struct Pauses {
    ticks: Arc<AtomicU64>,
    waiting: Arc<Mutex<Vec<Waker>>>,
}

impl Pauses {
    pub(crate) fn pause(&self) -> impl Future<Output = ()> + use<> {
        let (pauses, since) = (self.clone(), self.ticks.load(Ordering::SeqCst));
        std::future::poll_fn(move |cx| {
            if pauses.ticks.load(Ordering::SeqCst) > since {
                return Poll::Ready(());
            }
            pauses.waiting.lock().unwrap().push(cx.waker().clone());
            Poll::Pending
        })
    }

    pub(crate) fn tick(&self) {
        self.ticks.fetch_add(1, Ordering::SeqCst);
        let waiting = std::mem::take(&mut *self.waiting.lock().unwrap());
        waiting.into_iter().for_each(Waker::wake);
    }
}

/// `SplitMix64`.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let bits = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end.max(1) as u64).unwrap()
    }

    /// So many times of a thousand.
    pub(crate) fn chance(&mut self, per_thousand: usize) -> bool {
        self.below(1_000) < per_thousand
    }

    pub(crate) fn pick<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }
}
