//! The service that the layer makes.

use std::sync::Arc;
use std::task::{Context, Poll};

use http::{HeaderValue, Method, Request, Response, header};
use tower_service::Service;

use crate::body::GateBody;
use crate::config::Config;
use crate::future::SseFuture;
use crate::gate::{self, Refusal};
use crate::handle::Handle;
use crate::headers;
use crate::response::SseResponse;

/// See [`SseLayer`](crate::SseLayer).
#[derive(Clone, Debug)]
pub struct SseService<S> {
    inner: S,
    config: Arc<Config>,
}

impl<S> SseService<S> {
    pub(crate) const fn new(inner: S, config: Arc<Config>) -> Self {
        Self { inner, config }
    }

    /// The inner service.
    pub const fn get_ref(&self) -> &S {
        &self.inner
    }

    /// The inner service.
    pub const fn get_mut(&mut self) -> &mut S {
        &mut self.inner
    }

    /// The inner service.
    pub fn into_inner(self) -> S {
        self.inner
    }
}

impl<S, ReqBody> Service<Request<ReqBody>> for SseService<S>
where
    S: Service<Request<ReqBody>>,
    S::Response: SseResponse,
{
    type Response = Response<GateBody<<S::Response as SseResponse>::Body>>;
    type Error = S::Error;
    type Future = SseFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        let asked = gate::Request::new(request.method(), request.headers(), request.uri());
        let refusal = if S::Response::IS_STREAM {
            asked.refusal(&self.config.methods)
        } else {
            asked.is_over().then_some(Refusal::Ended)
        };
        if let Some(refusal) = refusal {
            return SseFuture::refused(refusal, Arc::clone(&self.config));
        }
        SseFuture::called(self.inner.call(request), asked, Arc::clone(&self.config))
    }
}

/// The methods of a route. One that answers a POST with a stream means it.
const ROUTE_METHODS: &[Method] = &[Method::GET, Method::HEAD, Method::POST];

/// What becomes of the inner service's answer.
pub(crate) fn pass<R: SseResponse>(
    answer: R,
    asked: &gate::Request,
    config: &Arc<Config>,
) -> Response<GateBody<R::Body>> {
    let mut response = answer.into_http();
    let handle = response.extensions().get::<Handle>().filter(|handle| handle.is_undecided()).cloned();
    let Some(handle) = handle.filter(|_| !asked.passes()) else {
        headers::repair(response.headers_mut());
        return response.map(GateBody::inner);
    };
    if !R::IS_STREAM
        && let Some(refusal) = asked.refusal(ROUTE_METHODS)
    {
        return refuse(refusal, ROUTE_METHODS);
    }
    match handle.open(asked.last_event_id(), asked.is_head(), config) {
        Some(Ok(opening)) => {
            response.headers_mut().insert(headers::SSE_RESUME, opening.header());
            if asked.is_head() { response.map(|_| GateBody::head()) } else { response.map(GateBody::inner) }
        }
        Some(Err(_)) => refuse(Refusal::Unavailable, ROUTE_METHODS),
        None => response.map(GateBody::inner),
    }
}

/// The answer to a request that gets no stream. It must not be stored: one stored 204 would end every new client.
pub(crate) fn refuse<B>(refusal: Refusal, methods: &[Method]) -> Response<GateBody<B>> {
    let mut response = Response::new(GateBody::text(refusal.explanation()));
    *response.status_mut() = refusal.status();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, headers::NO_STORE);
    if !refusal.explanation().is_empty() {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    }
    match refusal {
        Refusal::MethodNotAllowed => {
            let allow = methods.iter().map(Method::as_str).collect::<Vec<_>>().join(", ");
            // Method names are tokens, which are legal in a header.
            headers.extend(HeaderValue::try_from(allow).ok().map(|allow| (header::ALLOW, allow)));
        }
        Refusal::Unavailable => {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("3"));
        }
        Refusal::Ended | Refusal::NotAcceptable => {}
    }
    response
}
