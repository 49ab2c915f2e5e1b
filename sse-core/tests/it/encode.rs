//! Payloads that a serializer has broken into lines, and ids that cannot be sent.

#![expect(clippy::unwrap_used, reason = "a helper that fails fails the test")]

use serde_json::value::RawValue;
use serde_json::{Value, json};
use sse_core::event::{DataSink, EncodeErrorKind};
use sse_core::event::{EncodeError, EventFields};
use sse_core::{Decoder, Event, EventName, SseEvent, wire};

#[derive(SseEvent)]
#[sse(no_schema)]
enum Feed {
    /// JSON as it came from elsewhere.
    Raw(Box<RawValue>),
    Within {
        raw: Box<RawValue>,
    },
    #[sse(text)]
    Text(String),
    Labelled {
        #[sse(id)]
        #[serde(skip)]
        id: String,
    },
}

/// An event whose payload is written by hand, as JSON that people can read.
struct Pretty<'a>(&'a Value);

impl SseEvent for Pretty<'_> {
    fn fields(&self) -> Result<EventFields, EncodeError> {
        Ok(EventFields::new(const { EventName::from_static("pretty") }))
    }

    fn write_data(&self, sink: &mut DataSink<'_>) -> Result<(), EncodeError> {
        // With `#` it is displayed with line ends.
        sink.text(&format_args!("{:#}", self.0))
    }
}

/// Encodes the event; expects these bytes, and that data when they are received.
#[track_caller]
fn check<E: SseEvent>(event: &E, wire: &str, data: &str) {
    let frame = wire::encode(event).unwrap();
    assert_eq!(frame, wire);
    let mut out = b"data: before\n\n".to_vec();
    wire::encode_into(event, &mut out).unwrap();
    assert_eq!(out.strip_prefix(b"data: before\n\n"), Some(frame.as_bytes()));
    let received = Decoder::new().decode(&mut frame.as_bytes()).unwrap().unwrap();
    assert_eq!((&*received.data, received.name.as_str()), (data, frame.name()));
}

#[test]
fn raw_json_keeps_its_line_ends() {
    let raw = |json: &str| RawValue::from_string(json.to_owned()).unwrap();
    check(
        &Feed::Raw(raw("{\r\n  \"a\": [1,\r2]\n\n}")),
        "event: Raw\ndata: {\ndata:   \"a\": [1,\ndata: 2]\ndata:\ndata: }\n\n",
        "{\n  \"a\": [1,\n2]\n\n}",
    );
    check(&Feed::Within { raw: raw("[\n]") }, "event: Within\ndata: {\"raw\":[\ndata: ]}\n\n", "{\"raw\":[\n]}");
    // Within strings serde_json escapes what would end a line, and only that.
    let text = serde_json::value::to_raw_value("a\r\n\0\u{2028}\u{FEFF}").unwrap();
    let json = "\"a\\r\\n\\u0000\u{2028}\u{FEFF}\"";
    check(&Feed::Raw(text), &format!("event: Raw\ndata: {json}\n\n"), json);
}

#[test]
fn json_for_people_is_a_line_of_data_for_each_of_its_lines() {
    let value = json!({"a": [1], "b": {}});
    let pretty = serde_json::to_string_pretty(&value).unwrap();
    let lines = "data: {\ndata:   \"a\": [\ndata:     1\ndata:   ],\ndata:   \"b\": {}\ndata: }\n\n";
    check(&Pretty(&value), &format!("event: pretty\n{lines}"), &pretty);
    check(&Feed::Text(pretty.clone()), &format!("event: Text\n{lines}"), &pretty);
    assert_eq!(Event::new(pretty).encode(), lines);
}

#[test]
fn data_comes_back_but_for_the_kind_of_its_line_ends() {
    for (data, received) in [
        ("", ""),
        (" ", " "),
        ("\n", "\n"),
        ("\r\n\r\n", "\n\n"),
        ("\n\r", "\n\n"),
        ("a\r", "a\n"),
        (" a\n b ", " a\n b "),
        ("\0\u{2028}\u{85}\u{b}\u{FEFF}:", "\0\u{2028}\u{85}\u{b}\u{FEFF}:"),
        ("data: x\n\nid: 7", "data: x\n\nid: 7"),
    ] {
        let frame = Event::new(data).encode();
        check(&Feed::Text(data.to_owned()), &format!("event: Text\n{}", Text(frame.as_bytes())), received);
    }
}

/// Bytes that are text.
struct Text<'a>(&'a [u8]);

impl std::fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(str::from_utf8(self.0).unwrap())
    }
}

#[test]
fn lines_of_every_length_around_a_block_of_the_scan_come_back() {
    for len in 0..200 {
        for end in ["\n", "\r", "\r\n"] {
            let line = "x".repeat(len);
            let data = [&*line, "yy", &line, "", &line].join(end);
            let frame = Event::new(&data).encode();
            let expected = [&*line, "yy", &line, "", &line].join("\n");
            assert_eq!(Decoder::new().decode(&mut frame.as_bytes()).unwrap().unwrap().data, expected, "{len}");
        }
    }
}

#[test]
fn an_id_that_cannot_be_sent_is_an_error_that_says_which_byte() {
    let error = wire::encode(&Feed::Labelled { id: "ab\ncd".to_owned() }).unwrap_err();
    assert_eq!(error.kind(), EncodeErrorKind::Id);
    assert_eq!(error.to_string(), "an event id must not contain CR, LF or NUL: LF at byte 2");
    let error = Event::new("").name(String::from("long enough for a block\rx")).unwrap_err();
    assert_eq!((error.at(), error.byte()), (23, b'\r'));
    assert_eq!(error.to_string(), "an event name must not contain CR or LF: CR at byte 23");
    assert!(Event::new("").name("NUL\0and\ttab").is_ok());
}

#[test]
fn texts_are_given_as_they_are_at_hand() {
    let owned = String::from("a");
    let name = const { EventName::from_static("n") };
    let borrowed = Event::new(&owned).name(&name).unwrap().id(&owned).unwrap();
    let event: Event<'static> = Event::new(owned.clone()).name(name.clone()).unwrap().id("a").unwrap();
    assert_eq!(borrowed, event);
    assert_eq!(borrowed.clone().into_owned().encode(), event.encode());
    assert_eq!(event.name("").unwrap(), Event::new("a").name("message").unwrap().id("a").unwrap());
}
