//! Values that are hard to describe: what `tests/consumers` decodes with the generated client, and validates.

#![expect(clippy::unwrap_used, reason = "a helper that fails fails the test")]

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;
use sse_core::codegen::{Emit, Int64, Options, Registry};
use sse_core::schema::{Manifest, canonical_text};
use sse_core::{Decoder, SseEvent, wire};

use crate::codegen::golden;

const VALUES: usize = 1_000;
const SEED: u64 = 1;

/// Everything of which generated types and the wire could differ.
#[derive(Serialize, SseEvent)]
#[serde(tag = "event", content = "data", rename_all = "kebab-case")]
enum Hard {
    Wide {
        unsigned: u64,
        signed: i64,
        #[serde(skip_serializing_if = "Option::is_none")]
        absent: Option<u64>,
        null: Option<i64>,
        small: u8,
    },
    Bare(u64),
    Float(f64),
    Single(Option<f32>),
    Flat(Flat),
    Keys(BTreeMap<u32, String>),
    SignedKeys(BTreeMap<i64, Vec<u64>>),
    Tree(Tree),
    Prices(Page<left::Item>),
    Names(Page<String>),
    Left(left::Item),
    Right(right::Item),
    Inside(Inside),
    Beside(Beside),
    Any(Any),
    Tuple(u64, Option<i64>, [i64; 2]),
    #[sse(text)]
    Text(String),
    Nothing,
}

#[derive(Serialize, JsonSchema)]
struct Flat {
    before: u64,
    #[serde(flatten)]
    inner: Inner,
    #[serde(flatten)]
    others: BTreeMap<String, u64>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Inner {
    two_words: i64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    often_empty: Vec<u64>,
}

#[derive(Serialize, JsonSchema)]
struct Tree {
    size: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent: Option<Box<Self>>,
    children: Vec<Self>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PageOf{T}")]
struct Page<T> {
    items: Vec<T>,
    next: Option<u64>,
}

mod left {
    #[derive(serde::Serialize, schemars::JsonSchema)]
    pub(super) struct Item {
        pub(super) cents: i64,
    }
}

mod right {
    /// Another one of that name.
    #[derive(serde::Serialize, schemars::JsonSchema)]
    #[schemars(rename = "RightItem")]
    pub(super) struct Item {
        pub(super) label: String,
        pub(super) next: Option<super::left::Item>,
    }
}

#[derive(Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Inside {
    Plain,
    WithNumber { number: u64 },
}

#[derive(Serialize, JsonSchema)]
enum Beside {
    Unit,
    New(u64),
    Pair(u64, String),
    Named { number: i64 },
}

#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
enum Any {
    Number(u64),
    Text(String),
    Both { number: u64, text: String },
}

/// `SplitMix64`.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    fn unsigned(&mut self) -> u64 {
        const EDGES: [u64; 7] = [0, 1, (1 << 53) - 1, 1 << 53, (1 << 53) + 1, 1 << 63, u64::MAX];
        match self.below(3) {
            0 => EDGES[usize::try_from(self.below(7)).unwrap()],
            1 => self.below(1_000),
            _ => self.next(),
        }
    }

    fn signed(&mut self) -> i64 {
        self.unsigned().cast_signed()
    }

    fn option<T>(&mut self, value: impl FnOnce(&mut Self) -> T) -> Option<T> {
        (self.below(2) == 0).then(|| value(self))
    }

    fn list<C: FromIterator<T>, T>(&mut self, mut value: impl FnMut(&mut Self) -> T) -> C {
        (0..self.below(4)).map(|_| value(self)).collect()
    }

    fn text(&mut self) -> String {
        const LETTERS: [char; 12] = ['a', ' ', '"', '\\', '\n', ':', '\u{0}', '\u{7f}', 'é', '\u{2028}', '7', '🍐'];
        self.list(|random| LETTERS[usize::try_from(random.below(12)).unwrap()])
    }

    /// Any finite one.
    fn float(&mut self) -> f64 {
        let value = f64::from_bits(self.next());
        if value.is_finite() { value } else { 0.5 }
    }

    fn tree(&mut self, depth: u64) -> Tree {
        let size = self.unsigned();
        let parent = if depth > 0 { self.option(|random| Box::new(random.tree(depth - 1))) } else { None };
        let children = if depth > 0 { self.list(|random| random.tree(depth - 1)) } else { Vec::new() };
        Tree { size, parent, children }
    }

    fn item(&mut self) -> left::Item {
        left::Item { cents: self.signed() }
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "any value will do")]
    fn event(&mut self) -> Hard {
        match self.below(18) {
            0 => Hard::Wide {
                unsigned: self.unsigned(),
                signed: self.signed(),
                absent: self.option(Self::unsigned),
                null: self.option(Self::signed),
                small: self.next() as u8,
            },
            1 => Hard::Bare(self.unsigned()),
            2 => Hard::Float(self.float()),
            3 => Hard::Single(self.option(|random| random.below(1 << 24) as f32 / 1024.0)),
            4 => Hard::Flat(Flat {
                before: self.unsigned(),
                inner: Inner { two_words: self.signed(), often_empty: self.list(Self::unsigned) },
                others: self.list(|random| (format!("other {}", random.below(9)), random.unsigned())),
            }),
            5 => Hard::Keys(self.list(|random| (random.next() as u32, random.text()))),
            6 => Hard::SignedKeys(self.list(|random| (random.signed(), random.list(Self::unsigned)))),
            7 => Hard::Tree(self.tree(3)),
            8 => Hard::Prices(Page { items: self.list(Self::item), next: self.option(Self::unsigned) }),
            9 => Hard::Names(Page { items: self.list(Self::text), next: self.option(Self::unsigned) }),
            10 => Hard::Left(self.item()),
            11 => Hard::Right(right::Item { label: self.text(), next: self.option(Self::item) }),
            12 => {
                Hard::Inside(self.option(Self::unsigned).map_or(Inside::Plain, |number| Inside::WithNumber { number }))
            }
            13 => Hard::Beside(match self.below(4) {
                0 => Beside::Unit,
                1 => Beside::New(self.unsigned()),
                2 => Beside::Pair(self.unsigned(), self.text()),
                _ => Beside::Named { number: self.signed() },
            }),
            14 => Hard::Any(match self.below(3) {
                0 => Any::Number(self.unsigned()),
                1 => Any::Text(self.text()),
                _ => Any::Both { number: self.unsigned(), text: self.text() },
            }),
            15 => Hard::Tuple(self.unsigned(), self.option(Self::signed), [self.signed(), self.signed()]),
            16 => Hard::Text(self.text()),
            _ => Hard::Nothing,
        }
    }
}

#[test]
fn random_values_are_serdes_json_and_match_the_schema() {
    let manifest = Manifest::of::<Hard>().unwrap();
    let schema = jsonschema::draft202012::new(&manifest.event_view()).unwrap();
    let mut random = Random(SEED);
    let mut stream = String::new();
    for _ in 0..VALUES {
        let event = random.event();
        let bytes = wire::encode(&event).unwrap();
        let received = Decoder::new().decode(&mut bytes.as_bytes()).unwrap().unwrap();
        let name = received.name.as_str();
        let data = match &event {
            Hard::Text(_) => json!(received.data).to_string(),
            _ => received.data.clone(),
        };
        let whole = match &event {
            Hard::Nothing => format!(r#"{{"event":"{name}"}}"#),
            _ => format!(r#"{{"event":"{name}","data":{data}}}"#),
        };
        assert_eq!(whole, serde_json::to_string(&event).unwrap());
        assert!(schema.is_valid(&serde_json::from_str(&whole).unwrap()), "{whole}");
        stream.push_str(std::str::from_utf8(bytes.as_bytes()).unwrap());
    }
    golden("consumers/hard.sse", &stream);
    golden("consumers/hard.schema.json", &canonical_text(manifest.event_view()));
    let registry = Registry::new().stream::<Hard>("/hard");
    let files = registry.render(&Options::new().emit(Emit::Js).int64(Int64::BigInt)).unwrap();
    let client = files.iter().find(|(path, _)| path.to_str() == Some("hard.js")).unwrap();
    golden("consumers/hard.js", &client.1);
}
