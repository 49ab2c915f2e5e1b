//! Types that contain themselves, and types that are used in many places.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};
use sse_core::SseEvent;
use sse_core::compat::Rule::*;
use sse_core::compat::Severity::{Error, Info};
use sse_core::compat::{Finding, Options, Profile, compare};
use sse_core::schema::{SseSchema, event_view};

use super::{Event, brief, view};

/// Types as they were, and as they are with another type of what they are about.
macro_rules! recursive {
    ($name:ident, $old:ty, $new:ty) => {
        #[allow(dead_code, clippy::allow_attributes, reason = "only the types are used")]
        mod $name {
            use super::*;

            pub(super) mod base {
                use super::*;
                recursive!(@types $old);
            }
            pub(super) mod head {
                use super::*;
                recursive!(@types $new);
            }
        }
    };
    (@types $value:ty) => {
        #[derive(Serialize, JsonSchema)]
        pub(crate) struct Comment {
            text: $value,
            parent: Option<Box<Self>>,
        }
        #[derive(Serialize, JsonSchema)]
        pub(crate) struct Node {
            value: $value,
            left: Option<Box<Self>>,
            right: Option<Box<Self>>,
        }
        #[derive(Serialize, JsonSchema)]
        #[serde(tag = "op")]
        pub(crate) enum Expr {
            Lit { value: $value },
            Not { of: Box<Self> },
            And { l: Box<Self>, r: Option<Box<Self>> },
        }
        #[derive(Serialize, JsonSchema)]
        #[serde(untagged)]
        pub(crate) enum Json {
            Leaf { value: $value },
            List(Vec<Option<Self>>),
        }
        #[derive(SseEvent)]
        pub(crate) enum Feed {
            Comment(Comment),
            Expr(Expr),
            Json(Json),
            Node(Node),
        }
    };
}

recursive!(types, String, bool);

fn of<S: SseSchema>() -> Value {
    event_view::<S>().unwrap()
}

fn found(base: &Value, head: &Value) -> Vec<Finding> {
    compare(base, head, &Options::new()).unwrap()
}

#[test]
fn an_optional_part_may_be_of_the_same_type() {
    let (base, head) = (of::<types::base::Feed>(), of::<types::head::Feed>());
    assert_eq!(found(&base, &base), []);
    assert_eq!(found(&head, &head), []);
    for changes in [found(&base, &head), found(&head, &base)] {
        assert_eq!(
            brief(&changes),
            [
                (TypeChanged, "Feed/Comment/text", Error),
                (TypeChanged, "Feed/Expr/op=Lit/value", Error),
                (TypeChanged, "Feed/Json/value", Error),
                (TypeChanged, "Feed/Node/value", Error),
            ]
        );
    }
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/$defs/{name}") })
}

fn optional(name: &str) -> Value {
    json!({ "anyOf": [reference(name), { "type": "null" }] })
}

fn object(properties: Value) -> Value {
    let required: Vec<String> = properties.as_object().unwrap().keys().cloned().collect();
    json!({ "type": "object", "properties": properties, "required": required })
}

fn money(kind: &str) -> Value {
    json!({ "Money": object(json!({ "cents": { "type": kind } })) })
}

#[test]
fn a_type_that_contains_itself_in_any_way_is_compared() {
    let wrapped: [fn(Value) -> Value; 6] = [
        |of| json!({ "anyOf": [of, { "type": "null" }] }),
        |of| json!({ "oneOf": [{ "type": "null" }, of] }),
        |of| json!({ "allOf": [of], "description": "It." }),
        |of| json!({ "anyOf": [of, { "type": "string" }] }),
        |of| json!({ "anyOf": [{ "allOf": [of] }, { "const": 1 }, { "type": "null" }] }),
        |of| json!({ "allOf": [of, { "maxProperties": 9 }] }),
    ];
    for wrapped in wrapped {
        let tree = |kind: &str| {
            let tree = object(
                json!({ "l": wrapped(reference("Tree")), "r": wrapped(reference("Tree")), "x": { "type": kind } }),
            );
            view(vec![Event::new("a", reference("Tree"))], json!({ "Tree": tree }))
        };
        assert_eq!(found(&tree("string"), &tree("string")), []);
        let changes = found(&tree("string"), &tree("integer"));
        assert!(brief(&changes).contains(&(TypeChanged, "Feed/a/x", Error)), "{changes:?}");
    }
}

#[test]
fn two_optional_parts_in_each_level_are_compared_once() {
    let levels = 60;
    let level =
        |n: usize| object(json!({ "ask": optional(&format!("L{}", n + 1)), "bid": optional(&format!("L{}", n + 1)) }));
    let all = |kind: &str| {
        let mut definitions: serde_json::Map<_, _> = (0..levels).map(|n| (format!("L{n}"), level(n))).collect();
        definitions.insert(format!("L{levels}"), object(json!({ "c": { "type": kind } })));
        view(vec![Event::new("a", reference("L0"))], definitions.into())
    };
    assert_eq!(found(&all("integer"), &all("integer")), []);
    let changes = found(&all("integer"), &all("string"));
    let at = format!("Feed/a/{}c", "ask/".repeat(levels));
    assert_eq!(brief(&changes), [(TypeChanged, at.as_str(), Error)]);
    // There are 2^60 places.
    assert_eq!((changes[0].also.len(), changes[0].more), (64, 1000));
    assert!(changes[0].to_string().ends_with(", and many more)"), "{}", changes[0]);
}

#[test]
fn an_optional_part_is_of_the_type_that_it_is_of() {
    let feed = |kind: &str| {
        let pair = object(json!({ "m": reference("Money"), "n": optional("Money") }));
        let events = [("a", optional("Money")), ("b", json!({ "allOf": [reference("Money")] })), ("c", pair)];
        view(events.into_iter().map(|(name, data)| Event::new(name, data)).collect(), money(kind))
    };
    let changes = found(&feed("integer"), &feed("string"));
    assert_eq!(brief(&changes), [(TypeChanged, "Feed/a/cents", Error)]);
    assert_eq!(changes[0].also, ["Feed/b/cents", "Feed/c/m/cents", "Feed/c/n/cents"]);
}

#[test]
fn a_part_that_becomes_optional_is_told_from_its_type() {
    let feed =
        |data: Value, kind: &str| view(vec![Event::new("a", data), Event::new("b", reference("Money"))], money(kind));
    let nullable = (PropertyBecameNullable, "Feed/a", Error);
    let other = (TypeChanged, "Feed/a/cents", Error);
    let changes = found(&feed(reference("Money"), "integer"), &feed(optional("Money"), "integer"));
    assert_eq!(brief(&changes), [nullable]);
    let changes = found(&feed(reference("Money"), "integer"), &feed(optional("Money"), "string"));
    assert_eq!(brief(&changes), [nullable, other]);
    let changes = found(&feed(optional("Money"), "integer"), &feed(reference("Money"), "string"));
    assert_eq!(brief(&changes), [other, (PropertyBecameNonNull, "Feed/a", Info)]);

    // What is null itself is no more so because it is said again.
    let name = |schema: Value| view(vec![Event::new("a", optional("Name"))], json!({ "Name": schema }));
    let (bare, null) = (name(json!({ "type": "string" })), name(json!({ "type": ["string", "null"] })));
    assert_eq!(found(&bare, &null), []);
    assert_eq!(found(&null, &bare), []);
    assert_eq!(brief(&found(&bare, &name(json!(true)))), [(TypeWidened, "Feed/a", Error)]);
}

#[test]
fn an_optional_part_whose_type_has_another_name_is_found_for_source() {
    let feed = |name: &str| view(vec![Event::new("a", optional(name))], json!({ name: { "type": "string" } }));
    let (base, head) = (feed("Old"), feed("New"));
    assert_eq!(found(&base, &head), []);
    let changes = compare(&base, &head, &Options::new().profile(Profile::Source)).unwrap();
    assert_eq!(brief(&changes), [(DefRenamed, "Feed/a", Error)]);
}

#[test]
fn what_did_not_change_is_known_to_be_alike() {
    // Each event that is gone may be any of those that are new.
    let feed = |prefix: &str| {
        let parts = (0..20).map(|n| (format!("p{n:02}"), json!({ "type": "array", "items": optional("Money") })));
        let data = object(parts.collect::<serde_json::Map<_, _>>().into());
        let names = (0..100).map(|n| &*format!("{prefix}{n:02}").leak());
        view(names.map(|name| Event::new(name, data.clone())).collect(), money("integer"))
    };
    assert_eq!(found(&feed("old"), &feed("new")).len(), 200);
}

#[test]
fn a_type_of_a_type_is_in_all_places_of_both() {
    let feed = |kind: &str| {
        let mut definitions = money(kind);
        definitions["Side"] = object(json!({ "price": reference("Money") }));
        definitions["Pair"] = object(json!({ "x": reference("Side"), "y": optional("Side") }));
        let events = [("a", "Money"), ("b", "Side"), ("c", "Side"), ("d", "Pair"), ("e", "Pair")];
        view(events.map(|(name, data)| Event::new(name, reference(data))).into(), definitions)
    };
    let changes = found(&feed("integer"), &feed("string"));
    assert_eq!(brief(&changes), [(TypeChanged, "Feed/a/cents", Error)]);
    assert_eq!(changes[0].also, ["b/", "c/", "d/x/", "d/y/", "e/x/", "e/y/"].map(|at| format!("Feed/{at}price/cents")));
    assert_eq!(changes[0].more, 0);
}

#[test]
fn types_of_each_other_are_in_all_places_of_both() {
    let feed = |kind: &str| {
        let changed = json!({ "type": kind });
        let definitions = json!({
            "A": object(json!({ "b": optional("B"), "m": changed })),
            "B": object(json!({ "a": optional("A"), "x": changed })),
        });
        view(vec![Event::new("a", reference("A")), Event::new("b", reference("B"))], definitions)
    };
    let changes = found(&feed("integer"), &feed("string"));
    let places: Vec<_> = changes.iter().map(|finding| (finding.at.as_str(), finding.also.clone())).collect();
    assert_eq!(places, [("Feed/a/b/x", vec!["Feed/b/x".to_owned()]), ("Feed/a/m", vec!["Feed/b/a/m".to_owned()])]);
}
