//! Vectors of the decoder: what comes out, and when.

use std::fmt;

use serde::Deserialize;
use sse_core::wire::LimitExceeded;
use sse_core::{Decoder, EventRef};

use super::Bytes;
use super::chunks::{chunkings, cut};

/// Bytes, and what they decode to in every chunking.
#[derive(Debug, Deserialize)]
pub(super) struct Case {
    input_base64: Bytes,
    #[serde(default)]
    splits: Vec<Vec<usize>>,
    #[serde(flatten)]
    expect: Decoded,
    #[serde(default)]
    retry_also_ok: Vec<Option<u64>>,
    retry_or_at_least: Option<u64>,
}

/// All that a stream decodes to.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
pub(super) struct Decoded {
    pub(super) events: Vec<EventCase>,
    pub(super) retry: Option<u64>,
    pub(super) last_event_id: String,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub(super) struct EventCase {
    pub(super) event: String,
    pub(super) data: String,
    pub(super) id: String,
}

impl EventCase {
    fn is(&self, event: EventRef<'_>) -> bool {
        let Self { event: name, data, id } = self;
        (&**name, &**data, &**id) == (event.name, event.data, event.last_event_id)
    }
}

impl From<EventRef<'_>> for EventCase {
    fn from(event: EventRef<'_>) -> Self {
        Self { event: event.name.to_owned(), data: event.data.to_owned(), id: event.last_event_id.to_owned() }
    }
}

/// One way to take the next event off the input; says whether there was one.
type Take = fn(&mut Decoder, &mut &[u8], &mut dyn FnMut(EventRef<'_>)) -> Result<bool, LimitExceeded>;

/// What the decoder offers: events that own their text, and events that borrow it.
const WAYS: [(&str, Take); 2] = [
    ("decode", |decoder, input, see| Ok(decoder.decode(input)?.map(|event| see(event.as_ref())).is_some())),
    ("decode_ref", |decoder, input, see| Ok(decoder.decode_ref(input)?.map(see).is_some())),
];

/// Feeds a stream that comes in these chunks, and shows each event.
fn feed(
    take: Take,
    chunks: impl IntoIterator<Item = impl AsRef<[u8]>>,
    mut see: impl FnMut(EventRef<'_>),
) -> Result<Decoder, LimitExceeded> {
    let mut decoder = Decoder::new();
    for chunk in chunks {
        let mut input = chunk.as_ref();
        while take(&mut decoder, &mut input, &mut see)? {}
    }
    Ok(decoder)
}

/// Decodes a stream that comes in these chunks and then ends.
fn decode(take: Take, chunks: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Result<Decoded, LimitExceeded> {
    let mut events = Vec::new();
    let decoder = feed(take, chunks, |event| events.push(event.into()))?;
    Ok(Decoded { events, retry: decoder.retry(), last_event_id: decoder.last_event_id().to_owned() })
}

/// Decodes a stream that comes in one piece.
pub(super) fn decode_whole(stream: &[u8]) -> Result<Decoded, LimitExceeded> {
    let [(_, take), ..] = WAYS;
    decode(take, [stream])
}

impl Case {
    pub(super) fn run(&self, name: &str) -> Result<(), String> {
        let input = &self.input_base64.0;
        for chunking in chunkings(input.len(), &self.splits) {
            let cuts = chunking.cuts(name, input.len());
            for (way, take) in WAYS {
                if !self.passes(take, cut(input, &cuts)) {
                    let got = decode(take, cut(input, &cuts)).map_err(|error| format!("{way}, {chunking}: {error}"))?;
                    return Err(format!("{way}, {chunking}: {}", self.difference(got)));
                }
            }
        }
        Ok(())
    }

    /// Whether this is what comes out. It copies nothing, because nearly all of what is run passes.
    fn passes(&self, take: Take, chunks: impl IntoIterator<Item = impl AsRef<[u8]>>) -> bool {
        let mut expect = self.expect.events.iter();
        let mut all = true;
        let decoder = feed(take, chunks, |event| all &= expect.next().is_some_and(|expect| expect.is(event)));
        let state =
            |decoder: Decoder| self.is_as_good(decoder.retry()) && decoder.last_event_id() == self.expect.last_event_id;
        decoder.is_ok_and(state) && all && expect.next().is_none()
    }

    fn is_as_good(&self, retry: Option<u64>) -> bool {
        retry == self.expect.retry
            || self.retry_also_ok.contains(&retry)
            || self.retry_or_at_least.is_some_and(|least| retry.is_some_and(|retry| retry >= least))
    }

    fn difference(&self, mut got: Decoded) -> String {
        if self.is_as_good(got.retry) {
            got.retry = self.expect.retry;
        }
        difference(&got, &self.expect).unwrap_or_else(|| "another result the second time".to_owned())
    }
}

/// The first part in which the two differ.
pub(super) fn difference(got: &Decoded, expect: &Decoded) -> Option<String> {
    let events = got.events.iter().map(Some).chain([None]).zip(expect.events.iter().map(Some).chain([None]));
    for (at, (got, expect)) in events.enumerate() {
        if got != expect {
            return Some(format!("event {at} is {}, not {}", short(&got), short(&expect)));
        }
    }
    if got.retry != expect.retry {
        return Some(format!("the retry is {:?}, not {:?}", got.retry, expect.retry));
    }
    (got.last_event_id != expect.last_event_id)
        .then(|| format!("the last event ID is {}, not {}", short(&got.last_event_id), short(&expect.last_event_id)))
}

/// What a line of output has room for.
pub(super) fn short(value: &impl fmt::Debug) -> String {
    let text = format!("{value:?}");
    match text.char_indices().nth(200) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// Chunks, and how many events have come out after each.
#[derive(Debug, Deserialize)]
pub(super) struct EagerCase {
    chunks: Vec<Bytes>,
    total: Vec<usize>,
}

impl EagerCase {
    pub(super) fn run(&self) -> Result<(), String> {
        for (way, take) in WAYS {
            let totals = self.totals(take).map_err(|error| format!("{way}: {error}"))?;
            if totals != self.total {
                let (totals, expected) = (short(&totals), short(&self.total));
                return Err(format!("{way}: after each chunk {totals} events had come out, not {expected}"));
            }
        }
        Ok(())
    }

    fn totals(&self, take: Take) -> Result<Vec<usize>, LimitExceeded> {
        let mut decoder = Decoder::new();
        let mut total = 0;
        let mut totals = Vec::new();
        for Bytes(chunk) in &self.chunks {
            let mut input = chunk.as_slice();
            while take(&mut decoder, &mut input, &mut |_| ())? {
                total += 1;
            }
            totals.push(total);
        }
        Ok(totals)
    }
}
