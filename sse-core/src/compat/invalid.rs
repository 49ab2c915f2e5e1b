//! Why a text is no list of allowances.

use alloc::borrow::ToOwned as _;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::rule::Rule;

/// A text that is no `sse-compat.toml`, or no day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidAllowances {
    mistake: Box<Mistake>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Mistake {
    Toml(String),
    Rule(String),
    Day(String),
    NoReason { rule: Rule, at: String },
}

impl InvalidAllowances {
    pub(super) fn new(mistake: Mistake) -> Self {
        Self { mistake: Box::new(mistake) }
    }

    pub(super) fn day(text: &str) -> Self {
        Self::new(Mistake::Day(text.to_owned()))
    }
}

impl fmt::Display for InvalidAllowances {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.mistake {
            Mistake::Toml(problem) => f.write_str(problem.trim_end()),
            Mistake::Rule(rule) => {
                write!(f, "there is no rule `{rule}`")?;
                let known: Vec<_> = Rule::ALL.iter().map(|rule| rule.id()).collect();
                match *similar::get_close_matches(rule.as_str(), &known, 1, 0.6) {
                    [near] => write!(f, ": did you mean `{near}`?"),
                    _ => Ok(()),
                }
            }
            Mistake::Day(text) => write!(f, "`{text}` is no day: write `2027-01-31`"),
            Mistake::NoReason { rule, at } => write!(f, "`{}` at `{at}` is allowed for no reason: say why", rule.id()),
        }
    }
}

impl core::error::Error for InvalidAllowances {}
