//! What the derive tells about a type's events.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use schemars::{Schema, SchemaGenerator};
use serde_json::Value;

use super::non_finite::Policy;
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

    /// What is true of the whole stream.
    #[must_use]
    fn facts() -> StreamFacts {
        StreamFacts::default()
    }

    /// The events, in the order of their declaration. Payloads are described as they are serialized.
    fn events(generator: &mut SchemaGenerator) -> Vec<EventSchema>;

    /// Events to show and to check the schema with: those of `#[sse(example = ..)]`.
    #[must_use]
    fn examples() -> Vec<Self>
    where
        Self: Sized,
    {
        Vec::new()
    }
}

macro_rules! forward {
    ($($Pointer:ty $(= $new:path)?),*) => {$(
        impl<E: SseSchema> SseSchema for $Pointer {
            fn stream_name() -> Cow<'static, str> {
                E::stream_name()
            }

            fn description() -> Option<&'static str> {
                E::description()
            }

            fn facts() -> StreamFacts {
                E::facts()
            }

            fn events(generator: &mut SchemaGenerator) -> Vec<EventSchema> {
                E::events(generator)
            }

            $(
                fn examples() -> Vec<Self> {
                    E::examples().into_iter().map($new).collect()
                }
            )?
        }
    )*};
}
// There is nothing that an example could be borrowed from.
forward!(&E, Box<E> = Box::new, Arc<E> = Arc::new);

/// What is true of a whole stream, beyond its events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct StreamFacts {
    /// Whether clients may rely on the list of events: a new one breaks them. `#[sse(closed)]`
    pub closed: bool,
    /// Whether clients must get along with values that the enums in payloads do not list. `#[sse(open)]`
    pub open: bool,
    /// What a float that is not finite is sent as, if the type says so. `#[sse(non_finite = "..")]`
    pub non_finite: Option<NonFinite>,
}

impl StreamFacts {
    /// Says that clients may rely on the list of events.
    #[must_use]
    pub const fn closed(mut self) -> Self {
        self.closed = true;
        self
    }

    /// Says that clients must get along with values that the enums in payloads do not list.
    #[must_use]
    pub const fn open(mut self) -> Self {
        self.open = true;
        self
    }

    /// Says what a float that is not finite is sent as.
    #[must_use]
    pub const fn non_finite(mut self, policy: NonFinite) -> Self {
        self.non_finite = Some(policy);
        self
    }
}

/// What becomes of NaN and the infinities, which JSON does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NonFinite {
    /// `null`, and the schema of every float allows it.
    Null,
    /// The event is an [`EncodeError`](crate::event::EncodeError): every float is a number.
    Error,
}

impl NonFinite {
    /// The policy as it is written: `null` or `error`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Error => "error",
        }
    }
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
    /// Such events, encoded. [`Manifest::of`](super::Manifest::of) finds them in [`SseSchema::examples`].
    pub examples: Vec<Example>,
    pub(crate) non_finite: Policy,
}

/// An event that shows what its kind looks like.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Example {
    /// The bytes of the event: `event: tick\ndata: {"cents":7}\n\n`.
    pub wire: String,
    /// What a client is given, as the event view describes it: `{"event": "tick", "data": {"cents": 7}}`.
    pub value: Value,
}

/// The payload of an event.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum PayloadSchema {
    /// JSON of this schema.
    Json(Schema),
    /// Text as it is.
    Text,
    /// Bytes, sent as text in base64: the standard alphabet, with padding.
    Base64,
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
            examples: Vec::new(),
            non_finite: Policy::OfStream,
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
