//! OpenAPI documents: their form, that they are sound, and how they are merged.

#![expect(clippy::unwrap_used, reason = "a helper that fails fails the test")]

use std::fs;
use std::process::ExitCode;

use schemars::{JsonSchema, Schema};
use serde::Serialize;
use serde_json::{Value, json as value};
use sse_core::codegen::openapi::{Data, OpenApi, Version};
use sse_core::codegen::{Cli, Registry};
use sse_core::schema::{EventSchema, PayloadSchema, SseSchema, canonical_text, draft07, event_view};

use crate::schema::{Feed, json, stream};
use crate::verbs::{Folder, frames, run};
use schemars::SchemaGenerator;
use sse_core::SseEvent;
use sse_core::event::{DataSink, EncodeError, EventFields};
use std::borrow::Cow;

fn feed() -> Registry {
    Registry::new().stream::<Feed>("/feed").stream_named::<Feed>("room", "/rooms/{room}/{*rest}")
}

#[test]
fn the_documents_are_the_golden_ones() {
    for (name, how) in [
        ("openapi-3.2.json", OpenApi::new()),
        ("openapi-3.2-decoded.json", OpenApi::new().data(Data::Decoded)),
        ("openapi-3.1.json", OpenApi::new().version(Version::V3_1)),
        ("openapi-3.1-payload.json", OpenApi::new().version(Version::V3_1).data(Data::Payload)),
    ] {
        let document = Registry::new().stream::<Feed>("/rooms/{room}/{*rest}").openapi(&how).unwrap();
        crate::codegen::golden(name, &canonical_text(document));
    }
}

#[test]
fn every_reference_leads_somewhere() {
    fn check(part: &Value, document: &Value) {
        match part {
            Value::Object(object) => {
                if let Some(Value::String(reference)) = object.get("$ref") {
                    assert!(document.pointer(reference.strip_prefix('#').unwrap()).is_some(), "{reference}");
                }
                object.values().for_each(|part| check(part, document));
            }
            Value::Array(parts) => parts.iter().for_each(|part| check(part, document)),
            _ => {}
        }
    }
    for version in [Version::V3_1, Version::V3_2] {
        for data in [Data::Strict, Data::Decoded, Data::Payload] {
            let document = feed().openapi(&OpenApi::new().version(version).data(data)).unwrap();
            check(&document, &document);
            assert_eq!(document, feed().openapi(&OpenApi::new().version(version).data(data)).unwrap());
        }
    }
}

/// A validator of the items of `/feed`.
fn items(how: &OpenApi, keyword: &str) -> jsonschema::Validator {
    let mut document = feed().openapi(how).unwrap();
    let item = document["paths"]["/feed"]["get"]["responses"]["200"]["content"]["text/event-stream"][keyword].take();
    document["$ref"] = item["$ref"].clone();
    jsonschema::draft202012::new(&document).unwrap()
}

#[test]
fn exactly_one_branch_matches_an_item_of_the_strict_document() {
    let validator = items(&OpenApi::new(), "itemSchema");
    for frame in frames() {
        assert!(validator.is_valid(&frame), "{frame}");
        let mut mutated = frame.clone();
        mutated["event"] = "no such event".into();
        assert!(!validator.is_valid(&mutated), "{mutated}");
        mutated = frame.clone();
        mutated["data"] = value!({});
        assert!(!validator.is_valid(&mutated), "{mutated}");
    }
}

#[test]
fn exactly_one_branch_matches_an_item_of_the_decoded_document() {
    for (how, keyword) in
        [(OpenApi::new().data(Data::Decoded), "itemSchema"), (OpenApi::new().version(Version::V3_1), "schema")]
    {
        let validator = items(&how, keyword);
        for item in [
            value!({ "event": "count", "data": 1, "id": "7", "retry": 500 }),
            value!({ "event": "pair", "data": [1, null] }),
            value!({ "event": "log", "data": "a\nb" }),
            value!({ "event": "ping" }),
            value!({ "event": "ping", "data": "" }),
            value!({ "data": "the default event" }),
            value!({ "event": "stream-open", "data": { "resume": "fresh", "keepAlive": "off" } }),
            value!({ "event": "stream-end", "data": {} }),
        ] {
            assert!(validator.is_valid(&item), "{item}");
            let mut mutated = item.clone();
            mutated["event"] = "no such event".into();
            assert!(!validator.is_valid(&mutated), "{mutated}");
        }
        assert!(!validator.is_valid(&value!({ "event": "count", "data": "1" })));
        assert!(!validator.is_valid(&value!({ "event": "stream-open", "data": { "resume": "maybe" } })));
    }
}

/// A document of an application, with things of its own.
fn theirs(version: &str) -> Value {
    value!({
        "openapi": version,
        "info": { "title": "Shop", "version": "7" },
        "servers": [{ "url": "https://example.org" }],
        "paths": {
            "/feed": { "summary": "Both ways", "post": { "operationId": "publish", "responses": {} } },
            "/cart": { "get": { "operationId": "cart", "responses": {} } },
        },
        "components": {
            "schemas": { "Cart": { "type": "object" } },
            "securitySchemes": { "key": { "type": "apiKey" } },
        },
        "x-mine": [1, 2],
    })
}

#[test]
fn a_document_keeps_what_is_its_own() {
    let merged = feed().merge_openapi(&OpenApi::new(), theirs("3.2.0")).unwrap();
    let mut rest = merged.clone();
    for path in ["/feed", "/rooms/{room}/{rest}"] {
        assert_eq!(rest["paths"][path].as_object_mut().unwrap().remove("get").unwrap()["x-sse-generated"], true);
    }
    rest["paths"].as_object_mut().unwrap().remove("/rooms/{room}/{rest}").unwrap();
    rest["components"].as_object_mut().unwrap().remove("responses").unwrap();
    rest["components"]["schemas"] = value!({ "Cart": rest["components"]["schemas"]["Cart"] });
    assert_eq!(rest, theirs("3.2.0"));

    // Once more changes nothing, and without a stream its parts go.
    assert_eq!(feed().merge_openapi(&OpenApi::new(), merged.clone()).unwrap(), merged);
    let fewer = Registry::new().stream::<Single>("/one").merge_openapi(&OpenApi::new(), merged).unwrap();
    assert_eq!(fewer["paths"]["/feed"], theirs("3.2.0")["paths"]["/feed"]);
    assert!(fewer["paths"].get("/rooms/{room}/{rest}").is_none());
    assert!(fewer["components"]["schemas"].get("Feed").is_none());
}

stream!(Single, "Single", |_g| vec![EventSchema::new("tick", "Single", PayloadSchema::Text)]);

#[test]
fn a_document_keeps_its_version_unless_another_is_asked_for() {
    let media = |document: &Value| {
        let content = &document["paths"]["/one"]["get"]["responses"]["200"]["content"]["text/event-stream"];
        content.as_object().unwrap().keys().cloned().collect::<Vec<_>>()
    };
    let one = Registry::new().stream::<Single>("/one");
    for (version, how, becomes, keyword) in [
        ("3.1.1", OpenApi::new(), "3.1.1", "schema"),
        ("3.2.0", OpenApi::new(), "3.2.0", "itemSchema"),
        ("3.1.0", OpenApi::new().version(Version::V3_2), "3.2.0", "itemSchema"),
        ("3.2.1", OpenApi::new().version(Version::V3_2), "3.2.1", "itemSchema"),
        ("3.2.0", OpenApi::new().version(Version::V3_1), "3.2.0", "schema"),
    ] {
        let merged = one.merge_openapi(&how, theirs(version)).unwrap();
        assert_eq!(merged["openapi"], becomes);
        assert_eq!(media(&merged), [keyword], "{version}");
    }
    for (wrong, problem) in [
        (value!([]), "it is not an object"),
        (value!({}), "it has no `openapi`"),
        (value!({ "openapi": "3.0.3" }), "its version is \"3.0.3\""),
        (value!({ "openapi": "3.1.0", "paths": [] }), "its `paths` is not an object"),
    ] {
        let error = one.merge_openapi(&OpenApi::new(), wrong).unwrap_err().to_string();
        assert_eq!(error, format!("this is no document of OpenAPI 3.1 or 3.2: {problem}"));
    }
}

#[derive(Serialize, JsonSchema)]
struct Cart {
    items: u8,
}

mod other {
    #[derive(serde::Serialize, schemars::JsonSchema)]
    pub(crate) struct Cart {
        pub(crate) total: u8,
    }
}

stream!(Carts, "Carts", |g| vec![EventSchema::new("cart", "Cart", json::<Cart>(g))]);
stream!(Others, "Others", |g| vec![EventSchema::new("cart", "Cart", json::<other::Cart>(g))]);

#[test]
fn a_collision_is_an_error_that_names_both() {
    let how = OpenApi::new();
    let error = |registry: Registry, document| registry.merge_openapi(&how, document).unwrap_err().to_string();
    let carts = || Registry::new().stream::<Carts>("/carts");
    let rename = "each have one, and they differ: rename the Rust type with #[schemars(rename = \"...\")]";
    assert_eq!(error(carts(), theirs("3.2.0")), format!("component `Cart`: the document and stream `Carts` {rename}"));
    assert_eq!(
        error(carts().stream::<Others>("/others"), value!({ "openapi": "3.2.0" })),
        format!("component `Cart`: stream `Carts` and stream `Others` {rename}")
    );
    let taken = |path: &str| value!({ "openapi": "3.2.0", "paths": { path: { "get": {} } } });
    assert_eq!(
        error(carts(), taken("/carts")),
        "path `/carts`: the document's own GET and stream `Carts` are at the same path"
    );
    assert_eq!(
        error(Registry::new().stream::<Carts>("/{a}/x"), taken("/{b}/x")),
        "path `/{a}/x`: the path `/{b}/x` of the document and stream `Carts` are at the same path"
    );
    assert_eq!(
        error(carts().stream_named::<Single>("single", "/carts"), value!({ "openapi": "3.2.0" })),
        "path `/carts`: operation `streamCarts` and stream `Single` are at the same path"
    );
    let same_id = value!({ "openapi": "3.2.0", "paths": { "/x": { "put": { "operationId": "streamCarts" } } } });
    assert_eq!(error(carts(), same_id), "operation `streamCarts`: `PUT /x` and stream `Carts` have the same id");
    // A component that is the same is shared.
    let mut same = carts().openapi(&how).unwrap();
    let mut cart = same["components"]["schemas"]["Cart"].take();
    cart.as_object_mut().unwrap().remove("x-sse-generated").unwrap();
    let document = value!({ "openapi": "3.2.0", "components": { "schemas": { "Cart": cart } } });
    let merged = carts().merge_openapi(&how, document.clone()).unwrap();
    assert_eq!(merged["components"]["schemas"]["Cart"], document["components"]["schemas"]["Cart"]);
}

fn constant(data: &str) -> PayloadSchema {
    PayloadSchema::Json(Schema::try_from(value!({ "const": data })).unwrap())
}

stream!(Done, "Done", |_g| vec![
    EventSchema::new("text", "Text", PayloadSchema::Text),
    EventSchema::new("done", "Done", constant("DONE")).terminal(),
]);
stream!(Endless, "Endless", |_g| vec![EventSchema::new("text", "Text", PayloadSchema::Text)]);
stream!(Any, "Any", |_g| vec![EventSchema::new("end", "End", PayloadSchema::Text).terminal()]);
stream!(Same, "Same", |_g| vec![
    EventSchema::new("ping", "Ping", PayloadSchema::Empty),
    EventSchema::new("end", "End", PayloadSchema::Empty).terminal(),
]);

#[test]
fn a_sentinel_is_said_only_where_there_is_one() {
    fn of<E: SseSchema>() -> Result<Value, String> {
        let how = OpenApi::new().speakeasy_sentinel();
        let document = Registry::new().stream::<E>("/x").openapi(&how).map_err(|error| error.to_string())?;
        Ok(document["paths"]["/x"]["get"]["responses"]["200"]["content"]["text/event-stream"]["x-speakeasy-sse-sentinel"]
            .clone())
    }
    assert_eq!(of::<Done>(), Ok("\"DONE\"".into()));
    for (error, problem) in [
        (of::<Endless>(), "`Endless` ends with no sentinel: it has not one terminal event"),
        (of::<Any>(), "`Any` ends with no sentinel: the data of event `end` is not always the same"),
        (of::<Same>(), "`Same` ends with no sentinel: event `ping` has the same data as event `end`"),
    ] {
        assert_eq!(error, Err(format!("stream {problem}")));
    }
}

#[test]
fn the_verb_writes_merges_and_checks() {
    let folder = Folder::new("openapi");
    let cli = Cli::new(folder.path("")).stream::<Feed>("/feed");
    fs::write(folder.path("own.json"), theirs("3.1.0").to_string()).unwrap();
    let merge = "openapi --merge own.json --out api.json";
    assert_eq!(run(&cli, &format!("{merge} --check")), ExitCode::from(4));
    assert_eq!(run(&cli, merge), ExitCode::SUCCESS);
    assert_eq!(run(&cli, &format!("{merge} --check")), ExitCode::SUCCESS);
    assert_eq!(
        folder.read("api.json"),
        Registry::new().stream::<Feed>("/feed").merge_openapi(&OpenApi::new(), theirs("3.1.0")).unwrap()
    );
    // The file that is merged with may be the one that is written.
    assert_eq!(run(&cli, "openapi --merge api.json --out api.json --check"), ExitCode::SUCCESS);
    assert_eq!(run(&cli, "openapi --merge api.json --check"), ExitCode::SUCCESS);
    assert_eq!(run(&cli, "openapi --merge own.json --check"), ExitCode::from(4));
    assert_eq!(run(&cli, "openapi --version 3.2 --merge own.json --out own.json"), ExitCode::SUCCESS);
    assert_eq!(folder.read("own.json")["openapi"], "3.2.0");

    fs::write(folder.path("yaml.json"), "openapi: 3.1.0\n").unwrap();
    for wrong in [
        "openapi --version 3",
        "openapi --data text",
        "openapi --sentinel yes",
        "openapi --check",
        "openapi --merge yaml.json",
        "openapi --merge nowhere.json",
        "openapi --sentinel speakeasy --only feed --data strict --out nowhere/",
    ] {
        assert_eq!(run(&cli, wrong), ExitCode::from(1), "{wrong}");
    }
    let taken = value!({ "openapi": "3.2.0", "paths": { "/feed": { "get": {} } } });
    fs::write(folder.path("taken.json"), taken.to_string()).unwrap();
    assert_eq!(run(&cli, "openapi --merge taken.json"), ExitCode::from(100));
}

stream!(Never, "Never", |_g| Vec::new());
stream!(Units, "Units", |_g| vec![EventSchema::new("ping", "Ping", PayloadSchema::Empty)]);

#[test]
fn a_union_of_nothing_is_a_schema() {
    let view = event_view::<Never>().unwrap();
    assert!(jsonschema::meta::is_valid(&view), "{view}");
    assert!(!jsonschema::draft202012::new(&view).unwrap().is_valid(&value!({ "event": "x" })));
    assert!(jsonschema::draft7::meta::is_valid(&draft07(view)));
    for data in [Data::Strict, Data::Decoded, Data::Payload] {
        for version in [Version::V3_1, Version::V3_2] {
            let how = OpenApi::new().data(data).version(version);
            let registry = Registry::new().stream::<Never>("/never").stream::<Units>("/units");
            let document = registry.openapi(&how).unwrap();
            for schema in document["components"]["schemas"].as_object().unwrap().values() {
                assert!(jsonschema::meta::is_valid(schema), "{schema}");
            }
        }
    }
    let payloads = Registry::new().stream::<Units>("/units").openapi(&OpenApi::new().data(Data::Payload)).unwrap();
    assert_eq!(payloads["components"]["schemas"]["UnitsPayload"]["not"], value!({}));
}
