//! Long data that comes in pieces.

use alloc::string::String;
use alloc::vec::Vec;
use core::mem;

use super::fields::data_of;
use super::text::{KEPT, utf8};

/// A piece of fewer bytes is not the beginning of long data.
const LONG: usize = 4 << 10;

/// The value of the first `data` line of a block, if the line was cut and each piece is text by itself. It is handed out as
/// it is, where other data that was cut is copied once more.
#[derive(Clone, Debug)]
pub(super) struct Long {
    text: String,
    /// What the line began with, `data: ` or `data:`; empty if there is no such line.
    name: &'static [u8],
    /// The line's end has come.
    ended: bool,
    /// How long the last text was: the next is often as long.
    last: usize,
}

impl Long {
    pub(super) const fn new() -> Self {
        Self { text: String::new(), name: &[], ended: false, last: 0 }
    }

    pub(super) fn clear(&mut self) {
        if self.text.capacity() > KEPT {
            self.text = String::new();
        }
        self.text.clear();
        self.name = &[];
        self.ended = false;
    }

    #[inline]
    pub(super) const fn is_empty(&self) -> bool {
        self.name.is_empty()
    }

    /// There is a line, and its end has not come.
    #[inline]
    pub(super) const fn is_cut(&self) -> bool {
        !self.name.is_empty() && !self.ended
    }

    /// How long the value is so far.
    pub(super) const fn value_len(&self) -> usize {
        self.text.len()
    }

    /// How long the line is so far.
    pub(super) const fn line_len(&self) -> usize {
        self.name.len().saturating_add(self.text.len())
    }

    /// There is a line, and its end has come.
    #[inline]
    pub(super) const fn is_whole(&self) -> bool {
        self.ended
    }

    /// The value, if the line's end has come.
    #[inline]
    pub(super) fn text(&self) -> Option<&str> {
        self.ended.then_some(&*self.text)
    }

    /// Takes the beginning of a line, if it is long data.
    pub(super) fn begin(&mut self, line: &[u8], most: usize) -> bool {
        let Some(text) = data_of(line).filter(|_| line.len() >= LONG).and_then(utf8) else { return false };
        self.name = if line.len().saturating_sub(text.len()) == b"data:".len() { b"data:" } else { b"data: " };
        self.text.reserve_exact(self.last.max(text.len()).min(most));
        self.text.push_str(text);
        true
    }

    /// Takes the next piece of the line, if it is text.
    pub(super) fn push(&mut self, piece: &[u8], most: usize) -> bool {
        let Some(text) = utf8(piece) else { return false };
        let needed = self.text.len().saturating_add(text.len());
        if needed > self.text.capacity() {
            let target = self.text.capacity().saturating_mul(2).min(most).max(needed);
            self.text.reserve_exact(target.saturating_sub(self.text.len()));
        }
        self.text.push_str(text);
        true
    }

    pub(super) const fn end(&mut self) {
        self.ended = true;
    }

    /// Hands the text out.
    pub(super) fn take(&mut self) -> Option<String> {
        self.ended.then(|| {
            let mut text = mem::take(&mut self.text);
            text.shrink_to_fit();
            self.last = text.len().min(KEPT);
            self.clear();
            text
        })
    }

    /// Turns the line into bytes again: with its name, unless its end has come.
    pub(super) fn give_up(&mut self) -> Vec<u8> {
        let mut bytes = mem::take(&mut self.text).into_bytes();
        if !self.ended {
            bytes.splice(..0, self.name.iter().copied());
        }
        self.clear();
        bytes
    }

    #[cfg(test)]
    pub(super) const fn capacity(&self) -> usize {
        self.text.capacity()
    }
}
