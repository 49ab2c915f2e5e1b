//! What the head of a response says.

use http::{HeaderMap, StatusCode, Uri, header};

use super::Error;
use super::content_type::is_event_stream;
use super::redirect::is_redirect;

/// The head of a response, and where it came from.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) uri: Uri,
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
}

/// What follows from a response.
#[derive(Debug)]
pub(super) enum Answer {
    /// Its body is an event stream.
    Stream(Head),
    /// There is nothing to come, or no more.
    End,
    /// The stream is elsewhere.
    Redirect(Head),
    /// The server is to be asked again, because the caller says so.
    Retry(Head),
    /// The server is not to be asked again.
    Refused(Error),
}

impl Answer {
    /// Judges a head. `retried` are the statuses after which to ask again.
    pub(super) fn new(head: Head, retried: &[StatusCode]) -> Self {
        match head.status {
            StatusCode::NO_CONTENT => Self::End,
            StatusCode::OK if !is_event_stream(&head.headers) => Self::Refused(Error::content_type(head)),
            StatusCode::OK if is_encoded(&head.headers) => Self::Refused(Error::content_encoding(head)),
            StatusCode::OK => Self::Stream(head),
            status if is_redirect(status) => Self::Redirect(head),
            status if retried.contains(&status) => Self::Retry(head),
            _ => Self::Refused(Error::status_of(head)),
        }
    }
}

/// Whether something would have to be undone before there are events.
pub(crate) fn is_encoded(headers: &HeaderMap) -> bool {
    let identity = |coding: &[u8]| coding.is_empty() || coding.eq_ignore_ascii_case(b"identity");
    headers.get_all(header::CONTENT_ENCODING).iter().any(|coding| !identity(coding.as_bytes()))
}
