//! Tests of the public API, in one binary.

#[cfg(all(feature = "codegen", feature = "derive"))]
mod asyncapi;
mod auto_traits;
#[cfg(feature = "codegen")]
mod codegen;
#[cfg(feature = "codegen")]
mod codegen_options;
#[cfg(feature = "codegen")]
mod compat;
#[cfg(all(feature = "codegen", feature = "derive"))]
mod consumers;
#[cfg(all(feature = "derive", feature = "json"))]
mod decode;
#[cfg(all(feature = "derive", feature = "json"))]
mod encode;
#[cfg(feature = "test-util")]
mod hostile;
#[cfg(feature = "test-util")]
mod laws;
#[cfg(feature = "codegen")]
mod openapi;
#[cfg(feature = "codegen")]
mod python;
#[cfg(all(feature = "codegen", feature = "derive"))]
mod random;
#[cfg(feature = "codegen")]
mod scale;
#[cfg(feature = "codegen")]
mod schema;
#[cfg(all(feature = "codegen", feature = "derive"))]
mod unions;
#[cfg(feature = "codegen")]
mod verbs;
