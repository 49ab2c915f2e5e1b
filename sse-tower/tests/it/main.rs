//! The layer, the body and the gate, from outside.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "these are tests")]

mod bad_input;
mod body;
mod client;
mod control_events;
mod cuts;
mod forms;
mod group;
mod in_band;
mod scene;
mod shared_snapshot;
mod snapshot;
mod snapshot_cuts;
mod support;
