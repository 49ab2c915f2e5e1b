//! Whether the events of a type are what its schema says.
//!
//! A schema is made of types, the bytes are made by code, and code may do what no type says: a `serialize_with` in a
//! nested type writes a number as a string, a NaN becomes `null`, a default is in a form that is never sent. So each
//! example (`#[sse(example = ..)]`) is sent through all of it: the encoder, the decoder, an independent validator of the
//! schema, and [`SseDecode`], which must give back the same value.
//!
//! # Examples
//!
//! One line of a test:
//!
//! ```
//! use sse_core::{SseDecode, SseEvent};
//!
//! #[derive(Debug, PartialEq, SseEvent, SseDecode)]
//! #[sse(rename_all = "kebab-case")]
//! enum Price {
//!     #[sse(example = Price::Tick { symbol: "ACME".into(), cents: 725 })]
//!     Tick { symbol: String, cents: u32 },
//!     #[sse(example = Price::Closed)]
//!     Closed,
//! }
//!
//! # fn test() {
//! sse_core::conformance::check::<Price>();
//! # }
//! # test();
//! ```
//!
//! What it finds:
//!
//! ```
//! use sse_core::SseEvent;
//! use sse_core::conformance::Check;
//!
//! #[derive(SseEvent)]
//! enum Feed {
//!     #[sse(example = Feed::Celsius(f64::NAN))]
//!     Celsius(f64),
//!     Ping,
//! }
//!
//! let faults = Check::new().require_examples().encoding::<Feed>().unwrap_err();
//! assert_eq!(
//!     faults.to_string(),
//!     "event `Celsius`: the schema does not allow what is sent: at `/data`: null is not of type \"number\"\n\
//!      event `Ping`: there is no example: add `#[sse(example = ..)]`"
//! );
//! ```

mod fault;
mod number;
mod schema;

pub use self::fault::{Fault, FaultKind, Faults};

use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::fmt;

use crate::event::SseDecode;
use crate::schema::{Example, Manifest, PayloadSchema, SseSchema};
use crate::wire::{Decoder, encode};

use self::schema::Validator;

/// Checks the examples of `E` in both directions, as [`Check::new`] does.
///
/// # Panics
///
/// If an example is not what the schema says, or does not come back as it was; with all that was found.
#[track_caller]
#[expect(clippy::panic, reason = "it is an assertion")]
pub fn check<E: SseSchema + SseDecode + PartialEq + fmt::Debug>() {
    if let Err(faults) = Check::new().round_trip::<E>() {
        panic!("`{}` is not what its schema says:\n{faults}", E::stream_name());
    }
}

/// What is checked.
#[derive(Clone, Copy, Debug, Default)]
#[must_use = "nothing is checked until a type is"]
pub struct Check {
    require_examples: bool,
    allow_wide_integers: bool,
}

impl Check {
    /// Checks the examples that there are: that they encode, that the schema allows them, formats included, that every
    /// integer in them is one that JavaScript can hold, and that every default in the schema is allowed by it, too.
    ///
    /// An event without an example is not checked, unless no event has one: then each of them is a fault.
    pub const fn new() -> Self {
        Self { require_examples: false, allow_wide_integers: false }
    }

    /// Also wants an example of each event.
    pub const fn require_examples(mut self) -> Self {
        self.require_examples = true;
        self
    }

    /// Allows integers beyond ±(2⁵³ − 1), which `JSON.parse` rounds: for streams that no page reads.
    pub const fn allow_wide_integers(mut self) -> Self {
        self.allow_wide_integers = true;
        self
    }

    /// Checks what is sent.
    ///
    /// # Errors
    ///
    /// Returns all [`Faults`] that were found.
    pub fn encoding<E: SseSchema>(self) -> Result<(), Faults> {
        self.run::<E>(|_, _| None)
    }

    /// Checks what is sent, and that each example is decoded to an equal value.
    ///
    /// # Errors
    ///
    /// Returns all [`Faults`] that were found.
    pub fn round_trip<E: SseSchema + SseDecode + PartialEq + fmt::Debug>(self) -> Result<(), Faults> {
        self.run::<E>(|event, wire| {
            let Ok(Some(received)) = Decoder::new().decode(&mut wire.as_bytes()) else {
                return Some((FaultKind::Decode, "no event comes out of the bytes".into()));
            };
            match E::decode(received.as_ref()) {
                Err(error) => Some((FaultKind::Decode, error.to_string())),
                Ok(None) => Some((FaultKind::Decode, "the name is not known".into())),
                Ok(Some(decoded)) if decoded == *event => None,
                Ok(Some(decoded)) => Some((FaultKind::Different, format!("{event:?} came back as {decoded:?}"))),
            }
        })
    }

    fn run<E: SseSchema>(self, receive: impl Fn(&E, &str) -> Option<(FaultKind, String)>) -> Result<(), Faults> {
        let mut faults = Vec::new();
        match Manifest::described::<E>(&E::stream_name()) {
            Ok(manifest) => self.examples(&manifest, &mut faults, receive),
            Err(error) => faults.push(Fault::new("", FaultKind::Schema, error)),
        }
        Faults::of(faults)
    }

    fn examples<E: SseSchema>(
        self,
        manifest: &Manifest,
        faults: &mut Vec<Fault>,
        receive: impl Fn(&E, &str) -> Option<(FaultKind, String)>,
    ) {
        let validator = match Validator::new(&manifest.event_view()) {
            Ok(validator) => validator,
            Err(error) => return faults.push(Fault::new("", FaultKind::Schema, error)),
        };
        faults.extend(validator.defaults());
        let mut shown = Vec::new();
        for event in E::examples() {
            let name = match encode(&event) {
                Ok(frame) => frame.name().to_owned(),
                Err(error) => {
                    let name = event.fields().map(|fields| fields.name.as_str().to_owned()).unwrap_or_default();
                    faults.push(Fault::new(&name, FaultKind::Encode, error));
                    shown.push(name);
                    continue;
                }
            };
            let mut found = |kind, detail: String| faults.push(Fault::new(&name, kind, detail));
            match Example::of(&event, manifest.events()) {
                Err(error) => found(FaultKind::Encode, error.to_string()),
                Ok((at, example)) => {
                    for error in validator.errors(manifest, at, &example.value) {
                        found(FaultKind::Invalid, error);
                    }
                    if !self.allow_wide_integers {
                        for wide in number::wide(&example.value, json_of(manifest, at, &example.wire)) {
                            found(FaultKind::WideInteger, wide);
                        }
                    }
                    if let Some((kind, detail)) = receive(&event, &example.wire) {
                        found(kind, detail);
                    }
                }
            }
            shown.push(name);
        }
        // Without any example there would be nothing that can fail.
        if self.require_examples || shown.is_empty() {
            let missing = manifest.events().iter().filter(|event| !shown.contains(&event.name));
            faults.extend(missing.map(|event| Fault::new(&event.name, FaultKind::Missing, "")));
        }
    }
}

/// The payload, if it is JSON: it stands in one line.
fn json_of<'a>(manifest: &Manifest, event: usize, wire: &'a str) -> &'a str {
    let is_json = manifest.events().get(event).is_some_and(|event| matches!(event.payload, PayloadSchema::Json(_)));
    let data = wire.lines().find_map(|line| line.strip_prefix("data: ")).filter(|_| is_json);
    data.unwrap_or_default()
}
