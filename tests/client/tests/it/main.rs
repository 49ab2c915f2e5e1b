//! The client against what servers and networks do.
#![allow(clippy::print_stdout, reason = "a test says what it has counted")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by a panic")]

mod cases;
mod connections;
mod cuts;
mod differential;
mod expected;
mod ours;
mod requests;
mod watch;
