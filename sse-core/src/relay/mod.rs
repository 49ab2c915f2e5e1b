//! Remote logs, which many processes append to and read from.
//!
//! A topic in one process keeps its events in a log of its own. When there are several processes, the log is a
//! *remote*: a stream in Redis, in NATS, or [in this process](MemoryRelay) for tests. [`Relay`] is what is asked of
//! one: four requests. A [`RelayedTopic`] is what a node makes of them: a local topic that is fed by the remote log,
//! and that answers a client that was connected to another node.
//!
//! # What a client can rely on
//!
//! - It gets every event behind the id that it comes back with, on whatever node, in order and once; or it is told that
//!   it must start over, and why.
//! - While the remote is away, streams stay open and publishers get an error. When it is back, they go on.
//! - A client on which there is no verdict without the remote is refused, [to come back](ResumeError), and not reset.
//!
//! # What a node can rely on
//!
//! - **Order.** Offsets strictly increase within an epoch and are above 0. They need not be dense: nobody computes the
//!   next one.
//! - **Acknowledged is visible.** Every request that begins after an append was acknowledged, on whatever node, sees
//!   the event. An answer that is older than that, from a replica that is behind, looks like a loss.
//! - **Once.** Tokens with the same [key](Token::key) are one event with one position, for as long as the remote
//!   remembers them and within one epoch. A remote remembers before it considers anything else: an append that has
//!   happened is answered with its position even if the log has been closed since.
//! - **No silent gap.** What a page tells besides its events, the floor, the epoch and the anchor, is as old as the
//!   events or newer. With an older floor, an event that was removed in between would be missing without a trace.
//! - **The end is the end.** Behind a terminal event nothing is ever read. A closed log stays closed in the next epoch.
//!
//! # When the remote forgets
//!
//! A remote may lose events that it has acknowledged, and give their offsets to others: a failover to a replica that
//! was behind does that. A node finds out by its own position, which is above the head, or by the
//! [anchor](Page::anchor), which is another event's. Then it calls [`Relay::renew`], by which the log begins a new
//! *epoch*: no position of the old one means anything any more, so that every client is told to start over instead of
//! reading on in a log that is not the one it knew. A new epoch has no events and remembers no token: an append that is
//! tried again is a new event in it, because nobody can read the old one.
//!
//! The renewal itself may be lost. So a node remembers the epochs that it has left, and renews one that comes back.
//!
//! Between a loss and its detection an offset may be two events', and a client that comes back then may be taken for
//! one that has read the other. [How far that goes](#what-remains) is below.
//!
//! # Example
//!
//! Two nodes, which have nothing in common but the remote:
//!
//! ```
//! # use futures_util::{FutureExt as _, StreamExt as _};
//! use std::future::pending;
//! use std::sync::Arc;
//! use sse_core::relay::{MemoryRelay, RelayedTopic};
//! use sse_core::{SseEvent, Topic, history::Verdict, topic::Delivery};
//!
//! #[derive(SseEvent)]
//! #[sse(rename_all = "kebab-case")]
//! enum Price {
//!     Tick { cents: u64 },
//! }
//!
//! let remote = MemoryRelay::new();
//! let join = || RelayedTopic::new(Topic::<Price>::new(), Arc::new(remote.clone()), "prices");
//! let (one, other) = (join()?, join()?);
//!
//! // To be spawned. With a clock, the pause is `sleep(Duration::from_millis(100 << attempt.min(8)))`, say.
//! let pause = |_attempt| pending::<()>();
//! let tails = [one.tail(pause)?, other.tail(pause)?];
//!
//! let session = async {
//!     let seen = one.publish(&Price::Tick { cents: 7 }).await?;
//!     let missed = one.publish(&Price::Tick { cents: 8 }).await?;
//!
//!     // A client that has read the first event from one node comes back to the other.
//!     let mut attached = other.resume(Some(seen.to_string().as_bytes()), &Default::default()).await?;
//!     assert_eq!(attached.verdict, Verdict::Recovered(seen));
//!     let frames = format!("id: {missed}\nevent: tick\ndata: {{\"cents\":8}}\n\n");
//!     assert_eq!(attached.subscription.next().await, Some(Delivery::Frames(frames.into())));
//!     Ok::<(), Box<dyn std::error::Error>>(())
//! };
//! # let (mut session, mut tails) = (Box::pin(session), tails.map(Box::pin));
//! # let ended = (0..100).find_map(|_| {
//! #     for tail in &mut tails {
//! #         assert_eq!(tail.now_or_never(), None);
//! #     }
//! #     (&mut session).now_or_never()
//! # });
//! # ended.expect("it ends")?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! An implementation proves itself with the law suite, `laws::relay_contract` (feature `test-util`), and those who
//! build on one try themselves with `FaultyRelay`.
//!
#![doc = include_str!("backends.md")]

mod error;
mod event;
#[cfg(feature = "test-util")]
mod fault;
mod memory;
mod page;
mod relayed;
mod seed;
#[cfg(test)]
#[cfg(feature = "test-util")]
mod tests;
mod token;

pub use self::error::RelayError;
pub use self::event::{RemoteEvent, StoredEvent};
#[cfg(feature = "test-util")]
pub use self::fault::{Fault, FaultyRelay};
#[cfg(feature = "test-util")]
pub use self::memory::MemoryReplica;
pub use self::memory::{MemoryRelay, MemoryRelayBuilder};
pub use self::page::{Page, PageLimit, RemoteState, Wait};
pub use self::relayed::{
    AlreadyTailed, RelayPublishError, RelayedAttached, RelayedSubscription, RelayedTopic, RelayedTopicError,
    ResumeError, TailEnd,
};
pub use self::token::Token;
use crate::history::{Epoch, Position};

/// The length in bytes of the longest name of a log that every [`Relay`] takes. A name is any text of 1 byte or more;
/// an implementation encodes what its remote does not allow.
pub const MAX_LOG_NAME: usize = 100;

/// A remote log that many processes append to and read from.
///
/// The [module](self) says what may be relied on, and `laws::relay_contract` tries it. A log is there as soon as it is
/// named.
///
/// # Cancel safety
///
/// Every future may be dropped. What a request changes may then have happened or not, as after
/// [`RelayError::Unavailable`]; the same append with the same token finds out.
///
/// # Errors
///
/// Every request may return [`RelayError::Unavailable`] or [`RelayError::Refused`].
pub trait Relay: Send + Sync + 'static {
    /// Asks where the log begins and ends.
    ///
    /// # Errors
    ///
    /// As every request.
    fn state(&self, log: &str) -> impl Future<Output = Result<RemoteState, RelayError>> + Send;

    /// Appends one event and answers with its position when the remote has acknowledged it.
    ///
    /// The same token, tried again in the same epoch, is one event and the same position, whether the first attempt is
    /// over or still under way. How long a remote remembers a token is stated by the implementation.
    ///
    /// # Errors
    ///
    /// Returns [`RelayError::Closed`] behind a terminal event and [`RelayError::TooLarge`] if the frame is longer than
    /// the remote takes; or as every request.
    fn append(
        &self,
        log: &str,
        token: Token,
        event: &RemoteEvent,
    ) -> impl Future<Output = Result<Position, RelayError>> + Send;

    /// Reads the events behind a position, in order, as many as the limit allows; at least one if there is any.
    ///
    /// A page is the state of the log and what is behind `after` in it. If `after` is of another epoch, there are no
    /// events. If it is below the floor, the page begins with the oldest event that there is. If it is above the head,
    /// there is nothing, whether one waits or not.
    ///
    /// With [`Wait::ForEvents`] the answer may take until there is an event, the log is closed or its epoch changes.
    /// The reader asks again when it gets an empty page.
    ///
    /// # Errors
    ///
    /// As every request.
    fn read(
        &self,
        log: &str,
        after: Position,
        limit: PageLimit,
        wait: Wait,
    ) -> impl Future<Output = Result<Page, RelayError>> + Send;

    /// Begins a new epoch, because the log has lost events of the epoch `lost`; answers with the epoch that the log is
    /// in afterwards.
    ///
    /// If the log is in another epoch already, that one is the answer: of all the nodes that find out, one begins the
    /// new epoch.
    ///
    /// # Errors
    ///
    /// As every request.
    fn renew(&self, log: &str, lost: Epoch) -> impl Future<Output = Result<Epoch, RelayError>> + Send;
}
