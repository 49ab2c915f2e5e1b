//! Enums of events within enums of events.

use schemars::SchemaGenerator;
use sse_core::event::{DataSink, DecodeError, EncodeError, EventFields, EventName, EventRef};
use sse_core::schema::{EventSchema, Manifest, PayloadSchema, SseSchema};
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
