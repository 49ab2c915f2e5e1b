//! One encoded event.

use core::fmt;

use bytes::Bytes;
use memchr::memchr;

use crate::event::{EventId, EventName};

/// An encoded event: immutable, and cheap to clone, because all clones share the bytes.
///
/// Not to be taken for a frame of HTTP, which is a piece of a body.
#[derive(Clone)]
pub struct EventFrame {
    /// One canonical block. What else is to be known of it is read from the lines before its data.
    bytes: Bytes,
    terminal: bool,
}

impl EventFrame {
    #[inline]
    pub(super) const fn new(bytes: Bytes, terminal: bool) -> Self {
        Self { bytes, terminal }
    }

    /// The bytes of the whole block, its blank line included.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The bytes behind the `id:` line, which are the same whatever id a connection gives the event.
    #[must_use]
    pub fn without_id(&self) -> &[u8] {
        match first_line(&self.bytes) {
            Some((line, behind)) if line.starts_with(b"id:") => behind,
            _ => &self.bytes,
        }
    }

    /// The event's name: what its `event:` line says, or `message`.
    #[must_use]
    pub fn name(&self) -> &str {
        self.value_of("event: ").unwrap_or(EventName::DEFAULT)
    }

    /// Whether the stream is complete with this event.
    #[must_use]
    pub const fn is_terminal(&self) -> bool {
        self.terminal
    }

    /// Whether the name or the id is one of the control events'.
    pub(super) fn is_reserved(&self) -> bool {
        EventName::is_reserved_name(self.name()) || self.value_of("id: ").is_some_and(EventId::is_reserved_id)
    }

    /// The value of the line of this field, if it stands before the data and is not empty.
    fn value_of(&self, field: &str) -> Option<&str> {
        let mut rest = &*self.bytes;
        while let Some((line, behind)) = first_line(rest) {
            if let Some(value) = line.strip_prefix(field.as_bytes()) {
                return str::from_utf8(value).ok();
            }
            if line.is_empty() || line.starts_with(b"data:") {
                break;
            }
            rest = behind;
        }
        None
    }

    /// The bytes, shared.
    #[must_use]
    #[inline]
    pub fn into_bytes(self) -> Bytes {
        self.bytes
    }
}

/// The first line, and what is behind its end.
fn first_line(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (line, behind) = bytes.split_at_checked(memchr(b'\n', bytes)?)?;
    Some((line, behind.get(1..)?))
}

impl AsRef<[u8]> for EventFrame {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl fmt::Debug for EventFrame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("EventFrame").field(&self.bytes).finish()
    }
}

/// Frames are equal when their bytes are.
impl PartialEq for EventFrame {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}

impl Eq for EventFrame {}

impl PartialEq<&str> for EventFrame {
    fn eq(&self, other: &&str) -> bool {
        self.bytes == other.as_bytes()
    }
}

#[cfg(test)]
mod tests {
    use crate::event::Event;

    #[test]
    fn what_stands_before_the_data_is_known() {
        let frame = Event::new("event: x\nid: =y").name("n").unwrap().id("7").unwrap().retry(1).encode();
        assert_eq!((frame.name(), frame.is_reserved()), ("n", false));
        assert_eq!(frame.without_id(), b"event: n\nretry: 1\ndata: event: x\ndata: id: =y\n\n");
        let frame = Event::new("").with_comment("event: x\nid: =y").id("").unwrap().encode();
        assert_eq!((frame.name(), frame.is_reserved()), ("message", false));
        assert_eq!(frame.without_id(), frame.as_bytes());
        assert_eq!(Event::default().id("").unwrap().encode().without_id(), b"\n");
    }

    #[test]
    fn what_is_the_control_events_is_known_behind_a_comment_too() {
        for event in [Event::default().name("stream-x").unwrap(), Event::default().id("=x").unwrap()] {
            assert!(event.encode().is_reserved());
            assert!(event.with_comment("c").encode().is_reserved());
        }
    }
}
