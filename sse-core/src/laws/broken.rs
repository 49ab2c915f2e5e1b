//! What is against a law.

use alloc::boxed::Box;
use alloc::string::ToString as _;
use core::fmt;

/// A law that an implementation does not keep, and how that was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LawBroken {
    law: &'static str,
    what: Box<str>,
}

impl LawBroken {
    pub(super) fn new(law: &'static str, what: impl fmt::Display) -> Self {
        Self { law, what: what.to_string().into_boxed_str() }
    }

    /// The name of the law, which is the name of its function.
    #[must_use]
    pub const fn law(&self) -> &'static str {
        self.law
    }

    /// What was seen.
    #[must_use]
    pub fn what(&self) -> &str {
        &self.what
    }
}

impl fmt::Display for LawBroken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the law `{}` is broken: {}", self.law, self.what)
    }
}

impl core::error::Error for LawBroken {}
