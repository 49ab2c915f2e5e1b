//! What is not in the payload: ids and reconnection times.

use std::str::FromStr;
use std::time::Duration;

use sse_core::event::DecodeErrorKind;
use sse_core::{Decoder, SseDecode, SseEvent};

use super::{becomes, comes_back, decode, fails};

#[derive(Debug, PartialEq, SseEvent, SseDecode)]
#[sse(no_schema)]
enum Numbered {
    Kept {
        #[sse(id)]
        seq: u64,
    },
    Hidden {
        #[sse(id)]
        #[serde(skip)]
        seq: u64,
        text: String,
    },
    OneWay {
        #[sse(id)]
        #[serde(skip_serializing)]
        seq: u64,
    },
    OtherWay {
        #[sse(id)]
        #[serde(skip_deserializing)]
        seq: u64,
    },
    Perhaps(
        #[sse(id)]
        #[serde(skip)]
        Option<u16>,
        u8,
    ),
    Alone(
        #[sse(id)]
        #[serde(skip)]
        Key,
    ),
    #[sse(text)]
    Itself(#[sse(id)] u8),
    #[sse(text)]
    Line {
        #[sse(id)]
        #[serde(skip)]
        number: Option<String>,
        line: String,
    },
}

/// An id of the user's, of which there is no default.
#[derive(Debug, PartialEq)]
pub(super) struct Key(pub(super) char);

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(&self.0, f)
    }
}

impl FromStr for Key {
    type Err = std::char::ParseCharError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

#[test]
fn an_id_comes_from_the_payload_or_from_the_last_event_id() {
    for event in [
        Numbered::Kept { seq: 7 },
        Numbered::Hidden { seq: 7, text: "x".to_owned() },
        Numbered::OneWay { seq: 7 },
        Numbered::OtherWay { seq: 7 },
        Numbered::Perhaps(Some(7), 1),
        Numbered::Perhaps(None, 1),
        Numbered::Alone(Key('k')),
        Numbered::Itself(5),
        Numbered::Line { number: Some("a b".to_owned()), line: "x".to_owned() },
        Numbered::Line { number: None, line: "x".to_owned() },
    ] {
        comes_back(&event);
    }
    // In the payload it is, whatever the id.
    assert_eq!(decode("id: 1\nevent: Kept\ndata: {\"seq\":2}\n\n"), Ok(Some(Numbered::Kept { seq: 2 })));
}

#[test]
fn an_id_that_does_not_parse_is_an_error() {
    fails::<Numbered>(
        "id: x\nevent: Hidden\ndata: {\"text\":\"\"}\n\n",
        DecodeErrorKind::Id,
        "the last event ID is not the id of `Hidden`: invalid digit found in string",
    );
    fails::<Numbered>(
        "event: Hidden\ndata: {\"text\":\"\"}\n\n",
        DecodeErrorKind::Id,
        "the last event ID is not the id of `Hidden`: cannot parse integer from empty string",
    );
    fails::<Numbered>(
        "id: -1\nevent: Perhaps\ndata: [1]\n\n",
        DecodeErrorKind::Id,
        "the last event ID is not the id of `Perhaps`: invalid digit found in string",
    );
}

#[test]
fn an_event_without_an_id_has_that_of_the_one_before() {
    let mut wire =
        &b"id: 7\nevent: Perhaps\ndata: [1]\n\nevent: Perhaps\ndata: [2]\n\nid\nevent: Perhaps\ndata: [3]\n\n"[..];
    let mut decoder = Decoder::new();
    for expected in [Numbered::Perhaps(Some(7), 1), Numbered::Perhaps(Some(7), 2), Numbered::Perhaps(None, 3)] {
        let event = decoder.decode(&mut wire).unwrap().unwrap();
        assert_eq!(Numbered::decode(event.as_ref()), Ok(Some(expected)));
    }
}

#[test]
fn a_reconnection_time_is_not_part_of_an_event() {
    #[derive(Debug, PartialEq, SseEvent, SseDecode)]
    enum Busy {
        Bare(#[sse(retry)] Duration),
        Perhaps {
            #[sse(retry)]
            wait: Option<Duration>,
            why: String,
        },
        Default(
            u8,
            #[sse(retry)]
            #[serde(default = "minute")]
            Duration,
        ),
    }
    fn minute() -> Duration {
        Duration::from_mins(1)
    }
    let second = Duration::from_secs(1);
    becomes(&Busy::Bare(second), &Busy::Bare(Duration::ZERO));
    becomes(
        &Busy::Perhaps { wait: Some(second), why: "x".to_owned() },
        &Busy::Perhaps { wait: None, why: "x".to_owned() },
    );
    becomes(&Busy::Default(1, second), &Busy::Default(1, minute()));
}
