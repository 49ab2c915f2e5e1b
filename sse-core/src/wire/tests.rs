//! What a decoder does with each byte of the grammar, and with too many of them.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use alloc::{format, vec};

use super::{Decoder, LimitExceeded, LimitKind, Limits};
use crate::event::{DecodedEvent, EventId, EventRef};

/// Feeds one chunk, and goes on behind each exceeded limit.
fn feed(decoder: &mut Decoder, chunk: &[u8]) -> Vec<Result<DecodedEvent, LimitExceeded>> {
    let mut input = chunk;
    let all = core::iter::from_fn(|| decoder.decode(&mut input).transpose()).collect();
    assert!(input.is_empty());
    all
}

/// The same through `decode` and `decode_ref` in turn, beginning with either, as `name|data|id`.
fn feed_in_turn(decoder: &mut Decoder, chunk: &[u8], borrow: &mut bool) -> Vec<String> {
    let mut input = chunk;
    let mut all = Vec::new();
    loop {
        let outcome = if *borrow {
            decoder.decode_ref(&mut input).transpose().map(|event| event.map(show_ref))
        } else {
            decoder.decode(&mut input).transpose().map(|event| event.map(|event| show_ref(event.as_ref())))
        };
        *borrow = !*borrow;
        match outcome {
            Some(outcome) => all.push(outcome.unwrap_or_else(|error| error.to_string())),
            None => return all,
        }
    }
}

fn show_ref(event: EventRef<'_>) -> String {
    format!("{}|{}|{}", event.name, event.data, event.last_event_id)
}

fn show(outcome: &Result<DecodedEvent, LimitExceeded>) -> String {
    outcome.as_ref().map_or_else(ToString::to_string, |event| show_ref(event.as_ref()))
}

/// Decodes `wire` whole, byte by byte, cut in two everywhere and in three at many places, owned, and borrowed in turn with
/// owned; expects `name|data|id` of each event.
#[track_caller]
fn check_within(limits: Limits, wire: impl AsRef<[u8]>, expect: &[&str]) {
    let wire = wire.as_ref();
    let mut cuts: Vec<Vec<&[u8]>> = (0..wire.len()).map(|at| vec![&wire[..at], &wire[at..]]).collect();
    cuts.extend((0..wire.len()).map(|at| {
        let (begin, rest) = wire.split_at(at);
        let (middle, end) = rest.split_at(rest.len() / 2);
        vec![begin, middle, end]
    }));
    cuts.push(wire.chunks(1).collect());
    cuts.push(wire.chunks(2).collect());
    for chunks in cuts {
        let mut decoder = Decoder::with_limits(limits);
        let got: Vec<_> = chunks.iter().flat_map(|chunk| feed(&mut decoder, chunk)).map(|one| show(&one)).collect();
        assert_eq!(got, expect, "{chunks:?}");
        for mut borrow in [true, false] {
            let mut decoder = Decoder::with_limits(limits);
            let got: Vec<_> = chunks.iter().flat_map(|chunk| feed_in_turn(&mut decoder, chunk, &mut borrow)).collect();
            assert_eq!(got, expect, "borrowed in turn: {chunks:?}");
        }
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
        let wire = "id: 2|data: 12|data: 34|data: 5|data: 7||data: 6||".replace('|', end);
        check_within(limits, wire, &[EVENT, "message|6|"]);
    }
    check_within(limits, "data: 345678\r\r: too long\n\rdata: 6\n\n", &[LINE, LINE, "message|6|"]);
}

#[test]
fn nothing_is_buffered_beyond_the_limits() {
    let limits = Limits::new().line(1000).event(3000);
    let mut decoder = Decoder::with_limits(limits);
    let mut errors = Vec::new();
    let line = [b"data: ".as_slice(), &[b'x'; 994], b"\n"].concat();
    for chunk in [line.repeat(10), vec![b'y'; 100_000]].concat().chunks(7) {
        errors.extend(feed(&mut decoder, chunk));
        assert!(decoder.buffered() <= 4006, "{}", decoder.buffered());
    }
    assert_eq!(errors.len(), 1);
    assert_eq!(errors.remove(0).map_err(|error| (error.kind(), error.limit())), Err((LimitKind::Event, 3000)));
}

#[test]
fn a_large_buffer_is_given_back_and_a_small_one_used_again() {
    for (len, chunk, kept) in [(1 << 20, 1000, false), (1 << 20, 8000, false), (10_000, 1000, true)] {
        let mut decoder = Decoder::new();
        let wire = [b"data: ", vec![b'x'; len].as_slice(), b"\n\n"].concat();
        for borrow in [true, false] {
            let events: usize =
                wire.chunks(chunk).map(|chunk| feed_in_turn(&mut decoder, chunk, &mut borrow.clone()).len()).sum();
            assert_eq!(events, 1);
            assert_eq!(decoder.buffered() > 0, kept, "{}", decoder.buffered());
            assert!(decoder.buffered() <= 64 << 10);
        }
    }
}

#[test]
fn a_text_has_no_room_to_spare() {
    let wire = b"data: 0123456789\n\n";
    for chunks in [wire.chunks(wire.len()), wire.chunks(3)] {
        let mut decoder = Decoder::new();
        let event = chunks.flat_map(|chunk| feed(&mut decoder, chunk)).next().unwrap().unwrap();
        assert_eq!(event.data.capacity(), 10);
    }
}

/// Decodes one event borrowed, and says whether its data is a part of the last chunk.
#[track_caller]
fn is_borrowed(chunks: &[&str]) -> bool {
    let mut decoder = Decoder::new();
    let (last, before) = chunks.split_last().unwrap();
    for chunk in before {
        assert!(feed(&mut decoder, chunk.as_bytes()).is_empty());
    }
    let event = decoder.decode_ref(&mut last.as_bytes()).unwrap().unwrap();
    last.as_bytes().as_ptr_range().contains(&event.data.as_ptr())
}

#[test]
fn data_of_one_line_that_lies_in_the_chunk_is_borrowed_from_it() {
    assert!(is_borrowed(&["\ndata: a\n\n"]));
    assert!(is_borrowed(&["\nid: 1\r\nevent: x\r\ndata: a\r\n\r\n"]));
    assert!(is_borrowed(&["event: x\nid", ": 1\ndata: a\n: comment\n\n"]));
    assert!(!is_borrowed(&["data: a", "b\n\n"]));
    assert!(!is_borrowed(&["data: a\n", "\n"]));
    assert!(!is_borrowed(&["data: a\ndata: b\n\n"]));
}

/// Long data that comes in pieces is text as long as each piece is. Whatever the next piece is, nothing else changes.
#[test]
fn long_data_in_pieces_is_what_it_is_in_one() {
    let long = "0123456789abcdef".repeat(300);
    let long = long.as_bytes();
    let pieces: [&[u8]; 12] = [
        b"data: ",
        b"data:",
        b"x",
        long,
        "é".as_bytes(),
        b"\xC3",
        b"\xA9",
        b"\n",
        b"\n",
        b"\r",
        b"\nid: 1\n",
        b"\ndata: y",
    ];
    let mut random = random();
    for round in 0..300 {
        let limits = if round % 2 == 0 { Limits::new() } else { Limits::new().line(9700).event(9610) };
        let mut wire = [b"data: ", long].concat();
        (0..random(12)).for_each(|_| wire.extend(pieces[random(pieces.len())]));
        wire.extend(b"\n\ndata: after\n\n");
        let mut whole = Decoder::with_limits(limits);
        let expect: Vec<_> = feed(&mut whole, &wire).iter().map(show).collect();
        for mut borrow in [true, false] {
            let mut decoder = Decoder::with_limits(limits);
            let mut got = Vec::new();
            let mut rest = wire.as_slice();
            while !rest.is_empty() {
                let most = if random(3) == 0 { 3 } else { 6000 };
                let (chunk, behind) = rest.split_at(1 + random(rest.len().min(most)));
                got.extend(feed_in_turn(&mut decoder, chunk, &mut borrow));
                rest = behind;
            }
            assert!(got == expect, "{}", wire.escape_ascii());
        }
    }
}

fn random() -> impl FnMut(usize) -> usize {
    let mut state = 1u64;
    move |below| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) as usize).checked_rem(below).unwrap()
    }
}

/// Everything that a stream can be made of, put together at random: what comes out must not depend on the cuts, nor on
/// which of the two methods is called.
#[test]
fn neither_the_cuts_nor_the_method_change_what_comes_out() {
    const PIECES: [&[u8]; 24] = [
        b"\n",
        b"\n",
        b"\n",
        b"\r",
        b"\r\n",
        b"\n\n",
        b"\r\r",
        b"data",
        b"data:",
        b"data: ",
        b"data: x",
        b"event: a",
        b"event:",
        b"event: b",
        b"id: 1",
        b"id",
        b"id: \0",
        b"retry: 5",
        b": c",
        b"\xEF\xBB\xBF",
        b"\xC3",
        b"\xA9",
        b"\xF0\x9F",
        b"0123456789",
    ];
    let mut random = random();
    for round in 0..2000 {
        let limits = if round % 2 == 0 { Limits::new() } else { Limits::new().line(12).event(14) };
        let wire: Vec<u8> = (0..=random(60)).flat_map(|_| PIECES[random(PIECES.len())]).copied().collect();
        let mut decoder = Decoder::with_limits(limits);
        let whole: Vec<_> = feed(&mut decoder, &wire).iter().map(show).collect();
        for mut borrow in [true, false] {
            let mut cut = Decoder::with_limits(limits);
            let mut rest = wire.as_slice();
            let mut got = Vec::new();
            while !rest.is_empty() {
                let (chunk, behind) = rest.split_at(1 + random(rest.len().min(30)));
                got.extend(feed_in_turn(&mut cut, chunk, &mut borrow));
                rest = behind;
            }
            assert_eq!(got, whole, "{}", wire.escape_ascii());
            assert_eq!((cut.retry(), cut.last_event_id()), (decoder.retry(), decoder.last_event_id()));
        }
    }
}
