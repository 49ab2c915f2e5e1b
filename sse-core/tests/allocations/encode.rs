//! What it costs to encode an event.

use allocation_counter::measure;
use sse_core::event::{DataSink, EncodeError, EventFields, SseEvent, With};
use sse_core::{Event, EventFrame, EventId, EventName, wire};

/// How often `encode` allocates when what a thread keeps is there.
fn allocations<R>(encode: impl Fn() -> R) -> u64 {
    drop(encode());
    measure(|| drop(encode())).count_total
}

const LINE: &str = "one line of 26 characters.";

fn texts() -> [String; 4] {
    [String::new(), LINE.to_owned(), LINE.repeat(1_000), [LINE; 1_000].join("\r\n")]
}

#[test]
fn a_frame_of_borrowed_fields_is_one_allocation() {
    let id = "a-name-or-an-id-of-any-length".repeat(10);
    for text in texts() {
        let event = || Event::new(&text).name(&id).unwrap().id(&id).unwrap().retry(7).with_comment("c");
        let one_line = !text.contains('\n');
        let count = allocations(|| event().encode());
        // What its length is guessed for gives back what is too much.
        assert_eq!(count, if one_line { 1 } else { 2 }, "{} bytes", text.len());
        let frame = event().encode().into_bytes();
        assert_eq!(frame.len(), Vec::from(frame).capacity(), "{} bytes", text.len());
    }
}

#[test]
fn a_frame_in_a_buffer_that_is_there_is_none() {
    for text in texts() {
        let mut buffer = Vec::with_capacity(4 * text.len() + 100);
        let count = measure(|| Event::new(&text).name("n").unwrap().id("1").unwrap().encode_into(&mut buffer));
        assert_eq!(count.count_total, 0, "{} bytes", text.len());
        buffer.clear();
        let event = With::new(Text(&text)).id(EventId::from_static("1"));
        let count = measure(|| assert!(!wire::encode_into(&event, &mut buffer).unwrap()));
        // The payload is copied once more if it has lines.
        assert_eq!(count.count_total, u64::from(text.contains('\n')), "{} bytes", text.len());
    }
}

/// An event whose payload is a text, in two pieces.
struct Text<'a>(&'a str);

impl SseEvent for Text<'_> {
    fn fields(&self) -> Result<EventFields, EncodeError> {
        Ok(EventFields::new(EventName::try_from("not static")?).id(EventId::from(u64::MAX)))
    }

    fn write_data(&self, sink: &mut DataSink<'_>) -> Result<(), EncodeError> {
        let (first, last) = self.0.split_at(self.0.len() / 2);
        sink.push_str(first);
        sink.text(last)
    }
}

#[test]
fn a_typed_frame_is_one_allocation_whatever_its_length() {
    for text in [String::new(), LINE.to_owned(), LINE.repeat(1_000)] {
        let encode = || -> EventFrame { wire::encode(&Text(&text)).unwrap() };
        assert_eq!(allocations(encode), 1, "{} bytes", text.len());
    }
    let lines = [LINE; 1_000].join("\n");
    assert_eq!(allocations(|| wire::encode(&Text(&lines)).unwrap()), 2);
}

/// An event whose payload is JSON.
#[cfg(feature = "json")]
struct Json<T>(T);

#[cfg(feature = "json")]
impl<T: serde::Serialize> SseEvent for Json<T> {
    fn fields(&self) -> Result<EventFields, EncodeError> {
        Ok(EventFields::new(const { EventName::from_static("price-tick") }))
    }

    fn write_data(&self, sink: &mut DataSink<'_>) -> Result<(), EncodeError> {
        sink.json(&self.0)
    }
}

#[cfg(feature = "json")]
#[test]
fn json_is_written_into_the_frame() {
    for ticks in [1, 1_000] {
        let event = Json(vec![("ACME", 12.5, 7); ticks]);
        assert_eq!(allocations(|| wire::encode(&event).unwrap()), 1, "{ticks} ticks");
    }
}
