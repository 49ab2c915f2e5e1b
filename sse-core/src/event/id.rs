//! The `id` field.

use alloc::sync::Arc;
use core::fmt;

use super::text::{Text, validated_text};

/// The value of an `id:` line: any string without CR, LF and NUL.
///
/// A browser returns the last one it saw in the `Last-Event-ID` header when it reconnects
/// ([HTML standard, section 9.2.6]). An empty id makes it forget, so that the next reconnect sends no header.
///
/// Servers should keep to at most 64 characters of `[A-Za-z0-9 *,./_=-]`: outer spaces are lost in the header, other
/// bytes than these are unsafe in the words of the Fetch standard, and a header of a few kilobytes is refused by most
/// HTTP servers.
///
/// # Examples
///
/// ```
/// use sse_core::EventId;
///
/// const FIRST: EventId = EventId::from_static("1");
/// assert_eq!(FIRST.as_str(), "1");
/// assert!(EventId::try_from("1\ndata: injected").is_err());
/// ```
///
/// [HTML standard, section 9.2.6]: https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId(Text);

impl EventId {
    /// Makes an id from a constant, checked when it is compiled in a `const`.
    ///
    /// # Panics
    ///
    /// If `id` contains CR, LF or NUL.
    #[must_use]
    pub const fn from_static(id: &'static str) -> Self {
        assert!(first_illegal(id.as_bytes()).is_none(), "an event id must not contain CR, LF or NUL");
        Self(Text::Static(id))
    }

    /// Whether the id is one of the control events': it begins with `=`.
    #[must_use]
    pub fn is_reserved(&self) -> bool {
        self.as_str().starts_with('=')
    }

    fn check(id: &str) -> Result<(), InvalidEventId> {
        match first_illegal(id.as_bytes()) {
            Some(at) => Err(InvalidEventId { at }),
            None => Ok(()),
        }
    }

    fn from_legal(id: &str) -> Self {
        Self(Text::Shared(Arc::from(id)))
    }
}

/// The offset of the first byte that ends a line, or that makes a client ignore the id.
const fn first_illegal(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    while at < bytes.len() {
        if matches!(bytes[at], b'\r' | b'\n' | 0) {
            return Some(at);
        }
        at += 1;
    }
    None
}

validated_text!(EventId, InvalidEventId);

/// Digits are always legal, so a counter needs no check.
impl From<u64> for EventId {
    fn from(id: u64) -> Self {
        Self::from_legal(itoa::Buffer::new().format(id))
    }
}

/// An id with CR, LF or NUL, which no `id:` line can carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidEventId {
    at: usize,
}

impl InvalidEventId {
    /// The offset of the first illegal byte.
    #[must_use]
    pub const fn at(&self) -> usize {
        self.at
    }
}

impl fmt::Display for InvalidEventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an event id must not contain CR, LF or NUL (byte {})", self.at)
    }
}

impl core::error::Error for InvalidEventId {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_byte_that_breaks_a_line_is_named() {
        for (id, at) in [("\n", 0), ("1\r", 1), ("ab\0c", 2)] {
            assert_eq!(EventId::try_from(id).unwrap_err().at(), at);
        }
        assert_eq!(EventId::try_from(" é… ").unwrap(), " é… ");
        assert_eq!(EventId::from(7), EventId::from_static("7"));
    }
}
