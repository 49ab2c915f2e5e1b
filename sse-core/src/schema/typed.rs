//! What the derive tells about a type's events.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use schemars::{Schema, SchemaGenerator};

use crate::event::SseEvent;

/// A type whose events and payloads are known before any is sent. The derive implements it.
#[diagnostic::on_unimplemented(
    message = "the events of `{Self}` have no schema",
    label = "no schema is known of these events",
    note = "`#[derive(SseEvent)]` implements `SseSchema`, unless the enum says `#[sse(no_schema)]`"
)]
pub trait SseSchema: SseEvent {
    /// The name of the stream, which prefixes the names of its events' types: `Feed`.
    #[must_use]
    fn stream_name() -> Cow<'static, str>;

    /// What the type's documentation says.
    #[must_use]
    fn description() -> Option<&'static str> {
        None
    }

    /// The events, in the order of their declaration. Payloads are described as they are serialized.
    fn events(generator: &mut SchemaGenerator) -> Vec<EventSchema>;
}

/// One event of a stream.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct EventSchema {
    /// The event's name on the wire; `message` for the default event.
    pub name: String,
    /// The variant's name in Rust, from which the names of types are made: `PriceTick`.
    pub variant: &'static str,
    /// What the variant's documentation says.
    pub description: Option<&'static str>,
    /// Whether the variant is deprecated.
    pub deprecated: bool,
    /// The payload.
    pub payload: PayloadSchema,
    /// Whether the event may carry an id of its own.
    pub id: bool,
    /// The reconnection time in milliseconds that every such event carries.
    pub retry: Option<u32>,
    /// Whether the stream is complete with this event.
    pub terminal: bool,
}

/// The payload of an event.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum PayloadSchema {
    /// JSON of this schema.
    Json(Schema),
    /// Text as it is.
    Text,
    /// Nothing: the `data:` line is empty.
    Empty,
}

impl EventSchema {
    /// An event with this payload, without anything else.
    pub fn new(name: impl Into<String>, variant: &'static str, payload: PayloadSchema) -> Self {
        Self {
            name: name.into(),
            variant,
            description: None,
            deprecated: false,
            payload,
            id: false,
            retry: None,
            terminal: false,
        }
    }

    /// Sets what the variant's documentation says.
    #[must_use]
    pub const fn description(mut self, description: &'static str) -> Self {
        self.description = Some(description);
        self
    }

    /// Marks the event as deprecated.
    #[must_use]
    pub const fn deprecated(mut self) -> Self {
        self.deprecated = true;
        self
    }

    /// Says that the event may carry an id of its own.
    #[must_use]
    pub const fn id(mut self) -> Self {
        self.id = true;
        self
    }

    /// Sets the reconnection time that the event carries, in milliseconds.
    #[must_use]
    pub const fn retry(mut self, millis: u32) -> Self {
        self.retry = Some(millis);
        self
    }

    /// Marks the event as the last one of its stream.
    #[must_use]
    pub const fn terminal(mut self) -> Self {
        self.terminal = true;
        self
    }
}
