//! The layer, the body and the gate, from outside.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "these are tests")]

mod bad_input;
mod body;
mod client;
mod client_connect;
mod client_cuts;
mod client_redirect;
mod client_request;
mod client_script;
mod client_tcp;
mod client_update;
mod compress;
mod connections;
mod control_events;
mod cuts;
mod decode_codec;
mod decode_stream;
mod decode_vectors;
mod forms;
mod group;
mod heap;
mod hooks;
mod in_band;
mod interplay;
mod keep_alive;
mod life;
mod mistakes;
mod polyfill;
mod scene;
mod serve;
mod shared_snapshot;
mod shutdown;
mod snapshot;
mod snapshot_cuts;
mod support;
mod test_util;
