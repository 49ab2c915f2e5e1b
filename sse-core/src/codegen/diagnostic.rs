//! What the generated types cannot say.

use alloc::borrow::ToOwned as _;
use alloc::string::String;
use core::fmt;

/// Something that the generated types cannot say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    stream: String,
    at: String,
    text: String,
}

impl Diagnostic {
    pub(super) fn new(stream: &str, at: &str, text: String) -> Self {
        Self { stream: stream.to_owned(), at: at.to_owned(), text }
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.stream, self.at, self.text)
    }
}
