//! From a body's chunks to events.

use std::error;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Buf;
use http_body::Body;
use pin_project_lite::pin_project;
use sse_core::Decoder;
use sse_core::event::DecodedEvent;
use sse_core::wire::LimitExceeded;

use super::ReceiveError;

/// How many chunks without an event one poll takes, so that a body that always has another one does not keep its task.
const CHUNKS_PER_POLL: u32 = 64;

pin_project! {
    /// A body, the chunk of it that is in hand, and the decoder: the one place where both are driven.
    ///
    /// Nothing is buffered but that chunk and what the decoder's limits allow. Trailers are left out.
    pub(crate) struct Reader<B: Body> {
        // `None` when the body is over. Dropping it frees its connection.
        #[pin]
        body: Option<B>,
        chunk: Option<B::Data>,
        decoder: Decoder,
        chunks: u64,
    }
}

impl<B: Body> Reader<B> {
    pub(crate) const fn new(body: B, decoder: Decoder) -> Self {
        Self { body: Some(body), chunk: None, decoder, chunks: 0 }
    }

    /// How many chunks have come so far, comments included: unless it changes, the body is silent.
    #[cfg(feature = "client")]
    pub(crate) const fn chunks(&self) -> u64 {
        self.chunks
    }

    pub(crate) const fn decoder(&self) -> &Decoder {
        &self.decoder
    }

    pub(super) fn set_decoder(&mut self, decoder: Decoder) {
        self.decoder = decoder;
    }
}

impl<B> Reader<B>
where
    B: Body<Error: Into<Box<dyn error::Error + Send + Sync>>>,
{
    /// The next event; `None` when the body is over, for good.
    ///
    /// Past an error that [is a limit](ReceiveError::is_limit) there may be more events, past another there are none.
    pub(crate) fn poll_event(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<DecodedEvent, ReceiveError>>> {
        let mut this = self.project();
        for _ in 0..CHUNKS_PER_POLL {
            if let Some(chunk) = this.chunk {
                match decode(this.decoder, chunk) {
                    Ok(None) => *this.chunk = None,
                    Ok(Some(event)) => return Poll::Ready(Some(Ok(event))),
                    Err(limit) => return Poll::Ready(Some(Err(ReceiveError::limit(limit)))),
                }
            }
            let Some(body) = this.body.as_mut().as_pin_mut() else { return Poll::Ready(None) };
            match ready!(body.poll_frame(cx)) {
                Some(Ok(frame)) => {
                    if let Ok(chunk) = frame.into_data() {
                        *this.chunks += 1;
                        *this.chunk = Some(chunk);
                    }
                }
                Some(Err(error)) => {
                    this.body.set(None);
                    return Poll::Ready(Some(Err(ReceiveError::body(error.into()))));
                }
                None => {
                    this.body.set(None);
                    return Poll::Ready(None);
                }
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

/// Takes bytes off `chunk`, up to the end of an event or all of them.
pub(super) fn decode(decoder: &mut Decoder, chunk: &mut impl Buf) -> Result<Option<DecodedEvent>, LimitExceeded> {
    while chunk.has_remaining() {
        let mut input = chunk.chunk();
        let before = input.len();
        let result = decoder.decode(&mut input);
        let taken = before - input.len();
        chunk.advance(taken);
        match result {
            Ok(None) => {}
            done => return done,
        }
    }
    Ok(None)
}

impl<B: Body> fmt::Debug for Reader<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader")
            .field("ended", &self.body.is_none())
            .field("last_event_id", &self.decoder.last_event_id())
            .field("retry", &self.decoder.retry())
            .finish_non_exhaustive()
    }
}
