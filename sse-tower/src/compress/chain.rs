//! What the subscribers of a topic share: one compressor, and what it has made of the chunks that were published last.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use sse_core::Position;

use super::Encoding;
use super::codec::{Codec, For};
use super::ledger::Lease;
use super::sum::Sum;

/// How many chunks are kept for those who trail. Who trails further has its chunks cut in another way, mostly.
const LINKS: usize = 32;
/// How many bytes of chunks are kept, unless one is larger.
const HELD: usize = 128 * 1024;
/// How long a run gets while anybody waits for another.
const RUN_LINKS: usize = 64;
const RUN_BYTES: usize = 32 * 1024;
/// A run is given up when those who wait for the next have missed so many chunks, as a part of those who are in step.
const MISSED: usize = 4;
/// How many chunks that stand apart are kept, and how many bytes of them.
const APART: usize = 4;
const APART_HELD: usize = 256 * 1024;

/// The chunks of one topic in one coding.
pub(super) struct Chain {
    state: Mutex<State>,
    /// Given back behind the compressor.
    lease: Lease,
}

/// What is locked.
pub(super) struct State {
    codec: Option<Box<dyn Codec>>,
    links: VecDeque<Link>,
    /// The number of the next link.
    next: u64,
    /// How many bytes of chunks the links hold.
    held: usize,
    run: Run,
    /// How far the newest link with an id has come.
    position: Option<Position>,
    /// How many connections are in a run.
    pub(super) in_step: usize,
    /// Chunks that stood apart, compressed.
    apart: VecDeque<(Bytes, Bytes)>,
}

/// A chunk, and what became of it.
#[derive(Clone)]
pub(super) struct Link {
    pub(super) chunk: Bytes,
    /// For who is in step. What ends the run before it comes first.
    pub(super) coded: Bytes,
    /// It is a key point: it begins a run.
    pub(super) begins: bool,
    /// Of the run, up to here.
    pub(super) sum: Sum,
}

/// What was published since the last key point.
#[derive(Default)]
struct Run {
    links: usize,
    bytes: usize,
    sum: Sum,
    /// How often a connection out of step could not be sent what the others were.
    missed: usize,
}

impl Link {
    /// Whether the chunk begins with the link's. Mostly they are the very same bytes.
    fn begins_chunk(&self, chunk: &Bytes) -> bool {
        let is_same = self.chunk.len() == chunk.len() && self.chunk.as_ptr() == chunk.as_ptr();
        is_same || chunk.starts_with(&self.chunk)
    }
}

impl Chain {
    /// With the room for its compressor, which is made for the first chunk.
    pub(super) const fn new(lease: Lease) -> Self {
        let state = State {
            codec: None,
            links: VecDeque::new(),
            next: 0,
            held: 0,
            run: Run { links: 0, bytes: 0, sum: Sum::EMPTY, missed: 0 },
            position: None,
            in_step: 0,
            apart: VecDeque::new(),
        };
        Self { state: Mutex::new(state), lease }
    }

    pub(super) const fn encoding(&self) -> Encoding {
        self.lease.encoding()
    }

    pub(super) const fn lease(&self) -> &Lease {
        &self.lease
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Compresses a chunk as the next link. False if that fails.
    pub(super) fn append(&self, state: &mut State, chunk: &Bytes) -> bool {
        self.lease.note_call();
        state.append(self.encoding(), chunk)
    }

    /// What a long chunk is where it stands apart. It takes the compressor long, and a lock only before and after.
    pub(super) fn apart(&self, chunk: &Bytes) -> Bytes {
        let known = {
            let state = self.lock();
            let mut known = state.apart.iter();
            known.find(|(known, _)| known == chunk).map(|(_, coded)| coded.clone())
        };
        if let Some(known) = known {
            return known;
        }
        self.lease.note_call();
        let coded = Bytes::from(self.encoding().apart(chunk));
        // Nobody else has the chunk of which there is no other clone.
        if !chunk.is_unique() && chunk.len() <= APART_HELD / APART {
            let mut state = self.lock();
            if state.apart.len() == APART {
                state.apart.pop_front();
            }
            state.apart.push_back((chunk.clone(), coded.clone()));
        }
        coded
    }
}

impl State {
    /// The link with this number, if the chunk begins with it.
    pub(super) fn link(&self, number: u64, chunk: &Bytes) -> Option<&Link> {
        let first = self.next - self.links.len() as u64;
        let index = usize::try_from(number.checked_sub(first)?).ok()?;
        self.links.get(index).filter(|link| link.begins_chunk(chunk))
    }

    /// The number of the newest link with which the chunk begins.
    pub(super) fn find(&self, chunk: &Bytes) -> Option<u64> {
        let back = self.links.iter().rev().position(|link| link.begins_chunk(chunk))?;
        Some(self.next - 1 - back as u64)
    }

    /// The links from this number on.
    #[cfg(test)]
    pub(super) fn links_from(&self, number: u64) -> impl Iterator<Item = &Link> {
        let first = self.next - self.links.len() as u64;
        assert!(number >= first, "they are no longer there");
        self.links.iter().skip(usize::try_from(number - first).unwrap())
    }

    /// The number of the link that will be next.
    pub(super) const fn next(&self) -> u64 {
        self.next
    }

    /// Notes that a connection out of step could not be sent what the others are.
    pub(super) const fn note_missed(&mut self) {
        self.run.missed = self.run.missed.saturating_add(1);
    }

    /// Whether a chunk of who is not in step is newer than every link. Its id says so, with which a topic's frames begin.
    pub(super) fn is_newer(&self, chunk: &Bytes) -> bool {
        if !is_for_all(chunk) {
            return false;
        }
        match (first_position(chunk), self.position) {
            (Some(new), Some(known)) if new.epoch() == known.epoch() => new.offset() > known.offset(),
            (Some(_), _) => true,
            // Ephemeral events have none.
            (None, _) => self.are_many(self.run.missed.saturating_add(1)),
        }
    }

    /// Whether so many missed chunks are worth that the others begin again.
    const fn are_many(&self, missed: usize) -> bool {
        missed.saturating_mul(MISSED) >= self.in_step
    }

    fn is_key_point(&self) -> bool {
        let is_long = self.run.links >= RUN_LINKS || self.run.bytes >= RUN_BYTES;
        self.in_step == 0 || self.run.missed > 0 && (is_long || self.are_many(self.run.missed))
    }

    fn append(&mut self, encoding: Encoding, chunk: &Bytes) -> bool {
        let begins = self.codec.is_none() || self.is_key_point();
        if self.codec.is_none() {
            self.codec = encoding.codec(For::Topic);
        }
        let mut coded = Vec::new();
        if begins {
            coded.extend_from_slice(encoding.leave());
            self.run = Run::default();
        }
        if !self.codec.as_mut().is_some_and(|codec| codec.compress(chunk, begins, &mut coded)) {
            // What it has read and not written would be missing from the next.
            self.codec = None;
            return false;
        }
        self.run.links += 1;
        self.run.bytes = self.run.bytes.saturating_add(chunk.len());
        self.run.sum = self.run.sum.then(Sum::of(encoding, chunk));
        self.position = last_position(chunk).or(self.position);
        self.held += chunk.len();
        // What the compressor had as room is not kept.
        let coded = Bytes::copy_from_slice(&coded);
        self.links.push_back(Link { chunk: chunk.clone(), coded, begins, sum: self.run.sum });
        self.next += 1;
        while self.links.len() > LINKS || self.held > HELD && self.links.len() > 1 {
            let Some(oldest) = self.links.pop_front() else { break };
            self.held -= oldest.chunk.len();
        }
        true
    }
}

/// Whether a chunk may be one that others are sent too. Nobody else has the one of which there is no other clone, such as
/// what a filter has left over: as a link it would be what all others have to do without.
pub(super) fn is_for_all(chunk: &Bytes) -> bool {
    !chunk.is_unique() && !is_own(chunk)
}

/// Whether a chunk is one that a connection writes of its own. What is taken for the other costs bytes, and no more.
pub(super) fn is_own(chunk: &[u8]) -> bool {
    chunk.starts_with(b":") || chunk.starts_with(b"retry:") || chunk.starts_with(b"event: stream-")
}

/// The position of the first event of a topic's frames, which is in their first line.
fn first_position(chunk: &[u8]) -> Option<Position> {
    let line = chunk.strip_prefix(b"id: ")?;
    let line = line.get(..=Position::MAX_LEN).unwrap_or(line);
    let end = line.iter().position(|&byte| byte == b'\n')?;
    str::from_utf8(line.get(..end)?).ok()?.parse().ok()
}

/// The position of the last event that has one.
fn last_position(chunk: &[u8]) -> Option<Position> {
    const BETWEEN: &[u8] = b"\n\nid: ";
    let start = chunk.windows(BETWEEN.len()).rposition(|bytes| bytes == BETWEEN).map_or(0, |end| end + 2);
    first_position(chunk.get(start..)?)
}

impl fmt::Debug for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chain").field("encoding", &self.encoding()).finish_non_exhaustive()
    }
}
