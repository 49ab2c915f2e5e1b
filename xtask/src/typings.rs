//! The typed clients of the examples. A user's own xtask has the same lines.

use std::iter;
use std::process::ExitCode;

use example_chat::Chat;
use example_llm_tokens::Generation;
use example_per_user::Inbox;
use example_server_stats::ServerEvent;
use example_smart_home::Device;
use example_stock_prices::Price;
use example_two_origins::GuestBook;
use sse_core::codegen::{Cli, Emit};

/// `cargo xtask typings [--check] …`, as [`Cli`] documents it, for each example.
pub(crate) fn main(arguments: Vec<String>) -> ExitCode {
    let cli = || Cli::new(env!("CARGO_MANIFEST_DIR"));
    let examples = [
        cli().stream::<ServerEvent>("/events").default_out("examples/server-stats/web/sse"),
        cli().stream::<Generation>("/generations/{id}/events").default_out("examples/llm-tokens/web/sse"),
        cli().stream::<Chat>("/events").default_out("examples/chat/web/sse"),
        cli().stream::<Device>("/events").default_out("examples/smart-home/web/sse"),
        cli().stream::<Price>("/prices").default_out("examples/stock-prices/web/sse"),
        cli().stream::<Inbox>("/events").default_out("examples/per-user/web/sse"),
        cli().stream::<GuestBook>("/events").default_out("examples/two-origins/web/sse"),
    ];
    // All of them, whatever became of those before.
    iter::zip(examples, iter::repeat(arguments))
        .map(|(example, arguments)| example.default_emit(Emit::Js).run_args(arguments))
        .fold(ExitCode::SUCCESS, |worst, code| if worst == ExitCode::SUCCESS { code } else { worst })
}
