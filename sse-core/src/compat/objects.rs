//! Objects: their properties, and the keys and values of maps.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde_json::{Map, Value};

use super::bounds::takes_so_many;
use super::comparison::Comparison;
use super::error::CompatError;
use super::rule::Rule;
use super::severity::Severity;

/// What a schema says of objects.
#[derive(Debug)]
pub(super) struct Object<'a> {
    pub(super) properties: Option<&'a Map<String, Value>>,
    pub(super) required: BTreeSet<&'a str>,
    /// The values of the keys that match a pattern.
    patterns: Option<&'a Map<String, Value>>,
    /// The values of all other keys, if anything is said of them.
    others: Option<&'a Value>,
    keys: Option<&'a Value>,
}

impl<'a> Object<'a> {
    pub(super) fn of(node: &'a Map<String, Value>) -> Self {
        let object = |key| node.get(key).and_then(Value::as_object).filter(|object| !object.is_empty());
        Self {
            properties: object("properties"),
            required: node
                .get("required")
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .collect(),
            patterns: object("patternProperties"),
            others: node.get("additionalProperties"),
            keys: node.get("propertyNames"),
        }
    }

    pub(super) fn takes_no_others(&self) -> bool {
        self.others == Some(&Value::Bool(false)) && self.patterns.is_none()
    }

    /// What is said of values whose keys are not named; none if they are not there, or nobody asks for them.
    fn map_values(&self) -> Option<&'a Value> {
        self.others.filter(|others| **others != Value::Bool(false))
    }

    fn property(&self, name: &str) -> Option<&'a Value> {
        self.properties?.get(name)
    }

    fn named(&self) -> impl Iterator<Item = (&'a String, &'a Value)> + use<'a> {
        self.properties.into_iter().flatten()
    }
}

impl Comparison<'_> {
    pub(super) fn objects(&mut self, base: &Map<String, Value>, head: &Map<String, Value>) -> Result<(), CompatError> {
        self.counts("properties", base, head, ["minProperties", "maxProperties"]);
        let (base, head) = (Object::of(base), Object::of(head));
        let renamed = self.renamed(&base, &head)?;
        for (name, old) in base.named() {
            self.within(name, |at| match (head.property(name), renamed.get(name)) {
                (Some(new), _) => {
                    at.presence(base.required.contains(name.as_str()), head.required.contains(name.as_str()));
                    at.schemas(old, new)
                }
                (None, Some(new)) => {
                    at.report(Rule::PropertyRenamed, format!("the property is `{new}` now"));
                    Ok(())
                }
                (None, None) => at.property_removed(name, &base, &head),
            })?;
        }
        for (name, new) in head.named() {
            if base.property(name).is_none() && !renamed.values().any(|other| other == name) {
                self.within(name, |at| at.property_added(new, &base))?;
            }
        }
        for name in base.required.iter().filter(|name| base.property(name).is_none() && !head.required.contains(*name))
        {
            self.within(name, |at| {
                at.presence(true, false);
                Ok(())
            })?;
        }
        self.maps(&base, &head)
    }

    /// Whether old clients can read the object.
    pub(super) fn reads_object(
        &mut self,
        node: &Map<String, Value>,
        values: &Map<String, Value>,
    ) -> Result<bool, CompatError> {
        let known = Object::of(node);
        let has_required = known.required.iter().all(|name| values.contains_key(*name));
        if !has_required || !takes_so_many(node, values.len(), ["minProperties", "maxProperties"]) {
            return Ok(false);
        }
        for (name, value) in values {
            // Which pattern a key matches is not known.
            let patterns = known.patterns.into_iter().flat_map(Map::values).chain(known.others);
            let schemas: Vec<_> = known.property(name).map_or_else(|| patterns.collect(), |schema| Vec::from([schema]));
            let mut is_read = schemas.is_empty();
            for schema in schemas {
                is_read = is_read || self.reads(schema, value)?;
            }
            if !is_read {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn presence(&mut self, base: bool, head: bool) {
        match (base, head) {
            (true, false) => self.report(Rule::PropertyBecameOptional, "the property may be missing".into()),
            (false, true) => self.report(Rule::PropertyBecameRequired, "the property is always there".into()),
            _ => {}
        }
    }

    fn property_removed(&mut self, name: &str, base: &Object<'_>, head: &Object<'_>) -> Result<(), CompatError> {
        let Some(old) = base.property(name) else {
            return Ok(());
        };
        let required = base.required.contains(name);
        let severity = match (required, is_deprecated(old)) {
            (true, false) => Severity::Error,
            (false, true) => Severity::Info,
            _ => Severity::Warn,
        };
        let hint = self.likely_names(old, base, head)?;
        self.report_with(Rule::PropertyRemoved, severity, "the property is no longer sent".into(), hint);
        match head.map_values() {
            // It may still come, as a key of the map that is flattened into the object.
            Some(others) if !required => self.schemas(old, others),
            _ => Ok(()),
        }
    }

    /// The new properties of the same type, of which none can be said to be this one.
    fn likely_names(
        &mut self,
        old: &Value,
        base: &Object<'_>,
        head: &Object<'_>,
    ) -> Result<Option<String>, CompatError> {
        let mut alike = Vec::new();
        if self.seeks_equality() {
            return Ok(None);
        }
        for (name, new) in head.named().filter(|(name, _)| base.property(name).is_none()) {
            if self.are_equal(old, new)? {
                alike.push(format!("`{name}`"));
            }
        }
        Ok((!alike.is_empty()).then(|| format!("renamed to {}?", alike.join(" or "))))
    }

    fn property_added(&mut self, new: &Value, base: &Object<'_>) -> Result<(), CompatError> {
        if base.takes_no_others() || (base.patterns.is_some() && base.map_values().is_none()) {
            let message = "the property is new, and the object took no others";
            self.report_as(Rule::PropertyAdded, Severity::Error, message.into());
            return Ok(());
        }
        self.report(Rule::PropertyAdded, "the property is new".into());
        match base.map_values() {
            // For old clients it is a key of the map.
            Some(others) => self.schemas(others, new),
            None => Ok(()),
        }
    }

    /// New names by old ones: of a property that is gone and one that is new, if only one of each is of this type.
    ///
    /// Only of properties that clients rely on: of others it is no worse if they are gone, and that is said with a hint.
    fn renamed(&mut self, base: &Object<'_>, head: &Object<'_>) -> Result<BTreeMap<String, String>, CompatError> {
        if self.seeks_equality() {
            return Ok(BTreeMap::new());
        }
        let is_relied_on = |(name, schema): &(&String, &Value)| {
            head.property(name).is_none() && base.required.contains(name.as_str()) && !is_deprecated(schema)
        };
        let gone: Vec<_> = base.named().filter(is_relied_on).collect();
        let added: Vec<_> = head.named().filter(|(name, _)| base.property(name).is_none()).collect();
        let mut pairs = Vec::new();
        for (old, schema) in &gone {
            for (new, other) in &added {
                if head.required.contains(new.as_str()) && self.are_equal(schema, other)? {
                    pairs.push((*old, *new));
                }
            }
        }
        let once = |(old, new): &&(&String, &String)| {
            pairs.iter().filter(|(other, _)| other == old).count() == 1
                && pairs.iter().filter(|(_, other)| other == new).count() == 1
        };
        Ok(pairs.iter().filter(once).map(|(old, new)| ((*old).clone(), (*new).clone())).collect())
    }

    /// The keys that have no property of their own.
    fn maps(&mut self, base: &Object<'_>, head: &Object<'_>) -> Result<(), CompatError> {
        self.keys(base, head)?;
        let empty = Map::new();
        let (old, new) = (base.patterns.unwrap_or(&empty), head.patterns.unwrap_or(&empty));
        let is_known = |pattern: &str| old.keys().any(|other| is_within(pattern, other));
        let further: Vec<_> = new.iter().filter(|(pattern, _)| !is_known(pattern)).collect();
        let is_kept = |pattern: &str| new.keys().any(|other| is_within(pattern, other));
        let fewer: Vec<_> = old.iter().filter(|(pattern, _)| !is_kept(pattern)).collect();
        for (pattern, values) in new {
            let mut all: Vec<_> = old.iter().filter(|(other, _)| is_within(pattern, other)).collect();
            if all.is_empty() {
                // Some of its keys were those of another pattern, the others any.
                all.extend(old.iter().filter(|(other, _)| is_within(other, pattern)));
                for known in all.into_iter().map(|(_, known)| known).chain(base.map_values()) {
                    self.within("*", |at| at.schemas(known, values))?;
                }
            } else {
                all.into_iter().try_for_each(|(_, known)| self.within("*", |at| at.schemas(known, values)))?;
            }
        }
        if let ([(_, known)], [(_, values)], None) = (&*fewer, &*further, base.map_values()) {
            self.within("*", |at| at.schemas(known, values))?;
        }
        let (further_patterns, fewer_patterns) = (!further.is_empty(), !fewer.is_empty());
        let takes_none = base.others == Some(&Value::Bool(false));
        match (base.map_values(), head.map_values()) {
            (Some(known), Some(values)) => {
                self.within("*", |at| at.schemas(known, values))?;
                if fewer_patterns {
                    self.report(Rule::SchemaChanged, "its `patternProperties` changed".into());
                }
            }
            (None, Some(values)) => {
                if let (true, Some(known)) = (takes_none, old.values().next()) {
                    self.report(Rule::MapKeysWidened, "any string may be a key of the map".into());
                    self.within("*", |at| at.schemas(known, values))?;
                } else if takes_none {
                    let message = "the object took no further properties, and has them";
                    self.report_as(Rule::AdditionalPropertiesOpened, Severity::Error, message.into());
                } else {
                    self.report(Rule::AdditionalPropertiesOpened, "it has further properties".into());
                }
            }
            (Some(_), None) if further_patterns => {
                self.report(Rule::MapKeysNarrowed, "not any string is a key of the map".into());
            }
            (Some(_), None) => {
                self.report(Rule::AdditionalPropertiesClosed, "it has no further properties".into());
            }
            (None, None) => {
                if further_patterns && (takes_none || fewer_patterns) {
                    self.report(Rule::MapKeysWidened, "the map has keys that it did not take".into());
                } else if further_patterns {
                    self.report(Rule::AdditionalPropertiesOpened, "it has further properties".into());
                } else if fewer_patterns {
                    self.report(Rule::MapKeysNarrowed, "the map has no keys of some kind any more".into());
                } else {
                    match (takes_none, head.others.is_some()) {
                        (true, false) => {
                            self.report(
                                Rule::AdditionalPropertiesOpened,
                                "it may have further properties one day".into(),
                            );
                        }
                        (false, true) => {
                            self.report(Rule::AdditionalPropertiesClosed, "it has no further properties".into());
                        }
                        _ => {}
                    }
                }
            }
        }
        Ok(())
    }

    fn keys(&mut self, base: &Object<'_>, head: &Object<'_>) -> Result<(), CompatError> {
        match (base.keys, head.keys) {
            (Some(known), Some(keys)) => {
                if self.are_equal(known, keys)? {
                    return Ok(());
                }
                if self.probe(Some(Severity::Info), |probe| probe.schemas(known, keys))? {
                    self.report(Rule::MapKeysNarrowed, "the keys of the map are fewer".into());
                } else {
                    self.report(Rule::MapKeysWidened, "the map has keys that it did not take".into());
                }
            }
            (Some(_), None) => self.report(Rule::MapKeysWidened, "any string may be a key of the map".into()),
            (None, Some(_)) => self.report(Rule::MapKeysNarrowed, "not any string is a key of the map".into()),
            (None, None) => {}
        }
        Ok(())
    }
}

/// Whether each key that matches a pattern matches the other, which is known of those for the keys of Rust's integers.
fn is_within(pattern: &str, other: &str) -> bool {
    pattern == other || (pattern, other) == (r"^\d+$", r"^-?\d+$")
}

fn is_deprecated(schema: &Value) -> bool {
    schema.get("deprecated") == Some(&Value::Bool(true))
}
