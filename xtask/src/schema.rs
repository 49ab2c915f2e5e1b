//! The JSON Schema of the examples' streams. A user's own xtask has the same lines.

use std::process::ExitCode;

use example_llm_tokens::Generation;
use example_server_stats::ServerEvent;
use sse_core::schema::{canonical_text, event_view};

/// `cargo xtask schema NAME`: prints the event view, for `cargo xtask watch --schema`.
pub(crate) fn main(name: &str) -> ExitCode {
    let view = match name {
        "server-stats" => event_view::<ServerEvent>(),
        "llm-tokens" => event_view::<Generation>(),
        _ => {
            eprintln!("there is no example `{name}` with a schema; there are: server-stats llm-tokens");
            return ExitCode::from(2);
        }
    };
    match view {
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
