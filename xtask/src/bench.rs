//! What ours costs, beside what others cost: `bench/` is a workspace of its own.

use std::process::ExitCode;

use crate::command::Command;

/// Builds the benchmark and runs it; the arguments are its own.
pub(crate) fn main(arguments: &[String]) -> ExitCode {
    let line = format!("cargo run --release --quiet --manifest-path bench/Cargo.toml -- {}", arguments.join(" "));
    if Command::new(&line).succeeds() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
