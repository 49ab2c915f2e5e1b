//! What the derive makes: bytes on the wire, schemas, and code that gets along with its surroundings.

#![expect(clippy::unwrap_used, clippy::panic, reason = "the helpers of tests may fail, too")]
#![expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signatures")]

mod conformance;
mod decode;
mod flatten;
mod grammar;
mod hygiene;
mod matrix;
mod schema;
mod wire;
