//! `cargo xtask vectors [COUNT] [SEED]`: vectors that a reference decoder in another language makes up.

use std::process::{Child, Command, ExitCode, Stdio};

use super::{Vector, each, finish, optimised};
use crate::command::{Tally, root};

/// Prints random vectors: see there.
const GENERATOR: &str = "sse-core/conformance/vectors/fuzz_gen.py";

/// Runs that many generated vectors of that seed, 100 000 of seed 1 if nothing is said.
pub(crate) fn main(arguments: &[String]) -> ExitCode {
    let number = |at: usize, default: u64| arguments.get(at).map_or(Ok(default), |text| text.parse());
    let (Ok(count), Ok(seed), None) = (number(0, 100_000), number(1, 1), arguments.get(2)) else {
        eprintln!("usage: cargo xtask vectors [COUNT] [SEED]");
        return ExitCode::from(2);
    };
    if cfg!(debug_assertions) {
        return optimised(&format!("vectors {count} {seed}"));
    }
    println!("{count} vectors of `{GENERATOR}` with seed {seed}");
    match run(count, seed) {
        Ok(tally) => finish(tally),
        Err(error) => {
            eprintln!("{error}");
            finish(Tally::one(false))
        }
    }
}

fn run(count: u64, seed: u64) -> Result<Tally, String> {
    let mut generator = generate(count, seed).map_err(|error| format!("this needs python3, which says: {error}"))?;
    let stdout = generator.stdout.take().ok_or("the generator has no output")?;
    let mut tally = Tally::default();
    let mut wrong = None;
    // Each vector runs as it is made, so that nothing grows with their number.
    let read = each::element(stdout, |vector| match Vector::new(vector) {
        Ok(vector) => tally += vector.check(),
        Err(error) => wrong = Some(error),
    });
    let ended = generator.wait().map_err(|error| error.to_string())?;
    read?;
    match wrong {
        Some(error) => Err(error),
        None if ended.success() => Ok(tally),
        None => Err(format!("the generator has ended with {ended}")),
    }
}

fn generate(count: u64, seed: u64) -> std::io::Result<Child> {
    let mut python = Command::new("python3");
    python.arg(root().join(GENERATOR)).args([count.to_string(), seed.to_string()]);
    python.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()
}
