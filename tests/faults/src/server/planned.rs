//! Streams that go wrong, and the count of those that did so without being told to.

use std::fmt;
use std::panic;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use futures_util::{Stream, StreamExt as _, stream};

use crate::event::Feed;

/// How many events such a stream has before it goes wrong.
pub(crate) const BEFORE: u64 = 3;
/// Long enough for each to be sent alone: what is ready together with a panic is lost with it.
const PACE: Duration = Duration::from_millis(20);

static PLANNED: AtomicU64 = AtomicU64::new(0);
static OTHER: AtomicU64 = AtomicU64::new(0);

/// What goes wrong.
#[derive(Debug)]
pub(super) struct Planned;

impl fmt::Display for Planned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("as planned")
    }
}

/// Counts the panics of all threads, and shows those that nobody has planned.
pub(super) fn count_panics() {
    let show = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if info.payload().is::<Planned>() {
            PLANNED.fetch_add(1, Relaxed);
        } else {
            OTHER.fetch_add(1, Relaxed);
            show(info);
        }
    }));
}

/// How many were planned, and how many were not.
pub(super) fn panicked() -> (u64, u64) {
    (PLANNED.load(Relaxed), OTHER.load(Relaxed))
}

/// A stream that panics behind the last of its events.
#[expect(clippy::panic, reason = "it is what a server has to bear")]
pub(super) fn panics() -> impl Stream<Item = Feed> + Send {
    events().chain(stream::once(async { panic::panic_any(Planned) }))
}

/// A stream that fails behind the last of its events.
pub(super) fn fails() -> impl Stream<Item = Result<Feed, Planned>> + Send {
    events().map(Ok).chain(stream::iter([Err(Planned)]))
}

fn events() -> impl Stream<Item = Feed> + Send {
    let paced = stream::iter(1..=BEFORE).then(async |number| {
        tokio::time::sleep(PACE).await;
        Feed::number(0, number)
    });
    // Its end is not ready together with its last event either.
    let end = stream::once(async { tokio::time::sleep(PACE).await }).filter_map(async |()| None);
    Box::pin(paced.chain(end))
}
