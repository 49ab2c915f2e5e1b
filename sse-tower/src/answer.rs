//! What becomes of the inner service's answer, and the layer's own answers.

use std::sync::Arc;

use http::{HeaderValue, Method, Response, header};
use sse_core::Retry;

use crate::config::Config;
use crate::control;
use crate::gate::{self, Refusal};
use crate::gate_body::GateBody;
use crate::handle::Handle;
use crate::headers;
use crate::opening::Resume;
use crate::response::SseResponse;

/// The methods of a route. One that answers a POST with a stream means it.
const ROUTE_METHODS: &[Method] = &[Method::GET, Method::HEAD, Method::POST];

/// What becomes of the inner service's answer.
pub(crate) fn pass<R: SseResponse>(
    answer: R,
    asked: &gate::Request,
    config: &Arc<Config>,
) -> Response<GateBody<R::Body>> {
    let mut response = answer.into_http();
    if asked.passes() {
        return response.map(GateBody::inner);
    }
    headers::repair(response.headers_mut());
    let Some(handle) = response.extensions().get::<Handle>().filter(|handle| handle.is_undecided()).cloned() else {
        return response.map(GateBody::inner);
    };
    if !R::IS_STREAM
        && let Some(refusal) = asked.refusal(ROUTE_METHODS, config.control_events)
    {
        return refuse(refusal, asked, ROUTE_METHODS, config);
    }
    match handle.open(asked, config) {
        Some(Ok(resume)) => {
            response.headers_mut().insert(headers::SSE_RESUME, resume);
            if asked.is_head() { response.map(|_| GateBody::head()) } else { response.map(GateBody::inner) }
        }
        Some(Err(refusal)) => refuse(refusal, asked, ROUTE_METHODS, config),
        None => response.map(GateBody::inner),
    }
}

/// The answer to a request that gets no stream. It must not be stored: one stored 204 would end every new client.
pub(crate) fn refuse<B>(
    refusal: Refusal,
    asked: &gate::Request,
    methods: &[Method],
    config: &Config,
) -> Response<GateBody<B>> {
    if !asked.is_head() {
        config.observer.refuse(refusal);
    }
    if refusal.is_temporary() && asked.is_event_source() {
        return put_off(config);
    }
    let text = refusal.explanation();
    let length = text.len();
    let is_explained = length > 0;
    // Not every server leaves out the body of an answer to HEAD.
    let body = if asked.is_head() && is_explained { GateBody::head() } else { GateBody::text(text) };
    let mut response = Response::new(body);
    *response.status_mut() = refusal.status();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, headers::NO_STORE);
    if is_explained {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    }
    match refusal {
        Refusal::MethodNotAllowed => {
            let allow = methods.iter().map(Method::as_str).collect::<Vec<_>>().join(", ");
            // Method names are tokens, which are legal in a header.
            headers.extend(HeaderValue::try_from(allow).ok().map(|allow| (header::ALLOW, allow)));
        }
        Refusal::Unresumable(reason) => {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
            headers.insert(headers::SSE_RESUME, Resume::Reset(reason).header());
        }
        Refusal::TooManyOfKey | Refusal::TooManyConnections | Refusal::ShuttingDown | Refusal::Unavailable => {
            let seconds = u64::from(later(config).as_millis()).div_ceil(1_000);
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        Refusal::Ended | Refusal::KeyTooLong | Refusal::NotAcceptable => {}
    }
    response
}

/// The answer to a browser that is to come back: a status would stop it for good. The stream is over at once.
fn put_off<B>(config: &Config) -> Response<GateBody<B>> {
    let mut response = Response::new(GateBody::text(control::last_retry(later(config), config.control_events)));
    headers::set(response.headers_mut());
    response.headers_mut().insert(header::CACHE_CONTROL, headers::NO_STORE);
    response
}

fn later(config: &Config) -> Retry {
    config.retry.spread((config.entropy)())
}
