//! The body of what the layer lets pass, or answers itself.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

use crate::compress::Coding;

pin_project! {
    /// The body of a response that has passed the layer: the inner body, or the layer's own answer.
    #[derive(Debug)]
    pub struct GateBody<B> {
        #[pin]
        kind: Kind<B>,
    }
}

pin_project! {
    #[project = KindProjection]
    #[derive(Debug)]
    enum Kind<B> {
        Inner { #[pin] body: B, coding: Coding },
        Text { text: Bytes },
        // To a HEAD request. It does not tell its size, or the server would send the content-length of an empty body.
        Head,
    }
}

impl<B> GateBody<B> {
    pub(crate) const fn inner(body: B) -> Self {
        Self { kind: Kind::Inner { body, coding: Coding::NONE } }
    }

    /// Whether it is what the inner service answered, or stands for it.
    #[cfg(any(feature = "zstd", feature = "gzip", feature = "br"))]
    pub(crate) const fn is_passed(&self) -> bool {
        !matches!(self.kind, Kind::Text { .. })
    }

    /// Sets what is done to the inner body, if there is one.
    #[cfg(any(feature = "zstd", feature = "gzip", feature = "br"))]
    pub(crate) fn code(&mut self, make: impl FnOnce() -> Coding) {
        if let Kind::Inner { coding, .. } = &mut self.kind {
            *coding = make();
        }
    }

    pub(crate) const fn text(text: Bytes) -> Self {
        Self { kind: Kind::Text { text } }
    }

    pub(crate) const fn head() -> Self {
        Self { kind: Kind::Head }
    }
}

/// Empty. Some layers answer with a default body.
impl<B> Default for GateBody<B> {
    fn default() -> Self {
        Self::text(Bytes::new())
    }
}

impl<B: Body<Data = Bytes>> Body for GateBody<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        match self.project().kind.project() {
            KindProjection::Inner { body, coding } => coding.poll_frame(body, cx),
            KindProjection::Text { text } => {
                let text = std::mem::take(text);
                Poll::Ready((!text.is_empty()).then(|| Ok(Frame::data(text))))
            }
            KindProjection::Head => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.kind {
            Kind::Inner { body, coding } => coding.is_end_stream(body.is_end_stream()),
            Kind::Text { text } => text.is_empty(),
            Kind::Head => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.kind {
            Kind::Inner { body, coding } if coding.is_none() => body.size_hint(),
            Kind::Text { text } => SizeHint::with_exact(text.len() as u64),
            Kind::Inner { .. } | Kind::Head => SizeHint::default(),
        }
    }
}
