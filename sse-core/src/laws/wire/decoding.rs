//! The laws of what decodes.

use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::vec::Vec;

use super::{Received, standard, standard_within};
use crate::event::{DecodedEvent, EventId, EventName};
use crate::laws::LawBroken;
use crate::wire::{Decoder, LimitExceeded, Limits};

/// The longest stream that is also cut in two at every place.
const EVERY_CUT: usize = 512;

/// What a new [`Decoder`] with these limits makes of chunks, by [`Decoder::decode`]; behind a limit it goes on.
pub fn by_decode(limits: Limits) -> impl Fn(&[&[u8]]) -> Received {
    move |chunks| run(limits, chunks, |decoder, input, _| owned(decoder, input))
}

/// The same by [`Decoder::decode_ref`].
pub fn by_decode_ref(limits: Limits) -> impl Fn(&[&[u8]]) -> Received {
    move |chunks| run(limits, chunks, |decoder, input, _| borrowed(decoder, input))
}

/// The same by both in turn: one of them for an event, the other for the next.
pub fn by_turns(limits: Limits) -> impl Fn(&[&[u8]]) -> Received {
    move |chunks| {
        run(
            limits,
            chunks,
            |decoder, input, turn| {
                if turn % 2 == 0 { owned(decoder, input) } else { borrowed(decoder, input) }
            },
        )
    }
}

type Taken = Result<Option<DecodedEvent>, LimitExceeded>;

fn owned(decoder: &mut Decoder, input: &mut &[u8]) -> Taken {
    decoder.decode(input)
}

fn borrowed(decoder: &mut Decoder, input: &mut &[u8]) -> Taken {
    let Some(event) = decoder.decode_ref(input)? else { return Ok(None) };
    // Neither can have been on the wire if it is not legal.
    let name = EventName::try_from(event.name).unwrap_or_else(|_| EventName::from_static("not legal"));
    let last_event_id = EventId::try_from(event.last_event_id).unwrap_or_else(|_| EventId::from_static("not legal"));
    Ok(Some(DecodedEvent { name, data: event.data.to_owned(), last_event_id }))
}

/// Feeds the chunks; `take` is told how many events and limits have come before.
fn run(limits: Limits, chunks: &[&[u8]], take: impl Fn(&mut Decoder, &mut &[u8], usize) -> Taken) -> Received {
    let mut decoder = Decoder::with_limits(limits);
    let mut received = Received::default();
    for chunk in chunks {
        let mut input = *chunk;
        while let Some(event) = take(&mut decoder, &mut input, received.events.len()).transpose() {
            received.events.push(event.map_err(|error| error.kind()));
        }
    }
    received.retry = decoder.retry();
    decoder.last_event_id().clone_into(&mut received.last_event_id);
    received
}

/// What comes of a stream without limits is what the HTML standard says.
///
/// # Errors
///
/// Returns [`LawBroken`] if `decode` makes something else of it.
pub fn events_are_the_standards(
    mut decode: impl FnMut(&[&[u8]]) -> Received,
    chunks: &[&[u8]],
) -> Result<(), LawBroken> {
    same("events_are_the_standards", &decode(chunks), &standard(&chunks.concat()), chunks)
}

/// After each chunk, all that the bytes so far make has come: an event needs its last byte and none behind it, also
/// where that byte is a CR.
///
/// # Errors
///
/// Returns [`LawBroken`] if `decode` has made something else of the first chunks.
pub fn nothing_waits(mut decode: impl FnMut(&[&[u8]]) -> Received, chunks: &[&[u8]]) -> Result<(), LawBroken> {
    prefixes(chunks).try_for_each(|part| same("nothing_waits", &decode(part), &standard(&part.concat()), part))
}

/// Within limits the events are the standard's; past one, the limit is said as soon as it is exceeded, and the next
/// block is an event again.
///
/// # Errors
///
/// Returns [`LawBroken`] if `decode`, which has these limits, makes something else of the stream or of its first chunks.
pub fn limits_are_kept(
    mut decode: impl FnMut(&[&[u8]]) -> Received,
    chunks: &[&[u8]],
    line_limit: usize,
    event_limit: usize,
) -> Result<(), LawBroken> {
    prefixes(chunks).try_for_each(|part| {
        let expected = standard_within(&part.concat(), line_limit, event_limit);
        same("limits_are_kept", &decode(part), &expected, part)
    })
}

/// What comes of a stream does not depend on how it is cut: whole, byte by byte, by twos and
/// with empty chunks, and for up to 512
/// bytes in two at every place.
///
/// # Errors
///
/// Returns [`LawBroken`] if `decode` makes something else of the stream in another chunking.
pub fn cuts_change_nothing(mut decode: impl FnMut(&[&[u8]]) -> Received, stream: &[u8]) -> Result<(), LawBroken> {
    let whole = decode(&[stream]);
    let mut check = |chunks: &[&[u8]]| same("cuts_change_nothing", &decode(chunks), &whole, chunks);
    check(&stream.chunks(1).collect::<Vec<_>>())?;
    check(&stream.chunks(2).flat_map(|chunk| [chunk, &[]]).collect::<Vec<_>>())?;
    if stream.len() <= EVERY_CUT {
        for at in 1..stream.len() {
            let (one, two) = stream.split_at(at);
            check(&[one, &[], two])?;
        }
    }
    Ok(())
}

/// The first chunks, from none to all.
fn prefixes<'a, 'b>(chunks: &'a [&'b [u8]]) -> impl Iterator<Item = &'a [&'b [u8]]> {
    (0..=chunks.len()).filter_map(|end| chunks.get(..end))
}

fn same(law: &'static str, found: &Received, expected: &Received, chunks: &[&[u8]]) -> Result<(), LawBroken> {
    let Some(difference) = found.difference(expected) else { return Ok(()) };
    let shown: Vec<_> = chunks.iter().map(|chunk| format!("\"{}\"", chunk.escape_ascii())).collect();
    let shown = shown.join(" ");
    let shown = shown.get(..2_000).map_or_else(|| shown.clone(), |start| start.to_owned() + "…");
    Err(LawBroken::new(law, format!("{difference}, of the chunks {shown}")))
}
