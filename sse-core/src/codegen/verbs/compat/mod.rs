//! `compat`: whether deployed clients get along with what the code says now.

mod base;

use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use std::io::{ErrorKind, IsTerminal as _};
use std::process::ExitCode;
use std::{env, fs, io};

use super::super::args::{Args, Flags};
use super::super::cli::Cli;
use super::{Failure, Verb, code, print, say};
use crate::compat::{Allowances, Day, Format, Options, Profile, Severity, compare_all};

pub(super) const VERB: Verb = Verb {
    name: "compat",
    about: "Says whether deployed clients get along with what the code says now",
    options: "\
\x20 --base GITREF|FILE    what they were made from: the committed schemas where this branch left GITREF,
                        or a file or folder that `schema --out` wrote
  --profile wire|source|ts
                        deployed clients, also the source of those made anew, or such source in TypeScript
  --closed-enums        clients break at a value that their enum does not list
  --format text|json|github
                        for people, a JSON object in each line, or annotations of a pull request
  --deny warn           warnings are errors
  --schemas DIR         the folder of committed schemas
  --allow-file FILE     the changes that are made anyway, if not those of `sse-compat.toml`
",
    flags: Flags {
        values: &["--base", "--profile", "--format", "--deny", "--schemas", "--allow-file"],
        repeatable: &[],
        switches: &["--closed-enums"],
    },
    run,
};

/// Where the allowances are, unless it is said.
const ALLOW_FILE: &str = "sse-compat.toml";

fn run(cli: &Cli, args: &Args) -> Result<ExitCode, Failure> {
    let profiles = [("wire", Profile::Wire), ("source", Profile::Source), ("ts", Profile::Ts)];
    let mut options = Options::new().profile(args.choice("--profile", &profiles)?);
    if args.has("--closed-enums") {
        options = options.closed_enums();
    }
    let format =
        args.choice("--format", &[("text", Format::Text), ("json", Format::Json), ("github", Format::Github)])?;
    let denied = args.choice("--deny", &[("error", Severity::Error), ("warn", Severity::Warn)])?;
    let base = args.value("--base").ok_or_else(|| "`--base` is needed".to_owned())?;
    let allowances = allowances(cli, args.value("--allow-file"))?;

    let head: Vec<_> = cli.registry().select(&[])?.iter().map(|stream| stream.manifest.event_view()).collect();
    let base = base::load(cli, base, args.value("--schemas"))?;
    let findings = compare_all(&base, &head, &options).map_err(|error| problem(error.to_string()))?;
    let verdict = allowances.apply(findings, Day::today());

    print(&verdict.render(if format == Format::Text && has_colours() { Format::ColouredText } else { format }))?;
    if verdict.worst() < Some(denied) {
        return Ok(ExitCode::SUCCESS);
    }
    if verdict.worst() < Some(Severity::Error) {
        say("error: warnings are denied\n");
    }
    Ok(code::INCOMPATIBLE.into())
}

fn allowances(cli: &Cli, given: Option<&str>) -> Result<Allowances, Failure> {
    let path = cli.root().join(given.unwrap_or(ALLOW_FILE));
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound && given.is_none() => return Ok(Allowances::default()),
        Err(error) => return Err(problem(format!("{}: {error}", path.display()))),
    };
    Allowances::parse(&text).map_err(|error| problem(format!("{}: {error}", path.display())))
}

fn has_colours() -> bool {
    io::stdout().is_terminal() && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// Something that is wrong, and not with the arguments.
fn problem(text: String) -> Failure {
    Failure::Io(io::Error::other(text))
}
