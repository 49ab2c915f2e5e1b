//! The newest event of each key.

use alloc::collections::BTreeMap;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::any::Any;
use core::fmt;
use core::hash::{Hash, Hasher};
use std::collections::HashMap;

use bytes::Bytes;

use super::track::FRAME;
use crate::event::EventName;

/// A key of whatever type.
pub(crate) trait Key: Any + Send + Sync {
    fn equals(&self, other: &dyn Key) -> bool;
    fn write_to(&self, hasher: &mut dyn Hasher);
}

impl<K: Hash + Eq + Any + Send + Sync> Key for K {
    fn equals(&self, other: &dyn Key) -> bool {
        let other: &dyn Any = other;
        other.downcast_ref() == Some(self)
    }

    fn write_to(&self, mut hasher: &mut dyn Hasher) {
        self.hash(&mut hasher);
    }
}

impl fmt::Debug for dyn Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key").finish_non_exhaustive()
    }
}

impl PartialEq for dyn Key {
    fn eq(&self, other: &Self) -> bool {
        self.equals(other)
    }
}

impl Eq for dyn Key {}

impl Hash for dyn Key {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.write_to(hasher);
    }
}

/// The newest durable event of up to `max_keys` keys, in at most `max_bytes`. The key that was updated least recently
/// leaves first.
pub(super) struct Latest {
    by_key: HashMap<Arc<dyn Key>, u64>,
    by_seq: BTreeMap<u64, Kept>,
    bytes: usize,
    max_keys: usize,
    max_bytes: usize,
    /// Keys that have left, until somebody drops them outside the lock.
    gone: Vec<Arc<dyn Key>>,
}

struct Kept {
    key: Arc<dyn Key>,
    name: EventName,
    /// Everything but the `id:` line.
    rest: Bytes,
}

/// What an event costs besides its bytes: its frame's part, and its places in the two maps.
const KEPT: usize = 2 * FRAME;

impl Latest {
    pub(super) fn new(max_keys: usize, max_bytes: usize) -> Self {
        Self { by_key: HashMap::new(), by_seq: BTreeMap::new(), bytes: 0, max_keys, max_bytes, gone: Vec::new() }
    }

    pub(super) fn record(&mut self, key: &Arc<dyn Key>, seq: u64, name: EventName, rest: &[u8]) {
        // The one that is there stays, so that a key is held once, and none is dropped here.
        let key = Arc::clone(self.by_key.get_key_value(key).map_or(key, |(known, _)| known));
        if let Some(before) = self.by_key.insert(Arc::clone(&key), seq).and_then(|before| self.by_seq.remove(&before)) {
            self.bytes -= KEPT + before.rest.len();
        }
        self.bytes += KEPT + rest.len();
        self.by_seq.insert(seq, Kept { key, name, rest: Bytes::copy_from_slice(rest) });
        while self.by_seq.len() > self.max_keys || self.bytes > self.max_bytes {
            let Some((_, oldest)) = self.by_seq.pop_first() else { break };
            self.by_key.remove(&oldest.key);
            self.bytes -= KEPT + oldest.rest.len();
            self.gone.push(oldest.key);
        }
    }

    /// The events that `wants` by their names, in the order of the log.
    pub(super) fn snapshot(&self, wants: impl Fn(&EventName) -> bool) -> Vec<Bytes> {
        self.by_seq.values().filter(|kept| wants(&kept.name)).map(|kept| kept.rest.clone()).collect()
    }

    pub(super) fn clear(&mut self) {
        self.gone.extend(core::mem::take(&mut self.by_key).into_keys());
        (self.by_seq, self.bytes) = (BTreeMap::new(), 0);
    }

    pub(super) fn take_gone(&mut self) -> Vec<Arc<dyn Key>> {
        core::mem::take(&mut self.gone)
    }

    pub(super) const fn allocated(&self) -> usize {
        self.bytes
    }
}

impl fmt::Debug for Latest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Latest").field("keys", &self.by_seq.len()).field("bytes", &self.bytes).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(key: &'static str) -> Arc<dyn Key> {
        Arc::new(key)
    }

    #[test]
    fn the_key_that_was_updated_least_recently_leaves_first() {
        let mut latest = Latest::new(2, usize::MAX);
        for (seq, name) in [(1, "a"), (2, "b"), (3, "a"), (4, "c")] {
            latest.record(&key(name), seq, EventName::MESSAGE, name.as_bytes());
        }
        assert_eq!(latest.snapshot(|_| true), ["a", "c"]);
        assert_eq!(latest.snapshot(|_| false), [""; 0]);
        assert_eq!(latest.allocated(), 2 * (KEPT + 1));
    }

    #[test]
    fn a_key_has_one_event_however_much_room_there_is() {
        let mut latest = Latest::new(10, usize::MAX);
        for (seq, name) in [(1, "a"), (2, "b"), (3, "a"), (4, "a")] {
            latest.record(&key(name), seq, EventName::MESSAGE, &[b'0' + u8::try_from(seq).unwrap()]);
        }
        assert_eq!(latest.snapshot(|_| true), ["2", "4"]);
        assert_eq!(latest.allocated(), 2 * (KEPT + 1));
    }

    #[test]
    fn bytes_are_bounded_too() {
        let mut latest = Latest::new(10, KEPT + 3);
        latest.record(&key("a"), 1, EventName::MESSAGE, b"123");
        assert_eq!(latest.snapshot(|_| true), ["123"]);
        latest.record(&key("b"), 2, EventName::MESSAGE, b"1234");
        assert_eq!(latest.snapshot(|_| true), [""; 0]);
        assert_eq!(latest.allocated(), 0);
    }

    #[test]
    fn keys_of_different_types_differ() {
        let one: Arc<dyn Key> = Arc::new(1);
        assert!(*key("1") != *one);
    }
}
