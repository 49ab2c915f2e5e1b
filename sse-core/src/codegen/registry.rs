//! The streams of an application, and what is generated for them.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::any::type_name;
use std::path::PathBuf;

use super::diagnostic::Diagnostic;
use super::error::CodegenError;
use super::link::Form;
use super::options::{Options, Runtime};
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
    /// The name of the type, with its path.
    rust: &'static str,
}

/// A stream that is asked for, and in order.
#[derive(Clone, Copy, Debug)]
pub(super) struct Selected<'a> {
    pub(super) path: &'a str,
    /// The name of its files, without their endings.
    pub(super) file: &'a str,
    pub(super) rust: &'static str,
    pub(super) manifest: &'a Manifest,
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
        self.with(Stream { name, path: path.into(), file, manifest: Manifest::of::<E>(), rust: type_name::<E>() })
    }

    /// Adds the stream of `E` under another name: one type may be served at several paths.
    #[must_use]
    pub fn stream_named<E: SseSchema>(self, name: &str, path: impl Into<String>) -> Self {
        let given = name;
        let name = ident::pascal_case(given);
        let file = file_name(given, &name);
        let manifest = Manifest::named::<E>(&name);
        self.with(Stream { name, path: path.into(), file, manifest, rust: type_name::<E>() })
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
    /// has a query, if a stream's name makes no file name, if [`Options::only`] names a stream that is not there, or if the
    /// runtime's package has no name.
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

    /// The streams that are asked for, checked; all of them if `only` names none.
    pub(super) fn select(&self, only: &[String]) -> Result<Vec<Selected<'_>>, CodegenError> {
        for name in only {
            if !self.streams.iter().any(|stream| stream.is_called(name)) {
                let known: Vec<_> = self.streams.iter().map(|stream| stream.name.as_str()).collect();
                return Err(CodegenError::unknown(name, known.join(", ")));
            }
        }
        let (mut names, mut selected) = (BTreeSet::new(), Vec::new());
        for stream in &self.streams {
            let file = stream.file.as_ref().map_err(Clone::clone)?;
            if !names.insert(file) {
                return Err(CodegenError::same_file(file));
            }
            if only.is_empty() || only.iter().any(|name| stream.is_called(name)) {
                let cause = |cause: &SchemaError| CodegenError::schema(&stream.name, cause.clone());
                let manifest = stream.manifest.as_ref().map_err(cause)?;
                selected.push(Selected { path: &stream.path, file, rust: stream.rust, manifest });
            }
        }
        Ok(selected)
    }

    pub(super) fn generate(
        &self,
        options: &Options,
    ) -> Result<(Vec<(PathBuf, String)>, Vec<Diagnostic>), CodegenError> {
        if matches!(&options.runtime, Runtime::Import(package) if package.is_empty()) {
            return Err(CodegenError::no_package());
        }
        let (mut files, mut diagnostics) = (Vec::new(), Vec::new());
        for Selected { path, file, manifest, .. } in self.select(&options.only)? {
            let module = stream::Module::new(manifest, path, options)?;
            for form in Form::of(options) {
                files.push((format!("{file}.{}", form.ending(options)), module.print(*form)));
            }
            diagnostics.extend(module.into_diagnostics());
        }
        files.extend(runtime::files(options));
        Ok((files.into_iter().map(|(name, text)| (PathBuf::from(name), text)).collect(), diagnostics))
    }
}

/// The file of the stream `name`, which was `given` as that or in other words.
fn file_name(given: &str, name: &str) -> Result<String, CodegenError> {
    let file = ident::file_name(name).filter(|_| given.is_ascii()).ok_or_else(|| CodegenError::file_name(given))?;
    if runtime::is_taken(&file) { Err(CodegenError::runtime_name(given)) } else { Ok(file) }
}

impl Stream {
    fn is_called(&self, name: &str) -> bool {
        self.file.as_ref().is_ok_and(|file| *file == ident::kebab_case(name))
    }
}
