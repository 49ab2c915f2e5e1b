//! What a connection shares with those who may end it from outside.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::time::SystemTime;

use crate::connections::ConnectionId;

/// One open connection. Its body polls it; [`Connections`](crate::Connections) and [`Shutdown`](crate::Shutdown) find it.
pub(crate) struct Link {
    pub(crate) id: ConnectionId,
    pub(crate) key: Option<Arc<str>>,
    pub(crate) since: SystemTime,
    /// Only the body writes them, so that adding needs no more than a load and a store.
    events: AtomicU64,
    bytes: AtomicU64,
    told: Mutex<Told>,
}

#[derive(Default)]
struct Told {
    close: Option<Arc<str>>,
    shut_down: bool,
    /// The body's, when it waits.
    waker: Option<Waker>,
}

/// What a connection is told.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Call {
    /// To end, for this reason.
    Close(Arc<str>),
    /// The server shuts down.
    ShutDown,
}

impl Link {
    pub(crate) fn new(id: ConnectionId, key: Option<Arc<str>>, since: SystemTime) -> Arc<Self> {
        let told = Mutex::new(Told::default());
        Arc::new(Self { id, key, since, events: AtomicU64::new(0), bytes: AtomicU64::new(0), told })
    }

    fn lock(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells the body to end.
    pub(crate) fn close(&self, reason: &Arc<str>) {
        self.tell(|told| {
            told.close.get_or_insert_with(|| Arc::clone(reason));
        });
    }

    /// Tells the body that the server shuts down.
    pub(crate) fn shut_down(&self) {
        self.tell(|told| told.shut_down = true);
    }

    fn tell(&self, tell: impl FnOnce(&mut Told)) {
        let waker = {
            let mut told = self.lock();
            tell(&mut told);
            told.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// What the body has been told since it last asked; it is woken for whatever it is told from now on.
    pub(crate) fn poll(&self, waker: &Waker) -> Option<Call> {
        let mut told = self.lock();
        if let Some(reason) = told.close.take() {
            return Some(Call::Close(reason));
        }
        if std::mem::take(&mut told.shut_down) {
            return Some(Call::ShutDown);
        }
        let is_known = told.waker.as_ref().is_some_and(|known| known.will_wake(waker));
        let replaced = if is_known { None } else { told.waker.replace(waker.clone()) };
        drop(told);
        drop(replaced);
        None
    }

    /// Counts what the body hands over.
    pub(crate) fn count(&self, events: u64, bytes: u64) {
        self.events.store(self.events() + events, Relaxed);
        self.bytes.store(self.bytes() + bytes, Relaxed);
    }

    pub(crate) fn events(&self) -> u64 {
        self.events.load(Relaxed)
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.bytes.load(Relaxed)
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Link").field("id", &self.id).field("key", &self.key).finish_non_exhaustive()
    }
}
