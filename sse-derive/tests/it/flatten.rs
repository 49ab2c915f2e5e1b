//! Enums of events within enums of events.

use std::sync::Arc;

use schemars::SchemaGenerator;
use sse_core::conformance::Check;
use sse_core::event::{DataSink, DecodeError, EncodeError, EncodeErrorKind, EventFields, EventName, EventRef};
use sse_core::schema::{EventSchema, Manifest, PayloadSchema, SseSchema};
use sse_core::wire::encode;
use sse_core::{SseDecode, SseEvent};

use crate::grammar::{conforms, decode, wire};

#[derive(Debug, PartialEq, SseEvent, SseDecode)]
#[sse(prefix = "user.", rename_all = "kebab-case")]
enum User {
    #[sse(id = _0, example = User::Joined(1))]
    Joined(u32),
    #[sse(terminal, retry = 5_000, example = User::Left { why: "tired".into() })]
    Left { why: String },
}

#[derive(Debug, PartialEq, SseEvent, SseDecode)]
#[sse(prefix = "room.", rename_all = "kebab-case")]
enum Room {
    #[sse(example = Room::Opened)]
    Opened,
    #[sse(flatten)]
    User { inner: User },
    #[sse(other)]
    Other,
}

/// All of them.
#[derive(Debug, PartialEq, SseEvent, SseDecode)]
enum App {
    #[sse(example = App::Ping)]
    Ping,
    #[sse(flatten)]
    Written(Written),
    #[sse(flatten)]
    Room(Box<Room>),
}

/// Not derived.
#[derive(Debug, PartialEq)]
struct Written(u8);

impl SseEvent for Written {
    fn fields(&self) -> Result<EventFields, EncodeError> {
        Ok(EventFields::new(EventName::from_static("written")))
    }

    fn write_data(&self, sink: &mut DataSink<'_>) -> Result<(), EncodeError> {
        sink.text(&self.0)
    }
}

impl SseDecode for Written {
    fn decode(event: EventRef<'_>) -> Result<Option<Self>, DecodeError> {
        match event.name {
            "written" => Ok(Some(Self(event.data.parse().map_err(|error| DecodeError::payload("written", error))?))),
            _ => Ok(None),
        }
    }
}

impl SseSchema for Written {
    fn stream_name() -> std::borrow::Cow<'static, str> {
        "Written".into()
    }

    fn events(_: &mut SchemaGenerator) -> Vec<EventSchema> {
        vec![EventSchema::new("written", "Written", PayloadSchema::Text)]
    }

    fn examples() -> Vec<Self> {
        vec![Self(7)]
    }
}

#[test]
fn the_events_of_a_flattened_enum_are_as_its_own_type_says() {
    let left = App::Room(Box::new(Room::User { inner: User::Left { why: "x".into() } }));
    assert_eq!(wire(&left), "event: user.left\nretry: 5000\ndata: {\"why\":\"x\"}\n\n");
    assert_eq!(
        wire(&App::Room(Box::new(Room::User { inner: User::Joined(4) }))),
        "id: 4\nevent: user.joined\ndata: 4\n\n"
    );
    assert_eq!(wire(&App::Written(Written(7))), "event: written\ndata: 7\n\n");
    assert_eq!(decode(b"event: user.left\ndata: {\"why\":\"x\"}\n\n"), Ok(Some(left)));
    assert_eq!(decode(b"event: unheard\ndata:\n\n"), Ok(Some(App::Room(Box::new(Room::Other)))));
    assert!(decode::<App>(b"event: user.left\ndata: 1\n\n").is_err());

    conforms::<App>();
    let manifest = Manifest::of::<App>().unwrap();
    let names: Vec<_> = manifest.events().iter().map(|event| event.name.as_str()).collect();
    assert_eq!(names, ["Ping", "written", "room.opened", "user.joined", "user.left"]);
    assert!(manifest.events().iter().all(|event| event.examples.len() == 1));
}

#[derive(Debug, PartialEq, SseEvent, SseDecode)]
enum Envelope<T> {
    Sent(u8),
    #[sse(flatten)]
    Inner(T),
}

#[derive(SseEvent)]
enum Sent {
    #[expect(dead_code, reason = "only its name is looked at")]
    Sent,
}

#[test]
fn a_type_parameter_may_be_flattened() {
    let event = Envelope::Inner(User::Joined(4));
    assert_eq!(wire(&event), "id: 4\nevent: user.joined\ndata: 4\n\n");
    assert_eq!(decode(b"event: user.joined\ndata: 4\n\n"), Ok(Some(event)));
    assert_eq!(decode::<Envelope<User>>(b"event: Sent\ndata: 4\n\n"), Ok(Some(Envelope::Sent(4))));
    assert_eq!(Manifest::of::<Envelope<User>>().unwrap().events().len(), 3);
    // The names of a generic type are compared when its schema is made.
    assert_eq!(Manifest::of::<Envelope<Sent>>().unwrap_err().to_string(), "two variants are the event `Sent`");
}

/// `Order` and `Item` are together what `OrderItem` is.
#[derive(Debug, PartialEq, SseEvent, SseDecode)]
enum Order {
    #[sse(example = Self::ItemAdded { order: 1 })]
    ItemAdded { order: u8 },
    #[sse(flatten)]
    Item(OrderItem),
}

#[derive(Debug, PartialEq, SseEvent, SseDecode)]
enum OrderItem {
    #[sse(example = Self::Added { sku: "a".into() })]
    Added { sku: String },
}

mod named {
    use sse_core::{SseDecode, SseEvent};

    #[derive(Debug, PartialEq, SseEvent, SseDecode)]
    #[sse(name = "Line")]
    pub(super) enum OrderItem {
        #[sse(example = Self::Added { sku: "a".into() })]
        Added { sku: String },
    }

    #[derive(Debug, PartialEq, SseEvent, SseDecode)]
    pub(super) enum Order {
        #[sse(example = Self::ItemAdded { order: 1 })]
        ItemAdded { order: u8 },
        #[sse(flatten)]
        Item(OrderItem),
    }
}

#[test]
fn two_payloads_of_one_name_are_not_taken_for_one() {
    assert_eq!(
        Manifest::of::<Order>().unwrap_err().to_string(),
        "the payloads of events `ItemAdded` and `Added` would both be named `OrderItemAddedData`, after their enums: give \
         one enum another name with #[sse(name = \"...\")]"
    );
    conforms::<named::Order>();
    assert!(Manifest::of::<named::Order>().unwrap().definitions().contains_key("LineAddedData"));
}

#[derive(Debug, PartialEq, SseEvent)]
enum Borrowing<'a> {
    #[sse(flatten)]
    Borrowed(&'a User),
}

#[derive(Debug, PartialEq, SseEvent, SseDecode)]
enum Sharing {
    #[sse(flatten)]
    Shared(Arc<User>),
}

#[test]
fn what_is_flattened_may_be_shared_or_borrowed() {
    let user = User::Joined(4);
    let sent = "id: 4\nevent: user.joined\ndata: 4\n\n";
    assert_eq!(wire(&Borrowing::Borrowed(&user)), sent);
    assert_eq!(wire(&Sharing::Shared(Arc::new(user))), sent);
    conforms::<Sharing>();
    let borrowing = Manifest::of::<Borrowing<'_>>().unwrap();
    assert_eq!(borrowing.events().len(), 2);
    assert!(borrowing.events().iter().all(|event| event.examples.is_empty()));
}

/// Who comes and goes.
#[derive(SseEvent)]
enum Coming {
    Came,
    /// For good.
    Gone,
}

#[derive(SseEvent)]
enum Documented {
    /// In the hall.
    #[sse(flatten)]
    Coming(Coming),
    #[deprecated]
    #[expect(deprecated, reason = "it is deprecated, too")]
    #[sse(flatten)]
    Old(Old),
}

#[derive(SseEvent)]
#[deprecated]
enum Old {
    #[sse(event = "old")]
    Event,
}

#[test]
#[expect(deprecated, reason = "so they are")]
fn what_is_said_of_the_variant_is_said_of_all_its_events() {
    let manifest = Manifest::of::<Documented>().unwrap();
    let said: Vec<_> =
        manifest.events().iter().map(|event| (event.name.as_str(), event.description, event.deprecated)).collect();
    let expected = [("Came", Some("In the hall."), false), ("Gone", Some("For good."), false), ("old", None, true)];
    assert_eq!(said, expected);
    assert!(Manifest::of::<Old>().unwrap().events()[0].deprecated);
    let sent = [Documented::Coming(Coming::Came), Documented::Coming(Coming::Gone), Documented::Old(Old::Event)];
    assert_eq!(sent.map(|event| wire(&event).len()), [19, 19, 18]);
}

mod floats {
    use sse_core::{SseDecode, SseEvent};

    #[derive(Debug, PartialEq, SseEvent, SseDecode)]
    pub(super) enum Plain {
        #[sse(example = Self::Number(1.5))]
        Number(f64),
    }

    #[derive(Debug, PartialEq, SseEvent, SseDecode)]
    pub(super) enum None {
        #[sse(example = Self::Integer(1))]
        Integer(u8),
    }

    #[derive(SseEvent)]
    #[sse(non_finite = "null")]
    pub(super) enum Null {
        #[sse(example = Self::Perhaps { number: f64::NAN })]
        Perhaps { number: f64 },
    }

    #[derive(Debug, PartialEq, SseEvent, SseDecode)]
    #[sse(non_finite = "error")]
    pub(super) enum Error {
        #[sse(example = Self::Finite { number: 1.5 })]
        Finite { number: f64 },
    }

    #[derive(SseEvent)]
    pub(super) enum InPlain {
        #[sse(flatten)]
        Null(Null),
        #[sse(flatten)]
        Error(Error),
        #[sse(flatten)]
        Plain(Plain),
    }

    #[derive(SseEvent)]
    #[sse(non_finite = "null")]
    pub(super) enum InNull {
        #[sse(flatten)]
        Inner(InPlain),
        Own(f32),
    }

    #[derive(SseEvent)]
    #[sse(non_finite = "error")]
    pub(super) enum InError {
        #[sse(flatten)]
        None(None),
        #[sse(flatten)]
        Error(Error),
        Own(f32),
    }

    #[derive(SseEvent)]
    #[sse(non_finite = "error")]
    pub(super) enum Contradicted<T> {
        #[sse(flatten)]
        Inner(T),
        Own(f32),
    }
}

/// Of which events a float may be `null`.
fn nullable<E: SseSchema>() -> Vec<String> {
    let manifest = Manifest::of::<E>().unwrap();
    let is_nullable = |event: &&EventSchema| {
        let PayloadSchema::Json(schema) = &event.payload else { return false };
        let schema = schema.as_value().to_string();
        let definition = manifest.definitions().get(&manifest_name(&schema));
        (schema + &definition.map(ToString::to_string).unwrap_or_default()).contains("\"null\"")
    };
    manifest.events().iter().filter(is_nullable).map(|event| event.name.clone()).collect()
}

fn manifest_name(reference: &str) -> String {
    reference.rsplit('/').next().unwrap_or_default().trim_end_matches(['"', '}']).to_owned()
}

#[test]
fn what_becomes_of_nan_is_as_the_flattened_type_says() {
    use floats::{Contradicted, Error, InError, InNull, InPlain, Null, Plain};

    Check::new().require_examples().encoding::<InPlain>().unwrap();
    assert_eq!(nullable::<InPlain>(), ["Perhaps"]);
    assert_eq!(nullable::<InNull>(), ["Perhaps", "Number", "Own"]);
    assert_eq!(nullable::<InError>(), [""; 0]);
    for (event, expected) in [
        (InPlain::Null(Null::Perhaps { number: f64::NAN }), Ok("event: Perhaps\ndata: {\"number\":null}\n\n")),
        (InPlain::Error(Error::Finite { number: f64::NAN }), Err(EncodeErrorKind::Payload)),
        (InPlain::Plain(Plain::Number(f64::NAN)), Ok("event: Number\ndata: null\n\n")),
    ] {
        let sent = encode(&event);
        let sent = sent.as_ref().map(|frame| str::from_utf8(frame.as_bytes()).unwrap()).map_err(EncodeError::kind);
        assert_eq!(sent, expected);
    }
    for error in [Manifest::of::<Contradicted<Plain>>().unwrap_err(), Manifest::of::<Contradicted<Null>>().unwrap_err()]
    {
        let error = error.to_string();
        assert!(error.contains("is of a flattened type, which sends a float that is not finite as `null`"), "{error}");
    }
    for event in [InError::Own(f32::NAN), InError::Error(Error::Finite { number: f64::NAN })] {
        assert!(encode(&event).is_err());
    }
    assert_eq!(wire(&InError::None(floats::None::Integer(1))), "event: Integer\ndata: 1\n\n");
    assert_eq!(wire(&InNull::Inner(InPlain::Plain(Plain::Number(1.5)))), "event: Number\ndata: 1.5\n\n");
    assert_eq!(wire(&InNull::Own(1.5)), "event: Own\ndata: 1.5\n\n");
    assert_eq!(wire(&Contradicted::Inner(Plain::Number(1.5))), "event: Number\ndata: 1.5\n\n");
    assert_eq!(wire(&Contradicted::<Plain>::Own(1.5)), "event: Own\ndata: 1.5\n\n");
}
