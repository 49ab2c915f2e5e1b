//! `encode`: JSON lines on standard input, an event stream on standard output.

use std::error::Error;
use std::io::{BufRead, Read as _, Write};
use std::process::ExitCode;

use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use sse_core::Event;
use sse_core::wire::EventFrame;

/// How long a line may be.
const LONGEST: u64 = 64 << 20;

/// What one line holds: what `decode` prints, and a comment.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Line {
    event: Option<String>,
    id: Option<String>,
    retry: Option<u64>,
    #[serde(deserialize_with = "any")]
    data: Option<Box<RawValue>>,
    comment: Option<String>,
    /// When `decode` has seen it.
    #[serde(rename = "time")]
    _time: IgnoredAny,
    /// What `decode` had to say of it.
    #[serde(rename = "violations")]
    _violations: IgnoredAny,
}

/// JSON `null` is data too.
fn any<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Box<RawValue>>, D::Error> {
    Box::<RawValue>::deserialize(deserializer).map(Some)
}

/// Writes each line's bytes before the next is read, so that what is before a mistake is not lost.
pub(crate) fn run(input: &mut impl BufRead, output: &mut impl Write) -> Result<ExitCode, Box<dyn Error>> {
    let mut line = Vec::new();
    for number in 1_u64.. {
        line.clear();
        if (&mut *input).take(LONGEST).read_until(b'\n', &mut line)? == 0 {
            break;
        }
        if !line.trim_ascii().is_empty() {
            let frame = frame(&line).map_err(|problem| format!("line {number}: {problem}"))?;
            output.write_all(frame.as_bytes())?;
            output.flush()?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn frame(line: &[u8]) -> Result<EventFrame, Box<dyn Error>> {
    // An array of values would do for serde.
    if !line.trim_ascii_start().starts_with(b"{") {
        return Err("it is no JSON object".into());
    }
    let Line { event, id, retry, data, comment, .. } = serde_json::from_slice(line)?;
    let mut frame = match &data {
        // A string is the data; anything else is JSON, as it stands.
        Some(data) if data.get().starts_with('"') => Event::new(serde_json::from_str::<String>(data.get())?),
        Some(data) => Event::new(data.get()),
        None => Event::default(),
    };
    if let Some(name) = event {
        frame = frame.name(name)?;
    }
    if let Some(id) = id {
        frame = frame.id(id)?;
    }
    if let Some(millis) = retry {
        frame = frame.retry(millis);
    }
    if let Some(comment) = comment {
        frame = frame.with_comment(comment);
    }
    Ok(frame.encode())
}

#[cfg(test)]
mod tests {
    use std::iter;

    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use serde_json::Value;
    use sse_core::{DecodedEvent, Decoder};

    use super::*;
    use crate::print::{Printer, Style};

    fn encode(lines: &str) -> (String, Option<String>) {
        let mut output = Vec::new();
        let error = run(&mut lines.as_bytes(), &mut output).err().map(|error| error.to_string());
        (String::from_utf8(output).unwrap(), error)
    }

    #[test]
    fn each_line_is_a_block() {
        let lines = r#"{"event":"tick","id":"7","retry":500,"data":{"cents": 1.0},"comment":"hi"}

            {"data":"two\nlines"}
            {"data":null}
            {"data":"\"a\"","time":"2026-01-02T22:59:59.007Z"}
            {"data":""}
            {"id":""}
            {"comment":"alone"}"#;
        let stream = ": hi\nid: 7\nevent: tick\nretry: 500\ndata: {\"cents\": 1.0}\n\n\
            data: two\ndata: lines\n\n\
            data: null\n\n\
            data: \"a\"\n\n\
            data:\n\n\
            id:\n\n\
            : alone\n\n";
        assert_eq!(encode(lines), (stream.to_owned(), None));
    }

    /// What a stream decodes to, with JSON as it is without space around its tokens.
    fn decode(stream: &[u8]) -> (Vec<DecodedEvent>, String, Option<u64>) {
        let (mut decoder, mut input) = (Decoder::new(), stream);
        let mut events: Vec<_> = iter::from_fn(|| decoder.decode(&mut input).unwrap()).collect();
        for event in &mut events {
            match serde_json::from_str(&event.data) {
                Ok(Value::String(_)) | Err(_) => {}
                Ok(json) => event.data = json.to_string(),
            }
        }
        (events, decoder.last_event_id().to_owned(), decoder.retry())
    }

    #[test]
    fn what_decode_prints_encode_writes() {
        let vectors = include_bytes!("../../../sse-core/conformance/vectors/public.json");
        for vector in serde_json::from_slice::<Vec<Value>>(vectors).unwrap() {
            let stream = STANDARD.decode(vector["input_base64"].as_str().unwrap()).unwrap();
            let mut lines = Vec::new();
            crate::decode::run(&mut stream.as_slice(), Printer::new(&mut lines, Style::Lines), None).unwrap();
            let lines = String::from_utf8(lines).unwrap();
            let (again, error) = encode(&lines);
            assert_eq!((decode(again.as_bytes()), error), (decode(&stream), None), "{}: {lines}", vector["name"]);
        }
    }

    #[test]
    fn a_mistake_is_named_by_its_line_and_loses_nothing_before_it() {
        for (line, problem) in [
            ("{", "line 3: EOF while parsing"),
            ("[]", "line 3: it is no JSON object"),
            (r#"{"evnt":"a"}"#, "line 3: unknown field `evnt`, expected one of `event`, `id`"),
            (r#"{"id":"a\nb"}"#, "line 3: an event id must not contain CR, LF or NUL"),
            (r#"{"event":"a\rb"}"#, "line 3: an event name must not contain CR or LF"),
            (r#"{"retry":-1}"#, "line 3: invalid value: integer `-1`"),
        ] {
            let (stream, error) = encode(&format!("{{\"data\":1}}\n\n{line}\n{{\"data\":2}}\n"));
            assert_eq!(stream, "data: 1\n\n");
            let error = error.unwrap();
            assert!(error.starts_with(problem), "{error}");
        }
    }
}
