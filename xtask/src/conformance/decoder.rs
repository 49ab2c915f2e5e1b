//! Vectors of the decoder: what comes out, and when.

use std::fmt;

use serde::Deserialize;
use sse_core::wire::LimitExceeded;
use sse_core::{DecodedEvent, Decoder};

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

impl From<DecodedEvent> for EventCase {
    fn from(event: DecodedEvent) -> Self {
        Self { event: event.name.to_string(), data: event.data, id: event.last_event_id.to_string() }
    }
}

/// Decodes a stream that comes in these chunks and then ends.
pub(super) fn decode<C: AsRef<[u8]>>(chunks: impl IntoIterator<Item = C>) -> Result<Decoded, LimitExceeded> {
    let mut decoder = Decoder::new();
    let mut events = Vec::new();
    for chunk in chunks {
        let mut input = chunk.as_ref();
        while let Some(event) = decoder.decode(&mut input)? {
            events.push(event.into());
        }
    }
    Ok(Decoded { events, retry: decoder.retry(), last_event_id: decoder.last_event_id().to_owned() })
}

impl Case {
    pub(super) fn run(&self, name: &str) -> Result<(), String> {
        let input = &self.input_base64.0;
        for (chunking, cuts) in chunkings(name, input.len(), &self.splits) {
            let got = decode(cut(input, &cuts)).map_err(|error| format!("{chunking}: {error}"))?;
            if let Some(difference) = self.difference(&got) {
                return Err(format!("{chunking}: {difference}"));
            }
        }
        Ok(())
    }

    fn difference(&self, got: &Decoded) -> Option<String> {
        let retry_is_as_good = self.retry_also_ok.contains(&got.retry)
            || self.retry_or_at_least.is_some_and(|least| got.retry.is_some_and(|retry| retry >= least));
        let retry = if retry_is_as_good { self.expect.retry } else { got.retry };
        difference(&Decoded { retry, ..got.clone() }, &self.expect)
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
        let mut decoder = Decoder::new();
        let mut total = 0;
        let mut totals = Vec::new();
        for Bytes(chunk) in &self.chunks {
            let mut input = chunk.as_slice();
            while decoder.decode(&mut input).map_err(|error| error.to_string())?.is_some() {
                total += 1;
            }
            totals.push(total);
        }
        if totals == self.total {
            return Ok(());
        }
        Err(format!("after each chunk {} events had come out, not {}", short(&totals), short(&self.total)))
    }
}
