//! The future of the service's answer.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use http::Response;
use pin_project_lite::pin_project;

use crate::answer::{pass, refuse};
use crate::compress::{self, Chosen};
use crate::config::Config;
use crate::gate::{self, Refusal};
use crate::gate_body::GateBody;
use crate::response::SseResponse;

pin_project! {
    /// The answer of an [`SseService`](crate::SseService).
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct SseFuture<F> {
        #[pin]
        kind: Kind<F>,
        asked: gate::Request,
        config: Arc<Config>,
    }
}

pin_project! {
    #[project = KindProjection]
    #[derive(Debug)]
    enum Kind<F> {
        Called { #[pin] future: F, chosen: Chosen },
        Refused { refusal: Refusal },
    }
}

impl<F> SseFuture<F> {
    pub(crate) const fn called(future: F, chosen: Chosen, asked: gate::Request, config: Arc<Config>) -> Self {
        Self { kind: Kind::Called { future, chosen }, asked, config }
    }

    pub(crate) const fn refused(refusal: Refusal, asked: gate::Request, config: Arc<Config>) -> Self {
        Self { kind: Kind::Refused { refusal }, asked, config }
    }
}

impl<F, R, E> Future for SseFuture<F>
where
    F: Future<Output = Result<R, E>>,
    R: SseResponse,
{
    type Output = Result<Response<GateBody<R::Body>>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        Poll::Ready(Ok(match this.kind.project() {
            KindProjection::Called { future, chosen } => {
                let mut response = pass(ready!(future.poll(cx))?, this.asked, this.config);
                compress::apply(chosen, this.asked, &mut response);
                response
            }
            KindProjection::Refused { refusal } => refuse(*refusal, this.asked, &this.config.methods, this.config),
        }))
    }
}
