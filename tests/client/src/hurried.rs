//! A clock that runs faster, so that a test need not wait.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use sse_tower::timer::{Sleep, Timer, TokioTimer};

/// So much faster is it.
const FACTOR: u32 = 50;

/// Tokio's timer, of which a second takes 20 ms.
#[derive(Clone, Debug, Default)]
pub struct Hurried(TokioTimer);

impl Timer for Hurried {
    fn now(&self) -> Duration {
        self.0.now() * FACTOR
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Sleep>> {
        Box::pin(HurriedSleep(self.0.sleep(duration / FACTOR)))
    }
}

struct HurriedSleep(Pin<Box<dyn Sleep>>);

impl Future for HurriedSleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.0.as_mut().poll(cx)
    }
}

impl Sleep for HurriedSleep {
    fn reset(mut self: Pin<&mut Self>, duration: Duration) {
        self.0.as_mut().reset(duration / FACTOR);
    }
}
