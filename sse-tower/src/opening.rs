//! What a client is told first: in the header `Sse-Resume`, and in the first bytes of the body.

use std::fmt::{self, Write as _};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::HeaderValue;
use sse_core::history::{Position, ResetReason, Verdict};
use sse_core::topic::group::{GroupOutcome, GroupVerdict, VectorPosition};
use sse_core::{EventId, Retry};

use crate::control::{self, write_id};

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

/// What becomes of the id that the client brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Resume {
    /// It brought none.
    Fresh,
    /// It gets what it missed.
    Recovered,
    /// It must start over.
    Reset(ResetReason),
    /// Nobody here knows what to do with it.
    Unsupported,
}

/// What the client is told first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Opening {
    pub(crate) resume: Resume,
    /// Where the client is known to be from now on. `None` if the ids are not ours, or if a snapshot comes first.
    id: Option<EventId>,
    /// Of many topics, those in which it must start over.
    topics: Vec<(Arc<str>, ResetReason)>,
}

impl Resume {
    /// The value of `Sse-Resume`.
    pub(crate) fn header(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Fresh => "fresh",
            Self::Recovered => "recovered",
            Self::Reset(ResetReason::Evicted) => "reset; reason=evicted",
            Self::Reset(ResetReason::UnknownEpoch) => "reset; reason=unknown-epoch",
            Self::Reset(ResetReason::Future) => "reset; reason=future",
            Self::Reset(ResetReason::Malformed) => "reset; reason=malformed",
            Self::Reset(ResetReason::Lagged) => "reset; reason=lagged",
            Self::Reset(_) => "reset",
            Self::Unsupported => "unsupported",
        })
    }
}

impl From<Resume> for Opening {
    fn from(resume: Resume) -> Self {
        Self { resume, id: None, topics: Vec::new() }
    }
}

impl Opening {
    /// What a topic says.
    pub(crate) fn of_topic(verdict: Verdict, position: Option<Position>) -> Self {
        let (resume, position) = match verdict {
            // The id that the client came with, not one that is as good.
            Verdict::Recovered(position) => (Resume::Recovered, Some(position)),
            Verdict::Reset(reason) => (Resume::Reset(reason), position),
            _ => (Resume::Fresh, position),
        };
        Self { resume, id: position.map(EventId::from), topics: Vec::new() }
    }

    /// What many topics say.
    pub(crate) fn of_group(verdict: GroupVerdict, position: Option<VectorPosition>) -> Self {
        let resume = match verdict.worst {
            GroupOutcome::Recovered => Resume::Recovered,
            GroupOutcome::Reset(reason) => Resume::Reset(reason),
            _ => Resume::Fresh,
        };
        Self { resume, id: position.map(EventId::from), topics: verdict.resets }
    }

    /// What a handler says of a stream of its own, or leaves unsaid.
    pub(crate) fn of_stream(resumed: Option<Resumed>, brought_id: bool) -> Self {
        Self::from(match resumed {
            Some(Resumed::Recovered) => Resume::Recovered,
            Some(Resumed::Reset(reason)) => Resume::Reset(reason),
            None if brought_id => Resume::Unsupported,
            None => Resume::Fresh,
        })
    }

    /// Gives another reason for every reset.
    pub(crate) fn because(mut self, reason: ResetReason) -> Self {
        if let Resume::Reset(known) = &mut self.resume {
            *known = reason;
        }
        self.topics.iter_mut().for_each(|(_, known)| *known = reason);
        self
    }

    /// The first bytes of the connection.
    ///
    /// After a reset `stream-open` has no id, because the client could come back with it without having read the
    /// `stream-reset` behind it.
    pub(crate) fn prelude(&self, retry: Retry, keep_alive: Option<(Duration, &'static str)>) -> Bytes {
        let id = self.id.as_ref().map(|id| -> &dyn fmt::Display { id });
        let (resume, reset) = match self.resume {
            Resume::Fresh => ("fresh", None),
            Resume::Recovered => ("recovered", None),
            Resume::Reset(reason) => ("reset", Some(reason)),
            Resume::Unsupported => ("unsupported", None),
        };
        let mut out = format!("retry: {}\nevent: stream-open\n", retry.as_millis());
        write_id(&mut out, id.filter(|_| reset.is_none()));
        out.push_str(r#"data: {"resume":""#);
        out.push_str(resume);
        if let Some(reason) = reset {
            out.push_str(r#"","reason":""#);
            out.push_str(reason.as_str());
        }
        match keep_alive {
            Some((interval, by)) => {
                // Writing to a string does not fail.
                let _fits = write!(out, r#"","keepAlive":"{by}","keepAliveMs":{}}}"#, interval.as_millis()).is_ok();
            }
            None => out.push_str(r#"","keepAlive":"off"}"#),
        }
        out.push_str("\n\n");
        if let Some(reason) = reset {
            control::write_reset(&mut out, reason, &self.topics, id);
        }
        Bytes::from(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(opening: &Opening, keep_alive: Option<u64>, wire: &str, header: &str) {
        let retry = Retry::from_static(3_127);
        assert_eq!(opening.prelude(retry, keep_alive.map(|millis| (Duration::from_millis(millis), "comment"))), wire);
        assert_eq!(opening.resume.header(), header);
    }

    #[test]
    fn the_first_bytes_are_exact() {
        let at = |offset| -> Position { format!("k3x9f0q2m1-{offset}").parse().unwrap() };
        check(
            &Opening::of_topic(Verdict::Fresh, Some(at(184))),
            Some(15_000),
            "retry: 3127\nevent: stream-open\nid: k3x9f0q2m1-184\n\
             data: {\"resume\":\"fresh\",\"keepAlive\":\"comment\",\"keepAliveMs\":15000}\n\n",
            "fresh",
        );
        check(
            &Opening::of_topic(Verdict::Recovered(at(184)), Some(at(180))),
            None,
            "retry: 3127\nevent: stream-open\nid: k3x9f0q2m1-184\n\
             data: {\"resume\":\"recovered\",\"keepAlive\":\"off\"}\n\n",
            "recovered",
        );
        check(
            &Opening::of_topic(Verdict::Reset(ResetReason::Evicted), Some(at(200))),
            Some(500),
            "retry: 3127\nevent: stream-open\n\
             data: {\"resume\":\"reset\",\"reason\":\"evicted\",\"keepAlive\":\"comment\",\"keepAliveMs\":500}\n\n\
             event: stream-reset\nid: k3x9f0q2m1-200\ndata: {\"reason\":\"evicted\"}\n\n",
            "reset; reason=evicted",
        );
        check(
            &Opening::from(Resume::Unsupported),
            None,
            "retry: 3127\nevent: stream-open\ndata: {\"resume\":\"unsupported\",\"keepAlive\":\"off\"}\n\n",
            "unsupported",
        );
    }

    #[test]
    fn while_a_snapshot_is_owed_there_is_no_id() {
        check(
            &Opening::of_topic(Verdict::Fresh, None),
            None,
            "retry: 3127\nevent: stream-open\ndata: {\"resume\":\"fresh\",\"keepAlive\":\"off\"}\n\n",
            "fresh",
        );
        check(
            &Opening::of_topic(Verdict::Reset(ResetReason::Malformed), None).because(ResetReason::Lagged),
            None,
            "retry: 3127\nevent: stream-open\n\
             data: {\"resume\":\"reset\",\"reason\":\"lagged\",\"keepAlive\":\"off\"}\n\n\
             event: stream-reset\ndata: {\"reason\":\"lagged\"}\n\n",
            "reset; reason=lagged",
        );
    }
}
