//! What is generated, and in which language.

use alloc::string::String;
use alloc::vec::Vec;

/// What is generated, and for which streams.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    pub(super) emit: Emit,
    pub(super) only: Vec<String>,
}

impl Options {
    /// TypeScript, for all streams.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the language.
    #[must_use]
    pub const fn emit(mut self, emit: Emit) -> Self {
        self.emit = emit;
        self
    }

    /// Leaves out all streams but this one, and those that further calls name.
    #[must_use]
    pub fn only(mut self, stream: impl Into<String>) -> Self {
        self.only.push(stream.into());
        self
    }
}

/// The language of the client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Emit {
    /// TypeScript, for a bundler or `tsc`.
    #[default]
    Ts,
    /// JavaScript modules that a browser loads as they are, with their types beside them.
    Js,
}
