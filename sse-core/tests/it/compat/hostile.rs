//! Schemas that are recursive, wrong, or too much.

use serde_json::{Value, json};
use sse_core::compat::Rule::*;
use sse_core::compat::Severity::{Error, Info, Warn};
use sse_core::compat::{Options, compare, compare_all};

use super::{Event, brief, changes, payload, view};

fn error(base: &Value, head: &Value) -> String {
    compare(base, head, &Options::new()).unwrap_err().to_string()
}

fn with_definitions(data: Value, definitions: Value) -> Value {
    view(vec![Event::new("a", data)], definitions)
}

#[test]
fn recursive_types_are_compared_once() {
    let tree = |name: &str, leaf: Value| {
        let reference = json!({ "$ref": format!("#/$defs/{name}") });
        let list = json!({ "type": "array", "items": reference });
        let node = json!({ "type": "object", "properties": { "leaf": leaf, "of": list }, "required": ["of"] });
        with_definitions(reference, json!({ name: { "oneOf": [node, { "type": "null" }] } }))
    };
    let integer = json!({ "type": "integer" });
    let options = Options::new();
    assert_eq!(compare(&tree("Tree", integer.clone()), &tree("Tree", integer.clone()), &options).unwrap(), []);
    assert_eq!(compare(&tree("Tree", integer.clone()), &tree("Other", integer.clone()), &options).unwrap(), []);
    let found = compare(&tree("Tree", integer), &tree("Other", json!({ "type": "string" })), &options).unwrap();
    assert_eq!(brief(&found), [(TypeChanged, "Feed/a/leaf", Error)]);

    // A type that is recursive by two others is the same as one that is by itself.
    let two = with_definitions(
        json!({ "$ref": "#/$defs/A" }),
        json!({
            "A": { "type": "object", "properties": { "next": { "$ref": "#/$defs/B" } } },
            "B": { "type": "object", "properties": { "next": { "$ref": "#/$defs/A" } } },
        }),
    );
    let one = with_definitions(
        json!({ "$ref": "#/$defs/A" }),
        json!({ "A": { "type": "object", "properties": { "next": { "$ref": "#/$defs/A" } } } }),
    );
    assert_eq!(compare(&one, &two, &options).unwrap(), []);
    assert_eq!(compare(&two, &one, &options).unwrap(), []);
}

#[test]
fn a_type_of_many_places_is_reported_where_it_is_used_first() {
    let feed = |values: Value| {
        let venue = json!({ "$ref": "#/$defs/Venue" });
        let event = |name| Event::new(name, json!({ "type": "array", "items": venue.clone() }));
        view(vec![event("b"), event("a")], json!({ "Venue": { "enum": values } }))
    };
    let found = compare(&feed(json!(["x"])), &feed(json!(["x", "y"])), &Options::new()).unwrap();
    assert_eq!(brief(&found), [(EnumValueAdded, "Feed/a/*", Warn)]);
}

#[test]
fn definitions_that_are_written_otherwise_are_the_same() {
    let options = Options::new();
    let referred = with_definitions(json!({ "$ref": "#/$defs/a~1b%20c" }), json!({ "a/b c": { "type": "string" } }));
    assert_eq!(compare(&referred, &payload(json!({ "type": "string" })), &options).unwrap(), []);
    let same = |base: Value, head: Value| {
        assert_eq!(changes(base.clone(), head.clone(), options), [], "{base} {head}");
        assert_eq!(changes(head, base, options), []);
    };
    same(json!({ "type": ["string", "null"] }), json!({ "anyOf": [{ "type": "null" }, { "type": "string" }] }));
    same(json!({ "enum": ["a", "b"] }), json!({ "oneOf": [{ "const": "b" }, { "const": "a", "title": "A" }] }));
    same(json!({ "enum": [true, false] }), json!({ "type": "boolean" }));
    same(json!({ "enum": [null, 1] }), json!({ "oneOf": [{ "const": 1 }, { "type": "null" }] }));
    same(
        json!({ "type": "integer", "format": "uint8", "minimum": 0, "maximum": 255 }),
        json!({ "type": "integer", "exclusiveMinimum": -1, "exclusiveMaximum": 256 }),
    );
    same(
        json!({ "allOf": [
            { "type": "object", "properties": { "x": { "type": "string" } }, "required": ["x"] },
            { "properties": { "y": { "type": "integer", "maximum": 3 } } },
            { "properties": { "y": { "type": "number", "maximum": 2 } } },
        ] }),
        json!({
            "type": "object",
            "properties": { "x": { "type": "string" }, "y": { "type": "integer", "maximum": 2 } },
            "required": ["x"],
        }),
    );
    // What schemars writes for an enum that is flattened into a struct.
    let kind = |name: &str| json!({ "properties": { "kind": { "const": name } }, "required": ["kind"] });
    let whole = |name: &str| {
        json!({
            "type": "object",
            "properties": { "kind": { "const": name }, "n": { "type": "integer" } },
            "required": ["kind", "n"],
            "additionalProperties": false,
        })
    };
    same(
        json!({
            "type": "object",
            "properties": { "n": { "type": "integer" } },
            "required": ["n"],
            "oneOf": [kind("a"), kind("b")],
            "unevaluatedProperties": false,
        }),
        json!({ "oneOf": [whole("b"), whole("a")] }),
    );
    same(
        json!({ "type": "array", "items": { "type": "string" }, "minItems": 2, "maxItems": 2 }),
        json!({ "type": "array", "prefixItems": [{ "type": "string" }, { "type": "string" }], "items": false, "minItems": 2 }),
    );
}

#[test]
fn variants_of_other_tags_are_told_apart_by_their_values() {
    let shapes = |tag: &str| {
        let shape = |name: &str| json!({ "type": "object", "properties": { tag: { "const": name }, name: { "type": "integer" } }, "required": [tag] });
        json!({ "oneOf": [shape("circle"), shape("square")] })
    };
    let found = changes(shapes("kind"), shapes("type"), Options::new());
    assert_eq!(
        brief(&found),
        [(PropertyRenamed, "Feed/a/kind=circle/kind", Error), (PropertyRenamed, "Feed/a/kind=square/kind", Error),]
    );
}

#[test]
fn a_conflict_that_is_not_understood_is_only_compared_as_it_is_written() {
    let both = |pattern: &str| json!({ "type": "string", "pattern": "^a", "allOf": [{ "pattern": pattern }] });
    assert_eq!(changes(both("b$"), both("b$"), Options::new()), []);
    assert_eq!(brief(&changes(both("b$"), both("c$"), Options::new())), [(SchemaChanged, "Feed/a", Error)]);
}

#[test]
fn names_with_slashes_are_escaped() {
    let object = |required: &[&str]| json!({ "type": "object", "properties": { "a/b~c": true }, "required": required });
    let found = changes(object(&[]), object(&["a/b~c"]), Options::new());
    assert_eq!(brief(&found), [(PropertyBecameRequired, "Feed/a/a~1b~0c", Info)]);
}

#[test]
fn what_is_no_event_view_is_refused() {
    let good = payload(json!(true));
    let with = |path: &str, value: Value| {
        let mut view = good.clone();
        *view.pointer_mut(path).unwrap() = value;
        view
    };
    for (view, problem) in [
        (json!([]), "the base's schema: it is not a JSON object"),
        (
            json!({ "type": "object" }),
            "the base's schema: it has no `x-sse`: only the event view of a stream can be compared",
        ),
        (
            with("/x-sse/version", 2.into()),
            "the base's stream `Feed`: `x-sse.version` is 2, and only 1 is understood: it is from a newer version",
        ),
        (
            with("/x-sse/version", "1".into()),
            "the base's stream `Feed`: `x-sse.version` is \"1\", and only 1 is understood: it is from a newer version",
        ),
        (with("/x-sse", json!({})), "the base's stream `Feed`: `x-sse.version` is not a number"),
        (with("/title", Value::Null), "the base's schema: `title` is not a string"),
        (with("/oneOf", json!({})), "the base's stream `Feed`: `oneOf` is not an array"),
        (with("/oneOf/0", json!({})), "the base's stream `Feed`: `oneOf/0` is not a `$ref`"),
        (with("/oneOf/0/$ref", json!("#/$defs/No")), "the base's stream `Feed`: `#/$defs/No` points to no definition"),
        (with("/$defs", json!([])), "the base's stream `Feed`: `$defs` is not an object"),
        (with("/x-sse/events", json!({})), "the base's stream `Feed`: event `a` is not in `x-sse.events`"),
        (with("/x-sse/events/a", json!({})), "the base's stream `Feed`: `x-sse.events.a.data` is not a string"),
        (with("/oneOf", json!([])), "the base's stream `Feed`: event `a` has no schema in `oneOf`"),
        (
            with("/$defs/FeedAEvent/properties/event", json!({})),
            "the base's stream `Feed`: `#/$defs/FeedAEvent/properties/event/const` is not a string",
        ),
        (
            with("/oneOf", json!([{ "$ref": "#/$defs/FeedAEvent" }, { "$ref": "#/$defs/FeedAEvent" }])),
            "the base's stream `Feed`: event `a` has two schemas in `oneOf`",
        ),
        (payload(json!({ "$ref": "#/no" })), "the base's stream `Feed`: `#/no` points to no definition"),
        (
            payload(json!({ "type": 5 })),
            "the base's stream `Feed`: `Feed/a` is not a schema whose `type` is one of JSON",
        ),
        (payload(json!({ "enum": {} })), "the base's stream `Feed`: `Feed/a` is not a schema whose `enum` is an array"),
        (payload(json!({ "$ref": 1 })), "the base's stream `Feed`: `Feed/a` is not a schema whose `$ref` is a string"),
        (payload(json!("string")), "the base's stream `Feed`: `Feed/a` is not a schema"),
        (
            payload(json!({ "type": "text" })),
            "the base's stream `Feed`: `Feed/a` is not a schema whose `type` is one of JSON",
        ),
        (
            payload(json!({ "oneOf": {} })),
            "the base's stream `Feed`: `Feed/a` is not a schema whose alternatives are an array",
        ),
        (
            payload(json!({ "allOf": {} })),
            "the base's stream `Feed`: `Feed/a` is not a schema whose `allOf` is an array",
        ),
    ] {
        assert_eq!(error(&view, &good), problem);
        assert_eq!(error(&good, &view), problem.replace("the base's", "the head's"));
    }
    let twice = compare_all(&[good.clone(), good.clone()], &[], &Options::new()).unwrap_err().to_string();
    assert_eq!(twice, "the base's stream `Feed`: two schemas have this title");
}

#[test]
fn what_is_endless_is_refused() {
    let itself =
        with_definitions(json!({ "$ref": "#/$defs/A" }), json!({ "A": { "anyOf": [{ "$ref": "#/$defs/A" }] } }));
    assert_eq!(error(&itself, &itself), "the base's stream `Feed`: at `Feed/a`, a type is made of nothing but itself");

    // Ever longer: no two pairs are the same.
    let growing = with_definitions(
        json!({ "$ref": "#/$defs/A" }),
        json!({
            "A": {
                "type": "object",
                "properties": { "x": { "allOf": [{ "$ref": "#/$defs/A" }, { "$ref": "#/$defs/B" }] } },
            },
            "B": { "type": "object", "properties": { "x": { "allOf": [{ "$ref": "#/$defs/A" }, { "title": "B" }] } } },
        }),
    );
    let found = compare(&growing, &growing, &Options::new());
    assert!(found.as_ref().is_ok_and(Vec::is_empty) || found.is_err(), "{found:?}");

    let mut deep = json!({ "type": "string" });
    for _ in 0..200 {
        deep = json!({ "type": "array", "items": deep });
    }
    let deep = payload(deep);
    assert!(error(&deep, &deep).ends_with("is nested deeper than 128"));

    let wide: Vec<Value> = (0..5000).map(|n| json!({ "const": n })).collect();
    let wide = payload(json!({ "oneOf": wide }));
    assert_eq!(error(&wide, &wide), "the base's stream `Feed`: `Feed/a` has more than 4096 alternatives");
}

#[test]
fn many_pairs_are_refused_in_bounded_time() {
    // Each level is a union of as many objects as there are, all alike but for their names.
    let level = |n: usize| {
        let variant = |m: usize| json!({ "type": "object", "properties": { format!("p{m}"): { "$ref": format!("#/$defs/L{}", n + 1) } } });
        json!({ "anyOf": (0..6).map(variant).collect::<Vec<_>>() })
    };
    let mut definitions: serde_json::Map<_, _> = (0..40).map(|n| (format!("L{n}"), level(n))).collect();
    definitions.insert("L40".to_owned(), json!({ "type": "string" }));
    let base = with_definitions(json!({ "$ref": "#/$defs/L0" }), definitions.clone().into());
    definitions.insert("L40".to_owned(), json!({ "type": "integer" }));
    let head = with_definitions(json!({ "$ref": "#/$defs/L0" }), definitions.into());
    match compare(&base, &head, &Options::new()) {
        Ok(found) => assert!(!found.is_empty()),
        Err(error) => assert!(error.to_string().ends_with("it takes more than 50000 comparisons"), "{error}"),
    }
}

#[test]
fn a_type_that_is_everywhere_names_eight_further_places() {
    let text = |used: usize| {
        let view = |kind: &str| {
            let events = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"].into_iter().take(used);
            let events = events.map(|name| Event::new(name, json!({ "$ref": "#/$defs/Money" })));
            let money = json!({ "type": "object", "properties": { "cents": { "type": kind } }, "required": ["cents"] });
            view(events.collect(), json!({ "Money": money }))
        };
        let found = compare(&view("integer"), &view("string"), &Options::new()).unwrap();
        assert_eq!(found.len(), 1, "{found:?}");
        found[0].to_string()
    };
    let changed = "error type-changed Feed/a/cents: it was integer, and is string";
    assert_eq!(text(1), changed);
    assert_eq!(text(3), format!("{changed} (also at Feed/b/cents, Feed/c/cents)"));
    let places = ["b", "c", "d", "e", "f", "g", "h", "i"].map(|event| format!("Feed/{event}/cents")).join(", ");
    assert_eq!(text(9), format!("{changed} (also at {places})"));
    assert_eq!(text(10), format!("{changed} (also at {places}, and 1 more)"));
    assert_eq!(text(11), format!("{changed} (also at {places}, and 2 more)"));
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/$defs/{name}") })
}

#[test]
fn keys_are_no_way_to_go_ever_deeper() {
    let own_keys = |kind: &str| {
        let keys = json!({ "anyOf": [reference("Rec"), { "type": "null" }] });
        let rec = json!({ "type": "object", "propertyNames": keys, "properties": { "x": { "type": kind } } });
        with_definitions(reference("Rec"), json!({ "Rec": rec }))
    };
    let (base, head) = (own_keys("string"), own_keys("integer"));
    assert_eq!(compare(&base, &base, &Options::new()).unwrap(), []);
    let found = compare(&base, &head, &Options::new()).unwrap();
    assert!(brief(&found).contains(&(TypeChanged, "Feed/a/x", Error)), "{found:?}");

    let deep = |depth: usize, leaf: &str| {
        let within = |keys, _| json!({ "type": "object", "propertyNames": keys });
        payload((0..depth).fold(json!({ "type": leaf }), within))
    };
    assert_eq!(
        error(&deep(200, "string"), &deep(200, "integer")),
        "the base's stream `Feed`: `Feed/a` is nested deeper than 128"
    );
    assert!(error(&deep(100, "string"), &deep(100, "integer")).ends_with("it takes more than 50000 comparisons"));
}

#[test]
fn alternatives_that_are_the_same_are_counted_each() {
    for leaf in [json!({ "type": "null" }), json!(true), json!(false), json!({ "const": 1 })] {
        let levels = |count: usize| {
            let level = |n: usize| {
                (
                    format!("L{n}"),
                    json!({ "anyOf": [reference(&format!("L{}", n + 1)), reference(&format!("L{}", n + 1))] }),
                )
            };
            let mut definitions: serde_json::Map<_, _> = (0..count).map(level).collect();
            definitions.insert(format!("L{count}"), leaf.clone());
            with_definitions(reference("L0"), definitions.into())
        };
        assert_eq!(compare(&levels(10), &levels(10), &Options::new()).unwrap(), []);
        assert_eq!(
            error(&levels(60), &levels(60)),
            "the base's stream `Feed`: `Feed/a` is put together from more than 16384 schemas"
        );
    }
}

#[test]
fn an_enum_may_have_many_values() {
    let values = |from: usize| json!({ "enum": (from..from + 20_000).map(|n| format!("v{n}")).collect::<Vec<_>>() });
    let both = |from: usize| json!({ "allOf": [values(from), values(from + 1)] });
    for (base, head) in [(values(0), values(1)), (both(0), both(1))] {
        assert_eq!(changes(base.clone(), base.clone(), Options::new()), []);
        let found = changes(base, head, Options::new());
        assert_eq!(brief(&found), [(EnumValueAdded, "Feed/a", Warn), (EnumValueRemoved, "Feed/a", Info)]);
    }
}

#[test]
fn each_pair_of_variants_that_are_told_apart_by_nothing_is_counted() {
    let texts = |letter: &str| {
        let text = |n: usize| json!({ "type": "string", "pattern": format!("{letter}{n}") });
        payload(json!({ "anyOf": (0..1000).map(text).collect::<Vec<_>>() }))
    };
    assert_eq!(compare(&texts("a"), &texts("a"), &Options::new()).unwrap(), []);
    assert!(error(&texts("a"), &texts("b")).ends_with("it takes more than 50000 comparisons"));
}
