//! Payloads are what serde writes: each enum is built once for serde and once for the derive, with the same attributes.

#![expect(deprecated, reason = "`deny_unknown_fields` is warned of")]

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sse_core::schema::{SseSchema, event_view};
use sse_core::wire::encode;
use sse_core::{Decoder, SseDecode, SseEvent};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Money {
    currency: String,
    minor: i32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind")]
pub(crate) enum Shape {
    Circle { r: f64 },
    Group { of: Vec<Self> },
    Nothing,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Unit;

fn money() -> Money {
    Money { currency: "EUR".into(), minor: -7 }
}

mod as_text {
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    pub(super) fn serialize<S: Serializer>(number: &u32, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(number)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

fn is_zero(number: &u8) -> bool {
    *number == 0
}

/// Compares what the two write, sends what ours writes through the decoder, and holds it against the schema.
#[track_caller]
pub(crate) fn compare<E: Serialize + SseSchema + SseDecode + PartialEq + Debug>(
    shape: &str,
    events: &[E],
    content: fn(&str, &str) -> String,
) {
    let schema = jsonschema::draft202012::new(&event_view::<E>().unwrap()).unwrap();
    assert!(!events.is_empty());
    for event in events {
        let frame = encode(event).unwrap();
        let received = Decoder::new().decode(&mut frame.as_bytes()).unwrap().unwrap();
        let theirs = serde_json::to_string(event).unwrap();
        assert_eq!(received.data, content(&theirs, frame.name()), "{shape}: {event:?}");
        assert_eq!(E::decode(received.as_ref()).unwrap().as_ref(), Some(event), "{shape}");

        let mut value = json!({ "event": frame.name() });
        if !received.data.is_empty() {
            value["data"] = serde_json::from_str(&received.data).unwrap();
        }
        assert!(schema.is_valid(&value), "{shape}: {value} is not what the schema says");
        value["event"] = "mutated".into();
        assert!(!schema.is_valid(&value), "{shape}");
    }
}

/// `{"t":"Name","c":CONTENT}`, of which a unit variant has no content.
pub(crate) fn adjacent(theirs: &str, name: &str) -> String {
    let behind = theirs.strip_prefix(&format!("{{\"t\":{}", json!(name))).unwrap().strip_suffix('}').unwrap();
    if behind.is_empty() { String::new() } else { behind.strip_prefix(",\"c\":").unwrap().to_owned() }
}

/// `CONTENT`, which is `null` where there is none.
fn untagged(theirs: &str, _: &str) -> String {
    if theirs == "null" { String::new() } else { theirs.to_owned() }
}

/// `{"t":"Name",CONTENT}`, all of which is the payload.
pub(crate) fn internal(theirs: &str, name: &str) -> String {
    assert!(theirs.starts_with(&format!("{{\"t\":{}", json!(name))), "{theirs}");
    theirs.to_owned()
}

/// Builds each enum with a tag of serde's, and holds its payloads against what serde writes of it.
macro_rules! build {
    ($test:ident, $content:ident, #[$tagging:meta], {
        $($(#[$meta:meta])* $Name:ident { $($body:tt)* } => [$($value:expr),* $(,)?];)*
    }) => {
        mod $test {
            use super::*;

            pub(super) const COUNT: usize = [$(stringify!($Name)),*].len();
            $(
                #[derive(Debug, PartialEq, Serialize, SseEvent, SseDecode)]
                #[$tagging]
                $(#[$meta])*
                enum $Name { $($body)* }

                impl $Name {
                    fn values() -> Vec<Self> {
                        vec![$($value),*]
                    }
                }
            )*

            #[test]
            fn payloads_are_what_serde_writes() {
                $(compare(stringify!($Name), &$Name::values(), $content);)*
            }
        }
    };
}

/// What serde can write beside a tag, too.
macro_rules! objects {
    ($($shapes:tt)*) => {
        build!(objects_adjacent, adjacent, #[serde(tag = "t", content = "c")], { $($shapes)* });
        build!(objects_untagged, untagged, #[serde(untagged)], { $($shapes)* });
        build!(objects_internal, internal, #[serde(tag = "t")], { $($shapes)* });
    };
}

macro_rules! others {
    ($($shapes:tt)*) => {
        build!(others_adjacent, adjacent, #[serde(tag = "t", content = "c")], { $($shapes)* });
        build!(others_untagged, untagged, #[serde(untagged)], { $($shapes)* });
    };
}

objects! {
    Bare { Unit, Other } => [Self::Unit, Self::Other];
    Struct { A { n: u8, text: String }, B { list: Vec<Option<f32>> } } =>
        [Self::A { n: 1, text: "\"\n".into() }, Self::B { list: vec![None, Some(0.1)] }];
    NoFields { A {} } => [Self::A {}];
    Newtype { A(Money), B(BTreeMap<String, u8>) } => [Self::A(money()), Self::B(BTreeMap::from([("x".into(), 1)]))];
    Boxed { A(Box<Money>), B(Cow<'static, Money>) } => [Self::A(money().into()), Self::B(Cow::Owned(money()))];
    Nested { A(Shape) } => [
        Self::A(Shape::Circle { r: 0.5 }), Self::A(Shape::Group { of: vec![Shape::Nothing] }), Self::A(Shape::Nothing)
    ];
    #[serde(rename_all = "SCREAMING-KEBAB-CASE")]
    Rule { FirstOne { a: u8 }, Second } => [Self::FirstOne { a: 1 }, Self::Second];
    #[serde(rename_all_fields = "camelCase")]
    FieldRule { A { first_one: u8 }, #[serde(rename_all = "UPPERCASE")] B { second_one: u8 } } =>
        [Self::A { first_one: 1 }, Self::B { second_one: 2 }];
    Renamed { #[serde(rename = "x y")] A { #[serde(rename = "n-1")] n: u8 } } => [Self::A { n: 1 }];
    Aliased { #[serde(alias = "z")] A { #[serde(alias = "m")] n: u8 } } => [Self::A { n: 1 }];
    Skipped { A { n: u8, #[serde(skip)] gone: u8 }, #[serde(skip)] #[expect(dead_code, reason = "none is made")] B { n: u8 } } =>
        [Self::A { n: 1, gone: 0 }];
    SkippedNewtype { A(#[serde(skip)] u8) } => [Self::A(0)];
    SkippedIf { A { #[serde(skip_serializing_if = "Option::is_none")] a: Option<u8>, #[serde(default, skip_serializing_if = "is_zero")] b: u8 } } =>
        [Self::A { a: None, b: 0 }, Self::A { a: Some(1), b: 2 }];
    Defaulted { A { #[serde(default)] n: u8, #[serde(default = "money")] m: Money } } => [Self::A { n: 3, m: money() }];
    Flattened { A { n: u8, #[serde(flatten)] money: Money }, B { #[serde(flatten)] rest: BTreeMap<String, u8> } } =>
        [Self::A { n: 1, money: money() }, Self::B { rest: BTreeMap::from([("x".into(), 1)]) }];
    FlattenedEnum { A { n: u8, #[serde(flatten)] shape: Shape } } => [Self::A { n: 1, shape: Shape::Circle { r: 1.0 } }];
    With { A { #[serde(with = "as_text")] #[sse(wire = "String")] n: u32 } } => [Self::A { n: 1 }];
    OneWay { A { #[serde(serialize_with = "as_text::serialize", deserialize_with = "as_text::deserialize")] #[schemars(with = "String")] n: u32 } } =>
        [Self::A { n: 7 }];
    #[serde(deny_unknown_fields)]
    Denied { A { n: u8 }, B { } } => [Self::A { n: 1 }, Self::B {}];
    Raw { r#Type { r#fn: u8 } } => [Self::r#Type { r#fn: 1 }];
    Std { A { time: Duration, result: Result<u8, String>, array: [u8; 3], tuple: (u8, ()), unit: Unit } } =>
        [Self::A { time: Duration::new(1, 2), result: Err("x".into()), array: [1; 3], tuple: (1, ()), unit: Unit }];
    #[serde(bound = "")]
    Bound { A { n: u8 } } => [Self::A { n: 1 }];
}

others! {
    Numbers { A(u8), B(i64), C(f64), D(bool), E(char) } =>
        [Self::A(1), Self::B(i64::MIN), Self::C(1e300), Self::D(true), Self::E('\u{1f600}')];
    Text { A(String), B(Cow<'static, str>) } => [Self::A("a\u{2028}\u{0}".into()), Self::B("b".into())];
    Options { A(Option<u8>), B(Option<Money>) } => [Self::A(Some(1)), Self::B(Some(money()))];
    Lists { A(Vec<Money>), B([u8; 2]), C((u8, String)), D(Vec<()>) } =>
        [Self::A(vec![money(); 2]), Self::B([1, 2]), Self::C((1, "x".into())), Self::D(vec![(), ()])];
    Tuples { A(u8, String), B(Money, Option<u8>, bool) } => [Self::A(1, "x".into()), Self::B(money(), None, false)];
    TupleSkipped { A(u8, #[serde(skip)] u8, u8), B(#[serde(skip)] u8, u8) } => [Self::A(1, 0, 3), Self::B(0, 2)];
    TupleWith { A(#[serde(with = "as_text")] #[sse(wire = "String")] u32, u8) } => [Self::A(1, 2)];
    NewtypeWith { A(#[serde(with = "as_text")] #[sse(wire = "String")] u32) } => [Self::A(1)];
    VariantWith { #[serde(with = "as_text")] #[schemars(with = "String")] A(u32) } => [Self::A(1)];
    Keys { A(BTreeMap<u32, u8>), B(BTreeMap<char, Shape>) } =>
        [Self::A(BTreeMap::from([(7, 1)])), Self::B(BTreeMap::from([('x', Shape::Nothing)]))];
}

/// Builds each struct with all derives, and holds its payload against what serde writes of it.
macro_rules! structs {
    ($($(#[$meta:meta])* [$($item:tt)*] => $value:expr;)*) => {
        #[test]
        fn the_payload_of_a_struct_is_what_serde_writes() {
            $({
                #[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema, SseEvent, SseDecode)]
                $(#[$meta])*
                struct $($item)*
                compare(stringify!($($item)*), &[$value], untagged);
            })*
        }
    };
}

structs! {
    [Named { a: u8, b: Option<Money> }] => Named { a: 1, b: None };
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    [Renamed { first_one: u8, #[serde(rename = "x", default)] second_one: u8 }] => Renamed { first_one: 1, second_one: 2 };
    [Empty {}] => Empty {};
    [Unit;] => Unit;
    [Newtype(Money);] => Newtype(money());
    [Tuple(u8, String);] => Tuple(1, "x".into());
    [With(#[serde(with = "as_text")] #[schemars(with = "String")] u32);] => With(1);
    [Flat { #[serde(flatten)] money: Money, #[serde(skip)] gone: u8 }] => Flat { money: money(), gone: 0 };
    #[serde(tag = "t", rename = "x")]
    [Tagged { a: u8 }] => Tagged { a: 1 };
}

#[test]
fn the_matrix_is_as_large_as_it_says() {
    let count = [
        objects_adjacent::COUNT,
        objects_untagged::COUNT,
        objects_internal::COUNT,
        others_adjacent::COUNT,
        others_untagged::COUNT,
    ];
    assert_eq!(count, [22, 22, 22, 10, 10]);
}
