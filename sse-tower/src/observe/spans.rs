//! Spans and events, for the subscriber of `tracing` that the application has installed.

use sse_core::history::ResetReason;
use tracing::field::Empty;
use tracing::span::Id;
use tracing::{Dispatch, Span, debug, info_span, warn};

use super::names;
use crate::Error;
use crate::gate::Refusal;
use crate::hooks::{Connect, Disconnect, DisconnectReason};
use crate::opening::Resume;

/// One target for all, whichever file it comes from.
const TARGET: &str = "sse_tower";

/// What a layer's streams are called, if they have spans.
#[derive(Clone, Debug, Default)]
pub(super) struct Route(Option<&'static str>);

impl Route {
    pub(super) const fn new(stream: &'static str) -> Self {
        Self(Some(stream))
    }

    pub(super) const fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// What only the server can help is a warning.
    pub(super) fn refuse(&self, refusal: Refusal) {
        let Some(stream) = self.0 else { return };
        let (status, reason) = (refusal.status().as_u16(), names::refusal(refusal));
        if matches!(refusal, Refusal::TooManyConnections | Refusal::Unavailable) {
            warn!(target: TARGET, stream, status, reason, "refused");
        } else {
            debug!(target: TARGET, stream, status, reason, "refused");
        }
    }

    /// The span's parent is the current one, which is the request's if there is one.
    pub(super) fn open(&self, connect: &Connect, resume: Resume) -> Connection {
        let Some(stream) = self.0 else {
            return Connection::default();
        };
        let span = info_span!(
            target: TARGET,
            "sse.connection",
            id = %connect.id,
            stream,
            resume = names::resume(resume),
            reason = Empty,
            duration_ms = Empty,
            events = Empty,
            bytes = Empty,
        );
        // A key may be what a client is known by, and is not for everybody who reads the logs.
        let key = connect.key.as_deref();
        match resume {
            Resume::Reset(reason) => debug!(target: TARGET, parent: &span, key, reset = reason.as_str(), "opened"),
            Resume::Fresh | Resume::Recovered | Resume::Unsupported => {
                debug!(target: TARGET, parent: &span, key, "opened");
            }
        }
        Connection(Some(Box::new(Traced { stream, span })))
    }
}

#[derive(Debug, Default)]
pub(super) struct Connection(Option<Box<Traced>>);

#[derive(Debug)]
struct Traced {
    stream: &'static str,
    /// Disabled, if nobody wants it; failures may be wanted all the same.
    span: Span,
}

impl Connection {
    /// What is logged on this thread is the connection's, until the guard is dropped. Other than the guard of tracing it
    /// does not borrow the span, because the connection changes meanwhile.
    pub(super) fn enter(&self) -> Entered {
        let span = self.0.as_ref().map(|traced| &traced.span);
        Entered(span.and_then(|span| {
            span.with_subscriber(|(id, dispatch)| {
                dispatch.enter(id);
                (id.clone(), dispatch.clone())
            })
        }))
    }

    pub(super) fn reset(&self, bytes: &[u8]) {
        if let Some(Traced { span, .. }) = self.0.as_deref() {
            let reset = names::reset(bytes).map(ResetReason::as_str);
            debug!(target: TARGET, parent: span, reset, "starts over");
        }
    }

    /// A server may tell nobody why a body has failed.
    pub(super) fn fail(&self, error: &Error) {
        if let Some(Traced { stream, span }) = self.0.as_deref() {
            warn!(target: TARGET, parent: span, stream, %error, "failed");
        }
    }

    pub(super) fn close(&self, disconnect: &Disconnect) {
        let Some(Traced { stream, span }) = self.0.as_deref() else { return };
        if std::thread::panicking() {
            warn!(target: TARGET, parent: span, stream, "dropped by a panic");
        }
        span.record("reason", names::end(&disconnect.reason));
        span.record("duration_ms", u64::try_from(disconnect.duration.as_millis()).unwrap_or(u64::MAX));
        span.record("events", disconnect.events);
        span.record("bytes", disconnect.bytes);
        let because = if let DisconnectReason::Closed(because) = &disconnect.reason { Some(&**because) } else { None };
        debug!(target: TARGET, parent: span, because, "closed");
    }
}

/// A span that is left when this is dropped.
pub(super) struct Entered(Option<(Id, Dispatch)>);

impl Drop for Entered {
    fn drop(&mut self) {
        if let Some((id, dispatch)) = &self.0 {
            dispatch.exit(id);
        }
    }
}

pub(super) fn unlayered() {
    warn!(target: TARGET, "an event stream has no `SseLayer`: it cannot be resumed, and has no keep-alive");
}
