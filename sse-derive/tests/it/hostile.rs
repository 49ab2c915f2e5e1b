//! Types that nobody thought of when the derive was written: the payload is serde's to the byte, the schema allows it,
//! and it comes back; or serde, or the check of examples, says why not.

#![expect(deprecated, reason = "names that are not ASCII are warned of")]

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::marker::PhantomData;
use std::net::IpAddr;
use std::num::{NonZeroI8, NonZeroU64, Wrapping};
use std::ops::Range;
use std::time::{Duration, SystemTime};

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value, json};
use sse_core::conformance::{Check, FaultKind, Faults};
use sse_core::event::EncodeErrorKind;
use sse_core::schema::{Manifest, event_view};
use sse_core::wire::encode;
use sse_core::{SseDecode, SseEvent};

use crate::grammar::{decode, wire};
use crate::matrix::{adjacent, compare, internal};

fn kinds(result: Result<(), Faults>) -> Vec<FaultKind> {
    result.err().iter().flat_map(Faults::as_slice).map(sse_core::conformance::Fault::kind).collect()
}

/// What the standard library has, and serde writes in its own way.
#[derive(Debug, PartialEq, Serialize, SseEvent, SseDecode)]
#[serde(tag = "t", content = "c")]
enum Std {
    NonZero(NonZeroU64, NonZeroI8),
    Time(Duration),
    Clock(SystemTime),
    Wide { u: u128, i: i128 },
    Letter(char),
    Ghost(PhantomData<fn(u8)>, u8),
    Either(Result<u8, String>),
    Units { a: (), b: ((), u8) },
    Address(IpAddr),
    Span(Range<u32>),
    Wrapped(Wrapping<i16>),
    Set(BTreeSet<u8>),
    Queue(VecDeque<Option<(u8,)>>),
    Boxed(Box<str>, Box<[u8]>),
    Path(std::path::PathBuf),
    Cell(std::cell::Cell<u8>, std::cell::RefCell<Vec<u8>>),
    Any(Value),
    Free(Map<String, Value>),
    Deep(Option<Vec<Option<(u8, Option<Vec<Box<u8>>>)>>>),
    Backwards(std::cmp::Reverse<u8>),
    Single((u8,)),
    Large([u8; 32]),
    Floats(f64, f32),
}

#[test]
fn the_types_of_the_standard_library_are_serdes() {
    let events = [
        Std::NonZero(NonZeroU64::MIN, NonZeroI8::MIN),
        Std::Time(Duration::new(1, 999_999_999)),
        Std::Clock(SystemTime::UNIX_EPOCH + Duration::new(5, 6)),
        Std::Wide { u: 7, i: -7 },
        Std::Letter('\u{10ffff}'),
        Std::Ghost(PhantomData, 1),
        Std::Either(Ok(1)),
        Std::Either(Err("\u{2028}\0".into())),
        Std::Units { a: (), b: ((), 1) },
        Std::Address("::ffff:127.0.0.1".parse().unwrap()),
        Std::Span(3..u32::MAX),
        Std::Wrapped(Wrapping(-1)),
        Std::Set([3, 1].into()),
        Std::Queue([None, Some((1,))].into()),
        Std::Boxed("a".into(), [1, 2].into()),
        Std::Path("/tmp/x".into()),
        Std::Cell(1.into(), vec![1].into()),
        Std::Any(json!({ "a": [null, 1.5, "x", { "b": {} }] })),
        Std::Any(Value::Null),
        Std::Free(Map::new()),
        Std::Deep(Some(vec![None, Some((1, Some(vec![Box::new(2)])))])),
        Std::Deep(None),
        Std::Backwards(std::cmp::Reverse(1)),
        Std::Single((1,)),
        Std::Large([7; 32]),
        Std::Floats(-0.0, f32::MAX),
        Std::Floats(f64::MIN_POSITIVE, f32::MIN_POSITIVE),
        Std::Floats(f64::MAX, 0.1),
    ];
    compare("Std", &events, adjacent);
}

/// What `serde_json` takes for a key, and writes as text.
#[derive(Debug, PartialEq, Serialize, SseEvent, SseDecode)]
#[serde(tag = "t", content = "c")]
enum Keys {
    Unsigned(BTreeMap<u64, u8>),
    Signed(BTreeMap<i8, u8>),
    Letters(BTreeMap<char, u8>),
    Named(HashMap<Side, u8>),
    Wrapped(BTreeMap<Symbol, Vec<u8>>),
    Nested(BTreeMap<u8, BTreeMap<i64, Option<u8>>>),
}

#[derive(Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Side {
    Buy,
    Sell,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
struct Symbol(String);

#[test]
fn keys_are_text() {
    let events = [
        Keys::Unsigned([(0, 1), (u64::MAX, 2)].into()),
        Keys::Signed([(-128, 1), (127, 2)].into()),
        Keys::Letters([('"', 1), ('é', 2)].into()),
        Keys::Named([(Side::Buy, 1)].into()),
        Keys::Named([(Side::Sell, 1)].into()),
        Keys::Wrapped([(Symbol("A B".into()), vec![])].into()),
        Keys::Nested([(1, [(-1, None)].into())].into()),
    ];
    compare("Keys", &events, adjacent);
    assert_eq!(wire(&Keys::Signed([(-1, 2)].into())), "event: Signed\ndata: {\"-1\":2}\n\n");
}

#[derive(SseEvent)]
enum PairKeys {
    #[sse(example = Self::Cells([((1, 2), 3)].into()))]
    Cells(BTreeMap<(u8, u8), u8>),
}

#[test]
fn a_key_that_is_no_text_does_not_encode() {
    let error = encode(&PairKeys::Cells([((1, 2), 3)].into())).unwrap_err();
    assert_eq!(error.kind(), EncodeErrorKind::Payload);
    assert!(error.to_string().contains("key must be a string"), "{error}");
    assert_eq!(kinds(Check::new().encoding::<PairKeys>()), [FaultKind::Encode]);
}

/// Names that generated code might use, in a type whose copies take all its parameters along.
#[derive(Debug, PartialEq, Serialize, SseEvent, SseDecode)]
#[serde(tag = "t", content = "c")]
enum Names<T, U = u8, const N: usize = 2>
where
    T: Clone,
    U: Default,
    [u8; N]: Default,
{
    Ok(T),
    Err(U),
    Some {
        some: T,
    },
    None,
    Result(T, U),
    Self_ {
        __serialize: T,
        __marker: u8,
        __content: u8,
        __payload: u8,
        __sink: u8,
        __event: u8,
        __id: u8,
        __retry: u8,
        __inner: u8,
        __0: u8,
        __sse: u8,
        marker: u8,
        never: u8,
    },
    Error {
        #[sse(id)]
        __id: u8,
        error: T,
    },
    String(String),
    Vec(Vec<T>),
    Data {
        data: T,
    },
    Payload(T, u8),
    Event {
        event: T,
    },
    r#Type {
        r#type: T,
        r#fn: u8,
        #[serde(skip)]
        size: [u8; N],
    },
    #[expect(non_camel_case_types, reason = "it is a name like others")]
    r#loop,
    __Marker(u8, T),
}

#[test]
fn no_name_is_in_the_way() {
    let events: [Names<u16>; 15] = [
        Names::Ok(1),
        Names::Err(2),
        Names::Some { some: 1 },
        Names::None,
        Names::Result(1, 2),
        Names::Self_ {
            __serialize: 1,
            __marker: 2,
            __content: 3,
            __payload: 4,
            __sink: 5,
            __event: 6,
            __id: 7,
            __retry: 8,
            __inner: 9,
            __0: 10,
            __sse: 11,
            marker: 12,
            never: 13,
        },
        Names::Error { __id: 1, error: 2 },
        Names::String("x".into()),
        Names::Vec(vec![1]),
        Names::Data { data: 1 },
        Names::Payload(1, 2),
        Names::Event { event: 1 },
        Names::r#Type { r#type: 1, r#fn: 2, size: [0; 2] },
        Names::r#loop,
        Names::__Marker(1, 2),
    ];
    compare("Names", &events, adjacent);
}

/// The same where a tag is merged into the payload.
#[derive(Debug, PartialEq, Serialize, SseEvent, SseDecode)]
#[serde(tag = "t")]
enum Tagged<T> {
    Event { __marker: T, __content: u8, marker: u8 },
    __Marker { never: T },
    Map(BTreeMap<String, T>),
    Payload(Tree<T>),
}

#[test]
fn no_name_is_in_the_way_of_a_tag() {
    let events = [
        Tagged::Event { __marker: 1, __content: 2, marker: 3 },
        Tagged::__Marker { never: 1 },
        Tagged::Map([("a".into(), 1)].into()),
        Tagged::Map([].into()),
        Tagged::Payload(Tree { value: 1, children: vec![Tree { value: 2, children: vec![] }] }),
    ];
    compare("Tagged", &events, internal);
}

/// A map may hold what the tag is called; then there are two of one name, as serde writes them.
#[derive(Debug, PartialEq, Serialize, SseEvent, SseDecode)]
#[serde(tag = "t")]
enum Shadowed {
    #[sse(example = Self::Map([("t".into(), "x".into())].into()))]
    Map(BTreeMap<String, String>),
}

#[test]
fn a_key_like_the_tag_is_found_out() {
    let event = Shadowed::Map([("t".into(), "x".into())].into());
    assert_eq!(wire(&event), "event: Map\ndata: {\"t\":\"Map\",\"t\":\"x\"}\n\n");
    assert!(kinds(Check::new().encoding::<Shadowed>()).contains(&FaultKind::Invalid));
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Tree<T> {
    value: T,
    children: Vec<Self>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Person {
    name: String,
    employer: Option<Box<Company>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Company {
    staff: Vec<Person>,
    #[serde(flatten)]
    more: BTreeMap<String, Value>,
}

/// Types that hold themselves, at once and by another.
#[derive(Debug, PartialEq, Serialize, SseEvent, SseDecode)]
#[serde(tag = "t", content = "c")]
enum Recursive {
    Tree(Tree<u8>),
    Person(Person),
    Both { tree: Tree<u8>, company: Company },
}

#[test]
fn types_may_hold_themselves() {
    let person = Person { name: "A".into(), employer: None };
    let more = BTreeMap::from([("founded".into(), json!(1901))]);
    let company = Company { staff: vec![person], more };
    let tree = Tree { value: 1, children: vec![Tree { value: 2, children: vec![] }] };
    let events = [
        Recursive::Tree(tree.clone()),
        Recursive::Person(Person { name: "B".into(), employer: Some(Box::new(company.clone())) }),
        Recursive::Both { tree, company },
    ];
    compare("Recursive", &events, adjacent);
    let view = event_view::<Recursive>().unwrap();
    for name in ["Company", "Person"] {
        assert_eq!(view["$defs"][name]["title"], name);
    }
}

/// Absent, `null`, or there: three different things.
#[expect(clippy::option_option, reason = "it is what is hostile")]
fn twice<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

#[derive(Debug, PartialEq, Serialize, SseEvent, SseDecode)]
#[serde(tag = "t", content = "c")]
#[expect(clippy::option_option, reason = "it is what is hostile")]
enum Patch {
    Changed {
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "twice")]
        name: Option<Option<String>>,
    },
}

#[test]
fn an_option_of_an_option_needs_a_word_of_serdes() {
    let events = [None, Some(None), Some(Some("x".into()))].map(|name| Patch::Changed { name });
    compare("Patch", &events, adjacent);
    assert_eq!(wire(&events[0]), "event: Changed\ndata: {}\n\n");
    assert_eq!(wire(&events[1]), "event: Changed\ndata: {\"name\":null}\n\n");
}

/// The second variant is never read: the first takes all that it writes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
enum Overlapping {
    Any { a: u8 },
    Both { a: u8, b: u8 },
}

#[derive(Debug, PartialEq, SseEvent, SseDecode)]
enum Ambiguous {
    #[sse(example = Self::Sent(Overlapping::Both { a: 1, b: 2 }))]
    Sent(Overlapping),
}

#[test]
fn variants_that_overlap_are_found_out() {
    assert_eq!(wire(&Ambiguous::Sent(Overlapping::Both { a: 1, b: 2 })), "event: Sent\ndata: {\"a\":1,\"b\":2}\n\n");
    assert_eq!(kinds(Check::new().encoding::<Ambiguous>()), [], "the schema says `anyOf`");
    assert_eq!(kinds(Check::new().round_trip::<Ambiguous>()), [FaultKind::Different]);
}

/// What stands for a thing that is only known as a trait.
struct Shown(Box<dyn std::fmt::Display>);

impl Serialize for Shown {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl JsonSchema for Shown {
    fn schema_name() -> Cow<'static, str> {
        "Shown".into()
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        generator.subschema_for::<String>()
    }
}

#[derive(SseEvent)]
enum Dynamic<'a> {
    Json(Shown),
    Borrowed(&'a [Shown], &'a str),
    #[sse(text)]
    Text(Box<dyn std::fmt::Display + 'a>),
    #[sse(bytes = "base64")]
    Bytes(&'a dyn AsRef<[u8]>),
    Skipped {
        #[serde(skip)]
        _f: Box<dyn Fn(u8) -> u8>,
        left: u8,
    },
}

#[test]
fn a_trait_object_is_what_it_writes() {
    assert_eq!(wire(&Dynamic::Json(Shown(Box::new(7)))), "event: Json\ndata: \"7\"\n\n");
    let shown = [Shown(Box::new('x'))];
    assert_eq!(wire(&Dynamic::Borrowed(&shown, "y")), "event: Borrowed\ndata: [[\"x\"],\"y\"]\n\n");
    assert_eq!(wire(&Dynamic::Text(Box::new("a\nb"))), "event: Text\ndata: a\ndata: b\n\n");
    assert_eq!(wire(&Dynamic::Bytes(&"ab")), "event: Bytes\ndata: YWI=\n\n");
    assert_eq!(wire(&Dynamic::Skipped { _f: Box::new(|n| n), left: 1 }), "event: Skipped\ndata: {\"left\":1}\n\n");
    assert_eq!(Manifest::of::<Dynamic<'_>>().unwrap().events().len(), 5);
}

/// A name is what the bytes say, in any script.
#[derive(Debug, PartialEq, Serialize, SseEvent, SseDecode)]
#[serde(tag = "t", content = "c")]
enum Foreign {
    Größe { straße: u8 },
    価格(u8),
}

#[test]
fn names_may_be_of_any_script() {
    compare("Foreign", &[Foreign::Größe { straße: 1 }, Foreign::価格(2)], adjacent);
    assert_eq!(wire(&Foreign::価格(2)), "event: 価格\ndata: 2\n\n");
}

/// Bytes, which JSON has only as a list of numbers.
#[derive(Debug, PartialEq, SseEvent, SseDecode)]
enum Bytes {
    List(Vec<u8>),
    #[sse(bytes = "base64")]
    Text(Vec<u8>),
}

#[test]
fn bytes_are_a_list_unless_it_is_said() {
    assert_eq!(wire(&Bytes::List(vec![0, 255])), "event: List\ndata: [0,255]\n\n");
    assert_eq!(wire(&Bytes::Text(vec![0, 255])), "event: Text\ndata: AP8=\n\n");
    let view = event_view::<Bytes>().unwrap();
    assert_eq!(view["$defs"]["BytesListEvent"]["properties"]["data"]["items"]["maximum"], 255);
}

macro_rules! many {
    ($($Variant:ident)*) => {
        #[derive(Clone, Copy, Debug, PartialEq, SseEvent, SseDecode)]
        #[sse(rename_all = "kebab-case")]
        enum Many { $($Variant { n: u8 }),* }
        static MANY: &[Many] = &[$(Many::$Variant { n: 1 }),*];
    };
}
many! {
    A00 A01 A02 A03 A04 A05 A06 A07 A08 A09 A10 A11 A12 A13 A14 A15 A16 A17 A18 A19 A20 A21 A22 A23 A24 A25 A26 A27 A28 A29
    A30 A31 A32 A33 A34 A35 A36 A37 A38 A39 A40 A41 A42 A43 A44 A45 A46 A47 A48 A49 A50 A51 A52 A53 A54 A55 A56 A57 A58 A59
    A60 A61 A62 A63 A64 A65 A66 A67 A68 A69 A70 A71 A72 A73 A74 A75 A76 A77 A78 A79 A80 A81 A82 A83 A84 A85 A86 A87 A88 A89
    B00 B01 B02 B03 B04 B05 B06 B07 B08 B09 B10 B11 B12 B13 B14 B15 B16 B17 B18 B19 B20 B21 B22 B23 B24 B25 B26 B27 B28 B29
    B30 B31 B32 B33 B34 B35 B36 B37 B38 B39 B40 B41 B42 B43 B44 B45 B46 B47 B48 B49 B50 B51 B52 B53 B54 B55 B56 B57 B58 B59
    B60 B61 B62 B63 B64 B65 B66 B67 B68 B69 B70 B71 B72 B73 B74 B75 B76 B77 B78 B79 B80 B81 B82 B83 B84 B85 B86 B87 B88 B89
    C00 C01 C02 C03 C04 C05 C06 C07 C08 C09 C10 C11 C12 C13 C14 C15 C16 C17 C18 C19
}

#[test]
fn there_may_be_two_hundred_events() {
    assert_eq!((MANY.len(), Manifest::of::<Many>().unwrap().events().len()), (200, 200));
    for event in MANY {
        assert_eq!(decode(wire(event).as_bytes()), Ok(Some(*event)));
    }
}
