//! An event enters the log.

use alloc::vec::Vec;
use std::io::Write as _;

use super::{PublishError, Topic};
use crate::event::{EventFields, SseEvent};
use crate::history::{Appended, NewFrame, Position};
use crate::wire;

impl<E: SseEvent + ?Sized> Topic<E> {
    /// Publishes one event to all subscribers and keeps it for those that are away; returns its position, which is its
    /// id on the wire.
    ///
    /// The event is encoded once, before the lock is taken. Publishing never waits for a subscriber. A terminal event
    /// closes the topic in the same step.
    ///
    /// # Errors
    ///
    /// Returns [`PublishError`] if the event cannot be encoded, has an id of its own or a reserved name, is larger than
    /// the limit, or if the topic is closed. Then nothing was published.
    pub fn publish(&self, event: &E) -> Result<Position, PublishError> {
        let (fields, rest) = self.encode(event)?;
        self.append(fields, &rest, true)
    }

    /// Publishes one event to those who are subscribed now. It has no id, is not kept, and a client that is away never
    /// hears of it.
    ///
    /// # Errors
    ///
    /// As [`Topic::publish`].
    pub fn publish_ephemeral(&self, event: &E) -> Result<(), PublishError> {
        let (fields, rest) = self.encode(event)?;
        self.append(fields, &rest, false).map(drop)
    }

    /// Everything of the frame but its `id:` line.
    fn encode(&self, event: &E) -> Result<(EventFields, Vec<u8>), PublishError> {
        let fields = event.fields()?;
        if fields.id.is_some() {
            return Err(PublishError::OwnId);
        }
        if fields.name.is_reserved() {
            return Err(PublishError::ReservedName);
        }
        let mut rest = Vec::with_capacity(256);
        wire::encode_fields_into(&fields, event, &mut rest)?;
        let limit = self.shared.max_event_bytes;
        if rest.len() > limit {
            return Err(PublishError::TooLarge { bytes: rest.len(), limit });
        }
        Ok((fields, rest))
    }

    fn append(&self, fields: EventFields, rest: &[u8], durable: bool) -> Result<Position, PublishError> {
        let at = self.shared.now();
        let mut id_line = [0; 96];
        let (position, waiting) = {
            let mut log = self.shared.log.lock();
            // This process is the only one that gives offsets in this epoch: the next one is free.
            let next = Position::new(log.position().epoch(), log.position().offset().saturating_add(1));
            let (id_line, offset) = if durable {
                let mut unused = &mut id_line[..];
                // 32 bytes of epoch and 20 digits fit, so that writing cannot fail.
                let _fits = writeln!(unused, "id: {next}").is_ok();
                let unused = unused.len();
                (&id_line[..id_line.len() - unused], Some(next.offset()))
            } else {
                (&[][..], None)
            };
            let frame = NewFrame { id_line, rest, name: fields.name, offset, at };
            match log.append(&[frame]) {
                Appended::Done => {}
                Appended::Closed | Appended::NotIncreasing => return Err(PublishError::Closed),
            }
            if fields.terminal {
                log.close();
            }
            (log.position(), log.waiting())
        };
        self.shared.wake_all(waiting);
        Ok(position)
    }
}
