//! Arrays: lists, and tuples.

use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use serde_json::{Map, Value};

use super::bounds::takes_so_many;
use super::comparison::Comparison;
use super::error::CompatError;
use super::rule::Rule;

/// Arrays of a fixed length are tuples up to this length, and lists with bounds beyond it.
const SPELLED_OUT: u64 = 64;

/// What a schema says of arrays.
#[derive(Debug)]
enum Array<'a> {
    List(&'a Value),
    Tuple {
        elements: Vec<&'a Value>,
        /// How many elements there are at least.
        least: u64,
        /// What comes behind them, if anything may.
        rest: Option<&'a Value>,
    },
}

impl<'a> Array<'a> {
    fn of(node: &'a Map<String, Value>) -> Self {
        let length = |key| node.get(key).and_then(Value::as_u64);
        let items = node.get("items").unwrap_or(&Value::Bool(true));
        let (least, most) = (length("minItems").unwrap_or(0), length("maxItems"));
        match node.get("prefixItems").and_then(Value::as_array).filter(|first| !first.is_empty()) {
            Some(first) => {
                let most_elements = most.and_then(|most| usize::try_from(most).ok()).unwrap_or(usize::MAX);
                let elements: Vec<_> = first.iter().take(most_elements).collect();
                let known = u64::try_from(elements.len()).unwrap_or(u64::MAX);
                let closed = *items == Value::Bool(false) || most.is_some_and(|most| most <= known);
                Self::Tuple { elements, least: least.min(known), rest: (!closed).then_some(items) }
            }
            None if most == Some(least) && least <= SPELLED_OUT => {
                Self::Tuple { elements: (0..least).map(|_| items).collect(), least, rest: None }
            }
            None => Self::List(items),
        }
    }
}

impl Comparison<'_> {
    /// Whether old clients can read the array.
    pub(super) fn reads_array(&mut self, node: &Map<String, Value>, values: &[Value]) -> Result<bool, CompatError> {
        if !takes_so_many(node, values.len(), ["minItems", "maxItems"]) {
            return Ok(false);
        }
        let (elements, rest) = match Array::of(node) {
            Array::List(items) => (Vec::new(), Some(items)),
            Array::Tuple { elements, rest, .. } => (elements, rest),
        };
        for (n, value) in values.iter().enumerate() {
            let Some(known) = elements.get(n).copied().or(rest) else {
                return Ok(false);
            };
            if !self.reads(known, value)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    pub(super) fn arrays(&mut self, base: &Map<String, Value>, head: &Map<String, Value>) -> Result<(), CompatError> {
        self.switch("uniqueItems", base, head);
        match (Array::of(base), Array::of(head)) {
            (Array::List(old), Array::List(new)) => {
                self.counts("items", base, head, ["minItems", "maxItems"]);
                self.within("*", |at| at.schemas(old, new))
            }
            (Array::List(old), Array::Tuple { elements, rest, .. }) => {
                self.report(Rule::ArrayBecameTuple, format!("the list is a tuple of {} now", elements.len()));
                elements.into_iter().chain(rest).try_for_each(|new| self.within("*", |at| at.schemas(old, new)))
            }
            (Array::Tuple { elements, rest, .. }, Array::List(new)) => {
                self.report(Rule::TupleBecameArray, format!("the tuple of {} is a list now", elements.len()));
                elements.into_iter().chain(rest).try_for_each(|old| self.within("*", |at| at.schemas(old, new)))
            }
            (
                Array::Tuple { elements: old, least: old_least, rest: old_rest },
                Array::Tuple { elements: new, least: new_least, rest: new_rest },
            ) => {
                if (old.len(), old_least, old_rest.is_some()) != (new.len(), new_least, new_rest.is_some()) {
                    let message = format!("the tuple had {} elements, and has {}", old.len(), new.len());
                    self.report(Rule::TupleLengthChanged, message);
                } else if old_rest.is_some() {
                    self.counts("items", base, head, ["minItems", "maxItems"]);
                }
                for (n, (old, new)) in old.iter().zip(&new).enumerate() {
                    self.within(&n.to_string(), |at| at.schemas(old, new))?;
                }
                match (old_rest, new_rest) {
                    (Some(old), Some(new)) => self.within("*", |at| at.schemas(old, new)),
                    _ => Ok(()),
                }
            }
        }
    }
}
