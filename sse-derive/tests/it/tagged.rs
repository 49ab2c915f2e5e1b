//! Payloads that say which event they are of: what stands beside such, and what is read of them.

#![expect(deprecated, reason = "`deny_unknown_fields` is warned of")]

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sse_core::event::EncodeErrorKind;
use sse_core::schema::event_view;
use sse_core::wire::encode;
use sse_core::{SseDecode, SseEvent};

use crate::grammar::{conforms, decode, wire};

#[derive(Debug, PartialEq)]
struct NotJson;

#[derive(Debug, PartialEq, SseEvent, SseDecode)]
#[sse(tag = "type")]
enum Mixed<T> {
    #[serde(untagged)]
    #[sse(example = Self::Bare { a: 1 })]
    Bare { a: u8 },
    #[sse(example = Self::Tick { a: 1 })]
    Tick { a: u8 },
    #[sse(skip)]
    Internal(NotJson, u8),
    #[serde(skip)]
    Nothing(),
    #[serde(untagged)]
    #[sse(example = Self::Pair(1, 2))]
    Pair(u8, u8),
    #[serde(untagged)]
    #[sse(text, example = Self::Text("x".into(), 0))]
    Text(String, #[serde(skip)] u8),
    #[sse(skip)]
    Generic(T, u8),
}

#[test]
fn what_is_skipped_and_what_has_no_tag_may_be_a_tuple_in_any_place() {
    assert_eq!(wire(&Mixed::<()>::Bare { a: 1 }), "event: Bare\ndata: {\"a\":1}\n\n");
    assert_eq!(wire(&Mixed::<()>::Tick { a: 1 }), "event: Tick\ndata: {\"type\":\"Tick\",\"a\":1}\n\n");
    assert_eq!(wire(&Mixed::<()>::Pair(1, 2)), "event: Pair\ndata: [1,2]\n\n");
    for never in [Mixed::Internal(NotJson, 1), Mixed::Nothing(), Mixed::Generic((), 1)] {
        assert_eq!(encode(&never).unwrap_err().kind(), EncodeErrorKind::Skipped);
    }
    conforms::<Mixed<()>>();
}

#[derive(Debug, PartialEq, SseEvent, SseDecode)]
#[sse(tag = "type")]
#[serde(rename_all_fields = "UPPERCASE", expecting = "a number")]
enum Wide<T> {
    #[sse(example = Self::Number { u: 1, i: -1 })]
    Number { u: u128, i: i128 },
    #[sse(example = Self::Keys { m: [(7, 1)].into(), __tag: 2 })]
    Keys { m: BTreeMap<u32, u8>, __tag: u8 },
    #[sse(example = Self::Of { next: None })]
    #[serde(rename_all = "kebab-case")]
    Of { next: Option<T> },
    #[sse(example = Self::Empty {})]
    Empty {},
}

#[test]
fn a_field_beside_a_tag_may_be_anything() {
    conforms::<Wide<u8>>();
    let number = Wide::Number::<u8> { u: u128::MAX, i: i128::MIN };
    assert_eq!(decode(wire(&number).as_bytes()), Ok(Some(number)));
    let keys = Wide::Keys::<u8> { m: [(7, 1)].into(), __tag: 2 };
    assert_eq!(wire(&keys), "event: Keys\ndata: {\"type\":\"Keys\",\"M\":{\"7\":1},\"__TAG\":2}\n\n");
    assert_eq!(decode(b"event: Of\ndata: {\"next\":3,\"type\":\"Of\"}\n\n"), Ok(Some(Wide::Of { next: Some(3_u8) })));
}

#[test]
fn a_tag_has_to_be_there_once_and_right() {
    for (data, expected) in [
        (r#"{"type":"Of","next":1}"#, "its tag `Of` is not that of this event"),
        ("{}", "missing field `type` at line 1 column 2"),
        (r#"{"type":"Empty","type":"Empty"}"#, "duplicate field `type` at line 1 column 22"),
        ("1", "invalid type: integer `1`, expected a number at line 1 column 1"),
    ] {
        let error = decode::<Wide<u8>>(format!("event: Empty\ndata: {data}\n\n").as_bytes()).unwrap_err().to_string();
        assert_eq!(error, format!("the data of `Empty` is not its payload: {expected}"), "{data}");
    }
}

#[derive(Debug, PartialEq, SseEvent, SseDecode)]
#[sse(tag = "type", prefix = "p.")]
enum Renamed {
    #[serde(alias = "old", rename(serialize = "out", deserialize = "in"))]
    #[sse(example = Self::Tick { a: 1 })]
    Tick { a: u8 },
    #[serde(alias = "old-unit", alias = "message")]
    #[sse(example = Self::Unit)]
    Unit,
}

#[test]
fn what_an_event_was_once_called_is_its_tag_too() {
    for name in ["p.out", "p.in", "p.old"] {
        let sent = format!("event: {name}\ndata: {{\"type\":\"{name}\",\"a\":1}}\n\n");
        assert_eq!(decode(sent.as_bytes()), Ok(Some(Renamed::Tick { a: 1 })));
        let unprefixed = sent.replace("\"p.", "\"");
        assert!(decode::<Renamed>(unprefixed.as_bytes()).is_err(), "{unprefixed}");
    }
    for name in ["p.Unit", "p.old-unit", "message"] {
        let sent = format!("event: {name}\ndata: {{\"type\":\"{name}\"}}\n\n");
        assert_eq!(decode(sent.as_bytes()), Ok(Some(Renamed::Unit)));
    }
    conforms::<Renamed>();
}

#[derive(Debug, PartialEq, SseEvent, SseDecode)]
#[serde(tag = "t", deny_unknown_fields)]
enum Denied {
    #[sse(example = Self::Map([("z".into(), 2)].into()))]
    Map(BTreeMap<String, u8>),
    #[sse(example = Self::Any(json!({ "q": 1 })))]
    Any(Value),
    #[sse(example = Self::Own { a: 1 })]
    Own { a: u8 },
    #[sse(example = Self::Unit)]
    Unit,
}

#[test]
fn what_a_newtype_holds_beside_a_tag_is_its_own_matter() {
    assert_eq!(wire(&Denied::Map([("z".into(), 2)].into())), "event: Map\ndata: {\"t\":\"Map\",\"z\":2}\n\n");
    conforms::<Denied>();
    let view = event_view::<Denied>().unwrap();
    assert_eq!(view["$defs"]["DeniedOwnData"]["additionalProperties"], false);
    assert!(decode::<Denied>(b"event: Own\ndata: {\"t\":\"Own\",\"a\":1,\"b\":2}\n\n").is_err());
}
