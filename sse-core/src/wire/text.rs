//! Bytes to text.

use alloc::borrow::ToOwned as _;
use alloc::string::String;

/// A larger buffer is given back: large texts are rare, and connections are idle most of their life.
pub(super) const KEPT: usize = 64 << 10;

/// Below this length the standard library is faster for ASCII, which most texts are, because `simdutf8` copies what does
/// not fill its last lane.
const LONG: usize = 256;

#[inline]
pub(super) fn utf8(bytes: &[u8]) -> Option<&str> {
    if bytes.len() < LONG { str::from_utf8(bytes).ok() } else { simdutf8::basic::from_utf8(bytes).ok() }
}

/// The text of a value in a `String` of its own, with each invalid sequence replaced by U+FFFD, as the standard's decoder
/// does it.
///
/// Replacing them value by value equals replacing them in the stream: all that ends a value is ASCII, which no invalid
/// sequence reaches across.
#[inline]
pub(super) fn to_text(value: &[u8]) -> String {
    utf8(value).map_or_else(|| String::from_utf8_lossy(value).into_owned(), str::to_owned)
}

/// The same in a buffer that is there, unless that is large.
pub(super) fn set_text(buffer: &mut String, value: &[u8]) {
    if buffer.capacity() > KEPT {
        *buffer = String::new();
    }
    buffer.clear();
    if let Some(text) = utf8(value) {
        buffer.push_str(text);
        return;
    }
    for chunk in value.utf8_chunks() {
        buffer.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            buffer.push(char::REPLACEMENT_CHARACTER);
        }
    }
}
