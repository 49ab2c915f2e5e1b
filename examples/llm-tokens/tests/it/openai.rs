//! The bytes that the clients called `openai` get.

use axum::http::{Method, StatusCode};
use example_llm_tokens::text;
use serde_json::{Value, json};

use crate::{Events, Server, tokens};

const COMPLETIONS: &str = "/v1/chat/completions";

fn request(more: &Value) -> String {
    let mut request = json!({ "model": "any", "messages": [{ "role": "user", "content": "Hello" }] });
    request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    request.to_string()
}

async fn stream(server: &Server, more: &Value) -> Events {
    let headers = [("content-type", "application/json"), ("accept", "application/json")];
    Events::new(server.send(Method::POST, COMPLETIONS, &headers, request(more))).await
}

/// The chunks of a stream that has ended, without `[DONE]`.
fn chunks(events: &Events) -> Vec<Value> {
    assert!(!events.failed, "the body was broken off");
    let mut data = events.data("message");
    assert_eq!(data.pop(), Some("[DONE]"));
    assert_eq!(events.data("message").len(), events.seen.len(), "an event that is no chunk");
    data.into_iter().map(|chunk| serde_json::from_str(chunk).unwrap()).collect()
}

fn content(chunks: &[Value]) -> String {
    chunks.iter().filter_map(|chunk| chunk["choices"][0]["delta"]["content"].as_str()).collect()
}

#[tokio::test]
async fn a_stream_is_chunks_and_done() {
    let server = Server::start().await;
    let mut events = stream(&server, &json!({ "stream": true })).await;
    server.finish();
    assert!(!events.read_until("stream-end", 1).await);
    let all = chunks(&events);
    assert_eq!(content(&all), text("Hello"));

    let finish: Vec<_> = all.iter().map(|chunk| &chunk["choices"][0]["finish_reason"]).collect();
    assert_eq!(*finish.last().unwrap(), "stop");
    assert!(finish[..finish.len() - 1].iter().all(|reason| reason.is_null()));
    assert_eq!(all[0]["choices"][0]["delta"], json!({ "role": "assistant", "content": "" }));
    assert_eq!(all.last().unwrap()["choices"][0]["delta"], json!({}));
    let (id, created) = (all[0]["id"].as_str().unwrap(), all[0]["created"].as_u64().unwrap());
    for chunk in &all {
        assert_eq!(chunk["object"], "chat.completion.chunk");
        assert_eq!((chunk["id"].as_str(), chunk["created"].as_u64()), (Some(id), Some(created)));
    }

    // One block, byte for byte: the id is that of the event in the generation.
    let status = server.status(&format!("/generations/{id}"), 0).await;
    let epoch = status["since"].as_str().unwrap().strip_suffix("-0").unwrap();
    let token = serde_json::to_string(tokens(&text("Hello"))[0]).unwrap();
    let expected = format!(
        "\n\nid: {epoch}-2\ndata: {{\"id\":\"{id}\",\"object\":\"chat.completion.chunk\",\"created\":{created},\
         \"model\":\"night-mail-1\",\"choices\":[{{\"index\":0,\"delta\":{{\"content\":{token}}},\
         \"finish_reason\":null}}]}}\n\n",
    );
    let text = String::from_utf8(events.bytes).unwrap();
    assert!(text.contains(&expected), "{expected} is not in {text}");
    assert!(text.ends_with("\n\ndata: [DONE]\n\n"));
}

#[tokio::test]
async fn a_completion_is_a_generation_that_a_page_can_read_on() {
    let server = Server::start().await;
    let mut events = stream(&server, &json!({ "stream": true })).await;
    server.step(2);
    // The role and two tokens.
    assert!(events.read_until("message", 3).await);
    let chunk: Value = serde_json::from_str(events.data("message")[0]).unwrap();
    let generation = format!("/generations/{}", chunk["id"].as_str().unwrap());
    let headers = [("last-event-id", events.last_event_id().to_owned())];
    drop(events);

    server.finish();
    let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
    let mut page = Events::new(server.send(Method::GET, &format!("{generation}/events"), &headers, "")).await;
    assert!(page.read_until("stream-end", 1).await);
    assert_eq!(page.text(), tokens(&text("Hello"))[2..].concat());
}

#[tokio::test]
async fn without_stream_it_is_one_answer() {
    let server = Server::start().await;
    server.finish();
    let (response, body) = server.post(COMPLETIONS, request(&json!({}))).await;
    assert_eq!(response.status(), StatusCode::OK);
    let body: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(body["object"], "chat.completion");
    assert_eq!(
        body["choices"][0]["message"],
        json!({ "role": "assistant", "content": text("Hello"), "refusal": null })
    );
    assert_eq!(body["choices"][0]["finish_reason"], "stop");
    let count = tokens(&text("Hello")).len();
    let usage = json!({ "prompt_tokens": 1, "completion_tokens": count, "total_tokens": count + 1 });
    assert_eq!(body["usage"], usage);
}

#[tokio::test]
async fn it_says_no_more_than_it_may() {
    let server = Server::start().await;
    server.finish();
    for name in ["max_tokens", "max_completion_tokens"] {
        let mut events = stream(&server, &json!({ "stream": true, name: 4 })).await;
        assert!(!events.read_until("stream-end", 1).await);
        let all = chunks(&events);
        assert_eq!(content(&all), tokens(&text("Hello"))[..4].concat());
        assert_eq!(all.last().unwrap()["choices"][0]["finish_reason"], "length");
    }
}

#[tokio::test]
async fn the_last_message_of_the_user_is_the_prompt() {
    let server = Server::start().await;
    server.finish();
    let messages = json!([
        { "role": "user", "content": "not this" },
        { "role": "user", "content": [{ "type": "text", "text": "He" }, { "type": "text", "text": "llo" }] },
        { "role": "assistant", "content": null, "tool_calls": [] },
    ]);
    let (_, body) = server.post(COMPLETIONS, request(&json!({ "messages": messages }))).await;
    let body: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(body["choices"][0]["message"]["content"], text("Hello"));
}

#[tokio::test]
async fn a_completion_that_is_cut_off_is_not_taken_for_a_whole_one() {
    let server = Server::start().await;
    let mut events = stream(&server, &json!({ "stream": true })).await;
    server.step(2);
    assert!(events.read_until("message", 3).await);
    let chunk: Value = serde_json::from_str(events.data("message")[0]).unwrap();
    server.post(&format!("/generations/{}/cut", chunk["id"].as_str().unwrap()), "").await;
    assert!(!events.read_until("message", 1_000).await);
    assert!(events.failed, "the body ends as if it were complete");
}

#[tokio::test]
async fn bad_input_is_told_in_the_words_of_the_api() {
    let server = Server::start().await;
    let deep = format!("{{\"messages\":[{{\"role\":\"user\",\"content\":{}", "[".repeat(10_000));
    for (body, status, message) in [
        ("", 400, "Failed to parse the request body as JSON"),
        ("{", 400, "Failed to parse the request body as JSON"),
        (deep.as_str(), 400, "recursion limit exceeded"),
        ("{}", 400, "missing field `messages`"),
        (r#"{"messages":[]}"#, 400, "there is no message of a user"),
        (r#"{"messages":[{"role":"user"}]}"#, 400, "there is no message of a user"),
        (r#"{"messages":[{"role":"user","content":7}]}"#, 400, "messages[0].content"),
        (r#"{"messages":[{"role":"user","content":""}]}"#, 400, "the prompt is empty"),
        (&request(&json!({ "stream": "yes" })), 400, "stream: invalid type"),
        (&request(&json!({ "max_tokens": -1 })), 400, "max_tokens: invalid value"),
        (&request(&json!({ "max_tokens": 0 })), 400, "at least one token must be allowed"),
        (&request(&json!({ "user": "x".repeat(70_000) })), 413, "length limit exceeded"),
        (
            &request(&json!({ "messages": [{ "role": "user", "content": "x".repeat(5_000) }] })),
            400,
            "a prompt of 5000 bytes exceeds the limit of 4000",
        ),
    ] {
        let (response, answer) = server.post(COMPLETIONS, body.to_owned()).await;
        assert_eq!(response.status(), status, "{answer}");
        assert_eq!(response.headers()["content-type"], "application/json", "{answer}");
        let error = &serde_json::from_str::<Value>(&answer).unwrap()["error"];
        assert!(error["message"].as_str().unwrap().contains(message), "{message:?} is not in {answer}");
        assert_eq!(error["type"], "invalid_request_error");
        assert!(error.as_object().unwrap().contains_key("param") && error.as_object().unwrap().contains_key("code"));
    }
    let headers = [("content-type", "text/plain")];
    let (response, body) = Server::whole(server.send(Method::POST, COMPLETIONS, &headers, request(&json!({})))).await;
    assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{body}");
    assert_eq!(server.get(COMPLETIONS).await.0.status(), StatusCode::METHOD_NOT_ALLOWED);
}
