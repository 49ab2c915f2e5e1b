//! The JSON Schema of a stream of events.
//!
//! Pure functions of the type: no I/O, and the same output on every run. [`event_view`] is the schema that other
//! languages generate their types from; [`Manifest`] is the same knowledge as Rust values, from which the
//! module `codegen` makes TypeScript. Payloads are described as they are serialized.

mod canonical;
mod collision;
mod error;
mod manifest;
pub(crate) mod reference;
mod typed;
mod view;

pub use self::canonical::{canonical, canonical_text};
pub use self::error::SchemaError;
pub use self::manifest::Manifest;
pub use self::typed::{EventSchema, PayloadSchema, SseSchema};
pub use self::view::event_view;
