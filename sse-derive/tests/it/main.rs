//! What the derive makes: bytes on the wire, schemas, and code that gets along with its surroundings.

#![expect(clippy::unwrap_used, clippy::panic, reason = "the helpers of tests may fail, too")]
#![expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signatures")]

extern crate sse_core as events;

mod bounds;
mod conformance;
mod decode;
mod flatten;
mod grammar;
mod hostile;
mod hygiene;
mod matrix;
mod policies;
mod schema;
mod table;
mod tagged;
mod wire;
