//! What ours costs, beside what others cost: `bench WHAT [CASE] [--quick]`.
//!
//! Every case is one line of JSON on standard output; a table for people follows on standard error. What is compared
//! runs in the same process, in turn, round by round, and a figure is the median of its rounds. Time is CPU time of the
//! whole process unless a case says otherwise, so that what a machine does besides is not in it.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line tool talks to its user")]
#![expect(clippy::expect_used, reason = "a benchmark that cannot go on says why and stops")]

mod allocations;
mod compile;
mod frame;
mod instructions;
mod measure;
mod memory;
mod payload;
mod readme;
mod reconnect;
mod report;
mod serve;
mod topic;
mod wire;

use std::env;
use std::process::ExitCode;

const USAGE: &str = "\
usage: bench WHAT [CASE] [--quick | --record]

  topic         CPU time of publishing, receiving and replaying, against other channels
  memory        bytes of a topic and of a subscription
  wire          CPU time and allocations of encoding and decoding, against other crates
  instructions  instructions of the same, and of a frame in a body, against those of instructions.json; needs valgrind
  compile       CPU time that the derives add to a build, against serde's
  reconnect     what the clients of today do when a connection ends, and whether that is right
  serve         CPU time, latency and memory of a server with many subscribers, and of a reconnect storm; needs two cores

  CASE          only the case of this name, or those whose names go on behind it with a hyphen
  --quick       fewer and shorter rounds: to see that it runs, not for figures
  --record      of wire, instructions, compile and serve: writes the figures to README.md and instructions.json";

/// What is run, and how thoroughly.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Effort<'a> {
    pub(crate) quick: bool,
    /// Whether the figures are kept.
    pub(crate) record: bool,
    /// The case that is asked for, or the first words of the names of some; empty for all.
    pub(crate) only: &'a str,
}

impl Effort<'_> {
    /// Whether a case is asked for.
    pub(crate) fn includes(self, case: &str) -> bool {
        let rest = case.strip_prefix(self.only);
        self.only.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    }

    /// How often everything is measured.
    pub(crate) fn rounds(self) -> usize {
        if self.quick { 3 } else { 7 }
    }

    /// The CPU time in nanoseconds that one measurement takes at least.
    pub(crate) fn budget(self) -> u64 {
        if self.quick { 10_000_000 } else { 150_000_000 }
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let (flags, words): (Vec<_>, Vec<_>) =
        arguments.iter().map(String::as_str).partition(|argument| argument.starts_with("--"));
    let (what, only) = match words[..] {
        [what] => (what, ""),
        [what, case, ..] => (what, case),
        _ => ("", ""),
    };
    let [quick, record] = ["--quick", "--record"].map(|flag| flags.contains(&flag));
    if flags.len() > 1 || (flags.len() == 1 && !quick && !record) || (record && !only.is_empty()) {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    }
    let effort = Effort { quick, record, only };
    match what {
        "topic" => topic::main(effort),
        "memory" => memory::main(effort),
        "wire" => wire::main(effort),
        "instructions" => instructions::main(effort),
        "compile" => compile::main(effort),
        "reconnect" => reconnect::main(effort),
        "serve" => serve::main(effort),
        // What `memory` runs for each of its cases.
        "memory-of" => memory::one(effort),
        // What `instructions` runs for each of its counts.
        "instructions-of" => instructions::one(&words[1..]),
        // What `reconnect` runs for each client in each case.
        "reconnect-of" => reconnect::one(only, words.get(2).copied().unwrap_or_default()),
        // What `serve` runs for each server.
        "serve-of" => serve::one(only, words.get(2).copied().unwrap_or_default()),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    }
    ExitCode::SUCCESS
}
