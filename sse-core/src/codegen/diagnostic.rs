//! What the generated types cannot say.

use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// Something that the generated types cannot say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    stream: String,
    at: String,
    text: String,
}

impl Diagnostic {
    pub(super) fn new(stream: &str, at: &str, text: String) -> Self {
        Self { stream: stream.to_owned(), at: at.to_owned(), text }
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.stream, self.at, self.text)
    }
}

/// A line for each kind of diagnostic: one for the same thing at twenty places says more than twenty.
pub(super) fn summary(diagnostics: &[Diagnostic]) -> Vec<String> {
    let mut kinds: Vec<(&Diagnostic, usize)> = Vec::new();
    for diagnostic in diagnostics {
        let same =
            |known: &&mut (&Diagnostic, usize)| known.0.stream == diagnostic.stream && known.0.text == diagnostic.text;
        match kinds.iter_mut().find(same) {
            Some((_, count)) => *count += 1,
            None => kinds.push((diagnostic, 1)),
        }
    }
    let line = |(first, count): (&Diagnostic, usize)| match count {
        1 => format!("{first}"),
        2 => format!("{first} (and at 1 more place)"),
        _ => format!("{first} (and at {} more places)", count - 1),
    };
    kinds.into_iter().map(line).collect()
}
