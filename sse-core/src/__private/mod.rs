//! What generated code names. Not public API: it changes with every release.

pub use crate::event::{
    DataSink, DecodeError, EncodeError, EventFields, EventId, EventName, EventRef, Retry, SseDecode, SseEvent,
};
#[cfg(feature = "schema")]
pub use crate::schema::{EventSchema, NonFinite, PayloadSchema, SseSchema, StreamFacts};
pub extern crate alloc;
pub use core;
#[cfg(feature = "schema")]
pub use schemars;
#[cfg(feature = "json")]
pub use serde;

use alloc::borrow::{Cow, ToOwned as _};
use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::string::ToString as _;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::convert::Infallible;
use core::fmt;
use core::str::FromStr;
use core::time::Duration;

use crate::event::base64;

mod names;
#[cfg(feature = "schema")]
mod schema;

pub use self::names::{EventNames, Names, NamesOf, Unnamed, assert_distinct};
#[cfg(feature = "schema")]
pub use self::schema::{Described, NamedPayload, Nothing, PayloadFields, append, described, flatten};

/// Reads a field marked `#[sse(id)]`.
///
/// # Errors
///
/// Returns [`EncodeError`] if the field displays what no `id:` line can carry.
pub fn event_id<K>(field: &(impl IdField<K> + ?Sized)) -> Result<Option<EventId>, EncodeError> {
    field.event_id()
}

/// What displays as an id, or an `Option` of it.
///
/// `K` tells the two apart where the compiler could not: `Option` may display one day, as far as it knows.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an event's id",
    label = "marked `#[sse(id)]`",
    note = "an id is what the field's `Display` writes; an `Option` may leave it out"
)]
pub trait IdField<K> {
    /// The id that the field stands for.
    ///
    /// # Errors
    ///
    /// Returns [`EncodeError`] if the id is not legal.
    fn event_id(&self) -> Result<Option<EventId>, EncodeError>;
}

/// The kind of a field that always holds an id.
#[derive(Debug)]
#[non_exhaustive]
pub struct Always;

/// The kind of a field that may hold an id.
#[derive(Debug)]
#[non_exhaustive]
pub struct Perhaps;

impl<T: fmt::Display + ?Sized> IdField<Always> for T {
    fn event_id(&self) -> Result<Option<EventId>, EncodeError> {
        Ok(Some(EventId::try_from(self.to_string())?))
    }
}

impl<T: fmt::Display> IdField<Perhaps> for Option<T> {
    fn event_id(&self) -> Result<Option<EventId>, EncodeError> {
        self.as_ref().map_or(Ok(None), IdField::<Always>::event_id)
    }
}

/// Such a field, named in an expression.
impl<T: fmt::Display> IdField<Perhaps> for &Option<T> {
    fn event_id(&self) -> Result<Option<EventId>, EncodeError> {
        (*self).event_id()
    }
}

/// Reads a field marked `#[sse(retry)]`.
///
/// # Errors
///
/// Returns [`EncodeError`] if the time is out of range.
pub fn event_retry(field: &impl RetryField) -> Result<Option<Retry>, EncodeError> {
    field.event_retry()
}

/// A reconnection time, or an `Option` of it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a reconnection time",
    label = "marked `#[sse(retry)]`",
    note = "such a field is a `Duration` or an `Option<Duration>`"
)]
pub trait RetryField {
    /// The time that the field stands for.
    ///
    /// # Errors
    ///
    /// Returns [`EncodeError`] if the time is out of range.
    fn event_retry(&self) -> Result<Option<Retry>, EncodeError>;
}

impl RetryField for Duration {
    fn event_retry(&self) -> Result<Option<Retry>, EncodeError> {
        Ok(Some(Retry::try_from(*self)?))
    }
}

impl RetryField for Option<Duration> {
    fn event_retry(&self) -> Result<Option<Retry>, EncodeError> {
        self.as_ref().map_or(Ok(None), RetryField::event_retry)
    }
}

/// What a field marked `#[sse(retry)]` is in an event that was received, of which the time is no part.
#[must_use]
pub fn decode_retry<T: RetryField + Default>() -> T {
    T::default()
}

/// Reads a payload that is JSON.
///
/// # Errors
///
/// Returns [`DecodeError`] if the data is not the JSON of a `T`.
#[cfg(feature = "json")]
pub fn decode_json<T: for<'de> serde::Deserialize<'de>>(event: EventRef<'_>) -> Result<T, DecodeError> {
    serde_json::from_str(event.data).map_err(|error| DecodeError::payload(event.name, error))
}

/// Holds the tag in a payload against those of its event.
///
/// # Errors
///
/// Returns [`DecodeError`] if it is none of them.
#[cfg(feature = "json")]
pub fn decode_tag(event: EventRef<'_>, tag: &str, tags: &[&str]) -> Result<(), DecodeError> {
    if tags.contains(&tag) {
        return Ok(());
    }
    Err(DecodeError::payload(event.name, format_args!("its tag `{tag}` is not that of this event")))
}

/// Reads a payload of which there is nothing.
///
/// # Errors
///
/// Returns [`DecodeError`] if there is data all the same.
pub fn decode_empty(event: EventRef<'_>) -> Result<(), DecodeError> {
    match event.data.len() {
        0 => Ok(()),
        count => Err(DecodeError::payload(event.name, format_args!("there are {count} bytes where none should be"))),
    }
}

/// Reads a payload that is marked `#[sse(text)]`.
///
/// # Errors
///
/// Returns [`DecodeError`] if the data is not the text of a `T`.
pub fn decode_text<T: TextField<K>, K>(event: EventRef<'_>) -> Result<T, DecodeError> {
    decode_part(event, event.data)
}

/// Reads a field of a variant that is marked `#[sse(other)]` from `text`, a part of the event.
///
/// # Errors
///
/// Returns [`DecodeError`] if the text is not that of a `T`.
pub fn decode_part<T: TextField<K>, K>(event: EventRef<'_>, text: &str) -> Result<T, DecodeError> {
    T::from_text(text).map_err(|error| DecodeError::payload(event.name, error))
}

/// Reads a payload that is marked `#[sse(bytes = "base64")]`.
///
/// # Errors
///
/// Returns [`DecodeError`] if the data is not base64, or its bytes are not a `T`.
pub fn decode_base64<T: BytesField>(event: EventRef<'_>) -> Result<T, DecodeError> {
    let refused = |cause: fmt::Arguments<'_>| DecodeError::payload(event.name, cause);
    let bytes = base64::decode(event.data).ok_or_else(|| refused(format_args!("it is not base64")))?;
    let count = bytes.len();
    T::try_from(bytes).map_err(|_| refused(format_args!("its {count} bytes are too many or too few")))
}

/// Writes a payload that is marked `#[sse(bytes = "base64")]`.
///
/// # Errors
///
/// None: it returns what the other ways to write a payload return.
pub fn write_base64(field: &(impl SentBytes + ?Sized), sink: &mut DataSink<'_>) -> Result<(), EncodeError> {
    sink.base64(field);
    Ok(())
}

/// What is bytes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not bytes",
    label = "the payload is marked `#[sse(bytes = \"base64\")]`",
    note = "such a payload is `AsRef<[u8]>`"
)]
pub trait SentBytes: AsRef<[u8]> {}

impl<T: AsRef<[u8]> + ?Sized> SentBytes for T {}

/// What is made of bytes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be made of bytes",
    label = "the payload is marked `#[sse(bytes = \"base64\")]`",
    note = "such a payload is made with `TryFrom<Vec<u8>>`"
)]
pub trait BytesField: TryFrom<Vec<u8>> {}

impl<T: TryFrom<Vec<u8>>> BytesField for T {}

/// Reads a field marked `#[sse(id)]` that is not part of the payload.
///
/// # Errors
///
/// Returns [`DecodeError`] if the last event ID is not the text of a `T`.
pub fn decode_id<T: ReceivedId<K>, K>(event: EventRef<'_>) -> Result<T, DecodeError> {
    T::from_id(event.last_event_id).map_err(|error| DecodeError::id(event.name, error))
}

/// What is made of text: by `FromStr`, or because it is a `str` on the heap.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read from text",
    label = "the payload is marked `#[sse(text)]`",
    note = "such a payload is read with `FromStr`, whose error must display"
)]
pub trait TextField<K>: Sized {
    /// Why the text does not stand for a value.
    type Error: fmt::Display;

    /// The value that the text stands for.
    ///
    /// # Errors
    ///
    /// Returns an error if it stands for none.
    fn from_text(text: &str) -> Result<Self, Self::Error>;
}

impl<T: FromStr<Err: fmt::Display>> TextField<Always> for T {
    type Error = T::Err;

    fn from_text(text: &str) -> Result<Self, T::Err> {
        text.parse()
    }
}

macro_rules! owned_text {
    ($($Text:ty),*) => {$(
        impl TextField<Perhaps> for $Text {
            type Error = Infallible;

            fn from_text(text: &str) -> Result<Self, Infallible> {
                Ok(Self::from(text.to_owned()))
            }
        }
    )*};
}
owned_text!(Cow<'_, str>, Box<str>, Rc<str>, Arc<str>);

/// What is made of an id by `FromStr`, or an `Option` of it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read from an event's id",
    label = "marked `#[sse(id)]`, and not part of the payload",
    note = "such a field is read with `FromStr`, whose error must display; an `Option` is `None` if there is no id"
)]
pub trait ReceivedId<K>: Sized {
    /// Why the id does not stand for a value.
    type Error: fmt::Display;

    /// The value that the id stands for.
    ///
    /// # Errors
    ///
    /// Returns an error if it stands for none.
    fn from_id(id: &str) -> Result<Self, Self::Error>;
}

impl<T: FromStr<Err: fmt::Display>> ReceivedId<Always> for T {
    type Error = T::Err;

    fn from_id(id: &str) -> Result<Self, T::Err> {
        id.parse()
    }
}

impl<T: FromStr<Err: fmt::Display>> ReceivedId<Perhaps> for Option<T> {
    type Error = T::Err;

    fn from_id(id: &str) -> Result<Self, T::Err> {
        if id.is_empty() { Ok(None) } else { id.parse().map(Some) }
    }
}

/// Expands to its input if the feature `schema` of this crate is on, whatever the caller's features are.
#[cfg(feature = "schema")]
#[doc(hidden)]
#[macro_export]
macro_rules! __if_schema {
    ($($tokens:tt)*) => { $($tokens)* };
}

/// Expands to nothing: the feature `schema` is off.
#[cfg(not(feature = "schema"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __if_schema {
    ($($tokens:tt)*) => {};
}
