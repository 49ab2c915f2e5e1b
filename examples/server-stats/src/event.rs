//! What the server tells.

use schemars::JsonSchema;
use serde::Serialize;
use sse_core::SseEvent;

/// The figures of this machine.
///
/// `seq` counts all events of one process of the server, of whatever name: 1, 2, 3 … A page that sees a number missing
/// has missed an event, and one that sees it twice has got it twice. `at_ms` is when the figures were taken, in
/// milliseconds since 1970.
#[derive(Clone, Debug, Serialize, JsonSchema, SseEvent)]
#[sse(rename_all = "kebab-case")]
pub enum ServerEvent {
    /// How busy the processor was since the sample before, in percent.
    Cpu {
        seq: u64,
        at_ms: u64,
        /// All cores together: 0 to 100.
        total: f32,
        /// Each core: 0 to 100.
        cores: Vec<f32>,
    },
    /// Memory, in bytes.
    Memory { seq: u64, at_ms: u64, used: u64, total: u64, swap_used: u64, swap_total: u64 },
    /// How many tasks ran or waited on average over the last minutes.
    Load { seq: u64, at_ms: u64, one: f64, five: f64, fifteen: f64 },
    /// The network, and who is watching.
    Connections {
        seq: u64,
        at_ms: u64,
        /// The event streams that are open on this server.
        open: u64,
        /// Bytes that all network interfaces received since the sample before.
        received_bytes: u64,
        /// Bytes that all network interfaces sent since the sample before.
        sent_bytes: u64,
    },
}

impl ServerEvent {
    /// How many events one sample makes: one of each kind.
    pub const PER_SAMPLE: u32 = 4;
}
