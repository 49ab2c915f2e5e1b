//! Limits on requests, which are none on streams.

use http::Request;
use sse_tower::test::{self, End, Error};
use sse_tower::{Connections, SseLayer};
use tower::limit::ConcurrencyLimitLayer;

use super::route;
use crate::support::{Count, publish, topic};

/// The permit is that of the response, and is free when the head is out.
#[tokio::test]
async fn a_concurrency_limit_does_not_cap_streams() -> Result<(), Error> {
    let topic = topic(10);
    let router = route(&topic, SseLayer::new()).layer(ConcurrencyLimitLayer::new(1));
    let get = || Request::get("/events").body(String::new()).unwrap();
    let mut first = test::ask::<Count>(router.clone(), get()).await?;
    let mut second = test::ask::<Count>(router, get()).await?;
    assert_eq!(topic.subscribers(), 2);
    publish(&topic, [1]);
    assert_eq!(first.next_raw().await?.data, "1");
    assert_eq!(second.next_raw().await?.data, "1");
    Ok(())
}

/// The place is that of the body, and is free when it is gone.
#[tokio::test]
async fn connections_cap_streams() -> Result<(), Error> {
    let topic = topic(10);
    let connections = Connections::builder().max(1).build();
    let router = route(&topic, SseLayer::new().connections(&connections));
    let get = |accept: &str| Request::get("/events").header("accept", accept).body(String::new()).unwrap();
    let mut first = test::ask::<Count>(router.clone(), get("*/*")).await?;
    let refused = test::ask::<Count>(router.clone(), get("*/*")).await?;
    assert_eq!(refused.head().status, 503);
    // A browser would never come back after that status: it gets a stream that ends, and when to ask again.
    let mut browser = test::ask::<Count>(router.clone(), get("text/event-stream")).await?;
    assert_eq!(browser.ended().await?, End::Closed);
    assert!(browser.retry().is_some());
    assert_eq!(topic.subscribers(), 1);

    publish(&topic, [1]);
    assert_eq!(first.next_raw().await?.data, "1");
    drop(first);
    let mut next = test::ask::<Count>(router, get("*/*")).await?;
    next.opened().await?;
    Ok(())
}
