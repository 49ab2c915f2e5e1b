//! Each kind of variant, and data that is not its payload.

use std::borrow::Cow;
use std::rc::Rc;
use std::str::FromStr;
use std::sync::Arc;

use sse_core::{SseDecode, SseEvent, wire};

use super::{Opaque, becomes, comes_back, decode, is_unknown, payload_fails};

#[derive(Debug, PartialEq, SseEvent, SseDecode)]
#[sse(rename_all = "kebab-case", no_schema)]
enum Feed {
    Started,
    EmptyTuple(),
    EmptyStruct {},
    Halted(Option<u8>),
    Nothing(()),
    Pair(u8, String),
    PriceTick {
        symbol: String,
        cents: u64,
        note: Option<String>,
    },
    #[sse(text)]
    Log(String),
    #[sse(text)]
    Count {
        count: i64,
    },
    #[sse(event = "")]
    Unnamed(Vec<u8>),
    #[sse(event = "renamed", retry = 10_000)]
    Slow(bool),
    #[serde(rename = "by serde")]
    Named(char),
    #[sse(terminal)]
    Done {
        total: u64,
    },
    #[sse(skip)]
    Internal(Opaque),
    r#Raw {
        r#type: u8,
    },
}

#[test]
fn each_kind_of_variant_comes_back() {
    for event in [
        Feed::Started,
        Feed::EmptyTuple(),
        Feed::EmptyStruct {},
        Feed::Halted(Some(3)),
        Feed::Halted(None),
        Feed::Nothing(()),
        Feed::Pair(1, "two\r\nlines\u{2028}\0".to_owned()),
        Feed::PriceTick { symbol: "ACME".to_owned(), cents: u64::MAX, note: None },
        Feed::PriceTick { symbol: " ".to_owned(), cents: 0, note: Some(String::new()) },
        Feed::Log(String::new()),
        Feed::Log(" {\"as\": it is}\n\n".to_owned()),
        Feed::Count { count: -1 },
        Feed::Unnamed(vec![1, 2]),
        Feed::Slow(true),
        Feed::Named('é'),
        Feed::Done { total: 2 },
        Feed::Raw { r#type: 1 },
    ] {
        comes_back(&event);
    }
}

#[test]
fn json_may_come_on_many_lines_and_with_more_fields() {
    let wire = "event: price-tick\ndata: {\ndata:   \"new\": 1, \"cents\": 7,\ndata: \"symbol\": \"X\"}\n\n";
    let tick = Feed::PriceTick { symbol: "X".to_owned(), cents: 7, note: None };
    assert_eq!(decode(wire), Ok(Some(tick)));
    assert_eq!(decode("data: [1]\n\n"), Ok(Some(Feed::Unnamed(vec![1]))));
    assert_eq!(decode("event: message\ndata: [1]\n\n"), Ok(Some(Feed::Unnamed(vec![1]))));
    assert_eq!(decode("event\ndata: [1]\n\n"), Ok(Some(Feed::Unnamed(vec![1]))));
}

#[test]
fn a_name_that_is_not_known_is_no_error() {
    assert!(wire::encode(&Feed::Internal(Opaque)).is_err());
    for name in ["other", "Started", "STARTED", "internal", "unnamed", "Unnamed", "slow", "named", "started "] {
        is_unknown::<Feed>(&format!("event: {name}\ndata:\n\n"));
    }
}

#[test]
fn what_is_not_the_payload_is_an_error_that_names_the_event() {
    payload_fails::<Feed>(
        "event: price-tick\ndata: {\"symbol\":\"X\"}\n\n",
        "the data of `price-tick` is not its payload: missing field `cents` at line 1 column 14",
    );
    payload_fails::<Feed>(
        "event: price-tick\ndata: 1\n\n",
        "the data of `price-tick` is not its payload: invalid type: integer `1`, expected struct variant \
         Feed::PriceTick at line 1 column 1",
    );
    payload_fails::<Feed>(
        "event: pair\ndata: [1]\n\n",
        "the data of `pair` is not its payload: invalid length 1, expected tuple variant Feed::Pair with 2 elements at \
         line 1 column 3",
    );
    payload_fails::<Feed>(
        "event: halted\ndata: 3 4\n\n",
        "the data of `halted` is not its payload: trailing characters at line 1 column 3",
    );
    payload_fails::<Feed>(
        "event: halted\ndata:\n\n",
        "the data of `halted` is not its payload: EOF while parsing a value at line 1 column 0",
    );
    payload_fails::<Feed>(
        "event: started\ndata: null\n\n",
        "the data of `started` is not its payload: there are 4 bytes where none should be",
    );
    payload_fails::<Feed>(
        "event: count\ndata: 1.5\n\n",
        "the data of `count` is not its payload: invalid digit found in string",
    );
    payload_fails::<Feed>("data: x\n\n", "the data of `message` is not its payload: expected value at line 1 column 1");
}

#[test]
fn text_is_read_with_from_str() {
    #[derive(Debug, PartialEq)]
    struct Celsius(f32);

    impl FromStr for Celsius {
        type Err = String;

        fn from_str(text: &str) -> Result<Self, String> {
            let degrees = text.strip_suffix(" °C").ok_or("degrees of another kind")?;
            degrees.parse().map(Self).map_err(|error| format!("{degrees}: {error}"))
        }
    }

    #[derive(Debug, PartialEq, SseDecode)]
    enum Text<'a> {
        #[sse(text)]
        Parsed(Celsius),
        #[sse(text)]
        Cow(Cow<'a, str>),
        #[sse(text)]
        Boxed(Box<str>),
        #[sse(text)]
        Shared(Arc<str>),
        #[sse(text)]
        Counted {
            text: Rc<str>,
            #[serde(skip)]
            seen: u8,
            #[serde(skip, default = "five")]
            left: u8,
            #[sse(id)]
            #[serde(skip)]
            id: u32,
        },
    }
    fn five() -> u8 {
        5
    }

    assert_eq!(decode("event: Parsed\ndata: 21.5 °C\n\n"), Ok(Some(Text::Parsed(Celsius(21.5)))));
    payload_fails::<Text<'_>>(
        "event: Parsed\ndata: 70 °F\n\n",
        "the data of `Parsed` is not its payload: degrees of another kind",
    );
    assert_eq!(decode("event: Cow\ndata: a\ndata: b\n\n"), Ok(Some(Text::Cow(Cow::Borrowed("a\nb")))));
    assert_eq!(decode("event: Boxed\ndata:  a\n\n"), Ok(Some(Text::Boxed(" a".into()))));
    assert_eq!(decode("event: Shared\ndata\n\n"), Ok(Some(Text::Shared("".into()))));
    assert_eq!(
        decode("event: Counted\nid: 7\ndata: x\n\n"),
        Ok(Some(Text::Counted { text: "x".into(), seen: 0, left: 5, id: 7 }))
    );
}

#[test]
fn line_ends_of_a_text_are_those_of_the_wire() {
    #[derive(Debug, PartialEq, SseEvent, SseDecode)]
    enum Output {
        #[sse(text)]
        Line(String),
    }
    becomes(&Output::Line("one\r\ntwo\rthree\n".to_owned()), &Output::Line("one\ntwo\nthree\n".to_owned()));
}

#[test]
fn a_float_that_is_not_finite_comes_back_as_none_or_not_at_all() {
    #[derive(Debug, PartialEq, SseEvent, SseDecode)]
    enum Floats {
        Float(f64),
        Perhaps { float: Option<f64> },
    }
    comes_back(&Floats::Float(0.1));
    comes_back(&Floats::Float(f64::MIN_POSITIVE));
    becomes(&Floats::Perhaps { float: Some(f64::NAN) }, &Floats::Perhaps { float: None });
    let frame = wire::encode(&Floats::Float(f64::INFINITY)).unwrap();
    payload_fails::<Floats>(
        str::from_utf8(frame.as_bytes()).unwrap(),
        "the data of `Float` is not its payload: invalid type: null, expected f64 at line 1 column 4",
    );
}

#[test]
fn an_enum_without_variants_knows_no_name() {
    #[derive(Debug, PartialEq, SseEvent, SseDecode)]
    enum Never {}
    is_unknown::<Never>("event: Never\ndata:\n\n");
}
