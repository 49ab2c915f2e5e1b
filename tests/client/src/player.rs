//! The server that plays the connection cases, in Node.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Empty};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::case::Case;

/// The server, until it is dropped.
#[derive(Debug)]
pub struct Player {
    origins: Origins,
    _process: Child,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
struct Origins {
    a: String,
    b: String,
}

/// What the server has seen of a case.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Report {
    #[serde(rename = "reqs")]
    pub requests: Vec<Seen>,
    /// How many connections are open.
    pub open: usize,
}

/// A request that the server has seen.
#[derive(Clone, Debug, Deserialize)]
pub struct Seen {
    pub method: String,
    pub path: String,
    /// In lower case; a character of a value is a byte.
    pub headers: BTreeMap<String, String>,
    /// When it came, in milliseconds.
    pub t: u64,
    /// When its answer ended.
    pub ended: Option<u64>,
}

impl Seen {
    /// `Last-Event-ID`, read as UTF-8.
    pub fn last_event_id(&self) -> Option<String> {
        let value = self.headers.get("last-event-id")?;
        let bytes = value.chars().map(|byte| u8::try_from(byte).unwrap()).collect();
        Some(String::from_utf8(bytes).unwrap())
    }
}

impl Player {
    /// Starts the server.
    pub async fn new() -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sse-core/conformance/connection/server.mjs");
        let mut command = Command::new("node");
        command.arg(script).stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut process = command.spawn().expect("Node can be run");
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).await.unwrap();
        Self { origins: serde_json::from_str(&line).expect("the server says where it is"), _process: process }
    }

    /// The origin that is not the one of the cases.
    pub fn other_origin(&self) -> &str {
        &self.origins.b
    }

    pub async fn cases(&self) -> Vec<Case> {
        self.get("/cases").await
    }

    /// What the server has seen of this case.
    pub async fn report(&self, case: &Case) -> Report {
        let (_, id) = case.url.split_once("?s=").unwrap();
        self.get(&format!("/report?s={id}")).await
    }

    async fn get<T: DeserializeOwned>(&self, target: &str) -> T {
        let client = Client::builder(TokioExecutor::new()).build_http::<Empty<Bytes>>();
        let response = client.get(format!("{}{target}", self.origins.a).parse().unwrap()).await.unwrap();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        serde_json::from_slice(&body).unwrap()
    }
}
