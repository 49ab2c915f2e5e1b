//! What stands between a body and the server where the response is in a content coding.

use std::fmt;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::HeaderMap;
use http_body::{Body, Frame};

use super::Encoding;
use super::codec::{Codec, For};
use super::follower::Follower;
use super::ledger::Lease;
use super::route::Place;
use super::sum::Sum;

/// What is done to the data of one body: nothing, or it is compressed.
#[derive(Debug)]
pub(crate) struct Coding(Option<Box<Encoder>>);

impl Coding {
    /// Nothing.
    pub(crate) const NONE: Self = Self(None);

    /// Compresses, together with others or on its own.
    pub(super) fn new(encoding: Encoding, place: Place) -> Self {
        Self(Some(Box::new(Encoder::new(encoding, place))))
    }

    pub(crate) const fn is_none(&self) -> bool {
        self.0.is_none()
    }

    /// Whether nothing more comes; `inner` is what the body says of itself.
    pub(crate) fn is_end_stream(&self, inner: bool) -> bool {
        self.0.as_ref().map_or(inner, |encoder| matches!(encoder.stage, Stage::Over))
    }

    pub(crate) fn poll_frame<B: Body<Data = Bytes>>(
        &mut self,
        body: Pin<&mut B>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        match &mut self.0 {
            None => body.poll_frame(cx),
            Some(encoder) => encoder.poll_frame(body, cx),
        }
    }
}

/// One connection's compressor, or its place among those who share one.
struct Encoder {
    encoding: Encoding,
    way: Way,
    /// Of all data before the run.
    sum: Sum,
    is_begun: bool,
    stage: Stage,
}

enum Way {
    /// In a mutex that is never locked, so that it may be shared between threads as the body may.
    /// The room is given back behind the compressor.
    Own(Mutex<Box<dyn Codec>>, Lease),
    Shared(Follower),
    /// There is no compressor.
    Failed,
}

enum Stage {
    Open,
    /// The body had these behind its data.
    Trailers(HeaderMap),
    Over,
}

impl Encoder {
    fn new(encoding: Encoding, place: Place) -> Self {
        let way = match place {
            Place::Shared(chain) => Way::Shared(Follower::new(chain)),
            Place::Own(lease) => Way::own(lease),
        };
        Self { encoding, way, sum: Sum::default(), is_begun: false, stage: Stage::Open }
    }

    fn poll_frame<B: Body<Data = Bytes>>(
        &mut self,
        mut body: Pin<&mut B>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        loop {
            match std::mem::replace(&mut self.stage, Stage::Over) {
                Stage::Open => {}
                Stage::Trailers(trailers) => return Poll::Ready(Some(Ok(Frame::trailers(trailers)))),
                Stage::Over => return Poll::Ready(None),
            }
            self.stage = Stage::Open;
            let frame = ready!(body.as_mut().poll_frame(cx)).transpose();
            let Ok(frame) = frame else {
                self.stage = Stage::Over;
                return Poll::Ready(frame.transpose());
            };
            match frame.map(Frame::into_data) {
                Some(Ok(chunk)) if chunk.is_empty() => {}
                Some(Ok(chunk)) => match self.encode(chunk) {
                    Some(coded) => return Poll::Ready(Some(Ok(Frame::data(coded)))),
                    // The client finds the stream cut off, and comes back.
                    None => self.stage = Stage::Over,
                },
                Some(Err(frame)) => {
                    if let Ok(trailers) = frame.into_trailers() {
                        self.stage = Stage::Trailers(trailers);
                        return Poll::Ready(Some(Ok(Frame::data(self.end()))));
                    }
                }
                None => {
                    self.stage = Stage::Over;
                    let end = self.end();
                    return Poll::Ready((!end.is_empty()).then(|| Ok(Frame::data(end))));
                }
            }
        }
    }

    /// What is sent of a chunk; `None` if the compressor fails.
    fn encode(&mut self, chunk: Bytes) -> Option<Bytes> {
        let mut out = Vec::new();
        if let Way::Shared(follower) = &mut self.way
            && let Some(lease) = follower.alone()
        {
            out.extend_from_slice(&follower.part(&mut self.sum));
            self.way = Way::own(lease);
        }
        if !std::mem::replace(&mut self.is_begun, true) {
            out.extend_from_slice(self.encoding.head());
        }
        match &mut self.way {
            Way::Shared(follower) => {
                let coded = follower.encode(chunk, &mut self.sum);
                if out.is_empty() {
                    return Some(coded);
                }
                out.extend_from_slice(&coded);
            }
            Way::Own(codec, lease) => {
                lease.note_call();
                self.sum = self.sum.then(Sum::of(self.encoding, &chunk));
                let codec = codec.get_mut().unwrap_or_else(PoisonError::into_inner);
                if !codec.compress(&chunk, false, &mut out) {
                    return None;
                }
            }
            Way::Failed => return None,
        }
        Some(Bytes::from(out))
    }

    /// What ends the stream.
    fn end(&mut self) -> Bytes {
        let mut out = Vec::new();
        let is_empty = !std::mem::replace(&mut self.is_begun, true);
        if is_empty {
            out.extend_from_slice(self.encoding.head());
        }
        match &mut self.way {
            Way::Shared(follower) => out.extend_from_slice(&follower.part(&mut self.sum)),
            Way::Own(..) if !is_empty => out.extend_from_slice(self.encoding.leave()),
            Way::Own(..) | Way::Failed => {}
        }
        self.encoding.end(self.sum, is_empty, &mut out);
        // The compressor is not needed while the server writes.
        self.way = Way::Failed;
        Bytes::from(out)
    }
}

impl Way {
    fn own(lease: Lease) -> Self {
        let codec = lease.encoding().codec(For::Connection);
        codec.map_or(Self::Failed, |codec| Self::Own(Mutex::new(codec), lease))
    }
}

impl fmt::Debug for Encoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Encoder").field("encoding", &self.encoding).finish_non_exhaustive()
    }
}
