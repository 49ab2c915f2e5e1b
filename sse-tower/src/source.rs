//! Where the bytes of a body come from.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use pin_project_lite::pin_project;
use sse_core::topic::{Delivery, Subscription};
use sse_core::wire::SseItem;

use crate::Error;

/// What an [`Sse`](crate::Sse) makes its body from: [`Events`] or [`Subscribed`].
///
/// The trait is sealed.
pub trait Source: private::Source {}

impl<T: private::Source> Source for T {}

pub(crate) mod private {
    use super::{Bytes, Context, Error, Pin, Poll, Subscription};

    /// What a source hands over.
    #[derive(Debug)]
    #[expect(unnameable_types, reason = "only the sealed trait names it")]
    pub enum Chunk {
        /// Whole events.
        Frames(Bytes),
        /// The stream is complete.
        Ended,
        /// The connection ends, and the client is to come back.
        Closed,
        /// The stream has failed.
        Failed(Error),
    }

    #[expect(unnameable_types, reason = "the public trait is sealed by it")]
    pub trait Source {
        /// Takes the cursor that the layer has attached.
        fn attach(self: Pin<&mut Self>, subscription: Option<Subscription>);

        fn poll_chunk(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Chunk>;
    }
}

use private::Chunk;

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
    fn attach(self: Pin<&mut Self>, _: Option<Subscription>) {}

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

/// The events of a topic, encoded when they were published.
#[derive(Debug)]
pub struct Subscribed {
    subscription: Option<Subscription>,
}

impl Subscribed {
    pub(crate) const fn new() -> Self {
        Self { subscription: None }
    }
}

impl private::Source for Subscribed {
    fn attach(mut self: Pin<&mut Self>, subscription: Option<Subscription>) {
        self.subscription = subscription;
    }

    fn poll_chunk(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Chunk> {
        let Some(subscription) = &mut self.subscription else {
            return Poll::Ready(Chunk::Closed);
        };
        Poll::Ready(match ready!(Pin::new(subscription).poll_next(cx)) {
            Some(Delivery::Frames(frames)) => Chunk::Frames(frames),
            Some(Delivery::Ended) => Chunk::Ended,
            // The client comes back with its last id, and gets what it missed or is told that it cannot.
            _ => Chunk::Closed,
        })
    }
}
