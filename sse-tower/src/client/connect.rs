//! The service, and the bodies of its responses, without their types.

use std::error;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Buf as _, Bytes};
use http::{Request, Response};
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;
use tower_service::Service;

use super::RequestBody;

pub(super) type BoxError = Box<dyn error::Error + Send + Sync>;
/// The body of a response.
pub(super) type Incoming = Pin<Box<dyn Body<Data = Bytes, Error = BoxError> + Send>>;
/// A response that is on its way.
pub(super) type Answering = Pin<Box<dyn Future<Output = Result<Response<Incoming>, BoxError>> + Send>>;

/// A service whose type is left out, so that an event source has none of its own. What is boxed is one future and one
/// body for each connection.
pub(super) trait Connect: Send {
    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>>;

    fn call(&mut self, request: Request<RequestBody>) -> Answering;
}

/// A type of its own, so that `poll_ready` and `call` are not ambiguous.
pub(super) struct Connector<S>(pub(super) S);

impl<S, B> Connect for Connector<S>
where
    S: Service<Request<RequestBody>, Response = Response<B>> + Send,
    S::Error: Into<BoxError>,
    S::Future: Send + 'static,
    B: Body + Send + 'static,
    B::Error: Into<BoxError>,
{
    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.0.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, request: Request<RequestBody>) -> Answering {
        let answer = self.0.call(request);
        Box::pin(async {
            let response = answer.await.map_err(Into::into)?;
            Ok(response.map(|body| -> Incoming { Box::pin(Erased { body }) }))
        })
    }
}

pin_project! {
    /// A body whose chunks are `Bytes`, as most are, and whose error is boxed.
    struct Erased<B> {
        #[pin]
        body: B,
    }
}

impl<B> Body for Erased<B>
where
    B: Body,
    B::Error: Into<BoxError>,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        self.project().body.poll_frame(cx).map(|frame| {
            frame.map(|frame| match frame {
                Ok(frame) => Ok(frame.map_data(|mut data| data.copy_to_bytes(data.remaining()))),
                Err(error) => Err(error.into()),
            })
        })
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
