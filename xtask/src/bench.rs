//! What ours costs, beside what others cost: `bench/` is a workspace of its own.

use std::process::ExitCode;

use crate::command::Command;
use crate::tools;

/// Builds the benchmark and runs it; the arguments are its own.
pub(crate) fn main(arguments: &[String]) -> ExitCode {
    if arguments.first().is_some_and(|what| what == "instructions")
        && let Err(error) = tools::packages(&[("valgrind", "valgrind")])
    {
        eprintln!("{error}");
        return ExitCode::FAILURE;
    }
    let line = format!("cargo run --release --quiet --manifest-path bench/Cargo.toml -- {}", arguments.join(" "));
    if Command::new(&line).succeeds() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
