//! Ours, with the events owned or borrowed.

use std::hint::black_box;

use sse_core::Decoder;

use super::{Contestant, Input, Seen};

pub(super) const OWNED: &str = "ours";
pub(super) const BORROWED: &str = "ours, borrowed";

pub(super) const ALL: [Contestant; 2] = [Contestant::new(OWNED, owned), Contestant::new(BORROWED, borrowed)];

fn owned(input: &Input, times: u64) -> Seen {
    let mut seen = Seen::default();
    let mut decoder = Decoder::new();
    for mut chunk in input.chunks(times) {
        while let Some(event) = decoder.decode(&mut chunk).expect("it is within the limits") {
            seen.event(&black_box(event).data);
        }
    }
    seen
}

fn borrowed(input: &Input, times: u64) -> Seen {
    let mut seen = Seen::default();
    let mut decoder = Decoder::new();
    for mut chunk in input.chunks(times) {
        while let Some(event) = decoder.decode_ref(&mut chunk).expect("it is within the limits") {
            seen.event(black_box(event).data);
        }
    }
    seen
}
