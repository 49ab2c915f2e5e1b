//! What is found, and for whom it is looked for.

use alloc::string::String;
use core::fmt;

use super::rule::Rule;

/// How bad a change is for clients that are out there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Severity {
    /// They do not notice.
    Info,
    /// Some may notice.
    Warn,
    /// They break.
    Error,
}

impl Severity {
    /// `info`, `warn` or `error`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Which clients must go on working.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Profile {
    /// Those that are deployed: they read what is sent, with the types of before.
    #[default]
    Wire,
    /// Also the source of those that generate their types anew: names of types count.
    Source,
    /// As `Source`, in TypeScript, where all numbers are of one type.
    Ts,
}

/// What is compared, and how strictly.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    pub(super) profile: Profile,
    pub(super) closed_enums: bool,
}

impl Options {
    /// For clients that are deployed and get along with new values of enums.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets which clients must go on working.
    #[must_use]
    pub const fn profile(mut self, profile: Profile) -> Self {
        self.profile = profile;
        self
    }

    /// Says that clients break at a value that their enum does not list.
    #[must_use]
    pub const fn closed_enums(mut self) -> Self {
        self.closed_enums = true;
        self
    }
}

/// A change.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Finding {
    /// The name of the stream.
    pub stream: String,
    /// Where: stream, event, and the way through the payload, as `Feed/price-tick/trade/levels/*`.
    pub at: String,
    /// What kind of change it is.
    pub rule: Rule,
    /// How bad it is.
    pub severity: Severity,
    /// What was and what is.
    pub message: String,
    /// What it may be instead.
    pub hint: Option<String>,
}

impl fmt::Display for Finding {
    /// `error event-removed Feed/old: the event is no longer sent`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}: {}", self.severity, self.rule.id(), self.at, self.message)?;
        if let Some(hint) = &self.hint {
            write!(f, " ({hint})")?;
        }
        Ok(())
    }
}
