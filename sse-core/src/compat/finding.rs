//! What is found.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::rule::Rule;
use super::severity::Severity;

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
    /// Where else it is, because a type is used in several places: at most 64 of them.
    pub also: Vec<String>,
    /// How many further places there are for which `also` has no room. At 1000, nobody counted on.
    pub more: usize,
}

impl Finding {
    /// How many further places are kept.
    pub(super) const PLACES: usize = 64;
    /// How many others are counted.
    pub(super) const COUNTED: usize = 1000;
    /// How many of them are named to people.
    const NAMED: usize = 8;

    /// What else is to be said: the hint, and the further places.
    pub(super) fn notes(&self) -> Vec<String> {
        let mut notes: Vec<_> = self.hint.iter().cloned().collect();
        let named: Vec<_> = self.also.iter().take(Self::NAMED).map(String::as_str).collect();
        let further = match (self.more, self.more + self.also.len() - named.len()) {
            (_, 0) => None,
            (Self::COUNTED.., _) => Some("many more".into()),
            (_, further) => Some(format!("{further} more")),
        };
        match (named.is_empty(), further) {
            (true, None) => {}
            (true, Some(further)) => notes.push(format!("also at {further} places")),
            (false, None) => notes.push(format!("also at {}", named.join(", "))),
            (false, Some(further)) => notes.push(format!("also at {}, and {further}", named.join(", "))),
        }
        notes
    }
}

impl fmt::Display for Finding {
    /// `error event-removed Feed/old: the event is no longer sent`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}: {}", self.severity, self.rule.id(), self.at, self.message)?;
        self.notes().iter().try_for_each(|note| write!(f, " ({note})"))
    }
}
