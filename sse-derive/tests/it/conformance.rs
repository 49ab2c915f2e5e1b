//! Types that lie about what is sent, each found out.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sse_core::conformance::{Check, FaultKind, Faults, check};
use sse_core::schema::SseSchema;
use sse_core::{SseDecode, SseEvent};

/// The kinds of what is found in what is sent.
fn kinds<E: SseSchema>(check: Check) -> Vec<FaultKind> {
    kinds_of(check.encoding::<E>())
}

fn kinds_of(result: Result<(), Faults>) -> Vec<FaultKind> {
    result.err().iter().flat_map(Faults::as_slice).map(sse_core::conformance::Fault::kind).collect()
}

fn as_text<S: Serializer>(number: &u32, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(number)
}

/// The derive does not see into this type.
#[derive(Serialize, JsonSchema)]
struct Coded {
    #[serde(serialize_with = "as_text")]
    n: u32,
}

#[derive(SseEvent)]
enum Codec {
    #[sse(example = Codec::Sent(Coded { n: 5 }))]
    Sent(Coded),
}

/// A default in the form of the Rust type, a value in that of the function.
#[derive(Serialize, JsonSchema)]
struct Defaulted {
    #[serde(default, serialize_with = "as_text")]
    n: u32,
}

#[derive(SseEvent)]
enum Default {
    #[expect(dead_code, reason = "only its schema is looked at")]
    Sent(Defaulted),
}

#[derive(SseEvent)]
enum Nan {
    #[sse(example = Nan::Sent(1.5))]
    #[sse(example = Nan::Sent(f32::NAN))]
    Sent(f32),
}

#[derive(Debug, PartialEq, SseEvent, SseDecode)]
enum Wide {
    #[sse(example = Wide::Sent { at: BTreeMap::from([(1, vec![9_007_199_254_740_991])]) })]
    #[sse(example = Wide::Sent { at: BTreeMap::from([(1, vec![0, 9_007_199_254_740_992])]) })]
    Sent { at: BTreeMap<u32, Vec<u64>> },
    #[sse(example = Wide::Negative(-9_007_199_254_740_992))]
    Negative(i64),
}

/// `Some(None)` is sent as `None` is.
#[derive(Debug, PartialEq, SseEvent, SseDecode)]
#[expect(clippy::option_option, reason = "it is what is wrong")]
enum Nested {
    #[sse(example = Nested::Sent(Some(None)))]
    Sent(Option<Option<u8>>),
}

#[derive(Debug, PartialEq, SseEvent, SseDecode)]
enum Rounded {
    #[sse(example = Rounded::Price { cents: 725 })]
    Price {
        #[serde(with = "dollars")]
        #[sse(wire = "u32")]
        cents: u32,
    },
}

mod dollars {
    use super::{Deserialize as _, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(cents: &u32, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u32(cents / 100)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
        Ok(u32::deserialize(deserializer)? * 100)
    }
}

#[derive(Debug, PartialEq, SseEvent, SseDecode)]
enum Refused {
    #[sse(text, example = Refused::Id(Hex(255)))]
    Id(Hex),
    #[sse(id = "two\nlines", example = Refused::BadId)]
    BadId,
    #[sse(skip)]
    #[expect(dead_code, reason = "no example is made of it")]
    Never,
    Unseen,
}

/// Displays as no `FromStr` of it reads.
#[derive(Debug, PartialEq)]
struct Hex(u8);

impl std::fmt::Display for Hex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:x}", self.0)
    }
}

impl std::str::FromStr for Hex {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

/// The decoder knows the event by another name.
#[derive(Debug, PartialEq, SseEvent)]
enum Renamed {
    #[sse(example = Renamed::Sent)]
    Sent,
}

impl SseDecode for Renamed {
    fn decode(_: sse_core::EventRef<'_>) -> Result<Option<Self>, sse_core::event::DecodeError> {
        Ok(None)
    }
}

/// Two types of one name.
#[derive(SseEvent)]
#[expect(dead_code, reason = "only their names are looked at")]
enum Twice {
    A(Coded),
    B(other::Coded),
}

mod other {
    #[derive(serde::Serialize, schemars::JsonSchema)]
    pub(super) struct Coded;
}

#[test]
fn each_lie_is_found() {
    let plain = Check::new();
    assert_eq!(kinds::<Codec>(plain), [FaultKind::Invalid]);
    assert_eq!(kinds::<Default>(plain), [FaultKind::InvalidDefault]);
    assert_eq!(kinds::<Nan>(plain), [FaultKind::Invalid]);
    assert_eq!(kinds::<Wide>(plain), [FaultKind::WideInteger, FaultKind::WideInteger]);
    assert_eq!(kinds_of(plain.allow_wide_integers().round_trip::<Wide>()), []);
    assert_eq!(kinds_of(plain.round_trip::<Nested>()), [FaultKind::Different]);
    assert_eq!(kinds_of(plain.round_trip::<Rounded>()), [FaultKind::Different]);
    assert_eq!(kinds_of(plain.round_trip::<Refused>()), [FaultKind::Decode, FaultKind::Encode]);
    assert_eq!(kinds_of(plain.round_trip::<Renamed>()), [FaultKind::Decode]);
    assert_eq!(kinds::<Twice>(plain), [FaultKind::Schema]);
}

#[test]
fn a_missing_example_is_told_when_it_is_asked_for() {
    assert_eq!(kinds::<Default>(Check::new()), [FaultKind::InvalidDefault]);
    assert_eq!(kinds::<Default>(Check::new().require_examples()), [FaultKind::InvalidDefault, FaultKind::Missing]);
    let faults = Check::new().require_examples().encoding::<Refused>().unwrap_err();
    let missing: Vec<_> = faults.as_slice().iter().filter(|fault| fault.kind() == FaultKind::Missing).collect();
    assert_eq!(missing.iter().map(|fault| fault.event()).collect::<Vec<_>>(), ["BadId", "Unseen"]);
}

#[test]
fn what_is_wrong_is_said_where_it_is() {
    let said = |result: Result<(), Faults>| result.unwrap_err().to_string();
    assert_eq!(
        said(Check::new().encoding::<Codec>()),
        "event `Sent`: the schema does not allow what is sent: at `/data/n`: \"5\" is not of type \"integer\""
    );
    assert_eq!(
        said(Check::new().encoding::<Wide>()),
        "event `Sent`: JavaScript rounds an integer: at `/data/at/1/1`: 9007199254740992\n\
         event `Negative`: JavaScript rounds an integer: at `/data`: -9007199254740992"
    );
    assert!(
        said(Check::new().encoding::<Default>())
            .starts_with("the schema does not allow its own default: at `#/$defs/Defaulted/properties/n`: \"0\"")
    );
}

#[test]
#[should_panic(expected = "`Nested` is not what its schema says:\nevent `Sent`: what is decoded is not what was sent")]
fn the_one_line_fails_a_test() {
    check::<Nested>();
}
