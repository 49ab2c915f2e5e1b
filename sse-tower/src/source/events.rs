//! Any stream of events.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream;
use pin_project_lite::pin_project;
use sse_core::wire::SseItem;

use super::private::{self, Chunk, Cursor};
use crate::Error;

/// How many bytes of ready events are gathered into one frame of the body, so that a burst is one write.
const GATHER: usize = 64 * 1024;

pin_project! {
    /// The events of any stream, encoded one after the other.
    pub struct Events<St> {
        #[pin]
        stream: St,
        // What comes when the gathered events have been handed over.
        then: Option<Chunk>,
    }
}

impl<St> Events<St> {
    pub(crate) const fn new(stream: St) -> Self {
        Self { stream, then: None }
    }
}

impl<St> private::Source for Events<St>
where
    St: Stream,
    St::Item: SseItem,
{
    fn attach(self: Pin<&mut Self>, _: Cursor) {}

    fn on_quiet(self: Pin<&mut Self>, _: bool) -> Option<Bytes> {
        None
    }

    fn poll_chunk(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Chunk> {
        let mut this = self.project();
        let mut gathered = Vec::new();
        while this.then.is_none() && gathered.len() < GATHER {
            match this.stream.as_mut().poll_next(cx) {
                Poll::Ready(Some(item)) => match item.write_frame(&mut gathered) {
                    Ok(true) => *this.then = Some(Chunk::Ended),
                    Ok(false) => {}
                    Err(error) => *this.then = Some(Chunk::Failed(Error::new(error))),
                },
                Poll::Ready(None) => *this.then = Some(Chunk::Ended),
                Poll::Pending => break,
            }
        }
        if !gathered.is_empty() {
            return Poll::Ready(Chunk::Frames(Bytes::from(gathered)));
        }
        match this.then.take() {
            Some(chunk) => Poll::Ready(chunk),
            None => Poll::Pending,
        }
    }
}

impl<St> fmt::Debug for Events<St> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events").finish_non_exhaustive()
    }
}
