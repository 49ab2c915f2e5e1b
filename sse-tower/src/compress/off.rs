//! Nothing is compressed: no feature for it is on.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{HeaderMap, Response};
use http_body::{Body, Frame};

use crate::gate::Request;
use crate::gate_body::GateBody;

#[derive(Clone, Debug, Default)]
pub(crate) struct Setting {}

#[derive(Clone, Debug)]
pub(crate) struct Chosen;

#[derive(Debug)]
pub(crate) struct Coding;

impl Setting {
    #[expect(clippy::unused_self, reason = "as where something is set")]
    pub(crate) const fn choose(&self, _: &HeaderMap) -> Chosen {
        Chosen
    }
}

pub(crate) const fn apply<B>(_: &Chosen, _: &Request, _: &mut Response<GateBody<B>>) {}

#[expect(clippy::unused_self, reason = "as where something is compressed")]
impl Coding {
    pub(crate) const NONE: Self = Self;

    pub(crate) const fn is_none(&self) -> bool {
        true
    }

    pub(crate) const fn is_end_stream(&self, inner: bool) -> bool {
        inner
    }

    pub(crate) fn poll_frame<B: Body<Data = Bytes>>(
        &self,
        body: Pin<&mut B>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        body.poll_frame(cx)
    }
}
