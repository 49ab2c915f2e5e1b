//! Any events, there and back.
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|input: &[u8]| sse_core_fuzz::round_trip(input));

#[cfg(not(fuzzing))]
fn main() -> std::process::ExitCode {
    sse_core_fuzz::replay::main("round_trip", sse_core_fuzz::round_trip)
}
