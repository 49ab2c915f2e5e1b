//! What the layer writes of its own, byte for byte.
//!
//! The id of a control event is the position just before the next event that the connection sends, never the head: no
//! client can come back with an id that is past something it was not told.

use std::fmt::{self, Write as _};

use bytes::Bytes;
use sse_core::Retry;
use sse_core::history::ResetReason;

use crate::ControlEvents;

/// The end of a stream that is complete. A client that comes back with its id gets 204, which stops a browser for good.
pub(crate) const END: Bytes = Bytes::from_static(b"event: stream-end\nid: =end\ndata: {}\n\n");

/// The id that a client has while it starts over by a snapshot that it was not told to the end: whoever comes back with
/// it starts over once more. The id that it had before may be one that can still be resumed.
pub(crate) const RESET_ID: &str = "=reset";

/// The comment that keeps a quiet connection alive.
///
/// There is no blank line behind it, although the standard allows one: some clients take every blank line for the end of an
/// event, or do so once they have seen an id or a reconnection time.
pub(crate) const KEEP_ALIVE: Bytes = Bytes::from_static(b":\n");

/// The event that keeps a quiet connection alive, where the client knows how far it has come.
pub(crate) const POSITION: Bytes = Bytes::from_static(b"event: stream-position\ndata: {}\n\n");

/// Tells the client when to come back, before a stream that ends although it is not complete.
pub(crate) fn last_retry(retry: Retry, control_events: ControlEvents) -> Bytes {
    let end = match control_events {
        ControlEvents::On => "\n\n",
        ControlEvents::Off => "\n",
    };
    Bytes::from(format!("retry: {}{end}", retry.as_millis()))
}

/// The comment before a body that fails.
pub(crate) const fn error(control_events: ControlEvents) -> Bytes {
    Bytes::from_static(match control_events {
        ControlEvents::On => b": error\n\n",
        ControlEvents::Off => b": error\n",
    })
}

/// The first bytes of a connection without control events: they are no event, and tell proxies and browsers that the
/// stream has begun.
pub(crate) fn comment_prelude(retry: Retry) -> Bytes {
    Bytes::from(format!(":\nretry: {}\n", retry.as_millis()))
}

/// Tells the client how far it has come, when no id of an event did.
pub(crate) fn position(position: impl fmt::Display) -> Bytes {
    Bytes::from(format!("event: stream-position\nid: {position}\ndata: {{}}\n\n"))
}

/// The topics of a `stream-reset` where there is only one, which has no label.
pub(crate) const ONE_TOPIC: &[(&str, ResetReason)] = &[];

/// Tells the client that it must start over; in which topics, if there are many; and how it is known from now on.
pub(crate) fn reset(reason: ResetReason, topics: &[(impl AsRef<str>, ResetReason)], id: &dyn fmt::Display) -> Bytes {
    let mut out = String::new();
    write_reset(&mut out, reason, topics, Some(id));
    Bytes::from(out)
}

pub(crate) fn write_reset(
    out: &mut String,
    reason: ResetReason,
    topics: &[(impl AsRef<str>, ResetReason)],
    id: Option<&dyn fmt::Display>,
) {
    out.push_str("event: stream-reset\n");
    write_id(out, id);
    out.push_str(r#"data: {"reason":""#);
    out.push_str(reason.as_str());
    out.push('"');
    for (index, (label, reason)) in topics.iter().enumerate() {
        out.push_str(if index == 0 { r#","topics":{"# } else { "," });
        write_json(out, label.as_ref());
        out.push_str(r#":""#);
        out.push_str(reason.as_str());
        out.push('"');
    }
    out.push_str(if topics.is_empty() { "}\n\n" } else { "}}\n\n" });
}

pub(crate) fn write_id(out: &mut String, id: Option<&dyn fmt::Display>) {
    if let Some(id) = id {
        // Writing to a string does not fail.
        let _fits = writeln!(out, "id: {id}").is_ok();
    }
}

/// Writes a text as a string of JSON ([RFC 8259, section 7](https://www.rfc-editor.org/rfc/rfc8259#section-7)).
fn write_json(out: &mut String, text: &str) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => out.extend(['\\', character]),
            '\0'..='\x1f' => {
                let _fits = write!(out, "\\u{:04x}", u32::from(character)).is_ok();
            }
            _ => out.push(character),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_control_events_nothing_but_an_event_ends_with_a_blank_line() {
        assert_eq!(comment_prelude(Retry::from_static(3_127)), ":\nretry: 3127\n");
        assert_eq!(error(ControlEvents::Off), ": error\n");
        assert_eq!(last_retry(Retry::from_static(3_127), ControlEvents::Off), "retry: 3127\n");
        assert_eq!(last_retry(Retry::from_static(3_127), ControlEvents::On), "retry: 3127\n\n");
        assert_eq!(error(ControlEvents::On), ": error\n\n");
    }

    #[test]
    fn positions_and_resets_are_exact() {
        assert_eq!(position("k3x9f0q2m1-305"), "event: stream-position\nid: k3x9f0q2m1-305\ndata: {}\n\n");
        assert_eq!(
            reset(ResetReason::Lagged, ONE_TOPIC, &"k3x9f0q2m1-200"),
            "event: stream-reset\nid: k3x9f0q2m1-200\ndata: {\"reason\":\"lagged\"}\n\n"
        );
        assert_eq!(
            reset(ResetReason::Evicted, &[("cpu", ResetReason::Evicted), ("disk", ResetReason::Future)], &RESET_ID),
            "event: stream-reset\nid: =reset\ndata: {\"reason\":\"evicted\",\"topics\":{\"cpu\":\"evicted\",\"disk\":\"future\"}}\n\n"
        );
    }

    #[test]
    fn a_label_is_a_string_of_json_whatever_is_in_it() {
        for (label, json) in [
            ("", r#""""#),
            ("a\"b\\c/d", r#""a\"b\\c/d""#),
            ("\0\n\r\u{1f}\u{7f}", "\"\\u0000\\u000a\\u000d\\u001f\u{7f}\""),
            ("…\u{2028}😀", "\"…\u{2028}😀\""),
        ] {
            let mut out = String::new();
            write_json(&mut out, label);
            assert_eq!(out, json);
        }
    }
}
