//! The bytes that a decoder keeps from one chunk to the next.

use alloc::string::String;
use alloc::vec::Vec;

use super::limits::{LimitExceeded, Limits};
use super::long::Long;
use super::text::{KEPT, to_text};

/// The data of an unfinished block, and behind it its unfinished line, in one buffer: a `data` line that was cut becomes
/// data where it is. Only [`Long`] data has a buffer of its own.
#[derive(Clone, Debug)]
pub(super) struct Held {
    limits: Limits,
    bytes: Vec<u8>,
    /// Where the data begins, if there is any. It ends where the unfinished line begins.
    data: Option<usize>,
    /// Where the unfinished line begins. It has at least one byte, or there is none.
    line: usize,
    /// Up to this length `bytes` may grow with the unfinished line without another look; 0 if there is none.
    room: usize,
    /// Data that is kept here instead. Then `bytes` is empty.
    long: Long,
}

impl Held {
    pub(super) const fn new(limits: Limits) -> Self {
        Self { limits, bytes: Vec::new(), data: None, line: 0, room: 0, long: Long::new() }
    }

    pub(super) fn clear(&mut self) {
        if self.bytes.capacity() > KEPT {
            self.bytes = Vec::new();
        }
        self.bytes.clear();
        self.data = None;
        self.line = 0;
        self.room = 0;
        if !self.long.is_empty() {
            self.long.clear();
        }
    }

    #[inline]
    pub(super) const fn is_empty(&self) -> bool {
        !self.has_data() && !self.has_line()
    }

    #[inline]
    pub(super) const fn has_line(&self) -> bool {
        self.bytes.len() > self.line || self.long.is_cut()
    }

    /// Appends one byte to the unfinished line, if there is one and nothing else is to be done for it.
    #[inline]
    pub(super) fn push_to_line(&mut self, byte: u8) -> bool {
        let fits = self.bytes.len() < self.room;
        if fits {
            self.bytes.push(byte);
        }
        fits
    }

    /// Appends to the unfinished line, or begins one.
    #[inline]
    pub(super) fn append_to_line(&mut self, bytes: &[u8]) -> Result<(), LimitExceeded> {
        if self.bytes.len().saturating_add(bytes.len()) > self.room && !bytes.is_empty() {
            return self.append_with_room(bytes);
        }
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    fn append_with_room(&mut self, bytes: &[u8]) -> Result<(), LimitExceeded> {
        let before = if self.long.is_cut() { self.long.line_len() } else { self.bytes.len().saturating_sub(self.line) };
        if before.saturating_add(bytes.len()) > self.limits.line {
            return Err(LimitExceeded::line(self.limits.line));
        }
        let is_long = if self.long.is_cut() {
            self.long.push(bytes, self.limits.line)
        } else {
            self.is_empty() && self.long.begin(bytes, self.limits.line)
        };
        if !is_long {
            self.give_up_long();
            self.append(bytes);
            self.room = self.bytes.capacity().min(self.line.saturating_add(self.limits.line));
        }
        Ok(())
    }

    fn give_up_long(&mut self) {
        if self.long.is_empty() {
            return;
        }
        let is_data = !self.long.is_cut();
        self.bytes = self.long.give_up();
        if is_data {
            self.data = Some(0);
            self.line = self.bytes.len();
        }
    }

    /// The end of the unfinished line has come. Says whether it was long data, and so is done.
    #[inline]
    pub(super) fn end_long(&mut self) -> Result<bool, LimitExceeded> {
        let is_long = self.long.is_cut();
        if is_long {
            self.check_event(self.long.value_len())?;
            self.long.end();
        }
        Ok(is_long)
    }

    /// The unfinished line, whose end has come.
    pub(super) fn line(&self) -> &[u8] {
        self.bytes.get(self.line..).unwrap_or_default()
    }

    pub(super) fn drop_line(&mut self) {
        self.bytes.truncate(self.line);
        self.room = 0;
    }

    /// Makes data of the last `len` bytes of the unfinished line, its value.
    pub(super) fn line_to_data(&mut self, len: usize) -> Result<(), LimitExceeded> {
        self.check_event(len)?;
        let value = self.bytes.len().saturating_sub(len);
        if self.data.is_none() {
            self.data = Some(value);
        } else if let Some(first) = self.bytes.get_mut(self.line) {
            // The field's name was where the LF comes.
            *first = b'\n';
            let to = self.line.saturating_add(1);
            self.bytes.copy_within(value.., to);
            self.bytes.truncate(to.saturating_add(len));
        }
        self.line = self.bytes.len();
        self.room = 0;
        Ok(())
    }

    /// Appends the value of a `data` line to the data. No line is unfinished.
    pub(super) fn push_data(&mut self, value: &[u8]) -> Result<(), LimitExceeded> {
        self.give_up_long();
        self.check_event(value.len())?;
        if self.data.is_some() {
            self.append(b"\n");
        } else {
            self.data = Some(0);
        }
        self.append(value);
        self.line = self.bytes.len();
        Ok(())
    }

    #[inline]
    pub(super) const fn has_data(&self) -> bool {
        self.data.is_some() || self.long.is_whole()
    }

    /// The values of the `data` lines, joined with LF, unless they are [`text`](Self::text).
    #[inline]
    pub(super) fn data(&self) -> Option<&[u8]> {
        self.bytes.get(self.data?..self.line)
    }

    /// The value of a long `data` line, if that is all the data.
    #[inline]
    pub(super) fn text(&self) -> Option<&str> {
        self.long.text()
    }

    /// The data as text, handed out: as it is, if it is [`text`](Self::text).
    #[inline(never)]
    pub(super) fn take_data(&mut self) -> String {
        self.long.take().unwrap_or_else(|| to_text(self.data().unwrap_or_default()))
    }

    /// Whether the data may have a further value of `len` bytes.
    #[inline]
    pub(super) fn check_event(&self, len: usize) -> Result<(), LimitExceeded> {
        let before = self.data.map_or(0, |start| self.line.saturating_sub(start).saturating_add(1));
        if before.saturating_add(len) > self.limits.event {
            return Err(LimitExceeded::event(self.limits.event));
        }
        Ok(())
    }

    /// `Vec` doubles its capacity; here growth ends where the limits do.
    fn append(&mut self, bytes: &[u8]) {
        let needed = self.bytes.len().saturating_add(bytes.len());
        if needed > self.bytes.capacity() {
            let most = self.limits.line.saturating_add(self.limits.event);
            let target = self.bytes.capacity().saturating_mul(2).min(most).max(needed);
            self.bytes.reserve_exact(target.saturating_sub(self.bytes.len()));
        }
        self.bytes.extend_from_slice(bytes);
    }

    #[cfg(test)]
    pub(super) const fn capacity(&self) -> usize {
        self.bytes.capacity().saturating_add(self.long.capacity())
    }
}
