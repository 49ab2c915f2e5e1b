//! What follows from the events: `cargo xtask typings`, `schema`, `openapi`, `asyncapi`, `compat`, `list`.
//!
//! In CI: `cargo xtask typings --check && cargo xtask schema --check && cargo xtask compat --base origin/main`.

fn main() -> std::process::ExitCode {
    sse_core::codegen::Cli::new(env!("CARGO_MANIFEST_DIR"))
        .stream::<shop_events::Order>("/orders/{order}/events")
        .stream::<shop_events::Desk>("/desk/events")
        .default_out("web/sse")
        .default_python_out("client")
        .default_schemas("schemas")
        .run()
}
