//! The events that the layer sends of its own, byte for byte.
//!
//! The id of a control event is the position just before the next event that the connection sends, never the head: no
//! client can come back with an id that is past something it was not told.

use std::fmt::Write as _;
use std::time::Duration;

use bytes::Bytes;
use http::HeaderValue;
use sse_core::Retry;
use sse_core::history::{Position, ResetReason};

/// The comment that keeps a quiet connection alive.
pub(crate) const KEEP_ALIVE: Bytes = Bytes::from_static(b":\n\n");
/// The comment before a body that fails.
pub(crate) const ERROR: Bytes = Bytes::from_static(b": error\n\n");
/// The end of a stream that is complete. A client that comes back with its id gets 204, which stops a browser for good.
pub(crate) const END: Bytes = Bytes::from_static(b"event: stream-end\nid: =end\ndata: {}\n\n");

/// What a handler that answers with a stream of its own did with the client's last event id.
///
/// See [`Sse::resumed`](crate::Sse::resumed).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Resumed {
    /// The stream begins with the event behind that id.
    Recovered,
    /// Some of what the client missed is not in the stream.
    Reset(ResetReason),
}

/// What the client is told first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Opening {
    /// It brought no id. With a position, it can come back from the first byte on.
    Fresh(Option<Position>),
    /// It gets what it missed. The position is the one that it came with.
    Recovered(Option<Position>),
    /// It must start over; from this position, if the ids are ours.
    Reset(ResetReason, Option<Position>),
    /// It brought an id, and nobody here knows what to do with it.
    Unsupported,
}

impl Opening {
    /// The value of `Sse-Resume`.
    pub(crate) fn header(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Fresh(_) => "fresh",
            Self::Recovered(_) => "recovered",
            Self::Reset(ResetReason::Evicted, _) => "reset; reason=evicted",
            Self::Reset(ResetReason::UnknownEpoch, _) => "reset; reason=unknown-epoch",
            Self::Reset(ResetReason::Future, _) => "reset; reason=future",
            Self::Reset(ResetReason::Malformed, _) => "reset; reason=malformed",
            Self::Reset(ResetReason::Lagged, _) => "reset; reason=lagged",
            Self::Reset(..) => "reset",
            Self::Unsupported => "unsupported",
        })
    }

    /// The first bytes of the connection.
    ///
    /// After a reset `stream-open` has no id, because the client could come back with it without having read the
    /// `stream-reset` behind it.
    pub(crate) fn prelude(self, retry: Retry, keep_alive: Option<Duration>) -> Bytes {
        let (resume, id, reset) = match self {
            Self::Fresh(position) => ("fresh", position, None),
            Self::Recovered(position) => ("recovered", position, None),
            Self::Reset(reason, position) => ("reset", None, Some((reason, position))),
            Self::Unsupported => ("unsupported", None, None),
        };
        let mut out = format!("retry: {}\nevent: stream-open\n", retry.as_millis());
        write_id(&mut out, id);
        out.push_str(r#"data: {"resume":""#);
        out.push_str(resume);
        if let Some((reason, _)) = reset {
            out.push_str(r#"","reason":""#);
            out.push_str(reason.as_str());
        }
        match keep_alive {
            Some(interval) => {
                // Writing to a string does not fail.
                let _fits = write!(out, r#"","keepAlive":"comment","keepAliveMs":{}}}"#, interval.as_millis()).is_ok();
            }
            None => out.push_str(r#"","keepAlive":"off"}"#),
        }
        out.push_str("\n\n");
        if let Some((reason, position)) = reset {
            out.push_str("event: stream-reset\n");
            write_id(&mut out, position);
            let _fits = write!(out, "data: {{\"reason\":\"{reason}\"}}\n\n").is_ok();
        }
        Bytes::from(out)
    }
}

fn write_id(out: &mut String, position: Option<Position>) {
    if let Some(position) = position {
        let _fits = writeln!(out, "id: {position}").is_ok();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(opening: Opening, keep_alive: Option<u64>, wire: &str, header: &str) {
        let retry = Retry::from_static(3_127);
        assert_eq!(opening.prelude(retry, keep_alive.map(Duration::from_millis)), wire);
        assert_eq!(opening.header(), header);
    }

    #[test]
    fn the_first_bytes_are_exact() {
        let at = |offset| Some(format!("k3x9f0q2m1-{offset}").parse().unwrap());
        check(
            Opening::Fresh(at(184)),
            Some(15_000),
            "retry: 3127\nevent: stream-open\nid: k3x9f0q2m1-184\n\
             data: {\"resume\":\"fresh\",\"keepAlive\":\"comment\",\"keepAliveMs\":15000}\n\n",
            "fresh",
        );
        check(
            Opening::Recovered(at(184)),
            None,
            "retry: 3127\nevent: stream-open\nid: k3x9f0q2m1-184\n\
             data: {\"resume\":\"recovered\",\"keepAlive\":\"off\"}\n\n",
            "recovered",
        );
        check(
            Opening::Reset(ResetReason::Evicted, at(200)),
            Some(500),
            "retry: 3127\nevent: stream-open\n\
             data: {\"resume\":\"reset\",\"reason\":\"evicted\",\"keepAlive\":\"comment\",\"keepAliveMs\":500}\n\n\
             event: stream-reset\nid: k3x9f0q2m1-200\ndata: {\"reason\":\"evicted\"}\n\n",
            "reset; reason=evicted",
        );
        check(
            Opening::Unsupported,
            None,
            "retry: 3127\nevent: stream-open\ndata: {\"resume\":\"unsupported\",\"keepAlive\":\"off\"}\n\n",
            "unsupported",
        );
    }
}
