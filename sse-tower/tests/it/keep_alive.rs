//! What keeps a quiet connection alive, and when.

use std::time::Duration;

use futures_util::{FutureExt as _, stream};
use http_body_util::BodyExt as _;
use sse_core::event::With;
use sse_core::{EventId, EventName};
use sse_tower::{ControlEvents, KeepAlive, Sse};

use crate::support::{Count, EPOCH, answer, ask, frame, get, layer, topic};

#[tokio::test(start_paused = true)]
async fn a_keep_alive_is_no_flood() {
    let topic = topic(10);
    for (interval, told) in [(Duration::ZERO, "\"keepAliveMs\":100}"), (Duration::MAX, "\"keepAliveMs\":86400000}")] {
        let mut body = ask(&layer().keep_alive(interval), &topic, get(None)).await.into_body();
        assert!(frame(&mut body).await.unwrap().contains(told));
    }
}

#[tokio::test(start_paused = true)]
async fn a_quiet_connection_is_kept_alive_by_a_comment() {
    let topic = topic(10);
    let layer = layer().keep_alive(Duration::from_secs(10));
    let mut body = ask(&layer, &topic, get(None)).await.into_body();
    assert!(frame(&mut body).await.unwrap().contains("\"keepAliveMs\":10000"));
    let start = tokio::time::Instant::now();
    let quiet = tokio::time::timeout(Duration::from_hours(1), frame(&mut body)).await;
    assert_eq!(quiet.expect("nothing keeps the connection alive").unwrap(), ":\n");
    assert_eq!(start.elapsed().as_secs(), 10);
    assert_eq!(frame(&mut body).await.unwrap(), ":\n");
    assert_eq!(start.elapsed().as_secs(), 20);

    // Traffic puts it off.
    assert_eq!(body.frame().now_or_never().map(drop), None);
    tokio::time::advance(Duration::from_secs(7)).await;
    topic.publish(&Count::Tick(1)).unwrap();
    assert!(frame(&mut body).await.unwrap().contains("tick"));
    assert_eq!(frame(&mut body).await.unwrap(), ":\n");
    assert_eq!(start.elapsed().as_secs(), 37);
}

#[tokio::test(start_paused = true)]
async fn a_quiet_connection_is_kept_alive_by_an_event_if_the_layer_says_so() {
    const POSITION: &str = "event: stream-position\ndata: {}\n\n";
    const PING: &str = "event: tick\ndata: 0\n\n";
    let ping = || KeepAlive::event(&Count::Tick(0)).unwrap();
    for (keep_alive, control_events, name, sent) in [
        (KeepAlive::comment(), ControlEvents::On, "\"keepAlive\":\"comment\"", ":\n"),
        (KeepAlive::position(), ControlEvents::On, "\"keepAlive\":\"event\"", POSITION),
        (KeepAlive::position(), ControlEvents::Off, "retry", ":\n"),
        (ping(), ControlEvents::On, "\"keepAlive\":\"event\"", PING),
        (ping(), ControlEvents::Off, "retry", PING),
    ] {
        let layer = layer().keep_alive_with(keep_alive.clone()).control_events(control_events);
        let mut body = ask(&layer, &topic(10), get(None)).await.into_body();
        assert!(frame(&mut body).await.unwrap().contains(name), "{keep_alive:?}");
        assert_eq!(frame(&mut body).await.unwrap(), sent, "{keep_alive:?}");
        let sse = Sse::new(stream::pending::<Count>());
        let mut body = answer(&layer, get(None), sse).await.into_body();
        assert!(frame(&mut body).await.unwrap().contains(name), "{keep_alive:?}");
        assert_eq!(frame(&mut body).await.unwrap(), sent, "{keep_alive:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn who_was_not_told_how_far_it_has_come_is_told_with_the_keep_alive() {
    let position = format!("event: stream-position\nid: {EPOCH}-1\ndata: {{}}\n\n");
    for (keep_alive, sent) in [
        (KeepAlive::position(), position.clone()),
        (KeepAlive::event(&Count::Tick(0)).unwrap(), format!("{position}event: tick\ndata: 0\n\n")),
    ] {
        let topic = topic(10);
        let sse = Sse::topic(&topic).only([EventName::from_static("tick")]);
        let mut body = answer(&layer().keep_alive_with(keep_alive), get(None), sse).await.into_body();
        frame(&mut body).await.unwrap();
        topic.publish(&Count::Noise(1)).unwrap();
        assert_eq!(frame(&mut body).await.unwrap(), sent);
    }
}

#[test]
fn an_event_that_would_move_or_end_the_client_is_no_keep_alive() {
    let id = EventId::from_static("7");
    let error = KeepAlive::event(&With::new(Count::Tick(1)).id(id)).unwrap_err();
    assert!(error.is_encode());
    assert!(error.to_string().contains("has an id"), "{error}");
    let error = KeepAlive::event(&Count::Done).unwrap_err();
    assert!(error.to_string().contains("is terminal"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn without_a_keep_alive_there_is_no_comment() {
    let topic = topic(10);
    let mut body = ask(&layer().keep_alive(None), &topic, get(None)).await.into_body();
    assert!(frame(&mut body).await.unwrap().contains("\"keepAlive\":\"off\""));
    let day = tokio::time::timeout(Duration::from_hours(24), frame(&mut body)).await;
    assert!(day.is_err());
}
