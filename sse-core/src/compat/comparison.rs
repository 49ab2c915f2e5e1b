//! Two schemas side by side, and what was found so far.

use alloc::borrow::ToOwned as _;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::mem;

use serde_json::{Map, Value};

use super::error::{CompatError, Problem};
use super::finding::Finding;
use super::merge::without_words;
use super::options::Options;
use super::resolve::Alternatives;
use super::rule::Rule;
use super::severity::Severity;
use super::stream::{Stream, references};
use super::uses::{DEPTH, Uses};
use super::wrapped::{Wrapped, reference, refers};
use crate::schema::reference::definition_of;

/// How many pairs of schemas are compared at most.
const COMPARISONS: usize = 50_000;

/// Two pairs that are one: what each schema says, as text.
type Pair = (String, String);

/// A look at two schemas, of which nothing is reported.
#[derive(Clone, Copy, Debug)]
struct Probe {
    /// How bad a change may be. What is about words may always be.
    limit: Option<Severity>,
    /// Whether there was a worse one.
    refused: bool,
}

/// Two schemas side by side, and what was found so far.
#[derive(Debug)]
pub(super) struct Comparison<'a> {
    pub(super) options: Options,
    pub(super) base: &'a Stream<'a>,
    pub(super) head: &'a Stream<'a>,
    path: Vec<String>,
    findings: Vec<Finding>,
    /// Pairs with a reference that were compared, or are being: a pair says the same wherever it stands.
    seen: BTreeMap<Pair, usize>,
    uses: Uses,
    /// The order in which pairs were added to `seen`, while probing.
    probed: Vec<Pair>,
    /// What is only looked at to see which schemas belong together, if that is so.
    probe: Option<Probe>,
    /// Pairs that were found to be equal, or not.
    equal: BTreeMap<Pair, bool>,
    /// The definitions that are the same on both sides, with all that they use.
    unchanged: BTreeSet<String>,
    comparisons: usize,
    /// How many schemas are being compared, each within the one before.
    depth: usize,
}

impl<'a> Comparison<'a> {
    pub(super) fn new(options: Options, base: &'a Stream<'a>, head: &'a Stream<'a>) -> Self {
        Self {
            options,
            base,
            head,
            path: Vec::new(),
            findings: Vec::new(),
            seen: BTreeMap::new(),
            uses: Uses::new(),
            probed: Vec::new(),
            probe: None,
            equal: BTreeMap::new(),
            unchanged: base.unchanged(head),
            comparisons: 0,
            depth: 0,
        }
    }

    pub(super) fn into_findings(mut self) -> Vec<Finding> {
        self.uses.add_places(&mut self.findings);
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
        if let Some(probe) = &mut self.probe {
            probe.refused |= !rule.is_about_words() && probe.limit.is_none_or(|limit| severity > limit);
            return;
        }
        let at = self.at();
        let stream = self.base.name.to_owned();
        self.uses.found(self.findings.len());
        self.findings.push(Finding { stream, at, rule, severity, message, hint, also: Vec::new(), more: 0 });
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

    /// Whether nothing would be found that is worse than `limit`, but what is about words: nothing is reported.
    ///
    /// What was compared before does not count, because it may have been found to differ; but within one probe it
    /// does, where a difference of any pair is one of the whole.
    pub(super) fn probe(
        &mut self,
        limit: Option<Severity>,
        body: impl FnOnce(&mut Self) -> Result<(), CompatError>,
    ) -> Result<bool, CompatError> {
        self.count()?;
        let outer = self.probe.replace(Probe { limit, refused: false });
        let compared = if outer.is_none() { mem::take(&mut self.seen) } else { BTreeMap::new() };
        let probed = self.probed.len();
        let done = body(self);
        let holds = !mem::replace(&mut self.probe, outer).is_some_and(|probe| probe.refused);
        let pairs = self.probed.split_off(probed);
        if outer.is_none() {
            self.seen = compared;
            if holds && limit.is_none() && done.is_ok() {
                // No pair of them differs, because each rests on the others alone.
                self.equal.extend(pairs.into_iter().map(|pair| (pair, true)));
            }
        } else {
            for pair in &pairs {
                self.seen.remove(pair);
            }
        }
        done.map(|()| holds)
    }

    /// Whether any difference will do, whatever it is: there is no need to find out what became of what.
    pub(super) fn seeks_equality(&self) -> bool {
        self.probe.is_some_and(|probe| probe.limit.is_none())
    }

    /// Whether both take the same values.
    pub(super) fn are_equal(&mut self, base: &Value, head: &Value) -> Result<bool, CompatError> {
        self.probe(None, |probe| probe.counted(base, head))
    }

    /// Compares what `base` takes with what is sent as `head`.
    pub(super) fn schemas(&mut self, base: &Value, head: &Value) -> Result<(), CompatError> {
        self.count()?;
        self.counted(base, head)
    }

    /// A probe is a comparison too, whatever it looks at.
    fn count(&mut self) -> Result<(), CompatError> {
        self.comparisons += 1;
        if self.comparisons > COMPARISONS {
            return Err(self.base.failed(Problem::TooLarge { limit: COMPARISONS }));
        }
        Ok(())
    }

    fn counted(&mut self, base: &Value, head: &Value) -> Result<(), CompatError> {
        if self.probe.is_some_and(|probe| probe.refused) {
            return Ok(());
        }
        // All that can be wrong with them is said where they are compared for good.
        if self.probe.is_some() && self.is_unchanged(base, head) {
            return Ok(());
        }
        if let (Value::Object(base), Value::Object(head)) = (base, head) {
            self.words(base, head);
        }
        let (old, new) = (Wrapped::of(base), Wrapped::of(head));
        if reference(old.inner).is_none() || reference(new.inner).is_none() {
            return self.pair(base, head);
        }
        if old.null || new.null {
            let at = self.at();
            for (inner, stream) in [(old.inner, self.base), (new.inner, self.head)] {
                let all = Alternatives::of(inner, stream, &at)?;
                if all.any || all.null || all.is_empty() {
                    return self.pair(base, head);
                }
            }
            self.nullability(old.null, new.null);
        }
        self.pair(old.inner, new.inner)
    }

    /// Compares whether a value may be `null`.
    pub(super) fn nullability(&mut self, base: bool, head: bool) {
        match (base, head) {
            (false, true) => self.report(Rule::PropertyBecameNullable, "it may be null".into()),
            (true, false) => self.report(Rule::PropertyBecameNonNull, "it is never null any more".into()),
            _ => {}
        }
    }

    /// Compares two schemas, unless it is known what comes of it.
    fn pair(&mut self, base: &Value, head: &Value) -> Result<(), CompatError> {
        if !refers(base) && !refers(head) {
            return self.resolved(base, head);
        }
        let (base_name, head_name) = (reference(base), reference(head));
        self.names(base_name, head_name);
        let pair = (text(base), text(head));
        if let Some(known) = self.seen.get(&pair) {
            if self.probe.is_none() {
                self.uses.used(*known, &self.path);
            }
            return Ok(());
        }
        if let Some(probe) = &mut self.probe {
            match self.equal.get(&pair) {
                Some(true) => return Ok(()),
                Some(false) if probe.limit.is_none() => {
                    probe.refused = true;
                    return Ok(());
                }
                _ => self.probed.push(pair.clone()),
            }
        }
        let entered = if self.probe.is_none() { self.uses.enter(&self.path) } else { 0 };
        self.seen.insert(pair.clone(), entered);
        if let (Some(base_name), Some(head_name)) = (base_name, head_name)
            && let Value::Object(base) = self.base.definition(base_name)?
            && let Value::Object(head) = self.head.definition(head_name)?
        {
            self.words(base, head);
        }
        self.resolved(base, head)?;
        if self.probe.is_none() {
            self.uses.leave();
        }
        if self.seeks_equality() && self.probe.is_some_and(|probe| probe.refused) {
            self.equal.insert(pair, false);
        }
        Ok(())
    }

    /// Whether both say the same, down to the last definition that they use.
    fn is_unchanged(&self, base: &Value, head: &Value) -> bool {
        base == head && references(base).all(|name| name.is_some_and(|name| self.unchanged.contains(&name)))
    }

    fn resolved(&mut self, base: &Value, head: &Value) -> Result<(), CompatError> {
        let at = self.at();
        let base = Alternatives::of(base, self.base, &at)?;
        let head = Alternatives::of(head, self.head, &at)?;
        // Not all that is compared is a step of the path: the keys of a map are none.
        if self.depth >= DEPTH {
            return Err(self.base.failed(Problem::TooDeep { at, limit: DEPTH }));
        }
        self.depth += 1;
        let done = self.alternatives(&base, &head);
        self.depth -= 1;
        done
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
            let now = new.map_or_else(|| "has no name any more".into(), |new| format!("is `{new}` now"));
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

/// What the schema says of values, as text.
fn text(schema: &Value) -> String {
    match schema {
        Value::Object(node) => Value::Object(without_words(node.clone())).to_string(),
        other => other.to_string(),
    }
}
