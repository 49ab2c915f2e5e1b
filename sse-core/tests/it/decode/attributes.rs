//! serde's attributes, which mean what serde says they mean.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sse_core::{SseDecode, SseEvent, wire};

use super::{becomes, comes_back, decode, payload_fails};

fn as_text<S: serde::Serializer>(number: &u64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(number)
}

fn from_text<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
}

mod hex {
    use serde::Deserialize as _;

    pub(super) fn serialize<S: serde::Serializer>(number: &u64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{number:x}"))
    }

    pub(super) fn deserialize<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
        let text = String::deserialize(deserializer)?;
        u64::from_str_radix(&text, 16).map_err(serde::de::Error::custom)
    }
}

pub(super) mod swapped {
    use serde::{Deserialize as _, Serialize as _};

    pub(in crate::decode) fn serialize<S: serde::Serializer>(
        a: &u8,
        b: &u16,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        (b, a).serialize(serializer)
    }

    pub(in crate::decode) fn deserialize<'de, D: serde::Deserializer<'de>>(
        deserializer: D,
    ) -> Result<(u8, u16), D::Error> {
        <(u16, u8)>::deserialize(deserializer).map(|(b, a)| (a, b))
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Money {
    currency: String,
    minor: i64,
}

#[derive(Debug, PartialEq, SseEvent, SseDecode)]
#[sse(no_schema)]
#[serde(rename_all_fields = "camelCase")]
enum Attributes {
    FieldRule {
        some_field: u8,
        #[serde(rename = "other", alias = "another")]
        renamed: u8,
    },
    #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
    VariantRule {
        some_field: u8,
    },
    OneWay {
        #[serde(rename(serialize = "out", deserialize = "in"))]
        renamed: u8,
    },
    Defaults {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        perhaps: Option<u8>,
        #[serde(default)]
        zero: u8,
        #[serde(default = "nine")]
        nine: u8,
        #[serde(skip)]
        skipped: Vec<u8>,
        #[serde(skip, default = "Self::ten")]
        ten: u8,
    },
    SkippedTuple(u8, #[serde(skip)] u8, u8),
    SkippedPair(u8, #[serde(skip)] u8),
    SkippedNewtype(#[serde(skip, default = "nine")] u8),
    With {
        #[serde(serialize_with = "as_text", deserialize_with = "from_text")]
        n: u64,
        #[serde(with = "hex")]
        m: u64,
    },
    WithNewtype(#[serde(with = "hex")] u64),
    #[serde(with = "swapped")]
    WithVariant(u8, u16),
    #[serde(with = "swapped")]
    WithNamed {
        a: u8,
        b: u16,
    },
    #[serde(with = "hex")]
    WithOne(u64),
    Flattened {
        a: u8,
        #[serde(flatten)]
        money: Money,
        #[serde(flatten)]
        rest: BTreeMap<String, u8>,
    },
    Borrowed(#[serde(borrow)] Cow<'static, str>),
}

impl Attributes {
    fn ten() -> u8 {
        10
    }
}

fn nine() -> u8 {
    9
}

#[test]
fn serdes_attributes_on_fields_have_their_effect() {
    for event in [
        Attributes::FieldRule { some_field: 1, renamed: 2 },
        Attributes::VariantRule { some_field: 1 },
        Attributes::Defaults { perhaps: None, zero: 1, nine: 2, skipped: Vec::new(), ten: 10 },
        Attributes::Defaults { perhaps: Some(1), zero: 0, nine: 9, skipped: Vec::new(), ten: 10 },
        Attributes::SkippedTuple(1, 0, 2),
        Attributes::SkippedPair(1, 0),
        Attributes::SkippedNewtype(9),
        Attributes::With { n: u64::MAX, m: 255 },
        Attributes::WithNewtype(255),
        Attributes::WithVariant(1, 256),
        Attributes::WithNamed { a: 1, b: 256 },
        Attributes::WithOne(255),
        Attributes::Flattened {
            a: 1,
            money: Money { currency: "EUR".to_owned(), minor: -1 },
            rest: BTreeMap::from([("k".to_owned(), 3)]),
        },
        Attributes::Borrowed("x".into()),
    ] {
        comes_back(&event);
    }
    becomes(
        &Attributes::Defaults { perhaps: None, zero: 1, nine: 2, skipped: vec![1], ten: 1 },
        &Attributes::Defaults { perhaps: None, zero: 1, nine: 2, skipped: Vec::new(), ten: 10 },
    );
    becomes(&Attributes::SkippedNewtype(1), &Attributes::SkippedNewtype(9));
    let defaults = Attributes::Defaults { perhaps: None, zero: 0, nine: 9, skipped: Vec::new(), ten: 10 };
    assert_eq!(decode("event: Defaults\ndata: {\"skipped\":1}\n\n"), Ok(Some(defaults)));
    let renamed = Attributes::FieldRule { some_field: 1, renamed: 2 };
    assert_eq!(decode("event: FieldRule\ndata: {\"someField\":1,\"another\":2}\n\n"), Ok(Some(renamed)));
    assert_eq!(decode("event: OneWay\ndata: {\"in\":1}\n\n"), Ok(Some(Attributes::OneWay { renamed: 1 })));
    let wire = wire::encode(&Attributes::OneWay { renamed: 1 }).unwrap();
    assert!(decode::<Attributes>(str::from_utf8(wire.as_bytes()).unwrap()).is_err());
}

#[test]
#[expect(deprecated, reason = "there will never be another field")]
fn unknown_fields_can_be_denied() {
    #[derive(Debug, PartialEq, SseEvent, SseDecode)]
    #[serde(deny_unknown_fields, rename_all_fields(deserialize = "camelCase"), expecting = "a tick")]
    enum Strict {
        Tick { at_ms: u8 },
    }
    assert_eq!(decode("event: Tick\ndata: {\"atMs\":1}\n\n"), Ok(Some(Strict::Tick { at_ms: 1 })));
    payload_fails::<Strict>(
        "event: Tick\ndata: {\"at_ms\":1}\n\n",
        "the data of `Tick` is not its payload: unknown field `at_ms`, expected `atMs` at line 1 column 8",
    );
    payload_fails::<Strict>(
        "event: Tick\ndata: 1\n\n",
        "the data of `Tick` is not its payload: invalid type: integer `1`, expected a tick at line 1 column 1",
    );
}
