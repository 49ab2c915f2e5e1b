//! The codec, over a pipe.

use std::error::Error as _;
use std::io;

use futures_util::{SinkExt as _, StreamExt as _};
use sse_core::event::DecodedEvent;
use sse_core::{Decoder, Event, Limits, SseEvent};
use sse_tower::decode::SseCodec;
use tokio::io::AsyncWriteExt as _;
use tokio_util::codec::{Decoder as _, FramedRead, FramedWrite};

#[derive(SseEvent)]
enum Price {
    Tick { cents: u64 },
    Note(String),
}

async fn all(reader: impl tokio::io::AsyncRead + Unpin) -> Vec<DecodedEvent> {
    FramedRead::new(reader, SseCodec::new()).map(Result::unwrap).collect().await
}

#[tokio::test]
async fn what_is_written_is_read() {
    // So small that reads and writes are cut.
    let (writer, reader) = tokio::io::duplex(5);
    let write = async {
        let mut events = FramedWrite::new(writer, SseCodec::new());
        events.send(Price::Tick { cents: 7 }).await.unwrap();
        events.send(Price::Note("a\r\nb".into())).await.unwrap();
        events.send(Event::new("x\ny").id("1").unwrap()).await.unwrap();
        events.send(Ok::<_, io::Error>(Price::Tick { cents: 8 })).await.unwrap();
        events.get_mut().write_all(b"data: unfinished\n").await.unwrap();
    };
    let ((), events) = tokio::join!(write, all(reader));
    let got: Vec<_> = events.iter().map(|event| (event.name.as_str(), event.data.as_str())).collect();
    let note = ("Note", r#""a\r\nb""#);
    assert_eq!(got, [("Tick", r#"{"cents":7}"#), note, ("message", "x\ny"), ("Tick", r#"{"cents":8}"#)]);
    assert_eq!(events[3].last_event_id, "1");
}

#[tokio::test]
async fn an_item_that_cannot_be_sent_writes_nothing() {
    let mut events = FramedWrite::new(Vec::new(), SseCodec::new());
    let control = Event::new("{}").name("stream-end").unwrap();
    let error = events.send(control).await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
    assert!(error.get_ref().unwrap().downcast_ref::<sse_tower::Error>().unwrap().is_encode());
    let failed: Result<Event<'_>, &str> = Err("the source has failed");
    let error = events.send(failed).await.unwrap_err();
    assert_eq!(error.to_string(), "the source has failed");
    events.send(Event::new("")).await.unwrap();
    assert_eq!(events.get_ref(), b"data:\n\n");
}

#[tokio::test]
async fn past_a_limit_it_goes_on_when_it_is_polled_again() {
    let decoder = Decoder::with_limits(Limits::new().line(8));
    let stream = b"data: 1\n\ndata: 1234567890\n\ndata: 2\n\n".as_slice();
    let mut events = FramedRead::new(stream, SseCodec::with_decoder(decoder));
    assert_eq!(events.next().await.unwrap().unwrap().data, "1");
    assert!(events.next().await.unwrap().unwrap_err().is_limit());
    assert!(events.next().await.is_none());
    assert_eq!(events.next().await.unwrap().unwrap().data, "2");
    assert!(events.next().await.is_none());
}

#[tokio::test]
async fn a_reader_that_fails_is_a_body_that_does() {
    let reader = failing(io::ErrorKind::ConnectionReset);
    let error = FramedRead::new(reader, SseCodec::new()).next().await.unwrap().unwrap_err();
    assert!(error.is_body());
    assert!(error.source().unwrap().is::<io::Error>());
}

/// A reader that fails at once.
fn failing(kind: io::ErrorKind) -> impl tokio::io::AsyncRead + Unpin {
    let failure = futures_util::stream::iter([Err::<&[u8], _>(io::Error::from(kind))]);
    tokio_util::io::StreamReader::new(failure)
}

#[test]
fn what_comes_behind_an_end_does_not_continue_an_event() {
    let mut codec = SseCodec::new();
    assert_eq!(codec.decode_eof(&mut "id: 7\ndata: a".into()).unwrap(), None);
    let event = codec.decode(&mut "data: b\n\n".into()).unwrap().unwrap();
    assert_eq!((event.data.as_str(), event.last_event_id.as_str()), ("b", ""));
    assert_eq!(codec.decoder().last_event_id(), "");
}
