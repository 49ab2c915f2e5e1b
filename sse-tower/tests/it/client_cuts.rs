//! A stream of ours, cut after every byte: the client comes back and misses nothing, or is told that it did.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use http::{Request, Response, Uri};
use http_body::{Body, Frame};
use http_body_util::{BodyExt as _, StreamBody};
use sse_core::EventId;
use sse_core::topic::Topic;
use sse_tower::Sse;
use sse_tower::client::{End, EventSource, RequestBody, Update};
use tower::{ServiceExt as _, service_fn};

use crate::support::{Count, EPOCH, layer, publish, topic};

/// A topic that is complete: what each connection gets is finite.
fn complete(keep: usize) -> Topic<Count> {
    let topic = topic(keep);
    publish(&topic, 1..=5);
    topic.close();
    topic
}

/// Everything that a connection with this id gets, cut after so many bytes.
async fn cut(
    topic: Topic<Count>,
    request: Request<RequestBody>,
    at: usize,
) -> Response<impl Body<Data = Bytes, Error = &'static str>> {
    let app = axum::Router::new()
        .route("/", axum::routing::get(async move || Sse::topic(&topic).into_response()))
        .layer(layer());
    let (parts, body) = app.oneshot(request).await.unwrap().into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    let frames = match bytes.get(..at) {
        Some(bytes) => vec![Ok(Frame::data(Bytes::copy_from_slice(bytes))), Err("cut")],
        None => vec![Ok(Frame::data(bytes))],
    };
    Response::from_parts(parts, StreamBody::new(stream::iter(frames)))
}

/// What a client makes of the topic if its first two connections are cut: its events since the last reset.
async fn receive(topic: &Topic<Count>, first_id: u64, at: usize) -> (Vec<String>, usize) {
    let (connections, topic) = (Arc::new(AtomicUsize::new(0)), topic.clone());
    let service = service_fn(move |request| {
        let connection = connections.fetch_add(1, Ordering::Relaxed);
        let response = cut(topic.clone(), request, if connection < 2 { at } else { usize::MAX });
        async { Ok::<_, std::convert::Infallible>(response.await) }
    });
    let id = EventId::try_from(format!("{EPOCH}-{first_id}")).unwrap();
    let mut source = EventSource::builder(Uri::from_static("/")).last_event_id(id).build(service);
    let (mut events, mut resets) = (Vec::new(), 0);
    while let Some(update) = source.next().await {
        match update.unwrap() {
            Update::Event { event, .. } => events.push(event.data),
            Update::Reset(_) => {
                resets += 1;
                events.clear();
            }
            // The first connection may have had all but the end of the body.
            Update::End(end) => assert!(matches!(end, End::Event | End::NoContent)),
            _ => {}
        }
    }
    (events, resets)
}

#[tokio::test(start_paused = true)]
async fn a_client_that_can_resume_gets_everything_once() {
    let topic = complete(10);
    for at in 0..600 {
        assert_eq!(receive(&topic, 0, at).await, (["1", "2", "3", "4", "5"].map(str::to_owned).into(), 0), "{at}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_that_cannot_is_told() {
    let topic = complete(2);
    for at in 0..600 {
        let (events, resets) = receive(&topic, 1, at).await;
        assert_eq!(events, ["4", "5"], "{at}");
        assert!(resets > 0, "{at}");
    }
}
