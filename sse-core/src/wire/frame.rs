//! One encoded event.

use core::fmt;

use bytes::Bytes;

use crate::event::{EventId, EventName};

/// An encoded event: immutable, and cheap to clone, because all clones share the bytes.
///
/// Not to be taken for a frame of HTTP, which is a piece of a body.
#[derive(Clone)]
pub struct EventFrame {
    bytes: Bytes,
    /// The length of the `id:` line that the bytes begin with; 0 if they begin otherwise.
    id_len: usize,
    name: EventName,
    terminal: bool,
    /// Its name or its id is one of the control events'.
    reserved: bool,
}

impl EventFrame {
    pub(super) fn new(bytes: Bytes, id_len: usize, name: EventName, id: Option<&EventId>, terminal: bool) -> Self {
        let reserved = name.is_reserved() || id.is_some_and(EventId::is_reserved);
        Self { bytes, id_len, name, terminal, reserved }
    }

    /// Whether the name or the id is one of the control events'.
    pub(super) const fn is_reserved(&self) -> bool {
        self.reserved
    }

    /// The bytes of the whole block, its blank line included.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The bytes behind the `id:` line, which are the same whatever id a connection gives the event.
    #[must_use]
    pub fn without_id(&self) -> &[u8] {
        self.bytes.get(self.id_len..).unwrap_or_default()
    }

    /// The event's name.
    #[must_use]
    pub const fn name(&self) -> &EventName {
        &self.name
    }

    /// Whether the stream is complete with this event.
    #[must_use]
    pub const fn is_terminal(&self) -> bool {
        self.terminal
    }

    /// The bytes, shared.
    #[must_use]
    pub fn into_bytes(self) -> Bytes {
        self.bytes
    }
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
