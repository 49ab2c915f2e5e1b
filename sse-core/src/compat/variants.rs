//! Which variant of a union is which.

use alloc::borrow::ToOwned as _;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use serde_json::{Map, Value};

use super::comparison::Comparison;
use super::error::CompatError;
use super::merge::take_literals;
use super::objects::Object;
use super::resolve::Shape;
use super::rule::Rule;
use super::severity::Severity;

/// How the variants of a union are told apart.
#[derive(Debug, PartialEq, Eq)]
enum Tag {
    /// By the value of a property: `{"kind": "circle", ..}`.
    Property(String),
    /// By the only property: `{"circle": ..}`.
    Name,
}

impl Comparison<'_> {
    /// Compares the alternatives of one type, or of the two types of numbers. Of an enum, of which the base lists other
    /// variants as values, even a single one is a variant; else it may be a struct.
    pub(super) fn variants(&mut self, base: &[Shape], head: &[Shape], is_enum: bool) -> Result<(), CompatError> {
        if let ([base], [head]) = (base, head)
            && !(is_enum && name(base).is_some() && name(head).is_some())
        {
            return self.shapes(base, head);
        }
        match tags(base, head) {
            Some((old, new)) => self.tagged(&old, &new, base, head, is_enum),
            None => self.untagged(base, head),
        }
    }

    fn tagged(
        &mut self,
        old: &Tag,
        new: &Tag,
        base: &[Shape],
        head: &[Shape],
        is_enum: bool,
    ) -> Result<(), CompatError> {
        let (mut gone, mut added) = (Vec::new(), Vec::from_iter(head));
        for shape in base {
            let value = old.of(shape);
            match added.iter().position(|other| new.of(other) == value) {
                Some(at) => {
                    let other = added.remove(at);
                    match old {
                        Tag::Name => self.shapes(shape, other)?,
                        Tag::Property(_) => self.within(&old.step(value.as_ref()), |at| at.shapes(shape, other))?,
                    }
                }
                None => gone.push((shape, value)),
            }
        }
        // By what old clients look at they see that a variant is new, if they look for one at all: what was a single shape
        // and is not sent any more may have been no variant.
        let has_tag = old == new && (is_enum || base.len() > 1 || gone.is_empty());
        let is_decided = self.seeks_equality();
        for (shape, value) in gone {
            let mut renamed = None;
            for (at, other) in added.iter().enumerate().filter(|_| !is_decided) {
                let (rest, other) = (old.without(shape), new.without(other));
                if self.probe(None, |probe| probe.shapes(&rest, &other))? {
                    renamed = Some(at);
                    break;
                }
            }
            if let Some(at) = renamed {
                let now = new.of(added.remove(at)).unwrap_or_default();
                let was = value.clone().unwrap_or_default();
                self.within(&old.step(value.as_ref()), |at| {
                    at.report(Rule::ConstChanged, format!("the variant {was} is {now} now"));
                    Ok(())
                })?;
            } else {
                let message = format!("the variant {} is gone", value.unwrap_or_default());
                self.report(Rule::VariantRemoved, message);
            }
        }
        for shape in added {
            self.variant_added(has_tag, &format!("{} is new", new.of(shape).unwrap_or_default()));
        }
        Ok(())
    }

    fn untagged(&mut self, base: &[Shape], head: &[Shape]) -> Result<(), CompatError> {
        let (mut gone, mut added): (Vec<_>, Vec<_>) = (base.iter().enumerate().collect(), head.iter().collect());
        // First those that are as they were, then those that old clients can read as well.
        for limit in [None, Some(Severity::Info), Some(Severity::Warn)] {
            if limit.is_some() && self.seeks_equality() {
                break;
            }
            let mut further = Vec::new();
            for shape in added {
                if limit == Some(Severity::Warn) && self.is_read_by_any(base, shape)? {
                    continue;
                }
                let mut partner = None;
                for (at, (_, known)) in gone.iter().enumerate() {
                    if self.probe(limit, |probe| probe.shapes(known, shape))? {
                        partner = Some(at);
                        break;
                    }
                }
                match partner {
                    Some(at) => {
                        let (n, _) = gone.remove(at);
                        if !self.seeks_equality() {
                            self.nth(n, base, shape)?;
                        }
                    }
                    None => further.push(shape),
                }
            }
            added = further;
        }
        if let ([(n, _)], [shape]) = (&*gone, &*added) {
            return self.nth(*n, base, shape);
        }
        for shape in added {
            self.variant_added(false, &format!("of type {} is new", shape.kind.as_str()));
        }
        for (_, shape) in gone {
            self.report(Rule::VariantRemoved, format!("a variant of type {} is gone", shape.kind.as_str()));
        }
        Ok(())
    }

    /// Compares the n-th of some shapes with what it is now.
    fn nth(&mut self, n: usize, base: &[Shape], now: &Shape) -> Result<(), CompatError> {
        match base {
            [known] => self.shapes(known, now),
            _ => base.get(n).map_or(Ok(()), |known| self.within(&format!("#{n}"), |at| at.shapes(known, now))),
        }
    }

    fn is_read_by_any(&mut self, base: &[Shape], shape: &Shape) -> Result<bool, CompatError> {
        for known in base {
            if self.probe(Some(Severity::Info), |probe| probe.shapes(known, shape))? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

impl Tag {
    /// The value by which this variant is told from others.
    fn of(&self, shape: &Shape) -> Option<Value> {
        match self {
            Self::Property(key) => constants(&shape.node).into_iter().find(|(name, _)| name == key).map(|(_, v)| v),
            Self::Name => name(shape).map(Value::from),
        }
    }

    /// The variant without what tells it from others.
    fn without(&self, shape: &Shape) -> Shape {
        let mut node = shape.node.clone();
        let mut rename = |from: &str, to: Option<&str>| {
            if let Some(Value::Object(properties)) = node.get_mut("properties")
                && let Some(schema) = properties.remove(from)
                && let Some(to) = to
            {
                properties.insert(to.to_owned(), schema);
            }
            if let Some(Value::Array(required)) = node.get_mut("required") {
                required.retain(|name| name != from);
                required.extend(to.map(Value::from));
            }
        };
        match self {
            Self::Property(key) => rename(key, None),
            Self::Name => rename(name(shape).unwrap_or_default(), Some("")),
        }
        Shape { kind: shape.kind, node }
    }

    fn step(&self, value: Option<&Value>) -> String {
        let value = match value {
            Some(Value::String(text)) => text.clone(),
            Some(value) => value.to_string(),
            None => String::new(),
        };
        match self {
            Self::Property(key) => format!("{key}={value}"),
            Self::Name => value,
        }
    }
}

/// How the variants of both sides are told apart, if they are: in the same way if possible, else by properties of which
/// one may have become the other, because they have a value in common.
fn tags(base: &[Shape], head: &[Shape]) -> Option<(Tag, Tag)> {
    let are_named = |shapes: &[Shape]| !shapes.is_empty() && names(shapes).iter().all(Option::is_some);
    if are_named(base) && are_named(head) {
        return Some((Tag::Name, Tag::Name));
    }
    let (old, new) = (keys(base), keys(head));
    if let Some(key) = old.intersection(&new).next() {
        return Some((Tag::Property(key.clone()), Tag::Property(key.clone())));
    }
    let values = |tag: &Tag, shapes: &[Shape]| shapes.iter().filter_map(|shape| tag.of(shape)).collect::<Vec<_>>();
    let (old, new) = (old.into_iter().map(Tag::Property), new.into_iter().map(Tag::Property).collect::<Vec<_>>());
    for old in old {
        let known = values(&old, base);
        let same = new.iter().find(|new| values(new, head).iter().any(|value| known.contains(value)));
        if let Some(Tag::Property(new)) = same {
            return Some((old, Tag::Property(new.clone())));
        }
    }
    None
}

/// The properties that have another constant in each variant.
fn keys(shapes: &[Shape]) -> BTreeSet<String> {
    let all: Vec<Vec<(String, Value)>> = shapes.iter().map(|shape| constants(&shape.node)).collect();
    let Some((first, _)) = all.split_first() else {
        return BTreeSet::new();
    };
    let tells_apart = |key: &&String| {
        let values: Vec<_> = all.iter().filter_map(|all| all.iter().find(|(name, _)| name == *key)).collect();
        let differ = values.iter().enumerate().all(|(at, (_, value))| !values.iter().take(at).any(|(_, v)| v == value));
        differ && values.len() == all.len()
    };
    first.iter().map(|(name, _)| name).filter(tells_apart).cloned().collect()
}

/// The properties that are always there and always the same.
fn constants(node: &Map<String, Value>) -> Vec<(String, Value)> {
    let object = Object::of(node);
    let constant = |(name, schema): (&String, &Value)| {
        let [value] = &*take_literals(schema.as_object()?)? else {
            return None;
        };
        object.required.contains(name.as_str()).then(|| (name.clone(), value.clone()))
    };
    object.properties.into_iter().flatten().filter_map(constant).collect()
}

fn names(shapes: &[Shape]) -> Vec<Option<&str>> {
    shapes.iter().map(name).collect()
}

/// The only property, if there are no others.
pub(super) fn name(shape: &Shape) -> Option<&str> {
    let object = Object::of(&shape.node);
    let properties = object.properties?;
    let (name, _) = properties.iter().next().filter(|_| properties.len() == 1)?;
    (object.takes_no_others() && object.required.contains(name.as_str())).then_some(name.as_str())
}
