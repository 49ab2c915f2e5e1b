//! What the command line is about: streams, and folders.

use alloc::string::String;
use std::path::{Path, PathBuf};

use super::options::Emit;
use super::registry::Registry;
use super::sources::is_workspace;
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

    /// Sets the folder of committed schemas: `schema` writes it without `--out`, and `compat` reads it as it was at a
    /// commit.
    #[must_use]
    pub fn default_schemas(mut self, folder: impl Into<PathBuf>) -> Self {
        self.schemas = Some(folder.into());
        self
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

/// The nearest folder, upwards, whose manifest has a workspace; else the folder itself.
fn workspace_root(folder: &Path) -> PathBuf {
    folder.ancestors().find(|folder| is_workspace(folder)).unwrap_or(folder).to_path_buf()
}
