//! The automation of this workspace: `cargo xtask VERB`.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line tool talks to its user")]

mod bench;
mod command;
mod compat;
mod conformance;
mod demo;
mod examples;
mod faults;
mod fuzz;
mod jobs;
mod mutants;
mod no_std;
mod tidy;
mod tools;
mod typegen;
mod viewer;

use std::env;
use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask VERB [ARGUMENT]...

  demo [PORT]           builds and starts the server monitor, and prints its address
  test                  runs everything, and installs what it needs for that
  ci [JOB]...           runs the quick checks, or those that are named
  typings [--check]     writes the typed clients of the examples, or says whether they are current
  schema [--check]      writes the JSON Schemas of the examples, or says whether they are current
  schema EXAMPLE        prints the JSON Schema of an example's stream; an unknown name lists them all
  compat [EXAMPLE] --base GITREF|FILE  says whether clients of the examples that are out there get along with the code
  list, openapi, asyncapi EXAMPLE  print its events, and the documents that describe it; --help has the options
  watch URL             prints the events of a stream, and reconnects; watch --help has its options
  decode, encode        prints the events of standard input, and makes an event stream of JSON lines
  screenshots           takes the pictures of the README anew
  conformance FILE...   runs vector files through the decoder and the encoder
  vectors [COUNT] [SEED]  the same with random vectors, 100 000 of seed 1 if nothing is said
  fuzz TARGET [SECONDS]  fuzzes sse-core/fuzz for a minute, or for that long, and installs cargo-fuzz for that
  mutants [NAME]...     breaks one thing after the other in a copy, and says whether a test notices
  soak [SECONDS]        lets everything go wrong at once for ten minutes, with 1 000 clients that check every event
  bench WHAT [CASE]     measures ours against others: topic, memory, wire, instructions, reconnect; --quick to see that
                        it runs, --record to write the figures of wire and instructions to bench/README.md";

fn main() -> ExitCode {
    let arguments = env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned());
    let mut arguments: Vec<String> = arguments.collect();
    let verb = arguments.first().cloned().unwrap_or_default();
    match verb.as_str() {
        "typings" | "schema" | "compat" => examples::main(&arguments),
        "list" | "openapi" | "asyncapi" if arguments.len() > 1 => examples::main(&arguments),
        "demo" => demo::main(&arguments.split_off(1)),
        "watch" | "decode" | "encode" => viewer::main(&arguments),
        "test" if arguments.len() == 1 => jobs::test(),
        "ci" => jobs::ci(&arguments.split_off(1)),
        "screenshots" if arguments.len() == 1 => jobs::screenshots(),
        "mutants" => mutants::main(&arguments.split_off(1)),
        "soak" => faults::soak(&arguments.split_off(1)),
        "bench" if arguments.len() > 1 => bench::main(&arguments.split_off(1)),
        "fuzz" => fuzz::main(&arguments.split_off(1)),
        "vectors" => conformance::generated(&arguments.split_off(1)),
        "conformance" if arguments.len() > 1 => conformance::main(&arguments.split_off(1)),
        _ => {
            eprintln!("{USAGE}");
            ExitCode::from(2)
        }
    }
}
