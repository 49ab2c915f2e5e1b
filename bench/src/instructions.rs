//! `bench instructions`: how many instructions an event takes, counted by callgrind.
//!
//! A count is the same on a busy machine, so that a later change can be compared without noise: `--record` writes the
//! counts to `instructions.json`, and every other run says by how much ours differ from it. Each count is the difference
//! of two processes, of which one does the job more often, so that what else they do cancels out.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::process::Command;

use crate::measure::ratio;
use crate::report::{Case, print_table, rounded};
use crate::wire::{Contender, decode, encode};
use crate::{Effort, frame, readme};

const RECORD: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/instructions.json");

const CASES: [&str; 10] = [
    "encode-20",
    "encode-200",
    "encode-64k-lines",
    "encode-typed-200",
    "decode-llm-1-byte",
    "decode-llm-16-kib",
    "decode-llm-whole",
    "decode-20-lines-whole",
    "frame-stream",
    "frame-topic",
];

const RIVALS: [&str; 3] = ["sse-core 0.2", "sse-parse", "sse-stream"];

/// Counts every case, and compares the counts to those that are recorded.
pub(crate) fn main(effort: Effort<'_>) {
    let record = fs::read(RECORD).unwrap_or_else(|_| b"{}".to_vec());
    let recorded: BTreeMap<String, f64> = serde_json::from_slice(&record).expect("it is an object of numbers");
    let mut cases = Vec::new();
    for name in CASES.into_iter().filter(|name| effort.includes(name)) {
        let contenders = contenders(name);
        let counted = |contender: &&Contender| RIVALS.contains(&contender.name);
        let rivals = contenders.iter().filter(counted).map(|rival| (rival.name, instructions(name, rival)));
        let rivals: Vec<_> = rivals.collect();
        for ours in contenders.iter().filter(|contender| contender.name.starts_with("ours")) {
            let full_name = format!("{name}{}", ours.name.trim_start_matches("ours").replace(", ", "-"));
            let count = instructions(name, ours);
            let before = recorded.get(&full_name).copied();
            let change = before.map(|before| rounded((count / before - 1.0) * 100.0));
            let case = Case::new("instructions", full_name, "instructions per event", count, &rivals);
            cases.push(case.with("recorded", before).with("change_percent", change).print());
        }
    }
    print_table(&cases);
    if effort.record {
        let counts: BTreeMap<_, _> = cases.iter().map(|case| (&case.name, case.ours)).collect();
        let counts = serde_json::to_string_pretty(&counts).expect("numbers and names are JSON");
        fs::write(RECORD, counts + "\n").expect("instructions.json can be written");
        readme::write("instructions", &table(&cases));
    }
}

fn contenders(case: &str) -> Vec<Contender> {
    match case.split_once('-') {
        Some(("encode", _)) => encode::contenders(case),
        Some(("frame", _)) => frame::contenders(case),
        _ => decode::contenders(case),
    }
}

/// How many instructions one event takes.
fn instructions(case: &str, contender: &Contender) -> f64 {
    let (few, more) = (contender.sample, contender.sample * 8);
    let count = |times| collected(case, contender.name, times);
    ratio(count(few + more) - count(few), more * contender.events)
}

/// How many instructions a process takes that does the job so many times.
fn collected(case: &str, name: &str, times: u64) -> u64 {
    let this = env::current_exe().expect("the program knows where it is");
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(this)
        .args(["instructions-of", case, name, &times.to_string()])
        .output()
        .expect("valgrind is installed");
    let report = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{case} of {name} failed under valgrind: {report}");
    let collected = report.lines().find_map(|line| line.split_once("Collected : ")?.1.trim().parse().ok());
    collected.expect("callgrind says how many instructions it saw")
}

/// What a process does whose instructions are counted: `CASE NAME TIMES`.
pub(crate) fn one(arguments: &[&str]) {
    let [case, name, times] = arguments else { return };
    let contenders = contenders(case);
    let contender = contenders.iter().find(|contender| contender.name == *name).expect("it takes part");
    (contender.run)(times.parse().expect("it is a number"));
}

fn table(cases: &[Case]) -> String {
    let mut rows =
        vec![["event", "ours"].into_iter().chain(RIVALS).chain(["ratio to the best"]).map(str::to_owned).collect()];
    for case in cases {
        let rivals = RIVALS.map(|rival| case.more["rivals"][rival].as_f64().map_or_else(String::new, whole));
        let figures = [case.name.clone(), whole(case.ours)].into_iter().chain(rivals);
        let ratio = if case.ratio.is_nan() { String::new() } else { case.ratio_cell() };
        rows.push(figures.chain([ratio]).collect());
    }
    readme::table(&rows)
}

fn whole(count: f64) -> String {
    format!("{count:.0}")
}
