//! The JSON Schema of the examples' streams.

use std::process::ExitCode;

use sse_core::schema::canonical_text;

use crate::typings::EXAMPLES;

/// `cargo xtask schema NAME`: prints the event view, for `cargo xtask watch --schema`.
pub(crate) fn main(name: &str) -> ExitCode {
    let Some(example) = EXAMPLES.iter().find(|example| example.name == name) else {
        let known = EXAMPLES.iter().map(|example| example.name).collect::<Vec<_>>().join(" ");
        eprintln!("there is no example `{name}` with a schema; there are: {known}");
        return ExitCode::from(2);
    };
    match (example.view)() {
        Ok(view) => {
            print!("{}", canonical_text(view));
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
