//! A text becomes the lines of its field.

use alloc::vec::Vec;

use memchr::memchr2;

use super::scan::line_ends;
use crate::event::has_low_byte;

/// A text that is looked at once for line ends, before it is written.
pub(super) struct Value<'a> {
    text: &'a [u8],
    is_one_line: bool,
}

impl<'a> Value<'a> {
    #[inline]
    pub(super) fn new(text: &'a str) -> Self {
        Self { text: text.as_bytes(), is_one_line: !has_line_end(text.as_bytes()) }
    }

    /// How many bytes the lines of the field take: exactly for one line, about for more.
    #[inline]
    pub(super) fn len(&self, field: &str) -> usize {
        let one_line = line_len(field, self.text.len());
        if self.is_one_line { one_line } else { one_line.wrapping_add(self.text.len() / 4) }
    }

    #[inline]
    pub(super) fn write(&self, field: &str, out: &mut Vec<u8>) {
        if self.is_one_line {
            write_line(field, self.text, out);
        } else {
            write_lines(field, self.text, out);
        }
    }
}

#[inline]
pub(super) fn has_line_end(text: &[u8]) -> bool {
    has_low_byte(text) && memchr2(b'\r', b'\n', text).is_some()
}

/// The length of a line with a value of this length.
#[inline]
pub(super) fn line_len(field: &str, value: usize) -> usize {
    let no_space = usize::from(value == 0);
    field.len().wrapping_sub(no_space).wrapping_add(value).wrapping_add("\n".len())
}

/// Writes one line of a field, which is given with its colon and space. Decoders take that space away, so that a value's
/// own first space survives; before an empty value there is none.
#[expect(clippy::inline_always, reason = "without it a short frame takes a third longer")]
#[inline(always)]
pub(super) fn write_line(field: &str, value: &[u8], out: &mut Vec<u8>) {
    let field = field.as_bytes();
    match field.split_last() {
        Some((_space, field)) if value.is_empty() => out.extend_from_slice(field),
        _ => out.extend_from_slice(field),
    }
    out.extend_from_slice(value);
    out.push(b'\n');
}

/// Writes a line for each that CR, LF and CRLF end. A text that ends with a line end has an empty last line.
#[inline(never)]
pub(super) fn write_lines(field: &str, text: &[u8], out: &mut Vec<u8>) {
    let mut rest = text;
    let mut begin = 0;
    for end in line_ends(text) {
        let Some(len) = end.checked_sub(begin) else {
            // The LF of a CRLF.
            continue;
        };
        write_first(field, rest, len, out);
        let behind = rest.get(len..).unwrap_or_default();
        rest = match behind {
            [b'\r', b'\n', after @ ..] | [_, after @ ..] => after,
            [] => behind,
        };
        begin = text.len().wrapping_sub(rest.len());
    }
    write_line(field, rest, out);
}

/// Most lines are short, and so many bytes are copied faster than fewer whose number is not known.
const WINDOW: usize = 64;

/// Writes the first `len` bytes of `text` as a line.
#[inline]
fn write_first(field: &str, text: &[u8], len: usize, out: &mut Vec<u8>) {
    match text.first_chunk::<WINDOW>() {
        Some(window) if (1..=WINDOW).contains(&len) => {
            out.extend_from_slice(field.as_bytes());
            let value = out.len();
            out.extend_from_slice(window);
            out.truncate(value.wrapping_add(len));
            out.push(b'\n');
        }
        _ => write_line(field, text.get(..len).unwrap_or(text), out),
    }
}
