//! A line that never ends, byte by byte: when a decoder gives up, and what it holds until then.

use std::num::NonZeroUsize;

use registry_sse_core::SseDecoder;
use serde_json::Map;
use sse_core::{Decoder, Limits};
use sse_parse::SseParser;

use super::decode::{Input, SSE_STREAM, rival};
use crate::measure::{cpu, in_turn, median, ratio};
use crate::report::{Case, rounded};
use crate::{Effort, allocations};

/// The limit of those that have one: the default of the registry's `sse-core`.
const LIMIT: usize = 512 << 10;

/// The bytes that are sent.
const LINE: usize = 64 << 20;

const OURS: &str = "ours";
const OURS_AS_IT_COMES: &str = "ours, default limits";

/// One that reads the line, and says how many bytes of it were read when it stopped.
#[derive(Clone, Copy, Debug)]
struct Reader {
    name: &'static str,
    /// The bytes that it gets at most: what reads again and again what it holds would take minutes for all.
    most: usize,
    read: fn(&Input) -> u64,
}

const READERS: [Reader; 8] = [
    Reader { name: OURS, most: LINE, read: |line| ours(line, Limits::new().line(LIMIT)) },
    Reader { name: OURS_AS_IT_COMES, most: LINE, read: |line| ours(line, Limits::new()) },
    Reader { name: "sse-core 0.2", most: LINE, read: registry_sse_core },
    Reader { name: "sse-parse", most: LINE, read: sse_parse },
    Reader { name: SSE_STREAM, most: LINE, read: |line| all(line, SSE_STREAM) },
    Reader { name: "sseer", most: LINE, read: |line| all(line, "sseer") },
    Reader { name: "sse-codec", most: 256 << 10, read: |line| all(line, "sse-codec") },
    Reader { name: "eventsource-stream", most: 32 << 10, read: |line| all(line, "eventsource-stream") },
];

pub(super) fn case(effort: Effort<'_>) -> Option<Case> {
    let name = "decode-hostile-line";
    if !effort.includes(name) {
        return None;
    }
    let line = Input::without_end(LINE);
    let inputs = READERS.map(|reader| line.first(if effort.quick { reader.most / 16 } else { reader.most }));
    let (mut read, mut held) = (Map::new(), Map::new());
    for (reader, input) in READERS.iter().zip(&inputs) {
        allocations::start();
        read.insert(reader.name.to_owned(), (reader.read)(input).into());
        held.insert(reader.name.to_owned(), allocations::stop().peak.into());
    }
    let runs: Vec<_> = READERS.iter().zip(&inputs).map(|(reader, input)| || milliseconds(reader, input)).collect();
    let rounds = if effort.quick { 1 } else { 3 };
    let times = in_turn(rounds, &runs).into_iter().map(median);
    let times: Vec<_> = READERS.iter().map(|reader| reader.name).zip(times).collect();
    let time = |name: &str| times.iter().find(|(of, _)| *of == name).map_or(f64::NAN, |(_, time)| *time);
    let rivals: Vec<_> = times.iter().copied().filter(|(name, _)| !name.starts_with(OURS)).collect();
    let case = Case::new("wire", name.to_owned(), "ms CPU until it stops", time(OURS), &rivals)
        .with("ours_default_limits", rounded(time(OURS_AS_IT_COMES)))
        .with("bytes_read", read)
        .with("bytes_held_at_most", held);
    Some(case.print())
}

fn milliseconds(reader: &Reader, input: &Input) -> f64 {
    let before = cpu();
    std::hint::black_box((reader.read)(input));
    ratio(cpu() - before, 1_000_000)
}

fn ours(line: &Input, limits: Limits) -> u64 {
    let mut decoder = Decoder::with_limits(limits);
    until(line, |mut byte| decoder.decode(&mut byte).is_err())
}

fn registry_sse_core(line: &Input) -> u64 {
    let mut decoder = SseDecoder::with_limit(NonZeroUsize::new(LIMIT).expect("it is not zero"));
    until(line, |mut byte| decoder.next(&mut byte).is_some())
}

fn sse_parse(line: &Input) -> u64 {
    let mut parser = SseParser::new().max_buffer(LIMIT);
    until(line, |byte| {
        parser.feed(byte);
        parser.overflows() > 0
    })
}

/// How many bytes are read until one is refused.
fn until(line: &Input, mut refuses: impl FnMut(&'static [u8]) -> bool) -> u64 {
    let mut read = 0;
    for byte in line.chunks(1) {
        read += 1;
        if refuses(byte) {
            break;
        }
    }
    read
}

/// Those without a limit read whatever comes.
fn all(line: &Input, name: &str) -> u64 {
    let seen = rival(name).map(|decode| decode(line, 1));
    assert!(seen.is_some_and(|seen| seen.events == 0), "{name} sees an event that does not end");
    line.len()
}
