//! The headers of an event stream.

use http::{HeaderMap, HeaderName, HeaderValue, header};

/// What a browser sends back: the id of the last event that it saw.
pub(crate) const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// The verdict on it, for clients that can read headers.
pub(crate) const SSE_RESUME: HeaderName = HeaderName::from_static("sse-resume");
/// What keeps nginx from buffering.
const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// Exactly this: Chromium refuses any `charset` but utf-8, and none is needed.
const EVENT_STREAM: HeaderValue = HeaderValue::from_static("text/event-stream");
/// `no-transform`, because an intermediary that compresses also buffers.
const NO_CACHE: HeaderValue = HeaderValue::from_static("no-cache, no-transform");
pub(crate) const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// Sets the headers of a stream of ours.
pub(crate) fn set(headers: &mut HeaderMap) {
    headers.insert(header::CONTENT_TYPE, EVENT_STREAM);
    complete(headers);
}

/// Adds what an event stream that passes through has not got, because it is foreign or because the handler has set
/// headers of its own.
pub(crate) fn repair(headers: &mut HeaderMap) {
    if is_event_stream(headers) {
        complete(headers);
    }
}

pub(crate) fn is_event_stream(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("text/event-stream"))
}

fn complete(headers: &mut HeaderMap) {
    // `no-cache` alone lets an intermediary compress, and so buffer; whatever else the handler chose stands.
    if headers.get(header::CACHE_CONTROL).is_none_or(|value| value == "no-cache") {
        headers.insert(header::CACHE_CONTROL, NO_CACHE);
    }
    headers.entry(X_ACCEL_BUFFERING).or_insert(HeaderValue::from_static("no"));
    vary(headers, "accept");
}

/// Tells caches that the response is another if this header of the request is.
pub(crate) fn vary(headers: &mut HeaderMap, name: &'static str) {
    let varies = |value: &HeaderValue| {
        let names = value.to_str().unwrap_or_default().split(',').map(str::trim);
        names.into_iter().any(|known| known == "*" || known.eq_ignore_ascii_case(name))
    };
    if !headers.get_all(header::VARY).iter().any(varies) {
        headers.append(header::VARY, HeaderValue::from_static(name));
    }
}
