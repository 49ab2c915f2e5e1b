//! What keeps a quiet connection alive.

use bytes::Bytes;
use sse_core::SseEvent;
use sse_core::wire::SseItem as _;

use crate::{ControlEvents, Error, control};

/// What is sent on a connection that was quiet for a while: a comment, or an event.
///
/// For how long is set by [`SseLayer::keep_alive`](crate::SseLayer::keep_alive), and what is sent then by
/// [`SseLayer::keep_alive_with`](crate::SseLayer::keep_alive_with). Every proxy counts a comment as traffic. But an
/// `EventSource` does not tell its page of comments, so that a page which wants to notice a dead connection by itself
/// needs an event.
///
/// ```
/// use sse_tower::sse_core::SseEvent;
/// use sse_tower::{KeepAlive, SseLayer};
///
/// #[derive(SseEvent)]
/// #[sse(rename_all = "kebab-case")]
/// enum Reply {
///     Token(String),
///     Ping,
/// }
///
/// let layer = SseLayer::new().keep_alive_with(KeepAlive::position());
/// let layer = SseLayer::new().keep_alive_with(KeepAlive::event(&Reply::Ping)?);
/// # Ok::<(), sse_tower::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct KeepAlive {
    form: Form,
}

#[derive(Clone, Debug, Default)]
enum Form {
    #[default]
    Comment,
    Position,
    Event(Bytes),
}

impl KeepAlive {
    /// The line `:`, which every client ignores. The default.
    #[must_use]
    pub const fn comment() -> Self {
        Self { form: Form::Comment }
    }

    /// A control event, which the generated clients and `client::EventSource` keep to themselves:
    ///
    /// ```text
    /// event: stream-position
    /// data: {}
    ///
    /// ```
    ///
    /// It has an id where the client was not told by an event how far it has come. Where there are no
    /// [control events](ControlEvents), it is a comment.
    #[must_use]
    pub const fn position() -> Self {
        Self { form: Form::Position }
    }

    /// An event of the application's own, for clients of a protocol that has one: `event: ping⏎data: {"type":"ping"}⏎⏎`.
    ///
    /// It is sent with or without control events, by each stream under the layer, and is not counted as one of the
    /// stream's events.
    ///
    /// # Errors
    ///
    /// Returns [`Error`] if the event cannot be encoded, has an id, which would move the client's, or is terminal.
    pub fn event(event: &impl SseEvent) -> Result<Self, Error> {
        let fields = event.fields().map_err(Error::encode)?;
        if fields.id.is_some() {
            return Err(Error::refused("the event of a keep-alive has an id, with which a client would come back"));
        }
        if fields.terminal {
            return Err(Error::refused("the event of a keep-alive is terminal, but the stream goes on"));
        }
        let mut frame = Vec::new();
        event.write_frame(&mut frame).map_err(Error::new)?;
        Ok(Self { form: Form::Event(frame.into()) })
    }

    /// What `stream-open` calls it.
    pub(crate) const fn name(&self) -> &'static str {
        match self.form {
            Form::Comment => "comment",
            Form::Position | Form::Event(_) => "event",
        }
    }

    /// The bytes on a connection that is to be told how far it has come by these, if by any.
    pub(crate) fn bytes(&self, told: Option<Bytes>, control_events: ControlEvents) -> Bytes {
        match (&self.form, told) {
            (Form::Event(event), Some(told)) => [&told[..], event].concat().into(),
            (Form::Event(event), None) => event.clone(),
            (_, Some(told)) => told,
            (Form::Position, None) if control_events == ControlEvents::On => control::POSITION,
            (Form::Comment | Form::Position, None) => control::KEEP_ALIVE,
        }
    }
}
