//! Our decoder keeps the laws, and they find what others get wrong.

use alloc::string::String;
use alloc::vec::Vec;

use super::*;
use crate::event::{DataSink, EncodeError, Event, EventFields, EventName, SseEvent};
use crate::laws::LawBroken;
use crate::wire::{LimitKind, Limits};

const STREAM: &[u8] =
    b"\xEF\xBB\xBFid: 1\nevent: e\r\ndata: a\rdata: \xF0\x9F\r\n\r\nid: 2\n\nretry: 7\ndata\r\rdata: lost";

/// What is seen of a broken law.
#[track_caller]
fn finding(law: &str, outcome: Result<(), LawBroken>) -> String {
    let broken = outcome.expect_err("the law should be broken");
    assert_eq!(broken.law(), law);
    broken.what().into()
}

#[test]
fn the_decoder_of_this_crate_keeps_the_laws() {
    let chunks: Vec<&[u8]> = STREAM.chunks(3).collect();
    let limits = Limits::none().line(9).event(4);
    events_are_the_standards(by_decode(Limits::new()), &chunks).unwrap();
    nothing_waits(by_decode(Limits::new()), &chunks).unwrap();
    cuts_change_nothing(by_decode(Limits::new()), STREAM).unwrap();
    limits_are_kept(by_decode(limits), &chunks, 9, 4).unwrap();
    limits_are_kept(by_decode_ref(limits), &chunks, 9, 4).unwrap();
    limits_are_kept(by_turns(limits), &chunks, 9, 4).unwrap();
}

#[test]
fn the_standard_is_followed_word_for_word() {
    let received = standard(STREAM);
    let events: Vec<_> = received.events.iter().flatten().map(|event| (event.name.as_str(), &*event.data)).collect();
    assert_eq!(events, [("e", "a\n\u{FFFD}"), ("message", "")]);
    assert_eq!((received.retry, &*received.last_event_id), (Some(7), "2"));
}

#[test]
fn the_limits_count_bytes_as_they_come() {
    let kinds = |stream: &[u8], line, event| -> Vec<_> {
        standard_within(stream, line, event).events.into_iter().map(|one| one.map(|event| event.data.len())).collect()
    };
    // Three bytes that are one character, and one that becomes three.
    assert_eq!(kinds("data: €\n\n".as_bytes(), 9, 3), [Ok(3)]);
    assert_eq!(kinds("data: €\n\n".as_bytes(), 8, 3), [Err(LimitKind::Line)]);
    assert_eq!(kinds(b"data: \xFF\n\n", 7, 1), [Ok(3)]);
    assert_eq!(kinds(b"data: \xFF\ndata\n\n", 7, 1), [Err(LimitKind::Event)]);
    assert_eq!(kinds(b"\xEF\xBB\xBFdata\n\n", 4, 0), [Ok(0)]);
    assert_eq!(kinds(b"\xEF\xBB", 0, 0), []);
    assert_eq!(kinds(b"data", 3, 0), [Err(LimitKind::Line)]);
}

#[test]
fn a_decoder_that_knows_no_byte_order_mark_is_found() {
    let decode = |chunks: &[&[u8]]| standard(&[b":\n", &*chunks.concat()].concat());
    let found = finding("events_are_the_standards", events_are_the_standards(decode, &[b"\xEF\xBB\xBFdata\n\n"]));
    assert_eq!(
        found,
        r#"event 0 is missing, not "message" with data "" and last event ID "", of the chunks "\xef\xbb\xbfdata\n\n""#
    );
}

#[test]
fn a_decoder_that_waits_for_the_byte_behind_a_cr_is_found() {
    let decode = |chunks: &[&[u8]]| {
        let stream = chunks.concat();
        standard(stream.strip_suffix(b"\r").unwrap_or(&stream))
    };
    events_are_the_standards(decode, &[STREAM]).unwrap();
    finding("nothing_waits", nothing_waits(decode, &[b"data\n", b"\r", b"\n"]));
}

#[test]
fn a_decoder_that_takes_a_chunk_for_a_line_is_found() {
    let decode = |chunks: &[&[u8]]| standard(&chunks.join(&b'\n'));
    finding("cuts_change_nothing", cuts_change_nothing(decode, STREAM));
}

#[test]
fn a_limit_that_is_off_by_one_is_found() {
    let decode = by_decode(Limits::none().line(99).event(5));
    finding("limits_are_kept", limits_are_kept(&decode, &[b"data: abcde\n\n"], 99, 4));
    let decode = by_decode(Limits::none().line(10).event(9));
    finding("limits_are_kept", limits_are_kept(&decode, &[b"data: abcd\n\n"], 9, 9));
}

#[test]
fn events_come_back_with_every_field_that_they_have() {
    let event = Event::new("a\r\nb\n").name("e").unwrap().id("1").unwrap().retry(u64::MAX).with_comment("c\rd");
    events_come_back(&[event, Event::new(""), Event::comment(""), Event::default()]).unwrap();
}

#[test]
fn a_typed_event_that_is_not_what_it_says_is_found() {
    struct Tick;
    impl SseEvent for Tick {
        fn fields(&self) -> Result<EventFields, EncodeError> {
            Ok(EventFields::new(EventName::from_static("tick")))
        }
        fn write_data(&self, sink: &mut DataSink<'_>) -> Result<(), EncodeError> {
            sink.push_str("a\r\nb");
            Ok(())
        }
    }
    a_typed_event_comes_back(&Tick, "a\nb").unwrap();
    finding("a_typed_event_comes_back", a_typed_event_comes_back(&Tick, "a\n\nb"));
}

#[test]
fn a_text_is_legal_or_refused_by_its_first_illegal_byte() {
    for text in ["", "a", "é\r", "\n", "a\0b\n", "\r\n", "\u{2028}"] {
        a_text_is_legal_or_refused(text).unwrap();
    }
}
