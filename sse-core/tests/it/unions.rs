//! What serde puts together of several types, and how a client reads it: `tests/js` compiles and runs the golden files.

#![expect(dead_code, reason = "only the types are used")]

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use sse_core::SseEvent;
use sse_core::codegen::{Emit, Int64, Options, Registry};

use crate::codegen::golden;

#[derive(Serialize, JsonSchema)]
#[serde(tag = "k")]
enum Kind {
    A { n: u32 },
    B,
}

#[derive(Serialize, JsonSchema)]
struct Totals {
    #[serde(flatten)]
    kind: Kind,
    #[serde(flatten)]
    totals: BTreeMap<String, u64>,
}

#[derive(Serialize, JsonSchema)]
struct Counts {
    small: u32,
    #[serde(flatten)]
    counts: BTreeMap<String, u64>,
}

/// `y` is only beside the small `x`.
#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
enum Either {
    Wide { x: u64 },
    Small { x: u32, y: u32 },
}

#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
enum Tuple {
    Three(u64, u64, u64),
    Two(u32, u32),
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Coarse {
    Hour,
    Day,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Fine {
    Nanosecond,
    Microsecond,
}

#[derive(Serialize, JsonSchema)]
struct Hours {
    unit: Coarse,
    n: u32,
}

#[derive(Serialize, JsonSchema)]
struct Nanoseconds {
    unit: Fine,
    n: u64,
}

/// Told apart by constants, of which each has two.
#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
enum Time {
    Hours(Hours),
    Nanoseconds(Nanoseconds),
}

#[derive(Serialize, JsonSchema)]
#[serde(tag = "t")]
enum Bag {
    Wide(BTreeMap<String, u64>),
    Counts(Counts),
    Empty,
}

#[derive(Serialize, JsonSchema)]
struct Bags {
    a: u32,
    #[serde(flatten)]
    bag: Bag,
    #[serde(flatten)]
    kind: Kind,
}

#[derive(Serialize, JsonSchema)]
enum External {
    Left(u8),
    Right { n: u64 },
}

#[derive(Serialize, JsonSchema)]
struct Perhaps {
    a: u8,
    #[serde(flatten)]
    kind: Option<Kind>,
    #[serde(flatten)]
    external: Option<External>,
}

#[derive(Serialize, JsonSchema)]
struct PerhapsTotals {
    #[serde(flatten)]
    kind: Option<Kind>,
    #[serde(flatten)]
    totals: BTreeMap<String, u64>,
}

/// A tagged variant, or any map.
#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
enum Loose {
    Kind(Kind),
    Map(BTreeMap<String, u64>),
}

/// A name that an object literal takes for something else.
#[derive(Serialize, JsonSchema)]
struct Prototype {
    #[serde(rename = "__proto__")]
    prototype: u64,
}

#[derive(Serialize, JsonSchema)]
struct Chain(Option<Box<Self>>);

#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
enum Nested {
    Leaf(u64),
    Deeper(Box<Self>),
    Chain(Chain),
}

/// Each is the other at once.
#[derive(Serialize, JsonSchema)]
struct Ping(Option<Box<Pong>>);

#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
enum Pong {
    Text(String),
    Ping(Ping),
}

#[derive(SseEvent)]
#[sse(rename_all = "kebab-case")]
enum Mixed {
    Totals(Totals),
    Counts(Counts),
    Either(Either),
    Tuple(Tuple),
    Time(Time),
    Bags(Bags),
    Perhaps(Perhaps),
    PerhapsTotals(PerhapsTotals),
    Loose(Loose),
    Prototype(Prototype),
    Nested(Nested),
    Ping(Ping),
}

#[test]
fn the_client_is_the_golden_one() {
    for emit in [Emit::Ts, Emit::Js] {
        let options = Options::new().emit(emit).int64(Int64::BigInt).schemas(true);
        let files = Registry::new().stream::<Mixed>("/mixed").render(&options).unwrap();
        let files = files.iter().map(|(name, text)| (name.to_str().unwrap(), text));
        for (name, text) in files.filter(|(name, _)| name.starts_with("mixed")) {
            golden(&format!("options/{name}"), text);
        }
    }
    let (_, text) = Registry::new().stream::<Mixed>("/mixed").python().unwrap().remove(0);
    golden("python/mixed_sse.py", &text);
}

#[derive(SseEvent)]
enum Forbidden {
    Totals(Totals),
}

#[test]
fn wide_integers_of_a_flattened_map_are_seen_beside_an_enum() {
    let registry = Registry::new().stream::<Forbidden>("/");
    for int64 in [Int64::Forbid, Int64::String] {
        let error = registry.render(&Options::new().int64(int64)).unwrap_err().to_string();
        assert!(error.contains("#/$defs/Totals"), "{error}");
    }
    let notes: Vec<_> = registry.diagnostics(&Options::new()).unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(
        notes,
        ["Forbidden #/$defs/Totals: an integer that may exceed 2^53, which JSON.parse rounds: see `--int64`"]
    );
}
