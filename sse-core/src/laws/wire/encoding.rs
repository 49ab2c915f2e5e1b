//! The laws of what encodes.

use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::{Received, by_decode, standard};
use crate::event::{DecodedEvent, Event, EventId, EventName, InvalidEventId, InvalidEventName, SseEvent};
use crate::laws::LawBroken;
use crate::wire::{self, Limits};

/// What a client receives of events is what their fields say, of each alone and of all in a row; no text can end its
/// event or become another field.
///
/// # Errors
///
/// Returns [`LawBroken`] if something else comes back.
pub fn events_come_back(events: &[Event<'_>]) -> Result<(), LawBroken> {
    let law = "events_come_back";
    let (mut stream, mut received) = (Vec::new(), Received::default());
    for event in events {
        let frame = event.encode();
        one_block(law, frame.as_bytes())?;
        let comment = event.said_comment().map(unified);
        if comments(frame.as_bytes()) != comment.as_deref().unwrap_or_default() {
            return Err(LawBroken::new(law, format!("another comment in \"{}\"", frame.as_bytes().escape_ascii())));
        }
        let mut alone = Received::default();
        receive(event, &mut alone);
        comes_back(law, frame.as_bytes(), &alone)?;
        let before = stream.len();
        event.encode_into(&mut stream);
        if stream.get(before..) != Some(frame.as_bytes()) {
            return Err(LawBroken::new(law, format!("`encode_into` has written \"{}\"", stream.escape_ascii())));
        }
        receive(event, &mut received);
    }
    comes_back(law, &stream, &received)
}

/// What a client receives of a typed event is what it says, with `data` for its payload; both ways to encode it write
/// the same.
///
/// # Errors
///
/// Returns [`LawBroken`] if something else comes back, or if the event does not encode.
pub fn a_typed_event_comes_back<E: SseEvent + ?Sized>(event: &E, data: &str) -> Result<(), LawBroken> {
    let law = "a_typed_event_comes_back";
    let refused = |error| LawBroken::new(law, format!("the event is refused: {error}"));
    let fields = event.fields().map_err(refused)?;
    let frame = wire::encode(event).map_err(refused)?;
    let mut appended = b"before".to_vec();
    let terminal = wire::encode_into(event, &mut appended).map_err(refused)?;
    if appended.strip_prefix(b"before") != Some(frame.as_bytes()) || terminal != frame.is_terminal() {
        return Err(LawBroken::new(law, format!("`encode_into` has written \"{}\"", appended.escape_ascii())));
    }
    one_block(law, frame.as_bytes())?;
    let mut received = Received { retry: fields.retry.map(|retry| retry.as_millis().into()), ..Received::default() };
    dispatch(fields.name.as_str(), fields.id.as_ref().map(EventId::as_str), Some(data), &mut received);
    comes_back(law, frame.as_bytes(), &received)?;
    received.last_event_id.clear();
    if let Some(Ok(event)) = received.events.first_mut() {
        event.last_event_id = EventId::from_static("");
    }
    comes_back(law, frame.without_id(), &received)
}

/// A text is an id unless it has CR, LF or NUL in it, and a name unless it has CR or LF; a refusal says which byte. An
/// [`Event`] refuses the same.
///
/// # Errors
///
/// Returns [`LawBroken`] if it is otherwise.
pub fn a_text_is_legal_or_refused(text: &str) -> Result<(), LawBroken> {
    let broken = |what: String| Err(LawBroken::new("a_text_is_legal_or_refused", what));
    let (name, in_event) = (EventName::try_from(text), Event::default().name(text));
    for at in [name.as_ref().err(), in_event.as_ref().err()] {
        if at.map(InvalidEventName::at) != text.find(['\r', '\n']) {
            return broken(format!("the name {text:?} is {name:?} and makes {in_event:?}"));
        }
    }
    let (id, in_event) = (EventId::try_from(text), Event::default().id(text));
    for at in [id.as_ref().err(), in_event.as_ref().err()] {
        if at.map(InvalidEventId::at) != text.find(['\r', '\n', '\0']) {
            return broken(format!("the id {text:?} is {id:?} and makes {in_event:?}"));
        }
    }
    let expected_name = if text.is_empty() { "message" } else { text };
    if name.is_ok_and(|name| name.as_str() != expected_name) || id.is_ok_and(|id| id.as_str() != text) {
        return broken(format!("of {text:?} another text was made"));
    }
    Ok(())
}

/// What a client receives of an event behind what it has.
fn receive(event: &Event<'_>, received: &mut Received) {
    received.retry = event.said_retry().or(received.retry);
    dispatch(event.said_name().unwrap_or_default(), event.said_id(), event.said_data(), received);
}

fn dispatch(name: &str, id: Option<&str>, data: Option<&str>, received: &mut Received) {
    if let Some(id) = id {
        id.clone_into(&mut received.last_event_id);
    }
    let name = EventName::try_from(name).unwrap_or_else(|_| EventName::from_static("not legal"));
    let last_event_id =
        received.last_event_id.as_str().try_into().unwrap_or_else(|_| EventId::from_static("not legal"));
    received.events.extend(data.map(|data| Ok(DecodedEvent { name, data: unified(data), last_event_id })));
}

/// Each line end is LF, as a client receives it.
fn unified(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

fn comes_back(law: &'static str, stream: &[u8], expected: &Received) -> Result<(), LawBroken> {
    for received in [standard(stream), by_decode(Limits::none())(&[stream])] {
        if let Some(difference) = received.difference(expected) {
            return Err(LawBroken::new(law, format!("{difference}, of \"{}\"", stream.escape_ascii())));
        }
    }
    Ok(())
}

/// The values of the comment lines, joined with LF.
fn comments(frame: &[u8]) -> String {
    let frame = String::from_utf8_lossy(frame);
    let values = frame.split('\n').filter_map(|line| line.strip_prefix(':'));
    values.map(|value| value.strip_prefix(' ').unwrap_or(value)).collect::<Vec<_>>().join("\n")
}

/// A frame is comments and fields of the standard, each in a line that LF ends, and one blank line: its last.
fn one_block(law: &'static str, frame: &[u8]) -> Result<(), LawBroken> {
    let broken = |what: &str| Err(LawBroken::new(law, format!("{what} in \"{}\"", frame.escape_ascii())));
    let Some(lines) = frame.strip_suffix(b"\n") else { return broken("no blank line at the end") };
    if frame.contains(&b'\r') {
        return broken("a CR");
    }
    for line in lines.split_inclusive(|byte| *byte == b'\n') {
        let fields: [&[u8]; 5] = [b":", b"id:", b"event:", b"retry:", b"data:"];
        if !line.ends_with(b"\n") {
            return broken("an unfinished line");
        }
        if !fields.iter().any(|field| line.starts_with(field)) {
            return broken("a line that is no field");
        }
    }
    Ok(())
}
