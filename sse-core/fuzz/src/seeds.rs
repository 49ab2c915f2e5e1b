//! What a fuzzer begins with: the conformance vectors, as inputs of each target.

use std::fs;
use std::io;
use std::path::Path;

use base64::Engine as _;
use serde_json::Value;

/// The inputs of a target, with the names of their vectors.
///
/// # Panics
///
/// If the vectors are not what their README says, or if there is no such target.
#[must_use]
pub fn of(target: &str) -> Vec<(String, Vec<u8>)> {
    match target {
        "decode" => streams(),
        // Without limits and cuts: the fuzzer adds them.
        "split" => streams().into_iter().map(|(name, stream)| (name, [b"\xFF\xFF\0", &stream[..]].concat())).collect(),
        "round_trip" => events(),
        _ => panic!("there is no target `{target}`"),
    }
}

/// The longest that is written: the fuzzer is for short ones, and the others are run all the same.
const LONGEST: usize = 1_024;

/// Writes the short inputs of a target into a folder, one file each, and says how many there are.
///
/// # Errors
///
/// If a file cannot be written.
pub fn write(target: &str, folder: &Path) -> io::Result<usize> {
    fs::create_dir_all(folder)?;
    let short: Vec<_> = of(target).into_iter().filter(|(_, input)| input.len() <= LONGEST).collect();
    for (name, input) in &short {
        fs::write(folder.join(name.replace('/', "-")), input)?;
    }
    Ok(short.len())
}

fn streams() -> Vec<(String, Vec<u8>)> {
    let stream =
        |vector: &Value| base64::prelude::BASE64_STANDARD.decode(text(&vector["input_base64"])).expect("base64");
    vectors(include_str!("../../conformance/vectors/public.json"), stream)
}

fn events() -> Vec<(String, Vec<u8>)> {
    vectors(include_str!("../../conformance/vectors/encoder_public.json"), |vector| {
        let mut pieces = Vec::new();
        for item in vector["items"].as_array().into_iter().flatten() {
            for (key, kind) in [("data", 'd'), ("event", 'n'), ("id", 'i'), ("retry", 'r'), ("comment", 'c')] {
                let value = &item[key];
                if !value.is_null() {
                    pieces.push(format!("{kind}{}", value.as_str().map_or_else(|| value.to_string(), str::to_owned)));
                }
            }
            pieces.push(String::new());
        }
        pieces.iter().map(String::as_bytes).collect::<Vec<_>>().join(&0xFF)
    })
}

fn vectors(json: &str, input: impl Fn(&Value) -> Vec<u8>) -> Vec<(String, Vec<u8>)> {
    let vectors: Vec<Value> = serde_json::from_str(json).expect("an array");
    vectors.iter().map(|vector| (text(&vector["name"]).to_owned(), input(vector))).collect()
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}
