//! How long something is waited for, in time that really passes.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

/// What the future comes to; `None` if it does not within `limit`. A limit of zero polls it once.
///
/// A clock that is not real, be it tokio's or a test's own, has no part in it.
pub(super) async fn within<T>(limit: Duration, future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    let mut alarm = None;
    poll_fn(|cx| match future.as_mut().poll(cx) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending if limit.is_zero() => Poll::Ready(None),
        Poll::Pending => alarm.get_or_insert_with(|| Alarm::new(limit)).poll(cx).map(|()| None),
    })
    .await
}

/// A thread that wakes a task when the time is over, and is gone as soon as the alarm is dropped.
struct Alarm {
    state: Arc<Mutex<State>>,
    _armed: Sender<()>,
}

#[derive(Default)]
struct State {
    rung: bool,
    waker: Option<Waker>,
}

impl Alarm {
    fn new(limit: Duration) -> Self {
        let state = Arc::<Mutex<State>>::default();
        let (armed, disarmed) = mpsc::channel();
        let ring = {
            let state = Arc::clone(&state);
            move || {
                let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
                state.rung = true;
                let waker = state.waker.take();
                drop(state);
                waker.into_iter().for_each(Waker::wake);
            }
        };
        let ring_now = ring.clone();
        let waiting = thread::Builder::new().spawn(move || {
            if disarmed.recv_timeout(limit) == Err(RecvTimeoutError::Timeout) {
                ring();
            }
        });
        if waiting.is_err() {
            // Where no thread can be had, nothing is waited for: never forever.
            ring_now();
        }
        Self { state, _armed: armed }
    }

    fn poll(&self, cx: &Context<'_>) -> Poll<()> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.rung {
            return Poll::Ready(());
        }
        state.waker = Some(cx.waker().clone());
        Poll::Pending
    }
}
