//! The HTML standard's interpretation of an event stream, word for word, of a whole input and at any cost.

use alloc::borrow::ToOwned as _;
use alloc::string::String;
use alloc::vec::Vec;

use super::Received;
use crate::event::{DecodedEvent, EventId, EventName};
use crate::wire::LimitKind;

const BOM: &[u8] = b"\xEF\xBB\xBF";

/// What the HTML standard makes of a stream, or of the part of one that has come.
///
/// # Examples
///
/// ```
/// use sse_core::laws::wire::standard;
///
/// let received = standard(b"id: 7\ndata: a\rdata: b\r\n\r\ndata: unfinished");
/// let [Ok(event)] = &received.events[..] else { panic!("there is one event") };
/// assert_eq!((&*event.data, &*received.last_event_id), ("a\nb", "7"));
/// ```
#[must_use]
pub fn standard(stream: &[u8]) -> Received {
    standard_within(stream, usize::MAX, usize::MAX)
}

/// The same, where a line may have so many bytes and the data of an event so many.
///
/// What is longer stands as its limit in place of the event, whose block is then skipped up to its blank line. The id of
/// such a block does not count, and neither does a `retry` behind what was too long.
#[must_use]
pub fn standard_within(stream: &[u8], line_limit: usize, event_limit: usize) -> Received {
    // "Streams must be decoded using the UTF-8 decode algorithm", which takes one byte order mark away.
    let is_undecided = BOM.starts_with(stream);
    let stream = stream.strip_prefix(BOM).unwrap_or(stream);
    let text = String::from_utf8_lossy(stream);
    // The limits count bytes as they come. A line end is never a part of an invalid sequence, so the lines of the text
    // are those of the stream.
    let (sizes, unfinished) = sizes(stream);

    let mut received = Received::default();
    let (mut data, mut event_type, mut id) = (String::new(), String::new(), String::new());
    let mut data_size = 0_usize;
    let mut skipping = false;
    for (line, size) in lines(&text).into_iter().zip(sizes) {
        if line.is_empty() {
            if skipping {
                id.clone_from(&received.last_event_id);
            }
            // "Set the last event ID string of the event source to the value of the last event ID buffer."
            received.last_event_id.clone_from(&id);
            // "If the data buffer is an empty string, set the data buffer and the event type buffer to the empty string
            // and return." Else "if the data buffer's last character is a LF, then remove the last character".
            if !data.is_empty() && !skipping {
                received.events.push(Ok(event(&event_type, data.strip_suffix('\n').unwrap_or(&data), &id)));
            }
            data.clear();
            data_size = 0;
            event_type.clear();
            skipping = false;
            continue;
        }
        if skipping {
            continue;
        }
        if size > line_limit {
            received.events.push(Err(LimitKind::Line));
            skipping = true;
            continue;
        }
        if line.starts_with(':') {
            continue;
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut event_type),
            "data" => {
                data.push_str(value);
                data.push('\n');
                // What is before the value is ASCII, and as long in the stream as in the text.
                data_size += size - (line.len() - value.len()) + 1;
                if data_size - 1 > event_limit {
                    received.events.push(Err(LimitKind::Event));
                    skipping = true;
                }
            }
            "id" if !value.contains('\0') => value.clone_into(&mut id),
            // "If the field value consists of only ASCII digits". Of none at all, the standard leaves open.
            "retry" if !value.is_empty() && value.chars().all(|c| c.is_ascii_digit()) => {
                // Of digits only, so all that can be wrong with it is its size.
                received.retry = Some(value.parse().unwrap_or(u64::MAX));
            }
            _ => {}
        }
    }
    // What may yet become a byte order mark is no line.
    if !skipping && !is_undecided && unfinished > line_limit {
        received.events.push(Err(LimitKind::Line));
    }
    received
}

/// The lines of a text that CRLF, LF or CR ends; what is behind the last line end is none.
fn lines(text: &str) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut rest = text;
    while let Some(end) = rest.find(['\r', '\n']) {
        let (line, behind) = rest.split_at(end);
        lines.push(line);
        rest = behind.strip_prefix("\r\n").unwrap_or_else(|| behind.get(1..).unwrap_or_default());
    }
    lines
}

/// The lengths in bytes of the lines of a stream, and of what is behind the last line end.
fn sizes(stream: &[u8]) -> (Vec<usize>, usize) {
    let (mut sizes, mut size) = (Vec::new(), 0);
    let mut before = 0;
    for &byte in stream {
        match (before, byte) {
            (b'\r', b'\n') => {}
            (_, b'\r' | b'\n') => {
                sizes.push(size);
                size = 0;
            }
            _ => size += 1,
        }
        before = byte;
    }
    (sizes, size)
}

fn event(event_type: &str, data: &str, id: &str) -> DecodedEvent {
    DecodedEvent {
        // Neither can have a line end in it, and an id with NUL is ignored.
        name: EventName::try_from(event_type).unwrap_or_default(),
        data: data.to_owned(),
        last_event_id: EventId::try_from(id).unwrap_or_else(|_| EventId::from_static("")),
    }
}
