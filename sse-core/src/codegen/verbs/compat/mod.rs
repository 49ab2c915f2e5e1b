//! `compat`: whether deployed clients get along with what the code says now.

mod base;
mod git;

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use std::io::{ErrorKind, IsTerminal as _};
use std::path::{Component, Path};
use std::process::ExitCode;
use std::{env, fs, io};

use serde_json::Value;

use super::super::args::{Args, Flags};
use super::super::cli::Cli;
use super::super::registry::Selected;
use super::super::sources::Sources;
use super::{Failure, Verb, code, print, say};
use crate::compat::{Allowances, Day, Format, Options, Places, Profile, Severity, compare_all};

pub(super) const VERB: Verb = Verb {
    name: "compat",
    about: "Says whether deployed clients get along with what the code says now",
    options: "  --base GITREF|FILE    what they were made from: the committed schemas where this branch left GITREF,
                        or a file or folder that `schema --out` wrote
  --only NAME           this stream only; repeatable
  --profile wire|source|ts
                        deployed clients, also the source of those made anew, or such source in TypeScript
  --closed-enums        clients break at a value that their enum does not list
  --format text|json|github
                        for people, a JSON object in each line, or annotations of a pull request
  --deny error|warn     what fails: errors, or warnings too
  --schemas DIR         the folder of committed schemas
  --allow-file FILE     the changes that are made anyway, if not those of `sse-compat.toml`
",
    flags: Flags {
        values: &["--base", "--profile", "--format", "--deny", "--schemas", "--allow-file"],
        repeatable: &["--only"],
        switches: &["--closed-enums"],
    },
    run,
};

/// Where the allowances are, unless it is said.
const ALLOW_FILE: &str = "sse-compat.toml";

fn run(cli: &Cli, args: &Args) -> Result<ExitCode, Failure> {
    let profiles = [("wire", Profile::Wire), ("source", Profile::Source), ("ts", Profile::Ts)];
    let options = Options::new().profile(args.choice("--profile", &profiles)?).closed_enums(args.has("--closed-enums"));
    let format =
        args.choice("--format", &[("text", Format::Text), ("json", Format::Json), ("github", Format::Github)])?;
    let denied = args.choice("--deny", &[("error", Severity::Error), ("warn", Severity::Warn)])?;
    let base = args.value("--base").ok_or_else(|| "`--base` is needed".to_owned())?;
    let mut allowances = allowances(cli, args.value("--allow-file"))?;

    let only: Vec<_> = args.values("--only").map(ToOwned::to_owned).collect();
    let streams = cli.registry().select(&only)?;
    let head: Vec<_> = streams.iter().map(|stream| stream.manifest.event_view()).collect();
    let mut base = base::load(cli, base, args.value("--schemas"), &head)?;
    if !only.is_empty() {
        let names: Vec<_> = streams.iter().map(|stream| stream.manifest.name()).collect();
        base.retain(|view| view.get("title").and_then(Value::as_str).is_some_and(|title| names.contains(&title)));
        allowances = allowances.within(&names);
    }
    let findings = compare_all(&base, &head, &options).map_err(|error| problem(error.to_string()))?;
    let verdict = allowances.apply(findings, Day::today());

    print(&match format {
        Format::Github => verdict.annotations(&places(cli.root(), &streams, args.value("--allow-file"))),
        Format::Text if has_colours() => verdict.render(Format::ColouredText),
        _ => verdict.render(format),
    })?;
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

/// Where the types of the streams are, as far as it is known. What is beside the repository's root has a longer path
/// in the repository than in the workspace.
fn places(root: &Path, streams: &[Selected<'_>], allow_file: Option<&str>) -> Places {
    let prefix = git::git(root, &["rev-parse", "--show-prefix"]).unwrap_or_default();
    // None of a file that is not below the workspace's root.
    let path = |file: &Path| {
        let below = file.strip_prefix(root).unwrap_or(file).components();
        let part = |part: Component<'_>| match part {
            Component::Normal(name) => Some(name.to_string_lossy().into_owned()),
            _ => None,
        };
        let parts: Option<Vec<_>> = below.filter(|part| *part != Component::CurDir).map(part).collect();
        Some(format!("{}{}", prefix.trim_end_matches('\n'), parts?.join("/")))
    };
    let sources = Sources::read(root);
    let place = |stream: &Selected<'_>| {
        let found = sources.find(stream.rust)?;
        Some((stream.manifest.name().to_owned(), (path(&found.file)?, found.line)))
    };
    Places {
        streams: streams.iter().filter_map(place).collect(),
        allowances: path(Path::new(allow_file.unwrap_or(ALLOW_FILE))),
    }
}

fn has_colours() -> bool {
    io::stdout().is_terminal() && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// Something that is wrong, and not with the arguments.
fn problem(text: String) -> Failure {
    Failure::Io(io::Error::other(text))
}

#[cfg(test)]
mod tests {
    use super::super::super::registry::Registry;
    use super::*;

    #[derive(sse_derive::SseEvent)]
    #[sse(crate = "crate")]
    #[expect(dead_code, reason = "only the type is used")]
    enum Feed {
        Tick(u8),
    }

    #[derive(sse_derive::SseEvent)]
    #[sse(crate = "crate")]
    #[expect(dead_code, reason = "only the type is used")]
    enum Twice {
        Tick(u8),
    }

    #[test]
    fn places_are_those_in_the_repository() {
        let repository = env::temp_dir().join(format!("sse-core-places-{}", std::process::id()));
        let root = repository.join("server");
        fs::create_dir_all(root.join("events/src")).unwrap();
        fs::write(root.join("Cargo.toml"), "[workspace]\n").unwrap();
        let source = "#[derive(SseEvent)]\nenum Twice {}\n#[derive(SseEvent)]\npub enum Feed {}\n";
        fs::write(root.join("events/src/lib.rs"), source).unwrap();
        fs::write(root.join("events/src/other.rs"), "#[derive(SseEvent)]\nenum Twice {}\n").unwrap();
        let registry = Registry::new().stream_named::<Feed>("lobby", "/lobby").stream::<Twice>("/twice");
        let places = || places(&root, &registry.select(&[]).unwrap(), None);

        let (alone, initialised) = (places(), git::git(&repository, &["init", "--quiet"]));
        let within = places();
        fs::remove_dir_all(&repository).unwrap();
        assert_eq!(initialised, Ok(String::new()));
        for (places, prefix) in [(alone, ""), (within, "server/")] {
            let of_lobby = ("Lobby".to_owned(), (format!("{prefix}events/src/lib.rs"), 4));
            assert_eq!(places.streams.into_iter().collect::<Vec<_>>(), [of_lobby]);
            assert_eq!(places.allowances, Some(format!("{prefix}sse-compat.toml")));
        }
    }
}
