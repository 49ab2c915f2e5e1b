//! What is called breaking breaks a validator, and what is not does not: tried on random pairs of schemas.
//!
//! The old client is a validator with the base's schema. The new server sends documents that are valid under the
//! head's, and nothing that the head does not declare: its objects are closed. Of the rules, those that ask for a
//! property, a type, a constant, a value of an enum, a variant, a limit of integers or of lengths, an element of a
//! tuple or a key or value of a map are covered; not those of streams and events, of formats of texts, of keywords
//! that are not understood, and of words and names.

use serde_json::{Map, Value, json};
use sse_core::compat::{Finding, Options, Rule, Severity, compare};

use super::{Event, view};
use random::Random;

#[path = "../../simulation/random.rs"]
mod random;

/// How many pairs are compared.
const PAIRS: u64 = 1500;
/// How many documents are tried for a pair of which nothing breaks, and at most for one of which something does.
const DOCUMENTS: [usize; 2] = [150, 5000];

/// A small family of types, as Rust has them.
#[derive(Clone, Debug)]
enum Type {
    Leaf(Value),
    Nullable(Box<Self>),
    /// Properties, each with whether it is required; and whether there may be no others.
    Object(Vec<(&'static str, bool, Self)>, bool),
    /// An object that a map is flattened into.
    Rest(Vec<(&'static str, bool, Self)>, Box<Self>),
    List(Box<Self>),
    Tuple(Vec<Self>),
    /// Variants that `kind` tells apart.
    Tagged(Vec<(&'static str, Self)>),
    /// Variants that are told apart by their only property; some are without data.
    External(Vec<(&'static str, Option<Self>)>),
    /// Types that are told apart by nothing.
    Untagged(Vec<Self>),
}

const NAMES: [&str; 3] = ["x", "y", "z"];

impl Type {
    fn random(random: &mut Random, depth: usize) -> Self {
        if depth == 0 || random.once_in(3) {
            return Self::Leaf(leaf(random));
        }
        let inner = |random: &mut Random| Box::new(Self::random(random, depth - 1));
        match random.below(9) {
            0 => Self::Nullable(inner(random)),
            1 | 2 => Self::Object(Self::properties(random, depth), random.once_in(4)),
            3 => Self::Rest(Self::properties(random, depth), inner(random)),
            4 => Self::List(inner(random)),
            5 => Self::Tuple((0..=random.below(2)).map(|_| Self::random(random, depth - 1)).collect()),
            6 => Self::Tagged(Self::some(random, |random| Self::Object(Self::properties(random, 1), false))),
            7 => Self::External(Self::some(random, |random| (!random.once_in(3)).then(|| *inner(random)))),
            _ => Self::Untagged((0..=random.below(3)).map(|_| Self::random(random, depth - 1)).collect()),
        }
    }

    /// A value for some of the names, at least one.
    fn some<T>(random: &mut Random, mut value: impl FnMut(&mut Random) -> T) -> Vec<(&'static str, T)> {
        let first = random.below(NAMES.len());
        let mut some = Vec::new();
        for (n, name) in NAMES.into_iter().enumerate() {
            if n == first || random.once_in(2) {
                some.push((name, value(random)));
            }
        }
        some
    }

    fn properties(random: &mut Random, depth: usize) -> Vec<(&'static str, bool, Self)> {
        let some = Self::some(random, |random| (random.once_in(2), Self::random(random, depth - 1)));
        some.into_iter().map(|(name, (required, schema))| (name, required, schema)).collect()
    }

    /// The type after a change somewhere in it.
    fn changed(&self, random: &mut Random, depth: usize) -> Self {
        let here = Self::random(random, depth);
        if random.once_in(5) {
            return here;
        }
        let inner = depth.saturating_sub(1);
        let mut changed = self.clone();
        match &mut changed {
            Self::Leaf(_) => return if random.once_in(3) { Self::Nullable(Box::new(changed)) } else { here },
            Self::Nullable(of) if random.once_in(2) => return (**of).clone(),
            Self::Nullable(of) | Self::List(of) => **of = of.changed(random, inner),
            Self::Rest(_, of) if random.once_in(2) => **of = of.changed(random, inner),
            Self::Object(properties, closed) if random.once_in(8) => {
                if properties.is_empty() || random.once_in(2) {
                    *closed = !*closed;
                } else {
                    return Self::Rest(properties.clone(), Box::new(here));
                }
            }
            Self::Object(properties, _) | Self::Rest(properties, _) => match random.below(4) {
                0 => drop(properties.pop()),
                1 => {
                    let free = NAMES.iter().find(|name| properties.iter().all(|(known, ..)| known != *name));
                    properties.extend(free.map(|name| (*name, random.once_in(2), here)));
                }
                2 => properties.iter_mut().take(1).for_each(|(_, required, _)| *required = !*required),
                _ => {
                    let at = random.below(properties.len());
                    properties.iter_mut().skip(at).take(1).for_each(|(.., of)| *of = of.changed(random, inner));
                }
            },
            Self::Tuple(elements) | Self::Untagged(elements) => match random.below(3) {
                0 if elements.len() > 1 => drop(elements.pop()),
                1 => elements.push(here),
                _ => {
                    let at = random.below(elements.len());
                    elements.iter_mut().skip(at).take(1).for_each(|of| *of = of.changed(random, inner));
                }
            },
            Self::Tagged(variants) => match random.below(3) {
                0 if variants.len() > 1 => drop(variants.pop()),
                1 => {
                    let free = NAMES.iter().find(|name| variants.iter().all(|(known, _)| known != *name));
                    variants.extend(free.map(|name| (*name, Self::Object(Vec::new(), false))));
                }
                _ => variants.iter_mut().take(1).for_each(|(_, of)| *of = of.changed(random, inner)),
            },
            Self::External(variants) => match random.below(3) {
                0 if variants.len() > 1 => drop(variants.pop()),
                1 => {
                    let free = NAMES.iter().find(|name| variants.iter().all(|(known, _)| known != *name));
                    variants.extend(free.map(|name| (*name, random.once_in(2).then_some(here))));
                }
                _ => variants
                    .iter_mut()
                    .take(1)
                    .for_each(|(_, of)| *of = of.as_ref().map(|of| of.changed(random, inner))),
            },
        }
        changed
    }

    /// The schema, in which some types are definitions.
    fn schema(&self, definitions: &mut Map<String, Value>) -> Value {
        match self {
            Self::Leaf(schema) => schema.clone(),
            Self::Nullable(of) => json!({ "anyOf": [of.schema(definitions), { "type": "null" }] }),
            Self::Object(properties, closed) => {
                let mut schema = object(properties, definitions);
                if *closed {
                    schema["additionalProperties"] = false.into();
                }
                let name = format!("T{}", definitions.len());
                let reference = json!({ "$ref": format!("#/$defs/{name}") });
                definitions.insert(name, schema);
                reference
            }
            Self::Rest(properties, of) => {
                let mut schema = object(properties, definitions);
                schema["additionalProperties"] = of.schema(definitions);
                schema
            }
            Self::List(of) => json!({ "type": "array", "items": of.schema(definitions) }),
            Self::Tuple(of) => {
                let items: Vec<_> = of.iter().map(|of| of.schema(definitions)).collect();
                json!({ "type": "array", "prefixItems": items, "minItems": of.len(), "maxItems": of.len() })
            }
            Self::Tagged(variants) => {
                let variant = |(name, of): &(&str, Self)| {
                    let mut schema = match of {
                        Self::Object(properties, _) => object(properties, definitions),
                        _ => object(&[], definitions),
                    };
                    schema["properties"]["kind"] = json!({ "type": "string", "const": name });
                    schema["required"].as_array_mut().unwrap().push("kind".into());
                    schema
                };
                json!({ "oneOf": variants.iter().map(variant).collect::<Vec<_>>() })
            }
            Self::External(variants) => {
                let variant = |(name, of): &(&str, Option<Self>)| match of {
                    None => json!({ "type": "string", "const": name }),
                    Some(of) => json!({
                        "type": "object",
                        "properties": { *name: of.schema(definitions) },
                        "required": [name],
                        "additionalProperties": false,
                    }),
                };
                json!({ "oneOf": variants.iter().map(variant).collect::<Vec<_>>() })
            }
            Self::Untagged(of) => json!({ "anyOf": of.iter().map(|of| of.schema(definitions)).collect::<Vec<_>>() }),
        }
    }
}

fn object(properties: &[(&'static str, bool, Type)], definitions: &mut Map<String, Value>) -> Value {
    let required: Vec<_> = properties.iter().filter(|(_, required, _)| *required).map(|(name, ..)| *name).collect();
    let properties: Map<_, _> =
        properties.iter().map(|(name, _, of)| ((*name).to_owned(), of.schema(definitions))).collect();
    json!({ "type": "object", "properties": properties, "required": required })
}

fn leaf(random: &mut Random) -> Value {
    let format = random.pick(&["int8", "uint8", "int32", "uint32", "int64", "uint64"]);
    let most = random.small(3);
    match random.below(11) {
        0 => json!({ "type": "string" }),
        1 => json!({ "type": "string", "maxLength": most }),
        2 => json!({ "type": "boolean" }),
        3 => json!({ "type": "number" }),
        4 => json!({ "type": "integer" }),
        5 => json!({ "type": "integer", "maximum": most }),
        6 => json!({ "const": random.pick(&["x", "y"]) }),
        7 => json!({ "type": "string", "enum": NAMES.iter().take(most.max(1)).collect::<Vec<_>>() }),
        8 => json!({ "enum": [random.pick(&["x", "y"]), most] }),
        _ => json!({ "type": "integer", "format": format }),
    }
}

/// What a validator is given: it knows nothing of formats, and takes any property that is not declared.
fn explicit(schema: &Value, closed: bool) -> Value {
    match schema {
        Value::Object(node) => {
            let mut node: Map<_, _> = node.iter().map(|(key, value)| (key.clone(), explicit(value, closed))).collect();
            let range = match node.get("format").and_then(Value::as_str) {
                Some("int8") => Some((json!(i8::MIN), json!(i8::MAX))),
                Some("uint8") => Some((json!(0), json!(u8::MAX))),
                Some("int32") => Some((json!(i32::MIN), json!(i32::MAX))),
                Some("uint32") => Some((json!(0), json!(u32::MAX))),
                Some("int64") => Some((json!(i64::MIN), json!(i64::MAX))),
                Some("uint64") => Some((json!(0), json!(u64::MAX))),
                _ => None,
            };
            if let Some((least, largest)) = range {
                node.insert("minimum".to_owned(), least);
                node.insert("maximum".to_owned(), largest);
            }
            if closed && node.get("properties").is_some_and(Value::is_object) {
                node.entry("additionalProperties").or_insert(Value::Bool(false));
            }
            node.into()
        }
        Value::Array(items) => items.iter().map(|item| explicit(item, closed)).collect(),
        other => other.clone(),
    }
}

/// A value that the schema is likely to take.
fn document(schema: &Value, definitions: &Map<String, Value>, random: &mut Random) -> Value {
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        let name = reference.rsplit('/').next().unwrap();
        return document(&definitions[name], definitions, random);
    }
    for key in ["oneOf", "anyOf", "enum"] {
        if let Some(all) = schema.get(key).and_then(Value::as_array) {
            let one = &all[random.below(all.len())];
            return if key == "enum" { one.clone() } else { document(one, definitions, random) };
        }
    }
    if let Some(value) = schema.get("const") {
        return value.clone();
    }
    match schema.get("type").and_then(Value::as_str) {
        Some("string") => {
            let most = schema.get("maxLength").and_then(Value::as_u64).and_then(|most| usize::try_from(most).ok());
            let text = random.pick(&["", "x", "y", "z", "xy", "xyz", "long text"]);
            text.chars().take(most.unwrap_or(usize::MAX)).collect::<String>().into()
        }
        Some("boolean") => random.once_in(2).into(),
        Some("integer") => {
            const EDGES: &[i128] = &[0, 128, 256, 1 << 31, 1 << 32, 1 << 53, 1 << 63, 1 << 64];
            let far = random.pick(&[("minimum", -1e300), ("maximum", 1e300)]);
            if schema.get(far.0).is_none() && random.once_in(6) {
                return far.1.into();
            }
            let limit = |key: &str| {
                schema
                    .get(key)
                    .and_then(|limit| limit.as_i64().map(i128::from).or_else(|| limit.as_u64().map(i128::from)))
            };
            let (least, most) = (
                limit("minimum").unwrap_or_else(|| i64::MIN.into()),
                limit("maximum").unwrap_or_else(|| u64::MAX.into()),
            );
            let value = match random.below(4) {
                0 => least,
                1 => most,
                2 => random.pick(EDGES) - 1,
                _ => 1 - random.pick(EDGES),
            }
            .clamp(least, most);
            i64::try_from(value).map_or_else(|_| u64::try_from(value).unwrap().into(), Value::from)
        }
        Some("number") => random.pick(&[1.5, -1e300, 0.25]).into(),
        Some("null") => Value::Null,
        Some("array") => match schema.get("prefixItems").and_then(Value::as_array) {
            Some(items) => items.iter().map(|item| document(item, definitions, random)).collect(),
            None => (0..random.below(3)).map(|_| document(&schema["items"], definitions, random)).collect(),
        },
        _ => {
            let required: Vec<_> = schema["required"].as_array().into_iter().flatten().collect();
            let mut value = Map::new();
            for (name, of) in schema["properties"].as_object().into_iter().flatten() {
                if required.contains(&&json!(name)) || random.once_in(2) {
                    value.insert(name.clone(), document(of, definitions, random));
                }
            }
            if let Some(of) = schema.get("additionalProperties").filter(|of| of.is_object()) {
                for name in NAMES.iter().chain(&["k"]) {
                    if random.once_in(2) {
                        value.entry(*name).or_insert_with(|| document(of, definitions, random));
                    }
                }
            }
            value.into()
        }
    }
}

fn of(schema: &Type) -> (Value, Value) {
    let mut definitions = Map::new();
    let data = schema.schema(&mut definitions);
    let view = view(vec![Event::new("a", data.clone())], Value::Object(definitions.clone()));
    let mut schema = json!({ "$defs": definitions });
    schema["allOf"] = json!([data]);
    (view, schema)
}

/// Rules by which more is breaking than a validator minds: it tells properties apart by nothing but their names, and
/// takes any list of fitting items. A variant without a tag that another one takes as well is none to it either.
const STRICTER: &[Rule] = &[Rule::PropertyRenamed, Rule::ArrayBecameTuple, Rule::VariantAdded];

fn breaks(finding: &Finding) -> bool {
    finding.severity == Severity::Error || finding.rule == Rule::BoundWidened
}

#[test]
fn what_is_found_is_what_a_validator_minds() {
    let options = Options::new().closed_enums(true);
    let (mut breaking, mut compatible, mut stricter) = (0, 0, 0);
    for seed in 0..PAIRS {
        let mut random = Random::new(seed);
        let base = Type::random(&mut random, 3);
        let head = if random.once_in(6) { Type::random(&mut random, 3) } else { base.changed(&mut random, 3) };
        let ((base_view, base), (head_view, head)) = (of(&base), of(&head));
        let findings = compare(&base_view, &head_view, &options).unwrap();
        let found: Vec<_> = findings.iter().filter(|finding| breaks(finding)).collect();

        let old = jsonschema::draft202012::new(&explicit(&base, false)).unwrap();
        let sent = explicit(&head, true);
        let new = jsonschema::draft202012::new(&sent).unwrap();
        let definitions = sent["$defs"].as_object().unwrap();
        let unread = (0..DOCUMENTS[usize::from(!found.is_empty())]).find_map(|_| {
            let document = document(&sent["allOf"][0], definitions, &mut random);
            (new.is_valid(&document) && !old.is_valid(&document)).then_some(document)
        });
        let shown = || format!("seed {seed}:\nbase {base}\nhead {head}\nfound {findings:#?}");
        match (&*found, unread) {
            ([], None) => compatible += 1,
            ([], Some(document)) => panic!("nothing breaks, but the base does not take {document}\n{}", shown()),
            (_, Some(_)) => breaking += 1,
            (found, None) => {
                let strict = found.iter().any(|it| STRICTER.contains(&it.rule) || it.at.contains('#'));
                assert!(strict, "something breaks, but the base takes every document\n{}", shown());
                stricter += 1;
            }
        }
    }
    println!("{breaking} pairs break, {compatible} do not, {stricter} break more than a validator minds");
    assert!(breaking > 1000 && compatible > 250 && stricter < breaking / 100);
}

#[test]
fn nothing_changed_if_nothing_changed() {
    for seed in 0..PAIRS {
        let (view, _) = of(&Type::random(&mut Random::new(seed), 4));
        assert_eq!(compare(&view, &view, &Options::new()).unwrap(), [], "seed {seed}: {view}");
    }
}

#[test]
fn what_is_found_depends_on_no_order_and_no_names() {
    for seed in 0..PAIRS / 10 {
        let mut random = Random::new(seed);
        let base = Type::random(&mut random, 3);
        let ((base, _), (head, _)) = (of(&base), of(&base.changed(&mut random, 3)));
        let once = compare(&base, &head, &Options::new()).unwrap();
        assert_eq!(once, compare(&base, &head, &Options::new()).unwrap());
        let renamed: Value = serde_json::from_str(&head.to_string().replace("\"T", "\"U").replace("/T", "/U")).unwrap();
        assert_eq!(once, compare(&base, &renamed, &Options::new()).unwrap(), "seed {seed}");
    }
}
