//! What all clones and all subscriptions of a topic have in common.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::ops::{Deref, DerefMut};
use core::time::Duration;
use std::sync::OnceLock;

use super::budget::Budget;
use super::waking::WakeAll;
use super::{LagPolicy, TopicBuilder};
use crate::history::{Epoch, Key, Log, Position, Verdict, Windows};
use crate::sync::{Mutex, MutexGuard};

/// A log and its lock. It does not know the type of the events.
pub(crate) struct Shared {
    log: Mutex<Log>,
    settings: Arc<Settings>,
}

/// What topics are set to, shared by those that were made alike.
#[derive(Clone)]
pub(crate) struct Settings {
    pub(crate) windows: Windows,
    pub(crate) lag: LagPolicy,
    pub(crate) clock: Option<Arc<Clock>>,
    pub(crate) max_event_bytes: usize,
    pub(crate) budget: Option<Arc<Budget>>,
}

/// The time since any fixed instant, by a clock that never goes back.
pub(crate) type Clock = dyn Fn() -> Duration + Send + Sync;

impl Default for Settings {
    fn default() -> Self {
        Self {
            windows: Windows::default(),
            lag: LagPolicy::default(),
            clock: None,
            max_event_bytes: TopicBuilder::<()>::DEFAULT_MAX_EVENT_BYTES,
            budget: None,
        }
    }
}

impl Settings {
    /// The defaults, which are the same object for all who do not change them.
    pub(crate) fn common() -> Arc<Self> {
        static COMMON: OnceLock<Arc<Settings>> = OnceLock::new();
        Arc::clone(COMMON.get_or_init(Arc::default))
    }

    pub(crate) fn now(&self) -> Duration {
        self.clock.as_ref().map_or(Duration::ZERO, |clock| clock())
    }
}

impl Shared {
    pub(crate) fn new(epoch: Epoch, settings: Arc<Settings>) -> Self {
        Self { log: Mutex::new(Log::new(epoch, &settings.windows)), settings }
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    pub(crate) fn lock(&self) -> Locked<'_> {
        let log = self.log.lock();
        let budget = self.settings.budget.as_deref();
        Locked { counted: budget.map(|budget| (budget, log.allocated())), log, gone: Vec::new() }
    }

    /// The lock, for one who begins to use the topic or ceases to. Only a hub asks when that was.
    pub(crate) fn lock_used(&self) -> Locked<'_> {
        let now = self.settings.budget.as_ref().map(|_| self.settings.now());
        let mut log = self.lock();
        if let Some(now) = now {
            log.note_use(now);
        }
        log
    }

    /// Whether nobody has used the topic for so long, and nothing is kept that anybody could come back for.
    pub(crate) fn is_idle(&self, now: Duration, linger: Duration) -> bool {
        let mut log = self.lock();
        log.evict(&self.settings.windows, now);
        log.keeps_nothing() && log.has_no_latest() && log.unused_for(now) >= linger
    }

    /// Ends the subscriptions that there are, and returns how many.
    pub(crate) fn kick(&self) -> usize {
        let mut waking = WakeAll::new(self);
        let mut log = self.lock();
        log.dismiss_readers();
        waking.arm(&mut log);
        log.reader_count()
    }

    /// Ends the topic for everybody who has it or gets it yet, and frees what it holds.
    pub(crate) fn remove(&self) {
        let mut waking = WakeAll::new(self);
        let mut log = self.lock();
        log.remove();
        waking.arm(&mut log);
    }

    pub(crate) fn is_removed(&self) -> bool {
        self.lock().is_removed()
    }

    pub(crate) fn evict(&self) {
        let now = self.settings.now();
        self.lock().evict(&self.settings.windows, now);
    }

    /// The lock on a log that has let go of what is too old by now: an idle one does not do so by itself.
    pub(crate) fn lock_current(&self) -> Locked<'_> {
        let now = self.settings.now();
        let mut log = self.lock();
        log.evict(&self.settings.windows, now);
        log.note_use(now);
        log
    }

    pub(crate) fn verdict(&self, last_event_id: Option<&[u8]>) -> Verdict {
        self.lock_current().verdict(last_event_id)
    }

    /// The verdict on an id, and the position behind the newest event at that moment.
    pub(crate) fn verdict_and_position(&self, last_event_id: Option<&[u8]>) -> (Verdict, Position) {
        let log = self.lock_current();
        (log.verdict(last_event_id), log.position())
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        if let Some(budget) = &self.settings.budget {
            budget.change(self.log.lock().allocated(), 0);
        }
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").finish_non_exhaustive()
    }
}

/// The log, locked. What it holds more or less afterwards is charged to the budget.
pub(crate) struct Locked<'a> {
    counted: Option<(&'a Budget, usize)>,
    log: MutexGuard<'a, Log>,
    /// Behind the guard, so that they are dropped outside the lock.
    gone: Vec<Arc<dyn Key>>,
}

impl Deref for Locked<'_> {
    type Target = Log;

    fn deref(&self) -> &Log {
        &self.log
    }
}

impl DerefMut for Locked<'_> {
    fn deref_mut(&mut self) -> &mut Log {
        &mut self.log
    }
}

impl Drop for Locked<'_> {
    fn drop(&mut self) {
        self.gone = self.log.take_gone();
        if let Some((budget, before)) = self.counted {
            budget.change(before, self.log.allocated());
        }
    }
}
