//! A pair of schemas for each rule, compared in both directions.

use std::collections::BTreeSet;
use std::fs;

use serde_json::{Value, json};
use sse_core::compat::Rule::*;
use sse_core::compat::Severity::{Error, Info, Warn};
use sse_core::compat::{Finding, Options, Profile, Rule, Severity, compare, compare_all};

use super::{Event, brief, payload, view};

/// What is found where.
type Found = (Rule, &'static str, Severity);

struct Case {
    base: Vec<Value>,
    head: Vec<Value>,
    options: Options,
    /// What is found, and what if base and head change places.
    there: Vec<Found>,
    back: Vec<Found>,
}

impl Case {
    fn of(base: Value, head: Value, there: Found, back: Found) -> Self {
        Self { base: vec![base], head: vec![head], options: Options::new(), there: vec![there], back: vec![back] }
    }

    fn options(mut self, options: Options) -> Self {
        self.options = options;
        self
    }

    fn source(self) -> Self {
        self.options(Options::new().profile(Profile::Source))
    }

    /// What is found besides, and has no counterpart if base and head change places.
    fn there(mut self, there: Found) -> Self {
        self.there.push(there);
        self
    }

    fn further(mut self, there: Found, back: Found) -> Self {
        self.there.push(there);
        self.back.push(back);
        self
    }
}

/// Two payloads of the event `a`.
fn data(base: Value, head: Value, there: (Rule, Severity), back: (Rule, Severity)) -> Case {
    Case::of(payload(base), payload(head), (there.0, "Feed/a", there.1), (back.0, "Feed/a", back.1))
}

/// Two events `a`.
fn event(base: Event, head: Event, there: (Rule, Severity), back: (Rule, Severity)) -> Case {
    let view = |event| view(vec![event], json!({}));
    Case::of(view(base), view(head), (there.0, "Feed/a", there.1), (back.0, "Feed/a", back.1))
}

/// Two streams of an event that never changes, and facts.
fn stream(base: Value, head: Value, there: (Rule, Severity), back: (Rule, Severity)) -> Case {
    let view = |facts: Value| {
        let mut view = view(vec![Event::empty("a")], json!({}));
        for (fact, value) in facts.as_object().unwrap() {
            view["x-sse"][fact] = value.clone();
        }
        view
    };
    Case::of(view(base), view(head), (there.0, "Feed", there.1), (back.0, "Feed", back.1))
}

fn with(mut view: Value, fact: &str) -> Value {
    view["x-sse"][fact] = true.into();
    view
}

fn object(properties: Value, required: &[&str]) -> Value {
    json!({ "type": "object", "properties": properties, "required": required })
}

fn integer(format: &str) -> Value {
    json!({ "type": "integer", "format": format })
}

fn shapes(names: &[&str]) -> Value {
    let shape = |name| object(json!({ "kind": { "const": name }, "r": { "type": "number" } }), &["kind", "r"]);
    json!({ "oneOf": names.iter().map(shape).collect::<Vec<_>>() })
}

/// Variants that are told apart by `key`, and have a property of their own: the name of a variant and the type of it.
fn told_by(key: &str, variants: &[(&str, &str)]) -> Value {
    let variant = |(name, of): &(&str, &str)| {
        let properties = json!({ key: { "const": name }, format!("x-{name}"): { "type": of } });
        object(properties, &[key, &format!("x-{name}")])
    };
    json!({ "oneOf": variants.iter().map(variant).collect::<Vec<_>>() })
}

fn open(data: Value) -> Value {
    with(payload(data), "open")
}

fn events(names: &[&'static str]) -> Value {
    // Payloads differ, so that none may be taken for another under a new name.
    let event = |name: &&'static str| Event::new(name, object(json!({ *name: { "type": "string" } }), &[]));
    view(names.iter().map(event).collect(), json!({}))
}

fn text() -> Value {
    json!({ "type": "string" })
}

#[expect(clippy::too_many_lines, reason = "a table")]
fn cases() -> Vec<Case> {
    let other = {
        let mut view = events(&["a"]);
        view["title"] = "Other".into();
        view
    };
    let fixed = |length: u32| json!({ "type": "array", "items": text(), "minItems": length, "maxItems": length });
    let tuple = |items: &[&str]| {
        let length = items.len();
        let items: Vec<_> = items.iter().map(|kind| json!({ "type": kind })).collect();
        json!({ "type": "array", "prefixItems": items, "minItems": length, "maxItems": length })
    };
    let map = |values: Value| json!({ "type": "object", "additionalProperties": values });
    let both = |pattern: &str, values: Value, others: Value| json!({ "type": "object", "patternProperties": { pattern: values }, "additionalProperties": others });
    let matched = |pattern: &str, values: Value| both(pattern, values, json!(false));
    let numbered = |values: Value| matched(r"^\d+$", values);
    let named = |name: &str| {
        view(
            vec![Event::new("a", json!({ "$ref": format!("#/$defs/{name}") }))],
            json!({ name: object(json!({ "x": text() }), &[]) }),
        )
    };
    let external = |name: &str, values: Value| {
        json!({
            "type": "object",
            "properties": { name: values },
            "required": [name],
            "additionalProperties": false,
        })
    };
    let one = |schemas: &[Value]| json!({ "oneOf": schemas });
    let any = |schemas: &[Value]| json!({ "anyOf": schemas });
    let ts = Options::new().profile(Profile::Ts);

    vec![
        // Streams.
        Case {
            base: vec![events(&["a"]), other],
            head: vec![events(&["a"])],
            options: Options::new(),
            there: vec![(StreamRemoved, "Other", Error)],
            back: vec![(StreamAdded, "Other", Info)],
        },
        stream(json!({ "closed": true }), json!({}), (StreamClosedRemoved, Error), (StreamClosedAdded, Info)),
        stream(
            json!({ "closed": true }),
            json!({ "closed": false }),
            (StreamClosedRemoved, Error),
            (StreamClosedAdded, Info),
        ),
        stream(json!({}), json!({ "open": true }), (StreamOpenAdded, Warn), (StreamOpenRemoved, Info)),
        // Events.
        Case::of(events(&["a", "b"]), events(&["a"]), (EventRemoved, "Feed/b", Error), (EventAdded, "Feed/b", Info)),
        Case::of(
            view(vec![Event::empty("a"), Event::new("b", text()).says("deprecated", true)], json!({})),
            view(vec![Event::empty("a")], json!({})),
            (EventRemoved, "Feed/b", Warn),
            (EventAdded, "Feed/b", Info),
        ),
        Case::of(
            with(events(&["a", "b"]), "closed"),
            with(events(&["a"]), "closed"),
            (EventRemoved, "Feed/b", Error),
            (EventAdded, "Feed/b", Error),
        ),
        Case::of(
            view(vec![Event::new("a", text())], json!({})),
            view(vec![Event::new("message", text())], json!({})),
            (EventDefaultChanged, "Feed/a", Error),
            (EventDefaultChanged, "Feed/message", Error),
        ),
        Case::of(
            // The variant is the same, the payload is not.
            view(vec![Event::new("a", text()), Event::empty("b")], json!({})),
            view(vec![Event::new("message", integer("int8")).of_type("FeedAEvent"), Event::empty("b")], json!({})),
            (EventDefaultChanged, "Feed/a", Error),
            (EventDefaultChanged, "Feed/message", Error),
        )
        .further((TypeChanged, "Feed/a", Error), (TypeChanged, "Feed/message", Error)),
        event(
            Event::new("a", text()),
            Event::new("a", text()).fact("data", "text"),
            (EventEncodingChanged, Error),
            (EventEncodingChanged, Error),
        ),
        event(Event::new("a", text()), Event::empty("a"), (EventEncodingChanged, Error), (EventEncodingChanged, Error)),
        event(
            Event::empty("a"),
            Event::empty("a").fact("terminal", true),
            (EventTerminalAdded, Error),
            (EventTerminalRemoved, Error),
        ),
        Case::of(
            // A client knows the names of the events that end its stream, and this one is none of them.
            view(vec![Event::empty("a")], json!({})),
            view(vec![Event::empty("a"), Event::new("b", text()).fact("terminal", true)], json!({})),
            (EventTerminalAdded, "Feed/b", Error),
            (EventRemoved, "Feed/b", Error),
        )
        .there((EventAdded, "Feed/b", Info)),
        Case::of(
            with(view(vec![Event::empty("a")], json!({})), "closed"),
            with(view(vec![Event::empty("a"), Event::new("b", text()).fact("terminal", true)], json!({})), "closed"),
            (EventAdded, "Feed/b", Error),
            (EventRemoved, "Feed/b", Error),
        )
        .there((EventTerminalAdded, "Feed/b", Error)),
        Case::of(
            // The last event of before is not the one of now.
            view(vec![Event::new("a", text()).fact("terminal", true)], json!({})),
            view(vec![Event::new("b", integer("int8")).fact("terminal", true)], json!({})),
            (EventRemoved, "Feed/a", Error),
            (EventTerminalAdded, "Feed/a", Error),
        )
        .further((EventTerminalAdded, "Feed/b", Error), (EventRemoved, "Feed/b", Error))
        .further((EventAdded, "Feed/b", Info), (EventAdded, "Feed/a", Info)),
        event(Event::empty("a").fact("id", true), Event::empty("a"), (EventIdRemoved, Error), (EventIdAdded, Info)),
        event(
            Event::empty("a").fact("retry", 1000),
            Event::empty("a").fact("retry", 2000),
            (EventRetryChanged, Info),
            (EventRetryChanged, Info),
        ),
        {
            let control = |control: Value| {
                let mut view = events(&["a"]);
                view["x-sse"]["control"] = control;
                view
            };
            let reset = object(json!({ "reason": text() }), &["reason"]);
            Case::of(
                control(json!({ "stream-reset": reset, "stream-end": {} })),
                control(json!({ "stream-reset": reset })),
                (EventRemoved, "Feed/stream-end", Error),
                (EventAdded, "Feed/stream-end", Info),
            )
        },
        {
            let control = |required: &[&str]| {
                let mut view = events(&["a"]);
                view["x-sse"]["control"]["stream-reset"] = object(json!({ "reason": text() }), required);
                view
            };
            Case::of(
                control(&["reason"]),
                control(&[]),
                (PropertyBecameOptional, "Feed/stream-reset/reason", Error),
                (PropertyBecameRequired, "Feed/stream-reset/reason", Info),
            )
        },
        // Properties.
        Case::of(
            payload(object(json!({ "x": text() }), &["x"])),
            payload(object(json!({}), &[])),
            (PropertyRemoved, "Feed/a/x", Error),
            (PropertyAdded, "Feed/a/x", Info),
        ),
        Case::of(
            payload(object(json!({ "x": text() }), &[])),
            payload(object(json!({}), &[])),
            (PropertyRemoved, "Feed/a/x", Warn),
            (PropertyAdded, "Feed/a/x", Info),
        ),
        Case::of(
            payload(object(json!({ "x": { "type": "string", "deprecated": true } }), &["x"])),
            payload(object(json!({}), &[])),
            (PropertyRemoved, "Feed/a/x", Warn),
            (PropertyAdded, "Feed/a/x", Info),
        ),
        Case::of(
            payload(object(json!({ "x": { "type": "string", "deprecated": true } }), &[])),
            payload(object(json!({}), &[])),
            (PropertyRemoved, "Feed/a/x", Info),
            (PropertyAdded, "Feed/a/x", Info),
        ),
        Case::of(
            payload(json!({ "type": "object", "properties": { "x": text() }, "additionalProperties": false })),
            payload(json!({ "type": "object", "additionalProperties": false })),
            (PropertyRemoved, "Feed/a/x", Warn),
            (PropertyAdded, "Feed/a/x", Error),
        ),
        Case::of(
            payload(object(json!({ "x": text() }), &["x"])),
            payload(object(json!({ "x": text() }), &[])),
            (PropertyBecameOptional, "Feed/a/x", Error),
            (PropertyBecameRequired, "Feed/a/x", Info),
        ),
        Case::of(
            payload(object(json!({ "x": text() }), &["x"])),
            payload(object(json!({ "x": { "type": ["string", "null"] } }), &["x"])),
            (PropertyBecameNullable, "Feed/a/x", Error),
            (PropertyBecameNonNull, "Feed/a/x", Info),
        ),
        Case::of(
            payload(json!({ "type": "array", "items": integer("int8") })),
            payload(json!({ "type": "array", "items": any(&[integer("int8"), json!({ "type": "null" })]) })),
            (PropertyBecameNullable, "Feed/a/*", Error),
            (PropertyBecameNonNull, "Feed/a/*", Info),
        ),
        Case::of(
            payload(object(json!({ "x": text(), "n": integer("int8") }), &["x", "n"])),
            payload(object(json!({ "y": text(), "n": integer("int8") }), &["y", "n"])),
            (PropertyRenamed, "Feed/a/x", Error),
            (PropertyRenamed, "Feed/a/y", Error),
        ),
        Case::of(
            // Clients get along without it, whatever else is new.
            payload(object(json!({ "x": { "type": "string", "deprecated": true } }), &[])),
            payload(object(json!({ "y": text() }), &[])),
            (PropertyRemoved, "Feed/a/x", Info),
            (PropertyRemoved, "Feed/a/y", Warn),
        )
        .further((PropertyAdded, "Feed/a/y", Info), (PropertyAdded, "Feed/a/x", Info)),
        Case::of(
            payload(object(json!({ "x": { "type": "string", "deprecated": true } }), &["x"])),
            payload(object(json!({ "y": text() }), &["y"])),
            (PropertyRemoved, "Feed/a/x", Warn),
            (PropertyRenamed, "Feed/a/y", Error),
        )
        .there((PropertyAdded, "Feed/a/y", Info)),
        Case::of(
            payload(object(json!({ "x": text() }), &[])),
            payload(object(json!({ "y": text() }), &[])),
            (PropertyRemoved, "Feed/a/x", Warn),
            (PropertyRemoved, "Feed/a/y", Warn),
        )
        .further((PropertyAdded, "Feed/a/y", Info), (PropertyAdded, "Feed/a/x", Info)),
        Case::of(
            // Unless nothing else may be there.
            payload(json!({ "type": "object", "properties": { "x": text() }, "additionalProperties": false })),
            payload(json!({ "type": "object", "properties": { "y": text() }, "additionalProperties": false })),
            (PropertyAdded, "Feed/a/y", Error),
            (PropertyAdded, "Feed/a/x", Error),
        )
        .further((PropertyRemoved, "Feed/a/x", Warn), (PropertyRemoved, "Feed/a/y", Warn)),
        // Types.
        data(text(), integer("int32"), (TypeChanged, Error), (TypeChanged, Error)),
        data(
            text(),
            json!({ "type": "string", "contentEncoding": "base64" }),
            (TypeChanged, Error),
            (TypeChanged, Error),
        ),
        data(
            json!({ "type": ["string", "null"] }),
            json!({ "type": ["boolean", "null"] }),
            (TypeChanged, Error),
            (TypeChanged, Error),
        ),
        data(json!({ "const": "a" }), json!({ "const": 1 }), (TypeChanged, Error), (TypeChanged, Error)),
        data(text(), json!({ "type": "null" }), (TypeChanged, Error), (TypeChanged, Error)),
        data(json!({ "type": "integer" }), json!({ "type": "number" }), (TypeWidened, Error), (TypeNarrowed, Info)),
        data(json!({ "type": "integer" }), json!({ "type": "number" }), (TypeWidened, Warn), (TypeNarrowed, Info))
            .options(ts),
        data(text(), json!({ "type": ["string", "boolean"] }), (TypeWidened, Error), (TypeNarrowed, Info)),
        data(text(), json!(true), (TypeWidened, Error), (TypeNarrowed, Info)),
        data(json!({ "enum": ["a", "b"] }), text(), (TypeWidened, Error), (TypeNarrowed, Info)),
        data(json!(false), text(), (TypeWidened, Error), (TypeNarrowed, Info)),
        data(json!({ "const": true }), json!({ "enum": [1, true] }), (TypeWidened, Error), (TypeNarrowed, Info)),
        data(integer("int32"), integer("int64"), (IntWidthGrew, Error), (IntWidthShrank, Info)),
        data(
            json!({ "type": "integer", "format": "uint32", "minimum": 0 }),
            json!({ "type": "integer", "format": "uint64", "minimum": 0 }),
            (IntWidthGrew, Error),
            (IntWidthShrank, Info),
        ),
        data(
            json!({ "type": "integer", "format": "uint64", "maximum": 9_007_199_254_740_991_u64 }),
            json!({ "type": "integer", "format": "uint64", "maximum": 9_007_199_254_740_992_u64 }),
            (IntWidthGrew, Error),
            (IntWidthShrank, Info),
        ),
        data(
            json!({ "type": "string", "format": "date-time" }),
            json!({ "type": "string", "format": "date" }),
            (FormatChanged, Warn),
            (FormatChanged, Warn),
        ),
        data(json!({ "type": "string", "format": "uuid" }), text(), (FormatChanged, Warn), (FormatAdded, Info)),
        data(
            json!({ "type": "number", "format": "float" }),
            json!({ "type": "number", "format": "double" }),
            (FormatChanged, Warn),
            (FormatChanged, Warn),
        ),
        data(
            json!({ "type": "string", "maxLength": 3 }),
            json!({ "type": "string", "maxLength": 4 }),
            (BoundWidened, Warn),
            (BoundNarrowed, Info),
        ),
        data(json!({ "type": "string", "minLength": 1 }), text(), (BoundWidened, Warn), (BoundNarrowed, Info)),
        data(json!({ "type": "string", "pattern": "^a" }), text(), (BoundWidened, Warn), (BoundNarrowed, Info)),
        data(integer("uint8"), integer("uint16"), (BoundWidened, Warn), (BoundNarrowed, Info)),
        data(
            json!({ "type": "number", "exclusiveMinimum": 1.5 }),
            json!({ "type": "number", "minimum": 1.5 }),
            (BoundWidened, Warn),
            (BoundNarrowed, Info),
        ),
        data(
            json!({ "type": "number", "multipleOf": 2 }),
            json!({ "type": "number" }),
            (BoundWidened, Warn),
            (BoundNarrowed, Info),
        ),
        data(
            json!({ "type": "array", "items": text(), "uniqueItems": true, "maxItems": 3 }),
            json!({ "type": "array", "items": text(), "uniqueItems": true }),
            (BoundWidened, Warn),
            (BoundNarrowed, Info),
        ),
        data(
            json!({ "type": "array", "items": text(), "uniqueItems": true }),
            json!({ "type": "array", "items": text() }),
            (BoundWidened, Warn),
            (BoundNarrowed, Info),
        ),
        data(
            json!({ "type": "object", "maxProperties": 3, "additionalProperties": true }),
            json!({ "type": "object", "additionalProperties": true }),
            (BoundWidened, Warn),
            (BoundNarrowed, Info),
        ),
        data(
            json!({ "type": "string", "not": { "const": "a" } }),
            json!({ "type": "string", "not": { "const": "b" } }),
            (SchemaChanged, Error),
            (SchemaChanged, Error),
        ),
        // Enums and unions.
        data(
            json!({ "enum": ["a", "b"] }),
            json!({ "enum": ["a", "b", "c"] }),
            (EnumValueAdded, Warn),
            (EnumValueRemoved, Info),
        ),
        data(
            json!({ "oneOf": [{ "enum": ["a", "b"] }] }),
            json!({ "oneOf": [{ "enum": ["a", "b"] }, { "const": "c", "description": "New." }] }),
            (EnumValueAdded, Error),
            (EnumValueRemoved, Info),
        )
        .options(Options::new().closed_enums(true)),
        Case::of(
            with(payload(json!({ "enum": ["a"] })), "open"),
            with(payload(json!({ "enum": ["a", "b"] })), "open"),
            (EnumValueAdded, "Feed/a", Info),
            (EnumValueRemoved, "Feed/a", Info),
        )
        .options(Options::new().closed_enums(true)),
        data(shapes(&["circle"]), shapes(&["circle", "square"]), (VariantAdded, Error), (VariantRemoved, Info)),
        Case::of(
            with(payload(shapes(&["circle"])), "open"),
            with(payload(shapes(&["circle", "square"])), "open"),
            (VariantAdded, "Feed/a", Warn),
            (VariantRemoved, "Feed/a", Info),
        ),
        data(
            one(&[json!({ "enum": ["a"] }), external("b", text())]),
            one(&[json!({ "enum": ["a"] }), external("b", text()), external("c", integer("int8"))]),
            (VariantAdded, Error),
            (VariantRemoved, Info),
        ),
        data(
            json!({ "enum": ["a", "b"] }),
            one(&[json!({ "enum": ["a", "b"] }), external("c", text())]),
            (VariantAdded, Error),
            (VariantRemoved, Info),
        ),
        data(
            any(&[text(), integer("int8")]),
            any(&[text(), integer("int8"), json!({ "type": "boolean" })]),
            (VariantAdded, Error),
            (VariantRemoved, Info),
        ),
        data(
            any(&[object(json!({ "x": text() }), &["x"]), object(json!({ "y": text() }), &["y"])]),
            any(&[
                object(json!({ "x": text() }), &["x"]),
                object(json!({ "z": integer("int8") }), &["z"]),
                object(json!({ "y": text() }), &["y"]),
            ]),
            (VariantAdded, Error),
            (VariantRemoved, Info),
        ),
        data(json!({ "const": "v1" }), json!({ "const": "v2" }), (ConstChanged, Error), (ConstChanged, Error)),
        Case::of(
            payload(shapes(&["circle", "square"])),
            payload(shapes(&["round", "square"])),
            (ConstChanged, "Feed/a/kind=circle", Error),
            (ConstChanged, "Feed/a/kind=round", Error),
        ),
        Case::of(
            payload(one(&[json!({ "enum": ["a"] }), external("circle", text())])),
            payload(one(&[json!({ "enum": ["a"] }), external("round", text())])),
            (ConstChanged, "Feed/a/circle", Error),
            (ConstChanged, "Feed/a/round", Error),
        ),
        Case::of(
            // Alone, it is rather a struct that takes no others.
            payload(external("circle", text())),
            payload(external("round", text())),
            (PropertyRenamed, "Feed/a/circle", Error),
            (PropertyRenamed, "Feed/a/round", Error),
        ),
        Case::of(
            open(external("price", integer("uint32"))),
            open(external("amount", text())),
            (PropertyAdded, "Feed/a/amount", Error),
            (PropertyRemoved, "Feed/a/amount", Error),
        )
        .further((PropertyRemoved, "Feed/a/price", Error), (PropertyAdded, "Feed/a/price", Error)),
        Case::of(
            open(one(&[json!({ "enum": ["a"] }), external("b", text())])),
            open(one(&[json!({ "enum": ["a"] }), external("c", integer("int8"))])),
            (VariantAdded, "Feed/a", Warn),
            (VariantAdded, "Feed/a", Warn),
        )
        .further((VariantRemoved, "Feed/a", Info), (VariantRemoved, "Feed/a", Info)),
        Case::of(
            // That of the base may be a struct.
            open(external("price", integer("uint32"))),
            open(one(&[external("amount", text()), external("size", json!({ "type": "boolean" }))])),
            (VariantAdded, "Feed/a", Error),
            (VariantAdded, "Feed/a", Warn),
        )
        .further((VariantAdded, "Feed/a", Error), (VariantRemoved, "Feed/a", Info))
        .further((VariantRemoved, "Feed/a", Info), (VariantRemoved, "Feed/a", Info)),
        Case::of(
            open(external("b", text())),
            open(one(&[external("b", text()), external("c", integer("int8"))])),
            (VariantAdded, "Feed/a", Warn),
            (VariantRemoved, "Feed/a", Info),
        ),
        Case::of(
            // That there is a tag is not said by a type that has none.
            open(any(&[text(), integer("int8")])),
            open(any(&[text(), integer("int8"), external("c", text())])),
            (VariantAdded, "Feed/a", Error),
            (VariantRemoved, "Feed/a", Info),
        ),
        Case::of(
            open(told_by("type", &[("a", "string"), ("b", "boolean")])),
            open(told_by("kind", &[("a", "string"), ("b", "boolean")])),
            (PropertyRenamed, "Feed/a/type=a/type", Error),
            (PropertyRenamed, "Feed/a/kind=a/kind", Error),
        )
        .further((PropertyRenamed, "Feed/a/type=b/type", Error), (PropertyRenamed, "Feed/a/kind=b/kind", Error)),
        Case::of(
            // Who looks for another tag finds none.
            open(told_by("type", &[("a", "string"), ("b", "boolean")])),
            open(told_by("kind", &[("a", "string"), ("c", "number")])),
            (VariantAdded, "Feed/a", Error),
            (VariantAdded, "Feed/a", Error),
        )
        .further((PropertyRenamed, "Feed/a/type=a/type", Error), (PropertyRenamed, "Feed/a/kind=a/kind", Error))
        .further((VariantRemoved, "Feed/a", Info), (VariantRemoved, "Feed/a", Info)),
        Case::of(
            open(told_by("type", &[("a", "string"), ("b", "boolean")])),
            open(told_by("kind", &[("c", "number"), ("d", "object")])),
            (VariantAdded, "Feed/a", Error),
            (VariantAdded, "Feed/a", Error),
        )
        .further((VariantRemoved, "Feed/a", Info), (VariantRemoved, "Feed/a", Info)),
        // Arrays.
        data(
            tuple(&["string"]),
            tuple(&["string", "integer"]),
            (TupleLengthChanged, Error),
            (TupleLengthChanged, Error),
        ),
        data(
            // What comes behind the elements has limits of its own.
            json!({ "type": "array", "prefixItems": [text()], "items": integer("int8"), "minItems": 1, "maxItems": 5 }),
            json!({ "type": "array", "prefixItems": [text()], "items": integer("int8"), "minItems": 1 }),
            (BoundWidened, Warn),
            (BoundNarrowed, Info),
        ),
        data(
            json!({ "type": "array", "prefixItems": [text()], "items": integer("int8"), "minItems": 3 }),
            json!({ "type": "array", "prefixItems": [text()], "items": integer("int8"), "minItems": 2 }),
            (BoundWidened, Warn),
            (BoundNarrowed, Info),
        ),
        data(
            json!({ "type": "array", "prefixItems": [text(), text()], "maxItems": 1 }),
            json!({ "type": "array", "prefixItems": [text(), text()], "maxItems": 2 }),
            (TupleLengthChanged, Error),
            (TupleLengthChanged, Error),
        ),
        data(fixed(3), fixed(4), (TupleLengthChanged, Error), (TupleLengthChanged, Error)),
        data(
            json!({ "type": "array", "items": text() }),
            tuple(&["string", "string"]),
            (ArrayBecameTuple, Error),
            (TupleBecameArray, Error),
        ),
        data(
            json!({ "type": "array", "items": text() }),
            fixed(2),
            (ArrayBecameTuple, Error),
            (TupleBecameArray, Error),
        ),
        Case::of(
            payload(tuple(&["string", "integer"])),
            payload(tuple(&["string", "string"])),
            (TypeChanged, "Feed/a/1", Error),
            (TypeChanged, "Feed/a/1", Error),
        ),
        // Maps.
        data(numbered(text()), map(text()), (MapKeysWidened, Error), (MapKeysNarrowed, Info)),
        data(
            // Unsigned integers to signed ones.
            matched(r"^\d+$", text()),
            matched(r"^-?\d+$", text()),
            (MapKeysWidened, Error),
            (MapKeysNarrowed, Info),
        ),
        data(matched("^a", text()), matched("^b", text()), (MapKeysWidened, Error), (MapKeysWidened, Error)),
        Case::of(
            payload(matched(r"^\d+$", text())),
            payload(matched(r"^-?\d+$", integer("int8"))),
            (MapKeysWidened, "Feed/a", Error),
            (TypeChanged, "Feed/a/*", Error),
        )
        .further((TypeChanged, "Feed/a/*", Error), (MapKeysNarrowed, "Feed/a", Info)),
        Case::of(
            payload(matched("^a", text())),
            payload(matched("^b", integer("int8"))),
            (MapKeysWidened, "Feed/a", Error),
            (MapKeysWidened, "Feed/a", Error),
        )
        .further((TypeChanged, "Feed/a/*", Error), (TypeChanged, "Feed/a/*", Error)),
        data(
            json!({ "type": "object", "propertyNames": { "enum": ["a"] }, "additionalProperties": text() }),
            map(text()),
            (MapKeysWidened, Error),
            (MapKeysNarrowed, Info),
        ),
        data(
            json!({ "type": "object", "propertyNames": { "enum": ["a"] }, "additionalProperties": text() }),
            json!({ "type": "object", "propertyNames": { "enum": ["a", "b"] }, "additionalProperties": text() }),
            (MapKeysWidened, Error),
            (MapKeysNarrowed, Info),
        ),
        Case::of(
            payload(map(text())),
            payload(map(integer("int8"))),
            (TypeChanged, "Feed/a/*", Error),
            (TypeChanged, "Feed/a/*", Error),
        ),
        Case::of(
            payload(numbered(text())),
            payload(numbered(integer("int8"))),
            (TypeChanged, "Feed/a/*", Error),
            (TypeChanged, "Feed/a/*", Error),
        ),
        data(
            object(json!({}), &[]),
            map(text()),
            (AdditionalPropertiesOpened, Info),
            (AdditionalPropertiesClosed, Info),
        ),
        data(
            json!({ "type": "object", "additionalProperties": false }),
            object(json!({}), &[]),
            (AdditionalPropertiesOpened, Info),
            (AdditionalPropertiesClosed, Info),
        ),
        data(
            json!({ "type": "object", "additionalProperties": false }),
            map(text()),
            (AdditionalPropertiesOpened, Error),
            (AdditionalPropertiesClosed, Info),
        ),
        // Words.
        data(
            json!({ "type": "string", "default": "a" }),
            json!({ "type": "string", "default": "b" }),
            (DefaultChanged, Info),
            (DefaultChanged, Info),
        ),
        data(
            json!({ "type": "string", "description": "A." }),
            text(),
            (DescriptionChanged, Info),
            (DescriptionChanged, Info),
        ),
        event(
            Event::empty("a"),
            Event::empty("a").says("examples", json!([{ "event": "a" }])),
            (ExamplesChanged, Info),
            (ExamplesChanged, Info),
        ),
        event(
            Event::empty("a"),
            Event::empty("a").says("deprecated", true),
            (DeprecatedChanged, Info),
            (DeprecatedChanged, Info),
        ),
        // Names.
        Case::of(named("Tick"), named("Quote"), (DefRenamed, "Feed/a", Error), (DefRenamed, "Feed/a", Error)).source(),
        Case::of(named("Tick"), named("Quote"), (DefRenamed, "Feed/a", Error), (DefRenamed, "Feed/a", Error))
            .options(ts),
        event(
            Event::empty("a"),
            Event::empty("a").of_type("FeedTickEvent"),
            (TsNameChanged, Error),
            (TsNameChanged, Error),
        )
        .source(),
        // Several at once.
        Case::of(
            payload(object(json!({ "x": text(), "y": text() }), &["x"])),
            payload(object(json!({ "x": text(), "y": { "type": ["string", "null"] } }), &["x", "y"])),
            (PropertyBecameNullable, "Feed/a/y", Error),
            (PropertyBecameOptional, "Feed/a/y", Error),
        )
        .further((PropertyBecameRequired, "Feed/a/y", Info), (PropertyBecameNonNull, "Feed/a/y", Info)),
        Case::of(
            payload(object(json!({ "x": text() }), &["x"])),
            payload(object(json!({ "y": text(), "z": text() }), &["y", "z"])),
            (PropertyRemoved, "Feed/a/x", Error),
            (PropertyRemoved, "Feed/a/y", Error),
        )
        .further((PropertyAdded, "Feed/a/y", Info), (PropertyRemoved, "Feed/a/z", Error))
        .further((PropertyAdded, "Feed/a/z", Info), (PropertyAdded, "Feed/a/x", Info)),
    ]
}

#[test]
fn every_rule_is_found_there_and_back() {
    let mut found = BTreeSet::new();
    for (n, case) in cases().into_iter().enumerate() {
        let there = compare_all(&case.base, &case.head, &case.options).unwrap();
        let back = compare_all(&case.head, &case.base, &case.options).unwrap();
        assert_eq!(brief(&there), case.there, "case {n}: {there:#?}");
        assert_eq!(brief(&back), case.back, "case {n}, back: {back:#?}");
        if let ([there], [back]) = (&*there, &*back) {
            assert!(there.rule.inverses().contains(&back.rule), "case {n}: {there} and {back} are no inverses");
            assert!(back.rule.inverses().contains(&there.rule), "case {n}: {back} and {there} are no inverses");
            found.extend([there.rule, back.rule]);
        }
    }
    let untested: Vec<_> = Rule::ALL.iter().filter(|rule| !found.contains(rule)).collect();
    assert_eq!(untested, Vec::<&Rule>::new());
}

#[test]
fn every_severity_is_that_of_its_rule_or_of_its_note() {
    let mut seen = BTreeSet::new();
    for case in cases() {
        let (there, back) = (
            compare_all(&case.base, &case.head, &case.options).unwrap(),
            compare_all(&case.head, &case.base, &case.options).unwrap(),
        );
        for Finding { rule, severity, .. } in there.iter().chain(&back) {
            let usual = rule.severity(if case.options == Options::new() { Profile::Wire } else { Profile::Source });
            assert!(usual == Some(*severity) || rule.note().contains(severity.as_str()), "{rule:?} is {severity}");
            seen.insert((*rule, *severity));
        }
    }
    // And there is a case of all that the notes say.
    for rule in Rule::ALL {
        for severity in [Info, Warn, Error].into_iter().filter(|severity| rule.note().contains(severity.as_str())) {
            assert!(seen.contains(&(*rule, severity)), "{rule:?} is never {severity}");
        }
    }
}

#[test]
fn every_rule_has_its_own_name_and_known_inverses() {
    let ids: BTreeSet<_> = Rule::ALL.iter().map(|rule| rule.id()).collect();
    assert_eq!(ids.len(), Rule::ALL.len());
    for rule in Rule::ALL {
        assert_eq!(Rule::of_id(rule.id()), Some(*rule));
        assert!(rule.inverses().iter().all(|other| other.inverses().contains(rule)), "{rule:?}");
    }
    assert_eq!(Rule::of_id("no-such-rule"), None);
}

/// What is worse than that there are fewer values, of a payload that becomes one value; there are more on the way back.
#[track_caller]
fn becomes(base: Value, value: Value, there: &[(Rule, Severity)]) {
    let (base, head) = (payload(base), payload(json!({ "const": &value })));
    let found = compare(&base, &head, &Options::new()).unwrap();
    let rules: Vec<_> = found.iter().map(|it| (it.rule, it.severity)).filter(|it| it.1 > Info).collect();
    assert_eq!(rules, there, "{value}: {found:#?}");
    assert_eq!(found.last().map(|it| it.severity), Some(Info), "{found:#?}");
    let back = compare(&head, &base, &Options::new()).unwrap();
    assert_eq!(back.first().map(|it| it.severity), Some(Error), "{back:#?}");
}

#[test]
fn a_value_is_one_of_a_type_or_not() {
    let pair = || object(json!({ "a": integer("uint8"), "b": text() }), &["a"]);
    let list = || json!({ "type": "array", "items": integer("uint8"), "maxItems": 2 });
    let tuple = || json!({ "type": "array", "prefixItems": [text(), integer("uint8")], "minItems": 1 });
    let closed = json!({ "type": "object", "properties": { "a": integer("uint8") }, "additionalProperties": false });
    let map = json!({ "type": "object", "additionalProperties": text(), "maxProperties": 1 });
    let numbered = json!({ "type": "object", "patternProperties": { "^a": text() }, "additionalProperties": false });
    for (base, values) in [
        (pair(), vec![json!({ "a": 1 }), json!({ "a": 1, "b": "x" }), json!({ "a": 1.0, "c": true })]),
        (list(), vec![json!([]), json!([1, 2])]),
        (tuple(), vec![json!(["x"]), json!(["x", 1, "any"])]),
        (closed.clone(), vec![json!({}), json!({ "a": 1 })]),
        (map.clone(), vec![json!({}), json!({ "k": "x" })]),
        (numbered.clone(), vec![json!({ "a": "x" })]),
    ] {
        for value in values {
            becomes(base.clone(), value, &[]);
        }
    }
    for (base, values) in [
        (pair(), vec![json!({ "a": "x" }), json!({ "b": "x" }), json!({ "a": 256 }), json!({ "a": 1, "b": 1 })]),
        (list(), vec![json!(["x"]), json!([1, 2, 3])]),
        (tuple(), vec![json!([]), json!([1]), json!(["x", "y"])]),
        (closed, vec![json!({ "c": 1 })]),
        (map, vec![json!({ "k": 1 }), json!({ "k": "x", "l": "x" })]),
        (numbered, vec![json!({ "a": 1 })]),
    ] {
        for value in values {
            becomes(base.clone(), value, &[(TypeChanged, Error)]);
        }
    }
    let warn = (BoundWidened, Warn);
    becomes(json!({ "type": "string", "pattern": "^a" }), json!("b"), &[warn]);
    becomes(json!({ "type": "string", "contentEncoding": "base64" }), json!("b"), &[warn]);
    becomes(json!({ "type": "number", "multipleOf": 0.5 }), json!(1.5), &[]);
    becomes(json!({ "type": "number", "multipleOf": 0.5 }), json!(1.25), &[warn]);
    becomes(json!({ "type": "integer", "multipleOf": 2 }), json!(4), &[]);
    becomes(json!({ "type": "integer", "multipleOf": 2 }), json!(5), &[warn]);
    becomes(json!({ "type": "string", "not": { "const": "b" } }), json!("b"), &[(SchemaChanged, Error)]);
}

#[test]
fn numbers_are_the_same_however_they_are_written() {
    for (one, other) in [
        (json!({ "const": 1 }), json!({ "const": 1.0 })),
        (json!({ "enum": [1, 2.0, "x"] }), json!({ "enum": [1.0, 2, "x"] })),
        (json!({ "const": { "a": [1] } }), json!({ "const": { "a": [1.0] } })),
    ] {
        assert_eq!(compare(&payload(one.clone()), &payload(other.clone()), &Options::new()).unwrap(), []);
        assert_eq!(compare(&payload(other), &payload(one), &Options::new()).unwrap(), []);
    }
    let found = compare(&payload(json!({ "const": 1 })), &payload(json!({ "const": 1.5 })), &Options::new()).unwrap();
    assert_eq!(brief(&found), [(TypeChanged, "Feed/a", Error)]);
}

#[test]
fn keys_that_get_a_pattern_of_their_own_had_values_before() {
    let map = |pattern: &str| {
        let values = json!({ pattern: text() });
        payload(json!({ "type": "object", "patternProperties": values, "additionalProperties": { "type": "boolean" } }))
    };
    let (unsigned, signed) = (map(r"^\d+$"), map(r"^-?\d+$"));
    // Negative numbers were keys like any other.
    let there = compare(&unsigned, &signed, &Options::new()).unwrap();
    assert_eq!(brief(&there), [(TypeChanged, "Feed/a/*", Error)]);
    let back = compare(&signed, &unsigned, &Options::new()).unwrap();
    assert_eq!(brief(&back), [(SchemaChanged, "Feed/a", Error)]);
}

/// What the page says of the rules.
fn table() -> String {
    let row = |rule: &Rule| {
        let of = |profile| rule.severity(profile).map_or("", Severity::as_str);
        let [wire, source, ts] = [Profile::Wire, Profile::Source, Profile::Ts].map(of);
        let note = rule.note();
        let line = format!("//! | `{}` | {} | {wire} | {source} | {ts} | {note} |", rule.id(), rule.what());
        line.replace("  ", " ") + "\n"
    };
    Rule::ALL.iter().map(row).collect()
}

#[test]
fn the_page_has_the_table_of_the_rules() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/compat/mod.rs");
    let page = fs::read_to_string(path).unwrap();
    let (start, end) = ("//! |---|---|---|---|---|---|\n", "//!\n//! # Limits\n");
    let from = page.find(start).unwrap() + start.len();
    let until = page.find(end).unwrap();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(path, format!("{}{}{}", &page[..from], table(), &page[until..])).unwrap();
    } else {
        assert!(page[from..until] == table(), "run with UPDATE_GOLDEN=1");
    }
}

#[test]
fn hints_name_what_it_may_be_now() {
    let hint = |base: &Value, head: &Value| {
        let found = compare(base, head, &Options::new()).unwrap();
        found.iter().find_map(|finding| finding.hint.clone())
    };
    let tick = || Event::new("a", text());
    let quote = || Event::new("b", text());
    let base = view(vec![tick()], json!({}));
    assert_eq!(hint(&base, &view(vec![quote()], json!({}))).unwrap(), "renamed to `b`?");
    let two = view(vec![quote(), Event::new("c", integer("int8")).of_type("FeedAEvent")], json!({}));
    assert_eq!(hint(&base, &two).unwrap(), "renamed to `b` or `c`?");
    assert_eq!(hint(&base, &view(vec![Event::new("b", integer("int8"))], json!({}))), None);
    assert_eq!(hint(&base, &view(vec![quote().fact("data", "text")], json!({}))), None);

    let object = |names: &[&str]| {
        payload(object(
            names.iter().map(|name| ((*name).to_owned(), text())).collect::<serde_json::Map<_, _>>().into(),
            &[],
        ))
    };
    assert_eq!(hint(&object(&["x"]), &object(&["y", "z"])).unwrap(), "renamed to `y` or `z`?");
    assert_eq!(hint(&object(&["x", "y"]), &object(&["z"])).unwrap(), "renamed to `z`?");
    assert_eq!(hint(&object(&["x"]), &object(&["y"])).unwrap(), "renamed to `y`?");

    let mut other = base.clone();
    other["title"] = "Other".into();
    let found = compare_all(&[base], &[other], &Options::new()).unwrap();
    assert_eq!(found[0].hint.as_deref(), Some("renamed to `Other`?"));
}
