//! The typed clients of the examples. A user's own xtask has the same lines.

use std::iter;
use std::process::ExitCode;

use example_llm_tokens::Generation;
use example_server_stats::ServerEvent;
use sse_core::codegen::{Cli, Emit};

/// `cargo xtask typings [--check] …`, as [`Cli`] documents it, for each example.
pub(crate) fn main(arguments: Vec<String>) -> ExitCode {
    let examples = [
        Cli::new(env!("CARGO_MANIFEST_DIR"))
            .stream::<ServerEvent>("/events")
            .default_out("examples/server-stats/web/sse"),
        Cli::new(env!("CARGO_MANIFEST_DIR"))
            .stream::<Generation>("/generations/{id}/events")
            .default_out("examples/llm-tokens/web/sse"),
    ];
    // All of them, whatever became of those before.
    iter::zip(examples, iter::repeat(arguments))
        .map(|(example, arguments)| example.default_emit(Emit::Js).run_args(arguments))
        .fold(ExitCode::SUCCESS, |worst, code| if worst == ExitCode::SUCCESS { code } else { worst })
}
