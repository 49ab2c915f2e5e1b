//! Another program, run in the foreground, and what it says of its tests.

use std::fmt;
use std::io::{BufRead as _, BufReader, Read};
use std::ops::AddAssign;
use std::path::{Path, PathBuf};
use std::process::{self, Stdio};
use std::thread;
use std::time::Duration;

/// How many passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
}

impl Tally {
    /// One thing that holds, or does not.
    pub(crate) const fn one(holds: bool) -> Self {
        Self { passed: holds as usize, failed: !holds as usize }
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)
    }
}

/// A command line; its words are separated by spaces and contain none.
#[derive(Debug)]
pub(crate) struct Command {
    line: String,
    directory: PathBuf,
    variables: Vec<(&'static str, &'static str)>,
}

impl Command {
    pub(crate) fn new(line: &str) -> Self {
        Self { line: line.to_owned(), directory: root(), variables: Vec::new() }
    }

    /// Runs it in this folder of the workspace.
    pub(crate) fn within(mut self, folder: &str) -> Self {
        self.directory = root().join(folder);
        self
    }

    pub(crate) fn env(mut self, name: &'static str, value: &'static str) -> Self {
        self.variables.push((name, value));
        self
    }

    fn process(&self) -> process::Command {
        let mut words = self.line.split_whitespace();
        let mut process = process::Command::new(words.next().unwrap_or_default());
        process.args(words).current_dir(&self.directory).envs(self.variables.iter().copied()).stdin(Stdio::null());
        process
    }

    /// Runs it, and says whether it succeeded.
    pub(crate) fn succeeds(&self) -> bool {
        match self.process().status() {
            Ok(status) => status.success(),
            Err(error) => {
                eprintln!("`{}` cannot be run: {error}", self.line);
                false
            }
        }
    }

    /// Runs what asks a server elsewhere, which may fail for a while: three times at most, until it succeeds.
    pub(crate) fn succeeds_at_last(&self) -> bool {
        self.succeeds()
            || [10, 30].into_iter().any(|seconds| {
                println!("`{}` failed; once more in {seconds} s", self.line);
                thread::sleep(Duration::from_secs(seconds));
                self.succeeds()
            })
    }

    /// Runs it as one check.
    pub(crate) fn check(&self) -> Tally {
        Tally::one(self.succeeds())
    }

    /// Runs it, shows what it prints, and counts the tests of which it tells.
    ///
    /// A program that fails without having told of a failed test counts as one; one that succeeds without having run
    /// any has not tested anything, and counts as one too.
    pub(crate) fn tests(&self) -> Tally {
        let mut child = match self.process().stdout(Stdio::piped()).spawn() {
            Ok(child) => child,
            Err(error) => {
                eprintln!("`{}` cannot be run: {error}", self.line);
                return Tally::one(false);
            }
        };
        let mut tally = Tally::default();
        for line in child.stdout.take().into_iter().flat_map(lines) {
            println!("{line}");
            tally += counted(&line).unwrap_or_default();
        }
        let succeeded = child.wait().is_ok_and(|status| status.success());
        if (!succeeded && tally.failed == 0) || tally == Tally::default() {
            tally.failed += 1;
        }
        tally
    }
}

/// The lines of what a program prints. A test may print anything, so also what is not UTF-8.
pub(crate) fn lines(output: impl Read) -> impl Iterator<Item = String> {
    let lines = BufReader::new(output).split(b'\n').map_while(Result::ok);
    lines.map(|line| String::from_utf8_lossy(&line).into_owned())
}

/// What one line of a test runner's output counts: cargo's `test result:`, our own `N passed, M failed`, and the
/// `pass N` and `fail M` lines of Node's runner.
fn counted(line: &str) -> Option<Tally> {
    let number = |text: &str, word: &str| {
        let before = text.split(word).next()?.trim_end();
        before.rsplit(|c: char| !c.is_ascii_digit()).next()?.parse::<usize>().ok()
    };
    let line = line.trim();
    if let Some(result) = line.strip_prefix("test result:") {
        return Some(Tally { passed: number(result, " passed")?, failed: number(result, " failed")? });
    }
    if let Some((passed, failed)) = line.split_once(" passed, ") {
        return Some(Tally { passed: passed.parse().ok()?, failed: failed.strip_suffix(" failed")?.parse().ok()? });
    }
    let node = line.strip_prefix("# ").or_else(|| line.strip_prefix("ℹ "))?;
    match node.split_once(' ')? {
        ("pass", count) => Some(Tally { passed: count.parse().ok()?, failed: 0 }),
        ("fail", count) => Some(Tally { passed: 0, failed: count.parse().ok()? }),
        _ => None,
    }
}

/// The root of the workspace.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_owned).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_runners_line_is_counted() {
        let tally = |passed, failed| Some(Tally { passed, failed });
        assert_eq!(
            counted("test result: ok. 27 passed; 0 failed; 4 ignored; 0 measured; 2 filtered out; finished in 1.64s"),
            tally(27, 0)
        );
        assert_eq!(counted("test result: FAILED. 1 passed; 2 failed; 0 ignored"), tally(1, 2));
        assert_eq!(counted("367 passed, 0 failed"), tally(367, 0));
        assert_eq!(counted("# pass 12"), tally(12, 0));
        assert_eq!(counted("ℹ fail 3"), tally(0, 3));
        assert_eq!(counted("test it_passes ... ok"), None);
    }

    #[test]
    fn what_is_not_utf_8_ends_nothing() {
        assert_eq!(lines(&b"\xff\n1 passed, 0 failed"[..]).collect::<Vec<_>>(), ["\u{fffd}", "1 passed, 0 failed"]);
    }

    #[test]
    fn a_run_that_tests_nothing_has_failed() {
        assert_eq!(Command::new("true").tests(), Tally::one(false));
        assert_eq!(Command::new("false").tests(), Tally::one(false));
        assert_eq!(Command::new("echo 3 passed, 0 failed").tests(), Tally { passed: 3, failed: 0 });
    }
}
