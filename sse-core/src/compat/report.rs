//! A verdict as text, and as lines of JSON.

use alloc::format;
use alloc::string::String;

use serde_json::{Value, json};

use super::allow::{Allowance, Verdict};
use super::finding::Finding;
use super::github::Places;
use super::severity::Severity;

/// How a verdict is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// As `Text`, in the colours of a terminal.
    ColouredText,
    /// A JSON object in each line.
    Json,
    /// Annotations of a pull request: `::error title=event-removed::Feed/old: …`. The command line, which knows where
    /// the types are, adds file and line.
    Github,
}

impl Verdict {
    /// Writes the verdict.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_core::compat::{Format, Verdict};
    ///
    /// assert_eq!(Verdict::default().render(Format::Text), "compatible: nothing changed\n");
    /// ```
    #[must_use]
    pub fn render(&self, format: Format) -> String {
        match format {
            Format::Text => self.text(&plain),
            Format::ColouredText => self.text(&coloured),
            Format::Json => self.json(),
            Format::Github => self.annotations(&Places::default()),
        }
    }

    fn text(&self, label: &dyn Fn(Severity) -> String) -> String {
        let mut out = String::new();
        for finding in &self.findings {
            let Finding { rule, at, message, .. } = finding;
            out += &format!("{} {:<28} {at}: {message}\n", label(finding.severity), rule.id());
            for note in finding.notes() {
                out += &format!("{:<36}{note}\n", "");
            }
        }
        for entry in &self.expired {
            out += &format!("{} allowance expired: {entry}\n", label(Severity::Error));
        }
        for entry in &self.unused {
            out += &format!("{} nothing to allow: {entry}\n", label(Severity::Info));
        }
        for (finding, entry) in &self.allowed {
            let Finding { rule, at, .. } = finding;
            out += &format!("allowed {} {at} until {}: {}\n", rule.id(), entry.until, entry.reason);
        }
        out + &self.summary()
    }

    pub(super) fn summary(&self) -> String {
        let count = |severity| self.findings.iter().filter(|finding| finding.severity == severity).count();
        let mut parts = alloc::vec::Vec::new();
        for (count, what) in [
            (count(Severity::Error), "breaking"),
            (count(Severity::Warn), "risky"),
            (count(Severity::Info), "harmless"),
            (self.allowed.len(), "allowed"),
            (self.expired.len(), "expired"),
            (self.unused.len(), "unused"),
        ] {
            if count > 0 {
                parts.push(format!("{count} {what}"));
            }
        }
        let verdict = if self.worst() == Some(Severity::Error) { "incompatible" } else { "compatible" };
        let rest = if parts.is_empty() { "nothing changed".into() } else { parts.join(", ") };
        format!("{verdict}: {rest}\n")
    }

    fn json(&self) -> String {
        let mut lines = alloc::vec::Vec::new();
        lines.extend(self.findings.iter().map(|finding| in_json("finding", finding)));
        lines.extend(self.allowed.iter().map(|(finding, entry)| {
            let mut line = in_json("allowed", finding);
            if let Value::Object(line) = &mut line {
                line.insert("reason".into(), entry.reason.as_str().into());
                line.insert("until".into(), format!("{}", entry.until).into());
            }
            line
        }));
        let allowance = |kind: &str, entry: &Allowance| {
            let until = format!("{}", entry.until);
            json!({ "kind": kind, "rule": entry.rule.id(), "at": entry.at, "reason": entry.reason, "until": until })
        };
        lines.extend(self.expired.iter().map(|entry| allowance("expired", entry)));
        lines.extend(self.unused.iter().map(|entry| allowance("unused", entry)));
        lines.into_iter().fold(String::new(), |out, line| out + &format!("{}\n", crate::schema::canonical(line)))
    }
}

fn in_json(kind: &str, finding: &Finding) -> Value {
    json!({
        "kind": kind,
        "stream": finding.stream,
        "at": finding.at,
        "rule": finding.rule.id(),
        "severity": finding.severity.as_str(),
        "message": finding.message,
        "hint": finding.hint,
        "also": finding.also,
        "more": finding.more,
    })
}

fn plain(severity: Severity) -> String {
    format!("{severity:<6}", severity = severity.as_str())
}

fn coloured(severity: Severity) -> String {
    let colour = match severity {
        Severity::Error => 31,
        Severity::Warn => 33,
        Severity::Info => 36,
    };
    format!("\u{1b}[{colour}m{}\u{1b}[0m", plain(severity))
}
