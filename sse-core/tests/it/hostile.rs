//! Streams of somebody who means harm: a megabyte of one thing, cut anywhere.

use sse_core::laws::wire::{self, Received};
use sse_core::{Decoder, Limits};

/// What a stream is full of, in a megabyte.
const FILLINGS: &[&[u8]] = &[b"\r", b"\n", b"data\n", b"\0", b"\xEF\xBB\xBF", b"\xFF", b"9"];

/// And in a part of one.
const MORE_FILLINGS: &[&[u8]] = &[
    b"\r\n",
    b":",
    b": c\n",
    b"data:\r",
    b"data: \r\n",
    b"data: x\n",
    b"data\n\n",
    b"data: x\r\r",
    b"id: 1\n",
    b"id: \0\n",
    b"id: 1\n\n",
    b"event: e\n",
    b"retry: 9\n",
    b"retry: 99999999999999999999\n",
    b"\xEF\xBB\xBF\n",
    b"\xEF\xBB",
    b"\x80",
    b"\xF0\x9F\x98",
    b"\xED\xA0\x80",
    b"data: \xFF\n",
    b"data: \xF0\x9F\n\n",
    b"\xFF\n",
];

/// What comes before it.
const BEGINNINGS: &[&[u8]] = &[b"", b"data: ", b"id: ", b"\xEF\xBB\xBF", b"data: x\r", b"event: ", b"retry: "];

const MEGABYTE: usize = 1 << 20;

/// A stream of each filling, behind one of the beginnings.
fn streams() -> impl Iterator<Item = Vec<u8>> {
    let long = FILLINGS.iter().map(|filling| (*filling, MEGABYTE));
    let all = long.chain(MORE_FILLINGS.iter().map(|filling| (*filling, MEGABYTE / 64)));
    all.zip(BEGINNINGS.iter().cycle()).map(|((filling, length), beginning)| {
        let mut stream = beginning.to_vec();
        stream.extend(filling.iter().cycle().take(length));
        stream.extend_from_slice(b"\n\ndata: after\n\n");
        stream
    })
}

#[test]
fn a_megabyte_of_anything_is_decoded_as_the_standard_says() {
    for stream in streams() {
        let expected = wire::standard(&stream);
        for size in [stream.len(), 1, 4097] {
            let chunks: Vec<&[u8]> = stream.chunks(size).collect();
            assert!(wire::by_decode(Limits::new())(&chunks) == expected, "{} in {size}", begin(&stream));
            assert!(wire::by_decode_ref(Limits::new())(&chunks) == expected, "{} in {size}", begin(&stream));
        }
    }
}

#[test]
fn a_megabyte_of_anything_is_held_within_the_limits() {
    const LINE: usize = 1_000;
    const EVENT: usize = 3_000;
    // A line, the data, the name and two ids, each of which is within a line: as they come and as they are handed out,
    // which is three times as long where all is invalid.
    const MOST: u64 = ((LINE + EVENT) + 3 * (3 * LINE + EVENT)) as u64;
    const WAYS: [fn(&mut Decoder, &mut &[u8]) -> bool; 2] = [owned, borrowed];
    for stream in streams() {
        let expected = wire::standard_within(&stream, LINE, EVENT).events.len();
        for (size, decode) in [1, 4097].into_iter().flat_map(|size| WAYS.map(|decode| (size, decode))) {
            let mut decoder = Decoder::with_limits(Limits::new().line(LINE).event(EVENT));
            let mut outcomes = 0;
            let counts = allocation_counter::measure(|| {
                for mut chunk in stream.chunks(size) {
                    while decode(&mut decoder, &mut chunk) {
                        outcomes += 1;
                    }
                }
            });
            assert_eq!(outcomes, expected, "{} in {size}", begin(&stream));
            assert!(counts.bytes_max <= MOST, "{} in {size}: {} bytes", begin(&stream), counts.bytes_max);
        }
    }
}

fn owned(decoder: &mut Decoder, input: &mut &[u8]) -> bool {
    decoder.decode(input).transpose().is_some()
}

fn borrowed(decoder: &mut Decoder, input: &mut &[u8]) -> bool {
    decoder.decode_ref(input).transpose().is_some()
}

#[test]
fn random_bytes_are_decoded_as_the_standard_says() {
    let mut bits = 1_u64;
    let mut next = || {
        bits ^= bits << 13;
        bits ^= bits >> 7;
        bits ^= bits << 17;
        bits
    };
    for _ in 0..200 {
        // Few different bytes, or there would be no lines.
        let all = b"\r\n:\0 \xEF\xBB\xBF\xF0\x9Fdata";
        let stream: Vec<u8> =
            (0..next() % 200).map(|_| all[usize::try_from(next() >> 32).unwrap() % all.len()]).collect();
        wire::nothing_waits(wire::by_decode(Limits::new()), &stream.chunks(1).collect::<Vec<_>>()).unwrap();
        wire::nothing_waits(wire::by_decode_ref(Limits::new()), &stream.chunks(3).collect::<Vec<_>>()).unwrap();
    }
}

#[test]
fn what_never_ends_stops_at_its_limit() {
    let decode = wire::by_decode(Limits::new().line(1_000));
    let endless = b"data: endless ".repeat(MEGABYTE / 14);
    let Received { events, .. } = decode(&endless.chunks(1).collect::<Vec<_>>());
    assert_eq!(events, [Err(sse_core::wire::LimitKind::Line)]);
}

fn begin(stream: &[u8]) -> String {
    stream[..20].escape_ascii().to_string()
}
