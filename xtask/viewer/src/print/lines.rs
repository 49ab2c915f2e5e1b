//! JSON lines.

use std::io::{self, Write};

use jiff::Zoned;
use jiff::tz::TimeZone;
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::{Item, json};
use crate::schema::Violation;

#[derive(Default, Serialize)]
struct Line<'a> {
    time: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Data<'a>>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    violations: &'a [Violation],
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'a str>,
    #[serde(flatten)]
    facts: Option<&'a Value>,
}

/// A string is the data itself. Anything else is the JSON that the data is, with the numbers and the order that it has.
#[derive(Serialize)]
#[serde(untagged)]
enum Data<'a> {
    Json(Box<RawValue>),
    Text(&'a str),
}

impl<'a> Data<'a> {
    fn of(data: &'a str) -> Self {
        match json::value(data) {
            Some(json) if !json.starts_with('"') => {
                // Line ends are between the tokens of JSON, never within.
                RawValue::from_string(json.replace('\n', " ")).map_or(Self::Text(data), Self::Json)
            }
            _ => Self::Text(data),
        }
    }
}

pub(super) fn write(output: &mut impl Write, now: &Zoned, item: Item<'_>) -> io::Result<()> {
    let time = now.with_time_zone(TimeZone::UTC).strftime("%FT%T%.3fZ").to_string();
    let line = Line { time, ..Line::default() };
    let line = match item {
        Item::Event { name, id, data, violations } => {
            Line { event: Some(name), id, data: Some(Data::of(data)), violations, ..line }
        }
        Item::Id(id) => Line { id: Some(id), ..line },
        Item::Retry(millis) => Line { retry: Some(millis), ..line },
        Item::Note(note) => Line { note: Some(note.kind), facts: Some(&note.facts), ..line },
    };
    serde_json::to_writer(&mut *output, &line)?;
    writeln!(output)
}
