//! A future without a runtime.

use core::pin::pin;
use core::sync::atomic::{AtomicBool, Ordering};
use core::task::{Context, Poll, Waker};
use std::task::Wake;

use crate::sync::Arc;

/// Whether a future was woken since it was polled.
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Release);
    }
}

/// Runs a future that waits for nothing outside this thread: a law of a relay in this process, or a test of one.
///
/// Returns `None` when the future is pending and nobody has woken it, because then nobody ever would.
///
/// # Examples
///
/// ```
/// use sse_core::laws::run;
///
/// assert_eq!(run(async { 1 + 1 }), Some(2));
/// assert_eq!(run(std::future::pending::<()>()), None);
/// ```
pub fn run<T>(future: impl Future<Output = T>) -> Option<T> {
    let woken = Arc::new(Woken(AtomicBool::new(true)));
    let waker = Waker::from(Arc::clone(&woken));
    let mut future = pin!(future);
    while woken.0.swap(false, Ordering::Acquire) {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return Some(output);
        }
    }
    None
}
