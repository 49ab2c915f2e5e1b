//! The examples with a page, and what follows from their streams. A user's own xtask has the same lines.

use std::process::ExitCode;

use example_chat::Chat;
use example_llm_tokens::Generation;
use example_per_user::Inbox;
use example_server_stats::ServerEvent;
use example_smart_home::Device;
use example_stock_prices::Price;
use example_two_origins::GuestBook;
use sse_core::codegen::{Cli, Emit};
use sse_core::schema::SseSchema;

use crate::command::root;

/// An example, and the stream of its page.
pub(crate) struct Example {
    /// Its folder.
    pub(crate) name: &'static str,
    path: &'static str,
    add: fn(Cli, &str) -> Cli,
}

impl Example {
    const fn of<E: SseSchema>(name: &'static str, path: &'static str) -> Self {
        Self { name, path, add: |cli, path| cli.stream::<E>(path) }
    }

    /// The command line of its one stream.
    pub(crate) fn cli(&self) -> Cli {
        let out = format!("examples/{}/web/sse", self.name);
        let cli = Cli::new(env!("CARGO_MANIFEST_DIR")).default_out(out).default_emit(Emit::Js);
        (self.add)(cli, self.path)
    }

    /// The folder of its committed schema.
    pub(crate) fn schemas(&self) -> String {
        format!("examples/{}/schemas", self.name)
    }
}

pub(crate) const EXAMPLES: &[Example] = &[
    Example::of::<Chat>("chat", "/events"),
    Example::of::<Generation>("llm-tokens", "/generations/{id}/events"),
    Example::of::<Inbox>("per-user", "/events"),
    Example::of::<ServerEvent>("server-stats", "/events"),
    Example::of::<Device>("smart-home", "/events"),
    Example::of::<Price>("stock-prices", "/prices"),
    Example::of::<GuestBook>("two-origins", "/events"),
];

/// `cargo xtask VERB [EXAMPLE] [OPTION]...`: does for one example, or for each of them, what a user's own xtask does for
/// its streams, as [`Cli`] documents it.
///
/// `schema` writes what is committed, and `schema EXAMPLE` prints what `cargo xtask watch --schema` takes.
pub(crate) fn main(arguments: &[String]) -> ExitCode {
    if let [verb, name, options @ ..] = arguments
        && !name.starts_with('-')
    {
        let Some(example) = EXAMPLES.iter().find(|example| example.name == name) else {
            let known = EXAMPLES.iter().map(|example| example.name).collect::<Vec<_>>().join(" ");
            eprintln!("there is no example `{name}` with a schema; there are: {known}");
            return ExitCode::from(2);
        };
        let cli = if verb == "schema" { example.cli() } else { example.cli().default_schemas(example.schemas()) };
        return cli.run_args([verb].into_iter().chain(options));
    }
    let is_file = |argument: &String| root().join(argument.trim_start_matches("--base=")).is_file();
    if arguments.first().is_some_and(|verb| verb == "compat") && arguments.iter().any(is_file) {
        eprintln!("a file is the schema of one example: `cargo xtask compat EXAMPLE --base FILE`");
        return ExitCode::from(2);
    }
    // All of them, whatever became of those before, unless that would be the same for all.
    let (unusable, help) = (ExitCode::from(1), arguments.iter().any(|argument| argument == "--help"));
    let mut worst = ExitCode::SUCCESS;
    for example in EXAMPLES {
        let code = example.cli().default_schemas(example.schemas()).run_args(arguments);
        if worst == ExitCode::SUCCESS {
            worst = code;
        }
        if code == unusable || help {
            break;
        }
    }
    worst
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn every_example_with_a_typed_client_is_here() {
        let folders = fs::read_dir(root().join("examples")).expect("examples").map(|folder| folder.expect("a folder"));
        // One of them is a workspace with an xtask of its own.
        let with_client =
            folders.filter(|folder| folder.path().join("web/sse").exists() && !folder.path().join("xtask").exists());
        let mut names: Vec<_> = with_client.map(|folder| folder.file_name().into_string().expect("UTF-8")).collect();
        names.sort();
        assert_eq!(EXAMPLES.iter().map(|example| example.name).collect::<Vec<_>>(), names);
    }
}
