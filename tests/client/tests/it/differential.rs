//! The generated client decodes what the decoder in Rust does, and each event at the same chunk.

use std::io::{BufRead as _, BufReader, BufWriter, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

use serde::Deserialize;
use sse_core::Decoder;

const STREAMS: usize = 30_000;

/// What streams are made of: every byte that means something, and what decoders have stumbled over.
const PIECES: [&[u8]; 41] = [
    b"\n",
    b"\n",
    b"\n\n",
    b"\ndata: 1\n\n",
    b"\r\ndata:\r\n\r\n",
    b"\rdata:a\rdata\r\r",
    b"\r",
    b"\r\n",
    b"\r\r",
    b"\n\r",
    b"\r\n\r\n",
    b"data",
    b"data:",
    b"data: ",
    b"data:  x",
    b"event:",
    b"event: tick",
    b"event: ",
    b"id:",
    b"id: 7",
    b"id: a\0b",
    b"id",
    b"retry: 500",
    b"retry:10",
    b"retry: 1x",
    b"retry: 0001",
    b":",
    b": ",
    b": comment",
    b" ",
    b"\0",
    b"x",
    b"12",
    b"\xEF\xBB\xBF",
    b"\xEF\xBB",
    b"\xBF",
    b"\xF0\x9F\x98\x80",
    b"\xC3\xA9",
    b"\xC3",
    b"\xFF",
    b"Data: y",
];

#[derive(Debug, Default, Deserialize, PartialEq)]
struct Decoded {
    /// The events that each chunk brought.
    events: Vec<Vec<Event>>,
    retry: Option<u64>,
    last_event_id: String,
}

#[derive(Debug, Deserialize, PartialEq)]
struct Event {
    #[serde(rename = "event")]
    name: String,
    data: String,
    id: String,
}

/// A stream in chunks, another for each seed.
fn stream(seed: u64) -> Vec<Vec<u8>> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut below = |limit: usize| {
        // xorshift64*
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        let number = state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        usize::try_from(number).unwrap() % limit
    };
    let mut bytes: Vec<u8> = (0..=below(80)).flat_map(|_| PIECES[below(PIECES.len())]).copied().collect();
    let mut chunks = Vec::new();
    for _ in 0..below(5) {
        chunks.push(bytes.split_off(below(bytes.len() + 1)));
    }
    chunks.push(bytes);
    chunks.reverse();
    chunks
}

fn decode(chunks: &[Vec<u8>]) -> Decoded {
    let mut decoder = Decoder::new();
    let events = chunks.iter().map(|chunk| {
        let (mut input, mut events) = (&chunk[..], Vec::new());
        while let Some(event) = decoder.decode_ref(&mut input).unwrap() {
            let [name, data, id] = [event.name, event.data, event.last_event_id].map(str::to_owned);
            events.push(Event { name, data, id });
        }
        events
    });
    let events = events.collect();
    Decoded { events, retry: decoder.retry(), last_event_id: decoder.last_event_id().to_owned() }
}

#[test]
#[ignore = "needs Node; `cargo xtask test` runs it"]
fn the_generated_client_decodes_what_rust_does() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/decode.mjs");
    let mut node = Command::new("node");
    let mut node = node.arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("Node can be run");
    let mut input = BufWriter::new(node.stdin.take().unwrap());
    let writer = thread::spawn(move || {
        for seed in 0..STREAMS as u64 {
            writeln!(input, "{}", serde_json::to_string(&stream(seed)).unwrap()).unwrap();
        }
    });
    let (mut seed, mut events) = (0, 0);
    for line in BufReader::new(node.stdout.take().unwrap()).lines() {
        let chunks = stream(seed);
        let (ours, page) = (decode(&chunks), serde_json::from_str::<Decoded>(&line.unwrap()).unwrap());
        let shown = || chunks.iter().map(|chunk| chunk.escape_ascii().to_string()).collect::<Vec<_>>();
        assert_eq!(page, ours, "stream {seed}: {:?}", shown());
        events += ours.events.iter().map(Vec::len).sum::<usize>();
        seed += 1;
    }
    writer.join().unwrap();
    assert!(node.wait().unwrap().success());
    assert_eq!(seed, STREAMS as u64);
    assert!(events > STREAMS, "{events} events are too few to tell anything");
    println!("{STREAMS} streams, {events} events");
}
