//! Why an event could not be encoded or decoded.

use alloc::boxed::Box;
use alloc::string::ToString as _;
use core::fmt;

use super::{InvalidEventId, InvalidEventName, InvalidRetry};

/// An event that cannot go on the wire. Nothing of it was written.
#[derive(Debug)]
pub struct EncodeError {
    inner: Box<Inner>,
}

#[derive(Debug)]
enum Inner {
    Payload(Box<str>),
    Skipped(&'static str),
    Reserved(Box<str>),
    Id(InvalidEventId),
    Name(InvalidEventName),
    Retry(InvalidRetry),
}

/// The kind of an [`EncodeError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EncodeErrorKind {
    /// The payload did not serialize.
    Payload,
    /// The variant is marked `#[sse(skip)]` or `#[sse(other)]`.
    Skipped,
    /// The name begins with `stream-` or the id with `=`, as only control events' do.
    Reserved,
    /// The id holds CR, LF or NUL.
    Id,
    /// The name holds CR or LF.
    Name,
    /// The reconnection time is out of range.
    Retry,
}

impl EncodeError {
    fn new(inner: Inner) -> Self {
        Self { inner: Box::new(inner) }
    }

    /// The payload refused to be written, for the reason that `cause` displays.
    pub fn payload(cause: impl fmt::Display) -> Self {
        Self::new(Inner::Payload(cause.to_string().into_boxed_str()))
    }

    /// The event is one that is never sent; `variant` names it.
    #[must_use]
    pub fn skipped(variant: &'static str) -> Self {
        Self::new(Inner::Skipped(variant))
    }

    pub(crate) fn reserved(value: &str) -> Self {
        Self::new(Inner::Reserved(value.into()))
    }

    /// What is wrong with the event.
    #[must_use]
    pub fn kind(&self) -> EncodeErrorKind {
        match &*self.inner {
            Inner::Payload(_) => EncodeErrorKind::Payload,
            Inner::Skipped(_) => EncodeErrorKind::Skipped,
            Inner::Reserved(_) => EncodeErrorKind::Reserved,
            Inner::Id(_) => EncodeErrorKind::Id,
            Inner::Name(_) => EncodeErrorKind::Name,
            Inner::Retry(_) => EncodeErrorKind::Retry,
        }
    }
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.inner {
            Inner::Payload(cause) => write!(f, "the payload does not serialize: {cause}"),
            Inner::Skipped(variant) => {
                write!(f, "`{variant}` is marked `#[sse(skip)]` or `#[sse(other)]` and is never sent")
            }
            Inner::Reserved(value) => write!(
                f,
                "`{value}`: names that begin with `stream-` and ids that begin with `=` are the control events'"
            ),
            Inner::Id(error) => error.fmt(f),
            Inner::Name(error) => error.fmt(f),
            Inner::Retry(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for EncodeError {}

impl From<InvalidEventId> for EncodeError {
    fn from(error: InvalidEventId) -> Self {
        Self::new(Inner::Id(error))
    }
}

impl From<InvalidEventName> for EncodeError {
    fn from(error: InvalidEventName) -> Self {
        Self::new(Inner::Name(error))
    }
}

impl From<InvalidRetry> for EncodeError {
    fn from(error: InvalidRetry) -> Self {
        Self::new(Inner::Retry(error))
    }
}

impl From<core::convert::Infallible> for EncodeError {
    fn from(never: core::convert::Infallible) -> Self {
        match never {}
    }
}

/// An event of a known name that is not what the name stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError {
    name: Box<str>,
    cause: Box<str>,
    kind: DecodeErrorKind,
}

/// The kind of a [`DecodeError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DecodeErrorKind {
    /// The data is not the payload.
    Payload,
    /// The last event ID is not the id that a field should hold.
    Id,
}

impl DecodeError {
    /// The data of the event of this name is not its payload, for the reason that `cause` displays.
    pub fn payload(name: &str, cause: impl fmt::Display) -> Self {
        Self { name: name.into(), cause: cause.to_string().into_boxed_str(), kind: DecodeErrorKind::Payload }
    }

    /// The last event ID is not the id of an event of this name, for the reason that `cause` displays.
    pub fn id(name: &str, cause: impl fmt::Display) -> Self {
        Self { name: name.into(), cause: cause.to_string().into_boxed_str(), kind: DecodeErrorKind::Id }
    }

    /// The event's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What is wrong with the event.
    #[must_use]
    pub const fn kind(&self) -> DecodeErrorKind {
        self.kind
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, cause, kind } = self;
        match kind {
            DecodeErrorKind::Payload => write!(f, "the data of `{name}` is not its payload: {cause}"),
            DecodeErrorKind::Id => write!(f, "the last event ID is not the id of `{name}`: {cause}"),
        }
    }
}

impl core::error::Error for DecodeError {}
