//! Event streams that are cut, fail, or exceed a limit; and typed ones.

use std::convert::Infallible;
use std::error::Error as _;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use bytes::Bytes;
use futures_util::{FutureExt as _, StreamExt as _, stream};
use http::HeaderMap;
use http_body::Frame;
use http_body_util::StreamBody;
use sse_core::event::{DecodeError, DecodedEvent, EventRef, SseDecode};
use sse_core::{Decoder, EventId, Limits};
use sse_tower::decode::{EventStream, ReceiveError, Received};

/// What `EventStream` yields from these chunks, without ever waiting.
fn read<const N: usize>(
    decoder: Decoder,
    chunks: [Result<&'static str, io::Error>; N],
) -> Vec<Result<String, ReceiveError>> {
    let chunks = stream::iter(chunks.map(|chunk| chunk.map(str::as_bytes)));
    let events = EventStream::from_chunks(chunks).with_decoder(decoder);
    events.map(|event| event.map(|event| event.data)).collect::<Vec<_>>().now_or_never().unwrap()
}

#[test]
fn an_event_that_is_cut_off_is_none() {
    const STREAM: &str = "id: 1\ndata: a\n\nid: 2\ndata: b\n\n";
    for cut in 0..=STREAM.len() {
        let mut events = EventStream::from_body(STREAM[..cut].to_owned());
        let mut whole = 0;
        while let Some(event) = events.next().now_or_never().unwrap() {
            whole += 1;
            assert_eq!(event.unwrap().last_event_id.as_str(), whole.to_string());
        }
        let blank_lines = STREAM[..cut].matches("\n\n").count();
        assert_eq!(whole, blank_lines);
        assert_eq!(events.last_event_id(), if whole == 0 { String::new() } else { whole.to_string() });
        assert!(events.next().now_or_never().unwrap().is_none(), "it stays over");
    }
}

#[test]
fn a_body_that_fails_ends_the_stream_behind_its_error() {
    let reset = io::Error::from(io::ErrorKind::ConnectionReset);
    let mut got = read(Decoder::new(), [Ok("data: a\n\ndata: unfin"), Err(reset), Ok("ished\n\ndata: b\n\n")]);
    let error = got.pop().unwrap().unwrap_err();
    assert!(error.is_body() && !error.is_limit() && !error.is_payload());
    let source = error.source().unwrap().downcast_ref::<io::Error>().unwrap();
    assert_eq!(source.kind(), io::ErrorKind::ConnectionReset);
    let got: Vec<String> = got.into_iter().map(Result::unwrap).collect();
    assert_eq!(got, ["a"]);
}

#[test]
fn past_a_limit_the_stream_goes_on_with_the_next_event() {
    let decoder = Decoder::with_limits(Limits::new().line(10).event(8));
    let chunks = [
        "data: 1\n\nid: 9\ndata: 12345",
        "67890\ndata: x\n\nda",
        "ta: 2\n\ndata:123\ndata:456\ndata:789",
        "\n\ndata: 3\n\n",
    ];
    let got = read(decoder, chunks.map(Ok));
    let kinds: Vec<String> = got
        .into_iter()
        .map(|event| match event {
            Ok(data) => data,
            Err(error) => {
                assert!(error.is_limit() && !error.is_body());
                error.to_string()
            }
        })
        .collect();
    let line = "line of more than 10 bytes exceeds the limit";
    let event = "event with data of more than 8 bytes exceeds the limit";
    assert_eq!(kinds, ["1", line, "2", event, "3"]);
}

#[test]
fn what_the_stream_begins_with_is_the_decoders() {
    let decoder = Decoder::new().with_last_event_id(EventId::from(41));
    let mut events = EventStream::from_body("retry: 500\ndata: a\n\nid\n\n".to_owned()).with_decoder(decoder);
    assert_eq!((events.last_event_id(), events.retry()), ("41", None));
    assert_eq!(events.next().now_or_never().unwrap().unwrap().unwrap().last_event_id, "41");
    assert_eq!((events.last_event_id(), events.retry()), ("41", Some(500)));
    assert!(events.next().now_or_never().unwrap().is_none());
    assert_eq!(events.last_event_id(), "", "a block without data has reset it");
}

#[test]
fn trailers_are_left_out() {
    let frames = [Frame::data(Bytes::from("data: a\n\n")), Frame::trailers(HeaderMap::new())];
    let mut events = EventStream::from_body(StreamBody::new(stream::iter(frames.map(Ok::<_, Infallible>))));
    assert_eq!(events.next().now_or_never().unwrap().unwrap().unwrap().data, "a");
    assert!(events.next().now_or_never().unwrap().is_none());
}

#[test]
fn a_body_is_dropped_as_soon_as_it_is_over() {
    let held = Arc::new(());
    let body = Arc::clone(&held);
    let mut events = EventStream::from_chunks(stream::iter(["data: a\n\n"]).map(move |chunk| {
        assert!(Arc::strong_count(&body) > 1);
        Ok::<_, Infallible>(chunk.as_bytes())
    }));
    assert!(events.next().now_or_never().unwrap().is_some());
    assert_eq!(Arc::strong_count(&held), 2);
    assert!(events.next().now_or_never().unwrap().is_none());
    assert_eq!(Arc::strong_count(&held), 1);
}

#[test]
fn a_body_of_comments_only_does_not_keep_its_task() {
    #[derive(Default)]
    struct Wakes(AtomicUsize);
    impl Wake for Wakes {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
    let wakes = Arc::new(Wakes::default());
    let task = Waker::from(Arc::clone(&wakes));
    let mut events = EventStream::from_chunks(stream::repeat_with(|| Ok::<_, Infallible>(b":\n".as_slice())));
    assert!(matches!(events.poll_next_unpin(&mut Context::from_waker(&task)), Poll::Pending));
    assert_eq!(wakes.0.load(Ordering::Relaxed), 1, "it asks to be polled again");
}

#[derive(Debug, PartialEq)]
struct Tick(u64);

impl SseDecode for Tick {
    fn decode(event: EventRef<'_>) -> Result<Option<Self>, DecodeError> {
        match event.name {
            "tick" => event.data.parse().map(|count| Some(Self(count))).map_err(|e| DecodeError::payload("tick", e)),
            _ => Ok(None),
        }
    }
}

#[test]
fn a_typed_stream_reports_what_it_does_not_know_and_goes_on() {
    const STREAM: &str = "event: tick\nid: 1\ndata: 7\n\n\
        event: stream-end\nid: =end\ndata: {}\n\n\
        event: tick\nid: 2\ndata: seven\n\n\
        event: tick\ndata: 8\n\n";
    let events = EventStream::from_body(STREAM.to_owned()).typed::<Tick>();
    assert_eq!(events.get_ref().last_event_id(), "");
    let mut got = events.collect::<Vec<_>>().now_or_never().unwrap().into_iter();
    let mut next = || got.next().unwrap();

    let event = next().unwrap();
    assert_eq!(*event.last_event_id(), "1");
    assert_eq!(event.event(), Some(Tick(7)));

    let unknown = next().unwrap();
    assert_eq!(*unknown.last_event_id(), "=end");
    assert!(
        matches!(&unknown, Received::Unknown(DecodedEvent { name, data, .. }) if *name == "stream-end" && data == "{}")
    );
    assert_eq!(unknown.event(), None);

    let error = next().unwrap_err();
    assert!(error.is_payload() && !error.is_body() && !error.is_limit());
    let event = error.event().unwrap();
    assert_eq!((event.last_event_id.as_str(), event.data.as_str()), ("2", "seven"));

    assert_eq!(next().unwrap().event(), Some(Tick(8)));
    assert!(got.next().is_none());
}
