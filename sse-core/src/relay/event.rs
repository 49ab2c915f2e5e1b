//! An event as a remote log keeps it.

use bytes::Bytes;

use super::Token;
use crate::event::EventName;

/// An event to append: its bytes without an id, because the log gives the id.
///
/// # Examples
///
/// ```
/// use sse_core::EventName;
/// use sse_core::relay::RemoteEvent;
///
/// let tick = RemoteEvent::new(EventName::from_static("tick"), "event: tick\ndata: 7\n\n".into());
/// let last = RemoteEvent::new(EventName::MESSAGE, "data: bye\n\n".into()).terminal();
/// assert!(!tick.terminal && last.terminal);
/// assert!(RemoteEvent::close().frame.is_empty());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RemoteEvent {
    /// The event's name, for readers that want only some.
    pub name: EventName,
    /// Everything of the encoded block behind its `id:` line. A remote keeps these bytes as they are.
    pub frame: Bytes,
    /// Whether this is the last event of the log. With an empty frame the log is closed and no event is delivered.
    pub terminal: bool,
}

impl RemoteEvent {
    /// Makes an event behind which others may come.
    #[must_use]
    pub const fn new(name: EventName, frame: Bytes) -> Self {
        Self { name, frame, terminal: false }
    }

    /// Makes it the last event of its log.
    #[must_use]
    pub fn terminal(mut self) -> Self {
        self.terminal = true;
        self
    }

    /// The end of a log without an event.
    #[must_use]
    pub const fn close() -> Self {
        Self { name: EventName::MESSAGE, frame: Bytes::new(), terminal: true }
    }
}

/// An event that a remote log has.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoredEvent {
    /// Where it is, above the offset of the event before it.
    pub offset: u64,
    /// The token that it was appended with.
    pub token: Token,
    /// What was appended.
    pub event: RemoteEvent,
}

impl StoredEvent {
    /// Puts together what a remote has stored.
    #[must_use]
    pub const fn new(offset: u64, token: Token, event: RemoteEvent) -> Self {
        Self { offset, token, event }
    }
}
