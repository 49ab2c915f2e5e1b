//! The layer, the body and the gate, from outside.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "these are tests")]

mod bad_input;
mod body;
mod cuts;
mod forms;
mod support;
