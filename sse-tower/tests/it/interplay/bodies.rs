//! What goes over the wire of a body, byte for byte.

use axum::Router;
use axum::routing::get;
use futures_util::{StreamExt as _, stream};
use sse_core::Event;
use sse_tower::{Sse, SseLayer};

use super::{Raw, route};
use crate::support::{Count, EPOCH, layer, publish, topic};

/// The sizes of the chunks of a body that has ended, or that is a whole number of them so far.
fn chunks(mut body: &str) -> Vec<usize> {
    let mut sizes = Vec::new();
    while let Some((size, rest)) = body.split_once("\r\n") {
        let size = usize::from_str_radix(size, 16).unwrap();
        sizes.push(size);
        body = &rest[size + 2..];
    }
    sizes
}

/// The body of a response in chunks, which begins behind its head.
fn body(response: &str) -> &str {
    let (head, body) = response.split_once("\r\n\r\n").unwrap();
    assert!(head.contains("transfer-encoding: chunked"), "{head}");
    body
}

#[tokio::test]
async fn a_thousand_ready_events_of_a_stream_are_one_chunk() {
    let events = async || Sse::new(stream::iter((0..1_000).map(Count::Tick)));
    let mut raw = Raw::ask(Router::new().route("/events", get(events)).layer(layer()), "HTTP/1.1", &[]).await;
    let text = raw.read_until("\r\n0\r\n\r\n").await;
    assert_eq!(text.matches("event: tick\n").count(), 1_000);
    // The prelude, the events, the end of the stream, and the end of the body.
    let sizes = chunks(body(text));
    assert!(matches!(sizes[..], [_, events, _, 0] if events > 20_000), "{sizes:?}");
}

#[tokio::test]
async fn a_thousand_missed_events_of_a_topic_are_few_chunks() {
    let topic = topic(2_000);
    publish(&topic, 1..=1_000);
    let id = format!("last-event-id: {EPOCH}-0");
    let mut raw = Raw::ask(route(&topic, layer()), "HTTP/1.1", &[id.as_bytes()]).await;
    let text = raw.read_until("data: 1000\n\n\r\n").await;
    assert_eq!(text.matches("event: tick\n").count(), 1_000);
    let sizes = chunks(body(text));
    assert!(sizes.len() <= 3, "{sizes:?}");

    // As is what is published together, while it is connected.
    let before = sizes.len();
    let batch: Vec<_> = (1_001..=2_000).map(Count::Tick).collect();
    topic.publish_batch(&batch).unwrap();
    let text = raw.read_until("data: 2000\n\n\r\n").await;
    let sizes = chunks(body(text));
    assert!(sizes.len() - before <= 2, "{sizes:?}");
}

/// A name is checked where it is made. What stands before one that is refused arrives.
#[tokio::test]
async fn a_newline_in_a_name_is_refused_and_loses_nothing_before_it() {
    let names = ["first", "second", "a\nb", "never"];
    let events = async move || Sse::new(stream::iter(names).map(|name| Event::new("x").name(name)));
    let router = Router::new().route("/events", get(events)).layer(SseLayer::new());
    let mut raw = Raw::ask(router, "HTTP/1.1", &[]).await;
    let text = raw.read_to_end().await;
    assert!(text.contains("event: first\ndata: x\n\nevent: second\ndata: x\n\n"), "{text}");
    assert!(text.contains(": error\n\n"), "{text}");
    assert!(!text.contains("never") && !text.contains("event: a") && !text.ends_with("0\r\n\r\n"), "{text}");
}
