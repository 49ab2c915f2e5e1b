//! Text for people.

use std::io::{self, Write};

use jiff::Zoned;

use super::plain::plain;
use super::{Item, json};

/// Text, with the codes of ECMA-48 or without.
#[derive(Debug)]
pub(super) struct Text {
    bold: &'static str,
    dim: &'static str,
    red: &'static str,
    yellow: &'static str,
    cyan: &'static str,
    end: &'static str,
}

impl Text {
    pub(super) const fn new(colour: bool) -> Self {
        if colour {
            let (bold, dim, red) = ("\x1b[1m", "\x1b[2m", "\x1b[31m");
            Self { bold, dim, red, yellow: "\x1b[33m", cyan: "\x1b[36m", end: "\x1b[0m" }
        } else {
            Self { bold: "", dim: "", red: "", yellow: "", cyan: "", end: "" }
        }
    }

    pub(super) fn write(&self, output: &mut impl Write, now: &Zoned, item: Item<'_>) -> io::Result<()> {
        let Self { bold, dim, red, yellow, cyan, end } = self;
        write!(output, "{dim}{}{end}  ", now.strftime("%T%.3f"))?;
        match item {
            Item::Event { name, id, data, violations } => {
                write!(output, "{bold}{}{end}", plain(name))?;
                if let Some(id) = id {
                    write!(output, "  {yellow}#{}{end}", plain(id))?;
                }
                writeln!(output, "{}", self.data(data))?;
                for violation in violations {
                    writeln!(output, "    {red}against the schema: {}{end}", plain(&violation.to_string()))?;
                }
                Ok(())
            }
            Item::Id(id) => writeln!(output, "{yellow}#{}{end}", plain(id)),
            Item::Retry(millis) => writeln!(output, "{dim}reconnection time: {millis} ms{end}"),
            Item::Note(note) => {
                let colour = if note.amiss { red } else { cyan };
                writeln!(output, "{colour}{}{end}", plain(&note.text))
            }
        }
    }

    /// The data, behind the name if it is one line, below if it is more.
    fn data(&self, data: &str) -> String {
        let lines: Vec<String> = match json::value(data) {
            Some(json) => json::pretty(json, [self.cyan, self.end]).lines().map(str::to_owned).collect(),
            None => data.split('\n').map(|line| plain(line).into_owned()).collect(),
        };
        match &*lines {
            [line] if line.is_empty() => String::new(),
            [line] => format!("  {line}"),
            lines => format!("\n    {}", lines.join("\n    ")),
        }
    }
}
