//! The trait that `#[derive(SseEvent)]` implements.

use alloc::boxed::Box;
use alloc::sync::Arc;

use super::{DataSink, EncodeError, EventId, EventName, Retry};

/// A value that is one server-sent event.
///
/// Derive it on an enum, each variant of which is one event, or on a struct, which is one. Written by hand, it takes two
/// functions:
///
/// ```
/// use sse_core::event::{DataSink, EncodeError, EventFields, EventName, SseEvent};
///
/// struct Tick(u64);
///
/// impl SseEvent for Tick {
///     fn fields(&self) -> Result<EventFields, EncodeError> {
///         Ok(EventFields::new(EventName::from_static("tick")))
///     }
///     fn write_data(&self, sink: &mut DataSink<'_>) -> Result<(), EncodeError> {
///         sink.text(&self.0)
///     }
/// }
///
/// assert_eq!(sse_core::wire::encode(&Tick(7))?, "event: tick\ndata: 7\n\n");
/// # Ok::<(), EncodeError>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a typed server-sent event",
    label = "this is not a server-sent event",
    note = "add `#[derive(SseEvent)]` to `{Self}`"
)]
pub trait SseEvent {
    /// The name of this event, its id and reconnection time if it has its own, and whether it is the last one.
    ///
    /// # Errors
    ///
    /// Returns [`EncodeError`] if the event is one that is never sent, or if its id or reconnection time is not legal.
    fn fields(&self) -> Result<EventFields, EncodeError>;

    /// Writes the payload. What is written becomes the `data:` lines; writing nothing is an event with empty data.
    ///
    /// # Errors
    ///
    /// Returns [`EncodeError`] if the payload does not serialize.
    fn write_data(&self, sink: &mut DataSink<'_>) -> Result<(), EncodeError>;
}

/// The fields of an event but its data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct EventFields {
    /// The event's name: `event: price-tick`.
    pub name: EventName,
    /// The event's own id: `id: 42`. In a topic the ids are the log's, and an event with its own is refused.
    pub id: Option<EventId>,
    /// The reconnection time that takes effect with this event: `retry: 10000`.
    pub retry: Option<Retry>,
    /// Whether the stream is complete with this event.
    pub terminal: bool,
}

impl EventFields {
    /// An event of this name, without id and reconnection time.
    #[must_use]
    #[inline]
    pub const fn new(name: EventName) -> Self {
        Self { name, id: None, retry: None, terminal: false }
    }

    /// Sets the event's own id.
    #[must_use]
    #[inline]
    pub fn id(mut self, id: impl Into<Option<EventId>>) -> Self {
        self.id = id.into();
        self
    }

    /// Sets the reconnection time.
    #[must_use]
    #[inline]
    pub fn retry(mut self, retry: impl Into<Option<Retry>>) -> Self {
        self.retry = retry.into();
        self
    }

    /// Marks the event as the last one of its stream.
    #[must_use]
    #[inline]
    pub const fn terminal(mut self) -> Self {
        self.terminal = true;
        self
    }
}

macro_rules! forward {
    ($($Pointer:ty),*) => {$(
        impl<E: SseEvent + ?Sized> SseEvent for $Pointer {
            fn fields(&self) -> Result<EventFields, EncodeError> {
                (**self).fields()
            }
            fn write_data(&self, sink: &mut DataSink<'_>) -> Result<(), EncodeError> {
                (**self).write_data(sink)
            }
        }
    )*};
}
forward!(&E, Box<E>, Arc<E>);

/// An event with an id or a reconnection time attached, for streams whose ids are not part of the event.
///
/// # Examples
///
/// ```
/// use sse_core::{EventId, SseEvent, event::With};
///
/// #[derive(SseEvent)]
/// enum Feed {
///     Ping,
/// }
///
/// let event = With::new(Feed::Ping).id(EventId::from(42));
/// assert_eq!(sse_core::wire::encode(&event)?, "id: 42\nevent: Ping\ndata:\n\n");
/// # Ok::<(), sse_core::event::EncodeError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct With<E> {
    event: E,
    id: Option<EventId>,
    retry: Option<Retry>,
}

impl<E> With<E> {
    /// The event as it is.
    #[must_use]
    pub const fn new(event: E) -> Self {
        Self { event, id: None, retry: None }
    }

    /// Sets the id, whatever the event's own is.
    #[must_use]
    pub fn id(mut self, id: EventId) -> Self {
        self.id = Some(id);
        self
    }

    /// Sets the reconnection time, whatever the event's own is.
    #[must_use]
    pub fn retry(mut self, retry: Retry) -> Self {
        self.retry = Some(retry);
        self
    }
}

impl<E: SseEvent> SseEvent for With<E> {
    #[inline]
    fn fields(&self) -> Result<EventFields, EncodeError> {
        let mut fields = self.event.fields()?;
        if self.id.is_some() {
            fields.id.clone_from(&self.id);
        }
        fields.retry = self.retry.or(fields.retry);
        Ok(fields)
    }

    fn write_data(&self, sink: &mut DataSink<'_>) -> Result<(), EncodeError> {
        self.event.write_data(sink)
    }
}
