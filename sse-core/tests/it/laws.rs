//! What holds for every stream, tried on random ones.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::mem;

use sse_core::event::{DataSink, EncodeError, EventFields, SseEvent};
use sse_core::laws::wire::{self, Received};
use sse_core::{Decoder, Event, EventId, EventName, Limits, Retry};

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

const TEXT: &[&str] =
    &["a", "b c", " ", ":", "data: x", "\t", "é", "😀", "\u{FEFF}", "\u{2028}", "\u{85}", "0", "=", "\0"];

const LINE_ENDS: &[&str] = &["\n", "\r", "\r\n", "\n\n"];

/// What this crate offers to decode with.
fn each_decoder(limits: Limits) -> [Box<dyn Fn(&[&[u8]]) -> Received>; 3] {
    [Box::new(wire::by_decode(limits)), Box::new(wire::by_decode_ref(limits)), Box::new(wire::by_turns(limits))]
}

#[test]
fn a_decoder_agrees_with_the_standard_in_every_chunking() {
    let mut random = Random(1);
    let mut events = 0;
    for round in 0..10_000 {
        let stream = random.stream();
        events += wire::standard(&stream).events.len();
        let chunks = random.chunks(&stream);
        for decode in each_decoder(Limits::new()) {
            wire::events_are_the_standards(&decode, &chunks).unwrap();
            if round % 50 == 0 {
                wire::cuts_change_nothing(&decode, &stream).unwrap();
                wire::nothing_waits(&decode, &chunks).unwrap();
            }
        }
    }
    assert!(events > 10_000, "streams without events try nothing: {events}");
}

#[test]
fn past_a_limit_the_same_events_come_out_in_every_chunking() {
    let mut random = Random(2);
    let (mut events, mut errors) = (0, 0);
    for round in 0..10_000 {
        let stream = random.stream();
        let (line, event) = (random.below(40), random.below(20));
        for one in wire::standard_within(&stream, line, event).events {
            *if one.is_ok() { &mut events } else { &mut errors } += 1;
        }
        let chunks = random.chunks(&stream);
        for decode in each_decoder(Limits::none().line(line).event(event)) {
            wire::limits_are_kept(&decode, &[&stream], line, event).unwrap();
            if round % 50 == 0 {
                wire::limits_are_kept(&decode, &chunks, line, event).unwrap();
                wire::cuts_change_nothing(&decode, &stream).unwrap();
            }
        }
    }
    assert!(events > 2_500 && errors > 2_500, "{events} events and {errors} errors");
}

#[test]
fn each_short_stream_is_decoded_as_the_standard_says() {
    let atoms: [&[u8]; 6] = [b"\r", b"\n", b"x", b"data", b":", BOM];
    for number in 0..6_usize.pow(4) {
        let digits = (0..4).scan(number, |rest, _| Some(mem::replace(rest, *rest / 6) % 6));
        let stream: Vec<u8> = digits.flat_map(|digit| atoms[digit]).copied().collect();
        let bytes: Vec<&[u8]> = stream.chunks(1).collect();
        for (line, event) in [(0, 0), (3, 1), (4, 0), (usize::MAX, usize::MAX)] {
            for decode in each_decoder(Limits::none().line(line).event(event)) {
                wire::limits_are_kept(&decode, &bytes, line, event).unwrap();
                wire::cuts_change_nothing(&decode, &stream).unwrap();
            }
        }
    }
}

#[test]
fn a_decoder_that_is_reset_is_as_new_but_for_what_is_the_clients() {
    let mut random = Random(4);
    let mut reused = Decoder::new();
    for _ in 0..5_000 {
        let stream = random.stream();
        let mut fresh = Decoder::new().with_last_event_id(EventId::try_from(reused.last_event_id()).unwrap());
        let retry = reused.retry();
        for chunk in random.chunks(&stream) {
            let (mut one, mut other) = (chunk, chunk);
            while let Some(event) = fresh.decode(&mut one).unwrap() {
                assert_eq!(reused.decode(&mut other).unwrap(), Some(event), "{}", stream.escape_ascii());
            }
            assert_eq!(reused.decode(&mut other).unwrap(), None, "{}", stream.escape_ascii());
        }
        assert_eq!(reused.last_event_id(), fresh.last_event_id());
        assert_eq!(reused.retry(), fresh.retry().or(retry));
        reused.reset();
    }
}

#[test]
fn what_was_encoded_decodes_to_the_same() {
    let mut random = Random(3);
    for _ in 0..5_000 {
        let events: Vec<_> = (0..=random.below(4)).map(|_| random_event(&mut random)).collect();
        wire::events_come_back(&events).unwrap();
    }
}

fn random_event(random: &mut Random) -> Event<'static> {
    let with_line_ends = [TEXT, LINE_ENDS].concat();
    let mut event = if random.below(8) == 0 { Event::default() } else { Event::new(random.string(&with_line_ends, 8)) };
    if random.below(2) == 0 {
        event = event.name(random.string(TEXT, 2).replace('\0', "0")).unwrap();
    }
    if random.below(2) == 0 {
        event = event.id(random.string(TEXT, 2).replace('\0', "0")).unwrap();
    }
    if random.below(4) == 0 {
        event = event.retry(random.next() >> random.below(64));
    }
    if random.below(4) == 0 {
        event = event.with_comment(random.string(&with_line_ends, 4));
    }
    event
}

/// An event whose payload is written in pieces, which end anywhere in a CRLF.
struct Pieces {
    fields: EventFields,
    pieces: Vec<String>,
}

impl SseEvent for Pieces {
    fn fields(&self) -> Result<EventFields, EncodeError> {
        Ok(self.fields.clone())
    }

    fn write_data(&self, sink: &mut DataSink<'_>) -> Result<(), EncodeError> {
        for (at, piece) in self.pieces.iter().enumerate() {
            if at % 2 == 0 {
                sink.push_str(piece);
            } else {
                sink.text(piece)?;
            }
        }
        Ok(())
    }
}

#[test]
fn what_was_written_in_pieces_decodes_to_the_whole() {
    let mut random = Random(5);
    let with_line_ends = [TEXT, LINE_ENDS].concat();
    for _ in 0..5_000 {
        let pieces: Vec<_> = (0..random.below(6)).map(|_| random.string(&with_line_ends, 3)).collect();
        let name = EventName::try_from(random.string(TEXT, 2)).unwrap();
        let id = (random.below(2) == 0).then(|| EventId::from(random.next()));
        let retry = (random.below(4) == 0).then_some(Retry::MAX);
        let data = pieces.concat();
        let mut fields = EventFields::new(name).id(id).retry(retry);
        fields.terminal = random.below(2) == 0;
        wire::a_typed_event_comes_back(&Pieces { fields, pieces }, &data).unwrap();
    }
}

#[test]
fn a_text_is_legal_or_the_refusal_says_which_byte() {
    let mut random = Random(6);
    let any = [TEXT, LINE_ENDS, &["\0", "id: 1", "longer than what fits inline"]].concat();
    for _ in 0..5_000 {
        wire::a_text_is_legal_or_refused(&random.string(&any, 4)).unwrap();
    }
}
