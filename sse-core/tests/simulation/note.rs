//! The events of the simulation: each says which it is.

use sse_core::event::{DataSink, EncodeError, EventFields, EventId, EventName, SseEvent};

pub(crate) const NAMES: [&str; 3] = ["north", "east", "message"];

/// An event, as it is published and as it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Note {
    pub(crate) topic: usize,
    /// Its place among all events of its topic, ephemeral ones too.
    pub(crate) index: usize,
    pub(crate) name: usize,
    pub(crate) key: u64,
    /// What it adds to the state.
    pub(crate) amount: i64,
    pub(crate) padding: usize,
    pub(crate) flaw: Flaw,
}

/// What is out of the ordinary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flaw {
    None,
    Terminal,
    /// It is refused.
    OwnId,
}

impl Note {
    pub(crate) fn name(&self) -> EventName {
        EventName::from_static(NAMES[self.name])
    }

    fn data(&self) -> String {
        let Self { topic, index, key, amount, padding, .. } = *self;
        format!("{topic} {index} {key} {amount}{}", " ".repeat(padding))
    }

    /// The length of the frame without its `id:` line.
    pub(crate) fn rest_len(&self) -> usize {
        let name = if self.name().is_message() { 0 } else { "event: \n".len() + NAMES[self.name].len() };
        name + "data: \n\n".len() + self.data().len()
    }

    /// The place, the key and the amount that an event's data tell.
    pub(crate) fn parse(data: &str) -> Option<(usize, usize, u64, i64)> {
        let mut words = data.split_ascii_whitespace();
        let mut word = || words.next();
        Some((word()?.parse().ok()?, word()?.parse().ok()?, word()?.parse().ok()?, word()?.parse().ok()?))
    }
}

impl SseEvent for Note {
    fn fields(&self) -> Result<EventFields, EncodeError> {
        let fields = EventFields::new(self.name());
        Ok(match self.flaw {
            Flaw::None => fields,
            Flaw::Terminal => fields.terminal(),
            Flaw::OwnId => fields.id(EventId::from(7)),
        })
    }

    fn write_data(&self, sink: &mut DataSink<'_>) -> Result<(), EncodeError> {
        sink.push_str(&self.data());
        Ok(())
    }
}
