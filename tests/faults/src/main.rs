//! Everything that goes wrong with connections, at once: a server in a process of its own that is killed and restarted,
//! clients that check every number, and clients that do what no client should.
//!
//! ```text
//! cargo run --release -p faults -- run --seconds 600 --clients 1000 --rate 50 --kills 3
//! ```
//!
//! `cargo xtask soak` runs it so. It needs Linux, `ip` (Debian: `iproute2`) and the right to make network namespaces. The
//! last lines say what came of it, and the status is that of a failure if an invariant did not hold:
//!
//! ```text
//! published=28451 delivered=25011290 gaps=0 duplicates=0 resets=3000 announced=1000000
//! gauges: connections=0 subscribers=0
//! heap: …
//! resident: …
//! ```
//!
//! - `published`: the numbers that were given out, 1 and up, through all lives of the server. At most one a kill was given
//!   out and never reached the topic.
//! - `delivered`: the events with a number that the typed clients got, all together. They are cut off at random bytes, and
//!   come back.
//! - `gaps`: numbers that a typed client did not get and of which nobody told it; a new life of the server that nobody
//!   announced to it counts as one too.
//! - `duplicates`: events whose number a typed client had already.
//! - `resets`: the losses that were announced to typed clients. Repeated before the next event, it is one. It must be each
//!   client once for each kill: the epoch is new, so that nobody can be resumed, and within a life everybody can.
//! - `announced`: numbers that a typed client did not get, and was told so: those between the last one before a reset and
//!   the first one behind it, or the one that the snapshot behind it includes.
//!
//! For each client, `delivered + announced + gaps` is the number of events from its first to the last that was published.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program talks to its user")]

mod args;
mod clients;
mod event;
mod exchange;
mod gauges;
mod host;
mod memory;
mod report;
mod run;
mod scene;
mod server;

use std::env;
use std::process::ExitCode;

use faults::Failure;
use peak_alloc::PeakAlloc;

use crate::args::{Args, USAGE};

/// Counts what the server holds: the system knows only how much it has given the process.
#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

#[tokio::main]
async fn main() -> ExitCode {
    let done = match Args::parse(env::args_os()) {
        Ok(Args::Run(plan)) => run::run(plan).await,
        Ok(Args::Server(life)) => server::serve(life).await,
        Ok(Args::Vanishing { address, count }) => clients::vanish::read(address, count).await,
        Err(error) => Err(format!("{error}\n{USAGE}").into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
