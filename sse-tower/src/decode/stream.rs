//! The events of one body, as a stream.

use std::error;
use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Buf;
use futures_core::Stream;
use http_body::Body;
use pin_project_lite::pin_project;
use sse_core::Decoder;
use sse_core::event::{DecodedEvent, SseDecode};

use super::reader::Reader;
use super::{Chunks, ReceiveError, Received};

pin_project! {
    /// The events of one body, as a stream.
    ///
    /// An event is an item as soon as its last byte is there. One that is unfinished when the body ends is none. The
    /// stream ends with the body, or behind the [`ReceiveError`] of a body that fails; it never connects again. After an
    /// error that [is a limit](ReceiveError::is_limit) it goes on with the next event.
    #[must_use = "streams do nothing unless polled"]
    pub struct EventStream<B: Body> {
        #[pin]
        reader: Reader<B>,
    }
}

impl<B: Body> EventStream<B> {
    /// Reads a body. Neither the status of its response nor the content type are looked at.
    ///
    /// ```
    /// use futures_util::StreamExt as _;
    /// use http::Response;
    /// use sse_tower::decode::EventStream;
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let response = Response::new("id: 1\ndata: a\n\ndata: b\n\ndata: unfinished".to_owned());
    /// let mut events = EventStream::from_body(response.into_body());
    /// while let Some(event) = events.next().await {
    ///     println!("{}", event?.data);
    /// }
    /// assert_eq!(events.last_event_id(), "1");
    /// # Ok(())
    /// # }
    /// ```
    pub const fn from_body(body: B) -> Self {
        Self { reader: Reader::new(body, Decoder::new()) }
    }

    /// Sets the decoder to begin with, and with it the limits and the last event ID.
    ///
    /// ```
    /// use sse_core::{Decoder, EventId, Limits};
    /// use sse_tower::decode::EventStream;
    ///
    /// let decoder = Decoder::with_limits(Limits::new().event(1 << 20)).with_last_event_id(EventId::from(41));
    /// let events = EventStream::from_body(String::from("data: x\n\n")).with_decoder(decoder);
    /// assert_eq!(events.last_event_id(), "41");
    /// ```
    pub fn with_decoder(mut self, decoder: Decoder) -> Self {
        self.reader.set_decoder(decoder);
        self
    }

    /// Decodes each event into one of `E`.
    pub const fn typed<E: SseDecode>(self) -> TypedStream<E, B> {
        TypedStream { events: self, typed: PhantomData }
    }

    /// The id that a reconnect sends in `Last-Event-ID`; empty if it sends none.
    ///
    /// A block without data sets it too, but is no item.
    pub fn last_event_id(&self) -> &str {
        self.reader.decoder().last_event_id()
    }

    /// The reconnection time in milliseconds that the last `retry: 3000` has set.
    pub const fn retry(&self) -> Option<u64> {
        self.reader.decoder().retry()
    }
}

impl<S, D, E> EventStream<Chunks<S>>
where
    S: Stream<Item = Result<D, E>>,
    D: Buf,
{
    /// Reads a stream of chunks, such as that of `reqwest::Response::bytes_stream`.
    ///
    /// ```
    /// use futures_util::{StreamExt as _, stream};
    /// use sse_tower::decode::EventStream;
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let chunks = [Ok(b"event: tick\nda".as_slice()), Ok(b"ta: 7\n\n"), Err("connection reset")];
    /// let mut events = EventStream::from_chunks(stream::iter(chunks));
    /// assert_eq!(events.next().await.unwrap()?.name, "tick");
    /// assert!(events.next().await.unwrap().unwrap_err().is_body());
    /// assert!(events.next().await.is_none());
    /// # Ok(())
    /// # }
    /// ```
    pub const fn from_chunks(chunks: S) -> Self {
        Self::from_body(Chunks::new(chunks))
    }
}

impl<B> Stream for EventStream<B>
where
    B: Body<Error: Into<Box<dyn error::Error + Send + Sync>>>,
{
    type Item = Result<DecodedEvent, ReceiveError>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.project().reader.poll_event(cx)
    }
}

impl<B: Body> fmt::Debug for EventStream<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventStream")
            .field("last_event_id", &self.last_event_id())
            .field("retry", &self.retry())
            .finish_non_exhaustive()
    }
}

pin_project! {
    /// The events of one body, each decoded into one of `E`.
    ///
    /// An event of a name that is not among `E`'s is an item too, and no error. One whose data is not its payload is an
    /// error that [is a payload](ReceiveError::is_payload), after which the stream goes on. Otherwise it is an
    /// [`EventStream`].
    #[must_use = "streams do nothing unless polled"]
    pub struct TypedStream<E, B: Body> {
        #[pin]
        events: EventStream<B>,
        typed: PhantomData<fn() -> E>,
    }
}

impl<E, B: Body> TypedStream<E, B> {
    /// The stream of untyped events below.
    pub const fn get_ref(&self) -> &EventStream<B> {
        &self.events
    }
}

impl<E, B> Stream for TypedStream<E, B>
where
    E: SseDecode,
    B: Body<Error: Into<Box<dyn error::Error + Send + Sync>>>,
{
    type Item = Result<Received<E>, ReceiveError>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.project().events.poll_next(cx).map_ok(Received::decode).map(|item| item.map(Result::flatten))
    }
}

impl<E, B: Body> fmt::Debug for TypedStream<E, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TypedStream").field(&self.events).finish()
    }
}
