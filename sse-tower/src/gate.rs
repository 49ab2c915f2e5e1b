//! Whether a request may have an event stream: a pure function of its method, headers and query.
//!
//! ```
//! use http::{HeaderMap, Method, StatusCode, Uri};
//! use sse_tower::ControlEvents;
//! use sse_tower::gate::Request;
//!
//! let mut headers = HeaderMap::new();
//! headers.insert("accept", "application/json".parse()?);
//! let request = Request::new(&Method::GET, &headers, &Uri::from_static("/prices"));
//! let refusal = request.refusal(&[Method::GET, Method::HEAD], ControlEvents::On);
//! assert_eq!(refusal.map(|refusal| refusal.status()), Some(StatusCode::NOT_ACCEPTABLE));
//! assert_eq!(request.refusal(&[Method::GET, Method::HEAD], ControlEvents::Off), None);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode, Uri, header};
use sse_core::history::ResetReason;

use crate::accept::{Accept, accept};
use crate::polyfill::Quirks;
use crate::{ControlEvents, LastEventId};

/// What the gate reads of a request.
#[derive(Clone, Debug)]
pub struct Request {
    method: Method,
    accept: Accept,
    is_event_source: bool,
    quirks: Quirks,
    last_event_id: LastEventId,
}

/// Why a request gets no event stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// 204: the stream that the client comes back to has ended. It is the one answer that stops a browser for good.
    Ended,
    /// 400: the handler's [key](crate::Sse::key) for the connection is too long.
    KeyTooLong,
    /// 405: the method is not one of those that the route allows.
    MethodNotAllowed,
    /// 406: the client does not accept `text/event-stream`.
    NotAcceptable,
    /// 412: what the client missed is gone, and the route refuses those that must start over.
    Unresumable(ResetReason),
    /// 429: there are as many [`Connections`](crate::Connections) with this key as there may be.
    TooManyOfKey,
    /// 503: there are as many [`Connections`](crate::Connections) as there may be.
    TooManyConnections,
    /// 503: the server [shuts down](crate::shutdown).
    ShuttingDown,
    /// 503: the topic has no room for another subscription.
    Unavailable,
}

impl Refusal {
    /// The status of the response.
    #[must_use]
    pub const fn status(self) -> StatusCode {
        match self {
            Self::Ended => StatusCode::NO_CONTENT,
            Self::KeyTooLong => StatusCode::BAD_REQUEST,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
            Self::Unresumable(_) => StatusCode::PRECONDITION_FAILED,
            Self::TooManyOfKey => StatusCode::TOO_MANY_REQUESTS,
            Self::TooManyConnections | Self::ShuttingDown | Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// Whether the client is to ask again later. A browser's `EventSource` would not, after the status: it gets 200 and a
    /// stream that is over at once instead.
    #[must_use]
    pub const fn is_temporary(self) -> bool {
        matches!(self, Self::TooManyOfKey | Self::TooManyConnections | Self::ShuttingDown | Self::Unavailable)
    }

    /// The body of the response, which says what to do instead.
    pub(crate) fn explanation(self) -> Bytes {
        Bytes::from_static(match self {
            Self::Ended => b"",
            Self::KeyTooLong => b"the name that this connection would go by is too long\n",
            Self::MethodNotAllowed => b"this is an event stream: ask for it with one of the methods in `Allow`\n",
            Self::NotAcceptable => b"this is an event stream: send `Accept: text/event-stream`\n",
            Self::Unresumable(reason) => {
                let error = "this event stream cannot be resumed behind that id: ask for it without one";
                return Bytes::from(format!(r#"{{"error":"{error}","reason":"{reason}"}}"#));
            }
            Self::TooManyOfKey => b"you have as many of these connections as you may have: close one\n",
            Self::TooManyConnections => b"there are as many connections as there may be: try again later\n",
            Self::ShuttingDown => b"this server shuts down: try again later\n",
            Self::Unavailable => b"this event stream has as many subscribers as it can have: try again later\n",
        })
    }
}

impl Request {
    /// Reads a request.
    #[must_use]
    pub fn new(method: &Method, headers: &HeaderMap, uri: &Uri) -> Self {
        Self {
            method: method.clone(),
            accept: accept(headers),
            is_event_source: method == Method::GET && is_event_sources(headers),
            quirks: Quirks::from_query(uri),
            last_event_id: LastEventId::from_request(headers, uri),
        }
    }

    /// The id that the client comes back with.
    #[must_use]
    pub const fn last_event_id(&self) -> &LastEventId {
        &self.last_event_id
    }

    /// Whether the response must have no body.
    #[must_use]
    pub fn is_head(&self) -> bool {
        self.method == Method::HEAD
    }

    /// Whether it is what a browser's `EventSource` sends: a GET whose `Accept` is exactly `text/event-stream`.
    #[must_use]
    pub const fn is_event_source(&self) -> bool {
        self.is_event_source
    }

    /// What a polyfill asks for.
    pub(crate) const fn quirks(&self) -> Quirks {
        self.quirks
    }

    /// Whether the request is none of ours, whoever answers it: a preflight, for example.
    pub(crate) fn passes(&self) -> bool {
        self.method == Method::OPTIONS
    }

    /// Whether a client that asks for an event stream by name comes back to one that has ended. It is known before
    /// anybody else is asked.
    pub(crate) fn is_over(&self) -> bool {
        self.last_event_id.is_end() && self.accept == Accept::Named && !self.passes()
    }

    /// Why a route that serves an event stream to these methods refuses the request; `None` if it does not.
    ///
    /// An `Accept` header is held only against GET and HEAD of a route with control events: clients that POST for a
    /// stream often send another, and so do those of foreign protocols. An id that begins with `=end` counts on every
    /// route: whoever has it was told that the stream is over.
    #[must_use]
    pub fn refusal(&self, methods: &[Method], control_events: ControlEvents) -> Option<Refusal> {
        let asks_by_accept = control_events == ControlEvents::On && matches!(self.method, Method::GET | Method::HEAD);
        if self.last_event_id.is_end() && !self.passes() {
            Some(Refusal::Ended)
        } else if !methods.contains(&self.method) {
            Some(Refusal::MethodNotAllowed)
        } else if asks_by_accept && self.accept == Accept::Excluded {
            Some(Refusal::NotAcceptable)
        } else {
            None
        }
    }
}

fn is_event_sources(headers: &HeaderMap) -> bool {
    let mut accepts = headers.get_all(header::ACCEPT).into_iter();
    accepts.next().is_some_and(|accept| accept == "text/event-stream") && accepts.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_asks_as_a_browser_does_is_told_from_everybody_else() {
        let ask = |method: &Method, accepts: &[&'static str]| {
            let accepts = accepts.iter().map(|accept| (header::ACCEPT, http::HeaderValue::from_static(accept)));
            Request::new(method, &accepts.collect(), &Uri::from_static("/")).is_event_source()
        };
        assert!(ask(&Method::GET, &["text/event-stream"]));
        assert!(!ask(&Method::POST, &["text/event-stream"]));
        assert!(!ask(&Method::HEAD, &["text/event-stream"]));
        for other in ["*/*", "text/event-stream, */*", "text/event-stream;q=1"] {
            assert!(!ask(&Method::GET, &[other]), "{other}");
        }
        assert!(!ask(&Method::GET, &["text/event-stream", "*/*"]));
        assert!(!ask(&Method::GET, &[]));
    }

    #[test]
    fn every_method_accept_and_id_has_its_answer() {
        use Refusal::{Ended, MethodNotAllowed, NotAcceptable};
        let methods = [Method::GET, Method::HEAD, Method::POST];
        let all = [&methods[..], &[Method::OPTIONS, Method::PUT, Method::DELETE, Method::PATCH]].concat();
        for method in all {
            for accept in [None, Some("text/event-stream"), Some("*/*"), Some("application/json")] {
                for id in [None, Some("7"), Some("=end"), Some("=end-of-job")] {
                    let mut headers = HeaderMap::new();
                    accept.map(|accept| headers.insert("accept", accept.parse().unwrap()));
                    id.map(|id| headers.insert("last-event-id", id.parse().unwrap()));
                    let request = Request::new(&method, &headers, &Uri::from_static("/"));
                    let ended = id.is_some_and(|id| id.starts_with('=')) && method != Method::OPTIONS;
                    for control_events in [ControlEvents::On, ControlEvents::Off] {
                        let expected = if ended {
                            Some(Ended)
                        } else if !methods.contains(&method) {
                            Some(MethodNotAllowed)
                        } else if accept == Some("application/json")
                            && method != Method::POST
                            && control_events == ControlEvents::On
                        {
                            Some(NotAcceptable)
                        } else {
                            None
                        };
                        let refusal = request.refusal(&methods, control_events);
                        assert_eq!(refusal, expected, "{method} {accept:?} {id:?} {control_events:?}");
                    }
                    assert_eq!(request.is_over(), ended && accept == Some("text/event-stream"));
                }
            }
        }
    }
}
