//! The names under which events are known, and not.

use sse_core::{SseDecode, SseEvent, wire};

use super::{Opaque, comes_back, decode, is_unknown};

#[test]
fn names_are_those_that_are_sent_and_those_that_serde_takes() {
    #[derive(Debug, PartialEq, SseEvent, SseDecode)]
    #[serde(rename_all(serialize = "SCREAMING-KEBAB-CASE", deserialize = "lowercase"))]
    enum Names {
        PriceTick,
        #[serde(rename(serialize = "sent", deserialize = "received"), alias = "older", alias = "oldest")]
        BothWays,
        #[serde(rename(deserialize = "in"))]
        OneWay,
        #[sse(event = "sse")]
        #[serde(rename = "serde", alias = "")]
        Both,
    }
    for (event, names) in [
        (Names::PriceTick, &["PRICE-TICK", "pricetick"][..]),
        (Names::BothWays, &["sent", "received", "older", "oldest"]),
        (Names::OneWay, &["ONE-WAY", "in"]),
        (Names::Both, &["sse", "", "message"]),
    ] {
        comes_back(&event);
        for name in names {
            assert_eq!(decode::<Names>(&format!("event: {name}\ndata:\n\n")).unwrap().as_ref(), Some(&event), "{name}");
        }
    }
    for name in ["PriceTick", "both-ways", "bothways", "oneway", "serde", "both"] {
        is_unknown::<Names>(&format!("event: {name}\ndata:\n\n"));
    }
}

#[test]
fn a_rule_of_serdes_is_replaced_as_a_whole() {
    #[derive(Debug, PartialEq, SseEvent, SseDecode)]
    #[sse(rename_all = "dot.case")]
    #[serde(rename_all(deserialize = "lowercase"))]
    enum BySse {
        PriceTick,
    }
    comes_back(&BySse::PriceTick);
    is_unknown::<BySse>("event: pricetick\ndata:\n\n");
}

#[test]
fn a_client_may_have_names_that_a_server_may_not() {
    #[derive(Debug, PartialEq, SseDecode)]
    #[sse(rename_all = "kebab-case")]
    enum Foreign {
        Error { message: String },
        Open,
        StreamOpen(u8),
    }
    let error = Foreign::Error { message: "overloaded".to_owned() };
    assert_eq!(decode("event: error\ndata: {\"message\":\"overloaded\"}\n\n"), Ok(Some(error)));
    assert_eq!(decode("event: open\ndata\n\n"), Ok(Some(Foreign::Open)));
    assert_eq!(decode("event: stream-open\ndata: 1\n\n"), Ok(Some(Foreign::StreamOpen(1))));
}

#[test]
fn what_is_skipped_is_not_made() {
    #[derive(Debug, PartialEq, SseEvent, SseDecode)]
    enum OneWay {
        #[serde(skip)]
        Never(Opaque),
        #[serde(skip_deserializing)]
        Sent(u8),
        #[serde(skip_serializing)]
        Received(u8),
        #[sse(skip)]
        Neither,
    }
    is_unknown::<OneWay>("event: Never\ndata: null\n\n");
    is_unknown::<OneWay>("event: Neither\ndata:\n\n");
    assert!(wire::encode(&OneWay::Never(Opaque)).is_err() && wire::encode(&OneWay::Neither).is_err());
    let frame = wire::encode(&OneWay::Sent(1)).unwrap();
    is_unknown::<OneWay>(str::from_utf8(frame.as_bytes()).unwrap());
    assert!(wire::encode(&OneWay::Received(1)).is_err());
    assert_eq!(decode("event: Received\ndata: 1\n\n"), Ok(Some(OneWay::Received(1))));
}

#[test]
fn one_variant_may_stand_for_all_other_names() {
    #[derive(Debug, PartialEq, SseEvent, SseDecode)]
    enum Open {
        Known(u8),
        #[serde(other)]
        #[sse(other)]
        Other,
    }
    comes_back(&Open::Known(1));
    for wire in ["event: new\ndata: {}\n\n", "data: x\n\n", "event: Other\ndata:\n\n"] {
        assert_eq!(decode(wire), Ok(Some(Open::Other)));
    }
    assert!(decode::<Open>("event: Known\ndata: {}\n\n").is_err());
}
