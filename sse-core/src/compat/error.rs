//! Why two schemas cannot be compared.

use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::string::String;
use core::fmt;

/// A schema that cannot be compared with another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompatError {
    inner: Box<Inner>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Inner {
    side: Option<Side>,
    stream: Option<String>,
    problem: Problem,
}

/// Which of the two schemas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Base,
    Head,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Problem {
    NotAnObject,
    NoFacts,
    Version(String),
    Malformed { at: String, wanted: &'static str },
    NoBranch { event: String },
    NoEventFacts { event: String },
    SameEvent { event: String },
    SameStream,
    Reference { to: String },
    Endless { at: String },
    TooManyAlternatives { at: String, limit: usize },
    TooManyParts { at: String, limit: usize },
    TooDeep { at: String, limit: usize },
    TooLarge { limit: usize },
}

impl CompatError {
    pub(super) fn new(side: Option<Side>, stream: Option<&str>, problem: Problem) -> Self {
        Self { inner: Box::new(Inner { side, stream: stream.map(ToOwned::to_owned), problem }) }
    }
}

impl fmt::Display for CompatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.inner.side {
            Some(Side::Base) => f.write_str("the base's ")?,
            Some(Side::Head) => f.write_str("the head's ")?,
            None => {}
        }
        match &self.inner.stream {
            Some(stream) => write!(f, "stream `{stream}`: ")?,
            None => f.write_str("schema: ")?,
        }
        match &self.inner.problem {
            Problem::NotAnObject => f.write_str("it is not a JSON object"),
            Problem::NoFacts => f.write_str("it has no `x-sse`: only the event view of a stream can be compared"),
            Problem::Version(found) => {
                write!(f, "`x-sse.version` is {found}, and only 1 is understood: it is from a newer version")
            }
            Problem::Malformed { at, wanted } => write!(f, "`{at}` is not {wanted}"),
            Problem::NoBranch { event } => write!(f, "event `{event}` has no schema in `oneOf`"),
            Problem::NoEventFacts { event } => write!(f, "event `{event}` is not in `x-sse.events`"),
            Problem::SameEvent { event } => write!(f, "event `{event}` has two schemas in `oneOf`"),
            Problem::SameStream => f.write_str("two schemas have this title"),
            Problem::Reference { to } => write!(f, "`{to}` points to no definition"),
            Problem::Endless { at } => write!(f, "at `{at}`, a type is made of nothing but itself"),
            Problem::TooManyAlternatives { at, limit } => write!(f, "`{at}` has more than {limit} alternatives"),
            Problem::TooManyParts { at, limit } => write!(f, "`{at}` is put together from more than {limit} schemas"),
            Problem::TooDeep { at, limit } => write!(f, "`{at}` is nested deeper than {limit}"),
            Problem::TooLarge { limit } => write!(f, "it takes more than {limit} comparisons"),
        }
    }
}

impl core::error::Error for CompatError {}
