//! Rules of the house that no compiler checks.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command as Process, Stdio};

use crate::command::{Tally, root};

/// The longest that a file may be without the tests in it; a longer one does two jobs.
const MAX_LINES: usize = 600;

/// Checks every rule and prints what is against it.
pub(crate) fn check() -> Tally {
    let rules: [(&str, fn() -> Vec<String>); 3] = [
        ("every module says what it is for, in at most 600 lines", modules),
        ("data flows one way through the crates", dependencies),
        ("no test waits for a time", sleeps),
    ];
    let mut tally = Tally::default();
    for (rule, violations) in rules {
        let violations = violations();
        println!("{}: {rule}", if violations.is_empty() { "ok" } else { "AGAINST THE RULE" });
        for violation in &violations {
            println!("   {violation}");
        }
        tally += Tally::one(violations.is_empty());
    }
    tally
}

/// The Rust files of the workspace, as paths from its root.
fn rust_files() -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![root()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let name = entry.file_name();
            if path.is_dir() && name != "target" && name != "node_modules" && !name.to_string_lossy().starts_with('.') {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path.strip_prefix(root()).unwrap_or(&path).to_owned());
            }
        }
    }
    files.sort();
    files
}

fn read(path: &Path) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_default()
}

fn modules() -> Vec<String> {
    let mut violations = Vec::new();
    // The cases of the macro's error messages are programs to be refused, not modules.
    for path in rust_files().iter().filter(|path| !path.components().any(|part| part.as_os_str() == "ui")) {
        let text = read(path);
        let first = text.lines().find(|line| !line.is_empty());
        if first.is_none_or(|line| !line.starts_with("//!")) {
            violations.push(format!("{} does not begin with `//!`", path.display()));
        }
        let lines = text.split("\n#[cfg(test)]\nmod tests {").next().unwrap_or_default().lines().count();
        let is_test = path.ends_with("tests.rs") || path.components().any(|part| part.as_os_str() == "tests");
        if lines > MAX_LINES && !is_test {
            violations.push(format!("{} has {lines} lines", path.display()));
        }
    }
    violations
}

fn dependencies() -> Vec<String> {
    let mut violations = Vec::new();
    let forbidden: [(&str, &[&str]); 3] = [
        ("sse-core", &["tokio", "http", "http-body", "hyper", "tower-service", "axum-core"]),
        ("sse-derive", &["sse-core", "sse-tower"]),
        ("example-hyper-only", &["axum", "axum-core"]),
    ];
    for (package, names) in forbidden {
        let tree = Process::new("cargo")
            .args(["tree", "--package", package, "--edges", "normal", "--all-features", "--prefix", "none"])
            .current_dir(root())
            .stderr(Stdio::inherit())
            .output();
        let Ok(tree) = tree.as_ref().map(|output| String::from_utf8_lossy(&output.stdout)) else {
            violations.push(format!("cargo tree of {package} cannot be run"));
            continue;
        };
        if !tree.starts_with(package) {
            violations.push(format!("cargo tree says nothing of {package}"));
        }
        for name in names.iter().filter(|name| tree.lines().any(|line| line.split(' ').next() == Some(name))) {
            violations.push(format!("{package} must not depend on {name}"));
        }
    }
    // Within sse-core: an event knows nothing of the wire's log, the log nothing of the topic, the topic nothing of what
    // feeds it.
    for (station, above) in [
        ("event", "crate::wire"),
        ("wire", "crate::topic"),
        ("wire", "crate::history"),
        ("history", "crate::topic"),
        ("history", "crate::relay"),
        ("topic", "crate::relay"),
    ] {
        let folder = Path::new("sse-core/src").join(station);
        for path in rust_files().iter().filter(|path| path.starts_with(&folder)) {
            if read(path).contains(above) {
                violations.push(format!("{} names {above}", path.display()));
            }
        }
    }
    violations
}

fn sleeps() -> Vec<String> {
    let tests = rust_files().into_iter().filter(|path| path.components().any(|part| part.as_os_str() == "tests"));
    // Written in two parts, so that this file does not break the rule that it checks.
    let sleep = concat!("thread::", "sleep");
    tests.filter(|path| read(path).contains(sleep)).map(|path| format!("{} sleeps", path.display())).collect()
}
