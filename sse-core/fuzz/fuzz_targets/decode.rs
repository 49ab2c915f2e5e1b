//! Any bytes as a stream.
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|input: &[u8]| sse_core_fuzz::decode(input));

#[cfg(not(fuzzing))]
fn main() -> std::process::ExitCode {
    sse_core_fuzz::replay::main("decode", sse_core_fuzz::decode)
}
