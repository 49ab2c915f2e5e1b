//! An event enters the log.

use alloc::vec::Vec;
use core::ops::Range;

use super::waking::WakeAll;
use super::{PublishError, Shared, Topic, Waking};
use crate::event::{EventName, SseEvent};
use crate::history::{Appended, Key, Log, NewFrame, Offset, Position};
use crate::wire::{self, Scratch};

// The bound is that of each method, so that the compiler says what to derive where it is not met.
impl<E: ?Sized> Topic<E> {
    /// Publishes one event to all subscribers and keeps it for those that are away; returns its position, which is its
    /// id on the wire.
    ///
    /// The event is encoded once, before the lock is taken. Publishing never waits for a subscriber. A terminal event
    /// closes the topic in the same step.
    ///
    /// # Errors
    ///
    /// Returns [`PublishError`] if the event cannot be encoded, has an id of its own or a reserved name, is larger than
    /// the limit, if the topic is closed or fed by a remote log, or if the topics of its hub hold as much as they may.
    /// Then nothing was published.
    pub fn publish(&self, event: &E) -> Result<Position, PublishError>
    where
        E: SseEvent,
    {
        self.publish_with(event, |position| position)
    }

    /// Publishes one event, and calls `then` with the position that it got, before any subscriber reads it.
    ///
    /// With it a state and the position that it includes change together, as a snapshot needs them. `then` runs under the
    /// topic's lock: it must not call into the topic, nor into its hub about it, which would wait for themselves for ever.
    ///
    /// # Errors
    ///
    /// As [`Topic::publish`]; then `then` was not called.
    ///
    /// # Panics
    ///
    /// If `then` does; the event is published all the same, and its subscribers are woken.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Mutex;
    /// use sse_core::{SseEvent, Topic};
    ///
    /// #[derive(SseEvent)]
    /// enum Counter {
    ///     Add(u64),
    /// }
    ///
    /// let topic: Topic<Counter> = Topic::new();
    /// let state = Mutex::new((0, topic.position())); // the sum, and the position that it includes
    /// let sum = topic.publish_with(&Counter::Add(7), |position| {
    ///     let mut state = state.lock().unwrap();
    ///     *state = (state.0 + 7, position);
    ///     state.0
    /// })?;
    /// assert_eq!((sum, topic.position().offset()), (7, 1));
    /// # Ok::<(), sse_core::topic::PublishError>(())
    /// ```
    pub fn publish_with<R>(&self, event: &E, then: impl FnOnce(Position) -> R) -> Result<R, PublishError>
    where
        E: SseEvent,
    {
        self.encoded(event, |encoded, bytes| {
            let mut waking = WakeAll::new(&self.shared);
            self.shared.append(encoded, bytes, Offset::Next, &mut waking, |log| then(log.position()))
        })
    }

    /// Publishes events as one batch: every subscriber reads all of them or none, and is woken once. Returns the
    /// position of the last.
    ///
    /// A terminal event must be the last. A batch may be larger than what the topic keeps.
    ///
    /// # Errors
    ///
    /// As [`Topic::publish`], for the first event that is refused. Then nothing of the batch was published.
    pub fn publish_batch<'a>(&self, events: impl IntoIterator<Item = &'a E>) -> Result<Position, PublishError>
    where
        E: SseEvent + 'a,
    {
        let mut bytes = Scratch::borrow();
        let events = events.into_iter().map(|event| self.encode(event, &mut bytes));
        let encoded = events.collect::<Result<Vec<_>, _>>()?;
        let mut waking = WakeAll::new(&self.shared);
        self.shared.append(&encoded, &bytes, Offset::Next, &mut waking, Log::position)
    }

    /// Publishes one event to those who are subscribed now. It has no id, is not kept, and a client that is away never
    /// hears of it.
    ///
    /// # Errors
    ///
    /// As [`Topic::publish`].
    pub fn publish_ephemeral(&self, event: &E) -> Result<(), PublishError>
    where
        E: SseEvent,
    {
        self.encoded(event, |encoded, bytes| {
            let mut waking = WakeAll::new(&self.shared);
            self.shared.append(encoded, bytes, Offset::None, &mut waking, |_| ())
        })
    }

    /// Publishes one event as [`Topic::publish`] does, but leaves it to a future to wake the subscribers.
    ///
    /// With very many of them waking takes longer than publishing: 128 are woken each time the future is polled, so that
    /// other tasks of the same thread get their turn.
    ///
    /// # Errors
    ///
    /// As [`Topic::publish`].
    pub fn publish_yielding(&self, event: &E) -> Result<(Position, Waking), PublishError>
    where
        E: SseEvent,
    {
        self.encoded(event, |encoded, bytes| {
            let mut waking = WakeAll::new(&self.shared);
            let position = self.shared.append(encoded, bytes, Offset::Next, &mut waking, Log::position)?;
            Ok((position, waking.into_future(&self.shared)))
        })
    }

    /// Encodes one event and hands it to `then`.
    pub(crate) fn encoded<R>(
        &self,
        event: &E,
        then: impl FnOnce(&[Encoded], &[u8]) -> Result<R, PublishError>,
    ) -> Result<R, PublishError>
    where
        E: SseEvent,
    {
        let mut bytes = Scratch::borrow();
        let encoded = [self.encode(event, &mut bytes)?];
        then(&encoded, &bytes)
    }

    /// Appends everything of the event's frame but its `id:` line.
    fn encode(&self, event: &E, bytes: &mut Vec<u8>) -> Result<Encoded, PublishError>
    where
        E: SseEvent,
    {
        let fields = event.fields()?;
        if fields.id.is_some() {
            return Err(PublishError::OwnId);
        }
        if fields.name.is_reserved() {
            return Err(PublishError::ReservedName);
        }
        let start = bytes.len();
        wire::encode_fields_into(&fields, event, bytes)?;
        let rest = start..bytes.len();
        let limit = self.shared.settings().max_event_bytes;
        if rest.len() > limit {
            return Err(PublishError::TooLarge { bytes: rest.len(), limit });
        }
        let key = self.key.as_ref().and_then(|key| key(event));
        Ok(Encoded { name: fields.name, terminal: fields.terminal, rest, key })
    }
}

/// An event that is encoded but for its id.
pub(crate) struct Encoded {
    pub(super) name: EventName,
    pub(super) terminal: bool,
    /// Where its bytes are.
    pub(super) rest: Range<usize>,
    key: Option<alloc::sync::Arc<dyn Key>>,
}

impl Shared {
    /// Appends encoded events in one step, calls `then` before anybody reads them, and notes whom to wake.
    pub(crate) fn append<R>(
        &self,
        encoded: &[Encoded],
        bytes: &[u8],
        offset: Offset,
        waking: &mut WakeAll<'_>,
        then: impl FnOnce(&Log) -> R,
    ) -> Result<R, PublishError> {
        if encoded.iter().rev().skip(1).any(|event| event.terminal) {
            return Err(PublishError::TerminalNotLast);
        }
        let settings = self.settings();
        let budget = settings.budget.as_deref();
        let _reserved = budget
            .map(|budget| {
                let size = Log::cost_of(encoded.len(), bytes.len());
                let reserved = budget.reserve(size).or_else(|| {
                    // What is too old in this topic makes room first, as without a budget.
                    self.evict();
                    budget.reserve(size)
                });
                reserved.ok_or_else(|| PublishError::Full { bytes: budget.used(), limit: budget.limit() })
            })
            .transpose()?;
        let frame = |event: &Encoded| NewFrame {
            rest: &bytes[event.rest.clone()],
            name: event.name.clone(),
            offset,
            key: event.key.clone(),
        };
        let one;
        let many;
        let frames = if let [event] = encoded {
            one = [frame(event)];
            &one[..]
        } else {
            many = encoded.iter().map(frame).collect::<Vec<_>>();
            &many
        };
        let now = settings.now();
        let mut log = self.lock();
        if log.is_fed() && offset != Offset::None && !matches!(offset, Offset::At(_)) {
            return Err(PublishError::Fed);
        }
        if !log.is_closed() {
            // Before the append, because a key's `Hash` and `Eq` may panic in it. Nobody is woken under the lock.
            waking.arm(&mut log);
        }
        match log.append(&settings.windows, frames, now) {
            Appended::Done => log.note_use(now),
            Appended::Closed | Appended::NotIncreasing => return Err(PublishError::Closed),
        }
        if encoded.last().is_some_and(|event| event.terminal) {
            log.close();
        }
        Ok(then(&log))
    }
}
