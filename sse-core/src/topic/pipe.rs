//! A stream that drives a topic, whoever listens.

use alloc::vec::Vec;
use core::fmt;
use core::pin::Pin;
use core::task::{Context, Poll, ready};

use futures_core::Stream;
use pin_project_lite::pin_project;

use super::{PublishError, Topic};
use crate::event::SseEvent;

pin_project! {
    /// Publishes the events of a stream to a topic, and closes it when the stream ends.
    ///
    /// See [`Topic::pipe`].
    #[must_use = "a future does nothing unless it is polled"]
    pub struct Pipe<St: Stream> {
        topic: Topic<St::Item>,
        #[pin]
        stream: St,
        ready: Vec<St::Item>,
        published: u64,
    }
}

/// How many events that are ready together are published as one batch.
const BATCH: usize = 64;

impl<E: SseEvent> Topic<E> {
    /// A future that publishes what `stream` yields, and closes the topic when it ends. Events that are ready together
    /// are published together.
    ///
    /// It needs no subscriber: spawn it, and a long answer goes on while its reader reconnects. It completes with the
    /// number of events that were published. Dropping it stops the stream and leaves the topic open, because what is
    /// broken off is not complete: publish how it ended, or [`kick`](Topic::kick) the subscribers.
    ///
    /// # Errors
    ///
    /// Completes with [`PublishError`] when an event is refused, and leaves the topic open as above. The events before it
    /// were published.
    ///
    /// # Examples
    ///
    /// ```
    /// # use futures_util::stream;
    /// use sse_core::{SseEvent, Topic};
    ///
    /// #[derive(SseEvent)]
    /// #[sse(rename_all = "kebab-case")]
    /// enum Answer {
    ///     Token(String),
    /// }
    ///
    /// # async fn example() -> Result<(), sse_core::topic::PublishError> {
    /// let topic: Topic<Answer> = Topic::new();
    /// let tokens = stream::iter(["once", " upon"]).map(|token| Answer::Token(token.to_owned()));
    /// let published = topic.pipe(tokens).await?; // or spawned, on whatever runtime there is
    /// assert_eq!((published, topic.is_closed()), (2, true));
    /// # Ok(())
    /// # }
    /// # use futures_util::StreamExt as _;
    /// # futures_util::FutureExt::now_or_never(example()).unwrap()?;
    /// # Ok::<(), sse_core::topic::PublishError>(())
    /// ```
    pub fn pipe<St: Stream<Item = E>>(&self, stream: St) -> Pipe<St> {
        Pipe { topic: self.clone(), stream, ready: Vec::new(), published: 0 }
    }
}

impl<St> Future for Pipe<St>
where
    St: Stream,
    St::Item: SseEvent,
{
    type Output = Result<u64, PublishError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let polled = loop {
            if this.ready.len() == BATCH {
                // There may be more, but other tasks come first.
                cx.waker().wake_by_ref();
                break Poll::Pending;
            }
            match this.stream.as_mut().poll_next(cx) {
                Poll::Ready(Some(event)) => this.ready.push(event),
                Poll::Ready(None) => break Poll::Ready(()),
                Poll::Pending => break Poll::Pending,
            }
        };
        let published = publish_ready(this.topic, this.ready);
        this.ready.clear();
        *this.published += published?;
        ready!(polled);
        this.topic.close();
        Poll::Ready(Ok(*this.published))
    }
}

/// Publishes events as one batch; if one of them is refused, those before it.
fn publish_ready<E: SseEvent>(topic: &Topic<E>, events: &[E]) -> Result<u64, PublishError> {
    if events.is_empty() {
        return Ok(0);
    }
    if topic.publish_batch(events).is_err() {
        events.iter().try_for_each(|event| topic.publish(event).map(drop))?;
    }
    Ok(events.len() as u64)
}

impl<St: Stream> fmt::Debug for Pipe<St> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pipe").field("published", &self.published).finish_non_exhaustive()
    }
}
