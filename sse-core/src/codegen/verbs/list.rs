//! `list`: what the streams are, and which types were forgotten.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use std::process::ExitCode;

use serde_json::Value;

use super::super::args::{Args, Flags};
use super::super::cli::Cli;
use super::super::error::CodegenError;
use super::super::options::Options;
use super::super::registry::{Registry, Selected};
use super::super::sources::Sources;
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
    output::print(&text(cli.registry(), &only)?)?;
    if only.is_empty() {
        output::say(&warnings(cli)?);
    }
    Ok(ExitCode::SUCCESS)
}

/// The streams, and what their types cannot say.
fn text(registry: &Registry, only: &[String]) -> Result<String, CodegenError> {
    let mut out = String::new();
    for stream in registry.select(only)? {
        let Selected { path, rust, manifest, .. } = stream;
        out += &format!("{}  {path}  ({rust})\n{}", manifest.name(), table(manifest.events()));
    }
    let options = only.iter().fold(Options::new(), Options::only);
    let notes = registry.diagnostics(&options)?;
    if !notes.is_empty() {
        out += "\nwhat types cannot say:\n";
    }
    for note in notes {
        out += &format!("  {note}\n");
    }
    Ok(out)
}

/// The types that were forgotten.
fn warnings(cli: &Cli) -> Result<String, CodegenError> {
    let registered = cli.registry().select(&[])?;
    let sources = Sources::read(cli.root());
    let forgotten = sources.others(registered.iter().map(|stream| stream.rust));
    let line = |found| format!("warning: {found} derives `SseEvent`, and no stream is registered for it\n");
    Ok(forgotten.into_iter().map(line).collect())
}

/// A line for each event: its name, its encoding, the type of its payload, and what else it says.
fn table(events: &[EventSchema]) -> String {
    let widest = |column: fn(&EventSchema) -> usize| events.iter().map(column).max().unwrap_or_default();
    let name = widest(|event| event.name.chars().count());
    let encoding = widest(|event| event.payload.encoding().len());
    let payload = widest(|event| payload(event).chars().count());
    let line = |event: &EventSchema| {
        let mut facts = Vec::new();
        facts.extend(event.id.then(|| "id".to_owned()));
        facts.extend(event.retry.map(|millis| format!("retry {millis} ms")));
        facts.extend(event.terminal.then(|| "terminal".to_owned()));
        facts.extend(event.deprecated.then(|| "deprecated".to_owned()));
        let line = format!(
            "  {:name$}  {:encoding$}  {:payload$}  {}",
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
    match &event.payload {
        PayloadSchema::Json(schema) => in_words(schema.as_value()),
        _ => String::new(),
    }
}

/// `Trade`, `string or null`.
fn in_words(schema: &Value) -> String {
    if let Some(name) = schema.get("$ref").and_then(Value::as_str).and_then(definition_of) {
        return name;
    }
    match schema.get("type") {
        Some(Value::String(kind)) => kind.clone(),
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" or "),
        _ => "any".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::{env, fs};

    use super::*;

    #[derive(schemars::JsonSchema, serde::Serialize)]
    struct Trade {
        at: u64,
        deltas: Vec<Option<i64>>,
    }

    /// What a desk sees.
    #[derive(sse_derive::SseEvent)]
    #[sse(crate = "crate", rename_all = "kebab-case")]
    #[expect(dead_code, reason = "only the type is used")]
    enum Desk {
        Trade(Trade),
        Last(Option<Trade>),
        Price {
            #[sse(id)]
            id: String,
            cents: u32,
        },
        Count(u64),
        Note(Option<String>),
        #[sse(text, retry = 1500)]
        Log(String),
        #[sse(bytes = "base64")]
        Blob(Vec<u8>),
        #[deprecated]
        Ping,
        #[sse(event = "message")]
        Other(Value),
        #[sse(terminal, retry = 500)]
        Closed(bool),
    }

    #[derive(sse_derive::SseEvent)]
    #[sse(crate = "crate")]
    #[expect(dead_code, reason = "only the type is used")]
    enum Rooms {
        Joined(String),
    }

    const DESK: &str = "\
Desk  /desk  (sse_core::codegen::verbs::list::tests::Desk)
  trade    json    Trade
  last     json    DeskLastData
  price    json    DeskPriceData   id
  count    json    integer
  note     json    string or null
  log      text                    retry 1500 ms
  blob     base64
  ping     empty                   deprecated
  message  json    any
  closed   json    boolean         retry 500 ms, terminal
";
    const LOBBY: &str = "\
Lobby  /rooms/{room}/events  (sse_core::codegen::verbs::list::tests::Rooms)
  Joined  json  string
";
    const NOTES: &str = "
what types cannot say:
  Desk #/$defs/Trade/properties/at: an integer that may exceed 2^53, which JSON.parse rounds: see `--int64`
  Desk #/$defs/Trade/properties/deltas: an integer that may exceed 2^53, which JSON.parse rounds: see `--int64`
  Desk event \"count\": an integer that may exceed 2^53, which JSON.parse rounds: see `--int64`
";

    fn registry() -> Registry {
        Registry::new().stream::<Desk>("/desk").stream_named::<Rooms>("lobby", "/rooms/{room}/events")
    }

    #[test]
    fn all_that_is_known_of_an_event_is_listed() {
        assert_eq!(text(&registry(), &[]).unwrap(), format!("{DESK}{LOBBY}{NOTES}"));
    }

    #[test]
    fn streams_can_be_listed_alone() {
        assert_eq!(text(&registry(), &["desk".to_owned()]).unwrap(), format!("{DESK}{NOTES}"));
        assert_eq!(text(&registry(), &["lobby".to_owned()]).unwrap(), LOBBY);
    }

    #[test]
    fn types_without_a_stream_are_warned_of() {
        let root = env::temp_dir().join(format!("sse-core-list-{}", std::process::id()));
        fs::create_dir_all(root.join("src")).unwrap();
        fs::write(root.join("Cargo.toml"), "[workspace]\n").unwrap();
        let source = "#[derive(SseEvent)]\nenum Desk {}\n\n#[derive(Clone, SseEvent)]\npub struct Forgotten;\n";
        fs::write(root.join("src/events.rs"), source).unwrap();
        let warned = warnings(&Cli::new(&root).stream::<Desk>("/desk"));
        fs::remove_dir_all(&root).unwrap();
        assert_eq!(
            warned.unwrap(),
            "warning: src/events.rs:5: `Forgotten` derives `SseEvent`, and no stream is registered for it\n"
        );
    }
}
