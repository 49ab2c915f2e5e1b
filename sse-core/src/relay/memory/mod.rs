//! A remote log that lives in this process.

mod log;

use alloc::boxed::Box;
use alloc::format;
use core::fmt;
use core::future::poll_fn;
use core::task::{Context, Poll, Waker};
use std::collections::HashMap;

use self::log::MemoryLog;
use super::seed::Choices;
use super::{MAX_LOG_NAME, Page, PageLimit, Relay, RelayError, RemoteEvent, RemoteState, Token, Wait};
use crate::history::{Epoch, Position};
use crate::sync::{Arc, Mutex};

/// A remote that is a map in this process, for tests and for programs that have no other process to share with.
///
/// Its clones are handles on the same logs, as the connections of several processes are.
///
/// It is bounded: it has at most [`logs`](MemoryRelayBuilder::logs) logs, which it never drops, and each holds at most
/// the [`events`](MemoryRelayBuilder::events), the [`bytes`](MemoryRelayBuilder::bytes) of frames (or one larger event)
/// and the [`tokens`](MemoryRelayBuilder::tokens) that it was given as limits. An event costs some 150 bytes besides
/// its frame, a token some 60.
///
/// # Examples
///
/// ```
/// use sse_core::EventName;
/// use sse_core::relay::{MemoryRelay, Relay, RelayError, RemoteEvent, Token};
///
/// async fn say_hello(node: MemoryRelay) -> Result<(), RelayError> {
///     let event = RemoteEvent::new(EventName::MESSAGE, "data: hello\n\n".into());
///     let token = Token::random();
///     let position = node.append("greetings", token, &event).await?;
///     assert_eq!(node.append("greetings", token, &event).await?, position, "tried again, it is the same event");
///     Ok(())
/// }
/// let remote = MemoryRelay::builder().logs(16).events(1_000).build();
/// let (one_node, another_node) = (remote.clone(), remote);
/// ```
#[derive(Clone)]
pub struct MemoryRelay {
    remote: Arc<Remote>,
}

struct Remote {
    limits: MemoryLimits,
    logs: Mutex<HashMap<Box<str>, MemoryLog>>,
}

#[derive(Clone, Copy, Debug)]
struct MemoryLimits {
    logs: usize,
    events: usize,
    bytes: usize,
    tokens: usize,
    frame_bytes: usize,
    sparse: Option<u64>,
}

impl MemoryLimits {
    const DEFAULT: Self =
        Self { logs: 1_024, events: 10_000, bytes: 16 << 20, tokens: 10_000, frame_bytes: 4 << 20, sparse: None };
}

impl MemoryRelay {
    /// A remote with the default limits.
    #[must_use]
    pub fn new() -> Self {
        Self::builder().build()
    }

    /// Sets limits before the remote is made.
    #[must_use]
    pub const fn builder() -> MemoryRelayBuilder {
        MemoryRelayBuilder { limits: MemoryLimits::DEFAULT }
    }

    /// The length in bytes of the longest frame that is taken.
    #[must_use]
    pub fn max_frame_bytes(&self) -> usize {
        self.remote.limits.frame_bytes
    }

    /// Lets go of the oldest events of a log, up to and including the one with this offset, as a retention does.
    ///
    /// # Errors
    ///
    /// Returns [`RelayError::Refused`] if there is no log of this name and there can be no further one.
    pub fn trim(&self, log: &str, through: u64) -> Result<(), RelayError> {
        self.change(log, |log, _| {
            log.trim(through);
            Ok(())
        })
    }

    /// Loses the newest `count` events of a log, which were acknowledged, with their tokens: the next events get their
    /// offsets. This is what a failover to a replica that was behind does.
    ///
    /// # Errors
    ///
    /// Returns [`RelayError::Refused`] if there is no log of this name and there can be no further one.
    #[cfg(feature = "test-util")]
    pub fn lose(&self, log: &str, count: usize) -> Result<(), RelayError> {
        self.change(log, |log, _| {
            log.lose(count);
            Ok(())
        })
    }

    /// What a replica of a log has that has received everything up to now, and gets nothing more.
    ///
    /// # Errors
    ///
    /// Returns [`RelayError::Refused`] if there is no log of this name and there can be no further one.
    #[cfg(feature = "test-util")]
    pub fn replica(&self, log: &str) -> Result<MemoryReplica, RelayError> {
        self.with(log, |log, _| Ok(MemoryReplica { log: log.replica() }))
    }

    /// Has a replica take over: what it had not received is lost, be it events, tokens, a close or a new epoch, and
    /// what was let go of since is there again.
    ///
    /// # Errors
    ///
    /// Returns [`RelayError::Refused`] if there is no log of this name and there can be no further one.
    #[cfg(feature = "test-util")]
    pub fn fail_over(&self, log: &str, replica: &MemoryReplica) -> Result<(), RelayError> {
        self.change(log, |log, _| {
            log.fail_over(&replica.log);
            Ok(())
        })
    }

    /// Does something with a log, which is made if need be.
    fn with<T>(
        &self,
        name: &str,
        act: impl FnOnce(&mut MemoryLog, &MemoryLimits) -> Result<T, RelayError>,
    ) -> Result<T, RelayError> {
        let limits = &self.remote.limits;
        let mut logs = self.remote.logs.lock();
        if let Some(log) = logs.get_mut(name) {
            return act(log, limits);
        }
        if name.is_empty() || name.len() > MAX_LOG_NAME {
            return Err(RelayError::refused(format!("a log's name has 1 to {MAX_LOG_NAME} bytes, not {}", name.len())));
        }
        if logs.len() >= limits.logs {
            return Err(RelayError::refused(format!("there are {} logs, which is the limit", limits.logs)));
        }
        let epochs = limits.sparse.map(|seed| Choices::new(seed ^ (logs.len() as u64) << 32));
        act(logs.entry(name.into()).or_insert_with(|| MemoryLog::new(epochs)), limits)
    }

    /// Changes a log and wakes everybody who waits for something to happen to it.
    fn change<T>(
        &self,
        name: &str,
        change: impl FnOnce(&mut MemoryLog, &MemoryLimits) -> Result<T, RelayError>,
    ) -> Result<T, RelayError> {
        let (changed, waiting) = self.with(name, |log, limits| Ok((change(log, limits)?, log.take_waiting())))?;
        waiting.into_iter().for_each(Waker::wake);
        Ok(changed)
    }
}

impl Relay for MemoryRelay {
    async fn state(&self, log: &str) -> Result<RemoteState, RelayError> {
        self.with(log, |log, _| Ok(log.state()))
    }

    async fn append(&self, log: &str, token: Token, event: &RemoteEvent) -> Result<Position, RelayError> {
        self.change(log, |log, limits| log.append(token, event, limits))
    }

    async fn read(&self, log: &str, after: Position, limit: PageLimit, wait: Wait) -> Result<Page, RelayError> {
        let mut reading = Reading { relay: self, log, key: None };
        poll_fn(|cx| reading.poll(after, limit, wait, cx)).await
    }

    async fn renew(&self, log: &str, lost: Epoch) -> Result<Epoch, RelayError> {
        self.change(log, |log, _| {
            log.renew(lost);
            Ok(log.state().epoch)
        })
    }
}

/// One log of a [`MemoryRelay`] as it was, to [fail over](MemoryRelay::fail_over) to.
#[cfg(feature = "test-util")]
pub struct MemoryReplica {
    log: MemoryLog,
}

#[cfg(feature = "test-util")]
impl fmt::Debug for MemoryReplica {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryReplica").field("state", &self.log.state()).finish_non_exhaustive()
    }
}

/// A read, which may have a place among those who wait.
struct Reading<'a> {
    relay: &'a MemoryRelay,
    log: &'a str,
    key: Option<u64>,
}

impl Reading<'_> {
    fn poll(
        &mut self,
        after: Position,
        limit: PageLimit,
        wait: Wait,
        cx: &Context<'_>,
    ) -> Poll<Result<Page, RelayError>> {
        let mut dropped_outside_the_lock = None;
        let page = self.relay.with(self.log, |log, _| {
            let page = log.read(after, limit, wait);
            if page.is_none() {
                // In the same step as the read, or an event could come between them and wake nobody.
                dropped_outside_the_lock = log.wait(&mut self.key, cx.waker());
            }
            Ok(page)
        });
        drop(dropped_outside_the_lock);
        page.transpose().map_or(Poll::Pending, Poll::Ready)
    }
}

impl Drop for Reading<'_> {
    fn drop(&mut self) {
        if let Some(key) = self.key {
            drop(self.relay.with(self.log, |log, _| Ok(log.stop_waiting(key))));
        }
    }
}

impl Default for MemoryRelay {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for MemoryRelay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryRelay")
            .field("logs", &self.remote.logs.lock().len())
            .field("limits", &self.remote.limits)
            .finish()
    }
}

/// Sets the limits of a [`MemoryRelay`] before it is made.
#[derive(Clone, Copy, Debug)]
pub struct MemoryRelayBuilder {
    limits: MemoryLimits,
}

impl MemoryRelayBuilder {
    /// Sets how many logs there may be. Default: 1 024. A further one is [`RelayError::Refused`].
    #[must_use]
    pub const fn logs(mut self, logs: usize) -> Self {
        self.limits.logs = logs;
        self
    }

    /// Sets how many events a log keeps. Default: 10 000. The newest one is always kept.
    #[must_use]
    pub const fn events(mut self, events: usize) -> Self {
        self.limits.events = events;
        self
    }

    /// Sets how many bytes the frames that a log keeps may have together. Default: 16 MiB.
    #[must_use]
    pub const fn bytes(mut self, bytes: usize) -> Self {
        self.limits.bytes = bytes;
        self
    }

    /// Sets how many tokens a log remembers, the newest. Default: 10 000. An append that is tried again after so many
    /// others is another event.
    #[must_use]
    pub const fn tokens(mut self, tokens: usize) -> Self {
        self.limits.tokens = tokens;
        self
    }

    /// Sets the length in bytes of the longest frame that is taken. Default: 4 MiB.
    #[must_use]
    pub const fn frame_bytes(mut self, bytes: usize) -> Self {
        self.limits.frame_bytes = bytes;
        self
    }

    /// Leaves gaps of up to 7 between offsets, and names the epochs, as this seed has it: what passes with dense
    /// offsets only is found out, and every run is the same.
    #[must_use]
    pub const fn sparse(mut self, seed: u64) -> Self {
        self.limits.sparse = Some(seed);
        self
    }

    /// Makes the remote.
    #[must_use]
    pub fn build(self) -> MemoryRelay {
        MemoryRelay { remote: Arc::new(Remote { limits: self.limits, logs: Mutex::default() }) }
    }
}

#[cfg(test)]
#[cfg(feature = "test-util")]
impl MemoryRelay {
    /// How many events, tokens and waiting reads a log has.
    pub(super) fn counts(&self, log: &str) -> Result<(usize, usize, usize), RelayError> {
        self.with(log, |log, _| Ok(log.counts()))
    }
}
