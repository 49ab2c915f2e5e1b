//! What a fuzzer tries, as functions of its input: each panics where a law is broken, or memory is not bounded.
//!
//! The targets beside this library hand them what the fuzzer makes up (`cargo xtask fuzz TARGET`). Built without one they
//! replay files: `cargo run --bin decode -- FILE...`, which is how a finding is looked at.

#[cfg(not(fuzzing))]
pub mod replay;
mod round_trip;
#[cfg(not(fuzzing))]
pub mod seeds;

use sse_core::laws::LawBroken;
use sse_core::laws::wire::{self, Received};
use sse_core::{Decoder, Limits};

pub use self::round_trip::round_trip;

/// The input is a stream: what comes of it is what the standard says, without limits and within limits that its last
/// two bytes are; what is held meanwhile is bounded by them.
///
/// # Panics
///
/// If it is not.
pub fn decode(stream: &[u8]) {
    let [.., line, event] = *stream else { return };
    let (line, event) = (usize::from(line), usize::from(event));
    let limits = Limits::none().line(line).event(event);
    keeps(wire::events_are_the_standards(wire::by_decode(Limits::none()), &[stream]));
    keeps(wire::events_are_the_standards(wire::by_decode_ref(Limits::none()), &[stream]));
    keeps(wire::limits_are_kept(wire::by_decode(limits), &[stream], line, event));
    keeps(wire::limits_are_kept(wire::by_decode_ref(limits), &[stream], line, event));
    for size in [1, 7, 64] {
        let held = allocation_counter::measure(|| {
            let mut decoder = Decoder::with_limits(limits);
            for chunk in stream.chunks(size) {
                let mut input = chunk;
                while !matches!(decoder.decode(&mut input), Ok(None)) {}
            }
        });
        // A line, the data, the name and two ids, each of which is within a line: as they come and as they are handed
        // out, which is three times as long where all is invalid. The rest is what a small buffer is rounded up to.
        let most = (line + event) + 3 * (3 * line + event) + 1_024;
        assert!(held.bytes_max <= most as u64, "{} bytes within {limits:?}", held.bytes_max);
    }
}

/// The input is a line limit, an event limit (255 is none), a number of cuts, as many distances between them, and a
/// stream: what comes of it is the same however it is cut, and comes with the chunk that it is complete with.
///
/// # Panics
///
/// If it is not.
pub fn split(input: &[u8]) {
    let [line, event, cuts, rest @ ..] = input else { return };
    let Some((distances, stream)) = rest.split_at_checked(usize::from(*cuts % 16)) else { return };
    let mut chunks = Vec::new();
    let mut behind = stream;
    for distance in distances {
        let (chunk, after) = behind.split_at(usize::from(*distance).min(behind.len()));
        chunks.push(chunk);
        behind = after;
    }
    chunks.push(behind);

    let limit = |byte: &u8| if *byte == 255 { usize::MAX } else { usize::from(*byte) };
    let (line, event) = (limit(line), limit(event));
    let limits = Limits::none().line(line).event(event);
    let check = |decode: &dyn Fn(&[&[u8]]) -> Received| {
        keeps(wire::limits_are_kept(decode, &chunks, line, event));
        // Every cut in two takes the square of the length.
        if stream.len() <= 64 {
            keeps(wire::cuts_change_nothing(decode, stream));
        }
    };
    check(&wire::by_decode(limits));
    check(&wire::by_decode_ref(limits));
    check(&wire::by_turns(limits));
}

#[track_caller]
fn keeps(law: Result<(), LawBroken>) {
    if let Err(broken) = law {
        panic!("{broken}");
    }
}
