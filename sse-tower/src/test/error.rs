//! What came instead.

use std::error;
use std::fmt;
use std::time::Duration;

use sse_core::event::DecodeError;

use super::item::Item;

/// Something else came than the test asked for, or nothing did.
///
/// It says what. `Debug` shows the same text, because that is what a test that returns it prints. The wording is not part
/// of the API.
pub struct Error {
    text: String,
    nothing: bool,
}

impl Error {
    /// Nothing came, and nothing was wrong with the stream either.
    #[must_use]
    pub const fn is_nothing(&self) -> bool {
        self.nothing
    }

    pub(super) fn unexpected(expected: &str, item: &Item) -> Self {
        Self { text: format!("expected {expected}, but {item}"), nothing: false }
    }

    pub(super) fn unknown(item: &Item, events: &str) -> Self {
        Self { text: format!("{item}, which is none of `{events}`"), nothing: false }
    }

    pub(super) fn payload(item: &Item, cause: &DecodeError) -> Self {
        Self { text: format!("{item}: {cause}"), nothing: false }
    }

    pub(super) fn nothing(expected: &str, patience: Duration) -> Self {
        let text = if patience.is_zero() {
            format!("expected {expected}, but nothing has come")
        } else {
            format!("expected {expected}, but nothing came within {patience:?}")
        };
        Self { text, nothing: true }
    }

    pub(super) fn service(cause: &dyn fmt::Display) -> Self {
        Self { text: format!("expected a response, but the service failed: {cause}"), nothing: false }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl error::Error for Error {}
