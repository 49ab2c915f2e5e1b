//! Any stream of typed events, or a topic, becomes a response.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use futures_core::Stream;
use http::Response;
use sse_core::Retry;
use sse_core::wire::SseItem;

use crate::body::SseBody;
use crate::handle::{Slot, Unopened};
use crate::headers;
use crate::life::Named;
use crate::opening::Resumed;
use crate::origin::Origin;
use crate::source::{Events, Source};

/// An event stream, as a handler or a service returns it.
///
/// It starts no work. A [`SseLayer`](crate::SseLayer) around the route reads the request, tells the client what becomes
/// of its `Last-Event-ID`, and keeps the connection alive; without one the response is right all the same, but nothing
/// is resumed.
///
/// # Examples
///
/// ```
/// use sse_core::{SseEvent, Topic};
/// use sse_tower::Sse;
///
/// #[derive(SseEvent)]
/// enum Count {
///     Tick(u32),
///     #[sse(terminal)]
///     Done,
/// }
///
/// // Any stream: of events, or of results of them.
/// let three = futures_util::stream::iter([Count::Tick(1), Count::Tick(2), Count::Done]);
/// let response = Sse::new(three).into_response();
/// assert_eq!(response.headers()["content-type"], "text/event-stream");
///
/// // A topic: what the client missed, then what is published.
/// let counts: Topic<Count> = Topic::new();
/// let response = Sse::topic(&counts).into_response();
/// ```
#[must_use = "a response that is dropped answers nobody"]
pub struct Sse<S> {
    source: S,
    pub(crate) origin: Origin,
    retry: Option<Retry>,
    named: Named,
}

impl<S> Sse<S> {
    pub(crate) const fn from_parts(source: S, origin: Origin) -> Self {
        Self { source, origin, retry: None, named: Named { key: None, expires_at: None } }
    }
}

impl<St> Sse<Events<St>>
where
    St: Stream,
    St::Item: SseItem,
{
    /// Answers with the events of a stream, whose ids are its own.
    ///
    /// The stream's end completes the event stream, and a browser does not ask for it again. An error breaks it off,
    /// and the client comes back. Events that are ready together are sent together.
    pub const fn new(stream: St) -> Self {
        Self::from_parts(Events::new(stream), Origin::Stream { resumed: None })
    }

    /// Tells the client what the handler did with its [`LastEventId`](crate::LastEventId).
    ///
    /// Without it, a client that brought one is told that resuming is unsupported. A client that is reset gets no stream
    /// at all where the route has no control events to say so: see [`SseLayer::unresumable`](crate::SseLayer::unresumable).
    pub fn resumed(mut self, resumed: Resumed) -> Self {
        self.origin = Origin::Stream { resumed: Some(resumed) };
        self
    }
}

impl<S: Source> Sse<S> {
    /// Sets the reconnection time of this stream, instead of the layer's.
    pub fn retry(mut self, retry: Retry) -> Self {
        self.retry = Some(retry);
        self
    }

    /// Says who the connection belongs to, for [`Connections`](crate::Connections) and [`hooks`](crate::hooks): a user,
    /// a session, a tenant. An empty key is none.
    ///
    /// It may have 256 bytes. If it has more the client gets no stream but 400, because a key that grows so long comes
    /// from outside.
    pub fn key(mut self, key: impl Into<Arc<str>>) -> Self {
        self.named.key = Some(key.into());
        self
    }

    /// Ends the connection at this time, for example when the token expires with which it was authorised.
    ///
    /// The client comes back and is authorised again, or is not: 401 and 403 stop a browser for good. The body just
    /// ends, without `stream-end`. If the time is past already the client gets what every connection begins with, and
    /// then the end. Without a layer it is of no effect.
    ///
    /// ```
    /// use std::time::{Duration, SystemTime};
    /// use sse_core::{SseEvent, Topic};
    /// use sse_tower::Sse;
    ///
    /// # #[derive(SseEvent)]
    /// # enum Ping { Ping }
    /// # let topic: Topic<Ping> = Topic::new();
    /// let exp = 1_795_298_400; // the claim of a token, in seconds
    /// let response = Sse::topic(&topic).expires_at(SystemTime::UNIX_EPOCH + Duration::from_secs(exp));
    /// ```
    pub fn expires_at(mut self, time: SystemTime) -> Self {
        self.named.expires_at = Some(time);
        self
    }

    /// The response: 200, the headers of an event stream, and its body.
    ///
    /// In an axum handler return the `Sse` itself, or a `Result` of it. Where two kinds of answers meet write
    /// `axum::response::IntoResponse::into_response(sse)`, which erases the body's type; this method goes first otherwise.
    pub fn into_response(self) -> Response<SseBody<S>> {
        let slot = Slot::new(Unopened { origin: self.origin, retry: self.retry, named: self.named });
        let handle = slot.handle();
        let mut response = Response::new(SseBody::new(self.source, slot));
        headers::set(response.headers_mut());
        response.extensions_mut().insert(handle);
        response
    }
}

impl<S> fmt::Debug for Sse<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sse").field("origin", &self.origin).field("retry", &self.retry).finish_non_exhaustive()
    }
}
