//! What tells the branches of a union apart, where integers of 64 bits are in some of them only.
//!
//! The types are told apart by constants, by whether a member is there (`"y" in e`), and by the length of a tuple. What
//! reads integers has to see the same branch.

use alloc::borrow::ToOwned as _;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::ops::Range;

use serde_json::{Map, Value, json};

/// More combinations of branches than these are taken for one, in which nothing is certain.
const SPELLED_OUT: usize = 64;
/// Longer arrays of a fixed length have no members with a type of their own.
pub(super) const LONGEST_TUPLE: u64 = 16;

/// One shape that an object or an array may have.
#[derive(Clone, Debug, Default)]
pub(super) struct Shape {
    pub(super) kind: Option<Kind>,
    pub(super) members: BTreeMap<String, Member>,
    /// Whether there may be members without a name.
    pub(super) open: bool,
    /// Where integers are in those.
    pub(super) rest: Option<Value>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Array,
    Object,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Member {
    pub(super) required: bool,
    /// Where integers are in it.
    pub(super) place: Option<Value>,
    /// What alone it can be, if that is known.
    pub(super) values: Option<Vec<Value>>,
}

impl Shape {
    /// What a value of this shape has, and the others have not: constants `c`, those that it has not, `x`, and members that
    /// are there or not, `h`.
    ///
    /// `open` says that members without a name may come from elsewhere.
    pub(super) fn apart_from(&self, others: &[&Self], open: bool) -> Map<String, Value> {
        let (mut constants, mut excluded, mut has) = (Map::new(), BTreeMap::<_, Vec<Value>>::new(), Map::new());
        for other in others.iter().filter(|other| self.is_read_unlike(other)) {
            if let Some((name, values)) = self.only_here(other) {
                let values = if let [only] = values { only.clone() } else { values.to_vec().into() };
                constants.insert(name.to_owned(), values);
                continue;
            }
            for (name, _) in self.members.iter().filter(|(_, member)| member.required) {
                if !other.members.get(name).is_some_and(|member| member.required) {
                    has.insert(name.clone(), json!(1));
                }
            }
            for (name, member) in other.members.iter().filter(|(name, _)| !self.members.contains_key(*name)) {
                match &member.values {
                    // It may be there nevertheless, but not as the other has it.
                    Some(values) if (open || self.open) && member.required => {
                        let excluded = excluded.entry(name.clone()).or_default();
                        let more: Vec<_> = values.iter().filter(|value| !excluded.contains(value)).cloned().collect();
                        excluded.extend(more);
                    }
                    _ if open || self.open => {}
                    _ => {
                        has.insert(name.clone(), json!(0));
                    }
                }
            }
        }
        let excluded = excluded.into_iter().map(|(name, values)| (name, values.into())).collect();
        let told = [("c", constants), ("x", excluded), ("h", has)].into_iter().filter(|(_, map)| !map.is_empty());
        told.map(|(key, map)| (key.to_owned(), map.into())).collect()
    }

    /// Whether a value of the other shape is not to be read as one of this shape is.
    fn is_read_unlike(&self, other: &Self) -> bool {
        let mut names = self.members.keys().chain(other.members.keys());
        let is_one = self.kind.is_none() || other.kind.is_none() || self.kind == other.kind;
        is_one
            && names.any(|name| {
                let known = other.members.contains_key(name) || other.rest.is_some();
                known && self.place(name).is_some() && self.place(name) != other.place(name)
            })
    }

    fn place(&self, name: &str) -> Option<&Value> {
        self.members.get(name).map_or(self.rest.as_ref(), |member| member.place.as_ref())
    }

    /// A member that is always there, and never what it is in the other.
    fn only_here(&self, other: &Self) -> Option<(&str, &[Value])> {
        self.members.iter().filter(|(_, member)| member.required).find_map(|(name, member)| {
            let (values, others) = (member.values.as_deref()?, other.members.get(name)?.values.as_ref()?);
            values.iter().all(|value| !others.contains(value)).then_some((name.as_str(), values))
        })
    }

    /// Both at once; none if one is an object and the other an array.
    fn and(&self, other: &Self) -> Option<Self> {
        if self.kind.is_some() && other.kind.is_some() && self.kind != other.kind {
            return None;
        }
        let mut both = self.clone();
        both.kind = self.kind.or(other.kind);
        both.open |= other.open;
        both.rest = both.rest.or_else(|| other.rest.clone());
        for (name, theirs) in &other.members {
            let ours = both.members.entry(name.clone()).or_default();
            ours.required |= theirs.required;
            ours.place = ours.place.take().or_else(|| theirs.place.clone());
            ours.values = ours.values.take().or_else(|| theirs.values.clone());
        }
        Some(both)
    }
}

/// Each of the one with each of the other.
pub(super) fn product(ones: &[Shape], others: &[Shape]) -> Vec<Shape> {
    if ones.len() * others.len() > SPELLED_OUT {
        return one_of_all(ones).and(&one_of_all(others)).into_iter().collect();
    }
    ones.iter().flat_map(|one| others.iter().filter_map(|other| one.and(other))).collect()
}

/// A shape that has all that any of them has, and of which nothing is certain.
fn one_of_all(shapes: &[Shape]) -> Shape {
    let mut all = shapes
        .iter()
        .skip(1)
        .fold(shapes.first().cloned().unwrap_or_default(), |all, shape| all.and(shape).unwrap_or(all));
    for member in all.members.values_mut() {
        member.required = false;
        member.values = None;
    }
    all
}

/// The names of all members.
pub(super) fn names(shapes: &[Shape]) -> BTreeSet<String> {
    shapes.iter().flat_map(|shape| shape.members.keys().cloned()).collect()
}

/// The names of members of an array.
pub(super) fn indices(of: Range<u64>) -> impl Iterator<Item = String> {
    of.map(|n| n.to_string())
}
