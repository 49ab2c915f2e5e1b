//! The future of the service's answer.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use http::Response;
use pin_project_lite::pin_project;

use crate::answer::{pass, refuse};
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
        Called { #[pin] future: F },
        Refused { refusal: Refusal },
    }
}

impl<F> SseFuture<F> {
    pub(crate) const fn called(future: F, asked: gate::Request, config: Arc<Config>) -> Self {
        Self { kind: Kind::Called { future }, asked, config }
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
            KindProjection::Called { future } => pass(ready!(future.poll(cx))?, this.asked, this.config),
            KindProjection::Refused { refusal } => refuse(*refusal, this.asked, &this.config.methods),
        }))
    }
}
