//! Two schemas side by side, and what was found so far.

use alloc::borrow::ToOwned as _;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::mem;

use serde_json::{Map, Value};

use super::error::{CompatError, Problem};
use super::finding::{Finding, Options, Severity};
use super::merge::without_words;
use super::resolve::Alternatives;
use super::rule::Rule;
use super::stream::Stream;
use crate::schema::reference::definition_of;

/// How deep payloads may be nested before it is called endless.
const DEPTH: usize = 128;
/// How many pairs of schemas are compared at most.
const COMPARISONS: usize = 50_000;

/// Two pairs that are one: what each schema says, as text.
type Pair = (String, String);

/// Two schemas side by side, and what was found so far.
#[derive(Debug)]
pub(super) struct Comparison<'a> {
    pub(super) options: Options,
    pub(super) base: &'a Stream<'a>,
    pub(super) head: &'a Stream<'a>,
    path: Vec<String>,
    findings: Vec<Finding>,
    /// Pairs with a reference that were compared, or are being: a pair says the same wherever it stands.
    seen: BTreeSet<Pair>,
    /// Whether findings are only looked at to see which schemas belong together.
    probing: bool,
    comparisons: usize,
}

impl<'a> Comparison<'a> {
    pub(super) const fn new(options: Options, base: &'a Stream<'a>, head: &'a Stream<'a>) -> Self {
        Self {
            options,
            base,
            head,
            path: Vec::new(),
            findings: Vec::new(),
            seen: BTreeSet::new(),
            probing: false,
            comparisons: 0,
        }
    }

    pub(super) fn into_findings(self) -> Vec<Finding> {
        self.findings
    }

    /// Reports a change, as bad as its rule says.
    pub(super) fn report(&mut self, rule: Rule, message: String) {
        if let Some(severity) = rule.severity(self.options.profile) {
            self.report_as(rule, severity, message);
        }
    }

    /// Reports a change that is as bad as `severity`.
    pub(super) fn report_as(&mut self, rule: Rule, severity: Severity, message: String) {
        self.report_with(rule, severity, message, None);
    }

    pub(super) fn report_with(&mut self, rule: Rule, severity: Severity, message: String, hint: Option<String>) {
        let at = self.at();
        self.findings.push(Finding { stream: self.base.name.to_owned(), at, rule, severity, message, hint });
    }

    /// Does something one step further into the schema.
    pub(super) fn within<T>(
        &mut self,
        step: &str,
        body: impl FnOnce(&mut Self) -> Result<T, CompatError>,
    ) -> Result<T, CompatError> {
        self.path.push(step.replace('~', "~0").replace('/', "~1"));
        let done = if self.path.len() > DEPTH {
            Err(self.base.failed(Problem::TooDeep { at: self.at(), limit: DEPTH }))
        } else {
            body(self)
        };
        self.path.pop();
        done
    }

    /// What would be found: nothing is reported.
    ///
    /// What was compared before does not count, because it may have been found to differ; but within one probe it
    /// does, where a difference of any pair is one of the whole.
    pub(super) fn probe(
        &mut self,
        body: impl FnOnce(&mut Self) -> Result<(), CompatError>,
    ) -> Result<Vec<Finding>, CompatError> {
        let findings = mem::take(&mut self.findings);
        let seen = if self.probing { self.seen.clone() } else { mem::take(&mut self.seen) };
        let probing = mem::replace(&mut self.probing, true);
        let done = body(self);
        self.probing = probing;
        self.seen = seen;
        let found = mem::replace(&mut self.findings, findings);
        done.map(|()| found)
    }

    /// Whether both take the same values.
    pub(super) fn are_equal(&mut self, base: &Value, head: &Value) -> Result<bool, CompatError> {
        let found = self.probe(|probe| probe.schemas(base, head))?;
        Ok(found.iter().all(|finding| finding.rule.is_about_words()))
    }

    /// Compares what `base` takes with what is sent as `head`.
    pub(super) fn schemas(&mut self, base: &Value, head: &Value) -> Result<(), CompatError> {
        self.comparisons += 1;
        if self.comparisons > COMPARISONS {
            return Err(self.base.failed(Problem::TooLarge { limit: COMPARISONS }));
        }
        if let (Value::Object(base), Value::Object(head)) = (base, head) {
            self.words(base, head);
        }
        let (base_name, head_name) = (reference(base), reference(head));
        if base_name.is_some() || head_name.is_some() {
            self.names(base_name, head_name);
            if !self.seen.insert((text(base), text(head))) {
                return Ok(());
            }
            if let (Some(base_name), Some(head_name)) = (base_name, head_name)
                && let Value::Object(base) = self.base.definition(base_name)?
                && let Value::Object(head) = self.head.definition(head_name)?
            {
                self.words(base, head);
            }
        }
        let at = self.at();
        let base = Alternatives::of(base, self.base, &at)?;
        let head = Alternatives::of(head, self.head, &at)?;
        self.alternatives(&base, &head)
    }

    /// Compares what is said to people, and to nobody else.
    pub(super) fn words(&mut self, base: &Map<String, Value>, head: &Map<String, Value>) {
        for (key, rule, what) in
            [("description", Rule::DescriptionChanged, "description"), ("examples", Rule::ExamplesChanged, "examples")]
        {
            if base.get(key) != head.get(key) {
                self.report(rule, format!("its {what} changed"));
            }
        }
        let (old, new) = (base.get("default"), head.get("default"));
        if old != new {
            let message = format!("its default was {}, and is {}", or_none(old), or_none(new));
            self.report(Rule::DefaultChanged, message);
        }
        let is_deprecated = |node: &Map<String, Value>| node.get("deprecated") == Some(&Value::Bool(true));
        match (is_deprecated(base), is_deprecated(head)) {
            (false, true) => self.report(Rule::DeprecatedChanged, "it is deprecated".into()),
            (true, false) => self.report(Rule::DeprecatedChanged, "it is no longer deprecated".into()),
            _ => {}
        }
    }

    /// A name that nothing has any more cannot be imported.
    fn names(&mut self, base: Option<&str>, head: Option<&str>) {
        let Some(old) = base.and_then(definition_of) else {
            return;
        };
        let new = head.and_then(definition_of);
        if new.as_ref() != Some(&old) && !self.head.definitions.contains_key(&old) {
            let now = new.map_or_else(|| "has no name any more".into(), |new| format!("is `{new}`"));
            self.report(Rule::DefRenamed, format!("the type `{old}` {now}"));
        }
    }

    pub(super) fn at(&self) -> String {
        self.path.join("/")
    }
}

fn or_none(value: Option<&Value>) -> String {
    value.map_or_else(|| "none".into(), ToString::to_string)
}

/// The `$ref` of a schema that says nothing else.
fn reference(schema: &Value) -> Option<&str> {
    schema.get("$ref").and_then(Value::as_str)
}

/// What the schema says of values, as text.
fn text(schema: &Value) -> String {
    match schema {
        Value::Object(node) => Value::Object(without_words(node.clone())).to_string(),
        other => other.to_string(),
    }
}
