//! Lines to events.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::mem;

use super::limits::{LimitExceeded, Limits, append};
use super::lines::Lines;
use crate::event::{DecodedEvent, EventId, EventName};

/// Decodes an event stream, incrementally and without I/O.
///
/// It follows the [HTML standard, section 9.2.6] to the byte, and the events do not depend on how the bytes are cut into
/// chunks. An event is there as soon as the last byte that it needs is: also directly behind a CR. Content is never an
/// error: unknown fields, a `retry` that is no number and an `id` with NUL are ignored, and invalid UTF-8 becomes U+FFFD.
/// Only exceeding the [`Limits`] is one.
///
/// At the end of a stream there is nothing to do: an event without its blank line is none.
///
/// # Examples
///
/// ```
/// use sse_core::Decoder;
///
/// let mut decoder = Decoder::new();
/// let mut events = Vec::new();
/// for chunk in ["retry: 500\nid: 7\nevent: ti", "ck\nda", "ta: a\ndata: b\n\ndata: unfinished"] {
///     let mut input = chunk.as_bytes();
///     while let Some(event) = decoder.decode(&mut input)? {
///         events.push(event);
///     }
/// }
/// assert_eq!(events.len(), 1);
/// assert_eq!(events[0].name, "tick");
/// assert_eq!(events[0].data, "a\nb");
/// assert_eq!(events[0].last_event_id, "7");
/// assert_eq!(decoder.retry(), Some(500));
/// # Ok::<(), sse_core::wire::LimitExceeded>(())
/// ```
///
/// [HTML standard, section 9.2.6]: https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
#[derive(Clone, Debug)]
pub struct Decoder {
    lines: Lines,
    block: Block,
    /// A limit was exceeded in the block that the input is in.
    skipping: bool,
}

impl Decoder {
    /// A decoder at the beginning of a stream, with the default [`Limits`].
    #[must_use]
    pub const fn new() -> Self {
        Self::with_limits(Limits::new())
    }

    /// A decoder at the beginning of a stream, with these limits.
    #[must_use]
    pub const fn with_limits(limits: Limits) -> Self {
        Self { lines: Lines::new(limits.line), block: Block::new(limits.event), skipping: false }
    }

    /// Sets the last event ID that the stream begins with: the one that was sent in `Last-Event-ID`.
    ///
    /// ```
    /// use sse_core::{Decoder, EventId};
    ///
    /// let mut decoder = Decoder::new().with_last_event_id(EventId::from(41));
    /// let event = decoder.decode(&mut b"data: x\n\n".as_slice())?.unwrap();
    /// assert_eq!(event.last_event_id, "41");
    /// # Ok::<(), sse_core::wire::LimitExceeded>(())
    /// ```
    #[must_use]
    pub fn with_last_event_id(mut self, id: EventId) -> Self {
        self.block.last_event_id = id;
        self
    }

    /// Takes bytes off `input` up to the end of the next event, and returns the event.
    ///
    /// `None` says that all of `input` is taken and more is needed: call it until then for each chunk.
    ///
    /// # Errors
    ///
    /// Returns [`LimitExceeded`] if a line or the data of an event is longer than the [`Limits`] allow. The event is
    /// lost, and its id does not become the last event ID, so a reconnect would ask for the event again. Calling `decode`
    /// again with the same `input` skips the rest of the event, up to its blank line, and goes on with the next one.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_core::Decoder;
    ///
    /// let mut decoder = Decoder::new();
    /// let mut input: &[u8] = b": hello\n\ndata: 1\r\rdata: 2\n\n";
    /// assert_eq!(decoder.decode(&mut input)?.unwrap().data, "1");
    /// assert_eq!(input, b"data: 2\n\n");
    /// assert_eq!(decoder.decode(&mut input)?.unwrap().data, "2");
    /// assert_eq!(decoder.decode(&mut input)?, None);
    /// # Ok::<(), sse_core::wire::LimitExceeded>(())
    /// ```
    pub fn decode(&mut self, input: &mut &[u8]) -> Result<Option<DecodedEvent>, LimitExceeded> {
        if self.skipping {
            if !self.lines.skip_block(input) {
                return Ok(None);
            }
            self.skipping = false;
        }
        self.next_event(input).inspect_err(|_| {
            self.block.clear();
            self.skipping = true;
        })
    }

    fn next_event(&mut self, input: &mut &[u8]) -> Result<Option<DecodedEvent>, LimitExceeded> {
        while let Some(line) = self.lines.next(input)? {
            if !line.is_empty() {
                self.block.field(line)?;
            } else if let Some(event) = self.block.dispatch() {
                return Ok(Some(event));
            }
        }
        Ok(None)
    }

    /// The id that a reconnect sends in `Last-Event-ID`; empty if it sends none.
    ///
    /// A block sets it at its blank line, also a block without data, from which no event comes out.
    #[must_use]
    pub fn last_event_id(&self) -> &str {
        self.block.last_event_id.as_str()
    }

    /// The reconnection time in milliseconds that the last `retry: 3000` has set; more than a `u64` holds is its maximum.
    ///
    /// It takes effect with its line, not with an event.
    #[must_use]
    pub const fn retry(&self) -> Option<u64> {
        self.block.retry
    }

    /// Begins a new connection: an unfinished event is dropped and a byte order mark is allowed again.
    ///
    /// The last event ID and the reconnection time are those of the client, and stay.
    pub fn reset(&mut self) {
        self.lines.reset();
        self.block.clear();
        self.skipping = false;
    }

    /// The capacities of the buffers for a line and for data.
    #[cfg(test)]
    pub(super) fn buffered(&self) -> (usize, usize) {
        (self.lines.capacity(), self.block.data.as_ref().map_or(0, Vec::capacity))
    }
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new()
    }
}

/// The fields of the block so far, and what outlives it.
#[derive(Clone, Debug)]
struct Block {
    limit: usize,
    /// The raw values of the `data` lines, joined with LF; `None` before the first.
    data: Option<Vec<u8>>,
    /// The last name that an `event` line gave. It outlives its block because most streams have few names, and one that
    /// comes again is then not allocated again.
    name: EventName,
    /// `name` is this block's.
    named: bool,
    /// The value of this block's `id` line.
    id: Option<EventId>,
    last_event_id: EventId,
    retry: Option<u64>,
}

impl Block {
    const fn new(limit: usize) -> Self {
        let last_event_id = EventId::from_static("");
        Self { limit, data: None, name: EventName::MESSAGE, named: false, id: None, last_event_id, retry: None }
    }

    /// Forgets the block, but not what outlives it.
    fn clear(&mut self) {
        self.data = None;
        self.named = false;
        self.id = None;
    }

    /// Interprets a line that is not blank.
    fn field(&mut self, line: &[u8]) -> Result<(), LimitExceeded> {
        if let Some(value) = value_of(b"data", line) {
            self.push_data(value)?;
        } else if let Some(value) = value_of(b"event", line) {
            self.set_name(value);
        } else if let Some(value) = value_of(b"id", line) {
            self.set_id(value);
        } else if let Some(value) = value_of(b"retry", line) {
            self.retry = parse_digits(value).or(self.retry);
        }
        Ok(())
    }

    fn push_data(&mut self, value: &[u8]) -> Result<(), LimitExceeded> {
        let before = self.data.as_ref().map_or(0, |data| data.len().saturating_add(1));
        if before.saturating_add(value.len()) > self.limit {
            return Err(LimitExceeded::event(self.limit));
        }
        if let Some(data) = &mut self.data {
            append(data, b"\n", self.limit);
            append(data, value, self.limit);
        } else {
            self.data = Some(value.to_vec());
        }
        Ok(())
    }

    fn set_name(&mut self, value: &[u8]) {
        self.named = !value.is_empty();
        if self.named && value != self.name.as_str().as_bytes() {
            // Always legal: no line holds a line end.
            self.name = EventName::try_from(&*text(value)).unwrap_or_default();
        }
    }

    /// An id with NUL is refused by its type, and ignored here.
    fn set_id(&mut self, value: &[u8]) {
        if value == self.last_event_id.as_str().as_bytes() {
            self.id = Some(self.last_event_id.clone());
        } else if let Ok(id) = EventId::try_from(&*text(value)) {
            self.id = Some(id);
        }
    }

    /// What the blank line does: the id becomes the last event ID, and the data, if there is any, an event.
    fn dispatch(&mut self) -> Option<DecodedEvent> {
        if let Some(id) = self.id.take() {
            self.last_event_id = id;
        }
        let named = mem::take(&mut self.named);
        let data = self.data.take()?;
        Some(DecodedEvent {
            name: if named { self.name.clone() } else { EventName::MESSAGE },
            data: String::from_utf8(data).unwrap_or_else(|error| text(error.as_bytes()).into_owned()),
            last_event_id: self.last_event_id.clone(),
        })
    }
}

/// The value, if the line's field has this name: what follows the colon and one space.
fn value_of<'a>(name: &[u8], line: &'a [u8]) -> Option<&'a [u8]> {
    match line.strip_prefix(name)? {
        [b':', b' ', value @ ..] | [b':', value @ ..] => Some(value),
        [] => Some(&[]),
        _ => None,
    }
}

/// Replacing invalid bytes value by value equals replacing them in the stream: all that ends a value is ASCII, which no
/// invalid sequence reaches across.
fn text(value: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(value)
}

/// `None` unless all is digits, and there is one; the largest number if it is larger.
fn parse_digits(value: &[u8]) -> Option<u64> {
    if value.is_empty() {
        return None;
    }
    value.iter().try_fold(0u64, |number, byte| {
        let digit = byte.is_ascii_digit().then(|| byte.wrapping_sub(b'0'))?;
        Some(number.saturating_mul(10).saturating_add(u64::from(digit)))
    })
}
