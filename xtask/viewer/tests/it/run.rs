//! The program, started.

use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

/// The program with these arguments, without a terminal.
pub(crate) fn viewer(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_viewer"));
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    command
}

/// What it has written.
#[derive(Debug)]
pub(crate) struct Output {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Output {
    /// The JSON lines, without their times, which must be there.
    pub(crate) fn lines(&self) -> Vec<Value> {
        let lines = self.stdout.lines().map(|line| {
            let mut line: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
            assert!(line.as_object_mut().unwrap().remove("time").is_some(), "{line}");
            line
        });
        lines.collect()
    }
}

/// Runs it to its end, with this on standard input.
pub(crate) async fn run(arguments: &[&str], input: &[u8]) -> Output {
    finish(viewer(arguments), input).await
}

pub(crate) async fn finish(mut command: Command, input: &[u8]) -> Output {
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let write = async move {
        // A program that has seen enough does not read it all.
        drop(stdin.write_all(input).await);
    };
    let both = async { tokio::join!(write, child.wait_with_output()).1.unwrap() };
    let output = tokio::time::timeout(Duration::from_mins(1), both).await.expect("it ends");
    Output {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}
