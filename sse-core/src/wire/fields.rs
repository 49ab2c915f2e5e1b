//! The fields of a block, apart from its data.

use alloc::string::String;
use core::mem;

use super::text::set_text;
use crate::event::{EventId, EventName};

/// The name and the id of the block so far, and what outlives it.
#[derive(Clone, Debug)]
pub(super) struct Fields {
    /// The last name that an `event` line gave. It outlives its block because most streams have few names, and one that
    /// comes again is then neither validated nor copied again.
    pub(super) name: Text<EventName>,
    /// `name` is this block's.
    named: bool,
    /// The value of this block's `id` line, if it has one.
    id: String,
    identified: bool,
    pub(super) last_event_id: Text<EventId>,
    pub(super) retry: Option<u64>,
}

impl Fields {
    pub(super) const fn new() -> Self {
        Self {
            name: Text::new(EventName::MESSAGE),
            named: false,
            id: String::new(),
            identified: false,
            last_event_id: Text::new(EventId::from_static("")),
            retry: None,
        }
    }

    /// Forgets the block, but not what outlives it.
    pub(super) const fn clear(&mut self) {
        self.named = false;
        self.identified = false;
    }

    /// The block has neither a name nor an id so far.
    #[inline]
    pub(super) const fn is_empty(&self) -> bool {
        !self.named && !self.identified
    }

    /// Interprets a line that is neither blank nor `data`.
    pub(super) fn set(&mut self, line: &[u8]) {
        if let Some(name) = line.strip_prefix(b"event").and_then(value_of) {
            self.named = !name.is_empty();
            if self.named && name != self.name.as_str().as_bytes() {
                self.name.change(|text| set_text(text, name));
            }
        } else if let Some(id) = line.strip_prefix(b"id").and_then(value_of) {
            if !id.contains(&0) {
                self.identified = true;
                set_text(&mut self.id, id);
            }
        } else if let Some(millis) = line.strip_prefix(b"retry").and_then(value_of).and_then(parse_digits) {
            self.retry = Some(millis);
        }
    }

    /// What the blank line does: the id becomes the last event ID. Returns whether the block has a name.
    #[inline]
    pub(super) fn end_block(&mut self) -> bool {
        if mem::take(&mut self.identified) {
            self.last_event_id.change(|text| mem::swap(text, &mut self.id));
        }
        mem::take(&mut self.named)
    }
}

/// The value of a `data` line.
#[inline]
pub(super) fn data_of(line: &[u8]) -> Option<&[u8]> {
    line.strip_prefix(b"data").and_then(value_of)
}

/// The value of a field whose name ends there: what follows the colon and one space.
#[inline]
const fn value_of(behind_name: &[u8]) -> Option<&[u8]> {
    match behind_name {
        [b':', b' ', value @ ..] | [b':', value @ ..] => Some(value),
        [] => Some(&[]),
        _ => None,
    }
}

/// `None` unless all is digits, and there is one; the largest number if it is larger.
fn parse_digits(value: &[u8]) -> Option<u64> {
    if value.is_empty() {
        return None;
    }
    value.iter().try_fold(0u64, |number, byte| {
        let digit = byte.is_ascii_digit().then(|| byte.wrapping_sub(b'0'))?;
        Some(number.saturating_mul(10).saturating_add(u64::from(digit)))
    })
}

/// A text in a buffer that is used again, and the owned one made of it, if it was asked for since the text changed.
#[derive(Clone, Debug)]
pub(super) struct Text<T> {
    buffer: String,
    owned: T,
    changed: bool,
}

impl<T: Clone + for<'a> TryFrom<&'a str>> Text<T> {
    /// The text is empty, and `owned` stands for it.
    const fn new(owned: T) -> Self {
        Self { buffer: String::new(), owned, changed: false }
    }

    #[inline]
    pub(super) fn as_str(&self) -> &str {
        &self.buffer
    }

    #[inline]
    fn change(&mut self, change: impl FnOnce(&mut String)) {
        change(&mut self.buffer);
        self.changed = true;
    }

    #[inline]
    pub(super) fn owned(&mut self) -> T {
        if mem::take(&mut self.changed)
            // Always legal: no line holds a line end, and an id with NUL is ignored.
            && let Ok(owned) = T::try_from(&self.buffer)
        {
            self.owned = owned;
        }
        self.owned.clone()
    }
}

impl Text<EventId> {
    pub(super) fn set(&mut self, id: EventId) {
        self.buffer.clear();
        self.buffer.push_str(id.as_str());
        self.owned = id;
        self.changed = false;
    }
}
