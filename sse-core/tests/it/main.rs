//! Tests of the public API, in one binary.

mod auto_traits;
#[cfg(feature = "codegen")]
mod codegen;
mod laws;
mod naive;
#[cfg(feature = "codegen")]
mod schema;
