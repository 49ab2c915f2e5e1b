//! What only some subscriptions have: names that they want, and a snapshot that is owed.

use alloc::sync::Arc as PlainArc;
use alloc::vec;
use alloc::vec::Vec;

use bytes::Bytes;

use crate::event::EventName;
use crate::history::{IdLine, Position, SEGMENT};

/// What a subscription has besides its cursor.
#[derive(Default)]
pub(super) struct Extra {
    pub(super) only: Option<PlainArc<[EventName]>>,
    /// The offset that the client knows by the id of an event, if events are left out.
    pub(super) told: u64,
    /// What is to be delivered before anything else, and the id of the last of it.
    pub(super) snapshot: Option<(vec::IntoIter<Bytes>, Position)>,
}

impl Extra {
    pub(super) fn wants(&self, name: &EventName) -> bool {
        self.only.as_ref().is_none_or(|names| names.contains(name))
    }

    /// Takes on a snapshot; false if there is nothing in it.
    pub(super) fn owe(&mut self, snapshot: Vec<Bytes>, position: Position) -> bool {
        let owes = !snapshot.is_empty();
        self.snapshot = owes.then(|| (snapshot.into_iter(), position));
        owes
    }

    /// The next events of the snapshot.
    pub(super) fn next_of_snapshot(&mut self) -> Option<Bytes> {
        let (events, position) = self.snapshot.as_mut()?;
        let mut gathered = Vec::new();
        while gathered.len() < SEGMENT
            && let Some(event) = events.next()
        {
            if events.len() == 0 {
                gathered.extend_from_slice(IdLine::new(*position).as_bytes());
            }
            gathered.extend_from_slice(&event);
        }
        if events.len() == 0 {
            self.told = position.offset();
            self.snapshot = None;
        }
        Some(Bytes::from(gathered))
    }
}
