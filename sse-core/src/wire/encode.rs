//! Fields to bytes.

use alloc::vec::Vec;

use bytes::Bytes;
use memchr::memchr2;

use super::EventFrame;
use crate::event::{DataSink, EncodeError, Event, EventFields, EventName, SseEvent};

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
    let mut out = Vec::with_capacity(128);
    let id_len = encode_fields_into(&fields, event, &mut out)?;
    Ok(EventFrame::new(Bytes::from(out), id_len, fields.name, fields.id.as_ref(), fields.terminal))
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

/// Appends a block of these fields with the event's data; returns the length of its `id:` line.
pub(crate) fn encode_fields_into<E: SseEvent + ?Sized>(
    fields: &EventFields,
    event: &E,
    out: &mut Vec<u8>,
) -> Result<usize, EncodeError> {
    let start = out.len();
    if let Some(id) = &fields.id {
        write_id_line(id.as_str(), out);
    }
    let id_len = out.len().saturating_sub(start);
    write_name_and_retry(&fields.name, fields.retry.map(|retry| u64::from(retry.as_millis())), out);
    let data = begin_data(out);
    if let Err(error) = event.write_data(&mut DataSink::new(out)) {
        out.truncate(start);
        return Err(error);
    }
    end_data(data, out);
    out.push(b'\n');
    Ok(id_len)
}

/// Appends the block of an untyped event: a comment, then the fields that it has.
pub(crate) fn encode_untyped_into(event: &Event, out: &mut Vec<u8>) {
    if let Some(comment) = &event.comment {
        for line in lines(comment.as_bytes()) {
            out.push(b':');
            write_value(line, out);
        }
    }
    if let Some(id) = &event.id {
        write_id_line(id.as_str(), out);
    }
    write_name_and_retry(&event.name, event.retry, out);
    if let Some(data) = &event.data {
        let start = begin_data(out);
        out.extend_from_slice(data.as_bytes());
        end_data(start, out);
    }
    out.push(b'\n');
}

impl Event {
    /// Encodes the event as one block.
    ///
    /// ```
    /// # use sse_core::Event;
    /// assert_eq!(Event::new("a\r\nb").retry(0).encode(), "retry: 0\ndata: a\ndata: b\n\n");
    /// ```
    #[must_use]
    pub fn encode(&self) -> EventFrame {
        let mut out = Vec::with_capacity(self.data.as_ref().map_or(64, |data| data.len().saturating_add(64)));
        encode_untyped_into(self, &mut out);
        // The id of an untyped event may stand behind a comment, so no length is claimed for it.
        EventFrame::new(Bytes::from(out), 0, self.name.clone(), self.id.as_ref(), false)
    }
}

fn write_id_line(id: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(b"id:");
    write_value(id.as_bytes(), out);
}

fn write_name_and_retry(name: &EventName, retry: Option<u64>, out: &mut Vec<u8>) {
    if !name.is_message() {
        out.extend_from_slice(b"event:");
        write_value(name.as_str().as_bytes(), out);
    }
    if let Some(retry) = retry {
        out.extend_from_slice(b"retry:");
        write_value(itoa::Buffer::new().format(retry).as_bytes(), out);
    }
}

/// The rest of a line behind its colon. Decoders take one space away, so that a value's own first space survives.
fn write_value(value: &[u8], out: &mut Vec<u8>) {
    if !value.is_empty() {
        out.push(b' ');
        out.extend_from_slice(value);
    }
    out.push(b'\n');
}

const DATA: &[u8] = b"data: ";

/// Begins the first `data:` line and returns where its value begins.
fn begin_data(out: &mut Vec<u8>) -> usize {
    out.extend_from_slice(DATA);
    out.len()
}

/// Ends the data whose payload was appended behind `start`.
///
/// Compact JSON has no line end in it, so one scan and no copy is what nearly every payload costs.
fn end_data(start: usize, out: &mut Vec<u8>) {
    let payload = out.get(start..).unwrap_or_default();
    if memchr2(b'\r', b'\n', payload).is_some() {
        let payload = out.split_off(start);
        out.truncate(start.saturating_sub(DATA.len()));
        for line in lines(&payload) {
            out.extend_from_slice(b"data:");
            write_value(line, out);
        }
    } else {
        if payload.is_empty() {
            out.pop();
        }
        out.push(b'\n');
    }
}

/// The lines of a text that CR, LF and CRLF end. A text that ends with a line end has an empty last line.
fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(text);
    core::iter::from_fn(move || {
        let text = rest?;
        let Some((line, behind)) = memchr2(b'\r', b'\n', text).and_then(|at| text.split_at_checked(at)) else {
            rest = None;
            return Some(text);
        };
        rest = match behind {
            [b'\r', b'\n', after @ ..] | [_, after @ ..] => Some(after),
            [] => None,
        };
        Some(line)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(event: &Event, wire: &str) {
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
