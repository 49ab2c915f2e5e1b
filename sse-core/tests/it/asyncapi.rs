//! The AsyncAPI document.

use std::process::ExitCode;

use serde_json::Value;
use sse_core::SseEvent;
use sse_core::codegen::{Cli, Registry};
use sse_core::schema::canonical_text;

use crate::schema::Feed;
use crate::verbs::{Folder, run};

#[test]
fn the_document_is_the_golden_one() {
    let document = Registry::new().stream::<Feed>("/rooms/{room}/{*rest}").asyncapi().unwrap();
    crate::codegen::golden("asyncapi.json", &canonical_text(document));
}

#[test]
fn every_event_is_a_message_that_its_operation_sends() {
    let registry = Registry::new().stream::<Feed>("/feed").stream_named::<Feed>("room", "/rooms/{room}");
    let document = registry.asyncapi().unwrap();
    let messages = document["channels"]["feed"]["messages"].as_object().unwrap();
    let names: Vec<_> = messages.values().map(|message| message["name"].as_str().unwrap()).collect();
    assert!(names.contains(&"empty object") && names.contains(&"stream-reset"), "{names:?}");
    let operation = &document["operations"]["sendFeed"];
    assert_eq!(operation["action"], "send", "the document is the server's");
    let sent = operation["messages"].as_array().unwrap();
    assert_eq!(sent.len(), messages.len());
    let leads = |reference: &Value| document.pointer(reference["$ref"].as_str().unwrap().strip_prefix('#').unwrap());
    assert!(sent.iter().all(|reference| leads(reference).is_some()));
    assert!(leads(&messages["price-tick"]["payload"]).is_some());
}

#[derive(SseEvent)]
#[sse(name = "a_1")]
#[expect(dead_code, reason = "only the type is used")]
enum Lower {
    X(u8),
}

#[derive(SseEvent)]
#[sse(name = "A1")]
#[expect(dead_code, reason = "only the type is used")]
enum Upper {
    Y(u8),
}

#[test]
fn streams_whose_operations_would_have_one_id_are_an_error() {
    let registry = Registry::new().stream::<Lower>("/a").stream::<Upper>("/b");
    let error = registry.asyncapi().unwrap_err().to_string();
    assert_eq!(error, "operation `sendA1`: stream `a_1` and stream `A1` have the same id");
}

#[test]
fn the_verb_writes_and_checks() {
    let folder = Folder::new("asyncapi");
    let cli = Cli::new(folder.path("")).stream::<Feed>("/feed");
    assert_eq!(run(&cli, "asyncapi --out api/events.json --check"), ExitCode::from(4));
    assert_eq!(run(&cli, "asyncapi --out api/events.json"), ExitCode::SUCCESS);
    assert_eq!(run(&cli, "asyncapi --out api/events.json --check"), ExitCode::SUCCESS);
    assert_eq!(folder.read("api/events.json")["asyncapi"], "3.0.0");
    assert_eq!(run(&cli.stream_named::<Feed>("x", "wrong"), "asyncapi"), ExitCode::from(1));
}
