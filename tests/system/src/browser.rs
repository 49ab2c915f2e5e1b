//! A real browser with one page, through `browser/drive.mjs`.

use std::fmt;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::time::timeout;

use crate::wait::LONG;

/// A kind of browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    Chromium,
    Firefox,
}

impl fmt::Display for Which {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Chromium => "chromium",
            Self::Firefox => "firefox",
        })
    }
}

/// A browser and its page. When it is dropped, the driver's input ends, and with it the browser.
#[derive(Debug)]
pub struct Browser {
    driver: Child,
    commands: Option<ChildStdin>,
    answers: Lines<BufReader<ChildStdout>>,
    /// What it calls itself.
    pub version: String,
}

/// More than the driver takes for any command, so that it is the driver that says what went wrong.
const ANSWER: Duration = LONG.saturating_add(Duration::from_secs(30));

impl Browser {
    pub async fn launch(which: Which) -> Self {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/browser");
        assert!(
            Path::new(folder).join("node_modules").is_dir(),
            "the driver's packages are missing: run `npm ci` in {folder}"
        );
        let mut driver = Command::new("node")
            .arg(format!("{folder}/drive.mjs"))
            .args(["--browser", &which.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("node");
        let answers = BufReader::new(driver.stdout.take().unwrap()).lines();
        let mut browser = Self { commands: driver.stdin.take(), driver, answers, version: String::new() };
        browser.answer("launch").await.as_str().unwrap_or_default().clone_into(&mut browser.version);
        browser
    }

    /// Opens a page, and waits until its document is there.
    pub async fn open(&mut self, url: &str) {
        self.command(&json!({ "open": url })).await;
    }

    /// Opens a page in the tab of this number, beside the first one.
    pub async fn open_tab(&mut self, tab: usize, url: &str) {
        self.command(&json!({ "open": url, "tab": tab })).await;
    }

    /// The value of an expression in a tab.
    pub async fn evaluate_tab(&mut self, tab: usize, expression: &str) -> Value {
        self.command(&json!({ "evaluate": expression, "tab": tab })).await
    }

    /// The first value of the expression in a tab that is truthy.
    pub async fn wait_tab(&mut self, tab: usize, expression: &str) -> Value {
        self.command(&json!({ "wait": expression, "tab": tab, "timeoutMs": LONG.as_secs() * 1_000 })).await
    }

    /// Closes a tab, as its user does.
    pub async fn close_tab(&mut self, tab: usize) {
        self.command(&json!({ "closeTab": tab })).await;
    }

    /// Loads the page anew, and waits until its document is there.
    pub async fn reload(&mut self) {
        self.command(&json!({ "reload": true })).await;
    }

    /// The value of an expression on the page; of a promise, what it is settled with.
    pub async fn evaluate(&mut self, expression: &str) -> Value {
        self.command(&json!({ "evaluate": expression })).await
    }

    /// The first value of the expression that is truthy.
    pub async fn wait(&mut self, expression: &str) -> Value {
        self.command(&json!({ "wait": expression, "timeoutMs": LONG.as_secs() * 1_000 })).await
    }

    /// Writes what a window of this size shows.
    pub async fn screenshot(&mut self, file: &Path, (width, height): (u32, u32), scheme: &str) {
        self.command(&json!({ "screenshot": file, "width": width, "height": height, "scheme": scheme })).await;
    }

    /// Ends the browser and waits until it has gone.
    pub async fn close(mut self) {
        drop(self.commands.take());
        timeout(LONG, self.driver.wait()).await.expect("the driver goes").unwrap();
    }

    async fn command(&mut self, command: &Value) -> Value {
        let line = format!("{command}\n");
        self.commands.as_mut().unwrap().write_all(line.as_bytes()).await.unwrap();
        self.answer(&line).await
    }

    async fn answer(&mut self, command: &str) -> Value {
        let line = timeout(ANSWER, self.answers.next_line()).await.expect(command).unwrap();
        let line = line.unwrap_or_else(|| panic!("the driver has gone: {command}"));
        match serde_json::from_str(&line).unwrap() {
            Value::Object(mut answer) if answer.contains_key("ok") => answer["ok"].take(),
            answer => panic!("{command}: {answer}"),
        }
    }
}
