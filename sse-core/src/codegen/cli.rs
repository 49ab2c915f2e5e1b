//! `cargo xtask typings`.

use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::String;
use std::ffi::OsString;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs, io};

use super::args::{Args, USAGE};
use super::diagnostic::summary;
use super::files::{self, Drift};
use super::options::Emit;
use super::registry::Registry;
use crate::schema::SseSchema;

const USAGE_OR_IO: u8 = 1;
const OUT_OF_DATE: u8 = 4;
const NO_SCHEMA: u8 = 100;

/// The command line of an `xtask` that generates typed clients.
///
/// # Examples
///
/// ```
/// use std::process::ExitCode;
/// use sse_core::codegen::Cli;
/// # use sse_core::schema::SseSchema;
///
/// fn typings<Feed: SseSchema>(args: &[&str]) -> ExitCode {
///     Cli::new(env!("CARGO_MANIFEST_DIR"))
///         .stream::<Feed>("/feed")
///         .default_out("web/sse")
///         .run_args(args.iter().map(|arg| arg.to_string()))
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Cli {
    root: PathBuf,
    registry: Registry,
    out: Option<PathBuf>,
    emit: Emit,
}

impl Cli {
    /// A command line without streams. Folders are relative to the root of the workspace that `manifest_dir` is in.
    #[must_use]
    pub fn new(manifest_dir: impl AsRef<Path>) -> Self {
        Self {
            root: workspace_root(manifest_dir.as_ref()),
            registry: Registry::new(),
            out: None,
            emit: Emit::default(),
        }
    }

    /// Adds the stream of `E`, which `path` serves, as [`Registry::stream`].
    #[must_use]
    pub fn stream<E: SseSchema>(mut self, path: impl Into<String>) -> Self {
        self.registry = self.registry.stream::<E>(path);
        self
    }

    /// Adds the stream of `E` under another name, as [`Registry::stream_named`].
    #[must_use]
    pub fn stream_named<E: SseSchema>(mut self, name: &str, path: impl Into<String>) -> Self {
        self.registry = self.registry.stream_named::<E>(name, path);
        self
    }

    /// Sets the folder that is written to without `--out`.
    #[must_use]
    pub fn default_out(mut self, folder: impl Into<PathBuf>) -> Self {
        self.out = Some(folder.into());
        self
    }

    /// Sets what is written without `--emit`.
    #[must_use]
    pub const fn default_emit(mut self, emit: Emit) -> Self {
        self.emit = emit;
        self
    }

    /// Does what the program's arguments ask for: 0 done, 1 usage or I/O, 4 out of date, 100 a stream has no schema.
    ///
    /// Usage is also a path that is none, and a stream whose name makes no file.
    #[must_use]
    pub fn run(&self) -> ExitCode {
        self.run_args(env::args_os().skip(1))
    }

    /// Does what `args` ask for, of which the first is `typings`.
    #[must_use]
    pub fn run_args(&self, args: impl IntoIterator<Item = impl Into<OsString>>) -> ExitCode {
        let mut args = match Args::parse(args.into_iter().map(Into::into), self.emit) {
            Ok(args) => args,
            Err(problem) => {
                say(&format!("{problem}\n\n{USAGE}"));
                return USAGE_OR_IO.into();
            }
        };
        if args.help {
            return print(USAGE).map_or_else(|error| failed(&error), |()| ExitCode::SUCCESS);
        }
        if args.out.is_none() {
            args.out.clone_from(&self.out);
        }
        let (files, diagnostics) = match self.registry.generate(&args.options) {
            Ok(generated) => generated,
            Err(error) => {
                say(&format!("error: {error}\n"));
                return if error.is_usage() { USAGE_OR_IO } else { NO_SCHEMA }.into();
            }
        };
        for note in summary(&diagnostics).iter().filter(|_| !args.check) {
            say(&format!("note: {note}\n"));
        }
        if args.stdout {
            let text: String = files.iter().map(|(name, text)| format!("// {}\n{text}\n", name.display())).collect();
            return print(&text).map_or_else(|error| failed(&error), |()| ExitCode::SUCCESS);
        }
        let Some(out) = &args.out else {
            say(&format!("no folder: give `--out`\n\n{USAGE}"));
            return USAGE_OR_IO.into();
        };
        let done = if args.check { self.check(out, &files, &args) } else { self.write(out, &files, &args) };
        done.unwrap_or_else(|error| failed(&error))
    }

    fn write(&self, out: &Path, files: &[(PathBuf, String)], args: &Args) -> io::Result<ExitCode> {
        let folder = self.root.join(out);
        let drifts = files::compare(&folder, files, args.options.only.is_empty())?;
        files::write(&folder, files, &drifts)?;
        say(&self.done(&drifts));
        Ok(ExitCode::SUCCESS)
    }

    /// What was done about the `drifts`.
    fn done(&self, drifts: &[Drift]) -> String {
        if drifts.is_empty() {
            return "up to date\n".to_owned();
        }
        let line = |drift: &Drift| match drift {
            Drift::Missing(path) | Drift::Differs(path, _) => format!("wrote {}\n", self.shown(path)),
            Drift::Stale(path) => format!("removed {}\n", self.shown(path)),
        };
        drifts.iter().map(line).collect()
    }

    fn check(&self, out: &Path, files: &[(PathBuf, String)], args: &Args) -> io::Result<ExitCode> {
        let drifts = files::compare(&self.root.join(out), files, args.options.only.is_empty())?;
        for drift in &drifts {
            say(&match drift {
                Drift::Missing(path) => format!("missing: {}\n", self.shown(path)),
                Drift::Differs(path, difference) => {
                    format!("out of date: {}\n{difference}", self.shown(path))
                }
                Drift::Stale(path) => format!("no longer generated: {}\n", self.shown(path)),
            });
        }
        if drifts.is_empty() {
            return Ok(ExitCode::SUCCESS);
        }
        say(&format!("\nrun `{}`\n", self.fix(out, args)));
        Ok(OUT_OF_DATE.into())
    }

    /// The command that writes what was checked.
    fn fix(&self, out: &Path, args: &Args) -> String {
        let mut command = "cargo xtask typings".to_owned();
        if self.out.as_deref() != Some(out) {
            command += &format!(" --out {}", out.display());
        }
        if args.options.emit != self.emit {
            command += if args.options.emit == Emit::Js { " --emit js" } else { " --emit ts" };
        }
        for only in &args.options.only {
            command += &format!(" --only {only}");
        }
        command
    }

    fn shown(&self, path: &Path) -> String {
        format!("{}", path.strip_prefix(&self.root).unwrap_or(path).display())
    }
}

/// The nearest folder, upwards, whose manifest has a workspace; else the folder itself.
fn workspace_root(folder: &Path) -> PathBuf {
    let has_workspace = |folder: &&Path| {
        let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap_or_default();
        manifest.lines().any(|line| {
            let line = line.split('#').next().unwrap_or_default().trim();
            line == "[workspace]" || line.starts_with("[workspace.")
        })
    };
    folder.ancestors().find(has_workspace).unwrap_or(folder).to_path_buf()
}

fn print(text: &str) -> io::Result<()> {
    io::stdout().write_all(text.as_bytes())
}

/// Reports; if nobody can read it, there is nobody to tell.
fn say(text: &str) {
    drop(io::stderr().write_all(text.as_bytes()));
}

fn failed(error: &io::Error) -> ExitCode {
    say(&format!("error: {error}\n"));
    USAGE_OR_IO.into()
}

#[cfg(test)]
mod tests {
    use super::{Cli, Drift};

    #[test]
    fn what_was_done() {
        let cli = Cli::new("/nowhere");
        assert_eq!(cli.done(&[]), "up to date\n");
        let drifts = [Drift::Missing("/nowhere/a.ts".into()), Drift::Stale("/nowhere/b.ts".into())];
        assert_eq!(cli.done(&drifts), "wrote a.ts\nremoved b.ts\n");
    }
}
