//! A stream of chunks as a body.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Buf;
use futures_core::Stream;
use http_body::{Body, Frame};
use pin_project_lite::pin_project;

pin_project! {
    /// A body of the chunks that a stream yields, as [`EventStream::from_chunks`](super::EventStream::from_chunks) reads it.
    pub struct Chunks<S> {
        #[pin]
        stream: S,
    }
}

impl<S> Chunks<S> {
    pub(super) const fn new(stream: S) -> Self {
        Self { stream }
    }
}

impl<S, D, E> Body for Chunks<S>
where
    S: Stream<Item = Result<D, E>>,
    D: Buf,
{
    type Data = D;
    type Error = E;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<D>, E>>> {
        let chunk = ready!(self.project().stream.poll_next(cx));
        Poll::Ready(chunk.map(|chunk| chunk.map(Frame::data)))
    }
}

impl<S> fmt::Debug for Chunks<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chunks").finish_non_exhaustive()
    }
}
