//! What is published.

use sse_core::EventName;
use sse_core::event::{DataSink, EncodeError, EventFields, SseEvent};

/// An event that can be told from all others. Odd ones have another name than even ones.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Number {
    pub(crate) value: u64,
    /// So that the same event, lost and published again, can be told from itself.
    pub(crate) attempt: u64,
    pub(crate) ephemeral: bool,
    pub(crate) padding: usize,
}

pub(crate) const EVEN: EventName = EventName::from_static("even");
pub(crate) const ODD: EventName = EventName::from_static("odd");
const EPHEMERAL: EventName = EventName::from_static("ephemeral");

impl SseEvent for Number {
    fn fields(&self) -> Result<EventFields, EncodeError> {
        Ok(EventFields::new(match self.value % 2 {
            _ if self.ephemeral => EPHEMERAL,
            0 => EVEN,
            _ => ODD,
        }))
    }

    fn write_data(&self, sink: &mut DataSink<'_>) -> Result<(), EncodeError> {
        sink.push_str(&format!("{} {}", self.value, self.attempt));
        sink.push_str(&" ".repeat(self.padding));
        Ok(())
    }
}

/// The value and the attempt.
pub(crate) fn parse(data: &str) -> Option<(u64, u64)> {
    let (value, attempt) = data.trim().split_once(' ')?;
    Some((value.parse().ok()?, attempt.parse().ok()?))
}
