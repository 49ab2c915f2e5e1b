//! The cookie that says who somebody is.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{StatusCode, header};

const COOKIE: &str = "guest";
const MAX_CHARS: usize = 40;

/// Who has signed in. A real application has a token here that nobody can guess, and looks up whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Guest {
    pub(crate) name: String,
}

impl Guest {
    /// Of a name that says something and is not too long.
    pub(crate) fn new(name: &str) -> Option<Self> {
        let name = name.trim();
        let fits = !name.is_empty() && name.chars().count() <= MAX_CHARS;
        fits.then(|| Self { name: name.to_owned() })
    }

    /// `set-cookie`: no script can read it, and no page of another site can send it.
    pub(crate) fn set_cookie(&self) -> String {
        let value: String = form_urlencoded::byte_serialize(self.name.as_bytes()).collect();
        format!("{COOKIE}={value}; Path=/; HttpOnly; SameSite=Lax")
    }

    /// What `cookie` says.
    fn from_cookies(cookies: &str) -> Option<Self> {
        let pairs = cookies.split(';').filter_map(|pair| pair.trim().split_once('='));
        let (_, value) = pairs.into_iter().find(|(name, _)| *name == COOKIE)?;
        let (name, _) = form_urlencoded::parse(value.as_bytes()).next()?;
        Self::new(&name)
    }
}

impl<S: Sync> FromRequestParts<S> for Guest {
    type Rejection = (StatusCode, &'static str);

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let mut cookies = parts.headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        // EventSource takes every status but 200 for final: it does not come back until the page opens another one.
        cookies.find_map(Self::from_cookies).ok_or((StatusCode::UNAUTHORIZED, "sign in first\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_survives_its_cookie() {
        for name in ["Ada", "Zoë & Søren", "a=b; c"] {
            let guest = Guest::new(name).unwrap();
            let cookie = guest.set_cookie();
            let pair = cookie.split(';').next().unwrap();
            assert_eq!(Guest::from_cookies(&format!("other=1; {pair}; more=2")), Some(guest));
        }
        for cookies in ["", "guest=", "guest", "other=Ada", &format!("guest={}", "a".repeat(41))] {
            assert_eq!(Guest::from_cookies(cookies), None, "{cookies}");
        }
    }
}
