//! Where a request goes, and what a redirect makes of it.

use std::fmt;

use http::{HeaderMap, Method, StatusCode, Uri, header};
use url::Url;

/// As many redirects are followed in one attempt, as browsers do.
pub(super) const MOST: u32 = 20;

/// Where a request goes, and what of it goes there.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub(super) uri: Uri,
    pub(super) method: Method,
    /// Whether the body goes there: not after a redirect that made a GET of it.
    pub(super) body: bool,
    /// Whether `authorization`, `cookie` and `host` go there: not to another origin.
    pub(super) credentials: bool,
}

/// What is wrong with a redirect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RedirectFault {
    NoLocation,
    Location,
    TooMany,
}

impl fmt::Display for RedirectFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoLocation => "it has no location, or an empty one",
            Self::Location => "its location is no http or https URL",
            Self::TooMany => "it is one too many",
        })
    }
}

/// Whether a redirect of this status is followed. The others (300, 304, 305) are errors, as in a browser.
pub(super) const fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

/// Whether the next attempt goes to where this one was sent.
pub(super) const fn is_permanent(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 308)
}

impl Target {
    pub(super) const fn new(uri: Uri, method: Method) -> Self {
        Self { uri, method, body: true, credentials: true }
    }

    /// Whether a request may be repeated because it changes nothing.
    pub(super) fn is_safe(&self) -> bool {
        self.method.is_safe() || ["QUERY", "REPORT", "PROPFIND", "SEARCH"].contains(&self.method.as_str())
    }

    /// The target that a redirect names.
    ///
    /// As the [Fetch standard] says, POST becomes GET after 301 and 302, and whatever is not GET or HEAD after 303.
    /// Credentials that have once been withheld do not come back.
    ///
    /// [Fetch standard]: https://fetch.spec.whatwg.org/#http-redirect-fetch
    pub(super) fn follow(&self, status: StatusCode, headers: &HeaderMap) -> Result<Self, RedirectFault> {
        let location = headers.get(header::LOCATION).filter(|location| !location.is_empty());
        let location = location.ok_or(RedirectFault::NoLocation)?;
        let location = std::str::from_utf8(location.as_bytes()).map_err(|_| RedirectFault::Location)?;
        let mut url = self.resolve(location)?;
        let same_origin = Url::parse(&self.uri.to_string()).is_ok_and(|from| from.origin() == url.origin());
        if !same_origin {
            // Nobody else says who this client is.
            url.set_username("").and_then(|()| url.set_password(None)).map_err(|()| RedirectFault::Location)?;
        }
        let uri = url.as_str().parse::<Uri>().map_err(|_| RedirectFault::Location)?;
        let to_get = match status.as_u16() {
            301 | 302 => self.method == Method::POST,
            303 => self.method != Method::GET && self.method != Method::HEAD,
            _ => false,
        };
        Ok(Self {
            uri,
            method: if to_get { Method::GET } else { self.method.clone() },
            body: self.body && !to_get,
            credentials: self.credentials && same_origin,
        })
    }

    fn resolve(&self, location: &str) -> Result<Url, RedirectFault> {
        let url = match Url::parse(&self.uri.to_string()) {
            Ok(base) => base.join(location),
            // A service of this process may be asked for a path alone.
            Err(_) => Url::parse(location),
        };
        url.ok().filter(|url| matches!(url.scheme(), "http" | "https")).ok_or(RedirectFault::Location)
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn target(uri: &'static str, method: Method) -> Target {
        Target::new(Uri::from_static(uri), method)
    }

    fn location(value: &[u8]) -> HeaderMap {
        HeaderMap::from_iter([(header::LOCATION, HeaderValue::from_bytes(value).unwrap())])
    }

    #[track_caller]
    fn resolves(value: &str, expected: Result<&str, RedirectFault>) {
        let from = target("http://a.test:8080/b/c?d=e", Method::GET);
        let to = from.follow(StatusCode::FOUND, &location(value.as_bytes()));
        assert_eq!(to.map(|to| to.uri.to_string()), expected.map(str::to_owned), "{value:?}");
    }

    #[test]
    fn a_location_is_resolved_as_a_browser_does() {
        resolves("/x", Ok("http://a.test:8080/x"));
        resolves("x", Ok("http://a.test:8080/b/x"));
        resolves("../x?y", Ok("http://a.test:8080/x?y"));
        resolves("?y", Ok("http://a.test:8080/b/c?y"));
        resolves("#z", Ok("http://a.test:8080/b/c?d=e"));
        resolves("//f.test/x", Ok("http://f.test/x"));
        resolves("https://f.test", Ok("https://f.test/"));
        resolves("http://me:secret@f.test/x", Ok("http://f.test/x"));
        resolves("http://me@a.test:8080/x", Ok("http://me@a.test:8080/x"));
        resolves("/a b/ü", Ok("http://a.test:8080/a%20b/%C3%BC"));
        resolves("", Err(RedirectFault::NoLocation));
        resolves("ftp://f.test/x", Err(RedirectFault::Location));
        resolves("data:text/event-stream,x", Err(RedirectFault::Location));
        resolves("http://", Err(RedirectFault::Location));
        let nothing = target("http://a.test/", Method::GET).follow(StatusCode::FOUND, &HeaderMap::new());
        assert_eq!(nothing.unwrap_err(), RedirectFault::NoLocation);
        let bytes = target("http://a.test/", Method::GET).follow(StatusCode::FOUND, &location(&[b'/', 0xff]));
        assert_eq!(bytes.unwrap_err(), RedirectFault::Location);
    }

    #[test]
    fn the_method_changes_as_in_fetch() {
        let report = || Method::from_bytes(b"REPORT").unwrap();
        for (status, from, to) in [
            (301, Method::POST, Method::GET),
            (302, Method::POST, Method::GET),
            (303, Method::POST, Method::GET),
            (307, Method::POST, Method::POST),
            (308, Method::POST, Method::POST),
            (301, report(), report()),
            (303, report(), Method::GET),
            (303, Method::HEAD, Method::HEAD),
            (303, Method::GET, Method::GET),
        ] {
            let kept = from == to;
            let status = StatusCode::from_u16(status).unwrap();
            let to_target = target("http://a.test/", from).follow(status, &location(b"/x")).unwrap();
            assert_eq!((to_target.method, to_target.body), (to, kept), "{status}");
        }
    }

    #[test]
    fn credentials_stay_with_their_origin() {
        let follow = |from: &Target, to: &str| from.follow(StatusCode::FOUND, &location(to.as_bytes())).unwrap();
        let home = target("https://a.test/", Method::GET);
        assert!(follow(&home, "https://a.test:443/x").credentials);
        for elsewhere in ["http://a.test/", "https://a.test:444/", "https://b.a.test/", "https://b.test/"] {
            let away = follow(&home, elsewhere);
            assert!(!away.credentials, "{elsewhere}");
            assert!(!follow(&away, "https://a.test/").credentials);
        }
    }

    #[test]
    fn a_path_alone_is_redirected_to_urls_only() {
        let from = target("/events", Method::GET);
        assert_eq!(from.uri.to_string(), "/events");
        assert!(from.follow(StatusCode::FOUND, &location(b"http://a.test/")).is_ok());
        assert!(from.follow(StatusCode::FOUND, &location(b"/x")).is_err());
    }
}
