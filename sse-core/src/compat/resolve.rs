//! A schema without references, as the alternatives that a value may be.

use alloc::borrow::ToOwned as _;
use alloc::collections::BTreeSet;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use serde_json::{Map, Value};

use super::error::{CompatError, Problem};
use super::merge::{Literals, merge, take_literals, type_names, without_words};
use super::number::plain;
use super::stream::Stream;
use crate::schema::canonical;

/// How many steps there may be from a schema to what it is made of: references, and parts of an `allOf`.
const STEPS: usize = 128;
/// How many alternatives there may be in one place.
const ALTERNATIVES: usize = 4096;
/// How many schemas there may be in one place, as alternatives, parts and what they refer to, each as often as it is used.
const PARTS: usize = 4 * ALTERNATIVES;

/// What a value may be.
#[derive(Debug, Default)]
pub(super) struct Alternatives {
    /// Anything: the others say nothing then.
    pub(super) any: bool,
    pub(super) null: bool,
    /// The values that are listed, without `null`.
    pub(super) literals: Vec<Value>,
    listed: Literals,
    pub(super) shapes: Vec<Shape>,
}

/// Values of one type.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Shape {
    pub(super) kind: Kind,
    /// What else must hold of them.
    pub(super) node: Map<String, Value>,
}

/// A type of JSON. The order is that in which types are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Null,
    Boolean,
    Integer,
    Number,
    String,
    Array,
    Object,
}

impl Kind {
    const ALL: [Self; 6] = [Self::Null, Self::Boolean, Self::Number, Self::String, Self::Array, Self::Object];

    fn of_name(name: &str) -> Option<Self> {
        [Self::Integer].into_iter().chain(Self::ALL).find(|kind| kind.as_str() == name)
    }

    pub(super) fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(_) => Self::Boolean,
            Value::Number(number) if number.is_f64() && number.as_f64().is_some_and(|float| float % 1.0 != 0.0) => {
                Self::Number
            }
            Value::Number(_) => Self::Integer,
            Value::String(_) => Self::String,
            Value::Array(_) => Self::Array,
            Value::Object(_) => Self::Object,
        }
    }

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean => "boolean",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::String => "string",
            Self::Array => "array",
            Self::Object => "object",
        }
    }

    /// Whether each value of `other` is one of this type.
    pub(super) fn takes(self, other: Self) -> bool {
        self == other || (self == Self::Number && other == Self::Integer)
    }
}

impl Alternatives {
    /// What a value of `schema` may be; `at` is where it is.
    pub(super) fn of(schema: &Value, stream: &Stream<'_>, at: &str) -> Result<Self, CompatError> {
        let mut found = Self::default();
        Resolver { stream, at, parts: 0 }.expand(schema.clone(), 0, &mut found)?;
        found.tidy();
        Ok(found)
    }

    /// Whether this value, which is not `null`, is listed.
    pub(super) fn lists(&self, value: &Value) -> bool {
        self.listed.contains(value)
    }

    pub(super) const fn is_empty(&self) -> bool {
        !self.any && !self.null && self.literals.is_empty() && self.shapes.is_empty()
    }

    /// Adds what a schema says that is made of no others.
    fn add(&mut self, mut node: Map<String, Value>) {
        if let Some(closed) = node.remove("unevaluatedProperties") {
            node.entry("additionalProperties").or_insert(closed);
        }
        let kinds =
            node.get("type").map(|types| type_names(types).into_iter().filter_map(Kind::of_name).collect::<Vec<_>>());
        if let Some(values) = take_literals(&node) {
            for value in values.into_iter().map(plain) {
                let kind = Kind::of(&value);
                if kinds.as_ref().is_some_and(|kinds| !kinds.iter().any(|known| known.takes(kind))) {
                    continue;
                }
                if value.is_null() {
                    self.null = true;
                } else if self.listed.insert(&value) {
                    self.literals.push(value);
                }
            }
            return;
        }
        if node.is_empty() {
            self.any = true;
            return;
        }
        node.remove("type");
        for kind in kinds.as_deref().unwrap_or(&Kind::ALL) {
            if *kind == Kind::Null {
                self.null = true;
                continue;
            }
            let mut node = node.clone();
            node.retain(|key, _| concerns(key, *kind));
            self.shapes.push(Shape { kind: *kind, node });
        }
    }

    fn tidy(&mut self) {
        if [true, false].iter().all(|value| self.lists(&Value::Bool(*value))) {
            self.literals.retain(|value| !value.is_boolean());
            self.listed = self.literals.iter().collect();
            self.shapes.push(Shape { kind: Kind::Boolean, node: Map::new() });
        }
        let mut known = BTreeSet::new();
        self.shapes.retain(|shape| known.insert((shape.kind, canonical(shape.node.clone().into()).to_string())));
        self.shapes.sort_by_key(|shape| shape.kind);
    }
}

struct Resolver<'a> {
    stream: &'a Stream<'a>,
    at: &'a str,
    /// How many schemas were looked at.
    parts: usize,
}

impl Resolver<'_> {
    fn expand(&mut self, schema: Value, steps: usize, found: &mut Alternatives) -> Result<(), CompatError> {
        if steps > STEPS {
            return Err(self.stream.failed(Problem::Endless { at: self.at.to_owned() }));
        }
        if found.shapes.len() + found.literals.len() > ALTERNATIVES {
            let at = self.at.to_owned();
            return Err(self.stream.failed(Problem::TooManyAlternatives { at, limit: ALTERNATIVES }));
        }
        self.parts += 1;
        if self.parts > PARTS {
            return Err(self.stream.failed(Problem::TooManyParts { at: self.at.to_owned(), limit: PARTS }));
        }
        let mut node = match schema {
            Value::Object(node) => without_words(node),
            Value::Bool(all) => {
                found.any |= all;
                return Ok(());
            }
            _ => return Err(self.malformed("a schema")),
        };
        // Before anything is merged, in which it would be lost.
        if !node.get("type").is_none_or(are_types) {
            return Err(self.malformed("a schema whose `type` is one of JSON"));
        }
        if !node.get("enum").is_none_or(Value::is_array) {
            return Err(self.malformed("a schema whose `enum` is an array"));
        }
        match node.remove("$ref") {
            None => {}
            Some(Value::String(reference)) => {
                let target = self.stream.definition(&reference)?.clone();
                return self.expand(merge(node.into(), target), steps + 1, found);
            }
            Some(_) => return Err(self.malformed("a schema whose `$ref` is a string")),
        }
        for key in ["oneOf", "anyOf"] {
            match node.remove(key) {
                None => {}
                Some(Value::Array(branches)) => {
                    for branch in branches {
                        self.expand(merge(node.clone().into(), branch), steps + 1, found)?;
                    }
                    return Ok(());
                }
                Some(_) => return Err(self.malformed("a schema whose alternatives are an array")),
            }
        }
        match node.remove("allOf") {
            None => {}
            Some(Value::Array(parts)) => {
                return self.expand(parts.into_iter().fold(node.into(), merge), steps + 1, found);
            }
            Some(_) => return Err(self.malformed("a schema whose `allOf` is an array")),
        }
        found.add(node);
        Ok(())
    }

    fn malformed(&self, wanted: &'static str) -> CompatError {
        self.stream.failed(Problem::Malformed { at: self.at.to_owned(), wanted })
    }
}

/// Whether it is what a `type` may be.
fn are_types(types: &Value) -> bool {
    let is_type = |name: &Value| name.as_str().is_some_and(|name| Kind::of_name(name).is_some());
    types.as_array().map_or_else(|| is_type(types), |names| names.iter().all(is_type))
}

/// The keywords whose meaning is not compared: if one changes, anything may have.
pub(super) const OPAQUE: &[&str] = &[
    "$dynamicRef",
    "contains",
    "contentSchema",
    "dependencies",
    "dependentRequired",
    "dependentSchemas",
    "else",
    "if",
    "maxContains",
    "minContains",
    "not",
    "then",
    "unevaluatedItems",
    super::merge::CONFLICTS,
];

/// Whether the keyword says something of values of that type.
fn concerns(key: &str, kind: Kind) -> bool {
    match key {
        "properties"
        | "required"
        | "additionalProperties"
        | "patternProperties"
        | "propertyNames"
        | "minProperties"
        | "maxProperties"
        | "dependencies"
        | "dependentRequired"
        | "dependentSchemas" => kind == Kind::Object,
        "items" | "prefixItems" | "minItems" | "maxItems" | "uniqueItems" | "contains" | "minContains"
        | "maxContains" | "unevaluatedItems" => kind == Kind::Array,
        "minLength" | "maxLength" | "pattern" | "contentEncoding" | "contentMediaType" | "contentSchema" => {
            kind == Kind::String
        }
        "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" | "multipleOf" => {
            kind == Kind::Integer || kind == Kind::Number
        }
        "format" => matches!(kind, Kind::Integer | Kind::Number | Kind::String),
        _ => OPAQUE.contains(&key),
    }
}
