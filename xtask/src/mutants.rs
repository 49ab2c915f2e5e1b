//! Whether the tests bite: each patch of `tests/mutants` breaks one thing, and some test must notice.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fs;
use std::io;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::{Mutex, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

use crate::command::{Tally, lines, root};

/// Where the patches are.
const PATCHES: &str = "tests/mutants";

/// One patch: what it breaks, and which tests are to notice.
struct Mutant {
    name: String,
    file: PathBuf,
    /// The first line of the file.
    what: String,
    /// The line `test: …`: the arguments of `cargo test`, before them perhaps `NAME=VALUE` for its environment.
    test: String,
    /// The first file that is changed.
    changed: String,
}

/// `cargo xtask mutants [NAME]...`: applies each patch, or those that are named, to a copy, and runs its tests.
pub(crate) fn main(names: &[String]) -> ExitCode {
    let tally = run(names);
    println!("\n{tally}");
    if tally.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Counts the mutants that a test notices, of those that are named, else of all.
pub(crate) fn run(names: &[String]) -> Tally {
    let mutants = match mutants() {
        Ok(mutants) => mutants,
        Err(error) => {
            println!("{PATCHES}: {error}");
            return Tally::one(false);
        }
    };
    let mut tally = Tally::default();
    for unknown in names.iter().filter(|name| !mutants.iter().any(|mutant| mutant.name == **name)) {
        println!("there is no mutant `{unknown}`");
        tally += Tally::one(false);
    }
    let chosen = |mutant: &Mutant| names.is_empty() || names.contains(&mutant.name);
    let mut chosen: Vec<_> = mutants.into_iter().filter(chosen).collect();
    // What one after the other builds of the same is built once.
    chosen.sort_by(|a, b| (&a.test, &a.changed, &a.name).cmp(&(&b.test, &b.changed, &b.name)));
    // A test that fails anyway notices nothing. No mutant at all is no success either.
    let tests: BTreeSet<&str> = chosen.iter().map(|mutant| &*mutant.test).collect();
    tally += Tally::one(!tests.is_empty());
    tally += in_two_copies(tests, |test, copy| {
        let outcome = outcome(cargo_test(test, copy, &[])).unwrap_or_else(|error| Outcome::Stale(error.to_string()));
        let passes = matches!(outcome, Outcome::Survived);
        let says = if passes { "passes".to_owned() } else { format!("FAILS ALREADY ({outcome})") };
        println!("{:24} {says}: {test}", "none");
        passes
    });
    tally += in_two_copies(&chosen, |mutant, copy| {
        let outcome = mutant.run(copy);
        println!("{:24} {outcome}: {}", mutant.name, mutant.what);
        matches!(outcome, Outcome::Noticed(_))
    });
    tally
}

/// Does each piece of work in a copy that is the same as the repository, and counts what succeeds.
///
/// There are two copies, so that the tests of one run while the other builds: one takes the first piece that is left, the
/// other the last, because neighbours build the same.
fn in_two_copies<T: Send>(work: impl IntoIterator<Item = T>, run: impl Fn(T, &Path) -> bool + Sync) -> Tally {
    let left = Mutex::new(work.into_iter().collect::<VecDeque<_>>());
    let each = |name: &str, take: fn(&mut VecDeque<T>) -> Option<T>| {
        let copy = root().join("target/mutants").join(name).join("copy");
        let mut tally = Tally::default();
        loop {
            let next = take(&mut left.lock().unwrap_or_else(PoisonError::into_inner));
            let Some(next) = next else { return tally };
            if let Err(error) = renew(&root(), &copy) {
                println!("no copy: {error}");
                tally += Tally::one(false);
                return tally;
            }
            tally += Tally::one(run(next, &copy));
        }
    };
    thread::scope(|scope| {
        let last = scope.spawn(|| each("last", VecDeque::pop_back));
        let mut tally = each("first", VecDeque::pop_front);
        tally += last.join().unwrap_or_else(|_| Tally::one(false));
        tally
    })
}

/// The patches, by name.
fn mutants() -> io::Result<Vec<Mutant>> {
    let mut mutants = BTreeMap::new();
    for entry in fs::read_dir(root().join(PATCHES))? {
        let file = entry?.path();
        let text = fs::read_to_string(&file)?;
        let line = |start: &str| text.lines().find_map(|line| line.strip_prefix(start)).unwrap_or_default().to_owned();
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let what = text.lines().next().unwrap_or_default().to_owned();
        mutants.insert(name.clone(), Mutant { name, what, test: line("test: "), changed: line("--- a/"), file });
    }
    Ok(mutants.into_values().collect())
}

/// What became of a mutant.
enum Outcome {
    /// A test failed; the first of them.
    Noticed(String),
    /// All tests passed.
    Survived,
    /// It could not be tried.
    Stale(String),
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Noticed(test) => write!(f, "noticed by {test}"),
            Self::Survived => f.write_str("SURVIVED"),
            Self::Stale(why) => write!(f, "STALE ({why})"),
        }
    }
}

impl Mutant {
    fn run(&self, copy: &Path) -> Outcome {
        let applied = git(copy).arg("apply").arg(&self.file).status();
        if !applied.is_ok_and(|status| status.success()) {
            return Outcome::Stale("it does not fit the code".to_owned());
        }
        if !cargo_test(&self.test, copy, &["--no-run"]).status().is_ok_and(|status| status.success()) {
            return Outcome::Stale("it does not build".to_owned());
        }
        outcome(cargo_test(&self.test, copy, &[])).unwrap_or_else(|error| Outcome::Stale(error.to_string()))
    }
}

/// The tests that are to notice.
fn cargo_test(test: &str, copy: &Path, options: &[&str]) -> Command {
    let mut command = Command::new(std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()));
    command.current_dir(copy).arg("test").args(options).env("CARGO_TARGET_DIR", copy.with_file_name("target"));
    // Warnings of code that has lost its purpose are no news; nobody looks at a mutant with a debugger.
    command.env("RUSTFLAGS", "--cap-lints warn -Awarnings").env("CARGO_PROFILE_DEV_DEBUG", "0");
    command.stderr(Stdio::null()).stdin(Stdio::null());
    for word in test.split_whitespace() {
        match word.split_once('=') {
            Some((name, value)) if !word.starts_with('-') => command.env(name, value),
            _ => command.arg(word),
        };
    }
    command
}

/// How long tests may take that take some seconds.
const MOST: Duration = Duration::from_mins(3);

/// Runs the tests until the first of them fails.
fn outcome(mut command: Command) -> io::Result<Outcome> {
    let mut child = command.stdout(Stdio::piped()).process_group(0).spawn()?;
    let group = child.id();
    let (ended, has_ended) = mpsc::channel::<()>();
    let guard = thread::spawn(move || {
        let is_late = has_ended.recv_timeout(MOST) == Err(mpsc::RecvTimeoutError::Timeout);
        is_late && kill(group)
    });
    let mut failed = None;
    for line in child.stdout.take().into_iter().flat_map(lines) {
        if let Some(test) = line.strip_prefix("test ").and_then(|line| line.strip_suffix(" ... FAILED")) {
            failed = Some(test.to_owned());
            kill(group);
            break;
        }
    }
    let passed = child.wait()?.success();
    drop(ended);
    let is_late = guard.join().unwrap_or(false);
    Ok(match failed {
        Some(test) => Outcome::Noticed(test),
        None if is_late => Outcome::Noticed("a test that does not end".to_owned()),
        None if passed => Outcome::Survived,
        None => Outcome::Stale("no test said that it failed".to_owned()),
    })
}

/// Ends the tests with whoever started them.
fn kill(group: u32) -> bool {
    Command::new("kill").args(["-9", "--", &format!("-{group}")]).status().is_ok()
}

/// Git, which must take the folder for itself and not for a part of the repository around it.
fn git(folder: &Path) -> Command {
    let mut command = Command::new("git");
    command.current_dir(folder);
    if folder != root() {
        command.env("GIT_CEILING_DIRECTORIES", folder.parent().unwrap_or(folder));
    }
    command
}

/// Makes `copy` the same as `from`, and leaves the files alone that are the same already, so that little is built anew.
fn renew(from: &Path, copy: &Path) -> io::Result<()> {
    let output = Command::new("git")
        .current_dir(from)
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err(io::Error::other("git does not say which files there are"));
    }
    let listed = String::from_utf8_lossy(&output.stdout);
    // What is deleted stands in the list until that is committed.
    let listed = listed.split_terminator('\0').map(Path::new).filter(|file| from.join(file).exists());
    let listed: BTreeSet<&Path> = listed.collect();
    for file in &listed {
        let (from, to) = (from.join(file), copy.join(file));
        let Ok(bytes) = fs::read(&from) else { continue };
        if fs::read(&to).is_ok_and(|there| there == bytes) {
            continue;
        }
        if let Some(folder) = to.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&to, bytes)?;
    }
    // What a patch has made, or what is no longer there, would be built.
    let mut folders = vec![copy.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            let known = path.strip_prefix(copy).is_ok_and(|file| listed.contains(file));
            if path.is_dir() {
                folders.push(path);
            } else if !known {
                fs::remove_file(&path)?;
            }
        }
    }
    Ok(())
}
