//! What a client is seen to do.

use std::time::Duration;

use futures_util::StreamExt as _;
use http::HeaderMap;
use sse_core::{DecodedEvent, EventId};
use sse_tower::client::{Cause, End, Error, EventSource, ReadyState, Update};
use sse_tower::decode::ReceiveError;
use system_tests::LONG;
use tokio::time::timeout;

/// A client, and everything that it has told.
#[derive(Debug)]
pub(crate) struct Watch {
    pub(crate) source: EventSource,
    /// The headers of each response that was accepted.
    pub(crate) opens: Vec<HeaderMap>,
    pub(crate) events: Vec<DecodedEvent>,
    /// Events that were lost.
    pub(crate) invalid: Vec<ReceiveError>,
    /// Why it came back, each time, and the delay.
    pub(crate) causes: Vec<(Cause, Duration)>,
    pub(crate) left_out: Vec<EventId>,
    /// Before which events the server has said that some were lost, by their indices.
    pub(crate) resets: Vec<usize>,
    pub(crate) end: Option<Result<End, Error>>,
}

impl Watch {
    pub(crate) const fn new(source: EventSource) -> Self {
        Self {
            source,
            opens: Vec::new(),
            events: Vec::new(),
            invalid: Vec::new(),
            causes: Vec::new(),
            left_out: Vec::new(),
            resets: Vec::new(),
            end: None,
        }
    }

    /// Reads until this is so, or the stream is over.
    pub(crate) async fn until(&mut self, done: impl Fn(&Self) -> bool) {
        while !done(self) {
            let item = timeout(LONG, self.source.next()).await;
            match item.unwrap_or_else(|_| panic!("nothing comes any more: {self:?}")) {
                Some(item) => self.note(item),
                None => return assert_eq!(self.source.ready_state(), ReadyState::Closed),
            }
        }
    }

    /// Reads until there are so many events.
    pub(crate) async fn events(&mut self, count: usize) {
        self.until(|watch| watch.events.len() >= count).await;
        assert_eq!(self.events.len(), count, "{self:?}");
    }

    /// Reads until the connection was lost so often.
    pub(crate) async fn losses(&mut self, count: usize) {
        self.until(|watch| watch.causes.len() >= count).await;
        assert_eq!(self.causes.len(), count, "{self:?}");
    }

    /// Reads until the stream is over.
    pub(crate) async fn end(&mut self) {
        self.until(|_| false).await;
    }

    fn note(&mut self, item: Result<Update, Error>) {
        assert!(self.end.is_none(), "more behind the end: {item:?}");
        match item {
            Ok(Update::Open(opened)) => self.opens.push(opened.headers),
            Ok(Update::Event { event, .. }) => self.events.push(event),
            Ok(Update::Invalid(error)) => self.invalid.push(error),
            Ok(Update::Reconnecting(reconnecting)) => self.causes.push((reconnecting.cause, reconnecting.delay)),
            Ok(Update::IdLeftOut(id)) => self.left_out.push(id),
            Ok(Update::Reset(_)) => self.resets.push(self.events.len()),
            Ok(Update::End(end)) => self.end = Some(Ok(end)),
            Err(error) => self.end = Some(Err(error)),
            Ok(other) => panic!("{other:?}"),
        }
    }

    /// As often as an `EventSource` of a browser would have fired `error`.
    pub(crate) fn errors(&self) -> usize {
        self.causes.len() + usize::from(self.end.is_some())
    }

    pub(crate) fn data(&self) -> Vec<&str> {
        self.events.iter().map(|event| event.data.as_str()).collect()
    }

    /// The error that it has ended with.
    #[track_caller]
    pub(crate) fn error(&self) -> &Error {
        let Some(Err(error)) = &self.end else { panic!("no error: {self:?}") };
        error
    }
}
