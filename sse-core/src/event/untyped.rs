//! An event whose payload is text.

use alloc::string::String;

use super::{EventId, EventName, InvalidEventId, InvalidEventName};

/// An untyped event: every field that the wire has, each of them optional.
///
/// It is what a proxy or a test writes; a service has more of a typed enum and `#[derive(SseEvent)]`.
///
/// # Examples
///
/// ```
/// use sse_core::Event;
///
/// let frame = Event::new("two\nlines").name("note")?.id("42")?.encode();
/// assert_eq!(frame, "id: 42\nevent: note\ndata: two\ndata: lines\n\n");
/// assert_eq!(Event::new("").encode(), "data:\n\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Event {
    pub(crate) name: EventName,
    pub(crate) id: Option<EventId>,
    pub(crate) retry: Option<u64>,
    pub(crate) comment: Option<String>,
    pub(crate) data: Option<String>,
}

impl Event {
    /// An event with this payload. CR, LF and CRLF in it are each one line end; the client receives LF.
    pub fn new(data: impl Into<String>) -> Self {
        Self { data: Some(data.into()), ..Self::default() }
    }

    /// A comment, which every client ignores.
    ///
    /// ```
    /// assert_eq!(sse_core::Event::comment("still here").encode(), ": still here\n\n");
    /// ```
    pub fn comment(comment: impl Into<String>) -> Self {
        Self::default().with_comment(comment)
    }

    /// Sets the event's name.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidEventName`] if `name` contains CR or LF.
    pub fn name<N>(mut self, name: N) -> Result<Self, InvalidEventName>
    where
        EventName: TryFrom<N, Error: Into<InvalidEventName>>,
    {
        self.name = EventName::try_from(name).map_err(Into::into)?;
        Ok(self)
    }

    /// Sets the event's id.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidEventId`] if `id` contains CR, LF or NUL.
    pub fn id<I>(mut self, id: I) -> Result<Self, InvalidEventId>
    where
        EventId: TryFrom<I, Error: Into<InvalidEventId>>,
    {
        self.id = Some(EventId::try_from(id).map_err(Into::into)?);
        Ok(self)
    }

    /// Sets the reconnection time in milliseconds; any number, also those that [`Retry`](super::Retry) refuses.
    #[must_use]
    pub const fn retry(mut self, millis: u64) -> Self {
        self.retry = Some(millis);
        self
    }

    /// Adds a comment before the fields. Each line of it is a comment line.
    #[must_use]
    pub fn with_comment(mut self, comment: impl Into<String>) -> Self {
        self.comment = Some(comment.into());
        self
    }
}
