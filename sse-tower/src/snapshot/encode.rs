//! A snapshot as bytes.

use std::fmt;

use bytes::Bytes;
use sse_core::SseEvent;
use sse_core::history::Position;
use sse_core::wire::SseItem as _;

use crate::Error;

/// What the function of a snapshot completes with: events, and the position that they include; or a `Result` of that,
/// whose error ends the body.
///
/// The trait is sealed.
pub trait SnapshotOutput: private::Output {}

impl<T: private::Output> SnapshotOutput for T {}

mod private {
    use super::{Error, Position, SseEvent};

    #[diagnostic::on_unimplemented(
        message = "`{Self}` is no state that a client could begin with",
        note = "complete with `(events, Option<Position>)`, where the events are `IntoIterator<Item: SseEvent>`"
    )]
    #[expect(unnameable_types, reason = "the public trait is sealed by it")]
    pub trait Output {
        type Events: IntoIterator<Item: SseEvent>;

        fn into_parts(self) -> Result<(Self::Events, Option<Position>), Error>;
    }
}

impl<I> private::Output for (I, Option<Position>)
where
    I: IntoIterator<Item: SseEvent>,
{
    type Events = I;

    fn into_parts(self) -> Result<(I, Option<Position>), Error> {
        Ok(self)
    }
}

impl<I> private::Output for (I, Position)
where
    I: IntoIterator<Item: SseEvent>,
{
    type Events = I;

    fn into_parts(self) -> Result<(I, Option<Position>), Error> {
        Ok((self.0, Some(self.1)))
    }
}

impl<O: private::Output, X: fmt::Display> private::Output for Result<O, X> {
    type Events = O::Events;

    fn into_parts(self) -> Result<(O::Events, Option<Position>), Error> {
        self.map_err(|error| Error::stream(&error))?.into_parts()
    }
}

/// How many bytes are handed over at once.
const PIECE: usize = 64 * 1024;

/// An encoded snapshot, which many connections may send.
#[derive(Debug)]
#[expect(unnameable_types, reason = "only a sealed trait names it")]
pub struct Encoded {
    /// Whole events, in about 64 KiB or one that is larger. The last event has the id.
    pub(crate) pieces: Vec<Bytes>,
    pub(crate) position: Position,
}

/// Encodes a snapshot; without a position of its own it is one of `before`.
pub(crate) fn encode<O: SnapshotOutput>(output: O, before: Position) -> Result<Encoded, Error> {
    let (events, position) = output.into_parts()?;
    let position = position.unwrap_or(before);
    let mut pieces = Vec::new();
    let mut piece = Vec::new();
    let mut events = events.into_iter().peekable();
    while let Some(event) = events.next() {
        let fields = event.fields().map_err(Error::encode)?;
        if fields.id.is_some() {
            return Err(Error::refused("an event of a snapshot has an id of its own, but ids are the topic's"));
        }
        if events.peek().is_none() {
            piece.extend_from_slice(format!("id: {position}\n").as_bytes());
        }
        (&event).write_frame(&mut piece).map_err(Error::new)?;
        if piece.len() >= PIECE || events.peek().is_none() {
            // A copy of the right size: it may be held for long.
            pieces.push(Bytes::copy_from_slice(&piece));
            piece.clear();
        }
    }
    Ok(Encoded { pieces, position })
}
