//! Fields to bytes.

use alloc::vec::Vec;

use bytes::Bytes;

use super::EventFrame;
use super::scratch::Scratch;
use super::value::{Value, has_line_end, line_len, write_line, write_lines};
use crate::event::{DataSink, EncodeError, Event, EventFields, EventId, SseEvent};

/// Encodes one event.
///
/// # Errors
///
/// Returns [`EncodeError`] if the event cannot go on the wire.
///
/// # Examples
///
/// ```
/// use sse_core::{SseEvent, wire};
///
/// #[derive(SseEvent)]
/// #[sse(rename_all = "kebab-case")]
/// enum Price {
///     PriceTick { cents: u64 },
/// }
///
/// let frame = wire::encode(&Price::PriceTick { cents: 7 })?;
/// assert_eq!(frame, "event: price-tick\ndata: {\"cents\":7}\n\n");
/// # Ok::<(), sse_core::event::EncodeError>(())
/// ```
pub fn encode<E: SseEvent + ?Sized>(event: &E) -> Result<EventFrame, EncodeError> {
    let fields = event.fields()?;
    let mut out = Scratch::borrow();
    encode_fields_into(&fields, event, &mut out)?;
    Ok(EventFrame::new(Bytes::copy_from_slice(&out), fields.terminal))
}

/// Appends one encoded event to `out` and says whether it is terminal.
///
/// # Errors
///
/// Returns [`EncodeError`] if the event cannot go on the wire; then `out` is as it was.
pub fn encode_into<E: SseEvent + ?Sized>(event: &E, out: &mut Vec<u8>) -> Result<bool, EncodeError> {
    let fields = event.fields()?;
    encode_fields_into(&fields, event, out)?;
    Ok(fields.terminal)
}

/// Appends a block of these fields with the event's data.
pub(crate) fn encode_fields_into<E: SseEvent + ?Sized>(
    fields: &EventFields,
    event: &E,
    out: &mut Vec<u8>,
) -> Result<(), EncodeError> {
    let start = out.len();
    let name = (!fields.name.is_message()).then_some(fields.name.as_str());
    let retry = fields.retry.map(|retry| u64::from(retry.as_millis()));
    write_head(fields.id.as_ref().map(EventId::as_str), name, retry, out);
    let data = begin_data(out);
    if let Err(error) = event.write_data(&mut DataSink::new(out)) {
        out.truncate(start);
        return Err(error);
    }
    end_data(data, out);
    out.push(b'\n');
    Ok(())
}

impl Event<'_> {
    /// Encodes the event as one block.
    ///
    /// ```
    /// # use sse_core::Event;
    /// assert_eq!(Event::new("a\r\nb").retry(0).encode(), "retry: 0\ndata: a\ndata: b\n\n");
    /// ```
    #[must_use]
    #[inline]
    pub fn encode(&self) -> EventFrame {
        let data = self.said_data().map(Value::new);
        let mut out = Vec::with_capacity(self.capacity(data.as_ref()));
        self.write(data.as_ref(), &mut out);
        EventFrame::new(frozen(out), false)
    }

    /// Appends the event as one block to `out`.
    ///
    /// ```
    /// # use sse_core::Event;
    /// let mut out = Vec::new();
    /// Event::new("a").encode_into(&mut out);
    /// Event::new("b").encode_into(&mut out);
    /// assert_eq!(out, b"data: a\n\ndata: b\n\n");
    /// ```
    #[inline]
    pub fn encode_into(&self, out: &mut Vec<u8>) {
        self.write(self.said_data().map(Value::new).as_ref(), out);
    }

    /// How many bytes the block takes; only guessed for what has many lines and for comments.
    #[inline]
    fn capacity(&self, data: Option<&Value<'_>>) -> usize {
        // Nothing can overflow: all of it is in memory.
        let mut len = "\n".len();
        if let Some(comment) = self.said_comment() {
            len = len.wrapping_add(Value::new(comment).len(": "));
        }
        if let Some(id) = self.said_id() {
            len = len.wrapping_add(line_len("id: ", id.len()));
        }
        if let Some(name) = self.said_name() {
            len = len.wrapping_add(line_len("event: ", name.len()));
        }
        if let Some(retry) = self.said_retry() {
            len = len.wrapping_add(line_len("retry: ", digits(retry)));
        }
        if let Some(data) = data {
            len = len.wrapping_add(data.len("data: "));
        }
        len
    }

    /// Appends the comment, then the fields that there are.
    #[expect(clippy::inline_always, reason = "without it a short frame takes a third longer")]
    #[inline(always)]
    fn write(&self, data: Option<&Value<'_>>, out: &mut Vec<u8>) {
        if let Some(comment) = self.said_comment() {
            Value::new(comment).write(": ", out);
        }
        write_head(self.said_id(), self.said_name(), self.said_retry(), out);
        if let Some(data) = data {
            data.write("data: ", out);
        }
        out.push(b'\n');
    }
}

/// The bytes without room to spare.
#[inline]
fn frozen(bytes: Vec<u8>) -> Bytes {
    bytes.into_boxed_slice().into()
}

fn digits(number: u64) -> usize {
    number.checked_ilog10().map_or(1, |log| (log as usize).wrapping_add(1))
}

/// Appends the lines before the data.
#[expect(clippy::inline_always, reason = "as for `Event::write`")]
#[inline(always)]
fn write_head(id: Option<&str>, name: Option<&str>, retry: Option<u64>, out: &mut Vec<u8>) {
    if let Some(id) = id {
        write_line("id: ", id.as_bytes(), out);
    }
    if let Some(name) = name {
        write_line("event: ", name.as_bytes(), out);
    }
    if let Some(retry) = retry {
        write_line("retry: ", itoa::Buffer::new().format(retry).as_bytes(), out);
    }
}

const DATA: &[u8] = b"data: ";

/// Begins the first `data:` line and returns where its value begins.
fn begin_data(out: &mut Vec<u8>) -> usize {
    out.extend_from_slice(DATA);
    out.len()
}

/// Ends the data whose payload was appended behind `start`.
///
/// Compact JSON has no line end in it, so one look and no copy is what nearly every payload costs.
fn end_data(start: usize, out: &mut Vec<u8>) {
    let payload = out.get(start..).unwrap_or_default();
    if has_line_end(payload) {
        let payload = out.split_off(start);
        out.truncate(start.saturating_sub(DATA.len()));
        write_lines("data: ", &payload, out);
    } else {
        if payload.is_empty() {
            out.pop();
        }
        out.push(b'\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(event: &Event<'_>, wire: &str) {
        assert_eq!(event.encode(), wire);
    }

    #[test]
    fn each_kind_of_line_end_is_one_line_end() {
        check(&Event::new("a\nb\rc\r\nd"), "data: a\ndata: b\ndata: c\ndata: d\n\n");
        check(&Event::new("\n\r"), "data:\ndata:\ndata:\n\n");
        check(&Event::new("a\r\n"), "data: a\ndata:\n\n");
    }

    #[test]
    fn an_outer_space_survives() {
        check(&Event::new(" a "), "data:  a \n\n");
    }

    #[test]
    fn a_comment_cannot_become_a_field() {
        check(&Event::comment("a\rdata: pwned"), ": a\n: data: pwned\n\n");
    }

    #[test]
    fn a_payload_that_does_not_serialize_leaves_the_buffer_as_it_was() {
        struct Broken;
        impl SseEvent for Broken {
            fn fields(&self) -> Result<EventFields, EncodeError> {
                Ok(EventFields::default())
            }
            fn write_data(&self, sink: &mut DataSink<'_>) -> Result<(), EncodeError> {
                sink.push_str("half");
                Err(EncodeError::payload("no"))
            }
        }
        let mut out = b"before".to_vec();
        assert!(encode_into(&Broken, &mut out).is_err());
        assert_eq!(out, b"before");
    }
}
