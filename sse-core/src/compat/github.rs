//! A verdict as annotations on GitHub.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;

use super::allow::Verdict;
use super::severity::Severity;

/// What annotations point to: files by their paths from the root of the repository.
#[derive(Debug, Default)]
pub(crate) struct Places {
    /// The file and line of each stream's type, by the name of the stream.
    pub(crate) streams: BTreeMap<String, (String, usize)>,
    /// The file of the allowances.
    pub(crate) allowances: Option<String>,
}

impl Verdict {
    /// Writes the verdict as commands of a workflow.
    pub(crate) fn annotations(&self, places: &Places) -> String {
        let allowances = || places.allowances.as_ref().map(|file| format!("file={}", property(file)));
        let mut out = String::new();
        for finding in &self.findings {
            let place = places.streams.get(&finding.stream);
            let place = place.map(|(file, line)| format!("file={},line={line}", property(file)));
            let mut text = format!("{}: {}", finding.at, finding.message);
            for note in finding.notes() {
                text += &format!(" ({note})");
            }
            out += &command(finding.severity, place, finding.rule.id(), &text);
        }
        for entry in &self.expired {
            out += &command(Severity::Error, allowances(), "allowance expired", &format!("{entry}"));
        }
        for entry in &self.unused {
            out += &command(Severity::Info, allowances(), "nothing to allow", &format!("{entry}"));
        }
        out + &self.summary()
    }
}

fn command(severity: Severity, place: Option<String>, title: &str, text: &str) -> String {
    let name = match severity {
        Severity::Error => "error",
        Severity::Warn => "warning",
        Severity::Info => "notice",
    };
    let place = place.map(|place| place + ",").unwrap_or_default();
    format!("::{name} {place}title={}::{}\n", property(title), escaped(text))
}

/// What ends the line or begins another escape is escaped.
fn escaped(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// And what ends a property.
fn property(text: &str) -> String {
    escaped(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use alloc::borrow::ToOwned as _;
    use alloc::vec::Vec;

    use super::*;
    use crate::compat::{Allowances, Day, Finding, Rule};

    #[test]
    fn annotations_point_to_files() {
        let finding = |stream: &str, rule: Rule, severity, message: &str| {
            let at = format!("{stream}/a");
            Finding {
                stream: stream.to_owned(),
                at,
                rule,
                severity,
                message: message.to_owned(),
                hint: None,
                also: Vec::new(),
                more: 0,
            }
        };
        let findings = Vec::from([
            finding("Feed", Rule::EventRemoved, Severity::Error, "100 %,\r\nor: so"),
            finding("Gone", Rule::StreamRemoved, Severity::Warn, "gone"),
        ]);
        let entry = |until: &str| {
            format!("[[allow]]\nrule = \"type-changed\"\nat = \"Feed/b\"\nreason = \"so\"\nuntil = {until}\n")
        };
        let allowances = Allowances::parse(&[entry("2027-01-31"), entry("2026-01-31")].concat()).unwrap();
        let places = Places {
            streams: BTreeMap::from([("Feed".to_owned(), ("a, b:c/100%.rs".to_owned(), 7))]),
            allowances: Some("server/sse-compat.toml".to_owned()),
        };
        assert_eq!(
            allowances.apply(findings, Day::parse("2026-11-22").unwrap()).annotations(&places),
            "::error file=a%2C b%3Ac/100%25.rs,line=7,title=event-removed::Feed/a: 100 %25,%0D%0Aor: so\n\
             ::warning title=stream-removed::Gone/a: gone\n\
             ::error file=server/sse-compat.toml,title=allowance expired::type-changed Feed/b until 2026-01-31: so\n\
             ::notice file=server/sse-compat.toml,title=nothing to allow::type-changed Feed/b until 2027-01-31: so\n\
             incompatible: 1 breaking, 1 risky, 1 expired, 1 unused\n"
        );
    }
}
