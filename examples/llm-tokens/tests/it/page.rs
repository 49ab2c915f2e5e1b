//! What the page relies on.

use axum::http::{Method, StatusCode};
use example_llm_tokens::text;
use serde_json::{Value, json};

use crate::{Events, Server, tokens};

const PROMPT: &str = "Tell me of the night mail.";

#[tokio::test]
async fn the_page_and_all_that_it_loads_is_there() {
    let server = Server::start().await;
    let files = [
        ("/", "text/html; charset=utf-8", "<title>"),
        ("/style.css", "text/css; charset=utf-8", "prefers-color-scheme"),
        ("/icon.svg", "image/svg+xml", "<svg"),
        ("/app.js", "text/javascript; charset=utf-8", "from \"./sse/generation.js\""),
        ("/record.js", "text/javascript; charset=utf-8", "export class Record"),
        ("/sse/generation.js", "text/javascript; charset=utf-8", "from \"./runtime.js\""),
        ("/sse/runtime.js", "text/javascript; charset=utf-8", "export class TypedEventSource"),
    ];
    for (path, media_type, content) in files {
        let (response, body) = server.get(path).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        assert_eq!(response.headers()["content-type"], media_type, "{path}");
        assert!(body.contains(content), "{path}");
    }
    assert_eq!(server.get("/none").await.0.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_event_is_written_as_its_type_says() {
    let server = Server::start().await;
    let generation = server.ask(PROMPT).await;
    let mut events = server.read(&generation).await;
    server.finish();
    assert!(events.read_until("done", 1).await);
    let text = String::from_utf8(events.bytes).unwrap();
    let mut blocks = text.split("\n\n").skip(1);
    let since = server.status(&generation, 0).await["since"].as_str().unwrap().to_owned();
    let epoch = since.strip_suffix("-0").unwrap();
    let first = serde_json::to_string(tokens(&self::text(PROMPT))[0]).unwrap();
    assert_eq!(blocks.next().unwrap(), format!("id: {epoch}-1\nevent: prompt\ndata: \"{PROMPT}\""));
    assert_eq!(blocks.next().unwrap(), format!("id: {epoch}-2\nevent: token\ndata: {first}"));
    let count = tokens(&self::text(PROMPT)).len();
    let done =
        format!("id: {epoch}-{}\nevent: done\ndata: {{\"tokens\":{count},\"finish_reason\":\"stop\"}}", count + 2);
    assert!(blocks.any(|block| block == done), "{text}");
}

#[tokio::test]
async fn a_generation_goes_on_without_a_reader() {
    let server = Server::start().await;
    let generation = server.ask(PROMPT).await;
    assert_eq!(server.status(&generation, 1).await["events"], 1);
    server.step(7);
    assert_eq!(server.status(&generation, 8).await["events"], 8);
    server.finish();
    let expected = text(PROMPT);
    server.status(&generation, tokens(&expected).len() as u64 + 2).await;

    // The first who comes finds it complete.
    let mut events = server.read(&generation).await;
    assert!(events.read_until("stream-end", 1).await);
    assert_eq!(events.text(), expected);
    assert_eq!(events.data("prompt"), [serde_json::to_string(PROMPT).unwrap()]);
}

#[tokio::test]
async fn a_reader_that_was_cut_off_gets_exactly_what_it_missed() {
    let server = Server::start().await;
    let generation = server.ask(PROMPT).await;
    let mut cut = server.read(&generation).await;
    server.step(5);
    assert!(cut.read_until("token", 5).await);

    let (response, _) = server.post(&format!("{generation}/cut"), "").await;
    assert_eq!(response.status(), StatusCode::NO_CONTENT);
    assert!(!cut.read_until("stream-end", 1).await);
    server.step(9);
    // The prompt and 14 tokens.
    server.status(&generation, 15).await;

    let headers = [("last-event-id", cut.last_event_id())];
    let mut back = Events::new(server.send(Method::GET, &format!("{generation}/events"), &headers, "")).await;
    assert_eq!(back.verdict, "recovered");
    assert!(back.read_until("token", 9).await);
    assert_eq!(back.text(), tokens(&text(PROMPT))[5..14].concat());

    server.finish();
    assert!(back.read_until("stream-end", 1).await);
    assert_eq!(cut.text() + &back.text(), text(PROMPT));
    assert!(back.data("prompt").is_empty());
}

#[tokio::test]
async fn two_readers_share_one_generation() {
    let server = Server::start().await;
    let generation = server.ask(PROMPT).await;
    let mut one = server.read(&generation).await;
    server.step(3);
    assert!(one.read_until("token", 3).await);
    // Comes later, and reads from the beginning all the same.
    let mut other = server.read(&generation).await;
    assert!(other.read_until("token", 3).await);
    // A generation of its own is not concerned.
    let separate = server.ask("Something else").await;
    server.finish();
    for reader in [&mut one, &mut other] {
        assert!(reader.read_until("stream-end", 1).await);
        assert_eq!(reader.text(), text(PROMPT));
    }
    assert_ne!(separate, generation);
    let mut separate = server.read(&separate).await;
    assert!(separate.read_until("stream-end", 1).await);
    assert_eq!(separate.text(), text("Something else"));
    assert_ne!(separate.text(), one.text());
}

#[tokio::test]
async fn a_generation_that_is_complete_is_not_asked_for_again() {
    let server = Server::start().await;
    let generation = server.ask(PROMPT).await;
    server.finish();
    let mut events = server.read(&generation).await;
    assert!(events.read_until("stream-end", 1).await);
    let headers = [("last-event-id", events.last_event_id())];
    let again = server.send(Method::GET, &format!("{generation}/events"), &headers, "").await.unwrap();
    assert_eq!(again.status(), StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn who_asks_for_what_is_not_there_is_told_so() {
    let server = Server::start().await;
    for path in ["/generations/none", "/generations/none/events"] {
        let (response, body) = server.get(path).await;
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
        let body: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(body["error"]["code"], "generation_not_found", "{path}");
    }
    assert_eq!(server.post("/generations/none/cut", "").await.0.status(), StatusCode::NOT_FOUND);

    for (prompt, message) in [
        (json!("x".repeat(4_001)), "a prompt of 4001 bytes exceeds the limit of 4000"),
        (json!(" \n"), "the prompt is empty"),
    ] {
        let (response, body) = server.post("/generations", json!({ "prompt": prompt }).to_string()).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST);
        let body: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(body["error"]["message"], message);
    }
}

#[tokio::test]
async fn there_are_only_so_many_generations() {
    let server = Server::start().await;
    let first = server.ask(PROMPT).await;
    for n in 1..256 {
        server.ask(&format!("question {n}")).await;
    }
    let (response, body) = server.post("/generations", json!({ "prompt": PROMPT }).to_string()).await;
    assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
    assert!(body.contains("rate_limit_exceeded"), "{body}");

    // Those that are there go on.
    server.step(256 * 1_000);
    server.status(&first, tokens(&text(PROMPT)).len() as u64 + 2).await;
}
