//! The one error that an event source ends with.

use std::error;
use std::fmt;

use http::{HeaderMap, StatusCode, Uri};

use super::Cause;
use super::answer::Head;
use super::redirect::RedirectFault;

/// Why an event source has given up.
///
/// It is the last item of the stream, and no request follows it. The body of a response that is refused is not read.
/// Displaying it shows one level; [`source`](error::Error::source) has the next. The wording and the types of the sources
/// are not part of the API.
#[derive(Debug)]
pub struct Error {
    inner: Box<Inner>,
}

#[derive(Debug)]
enum Inner {
    Status(Head),
    ContentType(Head),
    ContentEncoding(Head),
    Redirect(Head, RedirectFault),
    Exhausted(u32, Cause),
    NotRepeated(Cause),
}

impl Error {
    const fn new(inner: Box<Inner>) -> Self {
        Self { inner }
    }

    pub(super) fn status_of(head: Head) -> Self {
        Self::new(Box::new(Inner::Status(head)))
    }

    pub(super) fn content_type(head: Head) -> Self {
        Self::new(Box::new(Inner::ContentType(head)))
    }

    pub(super) fn content_encoding(head: Head) -> Self {
        Self::new(Box::new(Inner::ContentEncoding(head)))
    }

    pub(super) fn redirect(head: Head, fault: RedirectFault) -> Self {
        Self::new(Box::new(Inner::Redirect(head, fault)))
    }

    pub(super) fn exhausted(attempts: u32, cause: Cause) -> Self {
        Self::new(Box::new(Inner::Exhausted(attempts, cause)))
    }

    pub(super) fn not_repeated(cause: Cause) -> Self {
        Self::new(Box::new(Inner::NotRepeated(cause)))
    }

    /// Whether the response has another status than 200, 204 and those of redirects.
    #[must_use]
    pub fn is_status(&self) -> bool {
        matches!(*self.inner, Inner::Status(_))
    }

    /// Whether the response is 200, but no `text/event-stream`.
    #[must_use]
    pub fn is_content_type(&self) -> bool {
        matches!(*self.inner, Inner::ContentType(_))
    }

    /// Whether the event stream is compressed, which nobody asked for, and the service below has not decompressed it.
    #[must_use]
    pub fn is_content_encoding(&self) -> bool {
        matches!(*self.inner, Inner::ContentEncoding(_))
    }

    /// Whether a redirect cannot be followed: it has no location or an illegal one, or is the 21st in a row.
    #[must_use]
    pub fn is_redirect(&self) -> bool {
        matches!(*self.inner, Inner::Redirect(..))
    }

    /// Whether as many attempts in a row have failed [as were allowed](super::Builder::max_attempts).
    #[must_use]
    pub fn is_exhausted(&self) -> bool {
        matches!(*self.inner, Inner::Exhausted(..))
    }

    /// Whether the connection is lost and the request is one that is [not repeated](super::Builder::repeat).
    #[must_use]
    pub fn is_not_repeated(&self) -> bool {
        matches!(*self.inner, Inner::NotRepeated(_))
    }

    /// The status of the response that is refused, or of the last one that was [retried](super::Builder::retry_statuses).
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        match &*self.inner {
            Inner::Exhausted(_, Cause::Refused { status, .. }) => Some(*status),
            _ => self.head().map(|head| head.status),
        }
    }

    /// The headers of that response.
    #[must_use]
    pub fn headers(&self) -> Option<&HeaderMap> {
        match &*self.inner {
            Inner::Exhausted(_, Cause::Refused { headers, .. }) => Some(headers),
            _ => self.head().map(|head| &head.headers),
        }
    }

    /// Where the response that is refused came from, after redirects.
    #[must_use]
    pub fn uri(&self) -> Option<&Uri> {
        self.head().map(|head| &head.uri)
    }

    /// What became of the last attempt, if attempts [are exhausted](Self::is_exhausted), or the request is
    /// [not repeated](Self::is_not_repeated).
    #[must_use]
    pub fn cause(&self) -> Option<&Cause> {
        match &*self.inner {
            Inner::Exhausted(_, cause) | Inner::NotRepeated(cause) => Some(cause),
            _ => None,
        }
    }

    fn head(&self) -> Option<&Head> {
        match &*self.inner {
            Inner::Status(head)
            | Inner::ContentType(head)
            | Inner::ContentEncoding(head)
            | Inner::Redirect(head, _) => Some(head),
            Inner::Exhausted(..) | Inner::NotRepeated(_) => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.inner {
            Inner::Status(head) => write!(f, "{} answered {}", head.uri, head.status),
            Inner::ContentType(head) => {
                let kind = head.headers.get(http::header::CONTENT_TYPE);
                match kind.map(|kind| String::from_utf8_lossy(kind.as_bytes())) {
                    Some(kind) => write!(f, "{} answered with `{kind}`, not with `text/event-stream`", head.uri),
                    None => write!(f, "{} answered without a content type, not with `text/event-stream`", head.uri),
                }
            }
            Inner::ContentEncoding(head) => write!(f, "{} answered with a content encoding", head.uri),
            Inner::Redirect(head, fault) => {
                write!(f, "{} answered {}, which cannot be followed: {fault}", head.uri, head.status)
            }
            Inner::Exhausted(attempts, _) => write!(f, "failures in a row: {attempts}, which is the limit"),
            Inner::NotRepeated(_) => f.write_str("the connection is lost, and the request may not be repeated"),
        }
    }
}

impl error::Error for Error {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        self.cause().map(|cause| -> &(dyn error::Error + 'static) { cause })
    }
}
