//! The streams of an application, and what is generated for them.

use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;
use std::path::PathBuf;

use super::diagnostic::Diagnostic;
use super::error::CodegenError;
use super::options::{Emit, Options};
use super::{ident, runtime, stream};
use crate::schema::{Manifest, SchemaError, SseSchema};

/// The streams of an application, each with the path that serves it.
///
/// # Examples
///
/// ```
/// use sse_core::codegen::{CodegenError, Options, Registry};
/// # use sse_core::schema::SseSchema;
///
/// fn files<Feed: SseSchema>() -> Result<(), CodegenError> {
///     let files = Registry::new().stream::<Feed>("/feed").render(&Options::new())?;
///     assert_eq!(files[0].0.to_str(), Some("feed.ts"));
///     assert_eq!(files[1].0.to_str(), Some("runtime.ts"));
///     Ok(())
/// }
/// ```
#[derive(Clone, Debug, Default)]
pub struct Registry {
    streams: Vec<Stream>,
}

/// A stream and its path.
#[derive(Clone, Debug)]
pub(super) struct Stream {
    pub(super) name: String,
    pub(super) path: String,
    /// The name of the file, without its ending.
    file: Result<String, CodegenError>,
    manifest: Result<Manifest, SchemaError>,
}

impl Registry {
    /// No streams.
    #[must_use]
    pub const fn new() -> Self {
        Self { streams: Vec::new() }
    }

    /// Adds the stream of `E`, which `path` serves. `{room}` and `{*rest}` in it become parameters of the client.
    #[must_use]
    pub fn stream<E: SseSchema>(self, path: impl Into<String>) -> Self {
        let name = E::stream_name().into_owned();
        let file = file_name(&name, &name);
        self.with(Stream { name, path: path.into(), file, manifest: Manifest::of::<E>() })
    }

    /// Adds the stream of `E` under another name: one type may be served at several paths.
    #[must_use]
    pub fn stream_named<E: SseSchema>(self, name: &str, path: impl Into<String>) -> Self {
        let given = name;
        let name = ident::pascal_case(given);
        let file = file_name(given, &name);
        let manifest = Manifest::named::<E>(&name);
        self.with(Stream { name, path: path.into(), file, manifest })
    }

    fn with(mut self, stream: Stream) -> Self {
        self.streams.push(stream);
        self
    }

    /// The generated files, by their names in one folder. The same streams give the same bytes.
    ///
    /// # Errors
    ///
    /// Returns [`CodegenError`] if a stream has no schema or two names are one in TypeScript, if a path is no path or
    /// has a query, if a stream's name makes no file name, or if [`Options::only`] names a stream that is not there.
    pub fn render(&self, options: &Options) -> Result<Vec<(PathBuf, String)>, CodegenError> {
        Ok(self.generate(options)?.0)
    }

    /// What the types cannot say: integers that JavaScript rounds, and schemas that became `unknown`.
    ///
    /// # Errors
    ///
    /// As [`Registry::render`].
    pub fn diagnostics(&self, options: &Options) -> Result<Vec<Diagnostic>, CodegenError> {
        Ok(self.generate(options)?.1)
    }

    pub(super) fn generate(
        &self,
        options: &Options,
    ) -> Result<(Vec<(PathBuf, String)>, Vec<Diagnostic>), CodegenError> {
        let mut names = BTreeSet::new();
        let (mut files, mut diagnostics) = (Vec::new(), Vec::new());
        for only in &options.only {
            if !self.streams.iter().any(|stream| stream.is_called(only)) {
                let known: Vec<_> = self.streams.iter().map(|stream| stream.name.as_str()).collect();
                return Err(CodegenError::unknown(only, known.join(", ")));
            }
        }
        for stream in &self.streams {
            let file = stream.file.clone()?;
            if !names.insert(file.clone()) {
                return Err(CodegenError::same_file(&file));
            }
            if !options.only.is_empty() && !options.only.iter().any(|only| stream.is_called(only)) {
                continue;
            }
            let manifest =
                stream.manifest.as_ref().map_err(|cause| CodegenError::schema(&stream.name, cause.clone()))?;
            let module = stream::Module::new(manifest, &stream.path)?;
            match options.emit {
                Emit::Ts => files.push((file + ".ts", module.typescript())),
                Emit::Js => {
                    files.push((file.clone() + ".js", module.javascript()));
                    files.push((file + ".d.ts", module.declarations()));
                }
            }
            diagnostics.extend(module.into_diagnostics());
        }
        files.extend(runtime::files(options.emit));
        Ok((files.into_iter().map(|(name, text)| (PathBuf::from(name), text)).collect(), diagnostics))
    }
}

/// The file of the stream `name`, which was `given` as that or in other words.
fn file_name(given: &str, name: &str) -> Result<String, CodegenError> {
    let file = ident::file_name(name).filter(|_| given.is_ascii()).ok_or_else(|| CodegenError::file_name(given))?;
    if file == "runtime" { Err(CodegenError::runtime_name(given)) } else { Ok(file) }
}

impl Stream {
    fn is_called(&self, name: &str) -> bool {
        self.file.as_ref().is_ok_and(|file| *file == ident::kebab_case(name))
    }
}
