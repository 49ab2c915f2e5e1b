//! `cargo xtask conformance FILE...`: runs vectors through the decoder and the encoder.
//!
//! The formats are described beside the vectors, in `sse-core/conformance/vectors/README.md`.

mod chunks;
mod decoder;
mod each;
mod encoder;
mod generated;
#[cfg(test)]
mod tests;

use std::fs::File;
use std::io::Read;
use std::process::ExitCode;

use serde::Deserialize;
use serde_json::Value;

pub(crate) use self::generated::main as generated;
use crate::command::{Command, Tally};

/// One vector, of any of the formats. Its keys tell which.
#[derive(Debug)]
struct Vector {
    name: String,
    case: Case,
}

#[derive(Debug)]
enum Case {
    Decoder(decoder::Case),
    Eager(decoder::EagerCase),
    Encoder(encoder::Case),
}

pub(crate) fn main(files: &[String]) -> ExitCode {
    if cfg!(debug_assertions) {
        return optimised(&format!("conformance {}", files.join(" ")));
    }
    let mut vectors = Vec::new();
    for file in files {
        // All files are read before any vector runs, so that a summary is always one of all of them.
        match load(file) {
            Ok(more) => vectors.extend(more),
            Err(error) => {
                eprintln!("{file}: {error}");
                return ExitCode::FAILURE;
            }
        }
    }
    let mut tally = Tally::default();
    for vector in &vectors {
        tally += vector.check();
    }
    finish(tally)
}

/// Runs the command line in an optimised xtask: that takes a tenth of the time.
fn optimised(line: &str) -> ExitCode {
    let line = format!("cargo run --release --quiet --package xtask -- {line}");
    if Command::new(&line).succeeds() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Says how many passed.
fn finish(tally: Tally) -> ExitCode {
    println!("{tally}");
    if tally.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn load(file: &str) -> Result<Vec<Vector>, String> {
    parse(File::open(file).map_err(|error| error.to_string())?)
}

fn parse(json: impl Read) -> Result<Vec<Vector>, String> {
    let mut vectors = Vec::new();
    each::element(json, |vector| {
        let at = vectors.len();
        vectors.push(Vector::new(vector).map_err(|error| format!("vector {at}: {error}")));
    })?;
    vectors.into_iter().collect()
}

impl Vector {
    fn new(vector: Value) -> Result<Self, String> {
        let name = vector.get("name").and_then(Value::as_str).ok_or("it has no name")?.to_owned();
        let has = |keys: [&str; 2]| keys.iter().all(|key| vector.get(key).is_some());
        let case = if has(["input_base64", "events"]) {
            Case::Decoder(read(vector)?)
        } else if has(["chunks", "total"]) {
            Case::Eager(read(vector)?)
        } else if has(["items", "expect"]) {
            Case::Encoder(read(vector)?)
        } else {
            return Err(format!("`{name}` is of no known format"));
        };
        Ok(Self { name, case })
    }

    /// Runs it, and names it if it fails.
    fn check(&self) -> Tally {
        let outcome = self.run();
        if let Err(difference) = &outcome {
            println!("FAILED {}: {difference}", self.name);
        }
        Tally::one(outcome.is_ok())
    }

    /// # Errors
    ///
    /// What differed.
    fn run(&self) -> Result<(), String> {
        match &self.case {
            Case::Decoder(case) => case.run(&self.name),
            Case::Eager(case) => case.run(),
            Case::Encoder(case) => case.run(),
        }
    }
}

fn read<T: for<'a> Deserialize<'a>>(vector: Value) -> Result<T, String> {
    serde_json::from_value(vector).map_err(|error| error.to_string())
}

/// Bytes that JSON carries as base64.
#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
struct Bytes(Vec<u8>);

impl TryFrom<String> for Bytes {
    type Error = base64::DecodeError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        use base64::Engine as _;
        base64::prelude::BASE64_STANDARD.decode(text).map(Self)
    }
}
