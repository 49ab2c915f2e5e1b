//! What the derive tells about the events, and that what is sent is what was told.

#![expect(deprecated, reason = "`deny_unknown_fields` is warned of")]

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;
use serde_json::{Value, json};
use sse_core::SseEvent;
use sse_core::schema::{EventSchema, PayloadSchema, SseSchema};
use sse_core::wire::encode;

/// The events of a stream, and the definitions that their payloads refer to.
struct Described {
    events: Vec<EventSchema>,
    definitions: Value,
}

fn describe<E: SseSchema>() -> Described {
    let mut generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let events = E::events(&mut generator);
    Described { events, definitions: generator.take_definitions(true).into() }
}

impl Described {
    #[track_caller]
    fn payload(&self, name: &str) -> &PayloadSchema {
        &self.events.iter().find(|event| event.name == name).unwrap().payload
    }

    /// The schema of a JSON payload, with the reference to its definition resolved.
    #[track_caller]
    fn json(&self, name: &str) -> Value {
        let PayloadSchema::Json(schema) = self.payload(name) else { panic!("`{name}` is not JSON") };
        let schema = schema.as_value();
        match schema.get("$ref").and_then(Value::as_str) {
            Some(path) => self.definitions[path.strip_prefix("#/$defs/").unwrap()].clone(),
            None => schema.clone(),
        }
    }

    /// Whether a payload is as described.
    fn is_valid(&self, name: &str, payload: &Value) -> bool {
        let PayloadSchema::Json(schema) = self.payload(name) else { panic!("`{name}` is not JSON") };
        let schema = json!({ "allOf": [schema], "$defs": self.definitions });
        jsonschema::draft202012::new(&schema).unwrap().is_valid(payload)
    }

    /// Encodes the event and holds what a client would decode against the description.
    #[track_caller]
    fn check<E: SseEvent>(&self, event: &E) {
        let frame = encode(event).unwrap();
        let wire = str::from_utf8(frame.as_bytes()).unwrap();
        let field = |name: &str| wire.lines().find_map(|line| line.strip_prefix(name));
        let name = frame.name();
        let described = self.events.iter().find(|event| event.name == name).unwrap();
        let data = field("data:").unwrap().trim();
        match &described.payload {
            PayloadSchema::Json(_) => {
                let data: Value = serde_json::from_str(data).unwrap();
                assert!(self.is_valid(name, &data), "{data} is not what {:#} describes", self.json(name));
            }
            PayloadSchema::Empty => assert_eq!(data, ""),
            PayloadSchema::Text => {}
            other => panic!("{other:?}"),
        }
        assert!(described.id || field("id:").is_none());
        if let Some(retry) = described.retry {
            assert_eq!(field("retry: "), Some(retry.to_string().as_str()));
        }
        assert_eq!(described.terminal, frame.is_terminal());
    }
}

#[derive(Clone, Serialize, JsonSchema)]
struct Money {
    currency: String,
    minor: i64,
}

/// Everything the feed sends.
///
///   Indented.
#[derive(SseEvent)]
#[sse(rename_all = "kebab-case")]
#[serde(rename_all_fields = "camelCase")]
enum Feed {
    /// A price tick.
    ///
    /// At most 50 a second.
    PriceTick {
        /// The symbol's ticker.
        ticker_symbol: String,
        cents: u64,
        #[serde(skip_serializing_if = "Option::is_none")]
        note: Option<String>,
        previous: Option<u64>,
        #[deprecated]
        old: u8,
        #[sse(id)]
        seq: u64,
        #[serde(skip)]
        internal: Opaque,
        #[serde(skip_serializing)]
        received: Opaque,
        #[sse(retry)]
        wait: Option<Duration>,
        #[serde(flatten)]
        rest: BTreeMap<String, u8>,
    },
    Balance(Money),
    Pair(u8, Money),
    PairOfOne(u8, #[sse(retry)] Duration),
    #[sse(text)]
    Log(String),
    #[sse(retry = 10_000)]
    Ping,
    #[serde(rename = "")]
    Unnamed(Vec<u8>),
    #[deprecated = "use `balance`"]
    Old(u8),
    #[sse(skip)]
    Internal(Opaque),
    Waiting(#[sse(retry)] Duration),
    #[sse(terminal)]
    #[serde(rename_all = "UPPERCASE")]
    Done {
        total_count: u8,
    },
}

/// A type that no description of a payload can be made of.
#[derive(Default)]
struct Opaque;

#[test]
fn every_event_is_described() {
    let described = describe::<Feed>();
    let told: Vec<String> = described
        .events
        .iter()
        .map(|EventSchema { name, variant, description, deprecated, payload, id, retry, terminal, .. }| {
            let payload = match payload {
                PayloadSchema::Json(schema) => schema.as_value().to_string(),
                other => format!("{other:?}"),
            };
            format!("{name} {variant} {description:?} {deprecated} {payload} {id} {retry:?} {terminal}")
        })
        .collect();
    assert_eq!(
        told,
        [
            "price-tick PriceTick Some(\"A price tick.\\n\\nAt most 50 a second.\") false \
             {\"$ref\":\"#/$defs/FeedPriceTickData\"} true None false",
            "balance Balance None false {\"$ref\":\"#/$defs/Money\"} false None false",
            "pair Pair None false {\"$ref\":\"#/$defs/FeedPairData\"} false None false",
            "pair-of-one PairOfOne None false {\"$ref\":\"#/$defs/FeedPairOfOneData\"} false None false",
            "log Log None false Text false None false",
            "ping Ping None false Empty false Some(10000) false",
            "message Unnamed None false {\"items\":{\"format\":\"uint8\",\"maximum\":255,\"minimum\":0,\
             \"type\":\"integer\"},\"type\":\"array\"} false None false",
            "old Old None true {\"format\":\"uint8\",\"maximum\":255,\"minimum\":0,\"type\":\"integer\"} false None false",
            "waiting Waiting None false Empty false None false",
            "done Done None false {\"$ref\":\"#/$defs/FeedDoneData\"} false None true",
        ]
    );
    assert_eq!(Feed::stream_name(), "Feed");
    assert_eq!(Feed::description(), Some("Everything the feed sends.\n\n  Indented."));
}

#[test]
fn a_struct_variant_is_described_as_it_is_serialized() {
    let payload = describe::<Feed>().json("price-tick");
    assert_eq!(
        payload["required"],
        json!(["tickerSymbol", "cents", "previous", "old", "seq"]),
        "not `note`, which may be absent"
    );
    assert_eq!(payload["properties"]["tickerSymbol"]["description"], "The symbol's ticker.");
    assert_eq!(payload["properties"]["previous"]["type"], json!(["integer", "null"]));
    assert_eq!(payload["properties"]["old"]["deprecated"], true);
    for absent in ["internal", "received", "wait"] {
        assert_eq!(payload["properties"].get(absent), None);
    }
    assert_eq!(payload.get("description"), None, "the event has it");
    assert_eq!(describe::<Feed>().json("done")["required"], json!(["TOTAL_COUNT"]));
    assert_eq!(describe::<Feed>().json("pair-of-one")["minItems"], 1);
}

#[test]
fn what_is_sent_is_what_is_described() {
    let feed = describe::<Feed>();
    let money = Money { currency: "EUR".to_owned(), minor: -1 };
    #[expect(deprecated, reason = "deprecated events are sent, too")]
    let events = [
        Feed::PriceTick {
            ticker_symbol: "ACME".to_owned(),
            cents: u64::MAX,
            note: None,
            previous: None,
            old: 1,
            seq: 2,
            internal: Opaque,
            received: Opaque,
            wait: None,
            rest: BTreeMap::from([("more".to_owned(), 1)]),
        },
        Feed::Balance(money.clone()),
        Feed::Pair(1, money),
        Feed::PairOfOne(1, Duration::from_secs(1)),
        Feed::Log("line".to_owned()),
        Feed::Ping,
        Feed::Unnamed(vec![1, 2]),
        Feed::Old(1),
        Feed::Waiting(Duration::from_secs(1)),
        Feed::Done { total_count: 3 },
    ];
    for event in &events {
        feed.check(event);
    }
    assert!(encode(&Feed::Internal(Opaque)).is_err());
    assert!(!feed.is_valid("price-tick", &json!({ "cents": 1 })));
    assert!(!feed.is_valid("pair", &json!([1])));
    assert!(!feed.is_valid("done", &json!({ "total_count": 3 })));
}

#[derive(SseEvent)]
#[sse(name = "Renamed")]
#[serde(deny_unknown_fields)]
enum Overridden {
    Field {
        #[serde(serialize_with = "as_text")]
        #[schemars(with = "String")]
        text: u64,
        #[serde(with = "as_text")]
        #[schemars(schema_with = "text_schema")]
        module: u64,
        #[serde(with = "as_text", default)]
        #[schemars(with = "String")]
        defaulted: u64,
        #[schemars(range(max = 5))]
        small: u8,
    },
    Newtype(
        #[serde(serialize_with = "as_text")]
        #[schemars(with = "String")]
        u64,
    ),
    NewtypeFunction(
        #[serde(serialize_with = "as_text")]
        #[schemars(schema_with = "text_schema")]
        u64,
    ),
    NewtypeRange(#[schemars(range(max = 5))] u8),
    #[serde(serialize_with = "swapped")]
    #[schemars(with = "(String, u8)")]
    Variant(u8, String),
    #[schemars(extend("x-more" = true), example = Money { currency: "EUR".to_owned(), minor: 1 })]
    Extended {
        a: u8,
    },
    EmptyStruct {},
    EmptyTuple(),
}

fn as_text<S: serde::Serializer>(number: &u64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(number)
}

mod as_text {
    pub(super) use super::as_text as serialize;
}

fn swapped<S: serde::Serializer>(number: &u8, text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    (text, number).serialize(serializer)
}

fn text_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({ "type": "string", "pattern": "^[0-9]+$" })
}

#[test]
fn the_schema_of_a_codec_is_what_the_user_says() {
    let described = describe::<Overridden>();
    for event in [
        Overridden::Field { text: 1, module: 2, defaulted: 3, small: 4 },
        Overridden::Newtype(1),
        Overridden::NewtypeFunction(1),
        Overridden::NewtypeRange(1),
        Overridden::Variant(1, "x".to_owned()),
        Overridden::Extended { a: 1 },
        Overridden::EmptyStruct {},
        Overridden::EmptyTuple(),
    ] {
        described.check(&event);
    }
    assert_eq!(Overridden::stream_name(), "Renamed");
    let field = described.json("Field");
    assert_eq!(field["properties"]["text"]["type"], "string");
    assert_eq!(field["properties"]["module"]["pattern"], "^[0-9]+$");
    assert_eq!(field["properties"]["defaulted"]["default"], "0");
    assert_eq!(field["properties"]["small"]["maximum"], 5);
    assert_eq!(field["additionalProperties"], false);
    assert_eq!(described.json("NewtypeRange")["maximum"], 5);
    assert_eq!(described.json("Extended")["x-more"], true);
    assert!(described.definitions.get("RenamedExtendedData").is_some());
    assert!(!described.is_valid("EmptyStruct", &json!({ "a": 1 })));
    assert!(!described.is_valid("EmptyTuple", &json!([1])));
}

/// Functions of the enum's own, which its copies do not have.
#[derive(SseEvent)]
#[serde(bound(serialize = "Self: Clone, T: Serialize"))]
enum Own<'a, T: Copy + Into<u64> = u8> {
    Struct {
        #[serde(skip_serializing_if = "Self::is_small")]
        perhaps: T,
        #[serde(serialize_with = "Self::as_text")]
        #[schemars(schema_with = "Self::text_schema")]
        text: T,
        #[serde(with = "Self")]
        #[schemars(with = "String")]
        module: &'a u64,
        #[serde(default = "Self::seven", skip_serializing_if = "<Self>::is_seven")]
        seven: u64,
        #[serde(rename = "Self::named")]
        renamed: u8,
    },
    Newtype(
        #[serde(serialize_with = "Self::as_text")]
        #[schemars(schema_with = "Self::text_schema")]
        T,
    ),
    #[serde(serialize_with = "Self::as_text")]
    #[schemars(schema_with = "Self::text_schema")]
    Variant(T),
}

impl<T: Copy + Into<u64>> Clone for Own<'_, T> {
    fn clone(&self) -> Self {
        panic!("not called")
    }
}

impl<T: Copy + Into<u64>> Own<'_, T> {
    fn is_small(number: &T) -> bool {
        (*number).into() < 5
    }

    fn seven() -> u64 {
        7
    }

    fn is_seven(number: &u64) -> bool {
        *number == Self::seven()
    }

    fn as_text<S: serde::Serializer>(number: &T, serializer: S) -> Result<S::Ok, S::Error> {
        as_text(&(*number).into(), serializer)
    }

    fn serialize<S: serde::Serializer>(number: &&u64, serializer: S) -> Result<S::Ok, S::Error> {
        as_text(number, serializer)
    }

    fn text_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        text_schema(generator)
    }
}

#[test]
fn functions_may_be_those_of_the_enum() {
    let described = describe::<Own<'_>>();
    for (perhaps, seven, sent) in [
        (1_u8, 7, json!({ "text": "2", "module": "3", "Self::named": 4 })),
        (9_u8, 8, json!({ "perhaps": 9, "text": "2", "module": "3", "seven": 8, "Self::named": 4 })),
    ] {
        let event = Own::Struct { perhaps, text: 2, module: &3, seven, renamed: 4 };
        described.check(&event);
        let frame = encode(&event).unwrap();
        let (_, data) = str::from_utf8(frame.as_bytes()).unwrap().split_once("data: ").unwrap();
        assert_eq!(serde_json::from_str::<Value>(data).unwrap(), sent);
    }
    described.check(&Own::Newtype(5_u8));
    described.check(&Own::Variant(6_u8));
    let payload = described.json("Struct");
    assert_eq!(payload["required"], json!(["text", "module", "Self::named"]));
    assert_eq!(payload["properties"]["text"]["pattern"], "^[0-9]+$");
}

/// serde skips none of these: the array has the length that the schema says.
#[derive(SseEvent)]
enum Arrays {
    Newtype(#[serde(skip_serializing_if = "Option::is_none")] Option<u8>),
    #[schemars(with = "Vec<u8>")]
    Said(u8, #[serde(skip_serializing_if = "Option::is_none")] Option<u8>),
    Skipped(#[serde(skip, skip_serializing_if = "Option::is_none")] Option<u8>, u8),
}

#[test]
fn an_array_is_as_long_as_is_described() {
    let described = describe::<Arrays>();
    for event in [
        Arrays::Newtype(None),
        Arrays::Newtype(Some(1)),
        Arrays::Said(1, None),
        Arrays::Said(1, Some(2)),
        Arrays::Skipped(None, 1),
    ] {
        described.check(&event);
    }
    assert_eq!(described.json("Skipped")["minItems"], 1);
}

/// What `derive.md` says of them.
#[derive(SseEvent)]
enum Floats {
    Number(f64),
    Perhaps(Option<f64>),
}

#[test]
fn a_float_that_may_not_be_finite_is_an_option() {
    let described = describe::<Floats>();
    described.check(&Floats::Number(0.5));
    for number in [f64::NAN, f64::INFINITY] {
        described.check(&Floats::Perhaps(Some(number)));
        assert_eq!(encode(&Floats::Number(number)).unwrap(), "event: Number\ndata: null\n\n");
    }
    assert!(!described.is_valid("Number", &Value::Null));
}

#[derive(SseEvent)]
enum Generic<'a, T: Clone, const N: usize>
where
    T: Send,
{
    Newtype(Vec<T>),
    NewtypeAttribute(#[schemars(length(max = 2))] Vec<T>),
    Struct {
        items: &'a [T],
        array: Window<N>,
    },
    Tuple(Cow<'a, str>, T),
    Plain {
        a: u8,
    },
    EmptyTuple(),
    #[sse(text)]
    Text(Cow<'a, str>),
    Nested {
        boxed: Option<Box<Money>>,
        itself: Option<std::marker::PhantomData<Self>>,
    },
}

#[derive(Serialize, JsonSchema)]
struct Window<const N: usize> {
    len: usize,
}

#[test]
fn a_generic_stream_is_described_for_its_arguments() {
    let described = describe::<Generic<'_, Money, 2>>();
    let money = Money { currency: "EUR".to_owned(), minor: 1 };
    let items = [money.clone()];
    for event in [
        Generic::<'_, _, 2>::Newtype(vec![money.clone()]),
        Generic::NewtypeAttribute(vec![money.clone()]),
        Generic::Struct { items: &items, array: Window { len: 2 } },
        Generic::Tuple("x".into(), money),
        Generic::Plain { a: 1 },
        Generic::EmptyTuple(),
        Generic::Text("x".into()),
        Generic::Nested { boxed: None, itself: None },
    ] {
        described.check(&event);
    }
    assert_eq!(described.json("Struct")["properties"]["items"]["items"]["$ref"], "#/$defs/Money");
    assert_eq!(described.json("NewtypeAttribute")["maxItems"], 2);
    assert_eq!(described.json("Tuple")["minItems"], 2);
    assert_eq!(described.json("EmptyTuple")["maxItems"], 0);
}

/// The user's own derives, with serde's representation, stay as they are.
#[derive(SseEvent, Serialize, JsonSchema)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
enum Together {
    Tick { at: u8 },
}

#[test]
fn the_users_derives_stand_beside_ours() {
    describe::<Together>().check(&Together::Tick { at: 1 });
    assert_eq!(serde_json::to_value(Together::Tick { at: 1 }).unwrap(), json!({ "type": "tick", "data": { "at": 1 } }));
    let mut generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    assert_eq!(generator.root_schema_for::<Together>().as_value()["title"], "Together");
}

/// A name that the payload of `Clash::Tick` would have, too.
#[derive(Serialize, JsonSchema)]
struct ClashTickData {
    theirs: u8,
}

#[derive(SseEvent)]
enum Clash {
    Tick { ours: u8 },
    Other(ClashTickData),
}

#[test]
fn a_type_of_the_same_name_is_not_taken_for_the_payload() {
    let described = describe::<Clash>();
    described.check(&Clash::Tick { ours: 1 });
    described.check(&Clash::Other(ClashTickData { theirs: 1 }));
    assert!(!described.is_valid("Tick", &json!({ "theirs": 1 })));
}

macro_rules! documented {
    ($text:expr) => {
        /// Before.
        #[doc = $text]
        #[doc = concat!("a ", "b")]
        /// After.
        #[derive(SseEvent)]
        #[deprecated]
        enum Documented {
            #[doc = concat!(" mac", "ro\n")]
            Macro,
            #[doc = include_str!("documented.txt")]
            File { a: u8 },
            Newtype(
                /// Of the field.
                #[deprecated]
                u8,
            ),
            /// Of the variant.
            Both(
                /// Of the field.
                u8,
            ),
            #[sse(text)]
            Text {
                /// The line.
                line: String,
                /// Not the line.
                #[sse(id)]
                #[serde(skip)]
                number: u8,
            },
        }
    };
}
documented!("Given.");

/// A line of a log.
#[derive(SseEvent)]
#[sse(text)]
struct Line(
    /// What it says.
    String,
);

#[test]
fn documentation_is_what_rustdoc_shows() {
    assert_eq!(Documented::description(), Some("Before.\nGiven.\na b\nAfter."));
    let events = describe::<Documented>().events;
    let said: Vec<_> = events.iter().filter_map(|event| event.description).collect();
    assert_eq!(said, ["macro", "From a file.", "Of the field.", "Of the variant.\n\nOf the field.", "The line."]);
    assert!(events.iter().all(|event| event.deprecated));
    for event in [
        Documented::Macro,
        Documented::File { a: 1 },
        Documented::Newtype(1),
        Documented::Both(1),
        Documented::Text { line: "x".into(), number: 1 },
    ] {
        encode(&event).unwrap();
    }
    assert_eq!(Line::description(), Some("A line of a log."));
    assert_eq!(describe::<Line>().events[0].description, Some("A line of a log.\n\nWhat it says."));
    encode(&Line("x".into())).unwrap();
}

#[derive(SseEvent)]
enum PartlyDeprecated {
    A(u8),
    B(#[deprecated] u8),
}

#[test]
fn what_holds_nothing_but_what_is_deprecated_is_so_too() {
    let deprecated = describe::<PartlyDeprecated>().events.iter().map(|event| event.deprecated).collect::<Vec<_>>();
    assert_eq!(deprecated, [false, true]);
    for event in [PartlyDeprecated::A(1), PartlyDeprecated::B(1)] {
        encode(&event).unwrap();
    }
}
