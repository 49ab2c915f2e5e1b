//! One log of a remote that lives in this process.

use alloc::collections::{BTreeMap, VecDeque};
use alloc::vec::Vec;
use core::task::Waker;
use std::collections::HashMap;

use super::super::seed::Choices;
use super::super::{Page, PageLimit, RelayError, RemoteEvent, RemoteState, StoredEvent, Token, Wait};
use super::MemoryLimits;
use crate::history::{Epoch, Position};

#[derive(Debug)]
pub(super) struct MemoryLog {
    state: RemoteState,
    /// What is kept, oldest first.
    events: VecDeque<StoredEvent>,
    /// The length of all their frames together.
    bytes: usize,
    /// The keys of the newest tokens with their offsets, and the order in which they are forgotten.
    tokens: HashMap<u128, u64>,
    token_order: VecDeque<u128>,
    /// The reads that wait for something to happen.
    waiting: BTreeMap<u64, Waker>,
    next_waiting: u64,
    /// Where the names of epochs come from, if they are to be the same on every run.
    epochs: Option<Choices>,
}

impl MemoryLog {
    pub(super) fn new(mut epochs: Option<Choices>) -> Self {
        Self {
            state: RemoteState::new(new_epoch(&mut epochs), 0, 0),
            events: VecDeque::new(),
            bytes: 0,
            tokens: HashMap::new(),
            token_order: VecDeque::new(),
            waiting: BTreeMap::new(),
            next_waiting: 0,
            epochs,
        }
    }

    pub(super) const fn state(&self) -> RemoteState {
        self.state
    }

    pub(super) fn append(
        &mut self,
        token: Token,
        event: &RemoteEvent,
        limits: &MemoryLimits,
    ) -> Result<Position, RelayError> {
        // Before anything else: an append that has happened is answered alike, whatever has happened since.
        if let Some(&offset) = self.tokens.get(&token.key()) {
            return Ok(Position::new(self.state.epoch, offset));
        }
        if self.state.closed {
            return Err(RelayError::Closed);
        }
        if event.frame.len() > limits.frame_bytes {
            return Err(RelayError::TooLarge { bytes: event.frame.len(), limit: limits.frame_bytes });
        }
        let offset = next_offset(self.state.head, limits.sparse);
        if offset <= self.state.head {
            return Err(RelayError::refused("the log has used up its offsets"));
        }
        self.state.head = offset;
        self.state.closed = event.terminal;
        self.bytes += event.frame.len();
        self.events.push_back(StoredEvent::new(offset, token, event.clone()));
        self.remember(token, offset, limits.tokens);
        while self.events.len() > 1 && (self.events.len() > limits.events || self.bytes > limits.bytes) {
            self.drop_oldest();
        }
        Ok(self.state.head_position())
    }

    fn remember(&mut self, token: Token, offset: u64, limit: usize) {
        self.tokens.insert(token.key(), offset);
        self.token_order.push_back(token.key());
        while self.token_order.len() > limit {
            if let Some(oldest) = self.token_order.pop_front() {
                self.tokens.remove(&oldest);
            }
        }
    }

    fn drop_oldest(&mut self) {
        if let Some(oldest) = self.events.pop_front() {
            self.bytes -= oldest.event.frame.len();
            self.state.floor = oldest.offset;
        }
    }

    /// What a read is answered; `None` if it is to wait.
    pub(super) fn read(&self, after: Position, limit: PageLimit, wait: Wait) -> Option<Page> {
        let page = Page::new(self.state);
        if after.epoch() != self.state.epoch {
            return Some(page);
        }
        // At the head there is nothing to come but what is appended; past it, the reader knows of what is lost.
        if wait == Wait::ForEvents && after.offset() == self.state.head && !self.state.closed {
            return None;
        }
        let behind = self.events.partition_point(|event| event.offset <= after.offset());
        let at = behind.checked_sub(1).and_then(|index| self.events.get(index));
        let mut events = Vec::new();
        let mut bytes = 0;
        for event in self.events.range(behind..) {
            if !limit.has_room(events.len(), bytes, event.event.frame.len()) {
                break;
            }
            bytes += event.event.frame.len();
            events.push(event.clone());
        }
        let anchor = at.filter(|event| event.offset == after.offset()).map(|event| event.token);
        Some(page.anchor(anchor).events(events))
    }

    /// Begins another epoch, without events, if the log is still in this one. What is closed stays closed.
    pub(super) fn renew(&mut self, lost: Epoch) {
        if self.state.epoch != lost {
            return;
        }
        self.state = RemoteState::new(new_epoch(&mut self.epochs), 0, 0).with_closed(self.state.closed);
        self.events.clear();
        self.bytes = 0;
        self.tokens.clear();
        self.token_order.clear();
    }

    /// Drops the oldest events, up to and including this offset.
    pub(super) fn trim(&mut self, through: u64) {
        while self.events.front().is_some_and(|oldest| oldest.offset <= through) {
            self.drop_oldest();
        }
    }

    /// Forgets the newest events as if they had never been appended.
    #[cfg(feature = "test-util")]
    pub(super) fn lose(&mut self, count: usize) {
        for _ in 0..count {
            let Some(lost) = self.events.pop_back() else { break };
            self.bytes -= lost.event.frame.len();
            self.tokens.remove(&lost.token.key());
            self.token_order.retain(|key| *key != lost.token.key());
            self.state.closed = false;
            self.state.head = self.events.back().map_or(self.state.floor, |newest| newest.offset);
        }
    }

    /// What a replica has that has received everything up to now.
    #[cfg(feature = "test-util")]
    pub(super) fn replica(&self) -> Self {
        Self {
            state: self.state,
            events: self.events.clone(),
            bytes: self.bytes,
            tokens: self.tokens.clone(),
            token_order: self.token_order.clone(),
            waiting: BTreeMap::new(),
            next_waiting: 0,
            epochs: None,
        }
    }

    /// Becomes what the replica is. Who waits goes on waiting, and an epoch is never named twice.
    #[cfg(feature = "test-util")]
    pub(super) fn fail_over(&mut self, replica: &Self) {
        let (mut there, next_waiting) = (replica.replica(), self.next_waiting);
        (there.waiting, there.next_waiting) = (core::mem::take(&mut self.waiting), next_waiting);
        there.epochs = self.epochs.take();
        *self = there;
    }

    /// Notes whom to wake when something happens. Returns the waker that was there instead, to be dropped outside the
    /// lock.
    pub(super) fn wait(&mut self, key: &mut Option<u64>, waker: &Waker) -> Option<Waker> {
        let key = *key.get_or_insert_with(|| {
            self.next_waiting += 1;
            self.next_waiting
        });
        if self.waiting.get(&key).is_some_and(|known| known.will_wake(waker)) {
            return None;
        }
        self.waiting.insert(key, waker.clone())
    }

    pub(super) fn stop_waiting(&mut self, key: u64) -> Option<Waker> {
        self.waiting.remove(&key)
    }

    /// Everybody who waits, to be woken outside the lock.
    pub(super) fn take_waiting(&mut self) -> Vec<Waker> {
        core::mem::take(&mut self.waiting).into_values().collect()
    }

    #[cfg(test)]
    #[cfg(feature = "test-util")]
    pub(super) fn counts(&self) -> (usize, usize, usize) {
        (self.events.len(), self.tokens.len().max(self.token_order.len()), self.waiting.len())
    }
}

fn new_epoch(epochs: &mut Option<Choices>) -> Epoch {
    epochs.as_mut().map_or_else(Epoch::random, |choices| Epoch::from_entropy([choices.next(), choices.next()]))
}

/// The offset behind this head: a function of it, so that offsets that were lost are given again.
fn next_offset(head: u64, sparse: Option<u64>) -> u64 {
    let gap = sparse.map_or(0, |seed| Choices::new(seed ^ head).next() % 8);
    head.saturating_add(1 + gap)
}
