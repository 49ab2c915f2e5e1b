//! Chunks to events.

use alloc::string::String;
use core::{mem, slice};

use super::block::{Block, Dispatched};
use super::fields::data_of;
use super::limits::{LimitExceeded, Limits};
use super::lines::{Lines, Seam};
use super::skip::Skipping;
use super::text::{KEPT, set_text, to_text, utf8};
use crate::event::{DecodedEvent, EventId, EventName, EventRef};

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
/// # What it costs
///
/// The time is linear in the bytes, however they are cut.
///
/// [`decode`](Self::decode) allocates the data, in a `String` of exactly its length, and nothing else: names and ids of up
/// to 23 bytes are held inline, and a longer one is shared by the events that it is the same for. Only the buffer of long
/// data that comes in pieces may have to grow. [`decode_ref`](Self::decode_ref) allocates nothing once its buffers have
/// grown.
///
/// What a chunk leaves unfinished is kept: the data of one event and one line, at most the sum of the two [`Limits`], the
/// six bytes of `data: `, and the 64 KiB of a buffer that waits to be used again. The decoder also keeps the last name, the
/// last event ID, and the data of an event if [`decode_ref`](Self::decode_ref) had to replace bytes in it. A buffer that
/// is larger than 64 KiB is given back with the call behind the event.
///
/// [HTML standard, section 9.2.6]: https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
#[derive(Clone, Debug)]
pub struct Decoder {
    limits: Limits,
    /// A block begins with the next byte, and nothing that came before matters to it.
    fresh: bool,
    seam: Seam,
    block: Block,
    skipping: Skipping,
    /// The data of the event that was returned last, if it was borrowed and bytes were replaced in it.
    replaced: String,
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
        Self {
            limits,
            fresh: false,
            seam: Seam::START,
            block: Block::new(limits),
            skipping: Skipping::No,
            replaced: String::new(),
        }
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
        self.block.fields.last_event_id.set(id);
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
    #[expect(clippy::inline_always, reason = "moving an event from function to function takes as long as decoding it")]
    #[inline(always)]
    pub fn decode(&mut self, input: &mut &[u8]) -> Result<Option<DecodedEvent>, LimitExceeded> {
        if self.take_byte(input) {
            return Ok(None);
        }
        let Some(event) = self.next_event(input)? else { return Ok(None) };
        let fields = &mut self.block.fields;
        let name = if event.named { fields.name.owned() } else { EventName::MESSAGE };
        let last_event_id = fields.last_event_id.owned();
        let data = match event.data {
            Some(data) => to_text(data),
            None => self.block.held.take_data(),
        };
        Ok(Some(DecodedEvent { name, data, last_event_id }))
    }

    /// The same, borrowed: [`decode`](Self::decode) without the `String`.
    ///
    /// The data is a part of `input` if all of its lines are one, which lies in `input` whole, and it is valid UTF-8. Else
    /// it is the decoder's, as the name and the id are. Both methods may be used on one stream, in turn.
    ///
    /// # Errors
    ///
    /// As [`decode`](Self::decode).
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_core::Decoder;
    ///
    /// let mut decoder = Decoder::new();
    /// let mut lengths = Vec::new();
    /// for chunk in ["event: tick\ndata: 1\n", "\ndata: 23\n\n"] {
    ///     let mut input = chunk.as_bytes();
    ///     while let Some(event) = decoder.decode_ref(&mut input)? {
    ///         lengths.push((event.name == "tick", event.data.len()));
    ///     }
    /// }
    /// assert_eq!(lengths, [(true, 1), (false, 2)]);
    /// # Ok::<(), sse_core::wire::LimitExceeded>(())
    /// ```
    #[inline]
    pub fn decode_ref<'a, 'i>(&'a mut self, input: &mut &'i [u8]) -> Result<Option<EventRef<'a>>, LimitExceeded>
    where
        'i: 'a,
    {
        if self.take_byte(input) { Ok(None) } else { self.decode_borrowed(input) }
    }

    #[inline]
    fn decode_borrowed<'a, 'i>(&'a mut self, input: &mut &'i [u8]) -> Result<Option<EventRef<'a>>, LimitExceeded>
    where
        'i: 'a,
    {
        if self.replaced.capacity() > KEPT {
            self.replaced = String::new();
        }
        let Some(event) = self.next_event(input)? else { return Ok(None) };
        let data = if let Some(text) = self.block.held.text() {
            text
        } else {
            let data = self.block.data_of(event);
            utf8(data).unwrap_or_else(|| {
                set_text(&mut self.replaced, data);
                &self.replaced
            })
        };
        let fields = &self.block.fields;
        let name = if event.named { fields.name.as_str() } else { "message" };
        Ok(Some(EventRef { name, data, last_event_id: fields.last_event_id.as_str() }))
    }

    /// Takes a chunk of one byte that only continues the line that is held, as nearly all are when bytes come one by one.
    #[inline]
    fn take_byte(&mut self, input: &mut &[u8]) -> bool {
        let taken = matches!(**input, [byte] if !matches!(byte, b'\r' | b'\n') && self.block.held.push_to_line(byte));
        if taken {
            *input = &[];
        }
        taken
    }

    #[expect(clippy::inline_always, reason = "it has two callers, and a call costs a tenth of a short event")]
    #[inline(always)]
    fn next_event<'i>(&mut self, input: &mut &'i [u8]) -> Result<Option<Dispatched<'i>>, LimitExceeded> {
        if self.fresh {
            self.block.drop_spent();
        } else if !self.block.held.has_line() {
            self.resume(input)?;
        }
        if let [byte] = *input {
            *input = &[];
            return self.read_byte(byte);
        }
        let mut lines = Lines::of(input);
        let Some(first) = lines.next() else {
            self.hold(mem::take(input))?;
            return Ok(None);
        };
        let mut next = Some(first);
        // A short cut for the block that nearly all streams consist of: one `data` line, maybe behind other fields, and a
        // blank line. It does what `read_lines` does, and what it cannot finish goes on there.
        if self.fresh {
            while let Some(line) = next
                && !matches!(line, [] | [b'd', ..])
                && line.len() <= self.limits.line
            {
                self.block.fields.set(line);
                next = lines.next();
            }
            if let Some(line) = next
                && line.len() <= self.limits.line
                && let Some(data) = data_of(line)
                && data.len() <= self.limits.event
                && let [b'\n', rest @ ..] | [b'\r', b'\n', rest @ ..] = lines.rest()
            {
                *input = rest;
                return Ok(Some(Dispatched { named: self.block.fields.end_block(), data: Some(data) }));
            }
        }
        self.read(next, lines, input)
    }

    /// Takes off `input` what belongs to the bytes before it. No line is unfinished.
    #[inline(never)]
    fn resume(&mut self, input: &mut &[u8]) -> Result<(), LimitExceeded> {
        self.block.drop_spent();
        let before = self.seam.take_off(input);
        self.hold(before)?;
        if self.skipping != Skipping::No {
            let mut lines = Lines::of(input);
            self.skipping.skip(&mut lines);
            self.seam.behind(lines.take_from(input));
        }
        Ok(())
    }

    /// Keeps bytes of a line whose end has not come.
    #[inline]
    fn hold(&mut self, bytes: &[u8]) -> Result<(), LimitExceeded> {
        self.fresh &= bytes.is_empty();
        self.seam.behind(bytes);
        self.block.held.append_to_line(bytes).map_err(|error| self.fail(error, Skipping::Line))
    }

    /// Reads a chunk of one byte, which either ends a line or does not.
    #[inline(never)]
    fn read_byte<'i>(&mut self, byte: &'i u8) -> Result<Option<Dispatched<'i>>, LimitExceeded> {
        if !matches!(byte, b'\r' | b'\n') {
            self.hold(slice::from_ref(byte))?;
            return Ok(None);
        }
        self.seam.behind(slice::from_ref(byte));
        let mut event = None;
        if self.block.held.has_line() {
            self.block.held_field().map_err(|error| self.fail(error, Skipping::Block))?;
        } else {
            event = self.block.dispatch(None);
        }
        self.fresh = self.seam.is_settled() && self.block.is_empty();
        Ok(event)
    }

    /// Reads `lines` up to the next event, beginning with `next`, which is taken off them already.
    #[inline(never)]
    fn read<'i>(
        &mut self,
        next: Option<&'i [u8]>,
        mut lines: Lines<'i>,
        input: &mut &'i [u8],
    ) -> Result<Option<Dispatched<'i>>, LimitExceeded> {
        let outcome = self.read_lines(next, &mut lines);
        let taken = lines.take_from(input);
        self.seam.behind(taken);
        self.fresh = self.seam.is_settled() && self.block.is_empty();
        outcome.map_err(|error| self.fail(error, Skipping::behind(taken)))
    }

    #[inline]
    fn read_lines<'i>(
        &mut self,
        mut next: Option<&'i [u8]>,
        lines: &mut Lines<'i>,
    ) -> Result<Option<Dispatched<'i>>, LimitExceeded> {
        if self.block.held.has_line()
            && let Some(end) = next
        {
            self.block.held.append_to_line(end)?;
            self.block.held_field()?;
            next = lines.next();
        }
        let mut data = None;
        loop {
            match next {
                None => break,
                Some([]) => {
                    if let Some(event) = self.block.dispatch(data.take()) {
                        return Ok(Some(event));
                    }
                }
                Some(line) if line.len() <= self.limits.line => self.block.field(line, &mut data)?,
                Some(_) => return Err(LimitExceeded::line(self.limits.line)),
            }
            next = lines.next();
        }
        self.block.hold(data)?;
        self.block.held.append_to_line(lines.take_rest())?;
        Ok(None)
    }

    /// Forgets the block, and skips what is left of it from now on.
    #[cold]
    fn fail(&mut self, error: LimitExceeded, skipping: Skipping) -> LimitExceeded {
        self.block.clear();
        self.fresh = false;
        self.skipping = skipping;
        error
    }

    /// The id that a reconnect sends in `Last-Event-ID`; empty if it sends none.
    ///
    /// A block sets it at its blank line, also a block without data, from which no event comes out.
    #[must_use]
    pub fn last_event_id(&self) -> &str {
        self.block.fields.last_event_id.as_str()
    }

    /// The reconnection time in milliseconds that the last `retry: 3000` has set; more than a `u64` holds is its maximum.
    ///
    /// It takes effect with its line, not with an event.
    #[must_use]
    pub const fn retry(&self) -> Option<u64> {
        self.block.fields.retry
    }

    /// Begins a new connection: an unfinished event is dropped and a byte order mark is allowed again.
    ///
    /// The last event ID and the reconnection time are those of the client, and stay.
    pub fn reset(&mut self) {
        self.fresh = false;
        self.seam = Seam::START;
        self.block.clear();
        self.skipping = Skipping::No;
    }

    /// The capacity of the buffer for data and a line.
    #[cfg(test)]
    pub(super) const fn buffered(&self) -> usize {
        self.block.held.capacity()
    }
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new()
    }
}
