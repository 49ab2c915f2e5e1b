//! Examples as they go over the wire.

use alloc::format;
use alloc::string::{String, ToString as _};

use serde_json::{Map, Value};

use super::{EventSchema, Example, PayloadSchema, SchemaError};
use crate::event::SseEvent;
use crate::wire::{Decoder, encode};

impl Example {
    /// Encodes an event, and decodes it as far as a client does that knows only the event's encoding.
    ///
    /// # Errors
    ///
    /// Returns [`SchemaError`] if the event does not encode, or if none of `events` has its name.
    pub(crate) fn of(event: &(impl SseEvent + ?Sized), events: &[EventSchema]) -> Result<(usize, Self), SchemaError> {
        let frame = encode(event).map_err(|error| match event.fields() {
            Ok(fields) => SchemaError::example(fields.name.as_str(), error),
            Err(_) => SchemaError::example("?", error),
        })?;
        let failed = |cause: &str| SchemaError::example(frame.name(), cause);
        let wire = String::from_utf8(frame.as_bytes().to_vec()).map_err(|error| failed(&error.to_string()))?;
        let received = Decoder::new().decode(&mut frame.as_bytes()).map_err(|error| failed(&error.to_string()))?;
        let received = received.ok_or_else(|| failed("no event comes out of it"))?;
        let at = events.iter().position(|known| known.name == received.name.as_str());
        let (at, known) = at.and_then(|at| Some((at, events.get(at)?))).ok_or_else(|| failed("it is not described"))?;

        let mut value = Map::new();
        value.insert("event".into(), received.name.as_str().into());
        let data = match &known.payload {
            PayloadSchema::Json(_) => {
                let data = serde_json::from_str(&received.data);
                Some(data.map_err(|error| failed(&format!("its data is not JSON: {error}")))?)
            }
            PayloadSchema::Text | PayloadSchema::Base64 => Some(Value::String(received.data)),
            PayloadSchema::Empty if received.data.is_empty() => None,
            PayloadSchema::Empty => return Err(failed("there is data where none should be")),
        };
        value.extend(data.map(|data| ("data".into(), data)));
        let id = received.last_event_id.as_str();
        if !id.is_empty() {
            value.insert("id".into(), id.into());
        }
        Ok((at, Self { wire, value: value.into() }))
    }
}
