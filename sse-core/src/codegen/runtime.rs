//! The modules that all generated modules use.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::header::header;
use super::options::{Emit, Int64, Options};

/// A module, and what `tsc` makes of it (`npm run build` in `tests/js`).
struct Source {
    name: &'static str,
    typescript: &'static str,
    javascript: &'static str,
    declarations: &'static str,
    is_wanted: fn(&Options) -> bool,
}

macro_rules! source {
    ($name:literal, $is_wanted:expr) => {
        Source {
            name: $name,
            typescript: include_str!(concat!("runtime/", $name, ".ts")),
            javascript: include_str!(concat!("runtime/", $name, ".js")),
            declarations: include_str!(concat!("runtime/", $name, ".d.ts")),
            is_wanted: $is_wanted,
        }
    };
}

const SOURCES: [Source; 4] = [
    source!("runtime", |_| true),
    source!("runtime-bigint", |options| options.types.int64 == Int64::BigInt),
    source!("runtime-react", |options| options.react),
    source!("runtime-shared", |options| options.shared),
];

pub(super) fn files(options: &Options) -> impl Iterator<Item = (String, String)> {
    SOURCES.iter().filter(|source| (source.is_wanted)(options)).flat_map(|source| {
        let Source { name, typescript, javascript, declarations, .. } = source;
        let files: &[(&str, &str)] = match options.emit {
            Emit::Ts => &[("ts", typescript)],
            Emit::Js => &[("js", javascript), ("d.ts", declarations)],
        };
        files.iter().map(|(ending, text)| (format!("{name}.{ending}"), header(name, text) + text)).collect::<Vec<_>>()
    })
}

/// Whether a stream's file of this name would be in the way.
pub(super) fn is_taken(file: &str) -> bool {
    SOURCES.iter().any(|source| source.name == file)
}
