//! What is decoded is what serde makes of the content of an adjacently tagged enum, and fails where serde fails.

#![expect(deprecated, reason = "`deny_unknown_fields` is warned of")]

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;
use sse_core::{Decoder, SseDecode};

/// The values of which each payload is tried on each variant.
static PAYLOADS: &[&str] = &[
    "null",
    "true",
    "1",
    "-1",
    "300",
    "1.0",
    "\"1\"",
    "\"a\"",
    "[]",
    "[1]",
    "[1,2]",
    "[1,2,3]",
    "[[1,2]]",
    "{}",
    "{\"a\":1}",
    "{\"a\":null}",
    "{\"a\":1,\"b\":2}",
    "{\"a\":1,\"b\":2,\"c\":3}",
    "{\"a\":\"1\",\"b\":\"x\"}",
    "{\"A\":1,\"B\":2}",
    "{\"aField\":1,\"b_field\":2}",
    "{\"a_field\":1,\"bField\":2}",
    "{\"in\":1}",
    "{\"out\":1}",
    "{\"a\":1,\"a\":2}",
    "{\"other\":1,\"a\":1}",
];

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Inner {
    b: Option<u8>,
    c: Option<u8>,
}

fn from_text<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
    Cow::<'_, str>::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
}

fn swapped<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<(u8, u8), D::Error> {
    <(u8, u8)>::deserialize(deserializer).map(|(b, a)| (a, b))
}

fn zero<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<(), D::Error> {
    u8::deserialize(deserializer).map(drop)
}

fn seven() -> u8 {
    7
}

/// Tries every payload on each of these variants; those with named fields are told apart, because serde reads a struct
/// also from an array, which it does not do for a variant.
#[track_caller]
fn agrees<E>(variants: &[&str], named: &[&str])
where
    E: SseDecode + for<'de> Deserialize<'de> + std::fmt::Debug + PartialEq,
{
    let mut decoded = 0;
    for name in variants.iter().chain(named) {
        for data in PAYLOADS.iter().filter(|data| !named.contains(name) || !data.starts_with('[')) {
            let wire = format!("event: {name}\ndata: {data}\n\n");
            let event = Decoder::new().decode(&mut wire.as_bytes()).unwrap().unwrap();
            let ours = E::decode(event.as_ref()).map(Option::unwrap);
            let serdes = serde_json::from_str::<E>(&format!("{{\"t\":\"{name}\",\"c\":{data}}}"));
            match (&ours, &serdes) {
                (Ok(ours), Ok(serdes)) => {
                    assert_eq!(ours, serdes, "{wire}");
                    decoded += 1;
                }
                (Err(_), Err(_)) => {}
                _ => panic!("{wire}{ours:?} {serdes:?}"),
            }
        }
    }
    // As many at least as there are variants, or nothing was compared.
    assert!(decoded >= variants.len() + named.len());
}

#[test]
fn every_shape_is_serdes() {
    #[derive(Debug, PartialEq, Deserialize, SseDecode)]
    #[serde(tag = "t", content = "c")]
    enum Shapes {
        Newtype(u8),
        NewtypeUnit(()),
        NewtypeOption(Option<u8>),
        NewtypeFloat(f64),
        NewtypeStruct(Inner),
        Tuple(u8, u16),
        EmptyTuple(),
        Struct { a: u8, b: Option<u8> },
        EmptyStruct {},
        Map(BTreeMap<String, u8>),
        Any(serde_json::Value),
    }
    agrees::<Shapes>(
        &[
            "Newtype",
            "NewtypeUnit",
            "NewtypeOption",
            "NewtypeFloat",
            "NewtypeStruct",
            "Tuple",
            "EmptyTuple",
            "Map",
            "Any",
        ],
        &["Struct", "EmptyStruct"],
    );
}

#[test]
fn every_attribute_is_serdes() {
    #[derive(Debug, PartialEq, Deserialize, SseDecode)]
    #[serde(tag = "t", content = "c", rename_all = "kebab-case", rename_all_fields = "camelCase")]
    enum Attributes<T> {
        FieldRule {
            a_field: T,
            #[serde(rename = "b_field")]
            renamed: u8,
        },
        #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
        VariantRule {
            a: u8,
            b: T,
        },
        #[serde(rename_all(serialize = "lowercase", deserialize = "UPPERCASE"))]
        OneWayRule {
            a: u8,
        },
        OneWay {
            #[serde(rename(serialize = "out", deserialize = "in"))]
            renamed: u8,
        },
        Alias {
            #[serde(alias = "a", alias = "in")]
            field: u8,
        },
        Defaults {
            #[serde(default)]
            a: u8,
            #[serde(default = "seven")]
            b: u8,
            #[serde(skip)]
            c: u8,
            #[serde(skip_deserializing, default = "seven")]
            other: u8,
        },
        SkippedTuple(u8, #[serde(skip)] u8, u8),
        SkippedPair(u8, #[serde(skip)] u8),
        DefaultTuple(u8, #[serde(default)] u8),
        With {
            #[serde(deserialize_with = "from_text")]
            a: u8,
            b: String,
        },
        WithNewtype(#[serde(deserialize_with = "from_text")] u8),
        WithTuple(u8, #[serde(deserialize_with = "Deserialize::deserialize")] u8),
        #[serde(deserialize_with = "swapped")]
        WithVariant(u8, u8),
        #[serde(deserialize_with = "swapped")]
        WithStruct {
            a: u8,
            b: u8,
        },
        #[serde(deserialize_with = "from_text")]
        WithOne(u8),
        #[serde(deserialize_with = "zero")]
        WithUnit,
        Flattened {
            a: u8,
            #[serde(flatten)]
            inner: Inner,
            #[serde(flatten)]
            rest: BTreeMap<String, u8>,
        },
        NewtypeAttribute(#[serde(alias = "x")] T),
    }
    agrees::<Attributes<u8>>(
        &[
            "skipped-tuple",
            "skipped-pair",
            "default-tuple",
            "with-newtype",
            "with-tuple",
            "with-variant",
            "with-struct",
            "with-one",
            "with-unit",
            "newtype-attribute",
        ],
        &["field-rule", "variant-rule", "one-way-rule", "one-way", "alias", "defaults", "with", "flattened"],
    );
}

#[test]
fn denied_fields_are_serdes() {
    #[derive(Debug, PartialEq, Deserialize, SseDecode)]
    #[serde(tag = "t", content = "c", deny_unknown_fields)]
    enum Strict {
        Struct {
            a: u8,
            #[serde(default)]
            b: u8,
        },
        EmptyStruct {},
        Newtype(Inner),
    }
    agrees::<Strict>(&["Newtype"], &["Struct", "EmptyStruct"]);
}
