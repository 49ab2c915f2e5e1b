//! How long it takes: `cargo test -p sse-core --all-features --test it --release compat::scale -- --nocapture`.

use std::time::Instant;

use serde_json::{Map, Value, json};
use sse_core::compat::{Options, compare};

use super::{Event, view};

const EVENTS: usize = 100;
const TYPES: usize = 300;

/// Each event has three types, which refer to those of the event before; every tenth type is `changed`.
fn large(changed: bool) -> Value {
    let mut definitions = Map::new();
    for n in 0..TYPES {
        let mut properties = json!({});
        for (at, member) in ["symbol", "price", "volume", "venue"].into_iter().enumerate() {
            let integer =
                json!({ "type": "integer", "format": if changed && n % 10 == at { "int64" } else { "int32" } });
            properties[member] = json!({ "anyOf": [integer, { "type": "null" }], "description": "What it says." });
        }
        for other in [n.saturating_sub(3), n.saturating_sub(1)] {
            properties[format!("other{other}")] = json!({ "$ref": format!("#/$defs/Type{other}") });
        }
        let variants =
            ["a", "b", "c"].map(|kind| json!({ "properties": { "kind": { "const": kind } }, "required": ["kind"] }));
        properties["nested"] = json!({ "oneOf": variants });
        if changed && n % 10 == 9 {
            // Which is looked for among the others that are new.
            let venue = properties.as_object_mut().unwrap().remove("venue").unwrap();
            properties["market"] = venue;
        }
        let required: Vec<_> = properties.as_object().unwrap().keys().cloned().collect();
        let definition = json!({ "type": "object", "properties": properties, "required": required });
        definitions.insert(format!("Type{n}"), definition);
    }
    let names: Vec<&'static str> =
        (0..EVENTS).map(|n| &*format!("event-{n}{}", if changed && n % 10 == 5 { "x" } else { "" }).leak()).collect();
    let event =
        |(n, name): (usize, &&'static str)| Event::new(name, json!({ "$ref": format!("#/$defs/Type{}", 3 * n + 2) }));
    view(names.iter().enumerate().map(event).collect(), definitions.into())
}

#[test]
#[expect(clippy::disallowed_methods, reason = "it measures")]
fn a_hundred_events_are_compared_in_less_than_a_second() {
    let (base, head) = (large(false), large(true));
    for (what, base, head, count) in
        [("nothing changed", &base, &base, 0), ("much changed", &base, &head, 170), ("back", &head, &base, 170)]
    {
        let start = Instant::now();
        let found = compare(base, head, &Options::new()).unwrap();
        let took = start.elapsed();
        println!("{EVENTS} events, {TYPES} types, {what}: {} findings in {took:?}", found.len());
        assert_eq!(found.len(), count, "{what}");
        // Which holds on any machine only if optimised.
        assert!(cfg!(debug_assertions) || took.as_secs_f32() < 1.0);
    }
}
