//! The events with which a server of this crate speaks to its client.

use std::time::Duration;

use serde_json::{Map, Value};
use sse_core::event::DecodedEvent;

use super::resume::reason;
use super::{Reset, Resume};

/// An event that is none of the application's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Control {
    /// `stream-open`: the first of a connection.
    Open {
        resume: Resume,
        /// The interval of the keep-alive; `None` if there is none.
        keep_alive: Option<Duration>,
    },
    /// `stream-reset`: the client starts over.
    Reset(Reset),
    /// `stream-position`: an id, and nothing else.
    Position,
    /// `stream-end`: the stream is complete.
    End,
}

/// What a server takes for the shortest and the longest keep-alive.
const SHORTEST: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_hours(24);

impl Control {
    /// `None` for an event of the application: also for one of a server that is not of this crate, whatever its name, if
    /// it does not say what the control event of that name says. A server of this crate has `announced` itself by
    /// `stream-open` before it sends others.
    pub(crate) fn of(event: &DecodedEvent, announced: bool) -> Option<Self> {
        match event.name.as_str() {
            "stream-open" => Self::open(&object(event)?),
            "stream-reset" if announced => Self::reset(&object(event)?),
            "stream-position" if announced => object(event).map(|_| Self::Position),
            "stream-end" => event.last_event_id.as_str().starts_with("=end").then_some(Self::End),
            _ => None,
        }
    }

    fn open(data: &Map<String, Value>) -> Option<Self> {
        let resume = Resume::new(text(data, "resume")?, text(data, "reason"))?;
        let millis = data.get("keepAliveMs").and_then(Value::as_u64);
        let keep_alive = millis.map(|millis| Duration::from_millis(millis).clamp(SHORTEST, LONGEST));
        Some(Self::Open { resume, keep_alive: keep_alive.filter(|_| text(data, "keepAlive") != Some("off")) })
    }

    fn reset(data: &Map<String, Value>) -> Option<Self> {
        let topics = data.get("topics").and_then(Value::as_object).into_iter().flatten();
        Some(Self::Reset(Reset {
            reason: reason(text(data, "reason")?),
            topics: topics.map(|(label, because)| (label.clone(), because.as_str().and_then(reason))).collect(),
        }))
    }
}

fn object(event: &DecodedEvent) -> Option<Map<String, Value>> {
    serde_json::from_str(&event.data).ok()
}

fn text<'a>(data: &'a Map<String, Value>, key: &str) -> Option<&'a str> {
    data.get(key)?.as_str()
}

#[cfg(test)]
mod tests {
    use sse_core::Decoder;
    use sse_core::history::ResetReason;

    use super::*;

    #[track_caller]
    fn check(block: &str, expected: Option<&Control>) {
        let event = Decoder::new().decode(&mut format!("{block}\n\n").as_bytes()).unwrap().unwrap();
        assert_eq!(Control::of(&event, true).as_ref(), expected, "{block}");
        let first = expected.filter(|control| !matches!(control, Control::Reset(_) | Control::Position));
        assert_eq!(Control::of(&event, false).as_ref(), first, "{block}");
    }

    #[test]
    fn what_our_servers_write_is_understood() {
        let open = |resume, millis| Control::Open { resume, keep_alive: Option::map(millis, Duration::from_millis) };
        check(
            "event: stream-open\nid: e-1\ndata: {\"resume\":\"fresh\",\"keepAlive\":\"comment\",\"keepAliveMs\":15000}",
            Some(&open(Resume::Fresh, Some(15_000))),
        );
        check(
            "event: stream-open\ndata: {\"resume\":\"reset\",\"reason\":\"future\",\"keepAlive\":\"off\",\"keepAliveMs\":5}",
            Some(&open(Resume::Reset(Some(ResetReason::Future)), None)),
        );
        check(
            "event: stream-open\ndata: {\"resume\":\"recovered\",\"keepAliveMs\":0,\"schema\":\"x\"}",
            Some(&open(Resume::Recovered, Some(100))),
        );
        check(
            "event: stream-reset\nid: =reset\ndata: {\"reason\":\"evicted\",\"topics\":{\"c\\u0022pu\":\"lagged\",\"disk\":\"new\"}}",
            Some(&Control::Reset(Reset {
                reason: Some(ResetReason::Evicted),
                topics: vec![("c\"pu".to_owned(), Some(ResetReason::Lagged)), ("disk".to_owned(), None)],
            })),
        );
        check("event: stream-position\nid: e-3\ndata: {}", Some(&Control::Position));
        check("event: stream-end\nid: =end\ndata: {}", Some(&Control::End));
    }

    #[test]
    fn what_only_looks_like_it_is_the_applications() {
        for block in [
            "event: stream-open\ndata: open",
            "event: stream-open\ndata: {\"state\":\"open\"}",
            "event: stream-reset\ndata: [1]",
            "event: stream-position\ndata: 12",
            "event: stream-end\ndata: {}",
            "event: stream-end\nid: 7\ndata: {}",
            "event: stream-newer\ndata: {}",
            "data: {}",
        ] {
            check(block, None);
        }
    }
}
