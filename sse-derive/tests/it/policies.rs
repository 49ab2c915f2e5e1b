//! Where a payload in Rust and its types in other languages could differ: what is done about each, as the documentation of
//! `sse_core::schema` lists it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sse_core::codegen::{Options, Registry};
use sse_core::schema::event_view;
use sse_core::{SseDecode, SseEvent};

use crate::grammar::{decode, wire};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Money {
    minor: i32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Tree {
    children: Vec<Self>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "PageOf{T}")]
struct Page<T> {
    items: Vec<T>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
enum Loose {
    Number(u8),
    Text(String),
}

mod as_text {
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    pub(super) fn serialize<S: Serializer>(number: &u64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(number)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[derive(Clone, Debug, PartialEq, SseEvent, SseDecode)]
enum Feed {
    Wide {
        n: u64,
    },
    Wider {
        n: i128,
    },
    NonZero {
        n: std::num::NonZeroU64,
    },
    Float {
        n: f64,
    },
    Option {
        n: Option<u8>,
    },
    Skipped {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        n: Option<u8>,
    },
    Flattened {
        #[serde(flatten)]
        n: Money,
    },
    FlattenedMap {
        #[serde(flatten)]
        n: BTreeMap<String, u8>,
    },
    IntegerKeys {
        n: BTreeMap<u32, u8>,
    },
    Recursive {
        n: Tree,
    },
    Generic {
        n: Page<Money>,
        m: Page<u8>,
    },
    Function {
        #[serde(with = "as_text")]
        #[sse(wire = "String")]
        n: u64,
    },
    Untagged {
        n: Loose,
    },
    Null {
        n: (),
    },
    Unit,
    Tuple {
        n: (u8, String),
    },
    Letter {
        n: char,
    },
    Time {
        n: std::time::Duration,
    },
    Either {
        n: Result<u8, String>,
    },
    Bytes {
        n: Vec<u8>,
    },
}

/// The module of the stream.
fn typescript() -> String {
    let files = Registry::new().stream::<Feed>("/feed").render(&Options::new()).unwrap();
    files.into_iter().find(|(path, _)| path.ends_with("feed.ts")).unwrap().1
}

/// Holds the event against what it is on the wire, in the schema (`n`, if it has one) and in TypeScript.
#[track_caller]
fn check(event: &Feed, data: &str, schema: &Value, types: &str) {
    let wire = wire(event);
    let (name, sent) = wire.strip_prefix("event: ").unwrap().split_once("\ndata:").unwrap();
    assert_eq!(sent.trim(), data);
    assert_eq!(decode(wire.as_bytes()), Ok(Some(event.clone())));
    let view = event_view::<Feed>().unwrap();
    let payload = &view["$defs"][format!("Feed{name}Data")];
    assert_eq!(payload["properties"].get("n").unwrap_or(payload), schema);
    assert!(typescript().contains(&format!("export interface Feed{name}Data {{\n{types}\n}}\n")), "{}", typescript());
}

const WIDE: &str = "  /** May exceed Number.MAX_SAFE_INTEGER, where JSON.parse rounds it. */\n  n: number;";

#[test]
fn an_integer_that_javascript_rounds_says_so() {
    let schema = json!({ "type": "integer", "format": "uint64", "minimum": 0 });
    check(&Feed::Wide { n: u64::MAX }, "{\"n\":18446744073709551615}", &schema, WIDE);
    let schema = json!({ "type": "integer", "format": "int128" });
    check(&Feed::Wider { n: i128::MIN }, "{\"n\":-170141183460469231731687303715884105728}", &schema, WIDE);
    let schema = json!({ "type": "integer", "format": "uint64", "minimum": 1 });
    check(&Feed::NonZero { n: std::num::NonZeroU64::MAX }, "{\"n\":18446744073709551615}", &schema, WIDE);
}

#[test]
fn a_float_is_a_number_unless_the_type_says_more() {
    let schema = json!({ "type": "number", "format": "double" });
    check(&Feed::Float { n: 0.5 }, "{\"n\":0.5}", &schema, "  n: number;");
    assert_eq!(wire(&Feed::Float { n: f64::NAN }), "event: Float\ndata: {\"n\":null}\n\n");
}

#[test]
fn an_option_is_null_or_absent_as_it_is_sent() {
    let schema = json!({ "type": ["integer", "null"], "format": "uint8", "minimum": 0, "maximum": 255 });
    check(&Feed::Option { n: None }, "{\"n\":null}", &schema, "  n: number | null;");
    check(&Feed::Skipped { n: None }, "{}", &schema, "  n?: number | null;");
    let view = event_view::<Feed>().unwrap();
    assert_eq!(view["$defs"]["FeedOptionData"]["required"], json!(["n"]));
    assert_eq!(view["$defs"]["FeedSkippedData"].get("required"), None);
}

#[test]
fn what_is_flattened_is_merged() {
    let minor = json!({ "type": "integer", "format": "int32" });
    let schema = json!({
        "title": "FeedFlattenedData", "type": "object", "properties": { "minor": minor }, "required": ["minor"],
    });
    check(&Feed::Flattened { n: Money { minor: 7 } }, "{\"minor\":7}", &schema, "  minor: number;");
    let n = BTreeMap::from([("a".into(), 1)]);
    let value = json!({ "type": "integer", "format": "uint8", "minimum": 0, "maximum": 255 });
    let schema = json!({ "title": "FeedFlattenedMapData", "type": "object", "additionalProperties": value });
    check(&Feed::FlattenedMap { n }, "{\"a\":1}", &schema, "  [key: string]: number;");
}

#[test]
fn an_integer_key_is_text() {
    let value = json!({ "type": "integer", "format": "uint8", "minimum": 0, "maximum": 255 });
    let schema = json!({ "type": "object", "patternProperties": { "^\\d+$": value }, "additionalProperties": false });
    let n = BTreeMap::from([(7, 1)]);
    check(&Feed::IntegerKeys { n }, "{\"n\":{\"7\":1}}", &schema, "  n: { [key: string]: number };");
}

#[test]
fn a_type_has_one_name_and_may_hold_itself() {
    let n = Tree { children: vec![Tree { children: vec![] }] };
    let schema = json!({ "$ref": "#/$defs/Tree" });
    check(&Feed::Recursive { n }, "{\"n\":{\"children\":[{\"children\":[]}]}}", &schema, "  n: Tree;");
    let event = Feed::Generic { n: Page { items: vec![Money { minor: 1 }] }, m: Page { items: vec![2] } };
    let schema = json!({ "$ref": "#/$defs/PageOfMoney" });
    let types = "  m: PageOfuint8;\n  n: PageOfMoney;";
    check(&event, "{\"n\":{\"items\":[{\"minor\":1}]},\"m\":{\"items\":[2]}}", &schema, types);
}

#[test]
fn what_a_function_writes_is_what_is_said_of_it() {
    check(&Feed::Function { n: 7 }, "{\"n\":\"7\"}", &json!({ "type": "string" }), "  n: string;");
}

#[test]
fn the_other_types_are_what_serde_makes_of_them() {
    let reference = |name: &str| json!({ "$ref": format!("#/$defs/{name}") });
    check(&Feed::Untagged { n: Loose::Text("x".into()) }, "{\"n\":\"x\"}", &reference("Loose"), "  n: Loose;");
    check(&Feed::Null { n: () }, "{\"n\":null}", &json!({ "type": "null" }), "  n: null;");
    let letter = json!({ "type": "string", "minLength": 1, "maxLength": 1 });
    check(&Feed::Letter { n: 'é' }, "{\"n\":\"é\"}", &letter, "  n: string;");
    let time = std::time::Duration::new(1, 2);
    check(&Feed::Time { n: time }, "{\"n\":{\"secs\":1,\"nanos\":2}}", &reference("Duration"), "  n: Duration;");
    let either = reference("Result_of_uint8_or_string");
    check(&Feed::Either { n: Ok(1) }, "{\"n\":{\"Ok\":1}}", &either, "  n: Result_of_uint8_or_string;");
    let byte = json!({ "type": "integer", "format": "uint8", "minimum": 0, "maximum": 255 });
    let bytes = json!({ "type": "array", "items": byte });
    check(&Feed::Bytes { n: vec![0, 255] }, "{\"n\":[0,255]}", &bytes, "  n: number[];");
    let pair = json!({ "type": "array", "prefixItems": [byte, { "type": "string" }], "minItems": 2, "maxItems": 2 });
    check(&Feed::Tuple { n: (1, "x".into()) }, "{\"n\":[1,\"x\"]}", &pair, "  n: [number, string];");
    // Of an event without data nothing is said but that.
    assert_eq!(wire(&Feed::Unit), "event: Unit\ndata:\n\n");
    assert_eq!(event_view::<Feed>().unwrap()["$defs"]["FeedUnitEvent"]["properties"].get("data"), None);
    assert!(typescript().contains("  Unit: undefined;\n"));
}
