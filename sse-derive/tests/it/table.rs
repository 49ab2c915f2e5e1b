//! The tables of `derive.md`, row by row, where no other test shows the bytes, the schema and what is decoded at once.

use std::borrow::Cow;
use std::time::Duration;

use serde_json::{Value, json};
use sse_core::schema::{Manifest, SseSchema, event_view};
use sse_core::wire::encode;
use sse_core::{SseDecode, SseEvent};

use crate::grammar::{conforms, decode, wire};

/// The schema of a payload, its definition looked up.
fn data<E: SseSchema>(event: &str) -> Value {
    let view = event_view::<E>().unwrap();
    let data = &view["$defs"][format!("{}{event}Event", E::stream_name())]["properties"]["data"];
    match data["$ref"].as_str() {
        Some(path) => view["$defs"][path.strip_prefix("#/$defs/").unwrap()].clone(),
        None => data.clone(),
    }
}

fn sent<E: SseSchema>() -> Vec<String> {
    Manifest::of::<E>().unwrap().events().iter().map(|event| event.name.clone()).collect()
}

/// Which variant comes of an event of this name and this data.
#[track_caller]
fn received<E: SseDecode>(name: &str, data: &str) -> Option<E> {
    decode(format!("event: {name}\ndata: {data}\n\n").as_bytes()).unwrap()
}

#[derive(Debug, PartialEq, SseEvent, SseDecode)]
#[serde(rename_all(serialize = "kebab-case", deserialize = "SCREAMING_SNAKE_CASE"))]
enum Named {
    #[sse(example = Self::ByRule)]
    ByRule,
    #[serde(rename = "both")]
    #[sse(example = Self::Renamed)]
    Renamed,
    #[serde(rename(serialize = "out", deserialize = "in"))]
    #[sse(example = Self::TwoWays)]
    TwoWays,
    #[serde(rename(deserialize = "old"))]
    #[sse(example = Self::OneWay)]
    OneWay,
    #[serde(alias = "a", alias = "b")]
    #[sse(example = Self::Aliased { n: 1 })]
    Aliased {
        #[serde(alias = "m", rename(serialize = "num"), alias = "num")]
        n: u8,
    },
    #[sse(event = "ours", example = Self::Ours)]
    #[serde(rename = "serdes")]
    Ours,
}

#[test]
fn a_name_that_is_only_received_is_not_told() {
    assert_eq!(sent::<Named>(), ["by-rule", "both", "out", "one-way", "aliased", "ours"]);
    assert_eq!(wire(&Named::TwoWays), "event: out\ndata:\n\n");
    assert_eq!(wire(&Named::OneWay), "event: one-way\ndata:\n\n");
    assert_eq!(wire(&Named::Aliased { n: 1 }), "event: aliased\ndata: {\"num\":1}\n\n");
    for (name, expected) in [
        ("by-rule", Some(Named::ByRule)),
        ("BY_RULE", Some(Named::ByRule)),
        ("both", Some(Named::Renamed)),
        ("RENAMED", None),
        ("out", Some(Named::TwoWays)),
        ("in", Some(Named::TwoWays)),
        ("TWO_WAYS", None),
        ("one-way", Some(Named::OneWay)),
        ("old", Some(Named::OneWay)),
        ("ONE_WAY", None),
        ("ours", Some(Named::Ours)),
        ("serdes", None),
    ] {
        assert_eq!(received(name, ""), expected, "{name}");
    }
    for (name, key) in [("aliased", "num"), ("ALIASED", "n"), ("a", "m"), ("b", "num")] {
        assert_eq!(received(name, &format!("{{\"{key}\":1}}")), Some(Named::Aliased { n: 1 }), "{name} {key}");
    }
    let view = event_view::<Named>().unwrap().to_string();
    for unsaid in ["\"a\"", "\"b\"", "\"m\"", "\"n\"", "\"in\"", "\"old\"", "BY_RULE", "serdes"] {
        assert!(!view.contains(unsaid), "{unsaid} in {view}");
    }
    conforms::<Named>();
}

#[derive(Debug, PartialEq, SseEvent, SseDecode)]
#[sse(prefix = "p.")]
enum Unnamed {
    #[sse(event = "message", example = Self::Default(1))]
    #[serde(alias = "", alias = "plain")]
    Default(u8),
    #[sse(event = "messages", example = Self::Named(1))]
    Named(u8),
}

#[test]
fn the_default_event_has_no_name() {
    assert_eq!(wire(&Unnamed::Default(1)), "data: 1\n\n");
    assert_eq!(wire(&Unnamed::Named(1)), "event: p.messages\ndata: 1\n\n");
    assert_eq!(received("message", "1"), Some(Unnamed::Default(1)));
    assert_eq!(received("p.plain", "1"), Some(Unnamed::Default(1)));
    assert_eq!(decode(b"data: 1\n\n"), Ok(Some(Unnamed::Default(1))));
    let view = event_view::<Unnamed>().unwrap();
    let required = |event: &str| view["$defs"][format!("Unnamed{event}Event")]["required"].clone();
    assert_eq!((required("Default"), required("Named")), (json!(["data"]), json!(["data", "event"])));
    conforms::<Unnamed>();
}

#[derive(Debug, PartialEq, SseEvent, SseDecode)]
enum OneWay {
    #[serde(skip)]
    Neither,
    #[serde(skip_serializing)]
    Received(u8),
    #[serde(skip_deserializing)]
    Sent(u8),
    #[sse(skip)]
    Ours,
}

#[test]
fn a_variant_may_go_one_way() {
    assert_eq!(sent::<OneWay>(), ["Sent"]);
    assert_eq!(wire(&OneWay::Sent(1)), "event: Sent\ndata: 1\n\n");
    for never in [OneWay::Neither, OneWay::Received(1), OneWay::Ours] {
        assert!(encode(&never).is_err(), "{never:?}");
    }
    assert_eq!(received("Received", "1"), Some(OneWay::Received(1)));
    for name in ["Neither", "Sent", "Ours"] {
        assert_eq!(received::<OneWay>(name, "1"), None, "{name}");
    }
}

#[derive(Debug, PartialEq, SseEvent, SseDecode)]
enum Fields<'a> {
    #[sse(example = Self::Skips { both: 0, unsent: 0, unread: 7, sometimes: 0 })]
    Skips {
        #[serde(skip)]
        both: u8,
        #[serde(skip_serializing, default)]
        unsent: u8,
        #[serde(skip_deserializing, default = "seven")]
        unread: u8,
        #[serde(default, skip_serializing_if = "is_zero")]
        sometimes: u8,
    },
    #[sse(example = Self::Borrows { text: "x".into(), bytes: b"y".into() })]
    Borrows {
        #[serde(borrow)]
        text: Cow<'a, str>,
        #[serde(borrow = "'a")]
        bytes: Cow<'a, [u8]>,
    },
}

fn seven() -> u8 {
    7
}

fn is_zero(number: &u8) -> bool {
    *number == 0
}

#[test]
fn a_field_may_be_left_out() {
    assert_eq!(
        wire(&Fields::Skips { both: 1, unsent: 2, unread: 3, sometimes: 4 }),
        "event: Skips\ndata: {\"unread\":3,\"sometimes\":4}\n\n"
    );
    assert_eq!(
        received("Skips", "{\"both\":1,\"unsent\":2,\"unread\":3,\"sometimes\":4}"),
        Some(Fields::Skips { both: 0, unsent: 2, unread: 7, sometimes: 4 })
    );
    let skips = data::<Fields<'_>>("Skips");
    assert_eq!(skips["required"], json!(["unread"]));
    let keys: Vec<_> = skips["properties"].as_object().unwrap().keys().collect();
    assert_eq!(keys, ["sometimes", "unread"]);
    conforms::<Fields<'_>>();
}

#[test]
fn what_may_borrow_is_owned() {
    assert_eq!(
        wire(&Fields::Borrows { text: "x".into(), bytes: b"y".into() }),
        "event: Borrows\ndata: {\"text\":\"x\",\"bytes\":[121]}\n\n"
    );
    let Some(Fields::Borrows { text: Cow::Owned(text), .. }) = received("Borrows", "{\"text\":\"x\",\"bytes\":[]}")
    else {
        panic!("it borrows from a buffer that is gone")
    };
    assert_eq!(text, "x");
}

/// serde's way to write a private field of another crate's struct.
#[derive(SseEvent)]
#[sse(example = Self { micros: 1 })]
struct Getter {
    #[serde(getter = "Self::doubled")]
    micros: u64,
}

impl Getter {
    const fn doubled(&self) -> u64 {
        2 * self.micros
    }
}

#[test]
fn a_getter_says_what_is_written() {
    assert_eq!(wire(&Getter { micros: 4 }), "event: Getter\ndata: {\"micros\":8}\n\n");
    assert_eq!(data::<Getter>("")["properties"]["micros"]["format"], "uint64");
}

/// As text on the wire, both numbers at once.
mod dotted {
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    pub(super) fn serialize<S: Serializer>(whole: &u32, part: &u32, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{whole}.{part}"))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<(u32, u32), D::Error> {
        let text = String::deserialize(deserializer)?;
        let (whole, part) = text.split_once('.').ok_or_else(|| D::Error::custom("no dot"))?;
        Ok((whole.parse().map_err(D::Error::custom)?, part.parse().map_err(D::Error::custom)?))
    }
}

#[derive(Debug, PartialEq, SseEvent, SseDecode)]
enum Functions {
    #[serde(with = "dotted")]
    #[schemars(with = "String")]
    #[sse(example = Self::Tuple(1, 5))]
    Tuple(u32, u32),
    #[serde(serialize_with = "dotted::serialize", deserialize_with = "dotted::deserialize")]
    #[schemars(with = "String")]
    #[sse(example = Self::Struct { whole: 1, part: 5 })]
    Struct { whole: u32, part: u32 },
}

#[test]
fn a_function_may_write_the_whole_variant() {
    assert_eq!(wire(&Functions::Tuple(1, 5)), "event: Tuple\ndata: \"1.5\"\n\n");
    assert_eq!(wire(&Functions::Struct { whole: 1, part: 5 }), "event: Struct\ndata: \"1.5\"\n\n");
    for event in ["Tuple", "Struct"] {
        assert_eq!(data::<Functions>(event), json!({ "type": "string" }));
    }
    conforms::<Functions>();
}

/// What is unknown to serde's derive of the same type is not for it, but `crate` is.
#[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize, SseEvent, SseDecode)]
#[serde(crate = "serde", tag = "t", content = "c", expecting = "something that was sent")]
enum Expecting {
    Tick { n: u8 },
}

#[test]
fn serdes_own_words_are_used() {
    assert_eq!(wire(&Expecting::Tick { n: 1 }), "event: Tick\ndata: {\"n\":1}\n\n");
    let error = decode::<Expecting>(b"event: Tick\ndata: 5\n\n").unwrap_err().to_string();
    assert!(error.contains("invalid type: integer `5`, expected something that was sent"), "{error}");
}

trait Source {
    type Out: std::fmt::Debug + PartialEq;
}

#[derive(Debug, PartialEq)]
struct Numbers;

impl Source for Numbers {
    type Out = u8;
}

#[derive(Debug, PartialEq, SseEvent, SseDecode)]
#[sse(no_schema)]
#[serde(bound(
    serialize = "<S as Source>::Out: serde::Serialize",
    deserialize = "<S as Source>::Out: serde::Deserialize<'de>"
))]
enum Bounded<S: Source> {
    Newtype(<S as Source>::Out),
    Struct { out: <S as Source>::Out },
}

#[test]
fn bounds_may_be_said_for_each_direction() {
    for event in [Bounded::<Numbers>::Newtype(1), Bounded::Struct { out: 2 }] {
        assert_eq!(decode(wire(&event).as_bytes()), Ok(Some(event)));
    }
}

#[derive(Debug, PartialEq, SseEvent, SseDecode)]
#[serde(tag = "type", content = "content")]
#[sse(data = "tagged")]
enum Both {
    #[sse(example = Self::Tick { n: 1 })]
    Tick { n: u8 },
}

#[derive(Debug, PartialEq, SseEvent, SseDecode)]
#[serde(tag = "type")]
#[sse(data = "content")]
enum Neither {
    #[sse(example = Self::Tick { n: 1 })]
    Tick { n: u8 },
}

#[test]
fn ours_says_whether_the_payload_is_tagged() {
    assert_eq!(wire(&Both::Tick { n: 1 }), "event: Tick\ndata: {\"type\":\"Tick\",\"n\":1}\n\n");
    assert_eq!(wire(&Neither::Tick { n: 1 }), "event: Tick\ndata: {\"n\":1}\n\n");
    assert_eq!(data::<Both>("Tick")["required"], json!(["n", "type"]));
    assert_eq!(data::<Neither>("Tick")["required"], json!(["n"]));
    conforms::<Both>();
    conforms::<Neither>();
}

/// A variant of each kind, and what becomes of it in each of the three.
#[derive(Debug, PartialEq, SseEvent, SseDecode)]
enum Kinds {
    #[sse(example = Self::Unit)]
    Unit,
    #[sse(example = Self::Newtype(Some(1)), example = Self::Newtype(None))]
    Newtype(Option<u8>),
    #[sse(example = Self::Null(()))]
    Null(()),
    #[sse(example = Self::Tuple(1, None))]
    Tuple(u8, Option<u8>),
    #[sse(example = Self::Struct { a: 1, b: None })]
    Struct { a: u8, b: Option<u8> },
}

#[test]
fn each_kind_of_variant_is_in_all_three() {
    for (event, expected) in [
        (Kinds::Unit, "event: Unit\ndata:\n\n"),
        (Kinds::Newtype(None), "event: Newtype\ndata: null\n\n"),
        (Kinds::Null(()), "event: Null\ndata: null\n\n"),
        (Kinds::Tuple(1, None), "event: Tuple\ndata: [1,null]\n\n"),
        (Kinds::Struct { a: 1, b: None }, "event: Struct\ndata: {\"a\":1,\"b\":null}\n\n"),
    ] {
        assert_eq!(wire(&event), expected);
        assert_eq!(decode(expected.as_bytes()), Ok(Some(event)));
    }
    assert_eq!(data::<Kinds>("Unit"), Value::Null, "there is no `data`");
    assert_eq!(data::<Kinds>("Newtype")["type"], json!(["integer", "null"]));
    assert_eq!(data::<Kinds>("Null"), json!({ "type": "null" }));
    let tuple = data::<Kinds>("Tuple");
    assert_eq!((&tuple["minItems"], &tuple["maxItems"]), (&json!(2), &json!(2)));
    assert_eq!(tuple["prefixItems"][1]["type"], json!(["integer", "null"]));
    let object = data::<Kinds>("Struct");
    assert_eq!((&object["type"], &object["required"]), (&json!("object"), &json!(["a", "b"])));
    conforms::<Kinds>();
}

#[derive(Debug, PartialEq, SseEvent, SseDecode)]
enum Times {
    #[sse(retry = 10_000)]
    Static,
    Field(#[sse(retry)] Duration),
    Perhaps {
        #[sse(retry)]
        wait: Option<Duration>,
        n: u8,
    },
}

#[test]
fn a_time_is_in_no_payload() {
    let facts = |event: &str| event_view::<Times>().unwrap()["x-sse"]["events"][event].clone();
    assert_eq!(wire(&Times::Static), "event: Static\nretry: 10000\ndata:\n\n");
    assert_eq!(facts("Static"), json!({ "data": "empty", "retry": 10_000 }));
    let wait = Duration::from_secs(2);
    assert_eq!(wire(&Times::Field(wait)), "event: Field\nretry: 2000\ndata:\n\n");
    assert_eq!(facts("Field"), json!({ "data": "empty" }));
    assert_eq!(wire(&Times::Perhaps { wait: None, n: 1 }), "event: Perhaps\ndata: {\"n\":1}\n\n");
    assert_eq!(data::<Times>("Perhaps")["required"], json!(["n"]));
    assert_eq!(received("Field", ""), Some(Times::Field(Duration::ZERO)));
}
