//! What each attempt asks for.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Request, header};
use sse_core::EventId;

use super::RequestBody;
use super::redirect::Target;
use crate::headers::LAST_EVENT_ID;

/// What all requests have in common.
#[derive(Clone, Debug, Default)]
pub(super) struct Template {
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// What belongs to one origin, and is not told to another: credentials, and the name of its host.
const OF_ORIGIN: [HeaderName; 4] = [header::AUTHORIZATION, header::COOKIE, header::PROXY_AUTHORIZATION, header::HOST];
/// What describes a body, and goes when the body does.
const OF_BODY: [HeaderName; 5] = [
    header::CONTENT_TYPE,
    header::CONTENT_LENGTH,
    header::CONTENT_ENCODING,
    header::CONTENT_LANGUAGE,
    header::CONTENT_LOCATION,
];

/// The id as the value of `Last-Event-ID`: its UTF-8 bytes, because a header is bytes; `None` if it contains a control
/// character.
pub(super) fn header_value(id: &str) -> Option<HeaderValue> {
    HeaderValue::from_bytes(id.as_bytes()).ok()
}

impl Template {
    /// The request of one attempt. `more` are the headers of this attempt alone, instead of those of the same name.
    pub(super) fn request(&self, target: &Target, more: &HeaderMap, id: &EventId) -> Request<RequestBody> {
        let body = if target.body { RequestBody::from(self.body.clone()) } else { RequestBody::default() };
        let mut request = Request::new(body);
        *request.method_mut() = target.method.clone();
        *request.uri_mut() = target.uri.clone();
        let headers = request.headers_mut();
        headers.extend(self.headers.clone());
        // Of a header that comes twice the owned iterator names only the first.
        headers.extend(more.clone());
        let entry = headers.entry(header::ACCEPT);
        entry.or_insert(HeaderValue::from_static("text/event-stream"));
        let entry = headers.entry(header::CACHE_CONTROL);
        entry.or_insert(HeaderValue::from_static("no-cache"));
        headers.remove(LAST_EVENT_ID);
        if let Some(value) = header_value(id.as_str()).filter(|value| !value.is_empty()) {
            headers.insert(LAST_EVENT_ID, value);
        }
        if !target.credentials {
            remove(headers, &OF_ORIGIN);
        }
        if !target.body {
            remove(headers, &OF_BODY);
        }
        request
    }
}

fn remove(headers: &mut HeaderMap, names: &[HeaderName]) {
    for name in names {
        headers.remove(name);
    }
}

#[cfg(test)]
mod tests {
    use http::{Method, Uri};

    use super::*;

    fn target() -> Target {
        Target::new(Uri::from_static("http://a.test/"), Method::GET)
    }

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))).collect()
    }

    #[track_caller]
    fn check(template: &Template, target: &Target, more: &HeaderMap, id: &str, expected: &[(&str, &[u8])]) {
        let request = template.request(target, more, &id.try_into().unwrap());
        let mut actual: Vec<_> =
            request.headers().iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
        actual.sort_unstable();
        assert_eq!(actual, expected);
    }

    const ACCEPT: (&str, &[u8]) = ("accept", b"text/event-stream");
    const NO_CACHE: (&str, &[u8]) = ("cache-control", b"no-cache");

    #[test]
    fn the_defaults_are_a_browsers() {
        let template = Template::default();
        check(&template, &target(), &HeaderMap::new(), "", &[ACCEPT, NO_CACHE]);
        check(&template, &target(), &HeaderMap::new(), "5", &[ACCEPT, NO_CACHE, ("last-event-id", b"5")]);
    }

    #[test]
    fn an_id_is_sent_as_utf8_or_not_at_all() {
        let template = Template::default();
        for id in ["…é😀", "a\tb", "a  b", "a\u{fffd}b"] {
            check(&template, &target(), &HeaderMap::new(), id, &[ACCEPT, NO_CACHE, ("last-event-id", id.as_bytes())]);
        }
        for id in ["a\x01b", "\x7f"] {
            assert!(header_value(id).is_none());
            check(&template, &target(), &HeaderMap::new(), id, &[ACCEPT, NO_CACHE]);
        }
    }

    #[test]
    fn the_callers_headers_count_and_those_of_the_attempt_more() {
        let template = Template {
            headers: headers(&[("accept", "a/b"), ("x", "1"), ("x", "2"), ("y", "3"), ("last-event-id", "not here")]),
            body: Bytes::new(),
        };
        let more = headers(&[("x", "4"), ("x", "5"), ("cache-control", "no-store")]);
        check(
            &template,
            &target(),
            &more,
            "",
            &[("accept", b"a/b"), ("cache-control", b"no-store"), ("x", b"4"), ("x", b"5"), ("y", b"3")],
        );
    }

    #[test]
    fn what_a_redirect_withholds_does_not_go() {
        let template = Template {
            headers: headers(&[("authorization", "a"), ("cookie", "b"), ("content-type", "c/d"), ("x", "1")]),
            body: Bytes::from_static(b"body"),
        };
        let away = Target { credentials: false, body: false, ..target() };
        check(
            &template,
            &away,
            &headers(&[("authorization", "b")]),
            "7",
            &[ACCEPT, NO_CACHE, ("last-event-id", b"7"), ("x", b"1")],
        );
        let request = template.request(&away, &HeaderMap::new(), &EventId::from(7));
        assert!(request.into_body().into_bytes().is_empty());
        let request = template.request(&target(), &HeaderMap::new(), &EventId::from(7));
        assert_eq!(request.into_body().into_bytes(), "body");
    }
}
