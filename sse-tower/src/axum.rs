//! `Sse` as an answer of an axum handler, and the client's last id as an argument of one.

use std::convert::Infallible;

use axum_core::body::Body;
use axum_core::extract::FromRequestParts;
use axum_core::response::{IntoResponse, Response};
use http::request::Parts;

use crate::{LastEventId, Source, Sse};

impl<S: Source + Send + 'static> IntoResponse for Sse<S> {
    fn into_response(self) -> Response {
        Self::into_response(self).map(Body::new)
    }
}

impl<S: Sync> FromRequestParts<S> for LastEventId {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::from_request(&parts.headers, &parts.uri))
    }
}
