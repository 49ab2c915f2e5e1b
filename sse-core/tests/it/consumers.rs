//! What `tests/consumers` feeds to validators and generators that others have written: the documents of one stream, and
//! events of it as they come off the wire.

#![expect(clippy::unwrap_used, reason = "a helper that fails fails the test")]

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};
use sse_core::codegen::Registry;
use sse_core::codegen::openapi::{Data, OpenApi, Version};
use sse_core::schema::{Manifest, canonical_text, draft07};
use sse_core::{Decoder, SseEvent, wire};

use crate::codegen::golden;

/// Everything that a shop sends.
#[derive(SseEvent)]
#[sse(rename_all = "kebab-case")]
enum Shop {
    /// An order was made.
    Ordered {
        #[sse(id)]
        number: u32,
        lines: Vec<Line>,
        #[serde(skip_serializing_if = "Option::is_none")]
        note: Option<String>,
        paid_by: Option<Payment>,
    },
    Stock(BTreeMap<String, i32>),
    Pair(u8, String),
    Total(f64),
    Payment(Payment),
    Tree(Tree),
    #[sse(text)]
    Log(String),
    #[sse(bytes = "base64")]
    Picture(Vec<u8>),
    Tick,
    /// The default event.
    #[sse(event = "message", text)]
    Plain(String),
    #[sse(terminal)]
    Closed(Reason),
}

#[derive(Serialize, JsonSchema)]
struct Line {
    article: String,
    count: u16,
    #[serde(flatten)]
    price: Price,
}

#[derive(Serialize, JsonSchema)]
struct Price {
    cents: i64,
    #[serde(rename = "per-cent")]
    per_cent: Option<f32>,
}

/// How it was paid for.
#[derive(Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum Payment {
    Cash,
    Card { last: String },
}

#[derive(Serialize, JsonSchema)]
struct Tree {
    name: String,
    children: Vec<Self>,
}

#[derive(Serialize, JsonSchema)]
enum Reason {
    Night,
    /// Something else.
    Other(String),
}

fn events() -> Vec<Shop> {
    let line = || Line { article: "pear \u{1f350}".into(), count: 3, price: Price { cents: -7, per_cent: Some(1.5) } };
    vec![
        Shop::Ordered { number: 7, lines: vec![line(), line()], note: Some("a\nb".into()), paid_by: None },
        Shop::Ordered { number: 8, lines: vec![], note: None, paid_by: Some(Payment::Card { last: "42".into() }) },
        Shop::Stock(BTreeMap::from([("pear".into(), -1), ("quince".into(), 0)])),
        Shop::Pair(7, "seven".into()),
        Shop::Total(0.5),
        Shop::Payment(Payment::Cash),
        Shop::Tree(Tree { name: "a".into(), children: vec![Tree { name: "b".into(), children: vec![] }] }),
        Shop::Log("two\nlines".into()),
        Shop::Log(String::new()),
        Shop::Picture(vec![0, 255, 62]),
        Shop::Tick,
        Shop::Plain("hello".into()),
        Shop::Closed(Reason::Night),
        Shop::Closed(Reason::Other("rain".into())),
    ]
}

/// An event as a parser gives it, and as it is with its data decoded.
fn received(bytes: &[u8]) -> Value {
    let event = Decoder::new().decode(&mut &*bytes).unwrap().unwrap();
    let manifest = Manifest::of::<Shop>().unwrap();
    let encoding = manifest.events().iter().find(|known| known.name == event.name.as_str());
    let encoding = encoding.map_or("json", |known| known.payload.encoding());
    let mut fields = json!({ "event": event.name.as_str(), "data": event.data });
    let mut decoded = json!({ "event": event.name.as_str() });
    match encoding {
        "json" => decoded["data"] = serde_json::from_str(&event.data).unwrap(),
        "text" | "base64" => decoded["data"] = event.data.into(),
        _ => assert_eq!(event.data, ""),
    }
    if !event.last_event_id.as_str().is_empty() {
        fields["id"] = event.last_event_id.as_str().into();
        decoded["id"] = event.last_event_id.as_str().into();
    }
    json!({ "wire": String::from_utf8(bytes.to_vec()).unwrap(), "fields": fields, "decoded": decoded })
}

/// What the layer sends besides.
const CONTROL: &[&str] = &[
    "retry: 3127\nevent: stream-open\nid: k3x9f0q2m1-184\n\
     data: {\"resume\":\"recovered\",\"keepAlive\":\"comment\",\"keepAliveMs\":15000}\n\n",
    "retry: 3127\nevent: stream-open\ndata: {\"resume\":\"reset\",\"reason\":\"evicted\",\"keepAlive\":\"off\"}\n\n",
    "event: stream-reset\nid: =reset\ndata: {\"reason\":\"evicted\",\"topics\":{\"cpu\":\"evicted\",\"disk\":\"future\"}}\n\n",
    "event: stream-position\nid: k3x9f0q2m1-305\ndata: {}\n\n",
    "event: stream-end\nid: =end\ndata: {}\n\n",
];

#[test]
fn the_documents_and_events_are_the_golden_ones() {
    let manifest = Manifest::of::<Shop>().unwrap();
    let file = |name: &str, document: Value| golden(&format!("consumers/{name}"), &canonical_text(document));
    file("shop.schema.json", manifest.event_view());
    file("shop.draft-07.schema.json", draft07(manifest.event_view()));
    file("shop.wire.schema.json", manifest.wire_view());
    let registry = Registry::new().stream::<Shop>("/shops/{shop}/events");
    for (name, version, data) in [
        ("openapi-3.2-strict.json", Version::V3_2, Data::Strict),
        ("openapi-3.2-decoded.json", Version::V3_2, Data::Decoded),
        ("openapi-3.1-decoded.json", Version::V3_1, Data::Decoded),
        ("openapi-3.1-payload.json", Version::V3_1, Data::Payload),
    ] {
        file(name, registry.openapi(&OpenApi::new().version(version).data(data)).unwrap());
    }
    file("asyncapi.json", registry.asyncapi().unwrap());
    golden("consumers/shop_sse.py", &registry.python().unwrap()[0].1);

    let encoded = events();
    let encoded = encoded.iter().map(|event| received(wire::encode(event).unwrap().as_bytes()));
    let control = CONTROL.iter().map(|block| received(block.as_bytes()));
    file("events.json", json!({ "events": encoded.collect::<Vec<_>>(), "control": control.collect::<Vec<_>>() }));
}

#[test]
fn every_event_that_is_sent_matches_each_document() {
    let manifest = Manifest::of::<Shop>().unwrap();
    let newest = [manifest.event_view(), manifest.wire_view()].map(|view| jsonschema::draft202012::new(&view).unwrap());
    let seven =
        [manifest.event_view(), manifest.wire_view()].map(|view| jsonschema::draft7::new(&draft07(view)).unwrap());
    for event in events() {
        let received = received(wire::encode(&event).unwrap().as_bytes());
        for [decoded, fields] in [&newest, &seven] {
            assert!(decoded.is_valid(&received["decoded"]), "{}", received["decoded"]);
            assert!(fields.is_valid(&received["fields"]), "{}", received["fields"]);
        }
    }
}
