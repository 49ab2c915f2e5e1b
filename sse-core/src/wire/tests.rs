//! What a decoder does with each byte of the grammar, and with too many of them.

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use alloc::{format, vec};

use super::{Decoder, LimitExceeded, LimitKind, Limits};
use crate::event::DecodedEvent;
use crate::event::EventId;

/// Feeds one chunk, and goes on behind each exceeded limit.
fn feed(decoder: &mut Decoder, chunk: &[u8]) -> Vec<Result<DecodedEvent, LimitExceeded>> {
    let mut input = chunk;
    let all = core::iter::from_fn(|| decoder.decode(&mut input).transpose()).collect();
    assert!(input.is_empty());
    all
}

fn show(outcome: &Result<DecodedEvent, LimitExceeded>) -> String {
    match outcome {
        Ok(event) => format!("{}|{}|{}", event.name, event.data, event.last_event_id),
        Err(error) => error.to_string(),
    }
}

/// Decodes `wire` whole, byte by byte and cut in two everywhere; expects `name|data|id` of each event.
#[track_caller]
fn check_within(limits: Limits, wire: impl AsRef<[u8]>, expect: &[&str]) {
    let wire = wire.as_ref();
    let mut cuts: Vec<Vec<&[u8]>> = (0..wire.len()).map(|at| vec![&wire[..at], &wire[at..]]).collect();
    cuts.push(wire.chunks(1).collect());
    for chunks in cuts {
        let mut decoder = Decoder::with_limits(limits);
        let got: Vec<_> = chunks.iter().flat_map(|chunk| feed(&mut decoder, chunk)).map(|one| show(&one)).collect();
        assert_eq!(got, expect, "{chunks:?}");
    }
}

#[track_caller]
fn check(wire: impl AsRef<[u8]>, expect: &[&str]) {
    check_within(Limits::new(), wire, expect);
}

#[test]
fn each_kind_of_line_end_is_one_line_end() {
    check("data: a\ndata: b\rdata: c\r\ndata: d\n\n", &["message|a\nb\nc\nd|"]);
    check("data: a\r\n\r\ndata: b\r\rdata: c\n\r", &["message|a|", "message|b|", "message|c|"]);
}

#[test]
fn an_event_comes_out_with_the_cr_and_the_lf_behind_it_is_no_line() {
    let mut decoder = Decoder::new();
    assert_eq!(feed(&mut decoder, b"data: a\r\n\r").len(), 1);
    assert_eq!(feed(&mut decoder, b"\ndata: b\r").len(), 0);
    assert_eq!(feed(&mut decoder, b"").len(), 0);
    assert_eq!(feed(&mut decoder, b"\n").len(), 0);
    assert_eq!(feed(&mut decoder, b"\r").len(), 1);
}

#[test]
fn one_byte_order_mark_is_taken_off() {
    check(b"\xEF\xBB\xBFdata: a\n\n", &["message|a|"]);
    check(b"\xEF\xBB\xBF\ndata: a\n\n", &["message|a|"]);
    check(b"\xEF\xBB\xBF\xEF\xBB\xBFdata: a\n\ndata: b\n\n", &["message|b|"]);
    check(b"\xEF\xBBdata: a\ndata: b\n\n", &["message|b|"]);
    check(b"\xEF\xBB\ndata: b\n\n", &["message|b|"]);
    check(b"data: a\n\n\xEF\xBB\xBFdata: b\n\n", &["message|a|"]);
}

#[test]
fn the_value_begins_behind_the_colon_and_one_space() {
    check("data:a\ndata:  b\ndata\ndata:\ndata: \n\n", &["message|a\n b\n\n\n|"]);
    check("data : a\n data: b\ndatax: c\nDATA: d\n: data\n\n", &[]);
}

#[test]
fn data_that_is_empty_is_an_event_and_no_data_is_none() {
    check("data\n\n", &["message||"]);
    check("event: x\n\ndata: a\n\n", &["message|a|"]);
    check("event: x\nevent:\ndata: a\n\n", &["message|a|"]);
}

#[test]
fn a_name_that_comes_again_is_this_blocks_only_if_it_is_in_it() {
    check("event: x\ndata\n\ndata\n\nevent: x\ndata\n\nevent: y\ndata\n\n", &["x||", "message||", "x||", "y||"]);
}

#[test]
fn an_id_counts_from_the_blank_line_on() {
    check("id: 1\ndata\n\ndata\n\nid\ndata\n\n", &["message||1", "message||1", "message||"]);
    check("id: 1\n\nid: 2\0\ndata\n\n", &["message||1"]);
    let mut decoder = Decoder::new().with_last_event_id(EventId::from(7));
    assert!(feed(&mut decoder, b"id: 8\n").is_empty());
    assert_eq!(decoder.last_event_id(), "7");
    assert!(feed(&mut decoder, b"\n").is_empty());
    assert_eq!(decoder.last_event_id(), "8");
}

#[test]
fn a_retry_is_digits_only() {
    for (value, millis) in [
        ("retry: 300", Some(300)),
        ("retry:007", Some(7)),
        ("retry: 99999999999999999999999", Some(u64::MAX)),
        ("retry: +300", None),
        ("retry: -1", None),
        ("retry: 3 ", None),
        ("retry:", None),
        ("retry", None),
        ("retry: ３", None),
    ] {
        let mut decoder = Decoder::new();
        assert!(feed(&mut decoder, format!("{value}\n").as_bytes()).is_empty());
        assert_eq!(decoder.retry(), millis, "{value}");
    }
}

#[test]
fn invalid_utf8_is_replaced_by_maximal_subparts() {
    check(b"data: \xF0\x9F\xFF\xE2\x82\n\n", &["message|\u{FFFD}\u{FFFD}\u{FFFD}|"]);
    check(b"event: \xFF\nid: \xC3\ndata\xFF\ndata: \xC3\ndata: \xA9\n\n", &["\u{FFFD}|\u{FFFD}\n\u{FFFD}|\u{FFFD}"]);
}

#[test]
fn a_reset_keeps_what_is_the_clients() {
    let mut decoder = Decoder::new();
    assert!(feed(&mut decoder, b"retry: 5\nid: 1\n\nid: 2\nevent: x\ndata: lost\r").is_empty());
    decoder.reset();
    let events = feed(&mut decoder, b"\xEF\xBB\xBFdata: a\n\n");
    assert_eq!(events.iter().map(show).collect::<Vec<_>>(), ["message|a|1"]);
    assert_eq!(decoder.retry(), Some(5));
    // A line feed that begins a connection does not belong to the last one's CR.
    assert!(feed(&mut decoder, b"\r").is_empty());
    decoder.reset();
    assert_eq!(feed(&mut decoder, b"\ndata: b\n\n").len(), 1);
}

const LINE: &str = "line of more than 8 bytes exceeds the limit";
const EVENT: &str = "event with data of more than 5 bytes exceeds the limit";

#[test]
fn a_line_may_have_as_many_bytes_as_the_limit_and_no_more() {
    let limits = Limits::none().line(8);
    check_within(limits, "data: 12\n\n", &["message|12|"]);
    check_within(limits, b"\xEF\xBB\xBFdata: 12\n\n", &["message|12|"]);
    check_within(limits, "data: 123\n\n", &[LINE]);
    check_within(limits, ":23456789", &[LINE]);
}

#[test]
fn the_data_of_an_event_may_have_as_many_bytes_as_the_limit_and_no_more() {
    let limits = Limits::none().event(5);
    check_within(limits, "data: 12\ndata: 34\n\n", &["message|12\n34|"]);
    check_within(limits, "data: 12\ndata: 345\n\n", &[EVENT]);
    check_within(limits, "data\ndata\ndata\ndata\ndata\ndata\n\n", &["message|\n\n\n\n\n|"]);
    check_within(limits, "data\ndata\ndata\ndata\ndata\ndata\ndata\n\n", &[EVENT]);
    check_within(limits, "data: 123456\n\n", &[EVENT]);
}

#[test]
fn an_event_past_a_limit_is_skipped_up_to_its_blank_line() {
    let limits = Limits::new().line(8).event(5);
    for end in ["\n", "\r", "\r\n"] {
        let wire = "id: 1|data: a||id: 2|event: e|data: 345678|data: too||data: b||".replace('|', end);
        check_within(limits, wire, &["message|a|1", LINE, "message|b|1"]);
        let wire = "id: 2|data: 12|data: 34|data: 5||data: 6||".replace('|', end);
        check_within(limits, wire, &[EVENT, "message|6|"]);
    }
}

#[test]
fn nothing_is_buffered_beyond_the_limits() {
    let limits = Limits::new().line(1000).event(3000);
    let mut decoder = Decoder::with_limits(limits);
    let mut errors = Vec::new();
    let line = [b"data: ".as_slice(), &[b'x'; 994], b"\n"].concat();
    for chunk in [line.repeat(10), vec![b'y'; 100_000]].concat().chunks(7) {
        errors.extend(feed(&mut decoder, chunk));
        let (partial, data) = decoder.buffered();
        assert!(partial <= 1000 && data <= 3000, "{partial} {data}");
    }
    assert_eq!(errors.len(), 1);
    assert_eq!(errors.remove(0).map_err(|error| (error.kind(), error.limit())), Err((LimitKind::Event, 3000)));
}

#[test]
fn a_text_of_one_data_line_has_no_room_to_spare() {
    let event = feed(&mut Decoder::new(), b"data: 0123456789\n\n").remove(0).unwrap();
    assert_eq!(event.data.capacity(), 10);
}
