//! What is printed, to the byte.

use jiff::civil::date;
use jiff::tz::{TimeZone, offset};
use serde_json::json;
use sse_core::Decoder;

use super::*;

/// A second before midnight, an hour east of Greenwich.
fn now() -> Zoned {
    date(2026, 1, 2).at(23, 59, 59, 7_000_000).to_zoned(TimeZone::fixed(offset(1))).unwrap()
}

fn print(style: Style, stream: &str, violations: &[Violation]) -> String {
    let mut output = Vec::new();
    let mut printer = Printer::with_clock(&mut output, style, now);
    let (mut decoder, mut input) = (Decoder::new(), stream.as_bytes());
    while let Some(event) = decoder.decode(&mut input).unwrap() {
        printer.event(&event, violations).unwrap();
    }
    printer.retry(decoder.retry()).unwrap();
    printer.retry(decoder.retry()).unwrap();
    printer.last_event_id(decoder.last_event_id()).unwrap();
    printer
        .note(&Note { kind: "closed", facts: json!({ "status": 204 }), text: "closed: 204\x07".into(), amiss: true })
        .unwrap();
    printer.flush().unwrap();
    drop(printer);
    String::from_utf8(output).unwrap()
}

const STREAM: &str = "data: plain\n\n\
    event: tick\nid: 7\ndata: {\"b\": 1.0,\ndata: \"a\":12345678901234567890}\n\n\
    event: text\nid\ndata: \"a\"\n\n\
    data: a\x1b[31m\ndata: b\n\n\
    data\n\n\
    retry: 500\nid: 8\n\n";

#[test]
fn lines_are_json_with_the_data_as_it_came() {
    let violation = Violation::new("/data", "no");
    assert_eq!(
        print(Style::Lines, STREAM, &[]),
        r#"{"time":"2026-01-02T22:59:59.007Z","event":"message","data":"plain"}
{"time":"2026-01-02T22:59:59.007Z","event":"tick","id":"7","data":{"b": 1.0, "a":12345678901234567890}}
{"time":"2026-01-02T22:59:59.007Z","event":"text","id":"","data":"\"a\""}
{"time":"2026-01-02T22:59:59.007Z","event":"message","data":"a\u001b[31m\nb"}
{"time":"2026-01-02T22:59:59.007Z","event":"message","data":""}
{"time":"2026-01-02T22:59:59.007Z","retry":500}
{"time":"2026-01-02T22:59:59.007Z","id":"8"}
{"time":"2026-01-02T22:59:59.007Z","note":"closed","status":204}
"#
    );
    assert!(
        print(Style::Lines, "data: 1\n\n", &[violation])
            .contains(r#""data":1,"violations":[{"at":"/data","problem":"no"}]}"#)
    );
}

#[test]
fn text_is_for_people() {
    let violation = Violation::new("/data", "no");
    assert_eq!(
        print(Style::Text { colour: false }, STREAM, &[]),
        "23:59:59.007  message  plain\n\
         23:59:59.007  tick  #7  {\"b\": 1.0, \"a\": 12345678901234567890}\n\
         23:59:59.007  text  #  \"a\"\n\
         23:59:59.007  message\n    a\\u{1b}[31m\n    b\n\
         23:59:59.007  message\n\
         23:59:59.007  reconnection time: 500 ms\n\
         23:59:59.007  #8\n\
         23:59:59.007  closed: 204\\u{7}\n"
    );
    assert_eq!(
        print(Style::Text { colour: true }, "event: e\nid: 1\ndata: [{\"a\":1}]\n\n", &[violation]),
        "\x1b[2m23:59:59.007\x1b[0m  \x1b[1me\x1b[0m  \x1b[33m#1\x1b[0m  [{\x1b[36m\"a\"\x1b[0m: 1}]\n    \
         \x1b[31magainst the schema: /data: no\x1b[0m\n\
         \x1b[2m23:59:59.007\x1b[0m  \x1b[31mclosed: 204\\u{7}\x1b[0m\n"
    );
}
