//! A typed client in TypeScript, or in JavaScript with its types, from the events of a stream.
//!
//! A team adds this to its `xtask` and runs `cargo xtask typings`; CI runs `cargo xtask typings --check`, so that the
//! types in the page cannot drift from those in Rust:
//!
//! ```no_run
//! # use sse_core::schema::SseSchema;
//! # fn main_of<Feed: SseSchema, Chat: SseSchema>() -> std::process::ExitCode {
//! sse_core::codegen::Cli::new(env!("CARGO_MANIFEST_DIR"))
//!     .stream::<Feed>("/feed")
//!     .stream::<Chat>("/rooms/{room}/events")
//!     .default_out("web/sse")
//!     .run()
//! # }
//! ```
//!
//! Each stream becomes one module, beside a runtime without dependencies (3.4 kB with all of it, compressed):
//!
//! ```ts
//! import { openFeed, streamFeed } from "./sse/feed.js";
//!
//! const feed = openFeed();                                    // over the browser's EventSource
//! feed.on("price-tick", (tick) => show(tick.symbol, tick.cents));
//! feed.onReset(({ reason }) => reload(reason));               // missed events cannot be had again
//!
//! for await (const event of streamFeed({ signal, headers })) { // over fetch: headers, POST, backoff
//!   switch (event.event) { case "price-tick": show(event.data.symbol, event.data.cents); }
//! }
//! ```
//!
//! | what | [`Emit::Ts`] | [`Emit::Js`] |
//! |---|---|---|
//! | files | `feed.ts`, `runtime.ts` | `feed.js`, `feed.d.ts`, `runtime.js`, `runtime.d.ts` |
//! | the page needs | a bundler or `tsc` 5.2 or newer | nothing |
//!
//! [`Registry`] renders without touching a file; [`Cli`] is the command line over it.

#![expect(
    clippy::format_push_string,
    clippy::format_collect,
    reason = "text that is put together once, in a build step, is best read as what it looks like"
)]

mod args;
mod cli;
mod diagnostic;
mod error;
mod expression;
mod files;
mod header;
mod ident;
mod jsdoc;
mod keyword;
mod options;
mod registry;
mod runtime;
mod stream;
mod types;

pub use self::cli::Cli;
pub use self::diagnostic::Diagnostic;
pub use self::error::CodegenError;
pub use self::options::{Emit, Options};
pub use self::registry::Registry;
