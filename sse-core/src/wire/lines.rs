//! A chunk's bytes to lines.

use super::scan::{LineEnds, line_ends};

/// The lines that end in a chunk, without their ends. A line is complete with its CR: nothing waits for the byte behind.
#[derive(Clone, Debug)]
pub(super) struct Lines<'i> {
    chunk: &'i [u8],
    ends: LineEnds<'i>,
    /// Where the next line begins.
    start: usize,
}

impl<'i> Lines<'i> {
    #[inline]
    pub(super) const fn of(chunk: &'i [u8]) -> Self {
        Self { chunk, ends: line_ends(chunk), start: 0 }
    }

    /// What follows the last line that was returned.
    #[inline]
    pub(super) fn rest(&self) -> &'i [u8] {
        self.chunk.get(self.start..).unwrap_or_default()
    }

    /// Moves `input`, the chunk, behind the lines that were returned, and returns what it was moved over.
    #[inline]
    pub(super) fn take_from(&self, input: &mut &'i [u8]) -> &'i [u8] {
        let (taken, rest) = input.split_at_checked(self.start).unwrap_or((input, &[]));
        *input = rest;
        taken
    }

    /// The beginning of a line whose end is not in the chunk. Nothing is left then.
    #[inline]
    pub(super) fn take_rest(&mut self) -> &'i [u8] {
        let rest = self.rest();
        self.start = self.chunk.len();
        rest
    }
}

impl<'i> Iterator for Lines<'i> {
    type Item = &'i [u8];

    #[inline]
    fn next(&mut self) -> Option<&'i [u8]> {
        let mut end = self.ends.next()?;
        if end < self.start {
            // The LF of a CRLF, whose CR has ended the last line.
            end = self.ends.next()?;
        }
        let (line, behind) = self.chunk.get(self.start..)?.split_at_checked(end.wrapping_sub(self.start))?;
        self.start = end.wrapping_add(if behind.starts_with(b"\r\n") { 2 } else { 1 });
        Some(line)
    }
}

const BOM: &[u8] = b"\xEF\xBB\xBF";

/// What the bytes before a chunk have to do with its beginning.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seam {
    /// The last byte was a CR, and has ended its line: an LF that follows belongs to it.
    after_cr: bool,
    /// How many bytes of a byte order mark the stream has begun with; `None` once that is decided.
    bom: Option<usize>,
}

impl Seam {
    /// The beginning of a stream.
    pub(super) const START: Self = Self { after_cr: false, bom: Some(0) };

    /// Nothing that was taken has to do with what comes next.
    #[inline]
    pub(super) const fn is_settled(&self) -> bool {
        !self.after_cr && self.bom.is_none()
    }

    /// Notes what was taken of a chunk.
    #[inline]
    pub(super) fn behind(&mut self, taken: &[u8]) {
        if let Some(last) = taken.last() {
            self.after_cr = *last == b'\r';
        }
    }

    /// Takes what belongs to the bytes before off `chunk`. Returns the bytes before that belong to it: those that only
    /// began like a byte order mark.
    #[inline]
    pub(super) fn take_off(&mut self, chunk: &mut &[u8]) -> &'static [u8] {
        if self.after_cr && !chunk.is_empty() {
            self.after_cr = false;
            *chunk = chunk.strip_prefix(b"\n").unwrap_or(chunk);
        }
        match self.bom {
            None => &[],
            Some(seen) => self.take_off_bom(seen, chunk),
        }
    }

    fn take_off_bom(&mut self, seen: usize, chunk: &mut &[u8]) -> &'static [u8] {
        let (come, missing) = BOM.split_at_checked(seen).unwrap_or_default();
        if let Some(rest) = chunk.strip_prefix(missing) {
            *chunk = rest;
            self.bom = None;
        } else if missing.starts_with(chunk) {
            self.bom = Some(seen.saturating_add(chunk.len()));
            *chunk = &[];
        } else {
            self.bom = None;
            return come;
        }
        &[]
    }
}
