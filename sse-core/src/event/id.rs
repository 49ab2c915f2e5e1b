//! The `id` field.

use smol_str::SmolStr;

use super::text::{first_of, validated_text};

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
pub struct EventId(SmolStr);

impl EventId {
    /// Makes an id from a constant, checked when it is compiled in a `const`.
    ///
    /// # Panics
    ///
    /// If `id` contains CR, LF or NUL.
    #[must_use]
    pub const fn from_static(id: &'static str) -> Self {
        assert!(first_of(ILLEGAL, id).is_none(), "an event id must not contain CR, LF or NUL");
        Self(SmolStr::new_static(id))
    }

    /// Whether the id is one of the control events': it begins with `=`.
    #[must_use]
    pub fn is_reserved(&self) -> bool {
        Self::is_reserved_id(self.as_str())
    }

    pub(crate) fn is_reserved_id(id: &str) -> bool {
        id.starts_with('=')
    }

    #[inline]
    fn from_legal(id: &str) -> Self {
        Self(SmolStr::new(id))
    }
}

/// What ends a line, or makes a client ignore the id.
const ILLEGAL: &[u8] = b"\r\n\0";

validated_text! {
    EventId, ILLEGAL;
    /// An id with CR, LF or NUL, which no `id:` line can carry.
    InvalidEventId, "an event id must not contain CR, LF or NUL"
}

/// Digits are always legal, so a counter needs no check.
impl From<u64> for EventId {
    fn from(id: u64) -> Self {
        Self::from_legal(itoa::Buffer::new().format(id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString as _;

    #[test]
    fn the_first_byte_that_breaks_a_line_is_named() {
        for (id, at) in [("\n", 0), ("1\r", 1), ("ab\0c", 2)] {
            let error = EventId::try_from(id).unwrap_err();
            assert_eq!((error.at(), error.byte()), (at, id.as_bytes()[at]));
        }
        let error = EventId::try_from("ab\0c").unwrap_err();
        assert_eq!(error.to_string(), "an event id must not contain CR, LF or NUL: NUL at byte 2");
        assert_eq!(EventId::try_from(" é… ").unwrap(), " é… ");
        assert_eq!(EventId::from(7), EventId::from_static("7"));
    }
}
