//! The main job, to look at.

use std::process::ExitCode;

use crate::command::Command;

/// Builds and starts the server monitor, which prints its address.
pub(crate) fn main(arguments: &[String]) -> ExitCode {
    let line = format!("cargo run --quiet --package example-server-stats -- {}", arguments.join(" "));
    println!("building the server monitor; it prints its address when it is up");
    if Command::new(&line).succeeds() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
