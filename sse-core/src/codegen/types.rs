//! JSON Schema as TypeScript types.
//!
//! A type is never narrower than its schema. Constraints that TypeScript cannot state are left out; a keyword that is
//! not known makes the type `unknown`, with a diagnostic, because it could mean anything. Only a branch of an object that says
//! nothing, `{}`, is taken for one without the others' tags: it is a flattened `Option` that is `None`.

use alloc::borrow::ToOwned as _;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde_json::{Map, Value};

use super::diagnostic::Diagnostic;
use super::error::CodegenError;
use super::expression::{Binds, Type, intersection, literal, union};
use super::ident::{property, string};
use super::jsdoc::{JsDoc, is_wide, may_be_rounded};
use super::keyword::{is_known, is_without_type};
use super::options::{Int64, Options, TypeOptions};
use crate::schema::reference::definition_of;

type Object = Map<String, Value>;

/// Longer objects are broken into lines.
const ONE_LINE: usize = 72;
/// Longer arrays of a fixed length are not spelled out.
const SPELLED_OUT: u64 = 16;

/// Turns the schemas of one stream into types.
#[derive(Debug)]
pub(super) struct Printer<'a> {
    stream: &'a str,
    names: &'a BTreeMap<String, String>,
    options: &'a TypeOptions,
    /// How the runtime's names begin.
    namespace: &'static str,
    diagnostics: Vec<Diagnostic>,
    /// Where integers are that JavaScript rounds.
    rounded: Vec<String>,
}

impl<'a> Printer<'a> {
    /// `names` has the TypeScript name of each definition.
    pub(super) fn new(stream: &'a str, names: &'a BTreeMap<String, String>, options: &'a Options) -> Self {
        let namespace = options.namespace();
        Self { stream, names, options: &options.types, namespace, diagnostics: Vec::new(), rounded: Vec::new() }
    }

    /// What the types cannot say.
    ///
    /// # Errors
    ///
    /// There are integers that must not be rounded.
    pub(super) fn finish(self) -> Result<Vec<Diagnostic>, CodegenError> {
        match self.options.int64 {
            Int64::String | Int64::Forbid if !self.rounded.is_empty() => {
                Err(CodegenError::int64(self.stream, self.rounded, self.options.int64 == Int64::String))
            }
            _ => Ok(self.diagnostics),
        }
    }

    /// Whether wide integers are numbers.
    pub(super) fn rounds(&self) -> bool {
        self.options.int64 == Int64::Number
    }

    /// A definition, exported.
    pub(super) fn definition(&mut self, key: &str, name: &str, schema: &Value) -> String {
        let at = format!("#/$defs/{key}");
        let doc = JsDoc::of(schema, key, self.rounds()).print(0);
        if may_be_rounded(schema) {
            self.rounded(&at);
        }
        if let Some(branches) = described_branches(schema) {
            let body = self.branches(branches, &at);
            return format!("{doc}export type {name} ={body};\n");
        }
        let body = self.type_of(schema, &at, 0).text;
        // An object is an interface, which editors show by its name.
        if let Some(object) = schema.as_object()
            && body.starts_with('{')
            && object.get("type") == Some(&Value::from("object"))
            && !is_composed(object)
            && !["enum", "const"].iter().any(|key| object.contains_key(*key))
        {
            let body = self.object(object, &at, 0, true);
            return format!("{doc}export interface {name} {body}\n");
        }
        format!("{doc}export type {name} = {body};\n")
    }

    /// A line for each branch of a union, with what is said of it.
    fn branches(&mut self, (keyword, branches): (&str, &[Value]), at: &str) -> String {
        let mut known = BTreeSet::new();
        let mut body = String::new();
        for (n, branch) in branches.iter().enumerate() {
            let text = self.type_of(branch, &format!("{at}/{keyword}/{n}"), 1).text;
            if known.insert(text.clone()) {
                body += &format!("\n{}  | {text}", JsDoc::of(branch, "", false).print(1));
            }
        }
        body
    }

    /// The type of a payload, as a property of the map of events.
    pub(super) fn payload(&mut self, schema: &Value, at: &str) -> String {
        if may_be_rounded(schema) {
            self.rounded(at);
        }
        self.type_of(schema, at, 1).text
    }

    fn diagnose(&mut self, at: &str, text: String) {
        let diagnostic = Diagnostic::new(self.stream, at, text);
        if !self.diagnostics.contains(&diagnostic) {
            self.diagnostics.push(diagnostic);
        }
    }

    fn rounded(&mut self, at: &str) {
        match self.options.int64 {
            Int64::Number => {
                self.diagnose(at, "an integer that may exceed 2^53, which JSON.parse rounds: see `--int64`".to_owned());
            }
            Int64::BigInt => {}
            Int64::String | Int64::Forbid => {
                if !self.rounded.iter().any(|known| known == at) {
                    self.rounded.push(at.to_owned());
                }
            }
        }
    }

    fn type_of(&mut self, schema: &Value, at: &str, indent: usize) -> Type {
        self.part(schema, at, indent, false)
    }

    /// `is_object` says that it is known to be an object, from what stands around it.
    fn part(&mut self, schema: &Value, at: &str, indent: usize, is_object: bool) -> Type {
        let object = match schema {
            Value::Bool(false) => return Type::atom("never"),
            Value::Object(object) => object,
            _ => return Type::unknown(),
        };
        if let Some(keyword) = object.keys().find(|key| !is_known(key)) {
            self.diagnose(at, format!("keyword {keyword:?} is not known: the type is `unknown`"));
            return Type::unknown();
        }
        if let Some(value) = object.get("const") {
            return literal(value);
        }
        if let Some(Value::Array(values)) = object.get("enum") {
            return union(values.iter().map(literal).collect());
        }
        let is_object = is_object || object.get("type").is_some_and(|kind| kind == "object");
        let mut parts = Vec::new();
        if let Some(reference) = object.get("$ref") {
            parts.push(self.reference(reference, at));
        }
        for keyword in ["oneOf", "anyOf"] {
            if let Some(Value::Array(branches)) = object.get(keyword) {
                let types = branches.iter().enumerate().map(|(n, branch)| match branch {
                    Value::Object(none) if is_object && none.is_empty() => without_tags(branches),
                    Value::Bool(true) if is_object => Type::atom("{ [key: string]: unknown }"),
                    _ => self.part(branch, &format!("{at}/{keyword}/{n}"), indent, is_object),
                });
                parts.push(union(types.collect()));
            }
        }
        if let Some(Value::Array(all)) = object.get("allOf") {
            let all = all.iter().enumerate();
            parts.extend(all.map(|(n, part)| self.part(part, &format!("{at}/allOf/{n}"), indent, is_object)));
        }
        // `type` beside other parts only repeats what they say, unless it has parts of its own.
        let structural = [
            "properties",
            "patternProperties",
            "additionalProperties",
            "unevaluatedProperties",
            "items",
            "prefixItems",
        ];
        if parts.is_empty()
            || structural.iter().any(|key| object.get(*key).is_some_and(|part| *part != Value::Bool(false)))
        {
            parts.insert(0, self.own_type(object, at, indent));
        }
        intersection(parts)
    }

    fn reference(&mut self, reference: &Value, at: &str) -> Type {
        let name = reference.as_str().and_then(definition_of).and_then(|key| self.names.get(&key));
        if let Some(name) = name {
            return Type::atom(name.as_str());
        }
        self.diagnose(at, format!("$ref {reference} is not a definition of this stream: the type is `unknown`"));
        Type::unknown()
    }

    /// What `type` and the keywords of that type say.
    fn own_type(&mut self, object: &Object, at: &str, indent: usize) -> Type {
        let kinds: Vec<&str> = match object.get("type") {
            Some(Value::String(kind)) => Vec::from([kind.as_str()]),
            Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).collect(),
            _ if object.contains_key("properties") => Vec::from(["object"]),
            _ if object.contains_key("prefixItems") || object.contains_key("items") => Vec::from(["array"]),
            _ => return Type::unknown(),
        };
        let mut types = Vec::new();
        for kind in kinds {
            types.push(match kind {
                "string" => self.string(object),
                "boolean" | "null" => Type::atom(kind),
                "number" if self.options.non_finite_null => {
                    union(Vec::from([Type::atom("number"), Type::atom("null")]))
                }
                "integer" if self.options.int64 == Int64::BigInt && is_wide(object) => Type::atom("bigint"),
                "number" | "integer" => Type::atom("number"),
                "array" => self.array(object, at, indent),
                "object" => Type::atom(self.object(object, at, indent, false)),
                other => {
                    self.diagnose(at, format!("type {other:?} is not known: the type is `unknown`"));
                    Type::unknown()
                }
            });
        }
        union(types)
    }

    fn string(&self, object: &Object) -> Type {
        let format = object.get("format").and_then(Value::as_str);
        match format.filter(|format| self.options.brands.iter().any(|brand| brand == format)) {
            Some(format) => Type::atom(format!("{}Branded<{}>", self.namespace, string(format))),
            None => Type::atom("string"),
        }
    }

    fn array(&mut self, object: &Object, at: &str, indent: usize) -> Type {
        let length = |key| object.get(key).and_then(Value::as_u64);
        let Some(Value::Array(first)) = object.get("prefixItems") else {
            let Some(items) = object.get("items") else {
                return Type::atom("unknown[]");
            };
            let item = self.type_of(items, &format!("{at}/items"), indent).within(Binds::Atom);
            return match (length("minItems"), length("maxItems")) {
                (Some(min), Some(max)) if min == max && min <= SPELLED_OUT => {
                    let items: Vec<_> = (0..min).map(|_| item.as_str()).collect();
                    Type::atom(format!("[{}]", items.join(", ")))
                }
                _ => Type::atom(format!("{item}[]")),
            };
        };
        let least = length("minItems").unwrap_or(0);
        let mut members = Vec::new();
        for (n, schema) in (0_u64..).zip(first) {
            let member = self.type_of(schema, &format!("{at}/prefixItems/{n}"), indent);
            members.push(if n < least { member.text } else { format!("{}?", member.within(Binds::Atom)) });
        }
        let closed =
            object.get("items") == Some(&Value::Bool(false)) || length("maxItems") == u64::try_from(first.len()).ok();
        if !closed {
            let rest = object
                .get("items")
                .map_or_else(Type::unknown, |items| self.type_of(items, &format!("{at}/items"), indent));
            members.push(format!("...{}[]", rest.within(Binds::Atom)));
        }
        Type::atom(format!("[{}]", members.join(", ")))
    }

    /// An object type: on one line if it is short, unless `lines`.
    fn object(&mut self, object: &Object, at: &str, indent: usize, lines: bool) -> String {
        let required: Vec<&str> =
            object.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
        let mut members = Vec::new();
        let mut documented = false;
        let empty = Map::new();
        let properties = object.get("properties").and_then(Value::as_object).unwrap_or(&empty);
        let mut names: Vec<&String> = properties.keys().collect();
        names.sort();
        for name in names {
            let Some(schema) = properties.get(name) else {
                continue;
            };
            let at = format!("{at}/properties/{name}");
            let doc = JsDoc::of(schema, name, self.rounds());
            if may_be_rounded(schema) {
                self.rounded(&at);
            }
            documented |= !doc.is_empty();
            let optional = if required.contains(&name.as_str()) { "" } else { "?" };
            let exact = (self.options.exact_optional && !optional.is_empty()).then(|| without_null(schema));
            let kind = self.type_of(exact.as_ref().unwrap_or(schema), &at, indent + 1).text;
            members.push((doc, format!("{}{optional}: {kind};", property(name))));
        }
        if let Some(values) = self.index_type(object, at, indent) {
            // Properties need not be of the other keys' type, which TypeScript asks of them.
            let alone = members.is_empty() && !is_composed(object);
            let values = if alone { values.text } else { "unknown".to_owned() };
            members.push((JsDoc::default(), format!("[key: string]: {values};")));
        } else if members.is_empty() {
            members.push((JsDoc::default(), "[key: string]: unknown;".to_owned()));
        }
        let texts: Vec<&str> = members.iter().map(|(_, text)| text.as_str()).collect();
        let line = texts.join(" ");
        if !lines && !documented && line.len() <= ONE_LINE && !line.contains('\n') {
            return format!("{{ {} }}", line.trim_end_matches(';'));
        }
        let margin = "  ".repeat(indent);
        let body: String =
            members.iter().map(|(doc, text)| format!("{}{margin}  {text}\n", doc.print(indent + 1))).collect();
        format!("{{\n{body}{margin}}}")
    }

    /// The type of the values whose keys are not named.
    fn index_type(&mut self, object: &Object, at: &str, indent: usize) -> Option<Type> {
        let mut types = Vec::new();
        if let Some(Value::Object(patterns)) = object.get("patternProperties") {
            for (pattern, schema) in patterns {
                types.push(self.type_of(schema, &format!("{at}/patternProperties/{pattern}"), indent + 1));
            }
        }
        for keyword in ["additionalProperties", "unevaluatedProperties"] {
            match object.get(keyword) {
                None | Some(Value::Bool(false)) => {}
                Some(schema) => types.push(self.type_of(schema, &format!("{at}/{keyword}"), indent + 1)),
            }
        }
        (!types.is_empty()).then(|| union(types))
    }
}

/// An object that is none of the branches: what a flattened `Option` is without an enum.
fn without_tags(branches: &[Value]) -> Type {
    let mut tags = BTreeSet::new();
    let mut open: Vec<&Value> = branches.iter().collect();
    while let Some(schema) = open.pop() {
        let members = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
        tags.extend(members.filter(|(_, schema)| schema.get("const").is_some()).map(|(name, _)| name));
        let parts = ["oneOf", "anyOf", "allOf"].iter().filter_map(|keyword| schema.get(*keyword)?.as_array());
        open.extend(parts.flatten());
    }
    let members: Vec<_> = tags.into_iter().map(|name| format!("{}?: never", property(name))).collect();
    Type::atom(if members.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", members.join("; ")) })
}

/// The branches of a schema that is a union and nothing else, if something is said of one of them.
fn described_branches(schema: &Value) -> Option<(&'static str, &[Value])> {
    let mut keys = schema.as_object()?.iter().filter(|(key, _)| !is_without_type(key));
    let (key, branches) = keys.next().filter(|_| keys.next().is_none())?;
    let keyword = ["oneOf", "anyOf"].into_iter().find(|keyword| keyword == key)?;
    let branches = branches.as_array()?;
    let is_described = |branch: &Value| ["description", "deprecated"].iter().any(|key| branch.get(*key).is_some());
    branches.iter().any(is_described).then_some((keyword, branches))
}

/// Whether a schema is put together of others.
pub(super) fn is_composed(object: &Object) -> bool {
    ["$ref", "allOf", "anyOf", "oneOf"].iter().any(|key| object.contains_key(*key))
}

/// The schema without the `null` that it allows beside something else.
fn without_null(schema: &Value) -> Value {
    let mut schema = schema.clone();
    let is_null = |branch: &Value| branch.get("type").is_some_and(|kind| kind == "null");
    if let Some(Value::Array(kinds)) = schema.get_mut("type")
        && kinds.len() > 1
    {
        kinds.retain(|kind| kind != "null");
    }
    for keyword in ["anyOf", "oneOf"] {
        if let Some(Value::Array(branches)) = schema.get_mut(keyword)
            && branches.len() > 1
        {
            branches.retain(|branch| !is_null(branch));
        }
    }
    schema
}
