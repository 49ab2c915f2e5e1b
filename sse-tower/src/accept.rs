//! What an `Accept` header says of `text/event-stream` ([RFC 9110, section 12.5.1]).
//!
//! [RFC 9110, section 12.5.1]: https://www.rfc-editor.org/rfc/rfc9110#section-12.5.1

use http::{HeaderMap, header};

/// What the client accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Accept {
    /// `text/event-stream` by name.
    Named,
    /// Anything, by a wildcard or for want of a header.
    Anything,
    /// Other types only, or this one with `q=0`.
    Excluded,
}

/// Reads all `Accept` headers as one list. The most specific range decides, whatever the order; what is not a media
/// range is passed over, and a list with no range in it is as good as none.
pub(crate) fn accept(headers: &HeaderMap) -> Accept {
    let mut best: Option<(u8, bool)> = None;
    let list = headers.get_all(header::ACCEPT).into_iter().filter_map(|value| value.to_str().ok());
    for item in list.flat_map(|value| value.split(',')) {
        let mut parts = item.split(';').map(str::trim);
        let range = parts.next().unwrap_or_default();
        let specificity = if range.eq_ignore_ascii_case("text/event-stream") {
            3
        } else if range.eq_ignore_ascii_case("text/*") {
            2
        } else if range == "*/*" || range == "*" {
            1
        } else if range.contains('/') {
            0
        } else {
            continue;
        };
        let accepted = specificity > 0 && !parts.any(is_zero_weight);
        match best {
            Some((known, _)) if known > specificity => {}
            Some((known, true)) if known == specificity => {}
            _ => best = Some((specificity, accepted)),
        }
    }
    match best {
        Some((3, true)) => Accept::Named,
        None | Some((_, true)) => Accept::Anything,
        Some((_, false)) => Accept::Excluded,
    }
}

/// `q=0`, `q=0.`, `Q=0.000`: the weights that mean "not acceptable".
fn is_zero_weight(parameter: &str) -> bool {
    let Some((name, weight)) = parameter.split_once('=') else {
        return false;
    };
    let weight = weight.trim();
    name.trim().eq_ignore_ascii_case("q")
        && weight.starts_with('0')
        && weight.bytes().all(|byte| matches!(byte, b'0' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(lines: &[&str], expected: Accept) {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(header::ACCEPT, line.parse().unwrap());
        }
        assert_eq!(accept(&headers), expected, "{lines:?}");
    }

    #[test]
    fn the_most_specific_range_decides() {
        check(&[], Accept::Anything);
        check(&[""], Accept::Anything);
        check(&["nonsense"], Accept::Anything);
        check(&["text/event-stream"], Accept::Named);
        check(&["Text/Event-Stream"], Accept::Named);
        check(&["*/*"], Accept::Anything);
        check(&["text/*"], Accept::Anything);
        check(&["application/json, text/event-stream"], Accept::Named);
        check(&["application/json", "text/event-stream;q=0.5"], Accept::Named);
        check(&["text/event-stream;q=0.5, */*;q=0.1"], Accept::Named);
        check(&["application/json"], Accept::Excluded);
        check(&["application/json, text/html;q=0.9"], Accept::Excluded);
        check(&["text/event-stream;q=0"], Accept::Excluded);
        check(&["text/event-stream; Q=0.000, */*"], Accept::Excluded);
        check(&["text/event-stream; q=0.001"], Accept::Named);
        check(&["text/*;q=0, */*"], Accept::Excluded);
        check(&["*/*;q=0"], Accept::Excluded);
        check(&["*/*;q=0, text/*"], Accept::Anything);
        check(&["text/event-stream;charset=utf-8"], Accept::Named);
    }
}
