//! `decode`: an event stream on standard input, its events on standard output.

use std::error::Error;
use std::io::{self, Read, Write};
use std::process::ExitCode;

use sse_core::Decoder;

use crate::print::Printer;
use crate::schema::Schema;

/// Prints each event as soon as it is there. Fails if an event is lost or against the schema, but not before the end.
///
/// What is lost is said on standard error, so that the output is `encode`'s input.
pub(crate) fn run(
    input: &mut impl Read,
    mut printer: Printer<impl Write>,
    schema: Option<&Schema>,
) -> Result<ExitCode, Box<dyn Error>> {
    let mut decoder = Decoder::new();
    let mut chunk = vec![0; 64 << 10];
    let mut amiss = false;
    loop {
        let read = match input.read(&mut chunk) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(format!("standard input cannot be read: {error}").into()),
        };
        let mut bytes = chunk.get(..read).unwrap_or_default();
        loop {
            let result = decoder.decode(&mut bytes);
            printer.retry(decoder.retry())?;
            match result {
                Ok(Some(event)) => {
                    let violations = schema.map(|schema| schema.violations(&event)).unwrap_or_default();
                    amiss |= !violations.is_empty();
                    printer.event(&event, &violations)?;
                }
                Ok(None) => break,
                Err(limit) => {
                    amiss = true;
                    printer.flush()?;
                    eprintln!("an event is lost: {limit}");
                }
            }
        }
        printer.last_event_id(decoder.last_event_id())?;
        printer.flush()?;
    }
    if is_unfinished(&decoder) {
        amiss = true;
        eprintln!("an event is lost: the stream ends before its blank line");
    }
    Ok(if amiss { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Whether a blank line would have made an event.
fn is_unfinished(decoder: &Decoder) -> bool {
    matches!(decoder.clone().decode(&mut b"\n\n".as_slice()), Ok(Some(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_without_its_blank_line_is_unfinished() {
        for (stream, expect) in [
            ("", false),
            ("data: a\n\n", false),
            ("data: a\n", true),
            ("data: a\r", true),
            ("data: a\r\r", false),
            ("data", true),
            ("data: a\n\n: comment", false),
            ("id: 7\n", false),
        ] {
            let mut decoder = Decoder::new();
            let mut input = stream.as_bytes();
            while decoder.decode(&mut input).unwrap().is_some() {}
            assert_eq!(is_unfinished(&decoder), expect, "{stream:?}");
        }
    }
}
