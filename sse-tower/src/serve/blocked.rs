//! Writes that are blocked, and how they end.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::Duration;

use pin_project_lite::pin_project;
use tokio::sync::Notify;
use tokio::sync::futures::OwnedNotified;
use tokio::time::{Instant, Sleep, sleep_until};

/// The connections of a [`Listener`](crate::serve::Listener) whose clients take nothing, for the end of the server.
///
/// ```
/// use std::time::Duration;
/// use sse_tower::serve;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// let listener = serve::bind("127.0.0.1:0").await?;
/// let blocked = listener.blocked();
/// // When the server shuts down:
/// blocked.end_within(Duration::from_secs(5));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Blocked {
    shared: Arc<Shared>,
}

struct Shared {
    limit: Option<Duration>,
    /// When every write that is blocked ends, once that is known.
    end: OnceLock<Instant>,
    /// Who is blocked, to be told of it.
    waiting: Arc<Notify>,
}

impl Blocked {
    pub(crate) fn new(limit: Option<Duration>) -> Self {
        Self { shared: Arc::new(Shared { limit, end: OnceLock::new(), waiting: Arc::new(Notify::new()) }) }
    }

    /// Ends every connection that has bytes to write which its client does not take when `duration` is over, or which
    /// gets such bytes later, and those whose write deadline is over before, as ever.
    ///
    /// Those whose clients take everything are not touched: they end when their bodies do. What was said first holds.
    /// An end that no clock reaches is none.
    pub fn end_within(&self, duration: Duration) {
        if let Some(end) = Instant::now().checked_add(duration)
            && self.shared.end.set(end).is_ok()
        {
            self.shared.waiting.notify_waiters();
        }
    }

    /// When a write ends that is blocked from now on.
    fn deadline(&self, since: Instant) -> Option<Instant> {
        let limit = self.shared.limit.and_then(|limit| since.checked_add(limit));
        let end = self.shared.end.get().copied();
        limit.into_iter().chain(end).min()
    }
}

impl fmt::Debug for Blocked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Shared { limit, end, .. } = &*self.shared;
        f.debug_struct("Blocked").field("limit", limit).field("ends", &end.get().is_some()).finish()
    }
}

/// The write deadline of one connection. Nothing is allocated and no timer set but while a write is blocked.
#[derive(Debug)]
pub(crate) struct WriteDeadline {
    blocked: Blocked,
    wait: Option<Pin<Box<Wait>>>,
}

pin_project! {
    /// One write that is blocked.
    struct Wait {
        since: Instant,
        // `None` waits for nothing but the end.
        #[pin]
        sleep: Option<Sleep>,
        #[pin]
        told: OwnedNotified,
    }
}

impl fmt::Debug for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wait").field("since", &self.since).finish_non_exhaustive()
    }
}

impl WriteDeadline {
    pub(crate) const fn new(blocked: Blocked) -> Self {
        Self { blocked, wait: None }
    }

    /// The client has taken something, or there is nothing for it to take.
    pub(crate) fn clear(&mut self) {
        self.wait = None;
    }

    /// The client has taken nothing. Ready when that has been so for too long.
    pub(crate) fn poll_blocked(&mut self, cx: &mut Context<'_>) -> Poll<io::Error> {
        let blocked = &self.blocked;
        let wait = self.wait.get_or_insert_with(|| Box::pin(Wait::new(blocked)));
        wait.as_mut().poll(blocked, cx).map(|()| {
            io::Error::new(io::ErrorKind::TimedOut, "the peer has not taken what waits to be written in time")
        })
    }
}

impl Wait {
    fn new(blocked: &Blocked) -> Self {
        // Before the deadline is read, so that an end which comes in between is not missed.
        let told = Arc::clone(&blocked.shared.waiting).notified_owned();
        let since = Instant::now();
        Self { since, sleep: blocked.deadline(since).map(sleep_until), told }
    }

    fn poll(self: Pin<&mut Self>, blocked: &Blocked, cx: &mut Context<'_>) -> Poll<()> {
        let mut this = self.project();
        // Once told it stays so, and the deadline is what it is.
        if this.told.poll(cx).is_ready()
            && let deadline = blocked.deadline(*this.since)
            && deadline != this.sleep.as_ref().as_pin_ref().map(|sleep| sleep.deadline())
        {
            this.sleep.set(deadline.map(sleep_until));
        }
        this.sleep.as_pin_mut().map_or(Poll::Pending, |sleep| sleep.poll(cx))
    }
}
