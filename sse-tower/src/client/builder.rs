//! What an event source is told before it begins.

use std::error;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, Uri, header};
use http_body::Body;
use sse_core::wire::Limits;
use sse_core::{EventId, Retry};
use tower_service::Service;

use super::backoff::Backoff;
use super::connect::Connector;
use super::driver::Driver;
use super::redirect::Target;
use super::request::Template;
use super::settings::{Idle, Settings};
use super::{EventSource, RequestBody};
use crate::ControlEvents;
use crate::config::entropy;
use crate::timer::Timer;

/// What an [`EventSource`] is told before it begins.
///
/// See the [module](super) for examples.
#[derive(Debug)]
#[must_use = "nothing is asked for until it is built and polled"]
pub struct Builder {
    uri: Uri,
    method: Option<Method>,
    last_event_id: EventId,
    reconnection_time: Duration,
    backoff: Backoff,
    settings: Settings,
}

#[cfg(feature = "tokio")]
impl EventSource {
    /// A GET of this URI over this service, with the defaults, and tokio's timer.
    ///
    /// Nothing is asked for until it is polled, and that must be within a tokio runtime whose time driver is enabled.
    pub fn new<S, B>(service: S, uri: Uri) -> Self
    where
        S: Service<Request<RequestBody>, Response = Response<B>> + Send + 'static,
        S::Error: Into<Box<dyn error::Error + Send + Sync>>,
        S::Future: Send + 'static,
        B: Body + Send + 'static,
        B::Error: Into<Box<dyn error::Error + Send + Sync>>,
    {
        Builder::new(uri).build(service)
    }

    /// A request for this URI that may be changed, with tokio's timer. The same as [`Builder::new`].
    pub fn builder(uri: Uri) -> Builder {
        Builder::new(uri)
    }
}

impl Builder {
    /// A request for this URI with the defaults, and tokio's timer.
    ///
    /// What is built must be polled within a tokio runtime whose time driver is enabled.
    #[cfg(feature = "tokio")]
    pub fn new(uri: Uri) -> Self {
        Self::with_timer(uri, crate::timer::TokioTimer::new())
    }

    /// A request for this URI with the defaults, and this timer.
    pub fn with_timer(uri: Uri, timer: impl Timer + 'static) -> Self {
        Self {
            uri,
            method: None,
            last_event_id: EventId::from_static(""),
            reconnection_time: Retry::DEFAULT.into(),
            backoff: Backoff::new(),
            settings: Settings {
                template: Template::default(),
                headers_with: None,
                limits: Limits::new(),
                idle: Idle::Announced,
                repeat: false,
                retry_statuses: Vec::new(),
                control_events: ControlEvents::On,
                timer: Arc::new(timer),
                entropy: Arc::new(entropy),
            },
        }
    }

    /// Sets a header of every request, and of where redirects lead to.
    ///
    /// `authorization`, `cookie`, `proxy-authorization` and `host` are not sent to another origin.
    /// `accept: text/event-stream` and `cache-control: no-cache` are sent unless they are set here. `last-event-id` is not
    /// set here but by [`last_event_id`](Self::last_event_id).
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.settings.template.headers.insert(name, value);
        self
    }

    /// Sets headers of every request, and of where redirects lead to, as [`header`](Self::header) does.
    pub fn headers(mut self, headers: HeaderMap) -> Self {
        self.settings.template.headers.extend(headers);
        self
    }

    /// Makes headers for each attempt, such as a token that expires. They replace those of the same names.
    ///
    /// If it fails, so does the attempt: that is reported, and there will be another one.
    ///
    /// ```
    /// use http::{HeaderMap, HeaderValue, Uri, header};
    /// use sse_tower::client::EventSource;
    ///
    /// # #[derive(Clone)] struct Tokens;
    /// # impl Tokens { async fn fresh(&self) -> Result<String, std::io::Error> { Ok("secret".into()) } }
    /// # let tokens = Tokens;
    /// let source = EventSource::builder(Uri::from_static("https://example.com/events")).headers_with(move || {
    ///     let tokens = tokens.clone(); // the future owns what it needs
    ///     async move {
    ///         let token = HeaderValue::try_from(format!("Bearer {}", tokens.fresh().await?))?;
    ///         Ok::<_, Box<dyn std::error::Error + Send + Sync>>(HeaderMap::from_iter([(header::AUTHORIZATION, token)]))
    ///     }
    /// });
    /// ```
    pub fn headers_with<F, R, X>(mut self, mut make: F) -> Self
    where
        F: FnMut() -> R + Send + 'static,
        R: Future<Output = Result<HeaderMap, X>> + Send + 'static,
        X: Into<Box<dyn error::Error + Send + Sync>>,
    {
        self.settings.headers_with = Some(Box::new(move || {
            let headers = make();
            Box::pin(async { headers.await.map_err(Into::into) })
        }));
        self
    }

    /// Sets the method. Default: GET, or POST if there is a [body](Self::body).
    ///
    /// A request whose method is not safe is not [repeated](Self::repeat) without reason.
    pub fn method(mut self, method: Method) -> Self {
        self.method = Some(method);
        self
    }

    /// Sets the body of the request and its `content-type`.
    ///
    /// ```
    /// use http::{HeaderValue, Uri};
    /// use sse_tower::client::EventSource;
    ///
    /// let json = HeaderValue::from_static("application/json");
    /// let source = EventSource::builder(Uri::from_static("https://example.com/ask")).body(json, r#"{"stream":true}"#);
    /// ```
    pub fn body(mut self, content_type: HeaderValue, body: impl Into<Bytes>) -> Self {
        self.settings.template.headers.insert(header::CONTENT_TYPE, content_type);
        self.settings.template.body = body.into();
        self.method = self.method.or(Some(Method::POST));
        self
    }

    /// Allows a request to be repeated that is not safe, such as a POST, although no id was received.
    ///
    /// Nobody can say how much of such a request has been done when its connection is lost. So without this it is sent
    /// once more only with an id to resume from, after a status that is [retried](Self::retry_statuses), and by
    /// [`EventSource::restart`]. Otherwise the end of the body is the [end](super::End::Body) of the stream, and a
    /// connection that is lost is an [error](super::Error::is_not_repeated). GET, HEAD, OPTIONS, TRACE, QUERY, REPORT,
    /// PROPFIND and SEARCH are safe.
    pub const fn repeat(mut self) -> Self {
        self.settings.repeat = true;
        self
    }

    /// Sets the id to resume from: `last-event-id: 42` stands in the first request already. Default: empty, which is
    /// none.
    pub fn last_event_id(mut self, id: EventId) -> Self {
        self.last_event_id = id;
        self
    }

    /// Sets how long to wait before a reconnect, until the server says `retry: 3000`. Default: 3 s.
    pub const fn reconnection_time(mut self, time: Duration) -> Self {
        self.reconnection_time = time;
        self
    }

    /// Sets the shortest delay, whatever the server says. Default: none, so that `retry: 0` reconnects at once.
    pub const fn shortest_delay(mut self, delay: Duration) -> Self {
        self.backoff.floor = delay;
        self
    }

    /// Sets the longest delay that failures lead to. Default: 30 s.
    ///
    /// With each failure in a row the delay may double. How much of that is waited for is drawn. A server that asks for
    /// more, by `retry` or `Retry-After`, gets it.
    pub const fn longest_delay(mut self, delay: Duration) -> Self {
        self.backoff.cap = delay;
        self
    }

    /// Sets after how many failures in a row to give up, with an [error](super::Error::is_exhausted). Default: never.
    ///
    /// A [good connection](super::Reconnecting::failures) starts the count again. 0 is the same as 1.
    pub fn max_attempts(mut self, attempts: impl Into<Option<u32>>) -> Self {
        self.backoff.max_attempts = attempts.into();
        self
    }

    /// Sets the statuses after which the request is sent again, such as 429, 502, 503 and 504. Default: none; a browser
    /// has none either.
    ///
    /// It counts as a failure. `Retry-After` is honoured, up to an hour: seconds, or a date if the response has a `Date`
    /// too. 200, 204 and the redirects 301, 302, 303, 307 and 308 mean what they always do.
    ///
    /// ```
    /// use http::{StatusCode, Uri};
    /// use sse_tower::client::EventSource;
    ///
    /// let source = EventSource::builder(Uri::from_static("https://example.com/events"))
    ///     .retry_statuses([StatusCode::TOO_MANY_REQUESTS, StatusCode::SERVICE_UNAVAILABLE]);
    /// ```
    pub fn retry_statuses(mut self, statuses: impl IntoIterator<Item = StatusCode>) -> Self {
        self.settings.retry_statuses = statuses.into_iter().collect();
        self
    }

    /// Sets after how much silence a connection is given up; `None` for never. Default: two and a half times the interval
    /// of keep-alive that a server of this crate announces, and never for another one.
    ///
    /// Any byte ends the silence, also that of a comment. The time until the head of a response counts as well; by default
    /// that may take 30 s, however short the interval is.
    pub fn idle_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.settings.idle = Idle::Fixed(timeout.into());
        self
    }

    /// Sets how long a line and the data of an event may be. Default: 8 MiB and 16 MiB.
    ///
    /// An event that is longer is lost and reported, and the stream goes on with the next one.
    pub const fn limits(mut self, limits: Limits) -> Self {
        self.settings.limits = limits;
        self
    }

    /// Sets whether the server may send control events. Default: [`ControlEvents::On`].
    ///
    /// With [`ControlEvents::Off`] they are events of the application, like any other. That is of use only for a server
    /// that passes on what another one has written.
    pub const fn control_events(mut self, control_events: ControlEvents) -> Self {
        self.settings.control_events = control_events;
        self
    }

    /// Sets where the randomness of backoff comes from, for tests that want the same delays on every run.
    pub fn entropy(mut self, entropy: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        self.settings.entropy = Arc::new(entropy);
        self
    }

    /// The event source, over this service. Nothing is asked for until it is polled.
    pub fn build<S, B>(self, service: S) -> EventSource
    where
        S: Service<Request<RequestBody>, Response = Response<B>> + Send + 'static,
        S::Error: Into<Box<dyn error::Error + Send + Sync>>,
        S::Future: Send + 'static,
        B: Body + Send + 'static,
        B::Error: Into<Box<dyn error::Error + Send + Sync>>,
    {
        let target = Target::new(self.uri, self.method.unwrap_or_default());
        let connector = Box::new(Connector(service));
        let driver =
            Driver::new(connector, target, self.last_event_id, self.reconnection_time, self.backoff, self.settings);
        EventSource::new_untyped(driver)
    }
}
