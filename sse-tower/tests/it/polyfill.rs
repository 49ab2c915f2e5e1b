//! Clients of old: those that hold bytes back, and those that read only what has ended.

use std::time::Duration;

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt as _, Empty};
use sse_core::EventName;
use sse_tower::{ControlEvents, Sse, SseLayer};

use crate::support::{EPOCH, answer, frame, get, layer, publish, topic};

fn ask(uri: &str) -> Request<Empty<Bytes>> {
    let mut request = get(None);
    *request.uri_mut() = uri.parse().unwrap();
    request
}

fn old() -> SseLayer {
    layer().polyfills(true)
}

#[tokio::test]
async fn two_kilobytes_come_first_where_they_are_asked_for() {
    let padding = format!(":{}\n", " ".repeat(2_048));
    for control_events in [ControlEvents::On, ControlEvents::Off] {
        let layer = old().control_events(control_events);
        let first = async |layer: &SseLayer, uri| {
            frame(&mut answer(layer, ask(uri), Sse::topic(&topic(1))).await.into_body()).await.unwrap()
        };
        let plain = first(&layer, "/").await;
        assert_eq!(first(&layer, "/?padding=true").await, format!("{padding}{plain}"));
        assert_eq!(first(&layer, "/?evs_preamble=2056").await, format!("{padding}{plain}"));
        assert_eq!(first(&layer.polyfills(false), "/?padding=true").await, plain);
    }
}

#[tokio::test(start_paused = true)]
async fn a_burst_is_what_was_missed_and_then_an_end() {
    let topic = topic(10);
    publish(&topic, 1..=2);
    let start = tokio::time::Instant::now();
    let uri = format!("/?lastEventId={EPOCH}-1&burst");
    let mut body = answer(&old(), ask(&uri), Sse::topic(&topic)).await.into_body();
    let open = frame(&mut body).await.unwrap();
    assert_eq!(
        open,
        format!(
            "retry: 3000\nevent: stream-open\nid: {EPOCH}-1\ndata: {{\"resume\":\"recovered\",\"keepAlive\":\"off\"}}\n\n"
        )
    );
    assert_eq!(frame(&mut body).await.unwrap(), format!("id: {EPOCH}-2\nevent: tick\ndata: 2\n\n"));
    // An event puts the end off.
    assert_eq!(futures_util::FutureExt::now_or_never(frame(&mut body)), None);
    tokio::time::advance(Duration::from_millis(200)).await;
    publish(&topic, [3]);
    assert_eq!(frame(&mut body).await.unwrap(), format!("id: {EPOCH}-3\nevent: tick\ndata: 3\n\n"));
    assert_eq!(frame(&mut body).await, None);
    assert_eq!(start.elapsed().as_millis(), 450);
    assert_eq!(topic.subscribers(), 1);
    drop(body);
    assert_eq!(topic.subscribers(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_burst_ends_with_how_far_the_client_has_come() {
    let topic = topic(10);
    let sse = Sse::topic(&topic).only([EventName::from_static("noise")]);
    let mut body = answer(&old(), ask("/?burst"), sse).await.into_body();
    frame(&mut body).await.unwrap();
    publish(&topic, 1..=3);
    let rest = body.collect().await.unwrap().to_bytes();
    assert_eq!(rest, format!("event: stream-position\nid: {EPOCH}-3\ndata: {{}}\n\n"));
}

#[tokio::test(start_paused = true)]
async fn nobody_else_gets_a_burst() {
    for (layer, uri) in [(old(), "/"), (layer(), "/?burst")] {
        let mut body = answer(&layer, ask(uri), Sse::topic(&topic(1))).await.into_body();
        assert!(frame(&mut body).await.unwrap().contains("\"keepAlive\":\"comment\""));
        assert_eq!(frame(&mut body).await.unwrap(), ":\n");
    }
}
