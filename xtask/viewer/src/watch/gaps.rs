//! Whether events are missing, as far as ids tell it.

use serde_json::json;
use sse_core::{DecodedEvent, Position};

use crate::print::Note;

/// Whether the event is one with which a server speaks of the stream.
pub(super) fn is_control(event: &DecodedEvent) -> bool {
    event.name.as_str().starts_with("stream-")
}

/// The position that was reached, in a stream whose ids are those of a topic: `<epoch>-<offset>`.
#[derive(Debug, Default)]
pub(super) struct Gaps {
    reached: Option<Position>,
}

impl Gaps {
    /// What the event's id says about those before it.
    ///
    /// A missing offset need not be a loss: a route may leave events out.
    pub(super) fn before(&mut self, event: &DecodedEvent) -> Option<Note> {
        let at: Option<Position> = event.last_event_id.as_str().parse().ok();
        let before = self.reached;
        let (name, control) = (event.name.as_str(), is_control(event));
        if name == "stream-reset" {
            self.reached = at;
            let reason = serde_json::from_str::<serde_json::Value>(&event.data).unwrap_or_default();
            let reason = reason["reason"].as_str().unwrap_or("unknown");
            return Some(note("reset", before, at, format!("events were lost ({reason}): the stream starts over")));
        }
        self.reached = at.or(before);
        let (before, at) = (before?, at?);
        if before.epoch() != at.epoch() {
            return Some(note(
                "new-epoch",
                Some(before),
                Some(at),
                "another log: its ids have another epoch".to_owned(),
            ));
        }
        // The id of a control event is the position just before the next event.
        let next = before.offset().saturating_add(u64::from(!control));
        match at.offset() {
            // With this event the server says that it has left events out.
            _ if name == "stream-position" => None,
            offset if offset < before.offset() => {
                Some(note("backwards", Some(before), Some(at), "an older id than before".to_owned()))
            }
            offset if offset > next => {
                let missing = offset - next;
                let text = format!("a gap: {missing} between {} and this id were left out, or lost", before.offset());
                Some(note("gap", Some(before), Some(at), text))
            }
            _ => None,
        }
    }
}

fn note(kind: &'static str, from: Option<Position>, to: Option<Position>, text: String) -> Note {
    let id = |position: Option<Position>| position.map(|position| position.to_string());
    Note { kind, facts: json!({ "from": id(from), "to": id(to) }), text, amiss: true }
}

#[cfg(test)]
mod tests {
    use sse_core::Decoder;

    use super::*;

    #[track_caller]
    fn check(events: &[(&str, &str)], expect: &[Option<&str>]) {
        let mut gaps = Gaps::default();
        let mut decoder = Decoder::new();
        let kinds: Vec<_> = events
            .iter()
            .map(|(name, id)| {
                let id = if id.is_empty() { String::new() } else { format!("id: {id}\n") };
                let stream = format!("event: {name}\n{id}data: {{\"reason\":\"evicted\"}}\n\n");
                let event = decoder.decode(&mut stream.as_bytes()).unwrap().unwrap();
                gaps.before(&event).map(|note| note.kind)
            })
            .collect();
        assert_eq!(kinds, expect);
    }

    #[test]
    fn what_ids_tell_is_told() {
        const OPEN: &str = "stream-open";
        let [e3, e4, e5, e7, f1] = ["epoch00000-3", "epoch00000-4", "epoch00000-5", "epoch00000-7", "other00000-1"];
        // Nothing is missing: events without an id, a reconnect, and others' ids.
        check(&[(OPEN, e3), ("a", e4), ("a", ""), ("a", e5), (OPEN, e5)], &[None; 5]);
        check(&[("a", "1"), ("a", "7"), ("a", "3")], &[None; 3]);
        check(&[(OPEN, e3), ("a", e5)], &[None, Some("gap")]);
        check(&[("a", e3), (OPEN, e5), ("a", e7)], &[None, Some("gap"), Some("gap")]);
        check(&[("a", e3), ("stream-position", e5), ("a", e7)], &[None, None, Some("gap")]);
        check(&[("a", e5), ("a", e3)], &[None, Some("backwards")]);
        check(&[("a", e5), ("a", f1)], &[None, Some("new-epoch")]);
        check(&[("a", e3), ("stream-reset", e7), ("a", e7)], &[None, Some("reset"), None]);
        check(&[("a", e3), ("stream-reset", "=reset"), ("a", e7)], &[None, Some("reset"), None]);
    }
}
