//! The cases: what the server does, and what is right.

use super::seen::Seen;
use super::server::{Answer, Then};

/// What one server does to a client.
#[derive(Debug)]
pub(super) struct Case {
    pub(super) name: &'static str,
    /// What the server does, for people.
    pub(super) server: &'static str,
    /// What a client is to do.
    pub(super) wanted: &'static str,
    pub(super) answers: &'static [Answer],
    /// Nobody listens at first.
    pub(super) late: bool,
    /// It is over with so many requests, or so many events.
    pub(super) requests: usize,
    pub(super) events: usize,
    pub(super) tell: Tell,
    pub(super) right: fn(&Seen) -> bool,
}

/// What is told of a client.
#[derive(Clone, Copy, Debug)]
pub(super) enum Tell {
    /// What becomes of it, and what it delivers if it does.
    Ending,
    /// What it delivers, and what becomes of it.
    Events,
    /// The last event ID of this request, from 0.
    Id(usize),
}

/// A client that has made so many requests will make any number.
pub(super) const FOR_EVER: usize = 3;
const MANY: usize = usize::MAX;

const fn ok(body: &'static [u8], then: Then) -> Answer {
    Answer { status: "200 OK", content_type: "text/event-stream", body, then }
}

const fn status(status: &'static str) -> Answer {
    Answer { status, content_type: "text/event-stream", body: b"data: no\n\n", then: Then::End }
}

const fn typed(content_type: &'static str, then: Then) -> Answer {
    Answer { status: "200 OK", content_type, body: b"data: a\n\n", then }
}

const STAY: Answer = ok(b"data: c\n\n", Then::Stay);

/// A case in which a client must give up at once.
const fn refusal(name: &'static str, server: &'static str, answers: &'static [Answer]) -> Case {
    Case {
        name,
        server,
        wanted: "ends",
        answers,
        late: false,
        requests: FOR_EVER,
        events: MANY,
        tell: Tell::Ending,
        right: |seen| seen.ended && seen.events.is_empty() && seen.requests.len() == 1,
    }
}

/// A case in which the `n`-th request says what is right.
const fn id(
    name: &'static str,
    server: &'static str,
    wanted: &'static str,
    n: usize,
    answers: &'static [Answer],
    right: fn(&Seen) -> bool,
) -> Case {
    Case { name, server, wanted, answers, late: false, requests: n + 1, events: MANY, tell: Tell::Id(n), right }
}

/// A case in which the client delivers events of one answer that stays open.
const fn events(
    name: &'static str,
    server: &'static str,
    wanted: &'static str,
    events: usize,
    answers: &'static [Answer],
    right: fn(&Seen) -> bool,
) -> Case {
    Case { name, server, wanted, answers, late: false, requests: FOR_EVER, events, tell: Tell::Events, right }
}

pub(super) fn all() -> Vec<Case> {
    let mut all = ends();
    all.extend(ids());
    all.extend(bytes());
    all
}

/// How connections end, or do not begin.
fn ends() -> Vec<Case> {
    vec![
        refusal("204", "204", const { &[status("204 No Content")] }),
        refusal("404", "404", const { &[status("404 Not Found")] }),
        refusal("503", "503", const { &[status("503 Service Unavailable")] }),
        refusal("html", "200, `text/html`", const { &[typed("text/html", Then::End)] }),
        events(
            "charset",
            "`text/event-stream; charset=utf-8`",
            "a; stays",
            1,
            const { &[typed("text/event-stream; charset=utf-8", Then::Stay)] },
            |seen| seen.events == ["a"],
        ),
        events(
            "capitals",
            "`Text/Event-Stream`",
            "a; stays",
            1,
            const { &[typed("Text/Event-Stream", Then::Stay)] },
            |seen| seen.events == ["a"],
        ),
        Case {
            late: true,
            ..events("refused", "nobody listens at first", "c, from the server that comes up", 1, &[STAY], |seen| {
                seen.events == ["c"]
            })
        },
        Case {
            name: "204-on-reconnect",
            server: "the body ends; 204 on the reconnect",
            wanted: "a; ends",
            answers: const { &[ok(b"retry: 50\nid: 5\ndata: a\n\n", Then::End), status("204 No Content")] },
            late: false,
            requests: FOR_EVER,
            events: MANY,
            tell: Tell::Events,
            right: |seen| seen.ended && seen.events == ["a"] && seen.requests.len() == 2,
        },
        events(
            "lost",
            "the connection is lost within event b; c on the reconnect",
            "a, c; stays",
            2,
            const { &[ok(b"retry: 50\nid: 5\ndata: a\n\nid: 6\ndata: b\n", Then::Break), STAY] },
            |seen| seen.events == ["a", "c"] && seen.id_of(1) == Some(b"5"),
        ),
    ]
}

/// The last event ID of a reconnect.
fn ids() -> Vec<Case> {
    vec![
        id(
            "id",
            "`id: 5`, then the body ends",
            "`5`",
            1,
            const { &[ok(b"retry: 50\nid: 5\ndata: a\n\n", Then::End), STAY] },
            |seen| seen.id_of(1) == Some(b"5"),
        ),
        id(
            "no-id",
            "no id, then the body ends",
            "no header",
            1,
            const { &[ok(b"retry: 50\ndata: a\n\n", Then::End), STAY] },
            |seen| seen.requests.len() == 2 && seen.id_of(1).is_none(),
        ),
        id(
            "empty-id",
            "`id: 5`, an empty id, then the body ends",
            "no header",
            1,
            const { &[ok(b"retry: 50\nid: 5\ndata: a\n\nid\ndata: b\n\n", Then::End), STAY] },
            |seen| seen.requests.len() == 2 && seen.id_of(1).is_none(),
        ),
        id(
            "id-alone",
            "`id: 7` without data, then the body ends",
            "`7`",
            1,
            const { &[ok(b"retry: 50\ndata: a\n\nid: 7\n\n", Then::End), STAY] },
            |seen| seen.id_of(1) == Some(b"7"),
        ),
        id(
            "id-is-kept",
            "`id: 7`; on the reconnect an event without id, then the body ends",
            "`7`",
            2,
            const { &[ok(b"retry: 50\nid: 7\ndata: a\n\n", Then::End), ok(b"retry: 50\ndata: b\n\n", Then::End), STAY] },
            |seen| seen.id_of(2) == Some(b"7"),
        ),
        id(
            "id-utf8",
            "`id: é…`, then the body ends",
            "its UTF-8",
            1,
            const { &[ok("retry: 50\nid: é…\ndata: a\n\n".as_bytes(), Then::End), STAY] },
            |seen| seen.id_of(1) == Some("é…".as_bytes()),
        ),
        id(
            "id-control",
            "`id: a`, U+0001, `b`, which no header can hold; then the body ends",
            "no header",
            1,
            const { &[ok(b"retry: 50\nid: a\x01b\ndata: a\n\n", Then::End), STAY] },
            |seen| seen.requests.len() == 2 && seen.id_of(1).is_none(),
        ),
    ]
}

/// What an event stream may look like.
fn bytes() -> Vec<Case> {
    vec![
        events(
            "cr",
            "lines that end with CR",
            "a; stays",
            1,
            const { &[ok(b"id: 1\rdata: a\r\r", Then::Stay)] },
            |seen| seen.events == ["a"],
        ),
        events("bom", "a BOM", "a; stays", 1, const { &[ok("\u{feff}data: a\n\n".as_bytes(), Then::Stay)] }, |seen| {
            seen.events == ["a"]
        }),
        events(
            "invalid-utf8",
            "a byte that is no UTF-8 in a comment",
            "a; stays",
            1,
            const { &[ok(b": \xff\n\ndata: a\n\n", Then::Stay)] },
            |seen| seen.events == ["a"] && seen.requests.len() == 1,
        ),
        events(
            "empty-data",
            "an event with empty data",
            "an event; stays",
            1,
            const { &[ok(b"data\n\n", Then::Stay)] },
            |seen| seen.events == [""],
        ),
    ]
}
