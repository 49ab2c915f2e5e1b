//! Figures, for the recorder of the `metrics` facade that the application has installed.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use metrics::{
    Counter, Gauge, Histogram, Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram,
};
use sse_core::history::ResetReason;

use super::names;
use crate::gate::Refusal;
use crate::hooks::{Connect, Disconnect};
use crate::opening::Resume;

const CONNECTIONS: &str = "sse_connections";
const OPENED: &str = "sse_connections_opened_total";
const CLOSED: &str = "sse_connections_closed_total";
const DURATION: &str = "sse_connection_duration_seconds";
const REFUSED: &str = "sse_requests_refused_total";
const RESETS: &str = "sse_resets_total";
const EVENTS: &str = "sse_sent_events_total";
const BYTES: &str = "sse_sent_bytes_total";

/// The figures of a layer, if it has any.
#[derive(Clone, Debug, Default)]
pub(super) struct Route(Option<Stream>);

#[derive(Clone, Debug)]
struct Stream {
    name: &'static str,
    /// Whether the recorder knows of every figure. It is the same for the clones of a layer.
    is_known: Arc<AtomicBool>,
}

impl Route {
    pub(super) fn new(stream: &'static str) -> Self {
        Self(Some(Stream { name: stream, is_known: Arc::default() }))
    }

    pub(super) const fn is_on(&self) -> bool {
        self.0.is_some()
    }

    pub(super) fn refuse(&self, refusal: Refusal) {
        if let Some(stream) = &self.0 {
            stream.make_known();
            refused(stream.name, names::refusal(refusal)).increment(1);
        }
    }

    pub(super) fn open(&self, _: &Connect, resume: Resume) -> Connection {
        let Some(stream) = &self.0 else {
            return Connection::default();
        };
        stream.make_known();
        opened(stream.name, names::resume(resume)).increment(1);
        let handles = Handles {
            stream: stream.name,
            connections: connections(stream.name),
            events: events(stream.name),
            bytes: bytes(stream.name),
        };
        handles.connections.increment(1);
        if let Resume::Reset(reason) = resume {
            resets(stream.name, reason).increment(1);
        }
        Connection(Some(Box::new(handles)))
    }
}

impl Stream {
    /// Describes every figure, and sets it to zero: what is not there at all until it happens cannot be seen to rise.
    fn make_known(&self) {
        if self.is_known.load(Relaxed) || self.is_known.swap(true, Relaxed) {
            return;
        }
        describe();
        connections(self.name).increment(0);
        for resume in names::RESUMES {
            opened(self.name, resume).increment(0);
        }
        for reason in names::ENDS {
            closed(self.name, reason).increment(0);
        }
        for reason in names::REFUSALS {
            refused(self.name, reason).increment(0);
        }
        for reason in names::RESETS {
            resets(self.name, reason).increment(0);
        }
        events(self.name).increment(0);
        bytes(self.name).increment(0);
        drop(duration(self.name));
    }
}

/// What an open connection adds to. It is looked up once, and not again for each frame.
struct Handles {
    stream: &'static str,
    connections: Gauge,
    events: Counter,
    bytes: Counter,
}

#[derive(Debug, Default)]
pub(super) struct Connection(Option<Box<Handles>>);

impl Connection {
    pub(super) fn sent(&self, events: u64, bytes: u64) {
        if let Some(handles) = &self.0 {
            if events > 0 {
                handles.events.increment(events);
            }
            handles.bytes.increment(bytes);
        }
    }

    pub(super) fn reset(&self, bytes: &[u8]) {
        if let Some(handles) = &self.0
            && let Some(reason) = names::reset(bytes)
        {
            resets(handles.stream, reason).increment(1);
        }
    }

    pub(super) fn close(&self, disconnect: &Disconnect) {
        if let Some(handles) = &self.0 {
            handles.connections.decrement(1);
            closed(handles.stream, names::end(&disconnect.reason)).increment(1);
            duration(handles.stream).record(disconnect.duration);
        }
    }
}

fn connections(stream: &'static str) -> Gauge {
    gauge!(CONNECTIONS, "stream" => stream)
}

fn opened(stream: &'static str, resume: &'static str) -> Counter {
    counter!(OPENED, "stream" => stream, "resume" => resume)
}

fn closed(stream: &'static str, reason: &'static str) -> Counter {
    counter!(CLOSED, "stream" => stream, "reason" => reason)
}

fn duration(stream: &'static str) -> Histogram {
    histogram!(DURATION, "stream" => stream)
}

fn refused(stream: &'static str, reason: &'static str) -> Counter {
    counter!(REFUSED, "stream" => stream, "reason" => reason)
}

fn resets(stream: &'static str, reason: ResetReason) -> Counter {
    counter!(RESETS, "stream" => stream, "reason" => reason.as_str())
}

fn events(stream: &'static str) -> Counter {
    counter!(EVENTS, "stream" => stream)
}

fn bytes(stream: &'static str) -> Counter {
    counter!(BYTES, "stream" => stream)
}

fn describe() {
    describe_gauge!(CONNECTIONS, Unit::Count, "Event streams that are open.");
    describe_counter!(OPENED, Unit::Count, "Event streams that were opened, by what became of the last event ID.");
    describe_counter!(CLOSED, Unit::Count, "Event streams that have gone, by reason.");
    describe_histogram!(DURATION, Unit::Seconds, "For how long the event streams that have gone were open.");
    describe_counter!(REFUSED, Unit::Count, "Requests that got no event stream, by reason.");
    describe_counter!(RESETS, Unit::Count, "Clients that lost events and had to start over, by reason.");
    describe_counter!(EVENTS, Unit::Count, "Events that were handed to the server, for each client again.");
    describe_counter!(BYTES, Unit::Bytes, "Bytes that were handed to the server, before compression.");
}

impl fmt::Debug for Handles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handles").field("stream", &self.stream).finish_non_exhaustive()
    }
}
