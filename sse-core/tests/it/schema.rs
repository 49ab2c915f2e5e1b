//! The schema of a stream: its form, its soundness, and the collisions that are errors.

#![expect(clippy::unwrap_used, reason = "a helper that fails fails the test")]

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;
use serde_json::{Value, json};
use sse_core::SseEvent;
use sse_core::event::{DataSink, EncodeError, EventFields};
use sse_core::schema::{EventSchema, Manifest, PayloadSchema, SseSchema, canonical_text, event_view};

/// Implements `SseSchema` for a type of which no value is ever made.
macro_rules! stream {
    ($Type:ident, $name:literal, |$generator:ident| $events:expr) => {
        #[allow(dead_code, clippy::allow_attributes, reason = "only the type is used")]
        pub(crate) struct $Type;
        impl SseEvent for $Type {
            fn fields(&self) -> Result<EventFields, EncodeError> {
                Ok(EventFields::default())
            }
            fn write_data(&self, _: &mut DataSink<'_>) -> Result<(), EncodeError> {
                Ok(())
            }
        }
        impl SseSchema for $Type {
            fn stream_name() -> Cow<'static, str> {
                $name.into()
            }
            fn description() -> Option<&'static str> {
                Some("Everything that the feed sends.")
            }
            fn events($generator: &mut SchemaGenerator) -> Vec<EventSchema> {
                $events
            }
        }
    };
}
pub(crate) use stream;

pub(crate) fn json<T: JsonSchema>(generator: &mut SchemaGenerator) -> PayloadSchema {
    PayloadSchema::Json(generator.subschema_for::<T>())
}

/// A price.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Tick {
    /// The symbol, e.g. `/*x*/`.
    pub(crate) symbol: String,
    /// How often.
    pub(crate) seq_no: u64,
    pub(crate) small: u32,
    /// Null when there is no price before.
    pub(crate) previous: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) note: Option<String>,
    #[deprecated = "use `small`"]
    pub(crate) old: bool,
    #[serde(rename = "per-cent")]
    pub(crate) per_cent: f32,
    #[serde(default)]
    pub(crate) venue: Venue,
    #[serde(flatten)]
    pub(crate) trade: Trade,
}

#[derive(Serialize, JsonSchema, Default)]
pub(crate) enum Venue {
    /// Where most is traded.
    #[default]
    Main,
    Dark,
    Other(String),
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Trade {
    pub(crate) pair: (i32, String),
    pub(crate) rgb: [u8; 3],
    pub(crate) levels: Vec<Option<f64>>,
}

#[derive(Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub(crate) enum Shape {
    Circle {
        r: f64,
    },
    Square {
        side: f64,
    },
    Nothing,
    /// Shapes of shapes.
    Group {
        of: Vec<Self>,
    },
}

#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum Loose {
    Number(i64),
    Text(String),
    Both { a: bool },
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Page<T> {
    pub(crate) items: Vec<T>,
    pub(crate) by_name: BTreeMap<String, T>,
    pub(crate) by_number: BTreeMap<u32, Option<Loose>>,
    pub(crate) anything: Value,
    #[serde(flatten)]
    pub(crate) rest: BTreeMap<String, f64>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Nothing {}

stream!(Feed, "Feed", |g| vec![
    EventSchema::new("price-tick", "PriceTick", json::<Tick>(g))
        .id()
        .description("A price.\n\nAt most 50 a second; never `*/`."),
    EventSchema::new("shape", "Shape", json::<Shape>(g)),
    EventSchema::new("page", "Page", json::<Page<Shape>>(g)),
    EventSchema::new("pair", "Pair", json::<(u8, Option<String>)>(g)),
    EventSchema::new("count", "Count", json::<u64>(g)),
    EventSchema::new("empty object", "Empty", json::<Nothing>(g)),
    EventSchema::new("log", "Log", PayloadSchema::Text).description("A line of output."),
    EventSchema::new("ping", "Ping", PayloadSchema::Empty).retry(10_000),
    EventSchema::new("message", "Plain", PayloadSchema::Text),
    EventSchema::new("inline", "Inline", PayloadSchema::Json(inline())),
    EventSchema::new("old", "Old", PayloadSchema::Empty).deprecated(),
    EventSchema::new("done", "Done", json::<Venue>(g)).terminal(),
]);

fn inline() -> Schema {
    let schema = json!({ "type": "object", "required": ["b", "a"], "properties": { "b": true, "a": false } });
    Schema::try_from(schema).unwrap()
}

#[test]
fn the_event_view_is_the_golden_one() {
    crate::codegen::golden("feed.schema.json", &canonical_text(event_view::<Feed>().unwrap()));
}

#[test]
fn keys_are_sorted_and_required_too() {
    fn check(value: &Value) {
        match value {
            Value::Object(object) => {
                assert!(object.keys().is_sorted(), "{object:?}");
                object.values().for_each(check);
            }
            Value::Array(items) => items.iter().for_each(check),
            _ => {}
        }
    }
    let view = event_view::<Feed>().unwrap();
    check(&view);
    assert_eq!(view["$defs"]["FeedInlineData"]["required"], json!(["a", "b"]));
}

#[test]
fn every_definition_has_a_title_and_every_reference_a_definition() {
    fn check(value: &Value, defs: &Value) {
        if let Some(reference) = value.get("$ref").and_then(Value::as_str) {
            assert!(defs.get(reference.trim_start_matches("#/$defs/")).is_some(), "{reference}");
        }
        match value {
            Value::Object(object) => object.values().for_each(|value| check(value, defs)),
            Value::Array(items) => items.iter().for_each(|value| check(value, defs)),
            _ => {}
        }
    }
    let view = event_view::<Feed>().unwrap();
    check(&view, &view["$defs"]);
    for (name, definition) in view["$defs"].as_object().unwrap() {
        assert_eq!(definition["title"], name.as_str());
    }
}

#[test]
fn exactly_one_branch_matches_an_event_and_none_a_mutated_one() {
    let view = event_view::<Feed>().unwrap();
    let validator = jsonschema::draft202012::new(&view).unwrap();
    let tick = Tick {
        symbol: "A".into(),
        seq_no: 1,
        small: 1,
        previous: None,
        note: None,
        #[expect(deprecated, reason = "it is sent")]
        old: true,
        per_cent: 1.5,
        venue: Venue::Other("x".into()),
        trade: Trade { pair: (1, "a".into()), rgb: [1, 2, 3], levels: vec![None, Some(1.0)] },
    };
    let page = Page {
        items: vec![Shape::Group { of: vec![Shape::Circle { r: 1.0 }, Shape::Square { side: 1.0 }] }],
        by_name: BTreeMap::from([("a".into(), Shape::Nothing)]),
        by_number: BTreeMap::from([
            (1, Some(Loose::Number(1))),
            (2, Some(Loose::Text("a".into()))),
            (3, Some(Loose::Both { a: true })),
            (4, None),
        ]),
        anything: json!([{}]),
        rest: BTreeMap::from([("more".into(), 1.0)]),
    };
    let events = [
        json!({ "event": "price-tick", "data": tick, "id": "7" }),
        json!({ "event": "page", "data": page }),
        json!({ "event": "count", "data": 1 }),
        json!({ "event": "pair", "data": (1, None::<String>) }),
        json!({ "event": "empty object", "data": Nothing {} }),
        json!({ "event": "log", "data": "a\nb" }),
        json!({ "event": "ping" }),
        json!({ "data": "the default event" }),
        json!({ "event": "message", "data": "named" }),
        json!({ "event": "done", "data": Venue::Dark }),
    ];
    for event in events {
        let errors: Vec<_> = validator.iter_errors(&event).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{event}: {errors:?}");
        let mut mutated = event.clone();
        mutated["event"] = "no such event".into();
        assert!(!validator.is_valid(&mutated), "{mutated}");
    }
    assert!(!validator.is_valid(&json!({ "event": "count", "data": "1" })));
    assert!(!validator.is_valid(&json!({ "event": "count" })));
}

mod first {
    #[derive(serde::Serialize, schemars::JsonSchema)]
    pub(crate) struct Item {
        pub(crate) a: u8,
    }
}

mod second {
    #[derive(serde::Serialize, schemars::JsonSchema)]
    pub(crate) struct Item {
        pub(crate) b: u8,
    }
    #[derive(serde::Serialize, schemars::JsonSchema)]
    pub(crate) struct Item2 {
        pub(crate) c: u8,
    }
    #[derive(serde::Serialize, schemars::JsonSchema)]
    pub(crate) struct Holder {
        pub(crate) items: Vec<Item>,
    }
}

stream!(Collides, "Collides", |g| vec![
    EventSchema::new("one", "One", json::<first::Item>(g)),
    EventSchema::new("two", "Two", json::<second::Holder>(g)),
]);

stream!(Numbered, "Numbered", |g| vec![
    EventSchema::new("one", "One", json::<first::Item>(g)),
    EventSchema::new("two", "Two", json::<second::Item2>(g)),
]);

stream!(Generic, "Generic", |g| vec![
    EventSchema::new("a", "A", json::<Wrapper<u8>>(g)),
    EventSchema::new("b", "B", json::<Wrapper<String>>(g)),
]);

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Wrapper")]
struct Wrapper<T> {
    of: T,
}

#[test]
fn two_types_of_one_name_are_an_error_that_names_both() {
    let error = Manifest::of::<Collides>().unwrap_err().to_string();
    assert_eq!(
        error,
        "two types are named `Item`, one in event `one` and one in event `two`: \
         rename one with #[schemars(rename = \"...\")]"
    );
    let error = Manifest::of::<Generic>().unwrap_err().to_string();
    assert!(error.contains("`Wrapper`, one in event `a` and one in event `b`"), "{error}");
}

#[test]
fn a_type_may_be_called_like_another_with_a_number() {
    let manifest = Manifest::of::<Numbered>().unwrap();
    assert_eq!(manifest.definitions().keys().collect::<Vec<_>>(), ["Item", "Item2"]);
}

#[derive(Serialize, JsonSchema)]
struct ClashOneEvent {
    a: u8,
}

stream!(Clash, "Clash", |g| vec![EventSchema::new("one", "One", json::<ClashOneEvent>(g))]);
stream!(Twice, "Twice", |_g| vec![
    EventSchema::new("one", "One", PayloadSchema::Text),
    EventSchema::new("one", "Two", PayloadSchema::Text),
]);
stream!(Reserved, "Reserved", |_g| vec![EventSchema::new("stream-open", "Open", PayloadSchema::Text)]);

#[test]
fn names_that_would_be_ambiguous_are_errors() {
    let errors = [
        event_view::<Clash>().unwrap_err().to_string(),
        event_view::<Twice>().unwrap_err().to_string(),
        event_view::<Reserved>().unwrap_err().to_string(),
    ];
    assert!(errors[0].contains("`ClashOneEvent` is the name of a payload's type"), "{errors:?}");
    assert_eq!(errors[1], "two variants are the event `one`");
    assert!(errors[2].contains("reserved"), "{errors:?}");
}

stream!(Single, "Single", |_g| vec![EventSchema::new("tick", "Single", PayloadSchema::Text)]);

#[test]
fn a_struct_is_not_named_twice() {
    assert!(event_view::<Single>().unwrap()["$defs"].get("SingleEvent").is_some());
    let renamed = Manifest::named::<Single>("Other").unwrap().event_view();
    assert_eq!(renamed["title"], "Other");
}

stream!(Flattened, "Flat", |_g| vec![
    EventSchema::new("tick", "Tick", PayloadSchema::Text),
    EventSchema::new("inner.tick", "Tick", PayloadSchema::Empty),
]);
stream!(Alike, "Alike", |_g| vec![
    EventSchema::new("a.tick", "Tick", PayloadSchema::Text),
    EventSchema::new("a-tick", "Tick", PayloadSchema::Empty),
]);

#[test]
fn variants_of_one_name_are_told_apart_by_their_events() {
    let view = event_view::<Flattened>().unwrap();
    let names: Vec<_> = view["$defs"].as_object().unwrap().keys().collect();
    assert_eq!(names, ["FlatInnerTickEvent", "FlatTickEvent"]);
    let error = event_view::<Alike>().unwrap_err().to_string();
    assert_eq!(error, "events `a.tick` and `a-tick` would both be the type `AlikeATickEvent`: rename one");
}
