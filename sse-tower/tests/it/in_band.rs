//! What a connection is told while it lasts: that it has lost events, how far it has come, and how it ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use http_body::Body as _;
use sse_core::history::{LiveWindow, Retention};
use sse_core::topic::LagPolicy;
use sse_core::{EventName, Topic};
use sse_tower::{ControlEvents, Sse, SseLayer};

use crate::support::{BoxBody, Count, EPOCH, answer, frame, get, layer, publish, ready, topic};

const END: &str = "event: stream-end\nid: =end\ndata: {}\n\n";

fn off() -> SseLayer {
    layer().control_events(ControlEvents::Off)
}

fn impatient(policy: LagPolicy) -> Topic<Count> {
    let live = LiveWindow::events(3);
    Topic::builder().epoch(EPOCH.parse().unwrap()).live(live).lag_policy(policy).build().unwrap()
}

async fn connect(layer: &SseLayer, topic: &Topic<Count>) -> BoxBody {
    let mut body = answer(layer, get(None), Sse::topic(topic)).await.into_body();
    ready(&mut body);
    body
}

#[tokio::test]
async fn who_lags_is_dealt_with_as_the_topic_says() {
    for (policy, told) in [
        (LagPolicy::Close, ""),
        (LagPolicy::Reset, "event: stream-reset\nid: k3x9f0q2m1-4\ndata: {\"reason\":\"lagged\"}\n\n"),
        (LagPolicy::Skip, "event: stream-reset\nid: k3x9f0q2m1-4\ndata: {\"reason\":\"lagged\"}\n\n"),
    ] {
        let topic = impatient(policy);
        let mut body = connect(&layer(), &topic).await;
        publish(&topic, 1..=4);
        assert_eq!(ready(&mut body), told, "{policy:?}");
        assert_eq!(body.is_end_stream(), policy == LagPolicy::Close);
        if policy != LagPolicy::Close {
            publish(&topic, [5]);
            assert_eq!(ready(&mut body), format!("id: {EPOCH}-5\nevent: tick\ndata: 5\n\n"));
        }
        assert_eq!(topic.stats().lagged, 1);
    }
}

/// Nothing could tell the client, so that it has to come back.
#[tokio::test]
async fn without_control_events_every_policy_closes() {
    for policy in [LagPolicy::Close, LagPolicy::Reset, LagPolicy::Skip] {
        let topic = impatient(policy);
        let mut body = connect(&off(), &topic).await;
        publish(&topic, 1..=4);
        assert_eq!(ready(&mut body), "", "{policy:?}");
        assert!(body.is_end_stream());
    }
}

#[tokio::test]
async fn only_what_is_complete_says_so() {
    let topic = topic(10);
    let mut body = connect(&layer(), &topic).await;
    topic.kick();
    assert_eq!((ready(&mut body), body.is_end_stream()), (String::new(), true));
    let mut body = connect(&layer(), &topic).await;
    topic.close();
    assert_eq!((&*ready(&mut body), body.is_end_stream()), (END, true));
    let mut late = answer(&layer(), get(None), Sse::topic(&topic)).await.into_body();
    assert!(ready(&mut late).ends_with(END));
}

fn only_ticks(topic: &Topic<Count>) -> Sse<sse_tower::source::Subscribed> {
    Sse::topic(topic).only([EventName::from_static("tick")])
}

/// How far it has come, once for each time that it has come further.
#[tokio::test(start_paused = true)]
async fn who_is_sent_little_is_told_its_position_instead_of_a_comment() {
    let topic = topic(100);
    let mut body = answer(&layer(), get(None), only_ticks(&topic)).await.into_body();
    ready(&mut body);
    assert_eq!(frame(&mut body).await.unwrap(), ":\n");
    for value in 1..=3 {
        topic.publish(&Count::Noise(value)).unwrap();
    }
    let start = tokio::time::Instant::now();
    assert_eq!(frame(&mut body).await.unwrap(), format!("event: stream-position\nid: {EPOCH}-3\ndata: {{}}\n\n"));
    assert_eq!(start.elapsed().as_secs(), 15);
    assert_eq!(frame(&mut body).await.unwrap(), ":\n");
    topic.publish(&Count::Tick(4)).unwrap();
    assert_eq!(frame(&mut body).await.unwrap(), format!("id: {EPOCH}-4\nevent: tick\ndata: 4\n\n"));
    assert_eq!(frame(&mut body).await.unwrap(), ":\n");
}

#[tokio::test(start_paused = true)]
async fn without_control_events_no_position_is_told() {
    let topic = topic(10);
    let mut body = answer(&off(), get(None), only_ticks(&topic)).await.into_body();
    assert_eq!(frame(&mut body).await.unwrap(), ":\nretry: 3000\n");
    for value in 1..=3 {
        topic.publish(&Count::Noise(value)).unwrap();
    }
    assert_eq!(frame(&mut body).await.unwrap(), ":\n");
    // More than half of what is kept.
    for value in 4..=12 {
        topic.publish(&Count::Noise(value)).unwrap();
    }
    assert_eq!(ready(&mut body), "");
    topic.publish(&Count::Tick(13)).unwrap();
    assert_eq!(frame(&mut body).await.unwrap(), format!("id: {EPOCH}-13\nevent: tick\ndata: 13\n\n"));
    assert_eq!(frame(&mut body).await.unwrap(), ":\n");
}

/// A topic that nobody publishes to lets go of what is too old all the same, if somebody is connected.
#[tokio::test(start_paused = true)]
async fn an_idle_topic_evicts_when_its_connections_are_kept_alive() {
    let now = Arc::new(AtomicU64::new(0));
    let clock = Arc::clone(&now);
    let topic: Topic<Count> = Topic::builder()
        .keep(Retention::events(10).and_age(Duration::from_secs(10)))
        .clock(move || Duration::from_secs(clock.load(Ordering::Relaxed)))
        .build()
        .unwrap();
    let mut one = connect(&layer(), &topic).await;
    let mut many = answer(&layer(), get(None), Sse::topics([("a", &topic)]).unwrap()).await.into_body();
    frame(&mut many).await.unwrap();
    for (body, evicted) in [(&mut one, 3), (&mut many, 6)] {
        publish(&topic, 1..=3);
        ready(body);
        now.fetch_add(11, Ordering::Relaxed);
        assert_eq!(topic.stats().evicted, evicted - 3);
        assert_eq!(frame(body).await.unwrap(), ":\n");
        assert_eq!(topic.stats().evicted, evicted);
    }
}
