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
    vec![
        Encoder::call(FRAME, move || event(&fields).encode().into_bytes()),
        Encoder::reused(REUSED, move |buffer| event(&fields).encode_into(buffer)),
    ]
}

// Two call it, where each rival's is called by one and so becomes a part of it.
#[expect(clippy::inline_always, reason = "what an event costs is to be seen, not a call of the benchmark's")]
#[inline(always)]
fn event(fields: &Fields) -> Event<'static> {
    let Fields { name, id, data } = *black_box(fields);
    let mut event = Event::new(data);
    if !name.is_empty() {
        event = event.name(name).expect("the name is legal");
    }
    if !id.is_empty() {
        event = event.id(id).expect("the id is legal");
    }
    event
}

pub(super) fn typed(event: &'static Market, id: &'static str) -> Vec<Encoder> {
    // Who has ids has them as this type, from a log or a counter.
    let id: &EventId = Box::leak(Box::new(id.try_into().expect("the id is legal")));
    let with_id = move || With::new(black_box(event)).id(black_box(id).clone());
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
