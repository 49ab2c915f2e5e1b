//! `list`: what the streams are, and which types were forgotten.

use alloc::borrow::ToOwned;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use std::process::ExitCode;

use serde_json::Value;

use super::super::args::{Args, Flags};
use super::super::cli::Cli;
use super::super::options::Options;
use super::super::sources;
use super::{Failure, Verb, output};
use crate::schema::reference::definition_of;
use crate::schema::{EventSchema, PayloadSchema};

pub(super) const VERB: Verb = Verb {
    name: "list",
    about: "Prints the streams, their events, and what their types cannot say",
    options: "  --only NAME    this stream only; repeatable

Types that derive `SseEvent` and are no stream's are a warning: they are looked for in the text of the workspace.
",
    flags: Flags { values: &[], repeatable: &["--only"], switches: &[] },
    run,
};

fn run(cli: &Cli, args: &Args) -> Result<ExitCode, Failure> {
    let only: Vec<_> = args.values("--only").map(ToOwned::to_owned).collect();
    let mut out = String::new();
    for stream in cli.registry().select(&only)? {
        out += &format!(
            "{}  {}  ({})\n{}",
            stream.manifest.name(),
            stream.path,
            stream.rust,
            table(stream.manifest.events())
        );
    }
    let options = only.iter().fold(Options::new(), Options::only);
    let notes = cli.registry().diagnostics(&options)?;
    if !notes.is_empty() {
        out += "\nwhat types cannot say:\n";
    }
    for note in notes {
        out += &format!("  {note}\n");
    }
    output::print(&out)?;
    if only.is_empty() {
        let registered: BTreeSet<_> = cli.registry().select(&[])?.iter().map(|stream| last_word(stream.rust)).collect();
        for found in sources::derived(cli.root()).iter().filter(|found| !registered.contains(found.name.as_str())) {
            output::say(&format!("warning: {found} derives `SseEvent`, and no stream is registered for it\n"));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// A line for each event: its name, its encoding, the type of its payload, and what else it says.
fn table(events: &[EventSchema]) -> String {
    let widest = |column: fn(&EventSchema) -> usize| events.iter().map(column).max().unwrap_or_default();
    let name = widest(|event| event.name.chars().count());
    let payload = widest(|event| payload(event).chars().count());
    let line = |event: &EventSchema| {
        let mut facts = Vec::new();
        facts.extend(event.id.then(|| "id".to_owned()));
        facts.extend(event.retry.map(|millis| format!("retry {millis} ms")));
        facts.extend(event.terminal.then(|| "terminal".to_owned()));
        facts.extend(event.deprecated.then(|| "deprecated".to_owned()));
        let line = format!(
            "  {:name$}  {:6}  {:payload$}  {}",
            event.name,
            event.payload.encoding(),
            self::payload(event),
            facts.join(", ")
        );
        line.trim_end().to_owned() + "\n"
    };
    events.iter().map(line).collect()
}

/// The name of the payload's type, or what JSON calls it.
fn payload(event: &EventSchema) -> String {
    let PayloadSchema::Json(schema) = &event.payload else {
        return String::new();
    };
    let reference = schema.get("$ref").and_then(Value::as_str).and_then(definition_of);
    let kind = || match schema.get("type") {
        Some(Value::String(kind)) => kind.clone(),
        Some(kinds @ Value::Array(_)) => kinds.to_string(),
        _ => "any".to_owned(),
    };
    reference.unwrap_or_else(kind)
}

/// `Feed` of `my_events::feed::Feed<my_events::Money>`.
fn last_word(path: &str) -> &str {
    let path = path.split_once('<').map_or(path, |(path, _)| path);
    path.rsplit("::").next().unwrap_or(path)
}
