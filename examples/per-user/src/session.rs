//! Who is signed in. It is a fake, but for what matters here: a stranger has no token, and a user only their own.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::header::COOKIE;
use axum::http::request::Parts;
use sse_core::history::Epoch;

use crate::Users;

/// How many sessions there may be.
const MAX_SESSIONS: usize = 1_000;

/// The sessions: whose each token is. A real one has an end, is in a database, and asked for a password.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sessions(Arc<Mutex<HashMap<String, String>>>);

impl Sessions {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a session and gives its token; `None` if there are too many.
    pub(crate) fn begin(&self, user: String) -> Option<String> {
        let mut sessions = self.lock();
        // An epoch is a name that nobody guesses, which is what a token is.
        let token = Epoch::random().to_string();
        (sessions.len() < MAX_SESSIONS).then(|| sessions.insert(token.clone(), user))?;
        Some(token)
    }

    /// Whose it is, while it lasts.
    pub(crate) fn user(&self, token: &str) -> Option<String> {
        self.lock().get(token).cloned()
    }

    pub(crate) fn end(&self, token: &str) {
        self.lock().remove(token);
    }
}

/// Whoever is signed in, by the cookie `session`. A handler that takes one is closed to everybody else: 401.
#[derive(Clone, Debug)]
pub(crate) struct User {
    pub(crate) name: String,
    pub(crate) token: String,
}

impl FromRequestParts<Users> for User {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, users: &Users) -> Result<Self, StatusCode> {
        let cookies = parts.headers.get_all(COOKIE).iter().filter_map(|cookies| cookies.to_str().ok());
        let mut cookies = cookies.flat_map(|cookies| cookies.split(';'));
        let token =
            cookies.find_map(|cookie| cookie.trim().strip_prefix("session=")).ok_or(StatusCode::UNAUTHORIZED)?;
        let name = users.sessions.user(token).ok_or(StatusCode::UNAUTHORIZED)?;
        Ok(Self { name, token: token.to_owned() })
    }
}
