//! The conformance vectors, through the faces of the decoder that read bodies, chunks and pipes.

use std::convert::Infallible;
use std::hash::{BuildHasher as _, RandomState};
use std::io;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::{Buf, Bytes};
use futures_util::{Stream, StreamExt as _, stream};
use http_body::Frame;
use http_body_util::StreamBody;
use serde_json::Value;
use sse_core::Decoder;
use sse_core::event::DecodedEvent;
use sse_tower::decode::{EventStream, SseCodec};
use tokio_util::codec::FramedRead;

/// The events, the last event ID and the reconnection time of a stream.
type Decoded = (Vec<DecodedEvent>, String, Option<u64>);

fn vectors() -> Vec<(String, Bytes, Value)> {
    let vectors = include_bytes!("../../../sse-core/conformance/vectors/public.json");
    let vectors: Vec<Value> = serde_json::from_slice(vectors).unwrap();
    let vectors = vectors.into_iter().map(|vector| {
        let input = STANDARD.decode(vector["input_base64"].as_str().unwrap()).unwrap();
        (vector["name"].as_str().unwrap().to_owned(), Bytes::from(input), vector)
    });
    vectors.collect()
}

/// What the vector expects; the decoder's own is compared too, because the standard leaves some values of `retry` open.
fn expected(input: &Bytes, vector: &Value) -> Decoded {
    let mut decoder = Decoder::new();
    let mut bytes = &input[..];
    let events: Vec<_> = std::iter::from_fn(|| decoder.decode(&mut bytes).unwrap()).collect();
    let fields: Vec<Value> = events
        .iter()
        .map(|event| {
            serde_json::json!({
                "event": event.name.as_str(), "data": event.data, "id": event.last_event_id.as_str()
            })
        })
        .collect();
    assert_eq!(Value::from(fields), vector["events"]);
    assert_eq!(decoder.last_event_id(), vector["last_event_id"]);
    (events, decoder.last_event_id().to_owned(), decoder.retry())
}

/// Random numbers below a bound, without a crate.
#[derive(Debug, Default)]
struct Random {
    keys: RandomState,
    drawn: u64,
}

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.drawn += 1;
        usize::try_from(self.keys.hash_one(self.drawn) % u64::try_from(bound).unwrap()).unwrap()
    }

    /// Cuts a stream at random, into empty chunks too.
    fn cut(&mut self, mut bytes: Bytes) -> Vec<Bytes> {
        let longest = 1 + self.below(1 + bytes.len().min(4096));
        let mut chunks = Vec::new();
        while !bytes.is_empty() {
            let at = self.below(longest + 1).min(bytes.len());
            chunks.push(bytes.split_to(at));
        }
        chunks
    }
}

/// The chunks as a stream that is sometimes not ready.
fn chunks(cut: Vec<Bytes>) -> impl Stream<Item = Result<Bytes, Infallible>> {
    stream::iter(cut.into_iter().enumerate()).then(|(index, chunk)| async move {
        if index % 3 == 0 {
            tokio::task::yield_now().await;
        }
        Ok(chunk)
    })
}

/// The chunks as a body whose data lies in two pieces.
fn pieces(cut: Vec<Bytes>) -> impl http_body::Body<Data = impl Buf, Error = Infallible> {
    StreamBody::new(chunks(cut).map(|chunk| {
        chunk.map(|mut chunk| {
            let head = chunk.split_to(chunk.len() / 2);
            Frame::data(head.chain(chunk))
        })
    }))
}

async fn read<B>(body: EventStream<B>) -> Decoded
where
    B: http_body::Body<Error = Infallible>,
{
    let mut events = Box::pin(body);
    let mut all = Vec::new();
    while let Some(event) = events.next().await {
        all.push(event.unwrap());
    }
    (all, events.last_event_id().to_owned(), events.retry())
}

#[tokio::test]
async fn every_chunking_of_every_vector_is_the_decoders() {
    let mut random = Random::default();
    for (name, input, vector) in vectors() {
        let expected = expected(&input, &vector);
        let whole = EventStream::from_body(http_body_util::Full::new(input.clone()));
        assert_eq!(read(whole).await, expected, "{name}, whole");
        for _ in 0..8 {
            let cut = random.cut(input.clone());
            assert_eq!(read(EventStream::from_chunks(chunks(cut.clone()))).await, expected, "{name}, chunks: {cut:?}");
            assert_eq!(read(EventStream::from_body(pieces(cut.clone()))).await, expected, "{name}, pieces: {cut:?}");
        }
    }
}

#[tokio::test]
async fn every_vector_is_the_same_through_the_codec() {
    let mut random = Random::default();
    for (name, input, vector) in vectors() {
        let expected = expected(&input, &vector);
        let reads = random.cut(input).into_iter().filter(|read| !read.is_empty()).map(Ok::<_, io::Error>);
        let reader = tokio_util::io::StreamReader::new(stream::iter(reads));
        let mut events = FramedRead::new(reader, SseCodec::new());
        let mut all = Vec::new();
        while let Some(event) = events.next().await {
            all.push(event.unwrap());
        }
        let decoder = events.decoder().decoder();
        assert_eq!((all, decoder.last_event_id().to_owned(), decoder.retry()), expected, "{name}");
    }
}
