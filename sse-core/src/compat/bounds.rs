//! Limits and formats of numbers, texts and counts.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};
use core::cmp::Ordering;

use serde_json::{Map, Value};

use super::comparison::Comparison;
use super::number::{self, SAFE, range_of};
use super::resolve::{Kind, Shape};
use super::rule::Rule;

/// What a text is not tried against: that it is within such limits is not known.
pub(super) const UNREAD: &[&str] = &["contentEncoding", "pattern"];

type Node = Map<String, Value>;

/// The least or the largest of some numbers.
#[derive(Clone, Copy, Debug)]
enum Limit {
    Integer(i128),
    /// The number itself may be excluded.
    Number {
        value: f64,
        excluded: bool,
    },
}

/// Which end of the numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Least,
    Largest,
}

impl End {
    /// Whether `a` lets more numbers through than `b`.
    fn is_wider(self, a: Option<Limit>, b: Option<Limit>) -> bool {
        let (Some(a), Some(b)) = (a, b) else {
            return a.is_none() && b.is_some();
        };
        let order = a.cmp(b).unwrap_or(Ordering::Equal);
        let order = if self == Self::Least { order.reverse() } else { order };
        order.then(b.excluded().cmp(&a.excluded())) == Ordering::Greater
    }
}

impl Limit {
    fn cmp(self, other: Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Integer(a), Self::Integer(b)) => Some(a.cmp(&b)),
            _ => self.float().partial_cmp(&other.float()),
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "a limit of floats is one")]
    const fn float(self) -> f64 {
        match self {
            Self::Integer(value) => value as f64,
            Self::Number { value, .. } => value,
        }
    }

    const fn excluded(self) -> bool {
        matches!(self, Self::Number { excluded: true, .. })
    }

    fn in_words(limit: Option<Self>) -> String {
        match limit {
            None => "none".to_owned(),
            Some(Self::Integer(value)) => value.to_string(),
            Some(Self::Number { value, excluded: false }) => value.to_string(),
            Some(Self::Number { value, excluded: true }) => format!("{value}, excluded"),
        }
    }
}

/// The least and the largest number of a shape, of its own and by its format.
fn limits(shape: &Shape) -> [Option<Limit>; 2] {
    let format = shape.node.get("format").and_then(Value::as_str).filter(|_| shape.kind == Kind::Integer);
    let range = format.and_then(range_of);
    let limit = |end: End, key: &str, excluding: &str| {
        let is_integer = shape.kind == Kind::Integer;
        let plain = shape.node.get(key).and_then(|value| match (is_integer, number::integer(value)) {
            (true, Some(value)) => Some(Limit::Integer(value)),
            _ => value.as_f64().map(|value| Limit::Number { value, excluded: false }),
        });
        let excluded = shape.node.get(excluding).and_then(|value| match (is_integer, number::integer(value)) {
            (true, Some(value)) if end == End::Least => Some(Limit::Integer(value.saturating_add(1))),
            (true, Some(value)) => Some(Limit::Integer(value.saturating_sub(1))),
            _ => value.as_f64().map(|value| Limit::Number { value, excluded: true }),
        });
        let of_format = range.map(|(least, largest)| Limit::Integer(if end == End::Least { least } else { largest }));
        [plain, excluded, of_format]
            .into_iter()
            .fold(None, |narrow, limit| if end.is_wider(narrow, limit) { limit } else { narrow })
    };
    [limit(End::Least, "minimum", "exclusiveMinimum"), limit(End::Largest, "maximum", "exclusiveMaximum")]
}

/// Whether all integers are ones that JavaScript can tell from their neighbours.
fn is_safe([least, largest]: [Option<Limit>; 2]) -> bool {
    let safe =
        |end: End, limit: Option<Limit>, safe| limit.is_some() && !end.is_wider(limit, Some(Limit::Integer(safe)));
    safe(End::Least, least, -SAFE) && safe(End::Largest, largest, SAFE)
}

/// Whether the value is known to be within the shape's limits, as far as they are about numbers and texts.
pub(super) fn holds(shape: &Shape, value: &Value) -> bool {
    let (this, [least, largest]) = match value {
        Value::Number(number) => {
            let float = || number.as_f64().map(|value| Limit::Number { value, excluded: false });
            if shape.node.get("multipleOf").is_some_and(|of| !number::is_multiple(value, of)) {
                return false;
            }
            (number::integer(value).map(Limit::Integer).or_else(float), limits(shape))
        }
        Value::String(text) => {
            if UNREAD.iter().any(|key| shape.node.contains_key(*key)) {
                return false;
            }
            let length = i128::try_from(text.chars().count()).ok();
            let limit = |key| shape.node.get(key).and_then(number::integer).map(Limit::Integer);
            (length.map(Limit::Integer), [limit("minLength"), limit("maxLength")])
        }
        _ => return true,
    };
    !End::Least.is_wider(this, least) && !End::Largest.is_wider(this, largest)
}

/// Whether there may be so many items or properties.
pub(super) fn takes_so_many(node: &Node, count: usize, [least, most]: [&str; 2]) -> bool {
    let limit = |key: &str| node.get(key).and_then(number::integer);
    let count = i128::try_from(count).unwrap_or(i128::MAX);
    limit(least).is_none_or(|least| count >= least) && limit(most).is_none_or(|most| count <= most)
}

impl Comparison<'_> {
    pub(super) fn numbers(&mut self, base: &Shape, head: &Shape) {
        let (old, new) = (limits(base), limits(head));
        let are_integers = base.kind == Kind::Integer && head.kind == Kind::Integer;
        let grew = are_integers && is_safe(old) && !is_safe(new);
        let shrank = are_integers && !is_safe(old) && is_safe(new);
        if grew {
            let message =
                format!("it was {}, and is {}: JSON.parse rounds beyond 2^53", width(base, old), width(head, new));
            self.report(Rule::IntWidthGrew, message);
        }
        if shrank {
            self.report(Rule::IntWidthShrank, format!("it was {}, and is {}", width(base, old), width(head, new)));
        }
        for (end, what, old, new) in
            [(End::Least, "minimum", old[0], new[0]), (End::Largest, "maximum", old[1], new[1])]
        {
            let message = || format!("its {what} was {}, and is {}", Limit::in_words(old), Limit::in_words(new));
            // That the type is another says as much.
            let (is_wider, is_narrower) = match (base.kind, head.kind) {
                (Kind::Integer, Kind::Number) => (false, false),
                (Kind::Number, Kind::Integer) => (end.is_wider(new, old), false),
                _ => (end.is_wider(new, old) && !grew, end.is_wider(old, new) && !shrank),
            };
            if is_wider {
                self.report(Rule::BoundWidened, message());
            }
            if is_narrower {
                self.report(Rule::BoundNarrowed, message());
            }
        }
        self.fixed("multipleOf", &base.node, &head.node);
        // What the formats of integers say is compared as their limits.
        let format = |shape: &Shape| {
            let format = shape.node.get("format").and_then(Value::as_str);
            format.filter(|format| range_of(format).is_none()).map(ToOwned::to_owned)
        };
        if base.kind == head.kind {
            self.format("format", format(base).as_deref(), format(head).as_deref());
        }
    }

    pub(super) fn strings(&mut self, base: &Shape, head: &Shape) {
        let (base, head) = (&base.node, &head.node);
        let text = |node: &Node, key| node.get(key).and_then(Value::as_str).map(ToOwned::to_owned);
        let (old, new) = (text(base, "contentEncoding"), text(head, "contentEncoding"));
        if old != new {
            let name = |encoding: Option<String>| encoding.unwrap_or_else(|| "none".to_owned());
            let message = format!("its encoding was {}, and is {}", name(old), name(new));
            self.report(Rule::TypeChanged, message);
        }
        for key in ["format", "contentMediaType"] {
            self.format(key, text(base, key).as_deref(), text(head, key).as_deref());
        }
        self.counts("characters", base, head, ["minLength", "maxLength"]);
        self.fixed("pattern", base, head);
    }

    fn format(&mut self, what: &str, old: Option<&str>, new: Option<&str>) {
        match (old, new) {
            (old, new) if old == new => {}
            (None, Some(new)) => self.report(Rule::FormatAdded, format!("its {what} is `{new}` now")),
            (Some(old), None) => self.report(Rule::FormatChanged, format!("its {what} was `{old}`, and is none")),
            (Some(old), Some(new)) => {
                self.report(Rule::FormatChanged, format!("its {what} was `{old}`, and is `{new}`"));
            }
            (None, None) => {}
        }
    }

    /// Compares how many there may be.
    pub(super) fn counts(&mut self, what: &str, base: &Node, head: &Node, [least, most]: [&str; 2]) {
        let count = |node: &Node, key: &str| node.get(key).and_then(number::integer).map(Limit::Integer);
        let at_least = |node: &Node| count(node, least).or(Some(Limit::Integer(0)));
        for (end, name, old, new) in [
            (End::Least, "fewest", at_least(base), at_least(head)),
            (End::Largest, "most", count(base, most), count(head, most)),
        ] {
            let message =
                || format!("its {name} {what} were {}, and are {}", Limit::in_words(old), Limit::in_words(new));
            if end.is_wider(new, old) {
                self.report(Rule::BoundWidened, message());
            } else if end.is_wider(old, new) {
                self.report(Rule::BoundNarrowed, message());
            }
        }
    }

    /// Compares a limit of which it is not known whether it is wider than another.
    fn fixed(&mut self, key: &str, base: &Node, head: &Node) {
        match (base.get(key), head.get(key)) {
            (old, new) if old == new => {}
            (None, Some(new)) => self.report(Rule::BoundNarrowed, format!("its `{key}` is {new} now")),
            (Some(old), new) => {
                let new = new.map_or_else(|| "none".to_owned(), ToString::to_string);
                self.report(Rule::BoundWidened, format!("its `{key}` was {old}, and is {new}"));
            }
            (None, None) => {}
        }
    }

    /// Compares a limit that is there or not.
    pub(super) fn switch(&mut self, key: &str, base: &Node, head: &Node) {
        let is_set = |node: &Node| node.get(key) == Some(&Value::Bool(true));
        match (is_set(base), is_set(head)) {
            (true, false) => self.report(Rule::BoundWidened, format!("`{key}` holds no longer")),
            (false, true) => self.report(Rule::BoundNarrowed, format!("`{key}` holds now")),
            _ => {}
        }
    }
}

/// `int32`, or `integer`; with the limits that are not those of its type.
fn width(shape: &Shape, [least, largest]: [Option<Limit>; 2]) -> String {
    let format = shape.node.get("format").and_then(Value::as_str);
    let name = format.unwrap_or("integer");
    let of_type = format.and_then(range_of).map(|(least, largest)| [least, largest].map(Limit::Integer));
    let mut words = name.to_owned();
    for (which, limit, usual) in
        [("from", least, of_type.map(|[least, _]| least)), ("to", largest, of_type.map(|[_, largest]| largest))]
    {
        if limit.is_some() && Limit::in_words(limit) != Limit::in_words(usual) {
            words += &format!(" {which} {}", Limit::in_words(limit));
        }
    }
    words
}
