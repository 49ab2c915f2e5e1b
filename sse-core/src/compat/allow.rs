//! What a team knows of and does anyway, for a time: `sse-compat.toml`.

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::fmt;

use serde::Deserialize;
use toml::value::Datetime;

use super::day::Day;
use super::finding::Finding;
use super::invalid::{InvalidAllowances, Mistake};
use super::rule::Rule;
use super::severity::Severity;

/// The end of a place that stands for all below it; `*` alone is what a map holds.
const BELOW: &str = "/**";

/// The changes that a team knows of and makes anyway, each for a reason and until a day.
///
/// # Examples
///
/// ```
/// use sse_core::compat::{Allowances, Day};
///
/// let allowances = Allowances::parse(
///     r#"
///     [[allow]]
///     rule = "event-removed"
///     at = "Feed/old-event"
///     reason = "the last client that reads it was retired in May"
///     until = 2027-01-31
///     "#,
/// )?;
/// let verdict = allowances.apply(Vec::new(), Day::parse("2027-02-01")?);
/// assert_eq!(verdict.expired.len(), 1); // it is an error, although nothing is found
/// # Ok::<(), sse_core::compat::InvalidAllowances>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Allowances {
    entries: Vec<Allowance>,
}

/// One change that is made anyway.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Allowance {
    /// The kind of change.
    pub rule: Rule,
    /// Where it is, as [`Finding::at`]; with `/**` at its end, anywhere below.
    pub at: String,
    /// Why.
    pub reason: String,
    /// The last day on which it is allowed.
    pub until: Day,
}

/// What remains of the findings when those that are allowed are set apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verdict {
    /// The findings that nothing allows.
    pub findings: Vec<Finding>,
    /// Those that are allowed, each with what allows it.
    pub allowed: Vec<(Finding, Allowance)>,
    /// Allowances whose day is over: they allow nothing, and are errors.
    pub expired: Vec<Allowance>,
    /// Allowances for which there is nothing to allow.
    pub unused: Vec<Allowance>,
}

impl Allowance {
    fn is_for(&self, rule: Rule, place: &str) -> bool {
        let is_below = |start: &str| place.strip_prefix(start).is_some_and(|rest| rest.starts_with('/'));
        self.rule == rule && (self.at == place || self.at.strip_suffix(BELOW).is_some_and(is_below))
    }

    /// Whether it is for the whole stream of the place.
    fn is_for_all(&self, rule: Rule, place: &str) -> bool {
        self.rule == rule && self.at.strip_suffix(BELOW).is_some_and(|stream| place.split('/').next() == Some(stream))
    }
}

impl Verdict {
    /// How bad the worst is that is not allowed. What has expired is an error; what is unused may be needed with
    /// another base.
    #[must_use]
    pub fn worst(&self) -> Option<Severity> {
        let expired = self.expired.first().map(|_| Severity::Error);
        self.findings.iter().map(|finding| finding.severity).chain(expired).max()
    }
}

#[derive(Deserialize)]
#[serde(crate = "serde", deny_unknown_fields)]
struct File {
    #[serde(default)]
    allow: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(crate = "serde", deny_unknown_fields)]
struct Entry {
    rule: String,
    at: String,
    reason: String,
    until: Until,
}

#[derive(Deserialize)]
#[serde(crate = "serde", untagged, expecting = "a day: 2027-01-31")]
enum Until {
    Day(Datetime),
    Text(String),
}

impl Allowances {
    /// Reads the text of a `sse-compat.toml`.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidAllowances`] if it is not TOML, if an entry has another key or lacks one of `rule`, `at`,
    /// `reason` and `until`, if there is no such rule, or if the reason is blank.
    pub fn parse(text: &str) -> Result<Self, InvalidAllowances> {
        let file: File =
            toml::from_str(text).map_err(|error| InvalidAllowances::new(Mistake::Toml(error.to_string())))?;
        let entries = file.allow.into_iter().map(|entry| {
            let rule =
                Rule::of_id(&entry.rule).ok_or_else(|| InvalidAllowances::new(Mistake::Rule(entry.rule.clone())))?;
            let until = match entry.until {
                Until::Day(date) => Day::of(date).ok_or_else(|| InvalidAllowances::day(&date.to_string()))?,
                Until::Text(text) => Day::parse(&text)?,
            };
            if entry.reason.trim().is_empty() {
                return Err(InvalidAllowances::new(Mistake::NoReason { rule, at: entry.at }));
            }
            Ok(Allowance { rule, at: entry.at, reason: entry.reason, until })
        });
        Ok(Self { entries: entries.collect::<Result<_, _>>()? })
    }

    /// The allowances within these streams.
    pub(crate) fn within(mut self, streams: &[&str]) -> Self {
        self.entries.retain(|entry| streams.iter().any(|stream| entry.at.split('/').next() == Some(stream)));
        self
    }

    /// Sets apart the findings that are allowed on this day. One entry allows all findings of its rule at its place; of a
    /// finding with several places those that no entry names are left. If there are [more](Finding::more) than it names,
    /// it is left for their sake, unless an entry is for the whole stream: `at = "Feed/**"`.
    #[must_use]
    pub fn apply(&self, findings: Vec<Finding>, today: Day) -> Verdict {
        let (valid, expired): (Vec<_>, Vec<_>) = self.entries.iter().cloned().partition(|entry| today <= entry.until);
        let mut verdict = Verdict { expired, ..Verdict::default() };
        for mut finding in findings {
            let allows = |place: &String| valid.iter().find(|entry| entry.is_for(finding.rule, place));
            let are_all = valid.iter().any(|entry| entry.is_for_all(finding.rule, &finding.at));
            let mut left = Vec::new();
            for place in [&finding.at].into_iter().chain(&finding.also) {
                match allows(place) {
                    Some(entry) => {
                        let here = Finding { at: place.clone(), also: Vec::new(), more: 0, ..finding.clone() };
                        verdict.allowed.push((here, entry.clone()));
                    }
                    None => left.push(place.clone()),
                }
            }
            if !left.is_empty() || (finding.more > 0 && !are_all) {
                let mut left = left.into_iter();
                // Of the places that are not named, nothing is known but that they are there.
                finding.at = left.next().unwrap_or(finding.at);
                finding.also = left.collect();
                verdict.findings.push(finding);
            }
        }
        let is_unused = |entry: &Allowance| !verdict.allowed.iter().any(|(_, used)| used == entry);
        verdict.unused = valid.into_iter().filter(is_unused).collect();
        verdict
    }
}

impl fmt::Display for Allowance {
    /// `event-removed Feed/old-event until 2027-01-31: retired`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} until {}: {}", self.rule.id(), self.at, self.until, self.reason)
    }
}
