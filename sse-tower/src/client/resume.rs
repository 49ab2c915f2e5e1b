//! What a server says of the id that the client came with.

use http::HeaderMap;
use sse_core::history::ResetReason;

use crate::headers;

/// What a server of this crate says of the last event ID that a connection began with.
///
/// Another server says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Resume {
    /// The request had none: the stream begins with the next event.
    Fresh,
    /// The stream begins with what was missed.
    Recovered,
    /// Events were lost. An [`Update::Reset`](super::Update::Reset) comes before the next event.
    Reset(Option<ResetReason>),
    /// The stream does not know what was missed.
    Unsupported,
}

const REASONS: [ResetReason; 5] =
    [ResetReason::Evicted, ResetReason::UnknownEpoch, ResetReason::Future, ResetReason::Malformed, ResetReason::Lagged];

/// The reason of this name; `None` if it is newer than this client.
pub(super) fn reason(name: &str) -> Option<ResetReason> {
    REASONS.into_iter().find(|reason| reason.as_str() == name)
}

impl Resume {
    /// Reads `Sse-Resume: reset; reason=evicted`.
    pub(super) fn from_header(headers: &HeaderMap) -> Option<Self> {
        let value = headers.get(headers::SSE_RESUME)?.to_str().ok()?;
        let (verdict, parameters) = value.split_once(';').unwrap_or((value, ""));
        Self::new(verdict.trim(), parameters.split(';').find_map(|parameter| parameter.trim().strip_prefix("reason=")))
    }

    pub(super) fn new(verdict: &str, because: Option<&str>) -> Option<Self> {
        Some(match verdict {
            "fresh" => Self::Fresh,
            "recovered" => Self::Recovered,
            "reset" => Self::Reset(because.and_then(reason)),
            "unsupported" => Self::Unsupported,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn the_header_is_read_as_it_is_written() {
        for (value, expected) in [
            ("fresh", Some(Resume::Fresh)),
            ("recovered", Some(Resume::Recovered)),
            ("unsupported", Some(Resume::Unsupported)),
            ("reset", Some(Resume::Reset(None))),
            ("reset; reason=evicted", Some(Resume::Reset(Some(ResetReason::Evicted)))),
            ("reset;x=y; reason=unknown-epoch", Some(Resume::Reset(Some(ResetReason::UnknownEpoch)))),
            ("reset; reason=newer-than-us", Some(Resume::Reset(None))),
            ("newer-than-us", None),
            ("", None),
        ] {
            let headers = HeaderMap::from_iter([(headers::SSE_RESUME, HeaderValue::from_static(value))]);
            assert_eq!(Resume::from_header(&headers), expected, "{value}");
        }
        assert_eq!(Resume::from_header(&HeaderMap::new()), None);
    }
}
