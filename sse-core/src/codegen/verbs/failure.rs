//! Why a verb could not be carried out.

use alloc::format;
use alloc::string::{String, ToString as _};
use std::io;

use super::super::error::CodegenError;
use super::code;

/// Why a verb could not be carried out.
#[derive(Debug)]
pub(super) enum Failure {
    /// The arguments make no sense; the verb's usage is shown too.
    Usage(String),
    /// A file could not be read or written.
    Io(io::Error),
    /// Nothing can be generated for the streams.
    Codegen(CodegenError),
}

impl Failure {
    /// What is said, and the exit code.
    pub(super) fn report(&self, usage: &str) -> (String, u8) {
        let (text, code) = match self {
            Self::Usage(problem) => return (format!("{problem}\n\n{usage}"), code::USAGE_OR_IO),
            Self::Io(error) => (error.to_string(), code::USAGE_OR_IO),
            Self::Codegen(error) if error.is_usage() => (error.to_string(), code::USAGE_OR_IO),
            Self::Codegen(error) => (error.to_string(), code::INCOMPATIBLE),
        };
        (format!("error: {text}\n"), code)
    }
}

impl From<String> for Failure {
    fn from(problem: String) -> Self {
        Self::Usage(problem)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<CodegenError> for Failure {
    fn from(error: CodegenError) -> Self {
        Self::Codegen(error)
    }
}
