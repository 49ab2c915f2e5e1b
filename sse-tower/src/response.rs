//! What a service under the layer may answer with.

use http::Response;
use http_body::Body;

use crate::body::SseBody;
use crate::respond::Sse;
use crate::source::Source;

/// What a service under [`SseLayer`](crate::SseLayer) answers with: an [`Sse`], which makes the whole service an event
/// stream, or an HTTP response, which may carry one or not.
///
/// The trait is sealed.
#[diagnostic::on_unimplemented(
    message = "`SseLayer` cannot wrap a service that answers with `{Self}`",
    note = "answer with `sse_tower::Sse` or with `http::Response`"
)]
pub trait SseResponse: private::Sealed {
    /// Whether every answer of the service is an event stream, so that the request can be judged before the call.
    #[doc(hidden)]
    const IS_STREAM: bool;

    /// The body of the answer.
    type Body: Body;

    /// The answer as an HTTP response.
    #[doc(hidden)]
    fn into_http(self) -> Response<Self::Body>;
}

impl<S: Source> SseResponse for Sse<S> {
    const IS_STREAM: bool = true;
    type Body = SseBody<S>;

    fn into_http(self) -> Response<SseBody<S>> {
        self.into_response()
    }
}

impl<B: Body> SseResponse for Response<B> {
    const IS_STREAM: bool = false;
    type Body = B;

    fn into_http(self) -> Self {
        self
    }
}

mod private {
    #[expect(unnameable_types, reason = "the trait is sealed by it")]
    pub trait Sealed {}
    impl<S> Sealed for super::Sse<S> {}
    impl<B> Sealed for super::Response<B> {}
}
