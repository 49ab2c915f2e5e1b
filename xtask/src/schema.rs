//! What follows from the streams of the examples, besides their typed clients.

use std::process::ExitCode;

use crate::typings::EXAMPLES;

/// `cargo xtask VERB NAME [OPTION]...`: does for one example what a user's own xtask does for all its streams.
///
/// `schema NAME` is what `cargo xtask watch --schema` takes.
pub(crate) fn main(verb: &str, name: &str, options: &[String]) -> ExitCode {
    let Some(example) = EXAMPLES.iter().find(|example| example.name == name) else {
        let known = EXAMPLES.iter().map(|example| example.name).collect::<Vec<_>>().join(" ");
        eprintln!("there is no example `{name}` with a schema; there are: {known}");
        return ExitCode::from(2);
    };
    let arguments = [verb.to_owned()].into_iter().chain(options.iter().cloned());
    example.cli().run_args(arguments)
}
