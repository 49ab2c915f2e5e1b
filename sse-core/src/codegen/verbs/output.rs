//! Where the output of a verb goes: to files, which may only be checked, or to the standard output.

use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::String;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{io, slice};

use super::super::args::Args;
use super::super::cli::Cli;
use super::super::files::{self, Drift, Generated};
use super::{Failure, code};

/// Writes or, with `--check`, compares the files of a folder. Those that were `generated` and are no more are stale.
pub(super) fn folder(
    cli: &Cli,
    verb: &str,
    args: &Args,
    out: &Path,
    files: &[(PathBuf, String)],
    generated: Option<&Generated<'_>>,
) -> Result<ExitCode, Failure> {
    let folder = cli.root().join(out);
    let drifts = files::compare(&folder, files, generated)?;
    if !args.has("--check") {
        files::write(&folder, files, &drifts)?;
        say(&done(cli.root(), &drifts));
        return Ok(ExitCode::SUCCESS);
    }
    for drift in &drifts {
        let shown = shown(cli.root(), drift.path());
        say(&match drift {
            Drift::Missing(_) => format!("missing: {shown}\n"),
            Drift::Differs(_, difference) => format!("out of date: {shown}\n{difference}"),
            Drift::Stale(_) => format!("no longer generated: {shown}\n"),
        });
    }
    if drifts.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    say(&format!("\nrun `{}`\n", args.without_check(verb)));
    Ok(code::NEEDS_UPDATE.into())
}

/// Writes or compares one file, or prints the text if there is no `out`.
pub(super) fn document(
    cli: &Cli,
    verb: &str,
    args: &Args,
    out: Option<&Path>,
    text: &str,
) -> Result<ExitCode, Failure> {
    let Some(out) = out.filter(|_| !args.has("--stdout")) else {
        if args.has("--check") {
            return Err(Failure::Usage("`--check` needs `--out`".to_owned()));
        }
        print(text)?;
        return Ok(ExitCode::SUCCESS);
    };
    let Some(name) = out.file_name() else {
        return Err(Failure::Usage(format!("`{}` is no file", out.display())));
    };
    let file = (PathBuf::from(name), text.to_owned());
    folder(cli, verb, args, out.parent().unwrap_or_else(|| Path::new("")), slice::from_ref(&file), None)
}

/// What was done about the `drifts`.
fn done(root: &Path, drifts: &[Drift]) -> String {
    if drifts.is_empty() {
        return "up to date\n".to_owned();
    }
    let line = |drift: &Drift| match drift {
        Drift::Missing(path) | Drift::Differs(path, _) => format!("wrote {}\n", shown(root, path)),
        Drift::Stale(path) => format!("removed {}\n", shown(root, path)),
    };
    drifts.iter().map(line).collect()
}

fn shown(root: &Path, path: &Path) -> String {
    format!("{}", path.strip_prefix(root).unwrap_or(path).display())
}

pub(super) fn print(text: &str) -> io::Result<()> {
    io::stdout().write_all(text.as_bytes())
}

/// Reports; if nobody can read it, there is nobody to tell.
pub(super) fn say(text: &str) {
    drop(io::stderr().write_all(text.as_bytes()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_done() {
        let root = Path::new("/nowhere");
        assert_eq!(done(root, &[]), "up to date\n");
        let drifts = [Drift::Missing("/nowhere/a.ts".into()), Drift::Stale("/nowhere/b.ts".into())];
        assert_eq!(done(root, &drifts), "wrote a.ts\nremoved b.ts\n");
    }
}
