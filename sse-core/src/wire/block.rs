//! Lines to a block.

use super::fields::{Fields, data_of};
use super::held::Held;
use super::limits::{LimitExceeded, Limits};

/// The block so far, and the event that came out last.
#[derive(Clone, Debug)]
pub(super) struct Block {
    pub(super) fields: Fields,
    pub(super) held: Held,
    /// The block is over, and `held` is only what the event that came out last borrows from.
    spent: bool,
}

/// An event that has come out. Its other texts are the [`Block`]'s.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dispatched<'i> {
    /// Without a name it is a `message`.
    pub(super) named: bool,
    /// The value of the only `data` line, if that lies in the chunk; else the data is held.
    pub(super) data: Option<&'i [u8]>,
}

impl Block {
    pub(super) const fn new(limits: Limits) -> Self {
        Self { fields: Fields::new(), held: Held::new(limits), spent: false }
    }

    /// Forgets the block, but not what outlives it.
    pub(super) fn clear(&mut self) {
        self.fields.clear();
        self.held.clear();
        self.spent = false;
    }

    /// Forgets the event that came out last.
    #[inline]
    pub(super) fn drop_spent(&mut self) {
        if self.spent {
            self.spent = false;
            self.held.clear();
        }
    }

    /// Nothing of the block has come.
    #[inline]
    pub(super) const fn is_empty(&self) -> bool {
        self.fields.is_empty() && (self.spent || self.held.is_empty())
    }

    /// The data of an event that has come out, unless it is held as text.
    #[inline]
    pub(super) fn data_of<'a>(&'a self, event: Dispatched<'a>) -> &'a [u8] {
        event.data.or_else(|| self.held.data()).unwrap_or_default()
    }

    /// Interprets a line that is not blank and lies in the chunk. `data` is the value of the block's only `data` line so
    /// far, if that lies in the chunk too.
    #[inline]
    pub(super) fn field<'i>(&mut self, line: &'i [u8], data: &mut Option<&'i [u8]>) -> Result<(), LimitExceeded> {
        let Some(value) = data_of(line) else {
            self.fields.set(line);
            return Ok(());
        };
        if data.is_none() && !self.held.has_data() {
            self.held.check_event(value.len())?;
            *data = Some(value);
            return Ok(());
        }
        self.hold(data.take())?;
        self.held.push_data(value)
    }

    /// Keeps the value of a `data` line that was the only one, because another comes or the chunk ends.
    #[inline]
    pub(super) fn hold(&mut self, data: Option<&[u8]>) -> Result<(), LimitExceeded> {
        data.map_or(Ok(()), |value| self.held.push_data(value))
    }

    /// Interprets the line that is held, and whose end has come.
    pub(super) fn held_field(&mut self) -> Result<(), LimitExceeded> {
        if self.held.end_long()? {
            return Ok(());
        }
        let line = self.held.line();
        if let Some(value) = data_of(line) {
            return self.held.line_to_data(value.len());
        }
        self.fields.set(line);
        self.held.drop_line();
        Ok(())
    }

    /// What the blank line does: the id becomes the last event ID, and the data, if there is any, an event.
    #[inline]
    pub(super) fn dispatch<'i>(&mut self, data: Option<&'i [u8]>) -> Option<Dispatched<'i>> {
        let named = self.fields.end_block();
        self.spent = self.held.has_data();
        (data.is_some() || self.spent).then_some(Dispatched { named, data })
    }
}
