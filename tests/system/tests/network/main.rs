//! Tests that make network interfaces, upon which Chromium gives up its connections over HTTP/2: cargo runs no others
//! beside them.
#![allow(clippy::print_stdout, reason = "a test says what it has counted")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by a panic")]

mod vanished;
