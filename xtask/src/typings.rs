//! The typed clients of the examples. A user's own xtask has the same lines.

use std::process::ExitCode;

use example_server_stats::ServerEvent;
use sse_core::codegen::{Cli, Emit};

/// `cargo xtask typings [--check] …`, as [`Cli`] documents it.
pub(crate) fn main(arguments: Vec<String>) -> ExitCode {
    Cli::new(env!("CARGO_MANIFEST_DIR"))
        .stream::<ServerEvent>("/events")
        .default_out("examples/server-stats/web/sse")
        .default_emit(Emit::Js)
        .run_args(arguments)
}
