//! The codec of tokio-util.

use std::io;

use bytes::BytesMut;
use sse_core::Decoder;
use sse_core::event::DecodedEvent;
use sse_core::wire::SseItem;

use super::ReceiveError;
use super::reader::decode;
use crate::Error;

/// What is kept of the buffer for one event: a larger one is freed.
const KEPT: usize = 64 << 10;

/// Events from and to bytes without HTTP: a pipe, a socket, a file.
///
/// As a decoder it takes what it reads at once, so that `FramedRead`'s buffer holds no more than one read. An event that
/// is unfinished at the end is none. After an error that [is a limit](ReceiveError::is_limit) `FramedRead` yields `None`
/// once; polled again, it goes on with the next event.
///
/// As an encoder it takes whatever a [`Sse`](crate::Sse) response takes. An error that is not the writer's own is a
/// [`sse_tower::Error`](Error) within an [`io::Error`] of the kind [`InvalidInput`](io::ErrorKind::InvalidInput); nothing
/// of the item is written then.
///
/// # Examples
///
/// ```
/// use futures_util::{SinkExt as _, StreamExt as _};
/// use sse_core::Event;
/// use sse_tower::decode::SseCodec;
/// use tokio_util::codec::{FramedRead, FramedWrite};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let (writer, reader) = tokio::io::duplex(1024);
/// let mut events = FramedWrite::new(writer, SseCodec::new());
/// events.send(Event::new("7").name("tick")?).await?; // event: tick⏎data: 7⏎⏎
/// drop(events);
///
/// let mut events = FramedRead::new(reader, SseCodec::new());
/// assert_eq!(events.next().await.unwrap()?.name, "tick");
/// assert!(events.next().await.is_none());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct SseCodec {
    decoder: Decoder,
    /// The frame that is being written. Items append to a `Vec`, and sinks have a `BytesMut`.
    frame: Vec<u8>,
}

impl SseCodec {
    /// A codec with the default [`Limits`](sse_core::Limits).
    #[must_use]
    pub const fn new() -> Self {
        Self::with_decoder(Decoder::new())
    }

    /// A codec that begins with this decoder, and with its limits and its last event ID.
    #[must_use]
    pub const fn with_decoder(decoder: Decoder) -> Self {
        Self { decoder, frame: Vec::new() }
    }

    /// The decoder, which knows the last event ID and the reconnection time.
    #[must_use]
    pub const fn decoder(&self) -> &Decoder {
        &self.decoder
    }
}

impl tokio_util::codec::Decoder for SseCodec {
    type Item = DecodedEvent;
    type Error = ReceiveError;

    fn decode(&mut self, input: &mut BytesMut) -> Result<Option<DecodedEvent>, ReceiveError> {
        decode(&mut self.decoder, input).map_err(ReceiveError::limit)
    }

    fn decode_eof(&mut self, input: &mut BytesMut) -> Result<Option<DecodedEvent>, ReceiveError> {
        let event = self.decode(input)?;
        if event.is_none() {
            // A file may grow behind its end: what comes then does not continue the unfinished event.
            self.decoder.reset();
        }
        Ok(event)
    }
}

impl<I: SseItem> tokio_util::codec::Encoder<I> for SseCodec {
    type Error = io::Error;

    fn encode(&mut self, item: I, output: &mut BytesMut) -> io::Result<()> {
        self.frame.clear();
        item.write_frame(&mut self.frame)
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, Error::new(error)))?;
        output.extend_from_slice(&self.frame);
        self.frame.shrink_to(KEPT);
        Ok(())
    }
}

/// A reader that failed, as `FramedRead` reports it.
impl From<io::Error> for ReceiveError {
    fn from(error: io::Error) -> Self {
        Self::body(error.into())
    }
}
