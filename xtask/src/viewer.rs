//! Event streams on a terminal: the program in `viewer/`, which is a crate of its own because it builds for longer.

use std::process::{Command, ExitCode};

use crate::command::root;

/// `cargo xtask watch`, `decode` and `encode`: the arguments, the input and the output are the program's.
pub(crate) fn main(arguments: &[String]) -> ExitCode {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["run", "--quiet", "--package", "viewer", "--manifest-path"]).arg(root().join("Cargo.toml"));
    match command.arg("--").args(arguments).status() {
        Ok(status) => status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from),
        Err(error) => {
            eprintln!("the viewer cannot be run: {error}");
            ExitCode::FAILURE
        }
    }
}
