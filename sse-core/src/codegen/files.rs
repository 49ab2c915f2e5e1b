//! The folder of generated files.

use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fs, io};

use similar::TextDiff;

/// How many lines of a difference are shown.
const SHOWN: usize = 40;

/// A file that is not as it should be.
#[derive(Debug)]
pub(super) enum Drift {
    Missing(PathBuf),
    /// The file and where it differs.
    Differs(PathBuf, String),
    /// A generated file that nothing generates any more.
    Stale(PathBuf),
}

impl Drift {
    pub(super) fn path(&self) -> &Path {
        match self {
            Self::Missing(path) | Self::Differs(path, _) | Self::Stale(path) => path,
        }
    }
}

/// By what a generated file is known.
#[derive(Clone, Copy, Debug)]
pub(super) struct Generated<'a> {
    /// How its name may end.
    pub(super) endings: &'a [&'a str],
    /// How it begins.
    pub(super) mark: &'a str,
}

/// Compares the folder with what should be in it; a file whose line ends git has turned into CRLF is as it should be.
///
/// With `generated`, what is known by it and not among `files` is stale. Others are nobody's business.
pub(super) fn compare(
    folder: &Path,
    files: &[(PathBuf, String)],
    generated: Option<&Generated<'_>>,
) -> io::Result<Vec<Drift>> {
    let mut drifts = Vec::new();
    for (name, wanted) in files {
        let path = folder.join(name);
        match fs::read(&path) {
            Ok(found) => {
                let found = String::from_utf8_lossy(&found);
                if found != *wanted && found.replace("\r\n", "\n") != *wanted {
                    drifts.push(Drift::Differs(path, difference(&found, wanted)));
                }
            }
            Err(error) if error.kind() == ErrorKind::NotFound => drifts.push(Drift::Missing(path)),
            Err(error) => return Err(at(&path, &error)),
        }
    }
    if let Some(generated) = generated {
        drifts.extend(stale(folder, files, generated)?.into_iter().map(Drift::Stale));
    }
    Ok(drifts)
}

/// Writes what differs and removes what is stale.
pub(super) fn write(folder: &Path, files: &[(PathBuf, String)], drifts: &[Drift]) -> io::Result<()> {
    fs::create_dir_all(folder).map_err(|error| at(folder, &error))?;
    for drift in drifts {
        match drift {
            Drift::Stale(path) => fs::remove_file(path).map_err(|error| at(path, &error))?,
            Drift::Missing(path) | Drift::Differs(path, _) => {
                let text = files.iter().find(|(name, _)| folder.join(name) == *path).map(|(_, text)| text);
                replace(path, text.map_or("", String::as_str)).map_err(|error| at(path, &error))?;
            }
        }
    }
    Ok(())
}

/// A reader sees the old file or the new one: a development server watches them.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    let temporary = path.with_file_name(name);
    fs::write(&temporary, text)?;
    fs::rename(&temporary, path).inspect_err(|_| drop(fs::remove_file(&temporary)))
}

/// The generated files that are not among `files`, nor what `tsc` makes of one that is: it keeps the first line.
fn stale(folder: &Path, files: &[(PathBuf, String)], generated: &Generated<'_>) -> io::Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(at(folder, &error)),
    };
    let mut stale = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| at(folder, &error))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let may_be_ours = generated.endings.iter().any(|ending| name.ends_with(ending));
        let source = compiled_from(&path);
        let is_wanted = files.iter().any(|(name, _)| Some(name) == source.as_ref() || folder.join(name) == path);
        if may_be_ours && !is_wanted && path.is_file() {
            let text = fs::read(&path).map_err(|error| at(&path, &error))?;
            if text.starts_with(generated.mark.as_bytes()) {
                stale.push(path);
            }
        }
    }
    stale.sort();
    Ok(stale)
}

/// The name of the module that `tsc` makes `path` of: `feed.ts` for `feed.js` and `feed.d.ts`.
fn compiled_from(path: &Path) -> Option<PathBuf> {
    let name = path.file_name()?.to_str()?;
    let stem = [".d.ts", ".js"].iter().find_map(|ending| name.strip_suffix(ending))?;
    Some(format!("{stem}.ts").into())
}

/// The lines that differ, each with those around it.
fn difference(found: &str, wanted: &str) -> String {
    // Where there is more to tell apart than time, what is shown is only longer than it had to be.
    let diff = TextDiff::configure().timeout(Duration::from_secs(1)).diff_lines(found, wanted);
    let mut unified = diff.unified_diff();
    let hunks = format!("{}", unified.context_radius(1).missing_newline_hint(false));
    let mut lines = hunks.lines();
    let mut out: String = lines.by_ref().take(SHOWN).map(|line| format!("  {line}\n")).collect();
    match lines.count() {
        0 => {}
        1 => out += "  ... 1 more line\n",
        more => out += &format!("  ... {more} more lines\n"),
    }
    out
}

pub(super) fn at(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::difference;

    #[test]
    fn differences_of_texts() {
        assert_eq!(difference("a\nb\nc\n", "a\nx\ny\nc\n"), "  @@ -1,3 +1,4 @@\n   a\n  -b\n  +x\n  +y\n   c\n");
        // The first line tells of the schema: it always differs, and hides nothing.
        let (found, wanted) = ("// 1\n\na\nb\nc\nd\n", "// 2\n\na\nb\nc\ne\n");
        let hunks = "  @@ -1,2 +1,2 @@\n  -// 1\n  +// 2\n   \n  @@ -5,2 +5,2 @@\n   c\n  -d\n  +e\n";
        assert_eq!(difference(found, wanted), hunks);
        assert!(difference(&"x\n".repeat(40), "").ends_with("  -x\n  ... 1 more line\n"));
        assert!(difference(&"x\n".repeat(99), "").ends_with("  -x\n  ... 60 more lines\n"));
    }
}
