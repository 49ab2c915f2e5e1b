//! An event whose payload is text.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::String;
use core::fmt;

use super::{EventName, InvalidEventId, InvalidEventName};

/// An untyped event: every field that the wire has, each of them optional.
///
/// It is what a proxy or a test writes; a service has more of a typed enum and `#[derive(SseEvent)]`. Its texts are
/// borrowed or owned, as they are at hand, and nothing is copied but into the frame.
///
/// # Examples
///
/// ```
/// use sse_core::Event;
///
/// let frame = Event::new("two\nlines").name("note")?.id("42")?.encode();
/// assert_eq!(frame, "id: 42\nevent: note\ndata: two\ndata: lines\n\n");
/// assert_eq!(Event::new(String::new()).encode(), "data:\n\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default)]
pub struct Event<'a> {
    /// None if it is the default name.
    name: Option<&'a str>,
    id: Option<&'a str>,
    retry: Option<u64>,
    comment: Option<&'a str>,
    data: Option<Cow<'a, str>>,
    /// What stands in place of those that are borrowed. Few events have any, and the compiler keeps the others in
    /// registers while they are made, because there is so little to drop.
    owned: Option<Box<Owned>>,
}

#[derive(Clone, Default)]
struct Owned {
    name: Option<String>,
    id: Option<String>,
    comment: Option<String>,
}

impl<'a> Event<'a> {
    /// An event with this payload. CR, LF and CRLF in it are each one line end; the client receives LF.
    #[inline]
    pub fn new(data: impl Into<Cow<'a, str>>) -> Self {
        Self { data: Some(data.into()), ..Self::default() }
    }

    /// A comment, which every client ignores.
    ///
    /// ```
    /// assert_eq!(sse_core::Event::comment("still here").encode(), ": still here\n\n");
    /// ```
    pub fn comment(comment: impl Into<Cow<'a, str>>) -> Self {
        Self::default().with_comment(comment)
    }

    /// Sets the event's name: a text, or an [`EventName`].
    ///
    /// # Errors
    ///
    /// Returns [`InvalidEventName`] if `name` contains CR or LF.
    #[expect(
        clippy::inline_always,
        reason = "called, it moves the whole event twice: half as much again as encoding takes"
    )]
    #[inline(always)]
    pub fn name(mut self, name: impl Into<Cow<'a, str>>) -> Result<Self, InvalidEventName> {
        let name = name.into();
        InvalidEventName::check(&name)?;
        self.set(name, |event| &mut event.name, |owned| &mut owned.name);
        Ok(self)
    }

    /// Sets the event's id: a text, or an [`EventId`](super::EventId).
    ///
    /// # Errors
    ///
    /// Returns [`InvalidEventId`] if `id` contains CR, LF or NUL.
    #[expect(
        clippy::inline_always,
        reason = "called, it moves the whole event twice: half as much again as encoding takes"
    )]
    #[inline(always)]
    pub fn id(mut self, id: impl Into<Cow<'a, str>>) -> Result<Self, InvalidEventId> {
        let id = id.into();
        InvalidEventId::check(&id)?;
        self.set(id, |event| &mut event.id, |owned| &mut owned.id);
        Ok(self)
    }

    /// Sets the reconnection time in milliseconds; any number, also those that [`Retry`](super::Retry) refuses.
    #[must_use]
    #[inline]
    pub const fn retry(mut self, millis: u64) -> Self {
        self.retry = Some(millis);
        self
    }

    /// Adds a comment before the fields. Each line of it is a comment line.
    #[must_use]
    pub fn with_comment(mut self, comment: impl Into<Cow<'a, str>>) -> Self {
        self.set(comment.into(), |event| &mut event.comment, |owned| &mut owned.comment);
        self
    }

    /// The same event, which borrows nothing.
    #[must_use]
    pub fn into_owned(self) -> Event<'static> {
        let text = |text: Option<&str>| text.map(String::from);
        let owned =
            Owned { name: text(self.said_name()), id: text(self.said_id()), comment: text(self.said_comment()) };
        let mut event = Event { retry: self.retry, ..Event::default() };
        event.owned = Some(Box::new(owned));
        event.data = self.data.map(|data| Cow::Owned(data.into_owned()));
        event
    }

    /// Puts a text in place of the one that was there, borrowed or owned.
    #[expect(clippy::inline_always, reason = "as `name` and `id`, of which it is the most")]
    #[inline(always)]
    fn set(
        &mut self,
        text: Cow<'a, str>,
        borrowed: impl FnOnce(&mut Self) -> &mut Option<&'a str>,
        owned: impl FnOnce(&mut Owned) -> &mut Option<String>,
    ) {
        match text {
            Cow::Borrowed(text) => {
                *borrowed(self) = Some(text);
                if let Some(all) = &mut self.owned {
                    *owned(all) = None;
                }
            }
            Cow::Owned(text) => *owned(self.owned.get_or_insert_default()) = Some(text),
        }
    }

    /// None if it is the default name.
    #[inline]
    pub(crate) fn said_name(&self) -> Option<&str> {
        let owned = self.owned.as_ref().and_then(|owned| owned.name.as_deref());
        owned.or(self.name).filter(|name| !EventName::is_default(name))
    }

    #[inline]
    pub(crate) fn said_id(&self) -> Option<&str> {
        self.owned.as_ref().and_then(|owned| owned.id.as_deref()).or(self.id)
    }

    #[inline]
    pub(crate) const fn said_retry(&self) -> Option<u64> {
        self.retry
    }

    #[inline]
    pub(crate) fn said_comment(&self) -> Option<&str> {
        self.owned.as_ref().and_then(|owned| owned.comment.as_deref()).or(self.comment)
    }

    #[inline]
    pub(crate) fn said_data(&self) -> Option<&str> {
        self.data.as_deref()
    }
}

/// Events are equal when they say the same.
impl PartialEq<Event<'_>> for Event<'_> {
    fn eq(&self, other: &Event<'_>) -> bool {
        self.said_name() == other.said_name()
            && self.said_id() == other.said_id()
            && self.retry == other.retry
            && self.said_comment() == other.said_comment()
            && self.data == other.data
    }
}

impl Eq for Event<'_> {}

impl fmt::Debug for Event<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event")
            .field("name", &self.said_name().unwrap_or(EventName::DEFAULT))
            .field("id", &self.said_id())
            .field("retry", &self.retry)
            .field("comment", &self.said_comment())
            .field("data", &self.said_data())
            .finish()
    }
}
