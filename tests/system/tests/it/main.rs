//! The whole system: servers, connections that break, and the clients that people have.
#![allow(clippy::print_stdout, reason = "a test says what it has counted")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by a panic")]

mod answers;
mod compression;
mod compression_tls;
mod cors;
mod cuts;
mod deploy;
mod drift;
mod examples;
mod finite;
mod iterator;
mod native;
mod nginx;
mod nginx_guide;
mod nginx_process;
mod page;
mod polyfill_client;
mod polyfills;
mod proxy;
mod report;
mod restart;
mod scene;
mod tabs;
mod tokens;
