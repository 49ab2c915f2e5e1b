//! What a client makes of what a server sends: through the encoder, the decoder and `#[derive(SseDecode)]`.

#![expect(clippy::unwrap_used, reason = "the helpers of tests may fail, too")]
#![expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signatures")]

mod attributes;
mod generics;
mod ids;
mod names;
mod shapes;

use std::fmt::Debug;

use sse_core::event::{DecodeError, DecodeErrorKind};
use sse_core::{DecodedEvent, Decoder, SseDecode, SseEvent, wire};

/// The one event of a stream.
#[track_caller]
fn received(wire: &[u8]) -> DecodedEvent {
    Decoder::new().decode(&mut &*wire).unwrap().unwrap()
}

#[track_caller]
fn decode<E: SseDecode>(wire: &str) -> Result<Option<E>, DecodeError> {
    E::decode(received(wire.as_bytes()).as_ref())
}

/// Encodes one value, and decodes the other from the bytes.
#[track_caller]
fn becomes<E: SseEvent, D: SseDecode + Debug + PartialEq>(sent: &E, expected: &D) {
    let frame = wire::encode(sent).unwrap();
    let event = received(frame.as_bytes());
    assert_eq!(D::decode(event.as_ref()).unwrap().as_ref(), Some(expected), "{event:?}");
}

#[track_caller]
fn comes_back<E: SseEvent + SseDecode + Debug + PartialEq>(event: &E) {
    becomes(event, event);
}

#[track_caller]
fn is_unknown<E: SseDecode + Debug + PartialEq>(wire: &str) {
    assert_eq!(decode::<E>(wire), Ok(None));
}

#[track_caller]
fn fails<E: SseDecode + Debug>(wire: &str, kind: DecodeErrorKind, message: &str) {
    let error = decode::<E>(wire).unwrap_err();
    assert_eq!((error.kind(), error.to_string().as_str()), (kind, message));
    assert_eq!(error.name(), received(wire.as_bytes()).name.as_str());
}

#[track_caller]
fn payload_fails<E: SseDecode + Debug>(wire: &str, message: &str) {
    fails::<E>(wire, DecodeErrorKind::Payload, message);
}

/// Neither of any use to serde nor displayable, nor with a default.
#[derive(Debug, PartialEq)]
struct Opaque;
