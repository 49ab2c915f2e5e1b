//! The corpus and the conformance vectors, run without a fuzzer.

use std::path::Path;

use sse_core_fuzz::{replay, seeds};

/// Runs all that there is for a target.
fn check(target: &str, run: fn(&[u8])) {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target);
    assert!(replay::replay(&corpus, run).expect("the corpus can be read") > 0);
    for (name, input) in seeds::of(target) {
        println!("{name}");
        run(&input);
    }
}

#[test]
fn decode() {
    check("decode", sse_core_fuzz::decode);
}

#[test]
fn split() {
    check("split", sse_core_fuzz::split);
}

#[test]
fn round_trip() {
    check("round_trip", sse_core_fuzz::round_trip);
}
