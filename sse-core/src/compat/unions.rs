//! What a value may be: types, enums, unions.

use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use serde_json::{Value, json};

use super::bounds::{UNREAD, holds};
use super::comparison::Comparison;
use super::error::CompatError;
use super::options::Profile;
use super::resolve::{Alternatives, Kind, OPAQUE, Shape};
use super::rule::Rule;
use super::severity::Severity;
use super::variants::name;
use crate::schema::canonical;
use crate::schema::reference::reachable;

impl Comparison<'_> {
    pub(super) fn alternatives(&mut self, base: &Alternatives, head: &Alternatives) -> Result<(), CompatError> {
        let became = || format!("it was {}, and is {}", in_words(base), in_words(head));
        match (base.any, head.any) {
            (true, true) => return Ok(()),
            (true, false) => {
                self.report(Rule::TypeNarrowed, became());
                return Ok(());
            }
            (false, true) => {
                self.report(Rule::TypeWidened, became());
                return Ok(());
            }
            (false, false) => {}
        }
        match (base.is_empty(), head.is_empty()) {
            (true, true) => return Ok(()),
            (false, true) => {
                self.report(Rule::TypeNarrowed, became());
                return Ok(());
            }
            (true, false) => {
                self.report(Rule::TypeWidened, became());
                return Ok(());
            }
            (false, false) => {}
        }
        if let ([old], [new], [], []) = (&*base.literals, &*head.literals, &*base.shapes, &*head.shapes)
            && old != new
            && base.null == head.null
        {
            let rule = if Kind::of(old) == Kind::of(new) { Rule::ConstChanged } else { Rule::TypeChanged };
            self.report(rule, format!("it was always {old}, and is always {new}"));
            return Ok(());
        }

        let mut extra: Vec<Kind> = Vec::new();
        let mut gone: Vec<Kind> = Vec::new();
        let is_only_null = |all: &Alternatives| all.null && all.literals.is_empty() && all.shapes.is_empty();
        match (base.null, head.null) {
            (true, false) if is_only_null(base) => gone.push(Kind::Null),
            (false, true) if is_only_null(head) => extra.push(Kind::Null),
            _ => self.nullability(base.null, head.null),
        }
        self.literals(base, head, &mut extra, &mut gone)?;
        let mut is_matched = base.null && head.null && (is_only_null(base) || is_only_null(head))
            || head.literals.iter().any(|value| takes(base, Kind::of(value)))
            || base.literals.iter().any(|value| takes(head, Kind::of(value)));
        for group in [
            &[Kind::Boolean][..],
            &[Kind::Integer, Kind::Number][..],
            &[Kind::String][..],
            &[Kind::Array][..],
            &[Kind::Object][..],
        ] {
            let of_group = |all: &Alternatives| -> Vec<Shape> {
                all.shapes.iter().filter(|shape| group.contains(&shape.kind)).cloned().collect()
            };
            match (&*of_group(base), &*of_group(head)) {
                ([], new) => extra.extend(new.iter().map(|shape| shape.kind)),
                (old, []) => gone.extend(old.iter().map(|shape| shape.kind)),
                (old, new) => {
                    is_matched = true;
                    self.variants(old, new, base.literals.iter().any(Value::is_string))?;
                }
            }
        }
        if !extra.is_empty() && !is_matched {
            self.report(Rule::TypeChanged, became());
            return Ok(());
        }
        self.further(base, head, &extra);
        self.fewer(base, head, &gone);
        Ok(())
    }

    /// Types of which there were no values.
    fn further(&mut self, base: &Alternatives, head: &Alternatives, extra: &[Kind]) {
        if extra.is_empty() {
            return;
        }
        if extra.iter().any(|kind| !is_variant(base, *kind)) {
            self.report(Rule::TypeWidened, format!("it was {}, and is {}", in_words(base), in_words(head)));
        } else {
            for (kind, names) in by_name(head, extra) {
                if names.is_empty() {
                    self.variant_added(false, &format!("of type {} is new", kind.as_str()));
                }
                for name in names {
                    let was_bare = base.literals.contains(&Value::from(name));
                    let became = if was_bare { "carries data now" } else { "is new" };
                    let is_enum = base.literals.iter().any(Value::is_string);
                    self.variant_added(is_enum, &format!("\"{name}\" {became}"));
                }
            }
        }
    }

    /// Types of which there are no values any more.
    fn fewer(&mut self, base: &Alternatives, head: &Alternatives, gone: &[Kind]) {
        if gone.is_empty() {
            return;
        }
        if gone.iter().any(|kind| !is_variant(head, *kind)) {
            self.report(Rule::TypeNarrowed, format!("it was {}, and is {}", in_words(base), in_words(head)));
        } else {
            for (kind, names) in by_name(base, gone) {
                if names.is_empty() {
                    self.report(Rule::VariantRemoved, format!("the variant of type {} is gone", kind.as_str()));
                }
                for name in names {
                    self.report(Rule::VariantRemoved, format!("the variant \"{name}\" with data is gone"));
                }
            }
        }
    }

    /// `what` is which variant, and what became of it.
    pub(super) fn variant_added(&mut self, has_tag: bool, what: &str) {
        let severity = if has_tag && self.base.open { Severity::Warn } else { Severity::Error };
        self.report_as(Rule::VariantAdded, severity, format!("the variant {what}: old clients do not know it"));
    }

    /// The values that are listed. Those of a type that the other side has none of are `extra` or `gone`.
    fn literals(
        &mut self,
        base: &Alternatives,
        head: &Alternatives,
        extra: &mut Vec<Kind>,
        gone: &mut Vec<Kind>,
    ) -> Result<(), CompatError> {
        let severity = match () {
            () if self.base.open => Severity::Info,
            () if self.options.closed_enums => Severity::Error,
            () => Severity::Warn,
        };
        for value in head.literals.iter().filter(|value| !base.lists(value)) {
            let kind = Kind::of(value);
            let known: Vec<_> = base.shapes.iter().filter(|shape| shape.kind.takes(kind)).collect();
            if self.is_read_as_any(&known, value)? {
                continue;
            }
            let has = |keys: &[&str]| known.iter().any(|shape| keys.iter().any(|key| shape.node.contains_key(*key)));
            if base.literals.iter().any(|known| Kind::of(known) == kind) {
                self.report_as(Rule::EnumValueAdded, severity, format!("the value {value} is new"));
            } else if known.is_empty() {
                if !extra.contains(&kind) {
                    extra.push(kind);
                }
            } else if has(OPAQUE) {
                self.report(
                    Rule::SchemaChanged,
                    format!("it is not known whether the value {value} was one of before"),
                );
            } else if matches!(kind, Kind::Array | Kind::Object) {
                self.report(Rule::TypeChanged, format!("the value {value} is none of before"));
            } else {
                let was = if has(UNREAD) { "may have been" } else { "was" };
                self.report(Rule::BoundWidened, format!("the value {value} {was} out of bounds"));
            }
        }
        for value in missing(&base.literals, head) {
            let kind = Kind::of(value);
            if head.literals.iter().any(|known| Kind::of(known) == kind) {
                self.report(Rule::EnumValueRemoved, format!("the value {value} is gone"));
            } else if head.shapes.iter().any(|shape| shape.kind.takes(kind)) {
                self.report(Rule::BoundNarrowed, format!("the value {value} is out of bounds"));
            } else if !gone.contains(&kind) {
                gone.push(kind);
            }
        }
        Ok(())
    }

    /// Whether old clients can read the value as one of some shapes of its type.
    fn is_read_as_any(&mut self, known: &[&Shape], value: &Value) -> Result<bool, CompatError> {
        for shape in known {
            let is_read = !OPAQUE.iter().any(|key| shape.node.contains_key(*key))
                && holds(shape, value)
                && match value {
                    Value::Array(values) => self.reads_array(&shape.node, values)?,
                    Value::Object(values) => self.reads_object(&shape.node, values)?,
                    _ => true,
                };
            if is_read {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether old clients can read the value as `base`.
    pub(super) fn reads(&mut self, base: &Value, value: &Value) -> Result<bool, CompatError> {
        self.probe(Some(Severity::Info), |probe| probe.schemas(base, &json!({ "const": value })))
    }

    /// Compares two shapes that belong together.
    pub(super) fn shapes(&mut self, base: &Shape, head: &Shape) -> Result<(), CompatError> {
        self.opaque(base, head);
        match (base.kind, head.kind) {
            (Kind::Integer | Kind::Number, Kind::Integer | Kind::Number) => {
                match (base.kind, head.kind) {
                    (Kind::Integer, Kind::Number) => {
                        let one_type = self.options.profile == Profile::Ts;
                        let severity = if one_type { Severity::Warn } else { Severity::Error };
                        self.report_as(Rule::TypeWidened, severity, "it was integer, and is number".into());
                    }
                    (Kind::Number, Kind::Integer) => {
                        self.report(Rule::TypeNarrowed, "it was number, and is integer".into());
                    }
                    _ => {}
                }
                self.numbers(base, head);
                Ok(())
            }
            (Kind::String, Kind::String) => {
                self.strings(base, head);
                Ok(())
            }
            (Kind::Array, Kind::Array) => self.arrays(&base.node, &head.node),
            (Kind::Object, Kind::Object) => self.objects(&base.node, &head.node),
            _ => Ok(()),
        }
    }

    /// What is not understood must not change.
    fn opaque(&mut self, base: &Shape, head: &Shape) {
        for key in OPAQUE {
            let said = |shape: &Shape, definitions| {
                shape.node.get(*key).map(|value| {
                    let used = reachable(value, definitions);
                    let used = used.iter().map(|name| definitions.get(name).cloned().unwrap_or_default());
                    (canonical(value.clone()), used.map(canonical).collect::<Vec<_>>())
                })
            };
            if said(base, &self.base.definitions) != said(head, &self.head.definitions) {
                self.report(Rule::SchemaChanged, format!("its `{}` changed", key.trim_start_matches("x-sse-")));
            }
        }
    }
}

/// Each of the types, with the names of its variants as far as they are told apart by their only property.
fn by_name<'s>(all: &'s Alternatives, kinds: &[Kind]) -> Vec<(Kind, Vec<&'s str>)> {
    let names = |kind| all.shapes.iter().filter(|shape| shape.kind == kind).filter_map(name).collect();
    kinds.iter().map(|kind| (*kind, names(*kind))).collect()
}

/// The values that the other side does not take.
fn missing<'v>(values: &'v [Value], other: &Alternatives) -> impl Iterator<Item = &'v Value> {
    let takes =
        |value: &Value| other.shapes.iter().any(|shape| shape.kind.takes(Kind::of(value)) && holds(shape, value));
    values.iter().filter(move |value| !other.lists(value) && !takes(value))
}

/// Whether there are values of that type.
fn takes(all: &Alternatives, kind: Kind) -> bool {
    all.literals.iter().any(|value| Kind::of(value) == kind) || all.shapes.iter().any(|shape| shape.kind.takes(kind))
}

/// Whether a further type is a further variant: of a union, or of an enum of which some variants carry data.
fn is_variant(all: &Alternatives, kind: Kind) -> bool {
    all.shapes.len() >= 2
        || (!all.shapes.is_empty() && !all.literals.is_empty())
        || (kind == Kind::Object && !all.literals.is_empty())
}

/// `string or null`.
fn in_words(all: &Alternatives) -> String {
    if all.any {
        return "anything".to_owned();
    }
    let mut words: Vec<String> = Vec::new();
    match &*all.literals {
        [] => {}
        [value] => words.push(value.to_string()),
        values => words.push(format!("one of {} values", values.len())),
    }
    for shape in &all.shapes {
        let word = shape.kind.as_str().to_owned();
        if !words.contains(&word) {
            words.push(word);
        }
    }
    if all.null {
        words.push("null".to_owned());
    }
    if words.is_empty() { "nothing".to_owned() } else { words.join(" or ") }
}
