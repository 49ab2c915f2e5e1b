//! Which topic a key has.
//!
//! Two orders hold. The locks of a topic are never waited for under one of the table, because a user's code may run
//! under them that calls the hub. And what is taken out of the table is dropped outside its locks, because dropping a
//! key may run a user's code too.

use alloc::borrow::ToOwned;
use alloc::sync::Arc as PlainArc;
use alloc::vec::Vec;
use core::borrow::Borrow;
use core::hash::{BuildHasher as _, Hash};
use core::sync::atomic::{AtomicUsize, Ordering};
use core::time::Duration;
use std::collections::HashMap;
use std::hash::RandomState;

use super::{HubError, HubStats};
use crate::history::Epoch;
use crate::sync::{Arc, Mutex};
use crate::topic::budget::Budget;
use crate::topic::{Settings, Shared};

/// So that threads seldom meet, and that a sweep never holds up more than one topic in so many.
const SHARDS: usize = 32;

/// So few topics in a shard are not worth a sweep when one is added.
const FEW: usize = 64;

/// A cap that is reached costs a sweep no more often: refusing must be cheap.
const PAUSE: Duration = Duration::from_secs(1);

pub(super) struct Table<K> {
    shards: [Mutex<Shard<K>>; SHARDS],
    /// Chooses the shard; each of them has another of its own.
    hasher: RandomState,
    len: AtomicUsize,
    max_topics: usize,
    linger: Duration,
    /// When all shards were swept last.
    swept: Mutex<Option<Duration>>,
    settings: PlainArc<Settings>,
    budget: PlainArc<Budget>,
}

struct Shard<K> {
    topics: HashMap<K, Arc<Shared>>,
    /// Topics that are being removed and are not yet in `gone`.
    leaving: Vec<Arc<Shared>>,
    /// What topics counted that are no more, and how many topics there were.
    gone: HubStats,
    /// How many topics there will be when the next one is the reason for a sweep.
    sweep_at: usize,
}

/// What was taken out of the table.
type Dropped<K> = Vec<(K, Arc<Shared>)>;

impl<K: Hash + Eq> Table<K> {
    pub(super) fn new(
        settings: PlainArc<Settings>,
        budget: PlainArc<Budget>,
        max_topics: usize,
        linger: Duration,
    ) -> Self {
        let shard = |_| {
            Mutex::new(Shard { topics: HashMap::new(), leaving: Vec::new(), gone: HubStats::default(), sweep_at: FEW })
        };
        Self {
            shards: core::array::from_fn(shard),
            hasher: RandomState::new(),
            len: AtomicUsize::new(0),
            max_topics,
            linger,
            swept: Mutex::new(None),
            settings,
            budget,
        }
    }

    fn shard<Q: Hash + ?Sized>(&self, key: &Q) -> &Mutex<Shard<K>> {
        let index = usize::try_from(self.hasher.hash_one(key) % SHARDS as u64).unwrap_or(0);
        &self.shards[index]
    }

    pub(super) fn get<Q>(&self, key: &Q) -> Option<Arc<Shared>>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.shard(key).lock().topics.get(key).map(Arc::clone)
    }

    pub(super) fn get_or_create<Q>(&self, key: &Q) -> Result<Arc<Shared>, HubError>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ToOwned<Owned = K> + ?Sized,
    {
        let attempt = || self.get(key).or_else(|| self.create(key));
        let found = attempt().or_else(|| {
            self.make_room();
            attempt()
        });
        found.ok_or(HubError::TooManyTopics { limit: self.max_topics })
    }

    /// Makes the key's topic, unless somebody else just has. `None` if there is no room for it.
    fn create<Q>(&self, key: &Q) -> Option<Arc<Shared>>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ToOwned<Owned = K> + ?Sized,
    {
        if self.len() >= self.max_topics {
            return None;
        }
        let now = self.settings.now();
        let (owned, made) = (key.to_owned(), Arc::new(Shared::new(Epoch::random(), PlainArc::clone(&self.settings))));
        made.lock().note_use(now);
        let mut shard = self.shard(key).lock();
        if let Some(found) = shard.topics.get(key) {
            return Some(Arc::clone(found));
        }
        let one_more = |len| (len < self.max_topics).then_some(len + 1);
        self.len.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more).ok()?;
        shard.topics.insert(owned, Arc::clone(&made));
        shard.gone.created += 1;
        if shard.topics.len() >= shard.sweep_at {
            let dropped = self.take_idle(&mut shard, now, |_| ());
            drop(shard);
            drop(dropped);
        }
        Some(made)
    }

    /// Takes the idle topics out of a shard, and shows those that are in use.
    ///
    /// A topic that only the table has is not in use: nobody can get it while the shard is locked. Nobody has its lock
    /// either, so that taking that waits for nobody.
    fn take_idle(&self, shard: &mut Shard<K>, now: Duration, mut in_use: impl FnMut(&Arc<Shared>)) -> Dropped<K> {
        let is_idle = |_: &K, topic: &mut Arc<Shared>| {
            let idle = Arc::get_mut(topic).map(|topic| topic.is_idle(now, self.linger));
            if idle.is_none() {
                in_use(topic);
            }
            idle == Some(true)
        };
        let idle: Vec<_> = shard.topics.extract_if(is_idle).collect();
        for (_, topic) in &idle {
            shard.gone.count(&topic.stats());
        }
        shard.gone.dropped += idle.len() as u64;
        shard.give_back();
        shard.sweep_at = FEW.max(shard.topics.len() * 2);
        self.len.fetch_sub(idle.len(), Ordering::Relaxed);
        idle
    }

    /// Drops the idle topics because there is a cap in the way.
    pub(super) fn make_room(&self) {
        let now = self.settings.now();
        // Whoever comes while another sweeps waits for what he finds.
        let mut swept = self.swept.lock();
        let pause = PAUSE.min(self.linger);
        if swept.is_some_and(|at| now.saturating_sub(at) < pause) {
            return;
        }
        let dropped: Vec<_> = self.shards.iter().map(|shard| self.take_idle(&mut shard.lock(), now, |_| ())).collect();
        *swept = Some(now);
        drop(swept);
        drop(dropped);
    }

    /// Drops the idle topics, has the others let go of what is too old, and returns how many were dropped.
    pub(super) fn sweep(&self) -> usize {
        let now = self.settings.now();
        let ages = self.settings.windows.keep.age.is_some();
        let mut count = 0;
        for shard in &self.shards {
            let mut in_use = Vec::new();
            let note = |topic: &Arc<Shared>| in_use.extend(ages.then(|| Arc::clone(topic)));
            let dropped = self.take_idle(&mut shard.lock(), now, note);
            count += dropped.len();
            for topic in &in_use {
                topic.evict();
            }
        }
        *self.swept.lock() = Some(now);
        count
    }

    pub(super) fn remove<Q>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let shard = self.shard(key);
        let mut locked = shard.lock();
        let Some((_key, topic)) = locked.topics.remove_entry(key) else { return false };
        locked.leaving.push(Arc::clone(&topic));
        locked.give_back();
        self.len.fetch_sub(1, Ordering::Relaxed);
        drop(locked);
        topic.remove();
        let counted = topic.stats();
        let mut locked = shard.lock();
        locked.leaving.retain(|leaving| !Arc::ptr_eq(leaving, &topic));
        locked.gone.count(&counted);
        locked.gone.dropped += 1;
        true
    }

    pub(super) fn len(&self) -> usize {
        self.len.load(Ordering::Relaxed)
    }

    #[cfg(test)]
    pub(super) fn room(&self) -> usize {
        self.shards.iter().map(|shard| shard.lock().topics.capacity()).sum()
    }

    pub(super) fn bytes(&self) -> usize {
        self.budget.used()
    }

    pub(super) fn stats(&self) -> HubStats {
        let mut stats = HubStats::default();
        (stats.topics, stats.bytes) = (self.len(), self.bytes());
        for shard in &self.shards {
            let locked = shard.lock();
            stats.count_gone(&locked.gone);
            let topics: Vec<_> = locked.topics.values().chain(&locked.leaving).map(Arc::clone).collect();
            drop(locked);
            for topic in &topics {
                let topic = topic.stats();
                stats.subscribers += topic.subscribers;
                stats.count(&topic);
            }
        }
        stats
    }

    /// The topics as they are now, shard by shard.
    pub(super) fn snapshots(&self) -> impl Iterator<Item = Vec<(K, Arc<Shared>)>>
    where
        K: Clone,
    {
        let copy = |shard: &Mutex<Shard<K>>| {
            shard.lock().topics.iter().map(|(key, topic)| (key.clone(), Arc::clone(topic))).collect()
        };
        self.shards.iter().map(copy)
    }

    pub(super) fn keys(&self) -> Vec<K>
    where
        K: Clone,
    {
        let mut keys = Vec::with_capacity(self.len());
        for shard in &self.shards {
            keys.extend(shard.lock().topics.keys().cloned());
        }
        keys
    }
}

impl<K: Hash + Eq> Shard<K> {
    /// A peak is not paid for ever.
    fn give_back(&mut self) {
        if self.topics.len() < self.topics.capacity() / 4 {
            self.topics.shrink_to(self.topics.len() * 2);
        }
    }
}
