//! Events out of bytes, and back.

use serde_json::value::{RawValue, Value};
use sse_core::event::{DataSink, EncodeError, EventFields, SseEvent};
use sse_core::laws::wire;
use sse_core::{Event, EventId, EventName, Retry};

use crate::keeps;

/// The input is pieces of text, with the byte FF between them, which no text has. Each begins with a letter that says
/// what it is: `d`ata, `n`ame, `i`d, `r`etry, `c`omment; an empty one ends an event. What is encoded comes back, untyped
/// and typed, as text and as JSON.
///
/// # Panics
///
/// If it does not.
pub fn round_trip(input: &[u8]) {
    let text = |piece| String::from_utf8_lossy(piece).into_owned();
    let pieces: Vec<String> = input.split(|byte| *byte == 0xFF).map(text).collect();
    let mut events = Vec::new();
    for pieces in pieces.split(String::is_empty) {
        let event = Pieces::of(pieces);
        keeps(wire::a_typed_event_comes_back(&Typed { event: &event, json: None }, &event.data.concat()));
        let texts: Value = event.data.iter().copied().collect();
        for json in [serde_json::to_string(&texts), serde_json::to_string_pretty(&texts)] {
            let json = json.and_then(RawValue::from_string).expect("an array of strings is JSON");
            keeps(wire::a_typed_event_comes_back(&Typed { event: &event, json: Some(&json) }, json.get()));
        }
        events.push(event.untyped());
    }
    keeps(wire::events_come_back(&events));
}

/// One event, as far as its pieces are legal; the last of a kind counts.
#[derive(Default)]
struct Pieces<'a> {
    data: Vec<&'a str>,
    name: EventName,
    id: Option<EventId>,
    retry: Option<u64>,
    comment: Option<&'a str>,
}

impl<'a> Pieces<'a> {
    fn of(pieces: &'a [String]) -> Self {
        let mut event = Self::default();
        for piece in pieces {
            let mut chars = piece.chars();
            let kind = chars.next();
            let text = chars.as_str();
            match kind {
                Some('d') => event.data.push(text),
                Some('c') => event.comment = Some(text),
                Some('r') => event.retry = text.parse().ok(),
                Some('n') => {
                    keeps(wire::a_text_is_legal_or_refused(text));
                    event.name = text.try_into().unwrap_or_default();
                }
                Some('i') => {
                    keeps(wire::a_text_is_legal_or_refused(text));
                    event.id = text.try_into().ok();
                }
                _ => {}
            }
        }
        event
    }

    fn untyped(&self) -> Event<'a> {
        let mut event = if self.data.is_empty() { Event::default() } else { Event::new(self.data.concat()) };
        event = event.name(self.name.clone()).expect("a name is legal");
        if let Some(id) = &self.id {
            event = event.id(id.clone()).expect("an id is legal");
        }
        if let Some(retry) = self.retry {
            event = event.retry(retry);
        }
        if let Some(comment) = self.comment {
            event = event.with_comment(comment);
        }
        event
    }
}

/// The same with a payload that is written piece by piece, or as JSON.
struct Typed<'a> {
    event: &'a Pieces<'a>,
    json: Option<&'a RawValue>,
}

impl SseEvent for Typed<'_> {
    fn fields(&self) -> Result<EventFields, EncodeError> {
        let retry = self.event.retry.and_then(|millis| Retry::from_millis(millis).ok());
        Ok(EventFields::new(self.event.name.clone()).id(self.event.id.clone()).retry(retry))
    }

    fn write_data(&self, sink: &mut DataSink<'_>) -> Result<(), EncodeError> {
        if let Some(json) = self.json {
            return sink.json(json);
        }
        for (at, piece) in self.event.data.iter().enumerate() {
            if at % 2 == 0 {
                sink.push_str(piece);
            } else {
                sink.text(piece)?;
            }
        }
        Ok(())
    }
}
