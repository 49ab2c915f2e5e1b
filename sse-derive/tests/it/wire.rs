//! The bytes of each kind of variant, and payloads that are serde's to the byte.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::Serialize;
use sse_core::SseEvent;
use sse_core::event::EncodeErrorKind;
use sse_core::wire::encode;

#[track_caller]
fn check(event: &impl SseEvent, wire: &str) {
    let frame = encode(event).unwrap();
    assert_eq!(str::from_utf8(frame.as_bytes()).unwrap(), wire);
}

#[track_caller]
fn refused(event: &impl SseEvent, kind: EncodeErrorKind) {
    assert_eq!(encode(event).unwrap_err().kind(), kind);
}

#[derive(SseEvent)]
#[sse(rename_all = "kebab-case")]
enum Feed {
    PriceTick {
        symbol: String,
        cents: u64,
    },
    Pair(u8, String),
    Halted(Option<u8>),
    Started,
    EmptyStruct {},
    EmptyTuple(),
    #[sse(text)]
    Log(String),
    #[sse(event = "")]
    Unnamed(u8),
    #[sse(event = "renamed", retry = 10_000)]
    Slow,
    #[serde(rename = "by serde")]
    Named,
    #[serde(rename(serialize = "sent", deserialize = "received"))]
    TwoNames,
    #[sse(terminal)]
    Done {
        total: u64,
    },
    #[sse(skip)]
    Internal(Unserializable),
    #[serde(skip_serializing)]
    AlsoInternal,
    r#Raw {
        r#type: u8,
    },
}

/// Neither serializable nor displayable nor described.
#[derive(Debug)]
struct Unserializable;

#[test]
fn each_kind_of_variant_has_its_bytes() {
    check(
        &Feed::PriceTick { symbol: "ACME".to_owned(), cents: 7 },
        "event: price-tick\ndata: {\"symbol\":\"ACME\",\"cents\":7}\n\n",
    );
    check(&Feed::Pair(1, "two\nlines".to_owned()), "event: pair\ndata: [1,\"two\\nlines\"]\n\n");
    check(&Feed::Halted(Some(3)), "event: halted\ndata: 3\n\n");
    check(&Feed::Halted(None), "event: halted\ndata: null\n\n");
    check(&Feed::Started, "event: started\ndata:\n\n");
    check(&Feed::EmptyStruct {}, "event: empty-struct\ndata: {}\n\n");
    check(&Feed::EmptyTuple(), "event: empty-tuple\ndata: []\n\n");
    check(&Feed::Log("a\r\nb\"".to_owned()), "event: log\ndata: a\ndata: b\"\n\n");
    check(&Feed::Unnamed(9), "data: 9\n\n");
    check(&Feed::Slow, "event: renamed\nretry: 10000\ndata:\n\n");
    check(&Feed::Named, "event: by serde\ndata:\n\n");
    check(&Feed::TwoNames, "event: sent\ndata:\n\n");
    check(&Feed::Done { total: 2 }, "event: done\ndata: {\"total\":2}\n\n");
    check(&Feed::Raw { r#type: 1 }, "event: raw\ndata: {\"type\":1}\n\n");
}

#[test]
fn only_a_terminal_variant_is_terminal() {
    assert!(Feed::Done { total: 0 }.fields().unwrap().terminal);
    assert!(!Feed::Started.fields().unwrap().terminal);
}

#[test]
fn a_skipped_variant_is_refused_and_named() {
    let error = encode(&Feed::Internal(Unserializable)).unwrap_err();
    assert_eq!(error.kind(), EncodeErrorKind::Skipped);
    assert_eq!(error.to_string(), "`Feed::Internal` is marked `#[sse(skip)]` or `#[sse(other)]` and is never sent");
    refused(&Feed::AlsoInternal, EncodeErrorKind::Skipped);
}

#[derive(SseEvent)]
enum Numbered {
    Kept {
        #[sse(id)]
        seq: u64,
    },
    Hidden {
        #[sse(id)]
        #[serde(skip)]
        seq: u64,
        text: String,
    },
    Perhaps(#[sse(id)] Option<String>, u8),
    #[sse(text)]
    Line {
        #[sse(id)]
        #[serde(skip)]
        number: u32,
        line: String,
    },
    #[sse(text)]
    Itself(#[sse(id)] u8),
    Wait(#[sse(retry)] Duration),
    WaitPerhaps {
        #[sse(retry)]
        wait: Option<Duration>,
        why: String,
    },
    WaitBehind(u8, #[sse(retry)] Duration),
    WaitSkipped {
        #[serde(skip)]
        #[sse(retry)]
        wait: Duration,
    },
}

#[test]
fn an_id_comes_from_a_field_and_stays_in_the_data() {
    check(&Numbered::Kept { seq: 7 }, "id: 7\nevent: Kept\ndata: {\"seq\":7}\n\n");
    check(&Numbered::Hidden { seq: 7, text: "hi".to_owned() }, "id: 7\nevent: Hidden\ndata: {\"text\":\"hi\"}\n\n");
    check(&Numbered::Perhaps(Some("a b".to_owned()), 1), "id: a b\nevent: Perhaps\ndata: [\"a b\",1]\n\n");
    check(&Numbered::Perhaps(None, 1), "event: Perhaps\ndata: [null,1]\n\n");
    check(&Numbered::Perhaps(Some(String::new()), 1), "id:\nevent: Perhaps\ndata: [\"\",1]\n\n");
    check(&Numbered::Line { number: 3, line: "x".to_owned() }, "id: 3\nevent: Line\ndata: x\n\n");
    check(&Numbered::Itself(5), "id: 5\nevent: Itself\ndata: 5\n\n");
    refused(&Numbered::Perhaps(Some("1\ndata: injected".to_owned()), 1), EncodeErrorKind::Id);
}

#[test]
fn a_retry_comes_from_a_field_and_leaves_the_data() {
    let wait = Duration::from_secs(2);
    check(&Numbered::Wait(wait), "event: Wait\nretry: 2000\ndata:\n\n");
    check(
        &Numbered::WaitPerhaps { wait: Some(wait), why: "x".to_owned() },
        "event: WaitPerhaps\nretry: 2000\ndata: {\"why\":\"x\"}\n\n",
    );
    check(&Numbered::WaitPerhaps { wait: None, why: "x".to_owned() }, "event: WaitPerhaps\ndata: {\"why\":\"x\"}\n\n");
    check(&Numbered::WaitBehind(1, wait), "event: WaitBehind\nretry: 2000\ndata: [1]\n\n");
    check(&Numbered::WaitSkipped { wait }, "event: WaitSkipped\nretry: 2000\ndata: {}\n\n");
    refused(&Numbered::Wait(Duration::from_millis(499)), EncodeErrorKind::Retry);
}

#[test]
fn names_follow_sse_then_serde_then_the_variant() {
    #[derive(SseEvent)]
    #[serde(rename_all = "snake_case")]
    enum BySerde {
        PriceTick,
    }
    #[derive(SseEvent)]
    #[serde(rename_all(serialize = "SCREAMING-KEBAB-CASE", deserialize = "lowercase"))]
    enum BySerdeOneWay {
        PriceTick,
    }
    #[derive(SseEvent)]
    #[sse(rename_all = "dot.case")]
    #[serde(rename_all = "snake_case")]
    enum BySse {
        PriceTick,
        #[sse(event = "sse")]
        #[serde(rename = "serde")]
        Both,
        #[sse(event = "message")]
        Default,
    }
    check(&BySerde::PriceTick, "event: price_tick\ndata:\n\n");
    check(&BySerdeOneWay::PriceTick, "event: PRICE-TICK\ndata:\n\n");
    check(&BySse::PriceTick, "event: price.tick\ndata:\n\n");
    check(&BySse::Both, "event: sse\ndata:\n\n");
    check(&BySse::Default, "data:\n\n");
}

#[test]
fn reserved_names_can_be_asked_for() {
    #[derive(SseEvent)]
    #[sse(rename_all = "lowercase", allow_reserved)]
    enum Foreign {
        Error,
        Open,
    }
    check(&Foreign::Error, "event: error\ndata:\n\n");
    check(&Foreign::Open, "event: open\ndata:\n\n");
}

#[test]
fn an_enum_without_variants_is_an_event_type() {
    #[derive(SseEvent)]
    enum Never {}
    fn is_event<E: SseEvent>() {}
    is_event::<Never>();
}

fn as_text<S: serde::Serializer>(number: &u64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(number)
}

mod hex {
    pub(super) fn serialize<S: serde::Serializer>(number: &u64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{number:x}"))
    }
}

fn swapped<S: serde::Serializer>(a: &u8, b: &u8, serializer: S) -> Result<S::Ok, S::Error> {
    (b, a).serialize(serializer)
}

fn is_zero(number: &u8) -> bool {
    *number == 0
}

#[derive(Clone, Serialize)]
struct Money {
    currency: &'static str,
    minor: i64,
}

/// Declares an enum and its twin: the same variants and attributes, one for the derive alone and one for serde's derive
/// of an adjacently tagged enum. What serde writes as the content is what the event must carry.
macro_rules! twins {
    ([$($generics:tt)*] [$($arguments:tt)*] $(#[$($attr:tt)*])* { $($body:tt)* }
     $($variant:ident $fields:tt),* $(,)?) => {{
        #[derive(SseEvent)]
        #[sse(no_schema)]
        $(#[$($attr)*])*
        enum Ours<$($generics)*> { $($body)* }

        #[derive(Serialize)]
        #[serde(tag = "t", content = "c")]
        $(#[$($attr)*])*
        enum Serdes<$($generics)*> { $($body)* }

        // With serde's own derive beside ours, and its representation said.
        #[derive(SseEvent, Serialize)]
        #[sse(no_schema)]
        #[serde(tag = "t", content = "c")]
        $(#[$($attr)*])*
        enum Both<$($generics)*> { $($body)* }

        type OursOf = Ours<$($arguments)*>;
        type SerdesOf = Serdes<$($arguments)*>;
        type BothOf = Both<$($arguments)*>;

        $({
            let serdes = SerdesOf::$variant $fields;
            let serdes = serde_json::to_string(&serdes).unwrap();
            // The content, as it was written: the order of the keys and the spelling of the numbers are part of it.
            let content = serdes
                .split_once(",\"c\":")
                .map_or("", |(_, content)| content.strip_suffix('}').unwrap());
            let ours = OursOf::$variant $fields;
            assert_eq!(data(&ours), content);
            let both = BothOf::$variant $fields;
            assert_eq!(data(&both), content);
            assert_eq!(serde_json::to_string(&both).unwrap(), serdes);
        })*
    }};
}

/// What stands in the one `data:` line.
#[track_caller]
fn data(event: &impl SseEvent) -> String {
    let frame = encode(event).unwrap();
    let wire = str::from_utf8(frame.as_bytes()).unwrap();
    let (_, data) = wire.split_once("data:").unwrap();
    data.trim().to_owned()
}

#[test]
fn every_shape_is_serdes() {
    twins!([] [] {
        Unit,
        Newtype(u8),
        NewtypeUnit(()),
        NewtypeOption(Option<u8>),
        NewtypeFloat(f64),
        Tuple(u8, String),
        EmptyTuple(),
        Struct { a: u8, b: Option<u8> },
        EmptyStruct {},
        Nested(Money),
    }
        Unit {},
        Newtype(1),
        NewtypeUnit(()),
        NewtypeOption(None),
        NewtypeOption(Some(1)),
        NewtypeFloat(f64::NAN),
        NewtypeFloat(0.1),
        Tuple(1, "\"\u{2028}\r\n".to_owned()),
        EmptyTuple(),
        Struct { a: 1, b: None },
        EmptyStruct {},
        Nested(Money { currency: "EUR", minor: -1 }),
    );
}

#[test]
fn every_attribute_is_serdes() {
    twins!([] []
    #[serde(rename_all = "kebab-case", rename_all_fields = "camelCase", deny_unknown_fields)]
    {
        FieldRule { some_field: u8, #[serde(rename = "other")] renamed: u8 },
        #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
        VariantRule { some_field: u8 },
        #[serde(rename_all(serialize = "kebab-case", deserialize = "lowercase"))]
        OneWay { some_field: u8, #[serde(rename(serialize = "out", deserialize = "in"))] renamed: u8 },
        SkipIf {
            #[serde(skip_serializing_if = "Option::is_none", default)] a: Option<u8>,
            #[serde(skip_serializing_if = "is_zero")] b: u8,
        },
        Skipped { a: u8, #[serde(skip)] b: Vec<u8>, #[serde(skip_serializing)] c: u8, #[serde(skip_deserializing)] d: u8 },
        SkippedTuple(u8, #[serde(skip)] u8, u8),
        SkippedPair(u8, #[serde(skip)] u8),
        SkippedNewtype(#[serde(skip)] ()),
        With { #[serde(serialize_with = "as_text")] n: u64, #[serde(with = "hex")] m: u64 },
        WithNewtype(#[serde(serialize_with = "as_text")] u64),
        WithTuple(u8, #[serde(with = "hex")] u64),
        #[serde(serialize_with = "swapped")]
        WithVariant(u8, u8),
        #[serde(alias = "x", alias = "y")]
        Aliased { #[serde(alias = "z")] a: u8 },
        #[serde(rename = "other-name")]
        Renamed { some_field: u8 },
        NewtypeAttribute(#[serde(default)] u8),
    }
        FieldRule { some_field: 1, renamed: 2 },
        VariantRule { some_field: 1 },
        OneWay { some_field: 1, renamed: 2 },
        SkipIf { a: None, b: 0 },
        SkipIf { a: Some(1), b: 1 },
        Skipped { a: 1, b: vec![2], c: 3, d: 4 },
        SkippedTuple(1, 2, 3),
        SkippedPair(1, 2),
        SkippedNewtype(()),
        With { n: u64::MAX, m: 255 },
        WithNewtype(1),
        WithTuple(1, 255),
        WithVariant(1, 2),
        Aliased { a: 1 },
        Renamed { some_field: 1 },
        NewtypeAttribute(1),
    );
    // Not together with `deny_unknown_fields`.
    twins!([] [] {
        Flattened { a: u8, #[serde(flatten)] money: Money, #[serde(flatten)] rest: BTreeMap<String, u8> },
    }
        Flattened { a: 1, money: Money { currency: "EUR", minor: 2 }, rest: BTreeMap::from([("k".to_owned(), 3)]) },
    );
}

#[test]
fn parameters_of_every_kind_are_carried_over() {
    trait Source {
        type Item: fmt::Debug;
    }
    struct Numbers;
    impl Source for Numbers {
        type Item = u8;
    }

    twins!(['a, T: Clone + Default, S: Source + ?Sized, const N: usize] ['static, Money2, Numbers, 2] {
        Text(Cow<'a, str>),
        Borrowed { text: &'a str, bytes: &'a [u8] },
        Generic(T),
        List { items: Vec<T>, #[serde(skip)] marker: std::marker::PhantomData<fn(T)> },
        Associated(S::Item, u8),
        Constant { window: Window<N>, #[serde(skip)] seen: [u8; N] },
    }
        Text(Cow::Borrowed("x")),
        Borrowed { text: "a", bytes: b"b" },
        Generic(Money2 { minor: 1 }),
        List { items: vec![Money2::default()], marker: std::marker::PhantomData },
        Associated(1, 2),
        Constant { window: Window([1, 2]), seen: [3, 4] },
    );
}

struct Window<const N: usize>([u8; N]);

impl<const N: usize> Serialize for Window<N> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0)
    }
}

#[derive(Clone, Default, Serialize)]
struct Money2 {
    minor: i64,
}

#[test]
fn a_where_clause_and_explicit_bounds_are_carried_over() {
    trait Source {
        type Out;
    }
    struct Numbers;
    impl Source for Numbers {
        type Out = u8;
    }

    #[derive(SseEvent)]
    #[sse(no_schema)]
    #[serde(bound(serialize = "<S as Source>::Out: Serialize"))]
    enum Bounded<S>
    where
        S: Source,
    {
        Newtype(<S as Source>::Out),
        Struct { out: <S as Source>::Out },
    }
    #[derive(SseEvent)]
    #[sse(no_schema)]
    enum BoundedFields<S: Source> {
        Field {
            #[serde(bound = "S::Out: Serialize")]
            out: <S as Source>::Out,
        },
        #[serde(bound(serialize = "S::Out: Serialize"))]
        Variant(<S as Source>::Out, u8),
    }
    check(&Bounded::<Numbers>::Newtype(1), "event: Newtype\ndata: 1\n\n");
    check(&Bounded::<Numbers>::Struct { out: 1 }, "event: Struct\ndata: {\"out\":1}\n\n");
    check(&BoundedFields::<Numbers>::Field { out: 1 }, "event: Field\ndata: {\"out\":1}\n\n");
    check(&BoundedFields::<Numbers>::Variant(1, 2), "event: Variant\ndata: [1,2]\n\n");
}

#[test]
fn a_variant_may_hold_the_enum_itself() {
    #[derive(SseEvent, Serialize)]
    #[sse(no_schema)]
    #[serde(tag = "t", content = "c")]
    enum Tree<T> {
        Leaf { value: T },
        Node { left: Box<Self>, right: Option<Box<Self>> },
    }
    let tree = Tree::Node { left: Box::new(Tree::Leaf { value: 1 }), right: None };
    check(&tree, "event: Node\ndata: {\"left\":{\"t\":\"Leaf\",\"c\":{\"value\":1}},\"right\":null}\n\n");
}

#[test]
fn the_enum_may_be_called_self() {
    #[derive(SseEvent)]
    #[sse(no_schema)]
    enum Lists<T>
    where
        Self: Sized,
        T: Clone + Into<u8>,
    {
        List { items: Vec<T>, rest: Option<Box<Self>> },
        Inner(<Self as Holder>::Held),
    }
    trait Holder {
        type Held;
    }
    impl<T> Holder for Lists<T>
    where
        T: Clone + Into<u8>,
    {
        type Held = (u8, u8);
    }
    impl<T: Clone + Into<u8>> Serialize for Lists<T> {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_unit()
        }
    }
    check(
        &Lists::List { items: vec![1_u8], rest: Some(Box::new(Lists::Inner((1, 2)))) },
        "event: List\ndata: {\"items\":[1],\"rest\":null}\n\n",
    );
    check(&Lists::<u8>::Inner((1, 2)), "event: Inner\ndata: [1,2]\n\n");
}

#[test]
fn constants_may_be_those_of_the_enum() {
    #[derive(SseEvent)]
    enum Array {
        Bytes { bytes: [u8; Self::LEN] },
    }
    impl Array {
        const LEN: usize = 2;
    }
    check(&Array::Bytes { bytes: [1, 2] }, "event: Bytes\ndata: {\"bytes\":[1,2]}\n\n");
}

#[test]
fn text_and_ids_may_be_generic() {
    #[derive(SseEvent)]
    enum Lines<'a, T, I> {
        #[sse(text)]
        Line {
            line: T,
            #[sse(id)]
            #[serde(skip)]
            id: Option<I>,
        },
        #[sse(text)]
        Unsized(&'a str),
    }
    check(&Lines::Line { line: 'x', id: Some(1) }, "id: 1\nevent: Line\ndata: x\n\n");
    check(&Lines::<u8, u8>::Unsized("y"), "event: Unsized\ndata: y\n\n");
}

#[test]
fn a_payload_that_does_not_serialize_is_an_error() {
    #[derive(SseEvent)]
    #[sse(no_schema)]
    enum Maps {
        Map(BTreeMap<(u8, u8), u8>),
        Pair { map: BTreeMap<(u8, u8), u8> },
    }
    let map = BTreeMap::from([((1, 2), 3)]);
    refused(&Maps::Map(map.clone()), EncodeErrorKind::Payload);
    refused(&Maps::Pair { map }, EncodeErrorKind::Payload);
}
