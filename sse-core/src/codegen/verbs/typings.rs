//! `typings`: a typed client for each stream.

use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::super::args::{Args, Flags};
use super::super::cli::Cli;
use super::super::diagnostic::summary;
use super::super::files::Generated;
use super::super::header::MARK;
use super::super::options::{Emit, Extension, Int64, ModuleKind, Options, Runtime};
use super::super::python;
use super::{Failure, Verb, output};

pub(super) const VERB: Verb = Verb {
    name: "typings",
    about: "Writes a typed client for each stream",
    options: "  --out DIR      the folder, from the root of the workspace
  --lang ts|python|all
                 the language of the client
  --emit ts|js   TypeScript, or JavaScript with its types
  --only NAME    this stream only; repeatable
  --int64 number|string|bigint|forbid
                 what integers of 64 bits are; `string` and `forbid` allow none that is sent as a number
  --non-finite number|null
                 whether floats may be `null`, as NaN is written
  --exact-optional
                 properties that may be absent are never `null`
  --brand FORMAT,FORMAT
                 strings of these formats have types of their own: `uuid`, `date-time`
  --emit-schemas the JSON Schemas of the payloads too
  --react        `useSse` for React too
  --shared       one connection for all tabs too
  --runtime file|inline|import=SPEC
                 where the runtime is: in files of its own, in the file of each stream, or in the package SPEC,
                 which then has the hook and the shared connection too, if there are any
  --module esm|cjs
                 which modules JavaScript is: `cjs` is for `require`, in `.cjs` files
  --ext js|ts|none
                 how a module of TypeScript names another: `./runtime.js`, `./runtime.ts` or `./runtime`
  --check        write nothing; exit with 4 if a file is not as it would be written
  --stdout       print the files
",
    flags: Flags {
        values: &["--out", "--lang", "--emit", "--int64", "--non-finite", "--brand", "--runtime", "--module", "--ext"],
        repeatable: &["--only"],
        switches: &["--check", "--stdout", "--exact-optional", "--emit-schemas", "--react", "--shared"],
    },
    run,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lang {
    Ts,
    Python,
    All,
}

/// Files of one language, and where they go.
struct Client<'a> {
    files: Vec<(PathBuf, String)>,
    generated: Generated<'static>,
    /// How a comment begins.
    comment: &'static str,
    out: Option<&'a Path>,
}

fn run(cli: &Cli, args: &Args) -> Result<ExitCode, Failure> {
    let options = options(cli, args)?;
    let lang = args.choice("--lang", &[("ts", Lang::Ts), ("python", Lang::Python), ("all", Lang::All)])?;
    let (mut clients, mut diagnostics) = (Vec::new(), Vec::new());
    if lang != Lang::Python {
        let (files, more) = cli.registry().generate(&options)?;
        diagnostics.extend(more);
        let generated = Generated { endings: &[".ts", ".js", ".cjs", ".cts"], mark: MARK };
        clients.push(Client { files, generated, comment: "//", out: cli.out() });
    }
    if lang != Lang::Ts {
        let (files, more) = python::modules(&cli.registry().select(&options.only)?)?;
        diagnostics.extend(more);
        let generated = Generated { endings: &[python::ENDING], mark: python::MARK };
        clients.push(Client { files, generated, comment: "#", out: cli.python_out() });
    }
    for note in summary(&diagnostics).iter().filter(|_| !args.has("--check")) {
        output::say(&format!("note: {note}\n"));
    }
    let mut code = ExitCode::SUCCESS;
    for Client { files, generated, comment, out } in &clients {
        if args.has("--stdout") {
            let text = files.iter().map(|(name, text)| format!("{comment} {}\n{text}\n", name.display()));
            output::print(&text.collect::<String>())?;
            continue;
        }
        let out = args.value("--out").map(Path::new).or(*out);
        let out = out.ok_or_else(|| "no folder: give `--out`".to_owned())?;
        // With one stream only, the files of the others are not stale.
        let generated = options.only.is_empty().then_some(generated);
        let done = output::folder(cli, VERB.name, args, out, files, generated)?;
        code = if code == ExitCode::SUCCESS { done } else { code };
    }
    Ok(code)
}

fn options(cli: &Cli, args: &Args) -> Result<Options, String> {
    let emit = match args.value("--emit") {
        None => cli.emit(),
        Some(_) => args.choice("--emit", &[("ts", Emit::Ts), ("js", Emit::Js)])?,
    };
    let int64 =
        [("number", Int64::Number), ("string", Int64::String), ("bigint", Int64::BigInt), ("forbid", Int64::Forbid)];
    let module = args.choice("--module", &[("esm", ModuleKind::Esm), ("cjs", ModuleKind::Cjs)])?;
    if (emit, module) == (Emit::Ts, ModuleKind::Cjs) {
        return Err("`--module cjs` needs `--emit js`: TypeScript is what its compiler makes of it".to_owned());
    }
    let endings = [("js", Extension::Js), ("ts", Extension::Ts), ("none", Extension::None)];
    let extension = args.choice("--ext", &endings)?;
    if emit == Emit::Js && extension != Extension::Js {
        return Err("`--ext` needs `--emit ts`: JavaScript is found by whole names only".to_owned());
    }
    let options = Options::new()
        .emit(emit)
        .module(module)
        .extension(extension)
        .runtime(runtime(args.value("--runtime"))?)
        .int64(args.choice("--int64", &int64)?)
        .non_finite_null(args.choice("--non-finite", &[("number", false), ("null", true)])?)
        .exact_optional(args.has("--exact-optional"))
        .schemas(args.has("--emit-schemas"))
        .react(args.has("--react"))
        .shared(args.has("--shared"));
    let options = args.values("--only").fold(options, Options::only);
    let brands = args.value("--brand").into_iter().flat_map(|brands| brands.split(',')).map(str::trim);
    Ok(brands.filter(|brand| !brand.is_empty()).fold(options, Options::brand))
}

fn runtime(given: Option<&str>) -> Result<Runtime, String> {
    match given.map(|given| given.split_once('=').unwrap_or((given, ""))) {
        None | Some(("file", "")) => Ok(Runtime::File),
        Some(("inline", "")) => Ok(Runtime::Inline),
        Some(("import", package)) if !package.is_empty() => Ok(Runtime::Import(package.to_owned())),
        Some(_) => {
            Err(format!("`--runtime` is `file`, `inline` or `import=SPEC`, not `{}`", given.unwrap_or_default()))
        }
    }
}
