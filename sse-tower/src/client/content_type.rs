//! Whether a response is an event stream.

use http::{HeaderMap, header};

/// Whether the content type is `text/event-stream`, whatever its parameters: an event stream is always UTF-8.
///
/// Of a list of types the last one that is valid counts, as the [Fetch standard] says.
///
/// [Fetch standard]: https://fetch.spec.whatwg.org/#concept-header-extract-mime-type
pub(crate) fn is_event_stream(headers: &HeaderMap) -> bool {
    let mut list = Vec::new();
    for value in headers.get_all(header::CONTENT_TYPE) {
        list.extend_from_slice(value.as_bytes());
        list.push(b',');
    }
    let mut quoted = false;
    let mut escaped = false;
    let types = list.split(|byte| {
        let comma = *byte == b',' && !quoted;
        match *byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ => {}
        }
        comma
    });
    types.filter_map(essence).last().is_some_and(|essence| essence.eq_ignore_ascii_case(b"text/event-stream"))
}

/// The type and the subtype: `None` if they are not valid, or are `*/*`.
fn essence(value: &[u8]) -> Option<&[u8]> {
    let essence = value.split(|byte| *byte == b';').next()?.trim_ascii();
    let (kind, subtype) = essence.split_at_checked(essence.iter().position(|byte| *byte == b'/')?)?;
    let [b'/', subtype @ ..] = subtype else { return None };
    let valid = is_token(kind) && is_token(subtype) && essence != b"*/*";
    valid.then_some(essence)
}

fn is_token(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[track_caller]
    fn check(values: &[&str], expected: bool) {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::CONTENT_TYPE, HeaderValue::from_str(value).unwrap());
        }
        assert_eq!(is_event_stream(&headers), expected, "{values:?}");
    }

    #[test]
    fn parameters_and_case_do_not_matter() {
        for accepted in [
            "text/event-stream",
            "TEXT/Event-Stream",
            "text/event-stream; charset=utf-8",
            "text/event-stream;charset=UTF-8",
            "text/event-stream; charset=\"utf-8\"",
            "text/event-stream; charset=windows-1252",
            "text/event-stream; charset=bogus",
            "text/event-stream;",
            "text/event-stream;bogus;x=1",
            "  text/event-stream  ",
            "text/event-stream ; charset=utf-8",
            "text/event-stream;a=\"b, text/plain\"",
            "text/event-stream;a=\"\\\", text/plain\"",
        ] {
            check(&[accepted], true);
        }
        for refused in [
            "",
            "text/plain",
            "text/x-bogus",
            "text/event-streamx",
            "text/event-stream-bogus",
            "text/event stream",
            "text /event-stream",
            "application/json",
            "application/event-stream",
            "event-stream",
            "/event-stream",
            "text/",
        ] {
            check(&[refused], false);
        }
        check(&[], false);
    }

    #[test]
    fn of_a_list_the_last_valid_type_counts() {
        check(&["text/event-stream, text/plain"], false);
        check(&["text/plain, text/event-stream"], true);
        check(&["text/plain", "text/event-stream"], true);
        check(&["text/event-stream", "text/plain"], false);
        check(&["text/event-stream, */*, bogus, "], true);
        // The quote that the first value opens swallows the second.
        check(&["text/plain;a=\"", "text/event-stream"], false);
    }
}
