//! Everything that goes wrong with connections, at once: `tests/faults`.

use std::process::ExitCode;

use crate::command::{Command, Tally};
use crate::tools;

/// How long it takes unless somebody says otherwise, in seconds.
const SOAK: &str = "600";

/// `cargo xtask soak [SECONDS]`: a thousand clients that check every event, in a release build.
pub(crate) fn soak(arguments: &[String]) -> ExitCode {
    let seconds = match arguments {
        [] => SOAK,
        [seconds] if seconds.parse::<u32>().is_ok() => seconds,
        _ => {
            eprintln!("usage: cargo xtask soak [SECONDS]");
            return ExitCode::from(2);
        }
    };
    if let Err(error) = tools::packages(&[("ip", "iproute2")]) {
        eprintln!("{error}");
        return ExitCode::FAILURE;
    }
    let run = format!("cargo run --release --quiet --package faults -- run --seconds {seconds}");
    let soaked = Command::new(&format!("{run} --clients 1000 --rate 50 --kills 3")).succeeds();
    if soaked { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The same in half a minute, with fewer.
pub(crate) fn short() -> Tally {
    Command::new("cargo run --quiet --package faults -- run --seconds 20 --clients 200 --rate 20 --kills 2").check()
}
