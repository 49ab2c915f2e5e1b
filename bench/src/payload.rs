//! The event that all publish, and what it looks like on the wire.

use bytes::Bytes;
use sse_core::event::{DataSink, EncodeError, EventFields, EventName, SseEvent};

/// The epoch of the ids.
pub(crate) const EPOCH: &str = "k3x9f0q2m1";

/// The bytes of a frame but for the digits of its number.
pub(crate) const FRAME: usize = "id: k3x9f0q2m1-\nevent: quote\ndata: \n\n".len() + DATA;

const DATA: usize = 200;

/// An event with a payload of 200 bytes.
#[derive(Debug)]
pub(crate) struct Quote {
    text: String,
}

impl Quote {
    pub(crate) fn new() -> Self {
        Self { text: "0123456789".repeat(DATA / 10) }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The frame of the event with this number, written by one who knows that the payload is one line: the least that a
    /// user of a bare channel has to do.
    pub(crate) fn frame(&self, number: u64) -> Bytes {
        let mut digits = itoa::Buffer::new();
        let digits = digits.format(number);
        let mut frame = Vec::with_capacity(FRAME + digits.len());
        for part in ["id: ", EPOCH, "-", digits, "\nevent: quote\ndata: ", &self.text, "\n\n"] {
            frame.extend_from_slice(part.as_bytes());
        }
        Bytes::from(frame)
    }
}

impl SseEvent for Quote {
    fn fields(&self) -> Result<EventFields, EncodeError> {
        const NAME: EventName = EventName::from_static("quote");
        Ok(EventFields::new(NAME))
    }

    fn write_data(&self, sink: &mut DataSink<'_>) -> Result<(), EncodeError> {
        sink.push_str(&self.text);
        Ok(())
    }
}

/// An event with a payload of 10 bytes.
#[derive(Debug)]
pub(crate) struct Tick;

impl SseEvent for Tick {
    fn fields(&self) -> Result<EventFields, EncodeError> {
        Ok(EventFields::default())
    }

    fn write_data(&self, sink: &mut DataSink<'_>) -> Result<(), EncodeError> {
        sink.push_str("0123456789");
        Ok(())
    }
}
