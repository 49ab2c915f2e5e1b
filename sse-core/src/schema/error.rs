//! Why a type has no schema.

use alloc::boxed::Box;
use alloc::string::{String, ToString as _};
use core::fmt;

/// A stream whose schema would be wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaError {
    inner: Box<Inner>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Inner {
    SameType { name: String, events: [String; 2] },
    SamePayload { name: String, events: [String; 2] },
    SameDefinition { name: String, event: String },
    SameEvent { name: String },
    SameEventType { name: String, events: [String; 2] },
    Reserved { name: String },
    NonFinite { name: String },
    Example { name: String, cause: String },
}

impl SchemaError {
    fn new(inner: Inner) -> Self {
        Self { inner: Box::new(inner) }
    }

    pub(super) fn same_type(name: &str, events: [String; 2]) -> Self {
        Self::new(Inner::SameType { name: name.into(), events })
    }

    pub(super) fn same_payload(name: &str, events: [String; 2]) -> Self {
        Self::new(Inner::SamePayload { name: name.into(), events })
    }

    pub(super) fn same_definition(name: &str, event: &str) -> Self {
        Self::new(Inner::SameDefinition { name: name.into(), event: event.into() })
    }

    pub(super) fn same_event_type(name: &str, events: [&str; 2]) -> Self {
        Self::new(Inner::SameEventType { name: name.into(), events: events.map(Into::into) })
    }

    pub(super) fn same_event(name: &str) -> Self {
        Self::new(Inner::SameEvent { name: name.into() })
    }

    pub(super) fn non_finite(name: &str) -> Self {
        Self::new(Inner::NonFinite { name: name.into() })
    }

    pub(super) fn example(name: &str, cause: impl fmt::Display) -> Self {
        Self::new(Inner::Example { name: name.into(), cause: cause.to_string() })
    }

    pub(super) fn reserved(name: &str) -> Self {
        Self::new(Inner::Reserved { name: name.into() })
    }
}

impl fmt::Display for SchemaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.inner {
            Inner::SameType { name, events: [first, second] } => write!(
                f,
                "two types are named `{name}`, one in event `{first}` and one in event `{second}`: \
                 rename one with #[schemars(rename = \"...\")]"
            ),
            Inner::SamePayload { name, events: [first, second] } => write!(
                f,
                "the payloads of events `{first}` and `{second}` would both be named `{name}`, after their enums: \
                 give one enum another name with #[sse(name = \"...\")]"
            ),
            Inner::SameDefinition { name, event } => write!(
                f,
                "`{name}` is the name of a payload's type and of the type that is made for event `{event}`: \
                 rename the payload's with #[schemars(rename = \"...\")]"
            ),
            Inner::SameEvent { name } => write!(f, "two variants are the event `{name}`"),
            Inner::SameEventType { name, events: [first, second] } => {
                write!(f, "events `{first}` and `{second}` would both be the type `{name}`: rename one")
            }
            Inner::NonFinite { name } => write!(
                f,
                "event `{name}` is of a flattened type, which sends a float that is not finite as `null`: \
                 say #[sse(non_finite = \"error\")] there, too"
            ),
            Inner::Example { name, cause } => write!(f, "an example of event `{name}` is not one: {cause}"),
            Inner::Reserved { name } => write!(f, "event `{name}`: names that begin with `stream-` are reserved"),
        }
    }
}

impl core::error::Error for SchemaError {}
