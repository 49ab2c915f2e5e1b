//! Why no client can be generated.

use alloc::boxed::Box;
use alloc::string::String;
use core::fmt;

use crate::schema::SchemaError;

/// Streams for which no client can be generated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodegenError {
    inner: Box<Inner>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Inner {
    Schema { stream: String, cause: SchemaError },
    SameName { stream: String, name: String, first: String, second: String },
    SameFile { file: String },
    FileName { stream: String },
    RuntimeName { stream: String },
    Unknown { stream: String, known: String },
    Path { path: String },
}

impl CodegenError {
    fn new(inner: Inner) -> Self {
        Self { inner: Box::new(inner) }
    }

    pub(super) fn schema(stream: &str, cause: SchemaError) -> Self {
        Self::new(Inner::Schema { stream: stream.into(), cause })
    }

    pub(super) fn same_name(stream: &str, name: &str, first: &str, second: &str) -> Self {
        Self::new(Inner::SameName {
            stream: stream.into(),
            name: name.into(),
            first: first.into(),
            second: second.into(),
        })
    }

    pub(super) fn same_file(file: &str) -> Self {
        Self::new(Inner::SameFile { file: file.into() })
    }

    pub(super) fn file_name(stream: &str) -> Self {
        Self::new(Inner::FileName { stream: stream.into() })
    }

    pub(super) fn runtime_name(stream: &str) -> Self {
        Self::new(Inner::RuntimeName { stream: stream.into() })
    }

    pub(super) fn unknown(stream: &str, known: String) -> Self {
        Self::new(Inner::Unknown { stream: stream.into(), known })
    }

    pub(super) fn path(path: &str) -> Self {
        Self::new(Inner::Path { path: path.into() })
    }

    /// Whether the streams themselves are in order, and only what was asked of them is wrong.
    pub(super) fn is_usage(&self) -> bool {
        !matches!(&*self.inner, Inner::Schema { .. } | Inner::SameName { .. })
    }
}

impl fmt::Display for CodegenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.inner {
            Inner::Schema { stream, cause } => write!(f, "stream `{stream}`: {cause}"),
            Inner::SameName { stream, name, first, second } => {
                write!(f, "stream `{stream}`: {first} and {second} are both `{name}` in TypeScript")
            }
            Inner::SameFile { file } => write!(f, "two streams are written to `{file}`: name one with `stream_named`"),
            Inner::FileName { stream } => {
                write!(f, "stream `{stream}`: a file is named in ASCII letters and digits: name it with `stream_named`")
            }
            Inner::RuntimeName { stream } => {
                write!(f, "stream `{stream}`: `runtime` is the name of the runtime: give another with `stream_named`")
            }
            Inner::Unknown { stream, known } => {
                write!(f, "there is no stream `{stream}`; there are: {known}")
            }
            Inner::Path { path } => {
                write!(
                    f,
                    "path `{path}`: it must begin with `/`, its parameters are whole `{{name}}`s, each once, and "
                )?;
                f.write_str("it has no `?` and no `#` (a query is the client's `query`)")
            }
        }
    }
}

impl core::error::Error for CodegenError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match &*self.inner {
            Inner::Schema { cause, .. } => Some(cause),
            _ => None,
        }
    }
}
