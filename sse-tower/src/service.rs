//! The service that the layer makes.

use std::sync::Arc;
use std::task::{Context, Poll};

use http::{Request, Response};
use tower_service::Service;

use crate::config::Config;
use crate::future::SseFuture;
use crate::gate::{self, Refusal};
use crate::gate_body::GateBody;
use crate::response::SseResponse;

/// See [`SseLayer`](crate::SseLayer).
#[derive(Clone, Debug)]
pub struct SseService<S> {
    inner: S,
    config: Arc<Config>,
}

impl<S> SseService<S> {
    pub(crate) const fn new(inner: S, config: Arc<Config>) -> Self {
        Self { inner, config }
    }

    /// The inner service.
    pub const fn get_ref(&self) -> &S {
        &self.inner
    }

    /// The inner service.
    pub const fn get_mut(&mut self) -> &mut S {
        &mut self.inner
    }

    /// The inner service.
    pub fn into_inner(self) -> S {
        self.inner
    }
}

impl<S, ReqBody> Service<Request<ReqBody>> for SseService<S>
where
    S: Service<Request<ReqBody>>,
    S::Response: SseResponse,
{
    type Response = Response<GateBody<<S::Response as SseResponse>::Body>>;
    type Error = S::Error;
    type Future = SseFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        let asked = gate::Request::new(request.method(), request.headers(), request.uri());
        let refusal = if S::Response::IS_STREAM {
            asked.refusal(&self.config.methods, self.config.control_events)
        } else {
            asked.is_over().then_some(Refusal::Ended)
        };
        if let Some(refusal) = refusal {
            return SseFuture::refused(refusal, asked, Arc::clone(&self.config));
        }
        let chosen = self.config.compression.choose(request.headers());
        SseFuture::called(self.inner.call(request), chosen, asked, Arc::clone(&self.config))
    }
}
