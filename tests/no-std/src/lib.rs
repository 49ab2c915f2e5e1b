//! What a device without an operating system sends and what it receives: whatever the derives write must need no `std`.

#![no_std]

extern crate alloc;

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::error::Error;
use core::time::Duration;

use sse_core::wire::encode;
use sse_core::{Decoder, SseDecode, SseEvent};

/// What the device tells.
#[derive(Debug, PartialEq, SseEvent, SseDecode)]
#[non_exhaustive]
#[sse(rename_all = "kebab-case", prefix = "device.", non_finite = "error")]
pub enum Telemetry<T> {
    /// JSON, whose id is made of the fields.
    #[sse(id = format!("{sensor}-{count}"))]
    Sample {
        /// Which sensor.
        sensor: u8,
        /// How many came before.
        count: u32,
        /// What it measured, if anything.
        #[serde(skip_serializing_if = "Option::is_none")]
        value: Option<T>,
        /// What else there is.
        #[serde(flatten)]
        rest: BTreeMap<String, u8>,
    },
    /// Something with an id and a reconnection time of its own.
    Restarted {
        /// How often.
        #[sse(id)]
        times: u64,
        /// When to ask again.
        #[sse(retry)]
        #[serde(skip)]
        wait: Option<Duration>,
    },
    /// Text, as it is displayed.
    #[sse(text)]
    Log(Cow<'static, str>),
    /// Bytes.
    #[sse(bytes = "base64")]
    Image(Vec<u8>),
    /// What the device may be told too.
    #[sse(flatten)]
    Command(Command),
    /// The last event.
    #[sse(terminal, retry = 10_000)]
    Off,
}

/// What the device is told.
#[derive(Debug, PartialEq, Eq, SseEvent, SseDecode)]
#[non_exhaustive]
#[serde(tag = "do", rename_all = "lowercase")]
pub enum Command {
    /// Measure.
    Measure {
        /// Which sensor.
        sensor: u8,
    },
    /// Whatever a later version knows.
    #[sse(other)]
    Unknown {
        /// Its name.
        event: String,
        /// Its payload.
        data: String,
    },
}

/// Sends the event to itself.
///
/// # Errors
///
/// Returns an error if it cannot be encoded or decoded.
pub fn echo<T>(event: &Telemetry<T>) -> Result<Option<Telemetry<T>>, Box<dyn Error>>
where
    Telemetry<T>: SseEvent + SseDecode,
{
    let frame = encode(event)?;
    match Decoder::new().decode(&mut frame.as_ref())? {
        Some(event) => Ok(Telemetry::decode(event.as_ref())?),
        None => Ok(None),
    }
}
