//! JSON Schema as types of Python.
//!
//! A type is never narrower than its schema, as `json.loads` gives the value: an array is a `list`, also of a tuple.

use alloc::borrow::ToOwned as _;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde_json::{Map, Value};

use super::super::diagnostic::Diagnostic;
use super::super::keyword::is_known;
use super::ident::{capitalised, is_member, type_name};
use super::text::{comment, docstring, string};
use crate::schema::Manifest;
use crate::schema::reference::definition_of;

type Object = Map<String, Value>;

/// References within references that are followed to see the members of an object.
const DEEPEST: usize = 16;
/// More combinations of alternatives than these are not spelled out.
const SPELLED_OUT: usize = 64;

/// The types of one module.
#[derive(Debug)]
pub(super) struct Types<'a> {
    manifest: &'a Manifest,
    /// The Python name of each definition.
    names: BTreeMap<String, String>,
    taken: BTreeSet<String>,
    texts: Vec<String>,
    diagnostics: Vec<Diagnostic>,
}

/// The members of an object: each with its schema, and whether it is always there.
type Members = BTreeMap<String, (Value, bool)>;

impl<'a> Types<'a> {
    pub(super) fn new(manifest: &'a Manifest, names: BTreeMap<String, String>, stream: String) -> Self {
        let mut taken: BTreeSet<_> = names.values().cloned().collect();
        taken.insert(stream);
        Self { manifest, names, taken, texts: Vec::new(), diagnostics: Vec::new() }
    }

    pub(super) fn finish(self) -> (Vec<String>, Vec<Diagnostic>) {
        (self.texts, self.diagnostics)
    }

    pub(super) fn add(&mut self, text: String) {
        self.texts.push(text);
    }

    /// A name that nothing has yet, and that is taken now.
    pub(super) fn free(&mut self, name: &str) -> String {
        let mut name = type_name(name);
        while !self.taken.insert(name.clone()) {
            name.push('_');
        }
        name
    }

    /// A definition: a class if it is an object, else an alias.
    pub(super) fn define(&mut self, name: &str, schema: &Value, at: &str) {
        let doc = schema.get("description").and_then(Value::as_str).unwrap_or_default();
        if is_plain_object(schema)
            && let Some([members]) = self.alternatives(schema, 0).as_deref()
        {
            self.class(name, doc, members, at);
            return;
        }
        let expression = self.expression(schema, name, at);
        self.add(format!("{}{name}: TypeAlias = {expression}\n", comment(doc, 0)));
    }

    fn class(&mut self, name: &str, doc: &str, members: &Members, at: &str) {
        let mut typed = Vec::new();
        for (key, (schema, required)) in members {
            let kind =
                self.expression(schema, &format!("{name}{}", capitalised(key)), &format!("{at}/properties/{key}"));
            let kind = if *required { kind } else { format!("NotRequired[{kind}]") };
            typed.push((key, kind, description_of(schema)));
        }
        // Within a class, the name of a member is no longer that of a type.
        if typed.iter().all(|(key, ..)| is_member(key) && !self.taken.contains(*key)) {
            let doc = docstring(doc, 1);
            let body: String =
                typed.iter().map(|(key, kind, doc)| format!("{}    {key}: {kind}\n", comment(doc, 1))).collect();
            self.add(format!("class {name}(TypedDict):\n{doc}{body}"));
        } else {
            let body: String = typed
                .iter()
                .map(|(key, kind, doc)| format!("{}    {}: {kind},\n", comment(doc, 1), string(key)))
                .collect();
            self.add(format!("{}{name} = TypedDict(\"{name}\", {{\n{body}}})\n", comment(doc, 0)));
        }
    }

    /// The type of a schema. `hint` is what an object in it is called that has no name.
    pub(super) fn expression(&mut self, schema: &Value, hint: &str, at: &str) -> String {
        let any = || "Any".to_owned();
        let object = match schema {
            Value::Bool(false) => return "Never".to_owned(),
            Value::Object(object) => object,
            _ => return any(),
        };
        if let Some(keyword) = object.keys().find(|key| !is_known(key)) {
            let text = format!("keyword {keyword:?} is not known: the type is `Any`");
            self.diagnostics.push(Diagnostic::new(self.manifest.name(), at, text));
            return any();
        }
        if let Some(value) = object.get("const") {
            return literal(value);
        }
        if let Some(Value::Array(values)) = object.get("enum") {
            return union(values.iter().map(literal).collect());
        }
        let parts = ["$ref", "allOf", "anyOf", "oneOf"].into_iter().filter(|key| object.contains_key(*key)).count();
        let has_members = object.contains_key("properties");
        let all = object.get("allOf").and_then(Value::as_array);
        if parts > 1 || (parts == 1 && has_members) || all.is_some_and(|all| all.len() > 1) {
            return self.combined(schema, hint, at);
        }
        if let Some(Value::String(reference)) = object.get("$ref") {
            let name = definition_of(reference).and_then(|key| self.names.get(&key));
            return name.map_or_else(any, |name| format!("\"{name}\""));
        }
        if let Some([only]) = all.map(Vec::as_slice) {
            return self.expression(only, hint, at);
        }
        if let Some(Value::Array(branches)) = object.get("oneOf").or_else(|| object.get("anyOf")) {
            let types = branches.iter().enumerate();
            let types = types.map(|(n, branch)| self.expression(branch, &branch_name(hint, branch, n), at));
            return union(types.collect());
        }
        match object.get("type") {
            Some(Value::String(kind)) => self.kind(kind, object, hint, at),
            Some(Value::Array(kinds)) => {
                let kinds = kinds.iter().filter_map(Value::as_str);
                union(kinds.map(|kind| self.kind(kind, object, hint, at)).collect())
            }
            _ if has_members => self.combined(schema, hint, at),
            _ => any(),
        }
    }

    fn kind(&mut self, kind: &str, object: &Object, hint: &str, at: &str) -> String {
        match kind {
            "null" => "None".to_owned(),
            "boolean" => "bool".to_owned(),
            "integer" => "int".to_owned(),
            "number" => "float".to_owned(),
            "string" => "str".to_owned(),
            "array" => self.list(object, hint, at),
            "object" if object.get("properties").and_then(Value::as_object).is_some_and(|map| !map.is_empty()) => {
                self.combined(&Value::Object(object.clone()), hint, at)
            }
            "object" => self.map(object, hint, at),
            _ => "Any".to_owned(),
        }
    }

    fn list(&mut self, object: &Object, hint: &str, at: &str) -> String {
        let hint = format!("{hint}Item");
        let mut types = Vec::new();
        if let Some(Value::Array(items)) = object.get("prefixItems") {
            types.extend(items.iter().map(|item| self.expression(item, &hint, at)));
        }
        // Behind those that are listed there are none, if the length says so.
        let length = object.get("maxItems").and_then(Value::as_u64);
        if types.is_empty() || length.is_none_or(|most| most > types.len() as u64) {
            types.push(object.get("items").map_or_else(|| "Any".to_owned(), |items| self.expression(items, &hint, at)));
        }
        format!("list[{}]", union(types))
    }

    fn map(&mut self, object: &Object, hint: &str, at: &str) -> String {
        let hint = format!("{hint}Value");
        let patterns = object.get("patternProperties").and_then(Value::as_object);
        let mut types: Vec<_> =
            patterns.into_iter().flat_map(Map::values).map(|schema| self.expression(schema, &hint, at)).collect();
        let keywords = ["additionalProperties", "unevaluatedProperties"];
        let rest: Vec<_> = keywords.iter().filter_map(|keyword| object.get(*keyword)).collect();
        if rest.is_empty() && types.is_empty() {
            types.push("Any".to_owned());
        }
        for schema in rest.into_iter().filter(|schema| **schema != Value::Bool(false)) {
            types.push(self.expression(schema, &hint, at));
        }
        format!("dict[str, {}]", if types.is_empty() { "Any".to_owned() } else { union(types) })
    }

    /// Members that come from several places, as one class for each combination.
    fn combined(&mut self, schema: &Value, hint: &str, at: &str) -> String {
        let Some(alternatives) = self.alternatives(schema, 0).filter(|all| all.len() <= SPELLED_OUT) else {
            return "Any".to_owned();
        };
        let many = alternatives.len() > 1;
        let doc = if many { String::new() } else { description_of(schema) };
        let mut names = Vec::new();
        for (n, members) in alternatives.iter().enumerate() {
            let name = if many {
                tagged(hint, members).unwrap_or_else(|| format!("{hint}{}", n + 1))
            } else {
                hint.to_owned()
            };
            let name = self.free(&name);
            self.class(&name, &doc, members, at);
            names.push(format!("\"{name}\""));
        }
        union(names)
    }

    /// What members the object may have, all together; none if it is not known, or may be no object.
    fn alternatives(&self, schema: &Value, depth: usize) -> Option<Vec<Members>> {
        let object = schema.as_object().filter(|_| depth < DEEPEST)?;
        if object.get("type").is_some_and(|kind| kind != "object")
            || object.contains_key("enum")
            || object.contains_key("const")
            || object.keys().any(|key| !is_known(key))
        {
            return None;
        }
        let required: BTreeSet<_> =
            object.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
        let own = object.get("properties").and_then(Value::as_object);
        let own = own
            .into_iter()
            .flatten()
            .map(|(key, schema)| (key.clone(), (schema.clone(), required.contains(key.as_str()))));
        let mut all = Vec::from([own.collect::<Members>()]);
        if let Some(Value::String(reference)) = object.get("$ref") {
            let definition = self.manifest.definitions().get(&definition_of(reference)?)?;
            all = product(&all, &self.alternatives(definition, depth + 1)?)?;
        }
        for part in object.get("allOf").and_then(Value::as_array).into_iter().flatten() {
            all = product(&all, &self.alternatives(part, depth + 1)?)?;
        }
        for keyword in ["oneOf", "anyOf"] {
            if let Some(Value::Array(branches)) = object.get(keyword) {
                let mut either = Vec::new();
                for branch in branches {
                    either.extend(self.alternatives(branch, depth + 1)?);
                }
                all = product(&all, &either)?;
            }
        }
        Some(all)
    }
}

/// Each of the one with each of the other.
fn product(ones: &[Members], others: &[Members]) -> Option<Vec<Members>> {
    if ones.len() * others.len() > SPELLED_OUT {
        return None;
    }
    let merge = |one: &Members, other: &Members| {
        let mut merged = one.clone();
        for (key, (schema, required)) in other {
            let member = merged.entry(key.clone()).or_insert_with(|| (schema.clone(), false));
            member.1 |= required;
        }
        merged
    };
    Some(ones.iter().flat_map(|one| others.iter().map(move |other| merge(one, other))).collect())
}

fn is_plain_object(schema: &Value) -> bool {
    schema.get("properties").and_then(Value::as_object).is_some_and(|members| !members.is_empty())
        && schema.get("type").is_some_and(|kind| kind == "object")
}

fn description_of(schema: &Value) -> String {
    let mut text = schema.get("description").and_then(Value::as_str).unwrap_or_default().to_owned();
    if schema.get("deprecated") == Some(&Value::Bool(true)) {
        text += if text.is_empty() { "Deprecated." } else { "\n\nDeprecated." };
    }
    text
}

/// What one of several objects is called: by its tag, or by its only member.
fn tagged(hint: &str, members: &Members) -> Option<String> {
    let tag = members.values().find_map(|(schema, _)| schema.get("const").and_then(Value::as_str));
    let only = || members.keys().next().filter(|_| members.len() == 1).map(String::as_str);
    tag.or_else(only).map(capitalised).filter(|name| !name.is_empty()).map(|name| format!("{hint}{name}"))
}

fn branch_name(hint: &str, branch: &Value, n: usize) -> String {
    let members = branch.get("properties").and_then(Value::as_object).into_iter().flatten();
    let members = members.map(|(key, schema)| (key.clone(), (schema.clone(), true))).collect();
    tagged(hint, &members).unwrap_or_else(|| format!("{hint}{}", n + 1))
}

fn union(types: Vec<String>) -> String {
    let mut distinct: Vec<String> = Vec::new();
    for kind in types {
        if kind == "Any" {
            return kind;
        }
        if kind != "Never" && !distinct.contains(&kind) {
            distinct.push(kind);
        }
    }
    match distinct.as_slice() {
        [] => "Never".to_owned(),
        [only] => only.clone(),
        _ => format!("Union[{}]", distinct.join(", ")),
    }
}

/// The type of one value. Only some values can be types.
fn literal(value: &Value) -> String {
    match value {
        Value::Null => "None".to_owned(),
        Value::Bool(true) => "Literal[True]".to_owned(),
        Value::Bool(false) => "Literal[False]".to_owned(),
        Value::Number(number) if number.is_i64() || number.is_u64() => format!("Literal[{number}]"),
        Value::Number(_) => "float".to_owned(),
        Value::String(text) => format!("Literal[{}]", string(text)),
        Value::Array(_) => "list[Any]".to_owned(),
        Value::Object(_) => "dict[str, Any]".to_owned(),
    }
}
