//! Bytes to lines, however the bytes are cut.

use alloc::vec::Vec;

use memchr::memchr2;

use super::limits::{LimitExceeded, append};

const BOM: &[u8] = b"\xEF\xBB\xBF";

/// A larger buffer is given back after its line: long lines are rare, and connections are idle most of their life.
const KEPT: usize = 64 << 10;

/// Splits a stream into lines. A line that lies in one chunk is borrowed from it; only what a chunk leaves unfinished is
/// buffered, and no byte is looked at twice.
#[derive(Clone, Debug)]
pub(super) struct Lines {
    limit: usize,
    /// The beginning of a line whose end has not come.
    partial: Vec<u8>,
    /// `partial` is a whole line that the last call has returned: it is cleared first.
    returned: bool,
    /// The last byte was a CR that has ended its line: an LF that follows belongs to it.
    after_cr: bool,
    /// How many bytes of a byte order mark the stream has begun with; `None` once that is decided.
    bom: Option<usize>,
    /// A line has begun that is being skipped.
    in_skipped: bool,
}

impl Lines {
    pub(super) const fn new(limit: usize) -> Self {
        Self { limit, partial: Vec::new(), returned: false, after_cr: false, bom: Some(0), in_skipped: false }
    }

    /// Drops what is unfinished and expects the beginning of a stream.
    pub(super) fn reset(&mut self) {
        *self = Self::new(self.limit);
    }

    #[cfg(test)]
    pub(super) fn capacity(&self) -> usize {
        self.partial.capacity()
    }

    /// Takes the next line off `input`, without its end; `None` once all of `input` is taken.
    ///
    /// A line is complete with its CR: nothing waits for the byte behind it.
    ///
    /// # Errors
    ///
    /// If the line is longer than the limit. The rest of it is then [`skip_block`](Self::skip_block)'s.
    pub(super) fn next<'a>(&'a mut self, input: &'a mut &[u8]) -> Result<Option<&'a [u8]>, LimitExceeded> {
        if self.returned {
            self.returned = false;
            if self.partial.capacity() > KEPT {
                self.partial = Vec::new();
            }
            self.partial.clear();
        }
        self.skip_lf(input);
        self.skip_bom(input)?;
        if input.is_empty() {
            return Ok(None);
        }

        // One byte more than there is room for shows whether the line ends in time.
        let room = self.limit.saturating_sub(self.partial.len());
        let within = input.get(..room.saturating_add(1)).unwrap_or(input);
        if let Some((line, rest)) = memchr2(b'\r', b'\n', within).and_then(|at| input.split_at_checked(at)) {
            self.end_line(rest, input);
            if self.partial.is_empty() {
                return Ok(Some(line));
            }
            append(&mut self.partial, line, self.limit);
            self.returned = true;
            return Ok(Some(&self.partial));
        }
        if within.len() > room {
            *input = input.get(within.len()..).unwrap_or_default();
            self.partial = Vec::new();
            self.in_skipped = true;
            return Err(LimitExceeded::line(self.limit));
        }
        append(&mut self.partial, input, self.limit);
        *input = &[];
        Ok(None)
    }

    /// Takes the rest of a block off `input` without buffering it, and says whether its blank line was among it.
    pub(super) fn skip_block(&mut self, input: &mut &[u8]) -> bool {
        self.skip_lf(input);
        while let Some((line, rest)) = memchr2(b'\r', b'\n', input).and_then(|at| input.split_at_checked(at)) {
            self.end_line(rest, input);
            let blank = line.is_empty() && !self.in_skipped;
            self.in_skipped = false;
            if blank {
                return true;
            }
        }
        self.in_skipped |= !input.is_empty();
        *input = &[];
        false
    }

    /// Continues `input` behind the line end that `rest` begins with.
    fn end_line<'i>(&mut self, rest: &'i [u8], input: &mut &'i [u8]) {
        *input = match rest {
            [b'\r'] => {
                self.after_cr = true;
                &[]
            }
            [b'\r', b'\n', after @ ..] | [_, after @ ..] => after,
            [] => &[],
        };
    }

    fn skip_lf(&mut self, input: &mut &[u8]) {
        if self.after_cr && !input.is_empty() {
            self.after_cr = false;
            *input = input.strip_prefix(b"\n").unwrap_or(input);
        }
    }

    /// Takes a byte order mark off the beginning of the stream; what only began like one goes to the first line.
    fn skip_bom(&mut self, input: &mut &[u8]) -> Result<(), LimitExceeded> {
        let Some(seen) = self.bom else { return Ok(()) };
        let (come, missing) = BOM.split_at_checked(seen).unwrap_or_default();
        if let Some(rest) = input.strip_prefix(missing) {
            *input = rest;
            self.bom = None;
        } else if missing.starts_with(input) {
            self.bom = Some(seen.saturating_add(input.len()));
            *input = &[];
        } else {
            self.bom = None;
            if come.len() > self.limit {
                self.in_skipped = true;
                return Err(LimitExceeded::line(self.limit));
            }
            self.partial.extend_from_slice(come);
        }
        Ok(())
    }
}
