//! One of those who share what a topic's compressor makes.

use std::sync::Arc;

use bytes::{Buf as _, Bytes};

use super::chain::{Chain, Link, State, is_for_all, is_own};
use super::ledger::Lease;
use super::sum::Sum;

/// How many chunks in a row that nobody else has make it plain that the connection has a filter.
const ALONE: u8 = 8;

/// Where a connection is in the chain of its topic.
#[derive(Debug)]
pub(super) struct Follower {
    chain: Arc<Chain>,
    at: Option<At>,
    /// Chunks in a row that nobody else has.
    alone: u8,
}

/// In a run.
#[derive(Clone, Copy, Debug)]
struct At {
    /// The link that was sent last.
    number: u64,
    /// Of the run, up to that link.
    sum: Sum,
}

/// What is sent of a chunk: mostly one piece, which others are sent too.
#[derive(Default)]
struct Pieces {
    first: Bytes,
    all: Vec<u8>,
}

impl Pieces {
    fn push(&mut self, piece: Bytes) {
        if piece.is_empty() {
            return;
        }
        if self.first.is_empty() {
            self.first = piece;
            return;
        }
        if self.all.is_empty() {
            self.all.extend_from_slice(&self.first);
        }
        self.all.extend_from_slice(&piece);
    }

    fn into_bytes(self) -> Bytes {
        if self.all.is_empty() { self.first } else { Bytes::from(self.all) }
    }
}

impl Follower {
    pub(super) const fn new(chain: Arc<Chain>) -> Self {
        Self { chain, at: None, alone: 0 }
    }

    /// The room for a compressor of its own, if the connection has nothing to share, and there is any. Without it goes on
    /// as it is, and is sent what nobody else has as stored blocks.
    pub(super) fn alone(&self) -> Option<Lease> {
        if self.alone < ALONE { None } else { self.chain.lease().another() }
    }

    /// What is sent of the next chunk; `sum` is that of all that was sent before the run.
    pub(super) fn encode(&mut self, chunk: Bytes, sum: &mut Sum) -> Bytes {
        let chain = Arc::clone(&self.chain);
        let mut state = chain.lock();
        let mut pieces = Pieces::default();
        let mut rest = chunk;
        while !rest.is_empty() {
            let Some((len, coded)) = self.follow(&mut state, &rest, sum) else { break };
            pieces.push(coded);
            rest.advance(len);
        }
        if rest.is_empty() {
            self.alone = 0;
            return pieces.into_bytes();
        }
        pieces.push(self.leave(&mut state, sum));
        drop(state);
        self.alone = if rest.is_unique() && !is_own(&rest) { self.alone.saturating_add(1) } else { 0 };
        let encoding = chain.encoding();
        *sum = sum.then(Sum::of(encoding, &rest));
        if encoding.compresses_apart(&rest) {
            pieces.push(chain.apart(&rest));
        } else {
            let mut stored = Vec::new();
            encoding.store(&rest, &mut stored);
            pieces.push(Bytes::from(stored));
        }
        pieces.into_bytes()
    }

    /// The bytes of a link that a chunk begins with, and how much of the chunk they are; `None` if it stands apart.
    fn follow(&mut self, state: &mut State, rest: &Bytes, sum: &mut Sum) -> Option<(usize, Bytes)> {
        if let Some(At { number, sum: of_run }) = self.at {
            let number = number + 1;
            // Who has had everything may be the first to come with what is new.
            if number == state.next() && is_for_all(rest) && !self.chain.append(state, rest) {
                return None;
            }
            if let Some(link) = state.link(number, rest) {
                if link.begins {
                    *sum = sum.then(of_run);
                }
                self.at = Some(At { number, sum: link.sum });
                return Some((link.chunk.len(), link.coded.clone()));
            }
        }
        let number = match state.find(rest) {
            Some(number) => {
                if !state.link(number, rest)?.begins {
                    state.note_missed();
                    return None;
                }
                number
            }
            None if state.is_newer(rest) => {
                state.note_missed();
                if !self.chain.append(state, rest) {
                    return None;
                }
                state.next() - 1
            }
            None => return None,
        };
        let Link { chunk, coded, sum: of_run, .. } = state.link(number, rest).filter(|link| link.begins)?.clone();
        let mut pieces = Pieces::default();
        pieces.push(self.leave(state, sum));
        pieces.push(coded.slice(self.chain.encoding().leave().len()..));
        self.at = Some(At { number, sum: of_run });
        state.in_step += 1;
        Some((chunk.len(), pieces.into_bytes()))
    }

    /// What ends the run that the connection is in, if it is in one.
    fn leave(&mut self, state: &mut State, sum: &mut Sum) -> Bytes {
        let Some(At { sum: of_run, .. }) = self.at.take() else { return Bytes::new() };
        state.in_step -= 1;
        *sum = sum.then(of_run);
        Bytes::from_static(self.chain.encoding().leave())
    }

    /// What ends the run that the connection is in, if it is in one: something else follows.
    pub(super) fn part(&mut self, sum: &mut Sum) -> Bytes {
        let chain = Arc::clone(&self.chain);
        let mut state = chain.lock();
        self.leave(&mut state, sum)
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        if self.at.is_some() {
            self.chain.lock().in_step -= 1;
        }
    }
}
