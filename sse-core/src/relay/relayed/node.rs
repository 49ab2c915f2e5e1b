//! What a topic, its tail and its subscriptions have in common: the local log, and the way to the remote one.

use alloc::boxed::Box;
use core::pin::Pin;

use super::super::{Page, PageLimit, Relay, RelayError, Wait};
use super::status::Status;
use crate::history::Position;
use crate::sync::Arc;
use crate::topic::Shared;

/// How much a client reads from the remote log at once: as much as is delivered at once.
const PAGE: PageLimit = PageLimit::new(256, 64 * 1024);

/// One log, here and there.
pub(super) struct Node<R> {
    pub(super) shared: Arc<Shared>,
    pub(super) relay: Arc<R>,
    pub(super) log: Arc<str>,
    pub(super) status: Arc<Status>,
}

impl<R: Relay> Node<R> {
    /// The page behind a position, as it is now.
    pub(super) async fn page(&self, after: Position) -> Result<Page, RelayError> {
        self.relay.read(&self.log, after, PAGE, Wait::No).await
    }
}

/// The tail has nobody to feed any more.
impl<R> Drop for Node<R> {
    fn drop(&mut self) {
        self.status.abandon();
    }
}

/// The way to the remote log, whatever it is.
pub(super) trait Upstream: Send + Sync {
    fn read(&self, after: Position) -> Reading;
    fn status(&self) -> &Arc<Status>;
}

/// A page that is on its way.
pub(super) type Reading = Pin<Box<dyn Future<Output = Result<Page, RelayError>> + Send>>;

impl<R: Relay> Upstream for Node<R> {
    fn read(&self, after: Position) -> Reading {
        let (relay, log) = (Arc::clone(&self.relay), Arc::clone(&self.log));
        Box::pin(async move { relay.read(&log, after, PAGE, Wait::No).await })
    }

    fn status(&self) -> &Arc<Status> {
        &self.status
    }
}
