//! A stream, cut anywhere.
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|input: &[u8]| sse_core_fuzz::split(input));

#[cfg(not(fuzzing))]
fn main() -> std::process::ExitCode {
    sse_core_fuzz::replay::main("split", sse_core_fuzz::split)
}
