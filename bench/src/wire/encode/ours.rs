//! Ours, and the serializer that it uses.

use std::hint::black_box;

use sse_core::event::With;
use sse_core::{Event, EventId, wire};

use super::value::Market;
use super::{Encoder, Fields};

pub(super) const FRAME: &str = "ours";
pub(super) const REUSED: &str = "ours, reused";
/// The floor of a typed event: no frame, no allocation.
pub(super) const SERDE: &str = "serde_json alone";

/// All that are no rivals.
pub(super) const NAMES: [&str; 3] = [FRAME, REUSED, SERDE];

pub(super) fn text(fields: Fields) -> Vec<Encoder> {
    let event = move || {
        let Fields { name, id, data } = black_box(fields);
        let mut event = Event::new(data);
        if !name.is_empty() {
            event = event.name(name).expect("the name is legal");
        }
        if !id.is_empty() {
            event = event.id(id).expect("the id is legal");
        }
        event
    };
    vec![
        Encoder::call(FRAME, move || event().encode().into_bytes()),
        Encoder::reused(REUSED, move |buffer| event().encode_into(buffer)),
    ]
}

pub(super) fn typed(event: &'static Market, id: &'static str) -> Vec<Encoder> {
    let with_id = move || {
        let id = EventId::try_from(black_box(id)).expect("the id is legal");
        With::new(black_box(event)).id(id)
    };
    vec![
        Encoder::call(FRAME, move || wire::encode(&with_id()).expect("it serializes").into_bytes()),
        Encoder::reused(REUSED, move |buffer| {
            wire::encode_into(&with_id(), buffer).expect("it serializes");
        }),
        Encoder::reused(SERDE, move |buffer| {
            serde_json::to_writer(buffer, &black_box(event).payload()).expect("it serializes");
        }),
    ]
}
