//! The program, from outside: over pipes, and against servers over TCP.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "these are tests")]

mod pipes;
mod run;
mod tls;
mod watch;
