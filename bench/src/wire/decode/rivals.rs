//! What others offer to the same end, called as their documentation does.
//!
//! What takes slices gets slices; what takes a stream gets one that is always ready, and no task is woken.

use std::convert::Infallible;
use std::hint::black_box;
use std::ops::Deref;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use bytes::{Bytes, BytesMut};
use eventsource_client::{Client as _, ClientBuilder, SSE};
use eventsource_stream::Eventsource as _;
use futures_codec::Decoder as _;
use futures_core::Stream;
use futures_util::stream::iter;
use http::{Request, Response};
use launchdarkly_sdk_transport::{ByteStream, HttpTransport, ResponseFuture};
use registry_sse_core::{SseDecoder, SseEvent};
use sse_codec::SSECodec;
use sse_parse::SseParser;
use sse_stream::SseByteStream;

use super::{Contestant, Input, Seen};

pub(crate) const SSE_STREAM: &str = "sse-stream";

/// Those that decode every stream as the standard says.
pub(super) const EXACT: [Contestant; 2] =
    [Contestant::new("sse-parse", sse_parse), Contestant::new("sse-core 0.2", registry_sse_core)];

/// Those that do not, or that leave work out: an event's name and id that are the stream's, or invalid UTF-8.
pub(super) const OTHERS: [Contestant; 5] = [
    Contestant::new(SSE_STREAM, sse_stream),
    Contestant::new("sseer", sseer),
    Contestant::new("sse-codec", sse_codec),
    Contestant::new("eventsource-client", eventsource_client),
    Contestant {
        most: |chunk| match chunk {
            1 => 1,
            0..1_024 | usize::MAX => 32 << 10,
            _ => usize::MAX,
        },
        ..Contestant::new("eventsource-stream", eventsource_stream)
    },
];

/// How the one of this name decodes, of those that are not exact.
pub(crate) fn rival(name: &str) -> Option<fn(&Input, u64) -> Seen> {
    OTHERS.iter().find(|contestant| contestant.name == name).map(|contestant| contestant.decode)
}

fn sse_parse(input: &Input, times: u64) -> Seen {
    let mut seen = Seen::default();
    let mut parser = SseParser::new();
    for chunk in input.chunks(times) {
        parser.feed(chunk);
        while let Some(event) = parser.next_event() {
            seen.event(&black_box(event).data);
        }
    }
    seen
}

fn registry_sse_core(input: &Input, times: u64) -> Seen {
    let mut seen = Seen::default();
    let mut decoder = SseDecoder::new();
    for mut chunk in input.chunks(times) {
        while let Some(event) = decoder.next(&mut chunk) {
            if let SseEvent::Message(event) = event.expect("it is within the limits") {
                seen.event(&black_box(event).data);
            }
        }
    }
    seen
}

fn sse_codec(input: &Input, times: u64) -> Seen {
    let mut seen = Seen::default();
    let mut codec = SSECodec::default();
    let mut buffer = BytesMut::new();
    for chunk in input.chunks(times) {
        buffer.extend_from_slice(chunk);
        while let Some(event) = codec.decode(&mut buffer).expect("it is UTF-8") {
            if let sse_codec::Event::Message { data, .. } = black_box(event) {
                seen.event(&data);
            }
        }
    }
    seen
}

fn sse_stream(input: &Input, times: u64) -> Seen {
    let chunks = iter(input.chunks(times).map(Ok::<_, Infallible>));
    all(SseByteStream::new(chunks), |event| event.expect("it is UTF-8").data.unwrap_or_default())
}

fn sseer(input: &Input, times: u64) -> Seen {
    let chunks = iter(input.chunks(times).map(|chunk| Ok::<_, Infallible>(Bytes::from_static(chunk))));
    all(sseer::EventStream::new(chunks), |event| event.expect("it is UTF-8").data)
}

fn eventsource_stream(input: &Input, times: u64) -> Seen {
    let chunks = iter(input.chunks(times).map(Ok::<_, Infallible>));
    all(chunks.eventsource(), |event| event.expect("it is UTF-8").data)
}

/// Polls until the stream ends.
fn all<S: Stream, D: Deref<Target = str>>(events: S, data: impl Fn(S::Item) -> D) -> Seen {
    let mut seen = Seen::default();
    let mut events = pin!(events);
    let mut context = Context::from_waker(Waker::noop());
    while let Poll::Ready(Some(event)) = events.as_mut().poll_next(&mut context) {
        seen.event(&data(black_box(event)));
    }
    seen
}

/// Its parser is private, so this is its whole client, over a transport that has the body in memory.
fn eventsource_client(input: &Input, times: u64) -> Seen {
    let builder = ClientBuilder::for_url("http://localhost/").expect("it is a URL");
    let client = builder.build_with_transport(Memory(*input, times));
    let mut events = client.stream();
    let mut seen = Seen::default();
    let mut context = Context::from_waker(Waker::noop());
    // Behind the last event it would connect again.
    while seen.events < times * input.events {
        match events.as_mut().poll_next(&mut context) {
            Poll::Ready(Some(Ok(SSE::Event(event)))) => seen.event(&black_box(event).data),
            Poll::Ready(Some(Ok(_))) => {}
            _ => break,
        }
    }
    seen
}

#[derive(Clone, Copy, Debug)]
struct Memory(Input, u64);

impl HttpTransport for Memory {
    fn request(&self, _: Request<Option<Bytes>>) -> ResponseFuture {
        let body: ByteStream = Box::pin(iter(self.0.chunks(self.1).map(|chunk| Ok(Bytes::from_static(chunk)))));
        Box::pin(std::future::ready(Ok(Response::new(body))))
    }
}
