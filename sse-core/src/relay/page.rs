//! What a remote log answers to a reader.

use alloc::format;
use alloc::vec::Vec;

use super::{RelayError, StoredEvent, Token};
use crate::history::{Epoch, Position};

/// Where a remote log begins and ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RemoteState {
    /// The incarnation of the log. Positions of another one mean nothing in it.
    pub epoch: Epoch,
    /// The highest offset ever removed: the events behind it are there, all of them. In a log that has lost none it is
    /// the offset before the first.
    pub floor: u64,
    /// The offset of the newest event, whether it is still there or not; never below the floor.
    pub head: u64,
    /// Whether the log takes no more events.
    pub closed: bool,
}

impl RemoteState {
    /// Puts together the state of a log that is open.
    #[must_use]
    pub const fn new(epoch: Epoch, floor: u64, head: u64) -> Self {
        Self { epoch, floor, head, closed: false }
    }

    /// Says whether the log is closed.
    #[must_use]
    pub const fn with_closed(mut self, closed: bool) -> Self {
        self.closed = closed;
        self
    }

    /// The position behind which every event is there.
    #[must_use]
    pub const fn floor_position(&self) -> Position {
        Position::new(self.epoch, self.floor)
    }

    /// The position behind the newest event.
    #[must_use]
    pub const fn head_position(&self) -> Position {
        Position::new(self.epoch, self.head)
    }
}

/// How much one page may hold. One event always fits, or a reader could not get past it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageLimit {
    events: usize,
    bytes: usize,
}

impl PageLimit {
    /// At most this many events, whose frames have at most this many bytes together.
    #[must_use]
    pub const fn new(events: usize, bytes: usize) -> Self {
        Self { events, bytes }
    }

    /// The largest number of events; at least 1.
    #[must_use]
    pub const fn events(&self) -> usize {
        if self.events == 0 { 1 } else { self.events }
    }

    /// The largest number of bytes of all frames together, unless the page has only one event.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.bytes
    }

    /// Whether a page with `events` events and `bytes` bytes of frames has room for a further frame of `frame` bytes.
    #[must_use]
    pub const fn has_room(&self, events: usize, bytes: usize, frame: usize) -> bool {
        events == 0 || events < self.events() && bytes.saturating_add(frame) <= self.bytes
    }
}

/// 256 events or 1 MiB.
impl Default for PageLimit {
    fn default() -> Self {
        Self::new(256, 1 << 20)
    }
}

/// What a read does when there is nothing to answer with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Wait {
    /// It answers with an empty page.
    #[default]
    No,
    /// It stays pending until there is something, or answers with an empty page after a while of the remote's choice.
    ForEvents,
}

/// The events behind a position, and what the log was like when, or after, they were read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Page {
    /// The log. If its epoch is not the position's, there are no events; if its floor is above the position, events
    /// are missing before the first one.
    pub state: RemoteState,
    /// The token of the event at the position, if that event is still there. If it is another one than the reader
    /// knows, the remote has lost the reader's event and given its offset to another.
    pub anchor: Option<Token>,
    /// The events in order.
    pub events: Vec<StoredEvent>,
}

impl Page {
    /// A page without events.
    #[must_use]
    pub const fn new(state: RemoteState) -> Self {
        Self { state, anchor: None, events: Vec::new() }
    }

    /// Sets the token of the event at the position that was read behind.
    #[must_use]
    pub const fn anchor(mut self, anchor: Option<Token>) -> Self {
        self.anchor = anchor;
        self
    }

    /// Sets the events.
    #[must_use]
    pub fn events(mut self, events: Vec<StoredEvent>) -> Self {
        self.events = events;
        self
    }

    /// The events that are new to a reader at `after`, each once.
    ///
    /// What comes a second time is left out: a remote, or the way to it, may say a thing twice. What is out of order is
    /// refused as a whole, because the reader would move past an event that it has not got.
    ///
    /// # Errors
    ///
    /// Returns [`RelayError::Broken`] if an offset is below the one before it, if one offset is two events', if there
    /// are events in another epoch than the reader's, or above the head.
    pub fn into_events_behind(self, after: Position) -> Result<Vec<StoredEvent>, RelayError> {
        if self.state.epoch != after.epoch() && !self.events.is_empty() {
            return Err(RelayError::broken("a page of another epoch has events"));
        }
        for pair in self.events.windows(2) {
            let [before, next] = pair else { continue };
            if next.offset < before.offset {
                return Err(RelayError::broken(format!("offset {} behind {}", next.offset, before.offset)));
            }
            if next.offset == before.offset && next.token != before.token {
                return Err(RelayError::broken(format!("offset {} is two events'", next.offset)));
            }
        }
        if let Some(last) = self.events.last().filter(|last| last.offset > self.state.head) {
            return Err(RelayError::broken(format!("offset {} above the head, {}", last.offset, self.state.head)));
        }
        let mut events = self.events;
        events.retain(|event| event.offset > after.offset());
        events.dedup_by_key(|event| event.offset);
        Ok(events)
    }
}
