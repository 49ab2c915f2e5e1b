//! The command line: which verb, and what becomes of its outcome.

use alloc::string::String;
use alloc::vec::Vec;
use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::args::{self, Args};
use super::options::Emit;
use super::registry::Registry;
use super::sources::is_workspace;
use super::verbs::{self, Failure, Verb, code, overview, print, say};
use crate::schema::SseSchema;

/// The command line of an `xtask` that generates what follows from the events: clients, schemas, documents.
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
    python_out: Option<PathBuf>,
    schemas: Option<PathBuf>,
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
            python_out: None,
            schemas: None,
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

    /// Sets the folder that `typings` writes without `--out`.
    #[must_use]
    pub fn default_out(mut self, folder: impl Into<PathBuf>) -> Self {
        self.out = Some(folder.into());
        self
    }

    /// Sets what `typings` writes without `--emit`.
    #[must_use]
    pub const fn default_emit(mut self, emit: Emit) -> Self {
        self.emit = emit;
        self
    }

    /// Sets the folder that `typings --lang python` writes without `--out`; else it is that of the others.
    #[must_use]
    pub fn default_python_out(mut self, folder: impl Into<PathBuf>) -> Self {
        self.python_out = Some(folder.into());
        self
    }

    /// Sets the folder of committed schemas, which `schema` writes without `--out`.
    #[must_use]
    pub fn default_schemas(mut self, folder: impl Into<PathBuf>) -> Self {
        self.schemas = Some(folder.into());
        self
    }

    /// Does what the program's arguments ask for.
    ///
    /// | exit code | |
    /// |---|---|
    /// | 0 | done, or nothing to do |
    /// | 1 | usage, or a file that cannot be read or written; also a path that is none, and a stream whose name makes no file |
    /// | 4 | a file needs an update, with `--check` |
    /// | 100 | incompatible, or a stream has no schema |
    #[must_use]
    pub fn run(&self) -> ExitCode {
        self.run_args(env::args_os().skip(1))
    }

    /// Does what `args` ask for, of which the first is the verb.
    #[must_use]
    pub fn run_args(&self, args: impl IntoIterator<Item = impl Into<OsString>>) -> ExitCode {
        let args = match args::text(args.into_iter().map(Into::into)) {
            Ok(args) => args,
            Err(problem) => return unusable(&problem),
        };
        let Some((verb, args)) = args.split_first() else {
            return unusable("no verb");
        };
        if ["--help", "-h", "help"].contains(&verb.as_str()) {
            return outcome(print(&overview()).map(|()| ExitCode::SUCCESS).map_err(Failure::Io), "");
        }
        match verbs::ALL.iter().find(|known| known.name == verb) {
            Some(verb) => outcome(self.carry_out(verb, args.to_vec()), &verb.usage()),
            None => unusable(&alloc::format!("there is no verb `{verb}`")),
        }
    }

    fn carry_out(&self, verb: &Verb, args: Vec<String>) -> Result<ExitCode, Failure> {
        let args = Args::parse(&verb.flags, args)?;
        if args.has("--help") {
            print(&verb.usage())?;
            return Ok(ExitCode::SUCCESS);
        }
        (verb.run)(self, &args)
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    pub(super) const fn registry(&self) -> &Registry {
        &self.registry
    }

    pub(super) fn out(&self) -> Option<&Path> {
        self.out.as_deref()
    }

    pub(super) fn python_out(&self) -> Option<&Path> {
        self.python_out.as_deref().or_else(|| self.out())
    }

    pub(super) fn schemas(&self) -> Option<&Path> {
        self.schemas.as_deref()
    }

    pub(super) const fn emit(&self) -> Emit {
        self.emit
    }
}

fn unusable(problem: &str) -> ExitCode {
    say(&alloc::format!("{problem}\n\n{}", overview()));
    code::USAGE_OR_IO.into()
}

fn outcome(done: Result<ExitCode, Failure>, usage: &str) -> ExitCode {
    done.unwrap_or_else(|failure| {
        let (text, code) = failure.report(usage);
        say(&text);
        code.into()
    })
}

/// The nearest folder, upwards, whose manifest has a workspace; else the folder itself.
fn workspace_root(folder: &Path) -> PathBuf {
    folder.ancestors().find(|folder| is_workspace(folder)).unwrap_or(folder).to_path_buf()
}
