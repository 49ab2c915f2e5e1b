//! How modules name each other, and in which form they are.

use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::ident::string;
use super::options::{Emit, Extension, ModuleKind, Options, Runtime};

/// One of the forms that a module has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    TypeScript,
    JavaScript,
    Declarations,
}

impl Form {
    /// Those that are written.
    pub(super) const fn of(options: &Options) -> &'static [Self] {
        match options.emit {
            Emit::Ts => &[Self::TypeScript],
            Emit::Js => &[Self::JavaScript, Self::Declarations],
        }
    }

    /// How the file's name ends.
    pub(super) const fn ending(self, options: &Options) -> &'static str {
        match (self, options.module) {
            (Self::TypeScript, _) => "ts",
            (Self::JavaScript, ModuleKind::Esm) => "js",
            (Self::JavaScript, ModuleKind::Cjs) => "cjs",
            (Self::Declarations, ModuleKind::Esm) => "d.ts",
            (Self::Declarations, ModuleKind::Cjs) => "d.cts",
        }
    }

    /// How the name of another module ends where it is imported.
    const fn import(self, options: &Options) -> &'static str {
        match (self, options.module, options.extension) {
            (Self::TypeScript, _, Extension::Ts) => ".ts",
            (Self::TypeScript, _, Extension::None) => "",
            (Self::JavaScript | Self::Declarations, ModuleKind::Cjs, _) => ".cjs",
            _ => ".js",
        }
    }

    /// An ES module that imports `./runtime.js` and its like, as it is asked for.
    pub(super) fn link(self, module: &str, options: &Options) -> String {
        let mut out = String::new();
        for line in module.lines() {
            out += &match (imported(line), &options.runtime) {
                (Some((what, _)), Runtime::Import(package)) => format!("{what} from {};", string(package)),
                (Some((what, name)), _) => format!("{what} from \"./{name}{}\";", self.import(options)),
                (None, _) => line.to_owned(),
            };
            out.push('\n');
        }
        if self == Self::JavaScript && options.module == ModuleKind::Cjs { commonjs(&out) } else { out }
    }
}

/// What a line imports of another generated module, and its name: `import { a }` and `runtime`.
pub(super) fn imported(line: &str) -> Option<(&str, &str)> {
    line.strip_suffix(".js\";").filter(|line| line.starts_with("import "))?.split_once(" from \"./")
}

/// A module of ours for `require`: each import and export of it is a line of its own.
fn commonjs(module: &str) -> String {
    let (mut out, mut exports) = ("\"use strict\";\n".to_owned(), Vec::new());
    for line in module.lines() {
        let line = line.strip_prefix("export ").map_or(line, |declaration| {
            exports.extend(declared(declaration));
            declaration
        });
        match line.strip_prefix("import ").and_then(|import| import.strip_suffix(';')?.split_once(" from ")) {
            Some((what, from)) => {
                let what = what.strip_prefix("* as ").unwrap_or(what);
                out += &format!("const {what} = require({from});");
            }
            None => out += line,
        }
        out.push('\n');
    }
    out + &format!("\nmodule.exports = {{ {} }};\n", exports.join(", "))
}

/// The name that a line declares, if it does: `Codec` of `interface Codec<M> {`.
pub(super) fn declared(line: &str) -> Option<&str> {
    let mut words = line.split(' ').skip_while(|word| matches!(*word, "export" | "declare" | "async" | "abstract"));
    words
        .next()
        .filter(|word| matches!(*word, "function" | "function*" | "class" | "const" | "let" | "interface" | "type"))?;
    words.next()?.split(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '$').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_declared() {
        for (line, name) in [
            ("export interface Codec<M> {", Some("Codec")),
            ("export declare const FeedCodec: sse.Codec<FeedEvents>;", Some("FeedCodec")),
            ("async function* run() {", Some("run")),
            ("export class StreamError extends Error {", Some("StreamError")),
            ("type Parse = (text: string) => unknown;", Some("Parse")),
            ("  const inner = 1;", None),
            ("import { a } from \"b\";", None),
            ("}", None),
        ] {
            assert_eq!(declared(line), name, "{line}");
        }
    }

    #[test]
    fn modules_for_require() {
        let module = "import * as sse from \"./runtime.js\";\nimport { a, b } from \"c\";\n\nexport function f(x) {\n  return \"import x from y\";\n}\nconst g = 1;\nexport const h = 2;\n";
        let options = Options::new().emit(Emit::Js).module(ModuleKind::Cjs);
        let expected = "\"use strict\";\nconst sse = require(\"./runtime.cjs\");\nconst { a, b } = require(\"c\");\n\nfunction f(x) {\n  return \"import x from y\";\n}\nconst g = 1;\nconst h = 2;\n\nmodule.exports = { f, h };\n";
        assert_eq!(Form::JavaScript.link(module, &options), expected);
        assert_eq!(Form::JavaScript.link(module, &Options::new().emit(Emit::Js)), module);
    }
}
