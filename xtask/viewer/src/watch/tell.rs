//! What becomes of the connection, in words.

use std::error::Error;

use http::Uri;
use serde_json::json;
use sse_core::history::ResetReason;
use sse_tower::client::{self, End, Opened, Reconnecting, Resume, Update};

use crate::print::Note;

pub(super) fn connecting(uri: &Uri) -> Note {
    let facts = json!({ "uri": uri.to_string() });
    Note { kind: "connecting", facts, text: format!("connecting to {uri}"), amiss: false }
}

/// `None` for what is printed otherwise.
pub(super) fn update(update: &Update) -> Option<Note> {
    Some(match update {
        Update::Open(opened) => open(opened),
        Update::Reconnecting(again) => reconnecting(again),
        Update::Invalid(error) => Note {
            kind: "lost",
            facts: json!({ "cause": error.to_string() }),
            text: format!("an event is lost: {error}"),
            amiss: true,
        },
        Update::IdLeftOut(id) => Note {
            kind: "id-left-out",
            facts: json!({ "id": id.as_str() }),
            text: format!("the id `{id}` cannot be sent: a control character is in it"),
            amiss: true,
        },
        Update::End(end) => {
            let text = match end {
                End::NoContent => "the stream is complete: status 204",
                _ => "the stream is complete",
            };
            Note { kind: "end", facts: json!({ "noContent": *end == End::NoContent }), text: text.into(), amiss: false }
        }
        _ => return None,
    })
}

fn open(opened: &Opened) -> Note {
    let (resume, reason) = match opened.resume {
        Some(Resume::Fresh) => (Some("fresh"), None),
        Some(Resume::Recovered) => (Some("recovered"), None),
        Some(Resume::Reset(reason)) => (Some("reset"), reason),
        Some(Resume::Unsupported) => (Some("unsupported"), None),
        _ => (None, None),
    };
    let reason = reason.map(ResetReason::as_str);
    let text = match (resume, reason) {
        (None, _) => format!("open: {}", opened.uri),
        (Some(resume), None) => format!("open, {resume}: {}", opened.uri),
        (Some(resume), Some(reason)) => format!("open, {resume} ({reason}): {}", opened.uri),
    };
    let facts = json!({ "uri": opened.uri.to_string(), "resume": resume, "reason": reason });
    Note { kind: "open", facts, text, amiss: resume == Some("reset") }
}

fn reconnecting(again: &Reconnecting) -> Note {
    let cause = chain(&again.cause);
    let text = match again.failures {
        0 => format!("{cause}; reconnecting in {:.1?}", again.delay),
        failures => format!("{cause}; reconnecting in {:.1?} (failures in a row: {failures})", again.delay),
    };
    let millis = u64::try_from(again.delay.as_millis()).unwrap_or(u64::MAX);
    let facts = json!({ "cause": cause, "failures": again.failures, "delayMs": millis });
    Note { kind: "reconnecting", facts, text, amiss: again.failures > 0 }
}

/// The stream cannot be had, and a browser does not try again either.
pub(super) fn given_up(error: &client::Error) -> Note {
    let cause = chain(error);
    let status = error.status().map(|status| status.as_u16());
    Note {
        kind: "closed",
        facts: json!({ "cause": cause, "status": status }),
        text: format!("closed: {cause}"),
        amiss: true,
    }
}

/// An error and what is behind it, each said once.
fn chain(error: &(dyn Error + 'static)) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let part = error.to_string();
        // Some errors say what their source says.
        if !parts.last().is_some_and(|last| last.contains(&part)) {
            parts.push(part);
        }
        next = error.source();
    }
    parts.join(": ")
}
