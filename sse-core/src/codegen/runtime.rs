//! The modules that all generated modules use.

use alloc::format;
use alloc::string::String;

use super::header::header;
use super::link::{Form, imported};
use super::options::{Int64, Options, Runtime};

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

impl Source {
    const fn text(&self, form: Form) -> &'static str {
        match form {
            Form::TypeScript => self.typescript,
            Form::JavaScript => self.javascript,
            Form::Declarations => self.declarations,
        }
    }
}

fn wanted(options: &Options) -> impl Iterator<Item = &'static Source> {
    SOURCES.iter().filter(|source| (source.is_wanted)(options))
}

/// The files of the runtime; none if it is elsewhere.
pub(super) fn files(options: &Options) -> impl Iterator<Item = (String, String)> {
    wanted(options).filter(|_| options.runtime == Runtime::File).flat_map(|source| {
        Form::of(options).iter().map(|form| {
            let text = source.text(*form);
            let name = format!("{}.{}", source.name, form.ending(options));
            (name, header(source.name, text) + &form.link(text, options))
        })
    })
}

/// The runtime as a part of a stream's module; nothing if it is elsewhere.
pub(super) fn inlined(form: Form, options: &Options) -> String {
    let mut out = String::new();
    for source in wanted(options).filter(|_| options.runtime == Runtime::Inline) {
        let lines = source.text(form).lines().filter(|line| imported(line).is_none());
        out += &lines.map(|line| format!("{line}\n")).collect::<String>();
        out.push('\n');
    }
    out.replace("\n\n\n", "\n\n")
}

/// Whether a type of this name would be in the way of the runtime in a stream's module.
pub(super) fn uses(name: &str, options: &Options) -> bool {
    let is_code = |line: &&str| !line.trim_start().starts_with(['/', '*']);
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '$');
    wanted(options)
        .filter(|_| options.runtime == Runtime::Inline)
        .flat_map(|source| source.typescript.lines().filter(is_code))
        .any(|line| line.split(|c| !is_name(c)).any(|word| word == name))
}

/// Whether a stream's file of this name would be in the way.
pub(super) fn is_taken(file: &str) -> bool {
    SOURCES.iter().any(|source| source.name == file)
}
