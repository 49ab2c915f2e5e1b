//! Time-outs of the response and of the body.

use std::time::Duration;

use axum::Router;
use http::{Request, StatusCode};
use sse_tower::test::{self, End, Events};
use sse_tower::{SseLayer, test::Error};
use tower_http::timeout::{ResponseBodyTimeoutLayer, TimeoutLayer};

use super::route;
use crate::support::{Count, publish, topic};

const LIMIT: Duration = Duration::from_secs(30);

async fn open(router: Router) -> Result<Events<Count>, Error> {
    let mut events = test::ask(router, Request::get("/events").body(String::new()).unwrap()).await?;
    events.opened().await?;
    events.none_now()?;
    Ok(events)
}

async fn pass(time: Duration) {
    tokio::time::advance(time).await;
}

/// The head goes out at once, so what is open is not its affair.
#[tokio::test(start_paused = true)]
async fn a_timeout_of_the_response_does_not_touch_an_open_body() -> Result<(), Error> {
    let topic = topic(10);
    let layered = || route(&topic, SseLayer::new().keep_alive(None));
    let status = StatusCode::REQUEST_TIMEOUT;
    for router in [
        layered().layer(TimeoutLayer::with_status_code(status, LIMIT)),
        layered().layer(tower_http06::timeout::TimeoutLayer::with_status_code(status, LIMIT)),
    ] {
        let mut events = open(router).await?;
        pass(100 * LIMIT).await;
        events.none_now()?;
        publish(&topic, [1]);
        assert_eq!(events.next_raw().await?.name, "tick");
    }
    Ok(())
}

fn under_body_timeouts(topic: &sse_core::Topic<Count>, layer: &SseLayer) -> [Router; 2] {
    let layered = || route(topic, layer.clone());
    [
        layered().layer(ResponseBodyTimeoutLayer::new(LIMIT)),
        layered().layer(tower_http06::timeout::ResponseBodyTimeoutLayer::new(LIMIT)),
    ]
}

#[tokio::test(start_paused = true)]
async fn a_timeout_of_the_body_ends_a_stream_that_nothing_keeps_alive() -> Result<(), Error> {
    let topic = topic(10);
    for router in under_body_timeouts(&topic, &SseLayer::new().keep_alive(None)) {
        let mut events = open(router).await?;
        pass(Duration::from_secs(29)).await;
        events.none_now()?;
        pass(Duration::from_secs(2)).await;
        assert_eq!(events.ended().await?, End::Broken);
        assert_eq!(topic.subscribers(), 0);
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_keep_alive_below_the_timeout_of_the_body_keeps_it_open() -> Result<(), Error> {
    let topic = topic(10);
    for router in under_body_timeouts(&topic, &SseLayer::new()) {
        let mut events = open(router).await?;
        for count in 1..=40 {
            pass(Duration::from_secs(15)).await;
            events.none_now()?;
            assert_eq!(events.comments(), count);
        }
        publish(&topic, [1]);
        assert_eq!(events.next_raw().await?.name, "tick");
    }
    Ok(())
}
