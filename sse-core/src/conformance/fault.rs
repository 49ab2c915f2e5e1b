//! What is wrong.

use alloc::borrow::ToOwned as _;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::fmt;

/// One thing that is not as the schema says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    event: String,
    kind: FaultKind,
    detail: String,
}

/// The kind of a [`Fault`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FaultKind {
    /// There is no schema, or no valid one.
    Schema,
    /// A default in the schema is not what the schema allows.
    InvalidDefault,
    /// An example does not encode.
    Encode,
    /// The schema does not allow what is sent.
    Invalid,
    /// An integer is beyond what JavaScript can hold.
    WideInteger,
    /// What is sent is not decoded.
    Decode,
    /// What is decoded is not what was sent.
    Different,
    /// There is no example of an event.
    Missing,
}

impl Fault {
    pub(super) fn new(event: &str, kind: FaultKind, detail: impl fmt::Display) -> Self {
        Self { event: event.to_owned(), kind, detail: detail.to_string() }
    }

    /// The name of the event; empty if it is about none.
    #[must_use]
    pub fn event(&self) -> &str {
        &self.event
    }

    /// What is wrong.
    #[must_use]
    pub const fn kind(&self) -> FaultKind {
        self.kind
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { event, kind, detail } = self;
        if !event.is_empty() {
            write!(f, "event `{event}`: ")?;
        }
        match kind {
            FaultKind::Schema => write!(f, "there is no valid schema: {detail}"),
            FaultKind::InvalidDefault => write!(f, "the schema does not allow its own default: {detail}"),
            FaultKind::Encode => write!(f, "the example does not encode: {detail}"),
            FaultKind::Invalid => write!(f, "the schema does not allow what is sent: {detail}"),
            FaultKind::WideInteger => write!(f, "JavaScript rounds an integer: {detail}"),
            FaultKind::Decode => write!(f, "what is sent is not decoded: {detail}"),
            FaultKind::Different => write!(f, "what is decoded is not what was sent: {detail}"),
            FaultKind::Missing => f.write_str("there is no example: add `#[sse(example = ..)]`"),
        }
    }
}

/// All that is wrong: one [`Fault`] a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Faults(Vec<Fault>);

impl Faults {
    pub(super) fn of(faults: Vec<Fault>) -> Result<(), Self> {
        if faults.is_empty() { Ok(()) } else { Err(Self(faults)) }
    }

    /// The faults, in the order in which they were found.
    #[must_use]
    pub fn as_slice(&self) -> &[Fault] {
        &self.0
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            fault.fmt(f)?;
        }
        Ok(())
    }
}

impl core::error::Error for Faults {}
