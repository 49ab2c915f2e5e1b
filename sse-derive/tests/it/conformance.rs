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
    #[sse(id = format_args!("two\nlines"), example = Refused::BadId)]
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

/// 128 bits, which a client in Rust reads, and no other.
#[derive(Debug, PartialEq, SseEvent, SseDecode)]
enum Wider {
    #[sse(example = Self::Sent { text: "\"340282366920938463463374607431768211455".into(), at: [0, u128::MAX] })]
    Sent { text: String, at: [u128; 2] },
}

/// Writes no field that is `None`, of which its description knows nothing.
#[derive(JsonSchema)]
struct Sparse {
    #[expect(dead_code, reason = "only its schema is looked at")]
    volume: Option<u64>,
}

impl Serialize for Sparse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(None::<(&str, u64)>)
    }
}

#[derive(SseEvent)]
enum Absent {
    #[sse(example = Self::Sent(Sparse { volume: None }))]
    Sent(Sparse),
}

#[derive(SseEvent)]
enum Null {
    #[sse(example = Self::Sent { n: Some(1) }, example = Self::Sent { n: None })]
    Sent {
        #[sse(wire = "u8")]
        n: Option<u8>,
    },
}

/// A time that is not in the form that its format names.
#[derive(SseEvent)]
enum Stamp {
    #[sse(example = Self::Sent { at: "2026-01-31T12:00:00Z".into() }, example = Self::Sent { at: "yesterday".into() })]
    Sent {
        #[schemars(extend("format" = "date-time"))]
        at: String,
    },
}

#[derive(SseEvent)]
enum Keys {
    #[sse(example = Self::Sent { by: BTreeMap::from([("seven".into(), 7)]) })]
    Sent {
        #[sse(wire = "BTreeMap<u32, u8>")]
        by: BTreeMap<String, u8>,
    },
}

#[derive(SseEvent)]
enum Merged {
    #[sse(example = Self::Sent { rest: BTreeMap::from([("a".into(), "b".into())]) })]
    Sent {
        #[serde(flatten)]
        #[schemars(with = "BTreeMap<String, u8>")]
        rest: BTreeMap<String, String>,
    },
}

#[derive(SseEvent)]
enum Longer {
    #[sse(example = Self::Sent((1, 2, 3)))]
    Sent(#[sse(wire = "(u8, u8)")] (u8, u8, u8)),
}

/// Says its value in other letters.
#[derive(JsonSchema)]
enum Side {
    Buy,
}

impl Serialize for Side {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("BUY")
    }
}

#[derive(SseEvent)]
enum Letters {
    #[sse(example = Self::Sent(Side::Buy))]
    Sent(Side),
}

/// Of all parameters one name.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Page")]
struct Page<T> {
    items: Vec<T>,
}

#[derive(SseEvent)]
#[expect(dead_code, reason = "only their names are looked at")]
enum Generic {
    A(Page<u8>),
    B(Page<String>),
}

/// Left out where it is sent, and wanted where it is received.
#[derive(Debug, PartialEq, SseEvent, SseDecode)]
enum OneWay {
    #[sse(example = Self::Sent { a: 1, b: 2 })]
    Sent {
        a: u8,
        #[serde(skip_serializing)]
        b: u8,
    },
}

/// One test for each lie: what is found of it.
macro_rules! lies {
    ($($lie:ident: $check:expr => [$($kind:ident),*];)*) => {$(
        #[test]
        fn $lie() {
            assert_eq!(kinds_of($check), [$(FaultKind::$kind),*]);
        }
    )*};
}

lies! {
    a_number_of_64_bits: Check::new().encoding::<Wide>() => [WideInteger, WideInteger];
    a_number_of_64_bits_that_no_page_reads: Check::new().allow_wide_integers().round_trip::<Wide>() => [];
    a_number_of_128_bits: Check::new().round_trip::<Wider>() => [WideInteger];
    a_function_in_a_nested_type: Check::new().encoding::<Codec>() => [Invalid];
    a_function_that_loses_something: Check::new().round_trip::<Rounded>() => [Different];
    a_default_in_another_form: Check::new().encoding::<Default>() => [InvalidDefault, Missing];
    a_float_that_is_not_finite: Check::new().encoding::<Nan>() => [Invalid];
    a_null_that_is_not_told: Check::new().encoding::<Null>() => [Invalid];
    a_field_that_is_left_out: Check::new().encoding::<Absent>() => [Invalid];
    a_field_that_is_left_out_one_way: Check::new().round_trip::<OneWay>() => [Decode];
    an_option_of_an_option: Check::new().round_trip::<Nested>() => [Different];
    a_format_that_is_not_kept: Check::new().encoding::<Stamp>() => [Invalid];
    a_key_that_is_no_number: Check::new().encoding::<Keys>() => [Invalid];
    a_flattened_map_of_others: Check::new().encoding::<Merged>() => [Invalid];
    a_tuple_that_is_longer: Check::new().encoding::<Longer>() => [Invalid];
    a_value_that_is_not_listed: Check::new().encoding::<Letters>() => [Invalid];
    two_types_of_one_name: Check::new().encoding::<Twice>() => [Schema];
    two_types_of_one_generic: Check::new().encoding::<Generic>() => [Schema];
    a_text_and_an_id_that_do_not_come_back: Check::new().round_trip::<Refused>() => [Decode, Encode];
    a_name_that_is_not_known: Check::new().round_trip::<Renamed>() => [Decode];
}

#[test]
fn a_missing_example_is_told_when_it_is_asked_for_or_there_is_none() {
    // Without any example, nothing could fail but the defaults.
    assert_eq!(kinds::<Default>(Check::new()), [FaultKind::InvalidDefault, FaultKind::Missing]);
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
