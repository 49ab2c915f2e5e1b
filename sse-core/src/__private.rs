//! What generated code names. Not public API: it changes with every release.

pub use crate::event::{DataSink, EncodeError, EventFields, EventId, EventName, Retry, SseEvent};
#[cfg(feature = "schema")]
pub use crate::schema::{EventSchema, PayloadSchema, SseSchema};
pub use core;
#[cfg(feature = "schema")]
pub use schemars;
#[cfg(feature = "json")]
pub use serde;

/// Expands to its input if the feature `schema` of this crate is on, whatever the caller's features are.
#[cfg(feature = "schema")]
#[doc(hidden)]
#[macro_export]
macro_rules! __if_schema {
    ($($tokens:tt)*) => { $($tokens)* };
}

/// Expands to nothing: the feature `schema` is off.
#[cfg(not(feature = "schema"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __if_schema {
    ($($tokens:tt)*) => {};
}
