//! What ours costs, beside what others cost: `bench WHAT [CASE] [--quick]`.
//!
//! Every case is one line of JSON on standard output; a table for people follows on standard error. What is compared
//! runs in the same process, in turn, round by round, and a figure is the median of its rounds. Time is CPU time of the
//! whole process unless a case says otherwise, so that what a machine does besides is not in it.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line tool talks to its user")]
#![expect(clippy::expect_used, reason = "a benchmark that cannot go on says why and stops")]

mod allocations;
mod measure;
mod memory;
mod payload;
mod report;
mod topic;

use std::env;
use std::process::ExitCode;

const USAGE: &str = "\
usage: bench WHAT [CASE] [--quick]

  topic     CPU time of publishing, receiving and replaying, against other channels
  memory    bytes of a topic and of a subscription

  CASE      only the case of this name, or those whose names go on behind it with a hyphen
  --quick   fewer and shorter rounds: to see that it runs, not for figures";

/// What is run, and how thoroughly.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Effort<'a> {
    pub(crate) quick: bool,
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
    let quick = arguments.iter().any(|argument| argument == "--quick");
    let words: Vec<&str> = arguments.iter().map(String::as_str).filter(|&word| word != "--quick").collect();
    let (what, only) = match words[..] {
        [what] => (what, ""),
        [what, case] => (what, case),
        _ => ("", ""),
    };
    let effort = Effort { quick, only };
    match what {
        "topic" => topic::main(effort),
        "memory" => memory::main(effort),
        // What `memory` runs for each of its cases.
        "memory-of" => memory::one(effort),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    }
    ExitCode::SUCCESS
}
