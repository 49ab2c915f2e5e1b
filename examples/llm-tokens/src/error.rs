//! What a client is told that asked for what it cannot have, as the API of `openai` says it.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// An answer that is no answer: `{"error":{"message":…,"type":…,"param":…,"code":…}}`.
#[derive(Debug)]
pub(crate) struct ApiError {
    status: StatusCode,
    message: String,
    /// The part of the request that is wrong.
    param: Option<&'static str>,
    code: Option<&'static str>,
}

impl ApiError {
    /// A request that will never do.
    pub(crate) fn invalid(param: &'static str, message: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, message: message.into(), param: Some(param), code: None }
    }

    pub(crate) fn unknown_generation() -> Self {
        let message = "there is no such generation, or no longer".to_owned();
        Self { status: StatusCode::NOT_FOUND, message, param: None, code: Some("generation_not_found") }
    }

    /// There are as many generations as there may be.
    pub(crate) fn busy(limit: usize) -> Self {
        let message = format!("there are {limit} generations, which is the limit: try again later");
        Self { status: StatusCode::TOO_MANY_REQUESTS, message, param: None, code: Some("rate_limit_exceeded") }
    }

    /// The generation was broken off before its end.
    pub(crate) fn interrupted() -> Self {
        let message = "the generation was interrupted".to_owned();
        Self { status: StatusCode::SERVICE_UNAVAILABLE, message, param: None, code: None }
    }
}

impl From<JsonRejection> for ApiError {
    fn from(rejection: JsonRejection) -> Self {
        // To these clients whatever is wrong with a body is 400, but for one that is too large.
        let status = match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => StatusCode::PAYLOAD_TOO_LARGE,
            _ => StatusCode::BAD_REQUEST,
        };
        Self { status, message: rejection.body_text(), param: None, code: None }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let Self { status, message, param, code } = self;
        let kind = if status.is_server_error() { "server_error" } else { "invalid_request_error" };
        let error = json!({ "message": message, "type": kind, "param": param, "code": code });
        (status, Json(json!({ "error": error }))).into_response()
    }
}
