//! When a server that refuses wants to be asked again.

use std::time::Duration;

use http::{HeaderMap, HeaderName, header};

/// What is longer is this long.
const LONGEST: Duration = Duration::from_hours(1);

/// The wait that `Retry-After` asks for, at most an hour: seconds, or a date.
///
/// A date is compared with the response's `Date`, so that it does not matter how wrong the clock is on this side; without
/// one it says nothing.
pub(super) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = text(headers, &header::RETRY_AFTER)?;
    let wait = if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        Duration::from_secs(value.parse().unwrap_or(u64::MAX))
    } else {
        let date = |text| httpdate::parse_http_date(text).ok();
        date(value)?.duration_since(date(text(headers, &header::DATE)?)?).unwrap_or_default()
    };
    Some(wait.min(LONGEST))
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[track_caller]
    fn check(value: &'static str, date: Option<&'static str>, seconds: Option<u64>) {
        let mut headers = HeaderMap::from_iter([(header::RETRY_AFTER, HeaderValue::from_static(value))]);
        headers.extend(date.map(|date| (header::DATE, HeaderValue::from_static(date))));
        assert_eq!(retry_after(&headers).map(|wait| wait.as_secs()), seconds, "{value}");
    }

    #[test]
    fn seconds_or_a_date_that_the_servers_own_clock_measures() {
        let now = Some("Sun, 06 Nov 1994 08:49:37 GMT");
        check("120", None, Some(120));
        check(" 0 ", None, Some(0));
        check("99999999999999999999999", None, Some(3_600));
        check("Sun, 06 Nov 1994 08:50:37 GMT", now, Some(60));
        check("Sunday, 06-Nov-94 08:49:47 GMT", now, Some(10));
        check("Sun, 06 Nov 1994 08:00:00 GMT", now, Some(0));
        check("Mon, 07 Nov 1994 08:49:37 GMT", now, Some(3_600));
        check("Sun, 06 Nov 1994 08:50:37 GMT", None, None);
        for nonsense in ["", "-1", "+5", "1.5", "soon"] {
            check(nonsense, now, None);
        }
        assert_eq!(retry_after(&HeaderMap::new()), None);
    }
}
