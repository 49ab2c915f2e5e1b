//! The JSON Schema of a stream of events.
//!
//! Pure functions of the type: no I/O, and the same output on every run.

mod typed;

pub use self::typed::{EventSchema, PayloadSchema, SseSchema};
