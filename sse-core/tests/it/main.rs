//! Tests of the public API, in one binary.

mod auto_traits;
#[cfg(feature = "codegen")]
mod codegen;
#[cfg(all(feature = "derive", feature = "json"))]
mod decode;
#[cfg(all(feature = "derive", feature = "json"))]
mod encode;
#[cfg(feature = "test-util")]
mod hostile;
#[cfg(feature = "test-util")]
mod laws;
#[cfg(feature = "codegen")]
mod schema;
