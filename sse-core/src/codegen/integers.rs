//! Where in the payloads integers of 64 bits are, for what reads them as `bigint`.

use alloc::borrow::ToOwned as _;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;

use serde_json::{Map, Value, json};

use super::alias::unrolled;
use super::apart::{Kind, LONGEST_TUPLE, Member, Shape, indices, names, product};
use super::jsdoc::is_wide;
use super::types::is_composed;
use crate::schema::reference::definition_of;
use crate::schema::{Manifest, PayloadSchema, canonical};

type Object = Map<String, Value>;

/// The places in the payloads, and in the definitions, as `runtime-bigint` takes them; none if there are none.
pub(super) fn places(manifest: &Manifest) -> Option<(Value, Value)> {
    let mut definitions = manifest.definitions().clone();
    let unrolled = definitions.keys().filter_map(|key| Some((key.clone(), unrolled(key, &definitions)?)));
    let unrolled: Vec<_> = unrolled.collect();
    definitions.extend(unrolled);
    let definitions = &definitions;
    let mut found = BTreeSet::new();
    // A definition has integers if one that it refers to has: until no more are found.
    loop {
        let walk = Walk { definitions, found: &found, plain: true };
        let more = definitions.iter().filter(|(_, schema)| walk.place(schema).is_some()).map(|(key, _)| key.clone());
        let more: BTreeSet<String> = more.collect();
        if more == found {
            break;
        }
        found = more;
    }
    let walk = Walk { definitions, found: &found, plain: false };
    let events: Object = manifest
        .events()
        .iter()
        .filter_map(|event| match &event.payload {
            PayloadSchema::Json(schema) => Some((event.name.clone(), walk.place(schema.as_value())?)),
            _ => None,
        })
        .collect();
    if events.is_empty() {
        return None;
    }
    let places = found.iter().filter_map(|key| Some((key.clone(), walk.place(definitions.get(key)?)?)));
    Some((canonical(events.into()), canonical(places.collect::<Object>().into())))
}

#[derive(Clone, Copy)]
struct Walk<'a> {
    definitions: &'a BTreeMap<String, Value>,
    /// The definitions in which there are integers.
    found: &'a BTreeSet<String>,
    /// Whether branches are not told apart.
    plain: bool,
}

impl Walk<'_> {
    fn place(&self, schema: &Value) -> Option<Value> {
        self.place_of(schema, false)
    }

    /// `open` says that the value may have members without a name, whatever the schema says.
    fn place_of(&self, schema: &Value, open: bool) -> Option<Value> {
        let object = schema.as_object()?;
        if object.contains_key("const") || object.contains_key("enum") {
            return None;
        }
        let mut any = self.parts(object, open || is_open(object));
        if is_wide(object) {
            any.push(json!(1));
        }
        if is_composed(object)
            && let Some(rest) = self.rest(object)
        {
            any.extend(self.rest_of_shapes(object, &rest));
        }
        let mut within = self.within(object);
        match (any.len(), within.is_empty()) {
            (0, true) => return None,
            (1, true) => return any.pop(),
            (0, false) => {}
            _ => {
                within.insert("any".to_owned(), any.into());
            }
        }
        Some(within.into())
    }

    /// The places in what a schema is put together of.
    fn parts(&self, object: &Object, open: bool) -> Vec<Value> {
        let mut parts: Vec<(Vec<Value>, Vec<Shape>)> = Vec::new();
        if let Some(key) = object.get("$ref").and_then(Value::as_str).and_then(definition_of)
            && self.definitions.contains_key(&key)
        {
            let shapes = self.shapes(&json!({ "$ref": object.get("$ref") }), &mut Vec::new());
            let place = self.found.contains(&key).then(|| key.into());
            parts.push((place.into_iter().collect(), shapes));
        }
        for branches in ["oneOf", "anyOf"].iter().filter_map(|keyword| object.get(*keyword)?.as_array()) {
            let shapes: Vec<_> = branches.iter().map(|branch| self.shapes(branch, &mut Vec::new())).collect();
            parts.push((self.branches(branches, &shapes, open), shapes.concat()));
        }
        for part in object.get("allOf").and_then(Value::as_array).into_iter().flatten() {
            parts.push((self.place_of(part, open).into_iter().collect(), self.shapes(part, &mut Vec::new())));
        }
        let own = object.get("properties").and_then(Value::as_object).into_iter().flatten();
        let own: BTreeSet<String> = own.map(|(name, _)| name.clone()).collect();
        let mut any = Vec::new();
        for (n, (places, shapes)) in parts.iter().enumerate() {
            let mut named = Map::new();
            // What one part says of members without a name is not said of those that others name.
            if shapes.iter().any(|shape| shape.rest.is_some()) {
                let others = parts.iter().enumerate().filter(|(other, _)| *other != n);
                let others = others.flat_map(|(_, (_, shapes))| names(shapes));
                named.extend(own.iter().cloned().chain(others).map(|name| (name, json!(0))));
            }
            any.extend(places.iter().map(|place| beside(place, &named)));
        }
        any
    }

    /// The places in the branches of a union, and what tells each from the others.
    fn branches(&self, branches: &[Value], shapes: &[Vec<Shape>], open: bool) -> Vec<Value> {
        let mut places = Vec::new();
        for (n, branch) in branches.iter().enumerate() {
            let Some(place) = self.place_of(branch, open) else {
                continue;
            };
            let others = shapes.iter().enumerate().filter(|(other, _)| *other != n).flat_map(|(_, shapes)| shapes);
            let others: Vec<_> = others.collect();
            let told = shapes.get(n).into_iter().flatten().map(|shape| shape.apart_from(&others, open));
            let told: Vec<Object> = told.collect();
            let told = if told.iter().any(Map::is_empty) { Vec::new() } else { told };
            if told.is_empty() {
                places.push(place);
                continue;
            }
            for mut told in told {
                let place = match &place {
                    Value::Object(place) if !["c", "x", "h"].iter().any(|key| place.contains_key(*key)) => {
                        told.extend(place.clone());
                        told.into()
                    }
                    place => {
                        told.insert("any".to_owned(), json!([place]));
                        told.into()
                    }
                };
                if !places.contains(&place) {
                    places.push(place);
                }
            }
        }
        places
    }

    /// The place of the members without a name, which has to know which names the parts of the schema give.
    fn rest_of_shapes(&self, object: &Object, place: &Value) -> Vec<Value> {
        let mut shapes = self.shapes(&object.clone().into(), &mut Vec::new());
        if shapes.is_empty() {
            shapes.push(Shape::default());
        }
        let rest = shapes.iter().enumerate().map(|(n, shape)| {
            let others = shapes.iter().enumerate().filter(|(other, _)| *other != n).map(|(_, shape)| shape);
            let mut rest = shape.apart_from(&others.collect::<Vec<_>>(), true);
            let named: Object = shape.members.keys().map(|name| (name.clone(), json!(0))).collect();
            if !named.is_empty() {
                rest.insert("p".to_owned(), named.into());
            }
            rest.insert("v".to_owned(), place.clone());
            Value::from(rest)
        });
        rest.collect()
    }

    /// The places in the members of an object and the items of an array.
    fn within(&self, object: &Object) -> Object {
        let mut within = Map::new();
        let named = |name: &str| object.get(name).and_then(Value::as_object).into_iter().flatten();
        let mut properties: Object =
            named("properties").filter_map(|(name, schema)| Some((name.clone(), self.place(schema)?))).collect();
        let first = object.get("prefixItems").and_then(Value::as_array).into_iter().flatten();
        let first: Vec<_> = first.map(|schema| self.place(schema).unwrap_or_else(|| json!(0))).collect();
        if let Some(rest) = self.rest(object).filter(|_| !is_composed(object)) {
            within.insert("v".to_owned(), rest);
            for (name, _) in named("properties") {
                properties.entry(name.clone()).or_insert_with(|| json!(0));
            }
        }
        if !properties.is_empty() {
            within.insert("p".to_owned(), properties.into());
        }
        if first.iter().any(|place| *place != 0) {
            within.insert("t".to_owned(), first.into());
        }
        if let Some(items) = object.get("items").and_then(|schema| self.place(schema)) {
            within.insert("i".to_owned(), items);
        }
        within
    }

    /// The place of the members of an object that have no name.
    fn rest(&self, object: &Object) -> Option<Value> {
        let patterns = object.get("patternProperties").and_then(Value::as_object).into_iter().flatten();
        let mut values: Vec<Value> = patterns.filter_map(|(_, schema)| self.place(schema)).collect();
        for keyword in ["additionalProperties", "unevaluatedProperties"] {
            values.extend(object.get(keyword).and_then(|schema| self.place(schema)));
        }
        if values.len() > 1 { Some(json!({ "any": values })) } else { values.pop() }
    }

    /// The objects and arrays that a schema may be. `seen` are the definitions that it is within.
    fn shapes(&self, schema: &Value, seen: &mut Vec<String>) -> Vec<Shape> {
        let Some(object) = schema.as_object().filter(|_| !self.plain) else {
            return Vec::new();
        };
        // Members are compared, not read: else a type that holds itself would have no end.
        let members = Self { plain: true, ..*self };
        let is_type = |kind: &str| match object.get("type") {
            Some(Value::Array(kinds)) => kinds.iter().any(|known| known == kind),
            Some(known) => known == kind,
            None => false,
        };
        let (is_object, is_array) = (is_type("object"), is_type("array"));
        let other = object.contains_key("type") && !is_object && !is_array;
        if other || object.contains_key("const") || object.contains_key("enum") {
            return Vec::new();
        }
        let own = if is_array || object.contains_key("items") || object.contains_key("prefixItems") {
            members.array(object)
        } else {
            members.object(object, is_object)
        };
        let mut all = Vec::from([own]);
        if let Some(key) = object.get("$ref").and_then(Value::as_str).and_then(definition_of)
            && let Some(definition) = self.definitions.get(&key)
        {
            // A union that is one of its own branches has no more for that.
            if seen.contains(&key) {
                return Vec::new();
            }
            seen.push(key);
            all = product(&all, &self.shapes(definition, seen));
            seen.pop();
        }
        for keyword in ["oneOf", "anyOf"] {
            if let Some(branches) = object.get(keyword).and_then(Value::as_array) {
                let either: Vec<_> = branches.iter().flat_map(|branch| self.shapes(branch, seen)).collect();
                all = product(&all, &either);
            }
        }
        for part in object.get("allOf").and_then(Value::as_array).into_iter().flatten() {
            all = product(&all, &self.shapes(part, seen));
        }
        all
    }

    fn object(&self, object: &Object, is_object: bool) -> Shape {
        let required = object.get("required").and_then(Value::as_array);
        let properties = object.get("properties").and_then(Value::as_object);
        let members = properties.into_iter().flatten().map(|(name, schema)| {
            let required = required.is_some_and(|names| names.iter().any(|required| required == name));
            (name.clone(), Member { required, place: self.place(schema), values: self.values(schema, 0) })
        });
        Shape {
            kind: (is_object || properties.is_some()).then_some(Kind::Object),
            members: members.collect(),
            open: is_open(object),
            rest: self.rest(object),
        }
    }

    fn array(&self, object: &Object) -> Shape {
        let length = |key| object.get(key).and_then(Value::as_u64);
        let (least, most) = (length("minItems").unwrap_or(0), length("maxItems"));
        let rest = object.get("items").and_then(|schema| self.place(schema));
        let mut members = BTreeMap::new();
        let mut open = true;
        if let Some(first) = object.get("prefixItems").and_then(Value::as_array) {
            for (index, schema) in (0_u64..).zip(first) {
                let member =
                    Member { required: index < least, place: self.place(schema), values: self.values(schema, 0) };
                members.extend(indices(index..index + 1).map(|name| (name, member.clone())));
            }
            open = object.get("items") != Some(&Value::Bool(false)) && most != u64::try_from(first.len()).ok();
        } else if most == Some(least) && least <= LONGEST_TUPLE {
            let member = Member { required: true, place: rest.clone(), values: None };
            members.extend(indices(0..least).map(|name| (name, member.clone())));
            open = false;
        }
        Shape { kind: Some(Kind::Array), members, open, rest: rest.filter(|_| open) }
    }

    /// What alone a value can be, if that are single values.
    fn values(&self, schema: &Value, depth: usize) -> Option<Vec<Value>> {
        const DEEPEST: usize = 16;
        let object = schema.as_object().filter(|_| depth < DEEPEST)?;
        let values = if let Some(value) = object.get("const") {
            Vec::from([value.clone()])
        } else if let Some(values) = object.get("enum") {
            values.as_array()?.clone()
        } else if object.get("type").is_some_and(|kind| kind == "null") {
            Vec::from([Value::Null])
        } else if let Some(reference) = object.get("$ref") {
            self.values(self.definitions.get(&definition_of(reference.as_str()?)?)?, depth + 1)?
        } else {
            let branches = object.get("oneOf").or_else(|| object.get("anyOf"))?.as_array()?;
            branches.iter().map(|branch| self.values(branch, depth + 1)).collect::<Option<Vec<_>>>()?.concat()
        };
        // Those that `===` compares.
        values.iter().all(|value| !value.is_object() && !value.is_array()).then_some(values)
    }
}

/// The place, where other members have these names.
fn beside(place: &Value, named: &Object) -> Value {
    if named.is_empty() {
        return place.clone();
    }
    let mut object = match place {
        Value::Object(object) => object.clone(),
        place => Map::from_iter([("any".to_owned(), json!([place]))]),
    };
    let mut members = named.clone();
    if let Some(Value::Object(own)) = object.remove("p") {
        members.extend(own);
    }
    object.insert("p".to_owned(), members.into());
    object.into()
}

/// Whether the type of an object has members without a name.
fn is_open(object: &Object) -> bool {
    let has_more = |key: &str| object.get(key).is_some_and(|schema| *schema != Value::Bool(false));
    let is_empty = |key: &str| object.get(key).and_then(Value::as_object).is_none_or(Map::is_empty);
    has_more("additionalProperties")
        || has_more("unevaluatedProperties")
        || !is_empty("patternProperties")
        || (object.get("type").is_some_and(|kind| kind == "object") && is_empty("properties") && !is_composed(object))
}
