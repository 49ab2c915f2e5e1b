//! The attributes beyond names and payloads: what each puts on the wire, reads from it, and says in the schema.

#![expect(deprecated, reason = "`deny_unknown_fields` is warned of")]

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sse_core::conformance::Check;
use sse_core::event::{DecodeError, EncodeErrorKind};
use sse_core::schema::{Manifest, SseSchema, event_view};
use sse_core::wire::encode;
use sse_core::{Decoder, SseDecode, SseEvent};

#[track_caller]
pub(crate) fn wire(event: &impl SseEvent) -> String {
    String::from_utf8(encode(event).unwrap().as_bytes().to_vec()).unwrap()
}

pub(crate) fn decode<E: SseDecode>(mut wire: &[u8]) -> Result<Option<E>, DecodeError> {
    E::decode(Decoder::new().decode(&mut wire).unwrap().unwrap().as_ref())
}

/// Every event has an example, and each example is what the schema says and comes back.
#[track_caller]
pub(crate) fn conforms<E: SseSchema + SseDecode + PartialEq + std::fmt::Debug>() {
    Check::new().require_examples().round_trip::<E>().unwrap_or_else(|faults| panic!("{faults}"));
}

fn names<E: SseSchema>() -> Vec<String> {
    Manifest::of::<E>().unwrap().events().iter().map(|event| event.name.clone()).collect()
}

#[derive(Debug, PartialEq, SseEvent, SseDecode)]
#[sse(prefix = "order.", rename_all = "kebab-case")]
enum Order {
    #[sse(example = Self::LinePlaced(1))]
    LinePlaced(u8),
    #[sse(event = "gone", example = Self::Cancelled)]
    #[serde(alias = "lost")]
    Cancelled,
    #[sse(event = "", example = Self::Default)]
    Default,
    #[sse(example = Self::Message)]
    Message,
}

#[test]
fn a_prefix_begins_every_name_but_that_of_the_default_event() {
    assert_eq!(names::<Order>(), ["order.line-placed", "order.gone", "message", "order.message"]);
    assert_eq!(wire(&Order::LinePlaced(1)), "event: order.line-placed\ndata: 1\n\n");
    assert_eq!(wire(&Order::Default), "data:\n\n");
    assert_eq!(decode(b"event: order.lost\ndata:\n\n"), Ok(Some(Order::Cancelled)));
    assert_eq!(decode::<Order>(b"event: lost\ndata:\n\n"), Ok(None));
    conforms::<Order>();
}

#[derive(Debug, PartialEq, SseEvent, SseDecode)]
enum Blob {
    #[sse(bytes = "base64", example = Self::Owned(vec![0, 255, 62]))]
    Owned(Vec<u8>),
    #[sse(bytes = "base64", example = Self::Fixed { id: 7, bytes: [1, 2, 3, 4] })]
    Fixed {
        #[sse(id)]
        #[serde(skip)]
        id: u64,
        bytes: [u8; 4],
    },
    #[sse(bytes = "base64", example = Self::Shared(Arc::from([].as_slice())))]
    Shared(Arc<[u8]>),
    #[sse(bytes = "base64", example = Self::Either(Cow::Borrowed(b"a\nb")))]
    Either(Cow<'static, [u8]>),
}

#[test]
fn bytes_are_sent_in_base64() {
    assert_eq!(wire(&Blob::Owned(vec![0, 255, 62])), "event: Owned\ndata: AP8+\n\n");
    assert_eq!(wire(&Blob::Fixed { id: 7, bytes: *b"abcd" }), "id: 7\nevent: Fixed\ndata: YWJjZA==\n\n");
    conforms::<Blob>();
    let view = event_view::<Blob>().unwrap();
    assert_eq!(
        view["$defs"]["BlobOwnedEvent"]["properties"]["data"],
        json!({ "type": "string", "contentEncoding": "base64" })
    );
    assert_eq!(view["x-sse"]["events"]["Owned"]["data"], "base64");
    let refused = |wire: &[u8]| decode::<Blob>(wire).unwrap_err().to_string();
    assert_eq!(refused(b"event: Owned\ndata: AP8\n\n"), "the data of `Owned` is not its payload: it is not base64");
    assert_eq!(
        refused(b"event: Fixed\nid: 7\ndata: AP8+\n\n"),
        "the data of `Fixed` is not its payload: its 3 bytes are too many or too few"
    );
}

#[derive(Debug, PartialEq, SseEvent, SseDecode)]
enum Log {
    #[sse(id = format_args!("{shard}-{seq}"), example = Self::Line { shard: 3, seq: 9, text: "x".into() })]
    Line { shard: u8, seq: u64, text: String },
    #[sse(id = _0.checked_add(1), example = Self::Count(7))]
    Count(u32),
    #[sse(id = "start", example = Self::Started)]
    Started,
    #[sse(id = seq)]
    Busy {
        seq: u64,
        #[sse(retry)]
        wait: Option<Duration>,
    },
    #[sse(id = _0)]
    BusyTuple(u64, #[sse(retry)] Duration),
}

#[test]
fn an_id_may_be_made_of_the_fields() {
    let line = Log::Line { shard: 3, seq: 9, text: "x".into() };
    assert_eq!(wire(&line), "id: 3-9\nevent: Line\ndata: {\"shard\":3,\"seq\":9,\"text\":\"x\"}\n\n");
    assert_eq!(wire(&Log::Count(7)), "id: 8\nevent: Count\ndata: 7\n\n");
    assert_eq!(wire(&Log::Count(u32::MAX)), "event: Count\ndata: 4294967295\n\n");
    assert_eq!(wire(&Log::Started), "id: start\nevent: Started\ndata:\n\n");
    let wait = Duration::from_secs(2);
    assert_eq!(wire(&Log::Busy { seq: 1, wait: Some(wait) }), "id: 1\nevent: Busy\nretry: 2000\ndata: {\"seq\":1}\n\n");
    assert_eq!(wire(&Log::BusyTuple(1, wait)), "id: 1\nevent: BusyTuple\nretry: 2000\ndata: [1]\n\n");
    assert!(Manifest::of::<Log>().unwrap().events().iter().all(|event| event.id));
    Check::new().round_trip::<Log>().unwrap();
}

#[derive(Debug, PartialEq, SseEvent, SseDecode)]
enum Open {
    #[sse(example = Self::Ping)]
    Ping,
    #[sse(other)]
    Other { event: String, data: Box<str>, id: Arc<str> },
}

#[derive(Debug, PartialEq, SseDecode)]
enum Ignorant {
    Ping,
    #[sse(other)]
    Other,
}

#[test]
fn other_keeps_what_is_not_known() {
    let other = Open::Other { event: "new".into(), data: "1\n2".into(), id: "7".into() };
    assert_eq!(decode(b"event: new\nid: 7\ndata: 1\ndata: 2\n\n"), Ok(Some(other)));
    assert_eq!(decode(b"event: new\ndata: 1\n\n"), Ok(Some(Ignorant::Other)));
    assert_eq!(decode(b"event: Ping\ndata:\n\n"), Ok(Some(Ignorant::Ping)));
    assert_eq!(names::<Open>(), ["Ping"]);
    let other = Open::Other { event: "Ping".into(), data: "".into(), id: "".into() };
    assert_eq!(encode(&other).unwrap_err().kind(), EncodeErrorKind::Skipped);
}

#[derive(Debug, PartialEq, SseEvent, SseDecode)]
#[sse(closed, open, non_finite = "error")]
enum Strict {
    #[sse(example = Self::Celsius(21.5))]
    Celsius(f64),
    #[sse(example = Self::Window { low: Some(1.0), all: vec![2.0] })]
    Window { low: Option<f32>, all: Vec<f64> },
}

#[derive(SseEvent)]
#[sse(non_finite = "null")]
enum Lenient {
    #[sse(example = Self::Celsius(f64::NAN))]
    Celsius(f64),
    #[sse(example = Self::Window { low: Some(f32::INFINITY), all: vec![f64::NAN, 1.0] })]
    Window { low: Option<f32>, all: Vec<f64> },
}

#[test]
fn what_is_true_of_the_stream_is_in_the_schema() {
    let facts = |view: Value| {
        (view["x-sse"]["closed"].clone(), view["x-sse"]["open"].clone(), view["x-sse"]["nonFinite"].clone())
    };
    assert_eq!(facts(event_view::<Strict>().unwrap()), (json!(true), json!(true), json!("error")));
    assert_eq!(facts(event_view::<Lenient>().unwrap()), (Value::Null, Value::Null, json!("null")));
}

#[test]
fn a_float_that_is_not_finite_is_what_the_type_says() {
    for event in [
        Strict::Celsius(f64::NAN),
        Strict::Window { low: Some(f32::INFINITY), all: vec![] },
        Strict::Window { low: None, all: vec![f64::NEG_INFINITY] },
    ] {
        assert_eq!(encode(&event).unwrap_err().kind(), EncodeErrorKind::Payload, "{event:?}");
    }
    conforms::<Strict>();
    Check::new().require_examples().encoding::<Lenient>().unwrap();
    assert_eq!(wire(&Lenient::Celsius(f64::NAN)), "event: Celsius\ndata: null\n\n");
}

/// Microseconds, as text.
mod as_text {
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    pub(super) fn serialize<S: Serializer>(number: &u64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(number)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// A tree whose branches look as it does.
#[derive(Serialize, JsonSchema, SseEvent)]
#[serde(tag = "t", content = "c")]
enum Tree {
    #[sse(example = Self::Node { next: Some(Box::new(Self::Leaf { v: 1 })) })]
    Node {
        #[sse(wire = "Option<Box<Self>>")]
        next: Option<Box<Self>>,
    },
    #[sse(example = Self::Leaf { v: 1 })]
    Leaf { v: u8 },
}

#[test]
fn in_wire_the_enum_may_call_itself_self() {
    Check::new().require_examples().encoding::<Tree>().unwrap();
    let view = event_view::<Tree>().unwrap();
    let next = &view["$defs"]["TreeNodeData"]["properties"]["next"];
    assert_eq!(next["anyOf"][0]["$ref"], "#/$defs/Tree");
}

#[derive(Debug, PartialEq, SseEvent, SseDecode)]
enum Clock {
    #[sse(example = Self::At { micros: u64::MAX })]
    At {
        /// Since the start.
        #[serde(with = "as_text")]
        #[sse(wire = "String")]
        micros: u64,
    },
    #[sse(example = Self::Bare(7))]
    Bare(
        #[serde(with = "as_text")]
        #[sse(wire = "String")]
        u64,
    ),
}

#[test]
fn wire_says_what_a_function_writes() {
    conforms::<Clock>();
    let view = event_view::<Clock>().unwrap();
    let micros = &view["$defs"]["ClockAtData"]["properties"]["micros"];
    assert_eq!((&micros["type"], &micros["description"]), (&json!("string"), &json!("Since the start.")));
    assert_eq!(view["$defs"]["ClockBareEvent"]["properties"]["data"]["type"], "string");
}

/// A tick.
#[derive(Debug, PartialEq, SseEvent, SseDecode)]
#[sse(event = "tick", terminal, example = Tick { price_cents: 7, seq: 1, note: None })]
#[serde(rename_all = "camelCase")]
struct Tick {
    price_cents: u32,
    #[sse(id)]
    #[serde(skip)]
    seq: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

#[derive(Debug, PartialEq, SseEvent, SseDecode)]
#[sse(rename_all = "kebab-case", text, example = LogLine("a\nb".into()))]
struct LogLine(String);

#[derive(Debug, PartialEq, SseEvent, SseDecode)]
#[sse(example = Ping)]
struct Ping;

#[derive(Debug, PartialEq, SseEvent, SseDecode)]
#[sse(example = Pair(1, "x".into()))]
#[serde(deny_unknown_fields)]
struct Pair(u8, String);

#[test]
fn a_struct_is_one_event() {
    let tick = Tick { price_cents: 7, seq: 1, note: None };
    assert_eq!(wire(&tick), "id: 1\nevent: tick\ndata: {\"priceCents\":7}\n\n");
    assert!(encode(&tick).unwrap().is_terminal());
    assert_eq!(wire(&LogLine("a\nb".into())), "event: log-line\ndata: a\ndata: b\n\n");
    assert_eq!(wire(&Ping), "event: Ping\ndata:\n\n");
    assert_eq!(wire(&Pair(1, "x".into())), "event: Pair\ndata: [1,\"x\"]\n\n");
    conforms::<Tick>();
    conforms::<LogLine>();
    conforms::<Ping>();
    conforms::<Pair>();
    let view = event_view::<Tick>().unwrap();
    assert_eq!(view["description"], "A tick.");
    assert_eq!(view["$defs"]["TickEvent"]["properties"]["data"]["$ref"], "#/$defs/TickData");
    let error = decode::<Tick>(b"event: tick\ndata: []\n\n").unwrap_err().to_string();
    assert!(error.contains("invalid length 0, expected struct Tick"), "{error}");
}

#[derive(Debug, PartialEq, SseEvent, SseDecode)]
struct Generic<'a, T, const N: usize> {
    text: Cow<'a, str>,
    items: Vec<T>,
    #[serde(skip)]
    size: std::marker::PhantomData<[u8; N]>,
}

#[test]
fn a_struct_may_be_generic() {
    let generic = Generic::<u8, 3> { text: "a".into(), items: vec![1], size: std::marker::PhantomData };
    let wire = wire(&generic);
    assert_eq!(wire, "event: Generic\ndata: {\"text\":\"a\",\"items\":[1]}\n\n");
    assert_eq!(decode(wire.as_bytes()), Ok(Some(generic)));
    assert_eq!(names::<Generic<'_, u8, 3>>(), ["Generic"]);
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Money {
    currency: String,
    minor: i64,
}

/// As large language models stream.
#[derive(Debug, PartialEq, SseEvent, SseDecode)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
enum Model {
    #[sse(example = Self::MessageStart { the_id: 1 })]
    MessageStart { the_id: u32 },
    #[sse(example = Self::Price(Money { currency: "EUR".into(), minor: 7 }))]
    Price(Money),
    #[sse(event = "stop", example = Self::MessageStop)]
    MessageStop,
    #[sse(id = seq, example = Self::Left { seq: 0, at: 3 })]
    Left {
        #[serde(skip)]
        seq: u8,
        #[serde(rename = "when")]
        at: u32,
    },
    #[sse(example = Self::Bare { at: 3 })]
    #[serde(untagged)]
    Bare { at: u32 },
}

#[test]
fn a_tag_in_the_payload_is_that_of_serde() {
    assert_eq!(
        wire(&Model::MessageStart { the_id: 1 }),
        "event: message_start\ndata: {\"type\":\"message_start\",\"theId\":1}\n\n"
    );
    assert_eq!(
        wire(&Model::Price(Money { currency: "EUR".into(), minor: 7 })),
        "event: price\ndata: {\"type\":\"price\",\"currency\":\"EUR\",\"minor\":7}\n\n"
    );
    assert_eq!(wire(&Model::MessageStop), "event: stop\ndata: {\"type\":\"message_stop\"}\n\n");
    assert_eq!(wire(&Model::Bare { at: 3 }), "event: bare\ndata: {\"at\":3}\n\n");
    conforms::<Model>();
    let view = event_view::<Model>().unwrap();
    let data = &view["$defs"]["ModelMessageStartData"];
    assert_eq!(data["properties"]["type"], json!({ "type": "string", "const": "message_start" }));
    assert_eq!(data["required"], json!(["theId", "type"]));
    assert!(decode::<Model>(b"event: price\ndata: {\"type\":\"left\",\"currency\":\"EUR\",\"minor\":7}\n\n").is_err());
}

#[derive(Debug, PartialEq, SseEvent, SseDecode)]
#[sse(tag = "kind", prefix = "job.", rename_all = "lowercase")]
#[serde(deny_unknown_fields)]
enum Job<T> {
    Progress { done: T },
    Result(T),
    Failed,
}

#[test]
fn a_tag_of_ours_has_the_name_of_the_event() {
    let money = Money { currency: "EUR".into(), minor: 7 };
    for (event, expected) in [
        (
            Job::Progress { done: money.clone() },
            "event: job.progress\ndata: {\"kind\":\"job.progress\",\"done\":{\"currency\":\"EUR\",\"minor\":7}}\n\n",
        ),
        (Job::Result(money), "event: job.result\ndata: {\"kind\":\"job.result\",\"currency\":\"EUR\",\"minor\":7}\n\n"),
        (Job::Failed, "event: job.failed\ndata: {\"kind\":\"job.failed\"}\n\n"),
    ] {
        assert_eq!(wire(&event), expected);
        assert_eq!(decode(expected.as_bytes()), Ok(Some(event)));
    }
    let more = b"event: job.progress\ndata: {\"kind\":\"job.progress\",\"done\":null,\"more\":1}\n\n";
    assert!(decode::<Job<()>>(more).is_err());
    let view = event_view::<Job<Money>>().unwrap();
    assert_eq!(view["$defs"]["JobProgressData"]["additionalProperties"], false);
}

#[derive(Debug, PartialEq, SseEvent, SseDecode)]
#[serde(tag = "type")]
#[sse(data = "tagged", example = Whole { a: 1 })]
struct Whole {
    a: u8,
}

#[test]
fn a_struct_may_have_a_tag() {
    assert_eq!(wire(&Whole { a: 1 }), "event: Whole\ndata: {\"type\":\"Whole\",\"a\":1}\n\n");
    conforms::<Whole>();
}

#[derive(Debug, PartialEq, SseEvent, SseDecode)]
#[sse(name = "PageOf{T}")]
enum Page<T, U> {
    Items { items: Vec<T>, next: U },
    Count { count: u8 },
    End,
}

#[test]
fn a_generic_stream_is_called_by_its_parameters() {
    let view = event_view::<Page<Money, u8>>().unwrap();
    assert_eq!(view["title"], "PageOfMoney");
    let mut definitions: Vec<_> = view["$defs"].as_object().unwrap().keys().collect();
    definitions.sort();
    assert_eq!(
        definitions,
        [
            "Money",
            "PageOfMoneyCountData",
            "PageOfMoneyCountEvent",
            "PageOfMoneyEndEvent",
            "PageOfMoneyItemsData",
            "PageOfMoneyItemsEvent"
        ]
    );
    let page = Page::Items { items: vec![1], next: 2 };
    assert_eq!(decode(wire(&page).as_bytes()), Ok(Some(page)));
}
