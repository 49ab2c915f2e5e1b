//! The JSON Schema of a stream of events.
//!
//! Pure functions of the type: no I/O, and the same output on every run. [`event_view`] is the schema that other
//! languages generate their types from; [`Manifest`] is the same knowledge as Rust values, from which the
//! module `codegen` makes TypeScript. Payloads are described as they are serialized.

mod canonical;
mod collision;
mod control;
mod draft07;
mod error;
mod example;
mod manifest;
mod non_finite;
pub(crate) mod reference;
mod typed;
mod view;
pub(crate) mod walk;
pub(crate) mod wire;

pub use self::canonical::{canonical, canonical_text};
pub use self::control::{ControlEvent, control_events};
pub use self::draft07::draft07;
pub use self::error::SchemaError;
pub use self::manifest::Manifest;
pub use self::typed::{EventSchema, Example, NonFinite, PayloadSchema, SseSchema, StreamFacts};
pub use self::view::event_view;
