//! Which coding a client gets: a pure function of its `Accept-Encoding`.

use http::{HeaderMap, header};

use super::Encoding;

/// Chooses the coding of a response by `Accept-Encoding`, as RFC 9110 §12.5.3 has it; `None` for none.
///
/// The greatest weight wins; of equal ones the first that is offered, before no coding at all. A client that says nothing,
/// or nothing that can be understood, gets none, and so does one that accepts nothing that is offered, even if it
/// refuses `identity`: a stream that it did not ask for is more use to it than an error. An item with a weight that is
/// none, or with any other parameter, is left out; of an item that comes twice the smaller weight counts.
///
/// # Examples
///
/// ```
/// use http::HeaderMap;
/// use sse_tower::compress::{Encoding, negotiate};
///
/// let mut headers = HeaderMap::new();
/// # #[cfg(all(feature = "gzip", feature = "zstd"))] {
/// headers.insert("accept-encoding", "gzip, deflate, br, zstd".parse()?);
/// assert_eq!(negotiate(&headers, &[Encoding::Zstd, Encoding::Gzip]), Some(Encoding::Zstd));
/// headers.insert("accept-encoding", "zstd;q=0.5, gzip".parse()?);
/// assert_eq!(negotiate(&headers, &[Encoding::Zstd, Encoding::Gzip]), Some(Encoding::Gzip));
/// # }
/// headers.insert("accept-encoding", "identity".parse()?);
/// assert_eq!(negotiate(&headers, Encoding::ALL), None);
/// # Ok::<(), http::header::InvalidHeaderValue>(())
/// ```
#[must_use]
pub fn negotiate(headers: &HeaderMap, offered: &[Encoding]) -> Option<Encoding> {
    let any = weight(headers, |name| name == "*");
    let none = weight(headers, |name| name.eq_ignore_ascii_case("identity")).or(any).unwrap_or(0);
    let mut best = None;
    for &encoding in offered {
        let weight = weight(headers, |name| encoding.is_named(name)).or(any).unwrap_or(0);
        if weight > 0 && weight >= none && best.is_none_or(|(_, known)| weight > known) {
            best = Some((encoding, weight));
        }
    }
    best.map(|(encoding, _)| encoding)
}

/// The smallest weight of the items with such a name, in thousandths.
fn weight(headers: &HeaderMap, is_meant: impl Fn(&str) -> bool) -> Option<u16> {
    let lines = headers.get_all(header::ACCEPT_ENCODING).into_iter().filter_map(|value| value.to_str().ok());
    let items = lines.flat_map(|line| line.split(','));
    let weights = items.filter_map(|item| {
        let mut parts = item.split(';').map(|part| part.trim_matches([' ', '\t']));
        if !parts.next().is_some_and(&is_meant) {
            return None;
        }
        match (parts.next(), parts.next()) {
            (None, _) => Some(1_000),
            (Some(parameter), None) => thousandths(parameter),
            (Some(_), Some(_)) => None,
        }
    });
    weights.min()
}

/// `q=0.5` is 500: one digit, and at most three behind the point.
fn thousandths(parameter: &str) -> Option<u16> {
    let value = parameter.strip_prefix(['q', 'Q'])?.strip_prefix('=')?;
    let (whole, fraction) = value.split_once('.').unwrap_or((value, ""));
    if fraction.len() > 3 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let thousandths = format!("{fraction:0<3}").parse().ok()?;
    match whole {
        "0" => Some(thousandths),
        "1" if thousandths == 0 => Some(1_000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Encoding::{Br, Gzip, Zstd};

    #[track_caller]
    fn check(lines: &[&str], expected: Option<Encoding>) {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(header::ACCEPT_ENCODING, line.parse().unwrap());
        }
        assert_eq!(negotiate(&headers, Encoding::ALL), expected, "{lines:?}");
    }

    #[test]
    fn what_clients_send_is_understood() {
        check(&[], None);
        check(&[""], None);
        check(&["identity"], None);
        check(&["deflate"], None);
        check(&["gzip, deflate, br, zstd"], Some(Zstd)); // Chromium, Firefox
        check(&["gzip, deflate, br"], Some(Gzip)); // Safari
        check(&["gzip", "zstd"], Some(Zstd));
        check(&["br"], Some(Br));
        check(&["*"], Some(Zstd));
        check(&["X-GZIP"], Some(Gzip));
        check(&["GZip ; Q=0.7"], Some(Gzip));
        check(&[" ,, gzip\t;\tq=1.000 ,"], Some(Gzip));
    }

    #[test]
    fn the_greatest_weight_wins() {
        check(&["zstd;q=0.5, gzip"], Some(Gzip));
        check(&["zstd;q=0.5, gzip;q=0.50, br;q=0.501"], Some(Br));
        check(&["zstd;q=0, *"], Some(Gzip));
        check(&["*;q=0"], None);
        check(&["*;q=0, br;q=0.001"], Some(Br));
        check(&["gzip;q=0.5, *;q=0.1"], Some(Gzip));
        check(&["gzip;q=0.5, identity"], None);
        check(&["gzip;q=0.5, identity;q=0.5"], Some(Gzip));
        check(&["identity;q=0"], None);
        check(&["identity;q=0, *;q=0.1"], Some(Zstd));
        check(&["gzip, gzip;q=0"], None);
        check(&["gzip;q=0, x-gzip"], None);
    }

    #[test]
    fn what_is_no_weight_is_no_item() {
        for weight in ["", "1.1", "2", "-1", "0.0001", ".5", "x", "1.001", "00", "1e0"] {
            check(&[&format!("gzip;q={weight}")], None);
        }
        check(&["gzip;q =1"], None);
        check(&["gzip;level=9"], None);
        check(&["gzip;q=1;level=9"], None);
        check(&["gzip;q=1."], Some(Gzip));
        check(&["gzip;q=nan, br"], Some(Br));
    }

    /// Every combination of five items with and without these weights, against the words of the standard.
    #[test]
    fn every_combination_follows_the_standard() {
        const WEIGHTS: [Option<u16>; 5] = [None, Some(0), Some(1), Some(500), Some(1_000)];
        for mut number in 0..WEIGHTS.len().pow(5) {
            let mut items = Vec::new();
            let weights = ["zstd", "gzip", "br", "identity", "*"].map(|name| {
                let weight = WEIGHTS[number % WEIGHTS.len()];
                number /= WEIGHTS.len();
                items.extend(weight.map(|weight| format!("{name};q={}.{:03}", weight / 1_000, weight % 1_000)));
                weight
            });
            let of = |index: usize| weights[index].or(weights[4]).unwrap_or(0);
            let best = (0..3).map(of).max().unwrap();
            let first = (0..3).find(|&index| of(index) == best).unwrap();
            let is_coded = best > 0 && best >= of(3);
            check(&[&items.join(",")], is_coded.then(|| Encoding::ALL[first]));
        }
    }

    #[test]
    fn only_what_is_offered_is_chosen_in_that_order() {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_ENCODING, "gzip, br, zstd".parse().unwrap());
        assert_eq!(negotiate(&headers, &[]), None);
        assert_eq!(negotiate(&headers, &[Br, Zstd]), Some(Br));
        assert_eq!(negotiate(&headers, &[Gzip]), Some(Gzip));
    }
}
