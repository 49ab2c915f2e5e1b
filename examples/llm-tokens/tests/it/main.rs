//! Generations over real connections. No time is waited for: each test lets the model say as much as it wants to read.
#![expect(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by panicking")]

mod openai;
mod page;

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, Request, Response, StatusCode};
use example_llm_tokens::{Options, Pace, app};
use http_body_util::BodyExt as _;
use hyper_util::client::legacy::{Client, ResponseFuture};
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use sse_core::{DecodedEvent, Decoder};
use sse_tower::serve;
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// Whatever takes longer does not come.
const PATIENCE: Duration = Duration::from_mins(1);

struct Server {
    origin: String,
    /// How many tokens the model may say.
    steps: Arc<Semaphore>,
}

impl Server {
    async fn start() -> Self {
        let steps = Arc::new(Semaphore::new(0));
        let options = Options { pace: Pace::Steps(Arc::clone(&steps)), ..Options::default() };
        let listener = serve::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(axum::serve(listener, app(&options)).into_future());
        Self { origin, steps }
    }

    /// Lets the model say so many tokens more.
    fn step(&self, tokens: usize) {
        self.steps.add_permits(tokens);
    }

    /// Lets it say all that it has to say.
    fn finish(&self) {
        self.step(10_000);
    }

    fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> ResponseFuture {
        let request = Request::builder().method(method).uri(format!("{}{path}", self.origin));
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        Client::builder(TokioExecutor::new()).build_http().request(request.body(body.into()).unwrap())
    }

    async fn whole(response: ResponseFuture) -> (Response<()>, String) {
        let (parts, body) = timeout(PATIENCE, response).await.expect("no answer").unwrap().into_parts();
        let bytes = timeout(PATIENCE, body.collect()).await.expect("no end").unwrap().to_bytes();
        (Response::from_parts(parts, ()), String::from_utf8(bytes.to_vec()).unwrap())
    }

    async fn get(&self, path: &str) -> (Response<()>, String) {
        Self::whole(self.send(Method::GET, path, &[], "")).await
    }

    async fn post(&self, path: &str, body: impl Into<Body>) -> (Response<()>, String) {
        Self::whole(self.send(Method::POST, path, &[("content-type", "application/json")], body)).await
    }

    /// Begins a generation and gives its path.
    async fn ask(&self, prompt: &str) -> String {
        let (response, body) = self.post("/generations", json!({ "prompt": prompt }).to_string()).await;
        assert_eq!(response.status(), StatusCode::CREATED, "{body}");
        let started: Value = serde_json::from_str(&body).unwrap();
        format!("/generations/{}", started["id"].as_str().unwrap())
    }

    /// How far a generation is, once it has so many events.
    async fn status(&self, generation: &str, events: u64) -> Value {
        let reached = async {
            loop {
                let status: Value = serde_json::from_str(&self.get(generation).await.1).unwrap();
                if status["events"].as_u64().unwrap() >= events {
                    return status;
                }
                tokio::task::yield_now().await;
            }
        };
        timeout(PATIENCE, reached).await.expect("it does not go on")
    }

    /// Reads a generation from the beginning.
    async fn read(&self, generation: &str) -> Events {
        let since = self.status(generation, 0).await["since"].as_str().unwrap().to_owned();
        let events = format!("{generation}/events?lastEventId={since}");
        Events::new(self.send(Method::GET, &events, &[], "")).await
    }
}

/// An open event stream, and what came on it.
struct Events {
    body: Body,
    verdict: String,
    decoder: Decoder,
    bytes: Vec<u8>,
    seen: Vec<DecodedEvent>,
    /// The body was broken off, and did not come to its end.
    failed: bool,
}

impl Events {
    async fn new(response: ResponseFuture) -> Self {
        let response = timeout(PATIENCE, response).await.expect("no answer").unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        let verdict = response.headers()["sse-resume"].to_str().unwrap().to_owned();
        let body = Body::new(response.into_body());
        Self { body, verdict, decoder: Decoder::new(), bytes: Vec::new(), seen: Vec::new(), failed: false }
    }

    /// Reads on until there are so many events of this name. Says whether there are, or the stream ended, or failed, before.
    async fn read_until(&mut self, name: &str, count: usize) -> bool {
        while self.data(name).len() < count {
            let Some(frame) = timeout(PATIENCE, self.body.frame()).await.expect("waited in vain") else {
                return false;
            };
            let Ok(frame) = frame else {
                self.failed = true;
                return false;
            };
            if let Ok(data) = frame.into_data() {
                self.bytes.extend_from_slice(&data);
                let mut input = &data[..];
                while let Some(event) = self.decoder.decode(&mut input).unwrap() {
                    self.seen.push(event);
                }
            }
        }
        true
    }

    /// The payloads of the events of this name.
    fn data(&self, name: &str) -> Vec<&str> {
        self.seen.iter().filter(|event| event.name.as_str() == name).map(|event| event.data.as_str()).collect()
    }

    /// The text of the tokens so far.
    fn text(&self) -> String {
        self.data("token").into_iter().map(|token| serde_json::from_str::<String>(token).unwrap()).collect()
    }

    fn last_event_id(&self) -> &str {
        self.decoder.last_event_id()
    }
}

/// The words of a text as the model says them.
fn tokens(text: &str) -> Vec<&str> {
    text.split_inclusive(' ').collect()
}
