//! The id that a client comes back with.

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, Uri};

use crate::{control, headers};

/// The id of the last event that a reconnecting client has seen, as it came.
///
/// It is the `Last-Event-ID` header or, for clients that cannot set one, the query parameter `lastEventId`. A header is
/// bytes and need not be UTF-8. An empty id is none. How long it may be is the HTTP server's limit on a request's head; a
/// topic reads at most 64 bytes, a group of topics 1 024.
///
/// A topic judges the id itself. It is of use to a handler that answers with a stream of its own:
///
/// ```
/// use http::{HeaderMap, Uri};
/// use sse_tower::LastEventId;
///
/// let uri = Uri::from_static("/events?lastEventId=42");
/// let id = LastEventId::from_request(&HeaderMap::new(), &uri);
/// assert_eq!(id.as_str().as_deref(), Some("42"));
/// ```
///
/// With the feature `axum` it is an extractor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LastEventId(Option<Bytes>);

impl LastEventId {
    /// Reads the id from a request's headers, else from its query.
    #[must_use]
    pub fn from_request(headers: &HeaderMap, uri: &Uri) -> Self {
        let header = headers.get(headers::LAST_EVENT_ID).map(|value| Cow::Borrowed(value.as_bytes()));
        Self::present(header).or_else(|| Self::present(query(uri))).unwrap_or_default()
    }

    fn present(id: Option<Cow<'_, [u8]>>) -> Option<Self> {
        let id = id.filter(|id| !id.is_empty())?;
        Some(Self(Some(Bytes::copy_from_slice(&id))))
    }

    /// The id as text, with U+FFFD for what is not UTF-8; `None` if the client brought none.
    #[must_use]
    pub fn as_str(&self) -> Option<Cow<'_, str>> {
        self.as_bytes().map(String::from_utf8_lossy)
    }

    /// The id as it came; `None` if the client brought none.
    #[must_use]
    pub fn as_bytes(&self) -> Option<&[u8]> {
        self.0.as_deref()
    }

    /// Whether the stream that the client comes back to had ended: the id begins with `=end`.
    #[must_use]
    pub fn is_end(&self) -> bool {
        self.as_bytes().is_some_and(|id| id.starts_with(b"=end"))
    }

    /// Whether the client was told in-band to start over, and went away before it had the snapshot.
    pub(crate) fn is_reset(&self) -> bool {
        self.as_bytes() == Some(control::RESET_ID.as_bytes())
    }
}

fn query(uri: &Uri) -> Option<Cow<'_, [u8]>> {
    let pairs = form_urlencoded::parse(uri.query()?.as_bytes());
    let (_, id) = pairs.into_iter().find(|(name, _)| name == "lastEventId")?;
    Some(match id {
        Cow::Borrowed(id) => Cow::Borrowed(id.as_bytes()),
        Cow::Owned(id) => Cow::Owned(id.into_bytes()),
    })
}

/// What the client brought, or nothing.
impl fmt::Display for LastEventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.as_str().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[track_caller]
    fn check(header: Option<&[u8]>, uri: &str, expected: Option<&[u8]>) {
        let mut headers = HeaderMap::new();
        if let Some(header) = header {
            headers.insert(headers::LAST_EVENT_ID, HeaderValue::from_bytes(header).unwrap());
        }
        assert_eq!(LastEventId::from_request(&headers, &uri.parse().unwrap()).as_bytes(), expected);
    }

    #[test]
    fn the_header_comes_first_and_an_empty_one_is_none() {
        check(None, "/", None);
        check(Some(b"7"), "/?lastEventId=8", Some(b"7"));
        check(Some(b""), "/", None);
        check(Some(b""), "/?lastEventId=8", Some(b"8"));
        check(None, "/?a=b&lastEventId=a%20b%E2%80%A6", Some("a b…".as_bytes()));
        check(None, "/?lastEventId=", None);
        check(Some(&[0xe2, 0x80, 0xa6]), "/", Some("…".as_bytes()));
        check(Some(&[0xff]), "/", Some(&[0xff]));
        check(Some(&[b'9'; 5_000]), "/", Some(&[b'9'; 5_000]));
    }
}
