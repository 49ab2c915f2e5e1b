//! The state that a client begins with: [`Sse::snapshot`](crate::Sse::snapshot).
//!
//! A topic keeps events, not what they come to. A client that comes anew, or that must start over, first gets the
//! application's state as events, and then the events that are published behind it. The application says which those
//! are: it names the position that the state includes, and keeps both under one lock.
//!
//! ```
//! use std::sync::{Arc, Mutex};
//! use sse_core::{SseEvent, Topic};
//! use sse_tower::Sse;
//!
//! #[derive(SseEvent)]
//! #[sse(rename_all = "kebab-case")]
//! enum Counter {
//!     Add(u64),
//! }
//!
//! let topic: Topic<Counter> = Topic::new();
//! let state = Arc::new(Mutex::new((0, topic.position()))); // the sum, and the position that it includes
//! topic.publish_with(&Counter::Add(7), |position| {
//!     let mut state = state.lock().unwrap();
//!     *state = (state.0 + 7, position);
//! })?;
//!
//! let response = Sse::topic(&topic).snapshot(move || {
//!     let (sum, position) = *state.lock().unwrap();
//!     async move { ([Counter::Add(sum)], Some(position)) }
//! });
//! # Ok::<(), sse_core::topic::PublishError>(())
//! ```
//!
//! A new client gets
//!
//! ```text
//! retry: 3000
//! event: stream-open
//! data: {"resume":"fresh","keepAlive":"comment","keepAliveMs":15000}
//!
//! id: k3x9f0q2m1-1
//! event: add
//! data: 7
//!
//! ```
//!
//! Only the last event of a snapshot has an id: whoever is cut off before it comes back as it came, and gets the
//! snapshot anew. Therefore a client whose events add up must begin with nothing at each `stream-reset`, and at each
//! `stream-open` that says `fresh`. A snapshot without events ends with `stream-position`, which has the id.
//!
//! Who lags under [`LagPolicy::Reset`](sse_core::topic::LagPolicy::Reset) is told so, and gets the snapshot anew. It has
//! an id from before, behind which it could be resumed, and forgets what it had; so it gets one behind which nobody can
//! be, and whoever comes back with that one must start over once more:
//!
//! ```text
//! event: stream-reset
//! id: =reset
//! data: {"reason":"lagged"}
//!
//! ```
//!
//! # How it is taken
//!
//! The function is called when the body is polled, under no lock of ours. The cursor was attached before: what is
//! published meanwhile is held for it, in what the topic keeps or within its live window. If what follows the position is
//! no longer there when the function is done, the function is called again, three times in all; then the client is told
//! `stream-reset` with the reason `evicted`, and goes on with what is published from then on.
//!
//! A state without a position is taken to include what was published before the call. Whatever is published while it
//! runs is then sent even if the state includes it: at least once, not exactly once.
//!
//! Its events are those that the function returns, whatever [`Sse::only`](crate::Sse::only) says. They must not have ids
//! of their own, because a client would come back with them. A terminal event among them is an event like any other: the
//! stream is complete when the topic is. If the function fails, or one of its events cannot be encoded, so does the body:
//! it ends behind the comment `: error`, and the client comes back.
//!
//! Where a snapshot costs more than an encoding, share it: [`SharedSnapshot`].

mod encode;
mod flight;
mod owed;
mod shared;

use std::pin::Pin;
use std::sync::Arc;

use sse_core::topic::TopicReader;

pub use self::encode::SnapshotOutput;
pub(crate) use self::encode::{Encoded, encode};
pub(crate) use self::owed::Owed;
pub(crate) use self::private::Take;
pub use self::shared::SharedSnapshot;
use crate::Error;
use crate::timer::Timer;

/// What [`Sse::snapshot`](crate::Sse::snapshot) takes: a function that reads the state, or a [`SharedSnapshot`].
///
/// The function is `Fn() -> impl Future<Output = O> + Send`, for each [`SnapshotOutput`] `O`: most often events, and the
/// position that they include.
///
/// The trait is sealed.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no snapshot",
    note = "give a `Fn() -> impl Future<Output = (events, Option<Position>)> + Send`, or a `&SharedSnapshot`"
)]
pub trait Snapshot: private::Snapshot {}

impl<T: private::Snapshot> Snapshot for T {}

mod private {
    use std::sync::Arc;

    use sse_core::topic::TopicReader;

    use super::Taking;
    use crate::timer::Timer;

    #[expect(unnameable_types, reason = "the public trait is sealed by it")]
    pub trait Snapshot {
        fn into_take(self) -> Arc<dyn Take>;
    }

    /// A snapshot of any kind.
    #[expect(unnameable_types, reason = "only the sealed trait names it")]
    pub trait Take: Send + Sync {
        /// Begins to take it, for a reader of this topic: by a call of a higher number than this.
        fn take(&self, topic: TopicReader, timer: Option<&Arc<dyn Timer>>, behind: u64) -> Taking;
    }
}

pub(crate) fn into_take(snapshot: impl Snapshot) -> Arc<dyn Take> {
    snapshot.into_take()
}

/// A snapshot that is being taken, and the number of the call.
pub(crate) type Taking = Pin<Box<dyn Future<Output = Result<(Arc<Encoded>, u64), Error>> + Send>>;

/// A function of the application's.
struct Function<F>(F);

impl<F, Fut> private::Snapshot for F
where
    F: Fn() -> Fut + Send + Sync + 'static,
    Fut: Future<Output: SnapshotOutput> + Send + 'static,
{
    fn into_take(self) -> Arc<dyn Take> {
        Arc::new(Function(self))
    }
}

impl<F, Fut> Take for Function<F>
where
    F: Fn() -> Fut + Send + Sync + 'static,
    Fut: Future<Output: SnapshotOutput> + Send + 'static,
{
    fn take(&self, topic: TopicReader, _: Option<&Arc<dyn Timer>>, _: u64) -> Taking {
        let before = topic.position();
        let state = self.0();
        Box::pin(async move { Ok((Arc::new(encode(state.await, before)?), 0)) })
    }
}

impl private::Snapshot for SharedSnapshot {
    fn into_take(self) -> Arc<dyn Take> {
        Arc::new(self)
    }
}

impl private::Snapshot for &SharedSnapshot {
    fn into_take(self) -> Arc<dyn Take> {
        Arc::new(self.clone())
    }
}
