//! What is printed: JSON lines for programs, text for people.

mod json;
mod lines;
mod plain;
mod text;

use std::env;
use std::io::{self, BufWriter, IsTerminal as _, Stdout, Write};

use jiff::Zoned;
use serde_json::Value;
use sse_core::DecodedEvent;

use self::text::Text;
use crate::schema::Violation;

/// How it is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// One JSON object a line.
    Lines,
    Text {
        colour: bool,
    },
}

impl Style {
    /// Text for a terminal, or if it is asked for; in colour on a terminal, unless colour is refused.
    pub(crate) fn of(output: &Stdout, pretty: Option<bool>) -> Self {
        let terminal = output.is_terminal();
        if !pretty.unwrap_or(terminal) {
            return Self::Lines;
        }
        // As no-color.org has it: any value but an empty one.
        let refused = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self::Text { colour: terminal && !refused }
    }
}

/// What is said beside the events: a connection has opened, an event was too long.
#[derive(Debug)]
pub(crate) struct Note {
    /// Its kind in JSON.
    pub(crate) kind: &'static str,
    /// Its facts in JSON, an object.
    pub(crate) facts: Value,
    /// The same for people.
    pub(crate) text: String,
    /// Whether something is amiss.
    pub(crate) amiss: bool,
}

/// One thing that is printed.
#[derive(Clone, Copy, Debug)]
enum Item<'a> {
    /// An event; with an id if it has one, or has lost the one before.
    Event {
        name: &'a str,
        id: Option<&'a str>,
        data: &'a str,
        violations: &'a [Violation],
    },
    /// The last event ID, where it changed without an event.
    Id(&'a str),
    /// The reconnection time.
    Retry(u64),
    Note(&'a Note),
}

/// Prints events and what is said beside them.
#[derive(Debug)]
pub(crate) struct Printer<W: Write> {
    output: BufWriter<W>,
    style: Style,
    now: fn() -> Zoned,
    last_event_id: String,
    retry: Option<u64>,
}

impl<W: Write> Printer<W> {
    pub(crate) fn new(output: W, style: Style) -> Self {
        Self::with_clock(output, style, Zoned::now)
    }

    fn with_clock(output: W, style: Style, now: fn() -> Zoned) -> Self {
        Self { output: BufWriter::new(output), style, now, last_event_id: String::new(), retry: None }
    }

    /// Prints an event, and how it is against the schema.
    pub(crate) fn event(&mut self, event: &DecodedEvent, violations: &[Violation]) -> io::Result<()> {
        let id = event.last_event_id.as_str();
        let said = !(id.is_empty() && self.last_event_id.is_empty());
        id.clone_into(&mut self.last_event_id);
        self.item(Item::Event { name: event.name.as_str(), id: said.then_some(id), data: &event.data, violations })
    }

    /// Prints the last event ID, unless it was printed with an event.
    pub(crate) fn last_event_id(&mut self, id: &str) -> io::Result<()> {
        if self.last_event_id == id {
            return Ok(());
        }
        id.clone_into(&mut self.last_event_id);
        self.item(Item::Id(id))
    }

    /// Prints the reconnection time, if it is another than before.
    pub(crate) fn retry(&mut self, retry: Option<u64>) -> io::Result<()> {
        match retry {
            Some(millis) if self.retry != retry => {
                self.retry = retry;
                self.item(Item::Retry(millis))
            }
            _ => Ok(()),
        }
    }

    pub(crate) fn note(&mut self, note: &Note) -> io::Result<()> {
        self.item(Item::Note(note))
    }

    /// Hands over what was printed.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }

    fn item(&mut self, item: Item<'_>) -> io::Result<()> {
        let now = (self.now)();
        match self.style {
            Style::Lines => lines::write(&mut self.output, &now, item),
            Style::Text { colour } => Text::new(colour).write(&mut self.output, &now, item),
        }
    }
}

#[cfg(test)]
mod tests;
