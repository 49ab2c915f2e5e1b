//! The types that derive `SseEvent`, found in the text of a workspace.
//!
//! It is no parser: what it does not find nobody is warned of.

use alloc::borrow::ToOwned;
use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use std::fs;
use std::path::{Path, PathBuf};

/// Folders deeper than this are not looked into.
const DEEPEST: usize = 16;
/// Larger files are not read.
const LARGEST: u64 = 1 << 20;
/// Folders that hold no events of the application.
const SKIPPED: &[&str] = &["benches", "node_modules", "target", "tests"];

/// A type that derives `SseEvent`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Derived {
    /// Its file, from the root of the workspace.
    pub(super) file: PathBuf,
    pub(super) line: usize,
    name: String,
}

impl fmt::Display for Derived {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: `{}`", self.file.display(), self.line, self.name)
    }
}

/// What was found in a workspace.
#[derive(Debug)]
pub(super) struct Sources {
    derived: Vec<Derived>,
    /// The names of types that others flatten.
    flattened: BTreeSet<String>,
}

impl Sources {
    /// Looks into the files below `root`.
    pub(super) fn read(root: &Path) -> Self {
        let mut found = Self { derived: Vec::new(), flattened: BTreeSet::new() };
        let mut files = Vec::new();
        rust_files(root, DEEPEST, &mut files);
        files.sort();
        for path in files {
            let Ok(text) = fs::read_to_string(&path) else {
                continue;
            };
            let file = path.strip_prefix(root).unwrap_or(&path);
            for (line, name) in scan(&text, &mut found.flattened) {
                found.derived.push(Derived { file: file.to_owned(), line, name });
            }
        }
        found
    }

    /// The types that are none of these, given by their paths, and that nothing flattens.
    pub(super) fn others<'a>(&'a self, types: impl IntoIterator<Item = &'a str>) -> Vec<&'a Derived> {
        let known: BTreeSet<_> = types.into_iter().map(last_word).collect();
        let is_other = |derived: &&Derived| {
            !known.contains(derived.name.as_str()) && !self.flattened.contains(derived.name.as_str())
        };
        self.derived.iter().filter(is_other).collect()
    }

    /// The type with this path, unless several have its name.
    pub(super) fn find(&self, path: &str) -> Option<&Derived> {
        let name = last_word(path);
        let mut found = self.derived.iter().filter(|derived| derived.name == name);
        found.next().filter(|_| found.next().is_none())
    }
}

/// `Feed` of `my_events::feed::Feed<my_events::Money>`.
fn last_word(path: &str) -> &str {
    let path = path.split_once('<').map_or(path, |(path, _)| path);
    path.rsplit("::").next().unwrap_or(path)
}

/// The files below a folder, but not those of another workspace in it.
fn rust_files(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let (name, path) = (entry.file_name(), entry.path());
        let name = name.to_string_lossy();
        // Links are not followed, so that there is no way around in a circle.
        let Ok(kind) = entry.file_type() else {
            continue;
        };
        if kind.is_dir() && depth > 0 && !name.starts_with('.') && !SKIPPED.contains(&&*name) {
            if !is_workspace(&path) {
                rust_files(&path, depth - 1, files);
            }
        } else if kind.is_file() && name.ends_with(".rs") && entry.metadata().is_ok_and(|file| file.len() <= LARGEST) {
            files.push(path);
        }
    }
}

/// Whether the folder's manifest has a workspace.
pub(super) fn is_workspace(folder: &Path) -> bool {
    let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap_or_default();
    manifest.lines().any(|line| {
        let line = line.split('#').next().unwrap_or_default().trim();
        line == "[workspace]" || line.starts_with("[workspace.")
    })
}

/// The lines and names of the types that derive it; the types that are flattened go to `flattened`.
fn scan(text: &str, flattened: &mut BTreeSet<String>) -> Vec<(usize, String)> {
    let (mut found, mut derives, mut flattens, mut is_test) = (Vec::new(), String::new(), false, false);
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.starts_with("//") {
            continue;
        }
        if line == "#[cfg(test)]" {
            is_test = true;
        } else if is_test && !line.starts_with('#') {
            // By convention the tests of a file are its end.
            if line.starts_with("mod ") && line.ends_with('{') {
                break;
            }
            (derives, flattens, is_test) = (String::new(), false, false);
            continue;
        }
        // From `derive(` on, which may be broken into lines, up to the name of the type.
        let begins = line.starts_with("#[derive(") || (line.starts_with("#[cfg_attr(") && line.contains("derive("));
        if begins || !derives.is_empty() {
            derives.push_str(line);
        }
        flattens |= line.contains("sse(") && words(line).any(|word| word == "flatten");
        if flattens
            && !line.starts_with("#[")
            && let Some((_, inner)) = line.split_once('(')
        {
            flattened.extend(words(inner).map(ToOwned::to_owned));
            flattens = false;
        }
        let mut rest = words(line).skip_while(|word| !["enum", "struct"].contains(word)).skip(1);
        if !derives.is_empty()
            && !line.starts_with("#[")
            && let Some(name) = rest.next()
        {
            if words(&derives).any(|word| word == "SseEvent") {
                found.push((number + 1, name.to_owned()));
            }
            derives.clear();
        }
    }
    found
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_that_derive_it_are_found() {
        let text = "\
/// #[derive(SseEvent)] enum Documented {}
#[note = \"add #[derive(SseEvent)]\"]
trait Noted {}
struct Hinted;
let hint = \"`#[derive(SseEvent)]`\";
struct Behind;
#[derive(Clone, sse_core::SseEvent)]
#[sse(rename_all = \"kebab-case\")]
pub(crate) enum Feed<T> {
    A(T),
    #[sse(flatten)]
    Inner(inner::Inner),
}
#[derive(
    Debug,
    SseEvent,
)]
struct Tick;
#[derive(Debug)]
enum Other {}
#[cfg(test)]
mod more_tests;
#[cfg(test)]
#[derive(SseEvent)]
enum OfTests {}
#[derive(SseEvent)]
struct Tock;
#[cfg(test)]
mod tests {
    #[derive(SseEvent)]
    enum Tested {}
}
";
        let mut flattened = BTreeSet::new();
        let found = scan(text, &mut flattened);
        assert_eq!(found, [(9, "Feed".to_owned()), (18, "Tick".to_owned()), (27, "Tock".to_owned())]);
        assert!(flattened.contains("Inner"));
    }
}
