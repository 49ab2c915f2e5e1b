//! What holds for every stream, tried on random ones.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use sse_core::DecodedEvent;
use sse_core::{Decoder, Event, Limits};

use crate::naive::{self, Dispatched, Outcome};

/// `SplitMix64`: the same cases in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let bits = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).unwrap()
    }

    fn pick<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }

    /// Up to `most` atoms in a row.
    fn string(&mut self, atoms: &[&str], most: usize) -> String {
        (0..self.below(most + 1)).map(|_| self.pick(atoms)).collect()
    }

    fn stream(&mut self) -> Vec<u8> {
        let atoms = if self.below(3) == 0 { INVALID } else { VALID };
        let mut stream = if self.below(5) == 0 { BOM.to_vec() } else { Vec::new() };
        for _ in 0..self.pick(&[3, 8, 20, 60]) {
            // Every other atom is one of the valid ones, or hardly an event would come out.
            stream.extend_from_slice(if self.below(2) == 0 { self.pick(atoms) } else { self.pick(VALID) });
        }
        stream
    }

    fn chunks<'a>(&mut self, mut stream: &'a [u8]) -> Vec<&'a [u8]> {
        let longest = self.pick(&[1, 2, 5, 20]);
        let mut chunks = Vec::new();
        while !stream.is_empty() {
            let (chunk, rest) = stream.split_at(self.below(longest + 1).min(stream.len()));
            chunks.push(chunk);
            stream = rest;
        }
        chunks
    }
}

const BOM: &[u8] = b"\xEF\xBB\xBF";

const VALID: &[&[u8]] = &[
    b"data",
    b"data:",
    b"data: ",
    b"data: x\n",
    b"data: x\n\n",
    b"id: 9\ndata: y\r\r",
    b"data: z\r\n\r\n",
    b"data: y\r",
    b"data:zz\r\n",
    b"event",
    b"event: ",
    b"event: e\n",
    b"id",
    b"id: ",
    b"id: 7\n",
    b"id: 8\r\n",
    b"retry: ",
    b"retry: 12\n",
    b"retry: 9x\n",
    b"retry\n",
    b"retry: 99999999999",
    b"\n",
    b"\n",
    b"\n\n",
    b"\r",
    b"\r",
    b"\r\r",
    b"\r\n",
    b"\r\n\r\n",
    b":",
    b": c\n",
    b" ",
    b"\t",
    b"\0",
    b"a",
    b"bc",
    b"0",
    b"1",
    b"Data: x\n",
    b"datax: y\n",
    b" data: x\n",
    b"foo\n",
    b"\x0B",
    b"\xC2\x85",
    b"\xE2\x80\xA8",
    BOM,
    b"\xC3\xA9",
    b"\xE2\x82\xAC",
    b"\xF0\x9F\x98\x80",
];

const INVALID: &[&[u8]] = &[
    b"\xEF",
    b"\xBB",
    b"\xBF",
    b"\xC3",
    b"\xA9",
    b"\xE2\x82",
    b"\xF0\x9F",
    b"\xED\xA0\x80",
    b"\xC0\xAF",
    b"\xF5",
    b"\xFF",
    b"\x80",
    b"data\xEF\xBB\xBF: z\n",
    b"data: \xE2\x82\r",
    b"\xA9\n",
];

const TEXT: &[&str] = &["a", "b c", " ", ":", "data: x", "\t", "é", "😀", "\u{FEFF}", "\u{2028}", "\u{85}", "0", "="];

const LINE_ENDS: &[&str] = &["\n", "\r", "\r\n", "\n\n"];

fn decode(limits: Limits, chunks: &[&[u8]]) -> Outcome {
    let mut decoder = Decoder::with_limits(limits);
    let mut outcome = Outcome::default();
    for chunk in chunks {
        let mut input = *chunk;
        while let Some(one) = decoder.decode(&mut input).transpose() {
            outcome.events.push(one.map(dispatched).map_err(|error| error.kind()));
        }
        assert!(input.is_empty(), "no bytes may be left when no event comes out");
    }
    outcome.retry = decoder.retry();
    decoder.last_event_id().clone_into(&mut outcome.last_event_id);
    outcome
}

fn dispatched(event: DecodedEvent) -> Dispatched {
    Dispatched { name: event.name.to_string(), data: event.data, last_event_id: event.last_event_id.to_string() }
}

/// Decodes whole, byte by byte and in random chunks.
#[track_caller]
fn check(random: &mut Random, limits: Limits, stream: &[u8], expect: &Outcome) {
    for chunks in [vec![stream], stream.chunks(1).collect(), random.chunks(stream)] {
        let got = decode(limits, &chunks);
        assert_eq!(
            &got,
            expect,
            "{limits:?} {:?}",
            chunks.iter().map(|c| c.escape_ascii().to_string()).collect::<Vec<_>>()
        );
    }
}

#[test]
fn a_decoder_agrees_with_the_standard_in_every_chunking() {
    let mut random = Random(1);
    let mut events = 0;
    for _ in 0..20_000 {
        let stream = random.stream();
        let expect = naive::decode(&stream, usize::MAX, usize::MAX);
        events += expect.events.len();
        check(&mut random, Limits::new(), &stream, &expect);
    }
    assert!(events > 20_000, "streams without events try nothing: {events}");
}

#[test]
fn past_a_limit_the_same_events_come_out_in_every_chunking() {
    let mut random = Random(2);
    let (mut events, mut errors) = (0, 0);
    for _ in 0..20_000 {
        let stream = random.stream();
        if str::from_utf8(&stream).is_err() {
            continue;
        }
        let (line, event) = (random.below(40), random.below(20));
        let expect = naive::decode(&stream, line, event);
        errors += expect.events.iter().filter(|one| one.is_err()).count();
        events += expect.events.iter().filter(|one| one.is_ok()).count();
        check(&mut random, Limits::new().line(line).event(event), &stream, &expect);
    }
    assert!(events > 5_000 && errors > 5_000, "{events} events and {errors} errors");
}

#[test]
fn what_was_encoded_decodes_to_the_same() {
    let mut random = Random(3);
    for _ in 0..5_000 {
        let mut wire = Vec::new();
        let mut expect = Outcome::default();
        for _ in 0..=random.below(4) {
            encode_random_event(&mut random, &mut wire, &mut expect);
        }
        check(&mut random, Limits::new(), &wire, &expect);
        assert_eq!(naive::decode(&wire, usize::MAX, usize::MAX), expect);
    }
}

/// Appends an event to `wire`, and what a client must make of it to `expect`.
fn encode_random_event(random: &mut Random, wire: &mut Vec<u8>, expect: &mut Outcome) {
    let with_line_ends = [TEXT, LINE_ENDS].concat();
    let with_nul = [TEXT, &["\0"]].concat();
    let mut event = Event::default();
    let data = (random.below(8) > 0).then(|| random.string(&with_line_ends, 8));
    if let Some(data) = &data {
        event = Event::new(data);
    }
    let name = random.string(&with_nul, 2);
    event = event.name(name.as_str()).unwrap();
    if random.below(2) == 0 {
        let id = random.string(TEXT, 2);
        event = event.id(id.as_str()).unwrap();
        expect.last_event_id = id;
    }
    if random.below(4) == 0 {
        let retry = random.next();
        event = event.retry(retry);
        expect.retry = Some(retry);
    }
    if random.below(4) == 0 {
        event = event.with_comment(random.string(&with_line_ends, 4));
    }
    wire.extend_from_slice(event.encode().as_bytes());
    expect.events.extend(data.map(|data| {
        Ok(Dispatched {
            name: if name.is_empty() { "message".to_owned() } else { name },
            data: data.replace("\r\n", "\n").replace('\r', "\n"),
            last_event_id: expect.last_event_id.clone(),
        })
    }));
}
