//! How long generation takes: `cargo test -p sse-core --all-features --test it --release scale -- --ignored --nocapture`.

#![expect(clippy::unwrap_used, reason = "a helper that fails fails the test")]

use std::borrow::Cow;
use std::time::Instant;

use schemars::{Schema, SchemaGenerator};
use serde_json::json;
use sse_core::SseEvent;
use sse_core::codegen::openapi::OpenApi;
use sse_core::codegen::{Options, Registry};
use sse_core::event::{DataSink, EncodeError, EventFields};
use sse_core::schema::{EventSchema, Manifest, PayloadSchema, SseSchema, draft07};

use crate::schema::stream;

const EVENTS: usize = 100;
const TYPES: usize = 300;

stream!(Large, "Large", |g| large(g));

/// `TypeAaa`, because a number at the end would look like a collision.
fn name(n: usize) -> String {
    let letters = [n / 100, n / 10 % 10, n % 10].map(|digit| char::from(b"abcdefghij"[digit]));
    format!("Type{}", String::from_iter(letters))
}

/// Each event has three types, which refer to those of the event before.
fn large(generator: &mut SchemaGenerator) -> Vec<EventSchema> {
    for n in 0..TYPES {
        let mut properties = serde_json::Map::new();
        for member in ["symbol", "price", "volume", "venue"] {
            properties.insert(member.into(), json!({ "type": ["string", "null"], "description": "What it says." }));
        }
        for other in [n.saturating_sub(3), n.saturating_sub(1)] {
            properties.insert(format!("other{other}"), json!({ "$ref": format!("#/$defs/{}", name(other)) }));
        }
        let required: Vec<_> = properties.keys().cloned().collect();
        let definition = json!({ "type": "object", "properties": properties, "required": required });
        generator.definitions_mut().insert(name(n), definition);
    }
    let event = |n: usize| {
        let schema = json!({ "$ref": format!("#/$defs/{}", name(3 * n + 2)) });
        EventSchema::new(format!("event-{n}"), "X", PayloadSchema::Json(Schema::try_from(schema).unwrap()))
    };
    (0..EVENTS).map(event).collect()
}

#[test]
#[ignore = "it measures, and holds on any machine only if optimised"]
#[expect(clippy::disallowed_methods, reason = "it measures")]
fn a_hundred_events_take_less_than_a_second() {
    let start = Instant::now();
    let registry = Registry::new().stream::<Large>("/large");
    let described = start.elapsed();
    let files = registry.render(&Options::new()).unwrap();
    let python = registry.python().unwrap();
    let openapi = registry.openapi(&OpenApi::new()).unwrap();
    let asyncapi = registry.asyncapi().unwrap();
    let schema = draft07(Manifest::of::<Large>().unwrap().event_view());
    let whole = start.elapsed();
    let last = name(TYPES - 1);
    assert!(files[0].1.contains(&last) && python[0].1.contains(&last));
    assert!([openapi, asyncapi, schema].iter().all(|document| document.to_string().contains(&last)));
    println!("{EVENTS} events, {TYPES} types: {described:?} for the manifest, {whole:?} for every target");
    assert!(whole.as_secs_f32() < 1.0);
}
