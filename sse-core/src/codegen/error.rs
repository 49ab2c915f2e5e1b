//! Why no client can be generated.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
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
    SameName { language: &'static str, stream: String, name: String, first: String, second: String },
    SameFile { file: String },
    FileName { stream: String },
    RuntimeName { stream: String },
    Unknown { stream: String, known: String },
    Path { path: String },
    Int64 { stream: String, at: Vec<String>, string: bool },
    SameComponent { name: String, first: String, second: String },
    SamePath { path: String, first: String, second: String },
    SameOperation { id: String, first: String, second: String },
    Document { problem: String },
    NoPackage,
    Sentinel { stream: String, problem: String },
}

impl CodegenError {
    fn new(inner: Inner) -> Self {
        Self { inner: Box::new(inner) }
    }

    pub(super) fn schema(stream: &str, cause: SchemaError) -> Self {
        Self::new(Inner::Schema { stream: stream.into(), cause })
    }

    pub(super) fn same_name(stream: &str, name: &str, first: &str, second: &str) -> Self {
        Self::same_name_in("TypeScript", stream, name, first, second)
    }

    pub(super) fn same_name_in(language: &'static str, stream: &str, name: &str, first: &str, second: &str) -> Self {
        Self::new(Inner::SameName {
            language,
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

    pub(super) fn int64(stream: &str, at: Vec<String>, string: bool) -> Self {
        Self::new(Inner::Int64 { stream: stream.into(), at, string })
    }

    pub(super) fn same_component(name: &str, first: &str, second: &str) -> Self {
        Self::new(Inner::SameComponent { name: name.into(), first: first.into(), second: second.into() })
    }

    pub(super) fn same_path(path: &str, first: &str, second: &str) -> Self {
        Self::new(Inner::SamePath { path: path.into(), first: first.into(), second: second.into() })
    }

    pub(super) fn same_operation(id: &str, first: &str, second: &str) -> Self {
        Self::new(Inner::SameOperation { id: id.into(), first: first.into(), second: second.into() })
    }

    pub(super) fn no_package() -> Self {
        Self::new(Inner::NoPackage)
    }

    pub(super) fn document(problem: &str) -> Self {
        Self::new(Inner::Document { problem: problem.into() })
    }

    pub(super) fn sentinel(stream: &str, problem: &str) -> Self {
        Self::new(Inner::Sentinel { stream: stream.into(), problem: problem.into() })
    }

    /// Whether the streams themselves are in order, and only what was asked of them is wrong.
    pub(super) fn is_usage(&self) -> bool {
        !matches!(
            &*self.inner,
            Inner::Schema { .. }
                | Inner::SameName { .. }
                | Inner::Int64 { .. }
                | Inner::SameComponent { .. }
                | Inner::SamePath { .. }
                | Inner::SameOperation { .. }
        )
    }
}

impl fmt::Display for CodegenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.inner {
            Inner::Schema { stream, cause } => write!(f, "stream `{stream}`: {cause}"),
            Inner::SameName { language, stream, name, first, second } => {
                write!(f, "stream `{stream}`: {first} and {second} are both `{name}` in {language}")
            }
            Inner::SameFile { file } => write!(f, "two streams are written to `{file}`: name one with `stream_named`"),
            Inner::FileName { stream } => {
                write!(f, "stream `{stream}`: a file is named in ASCII letters and digits: name it with `stream_named`")
            }
            Inner::RuntimeName { stream } => {
                write!(f, "stream `{stream}`: its file is the runtime's: give another with `stream_named`")
            }
            Inner::Unknown { stream, known } => {
                write!(f, "there is no stream `{stream}`; there are: {known}")
            }
            Inner::SameComponent { name, first, second } => write!(
                f,
                "component `{name}`: {first} and {second} each have one, and they differ: \
                 rename the Rust type with #[schemars(rename = \"...\")]"
            ),
            Inner::SamePath { path, first, second } => {
                write!(f, "path `{path}`: {first} and {second} are at the same path")
            }
            Inner::SameOperation { id, first, second } => {
                write!(f, "operation `{id}`: {first} and {second} have the same id")
            }
            Inner::Document { problem } => write!(f, "this is no document of OpenAPI 3.1 or 3.2: {problem}"),
            Inner::NoPackage => f.write_str("the package of the runtime has no name: `Runtime::Import(\"\")`"),
            Inner::Sentinel { stream, problem } => write!(f, "stream `{stream}` ends with no sentinel: {problem}"),
            Inner::Int64 { stream, at, string } => {
                write!(f, "stream `{stream}`: an integer that may exceed 2^53, at {}: ", at.join(", "))?;
                f.write_str(if *string {
                    "send it as a string, e.g. by serde_with's `DisplayFromStr`"
                } else {
                    "send it as a string, give it bounds, or take another `--int64`"
                })
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
