//! The whole system: servers, connections that break, and the clients that people have.
#![allow(clippy::print_stdout, reason = "a test says what it has counted")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by a panic")]

mod cuts;
mod drift;
mod finite;
mod iterator;
mod native;
mod page;
mod proxy;
mod report;
mod restart;
mod scene;
mod tokens;
