//! A client from npm or `PyPI`, in a process of its own or on a page in Chromium.

use std::collections::VecDeque;
use std::path::Path;
use std::process::Stdio;

use axum::Router;
use axum::extract;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use serde_json::Value;
use system_tests::{Browser, LONG, Proxy, Which};
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

use crate::report::Received;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/polyfills");

/// The page on which clients run, and what it loads.
pub(crate) fn files() -> Router {
    Router::new().route("/polyfills/{*file}", get(file))
}

async fn file(extract::Path(mut file): extract::Path<String>) -> Response {
    let media_type = match Path::new(&file).extension() {
        Some(extension) if extension == "html" => "text/html",
        Some(_) => "text/javascript",
        // A package names the modules beside one so.
        None => {
            file.push_str(".js");
            "text/javascript"
        }
    };
    match tokio::fs::read(Path::new(FOLDER).join(&file)).await {
        Ok(content) => ([(CONTENT_TYPE, media_type)], content).into_response(),
        Err(error) => (StatusCode::NOT_FOUND, format!("{file}: {error}")).into_response(),
    }
}

/// Whether the client sends its id in the query instead of the header.
pub(crate) fn by_query(name: &str) -> bool {
    name.starts_with("event-source-polyfill")
}

/// Where a client runs.
pub(crate) enum Host {
    Process,
    Chromium(Box<Browser>),
}

impl Host {
    pub(crate) async fn chromium() -> Self {
        Self::Chromium(Box::new(Browser::launch(Which::Chromium).await))
    }

    /// Starts the client of this name, which opens the event stream at `target`.
    pub(crate) async fn start(&mut self, name: &str, proxy: &Proxy, target: &str) -> Client<'_> {
        let from = match self {
            Self::Process => process(name, &proxy.url(target)),
            Self::Chromium(browser) => {
                let target = target.replace('%', "%25").replace('?', "%3F").replace('&', "%26");
                browser.open(&proxy.url(&format!("/polyfills/page.html?client={name}&url={target}"))).await;
                From::Page { browser, taken: 0 }
            }
        };
        Client { name: name.to_owned(), from, reports: VecDeque::new(), blanks: 0, newest: None }
    }

    pub(crate) async fn close(self) {
        if let Self::Chromium(browser) = self {
            browser.close().await;
        }
    }
}

fn process(name: &str, url: &str) -> From<'static> {
    let mut command = if name == "httpx-sse" {
        let mut python = Command::new(format!("{FOLDER}/.venv/bin/python"));
        python.arg(format!("{FOLDER}/httpx_client.py"));
        python
    } else {
        let mut node = Command::new("node");
        node.arg(format!("{FOLDER}/node.mjs")).arg(name);
        node
    };
    command.arg(url).stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
    let mut process = command.spawn().unwrap_or_else(|error| {
        panic!("{command:?}: {error}; `cargo xtask test` installs what is missing in {FOLDER}")
    });
    let lines = BufReader::new(process.stdout.take().unwrap()).lines();
    From::Process { _process: Box::new(process), lines: Box::new(lines) }
}

/// A client until it is dropped; one on a page, until the page is another.
pub(crate) struct Client<'a> {
    name: String,
    from: From<'a>,
    reports: VecDeque<Value>,
    blanks: usize,
    newest: Option<Received>,
}

enum From<'a> {
    Process {
        _process: Box<Child>,
        lines: Box<Lines<BufReader<ChildStdout>>>,
    },
    Page {
        browser: &'a mut Browser,
        /// How many reports of the page were read.
        taken: usize,
    },
}

/// What a client reports.
#[derive(Debug)]
enum Told {
    Event(Received),
    /// It will not come back.
    Closed,
}

impl Client<'_> {
    /// How often it was handed something as an event that is none.
    pub(crate) const fn blanks(&self) -> usize {
        self.blanks
    }

    /// The next thing that it is told is this event.
    pub(crate) async fn expect(&mut self, expected: &Received) {
        let event = self.event().await;
        assert_eq!(event, *expected, "{}", self.name);
    }

    /// The next thing that it is told is this control event, whose data begins so.
    pub(crate) async fn control(&mut self, name: &str, data: &str) {
        let event = self.event().await;
        assert!(event.name == name && event.data.starts_with(data), "{}: {event:?} is no {name} {data}", self.name);
    }

    pub(crate) async fn event(&mut self) -> Received {
        match self.next().await {
            Told::Event(event) => event,
            told @ Told::Closed => panic!("{}: {told:?}", self.name),
        }
    }

    pub(crate) async fn closed(&mut self) {
        let told = self.next().await;
        assert!(matches!(told, Told::Closed), "{}: {told:?}", self.name);
    }

    async fn next(&mut self) -> Told {
        loop {
            let report = timeout(LONG, self.report()).await;
            let report =
                report.unwrap_or_else(|_| panic!("{}: nothing within {LONG:?} behind {:?}", self.name, self.newest));
            match report[0].as_str() {
                Some("event") => {
                    let [name, id, data] = [1, 2, 3].map(|n| report[n].as_str().map(str::to_owned).unwrap());
                    let event = Received::from([name, id, data]);
                    self.newest = Some(event.clone());
                    return Told::Event(event);
                }
                Some("blank") => self.blanks += 1,
                Some("closed") => return Told::Closed,
                _ => panic!("{}: {report}", self.name),
            }
        }
    }

    async fn report(&mut self) -> Value {
        match &mut self.from {
            From::Process { lines, .. } => {
                let line = lines.next_line().await.unwrap();
                serde_json::from_str(&line.unwrap_or_else(|| panic!("{} has gone", self.name))).unwrap()
            }
            From::Page { browser, taken } => {
                if self.reports.is_empty() {
                    let new = browser.wait(&format!("reports.length > {taken} && reports.slice({taken})")).await;
                    self.reports.extend(new.as_array().unwrap().iter().cloned());
                    *taken += self.reports.len();
                }
                self.reports.pop_front().unwrap()
            }
        }
    }
}
