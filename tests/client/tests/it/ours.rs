//! What a server of ours tells its clients besides events.

use axum::Router;
use axum::routing::get;
use client_tests::{Answer, Count, Counter, Feed, Stage, Transport};
use sse_core::history::ResetReason;
use sse_core::{EventId, Topic};
use sse_tower::client::{End, Resume};
use sse_tower::{Sse, SseLayer};
use system_tests::{Proxy, Server, until};

use crate::requests::builder;
use crate::watch::Watch;

/// A client of a feed, through a proxy that cuts nothing.
async fn client(feed: &Feed, transport: Transport) -> (Proxy, Counter) {
    let proxy = Proxy::passing(feed.server.address()).await.unwrap();
    let mut counter = Counter::new(&proxy.url(Feed::PATH), transport, EventId::from_static(""));
    counter.until(|counter| counter.opens > 0).await;
    // The head is there before the subscription.
    until("a subscription", || (feed.topic.subscribers() > 0).then_some(())).await;
    (proxy, counter)
}

#[tokio::test]
async fn a_topic_that_is_closed_ends_its_clients_for_good() {
    for transport in Transport::ALL {
        let feed = Feed::new(10).await;
        let (proxy, mut counter) = client(&feed, transport).await;
        feed.publish(3);
        feed.topic.close();
        counter.until(|counter| counter.end.is_some()).await;
        assert_eq!((counter.end, counter.numbers), (Some(End::Event), vec![1, 2, 3]));
        assert_eq!(proxy.log(Feed::PATH).len(), 1);

        // Whoever comes later gets what is kept, and is told likewise; with `=end`, it is nothing.
        let mut late = Counter::new(&proxy.url(Feed::PATH), transport, EventId::from_static("=end"));
        late.until(|counter| counter.end.is_some()).await;
        assert_eq!((late.end, late.opens), (Some(End::NoContent), 0));
    }
}

#[tokio::test]
async fn a_client_that_is_sent_away_comes_back_where_it_was() {
    for transport in Transport::ALL {
        let feed = Feed::new(10).await;
        let (_proxy, mut counter) = client(&feed, transport).await;
        feed.publish(2);
        counter.until(|counter| counter.numbers.len() == 2).await;
        assert_eq!(feed.topic.kick(), 1);
        feed.topic.publish(&Count::new(3)).unwrap();
        counter.until(|counter| counter.numbers.len() == 3).await;
        assert_eq!((counter.gaps(), counter.resets.len(), counter.losses), (0, 0, 1));
    }
}

#[tokio::test]
async fn a_server_that_has_begun_anew_says_so() {
    for transport in Transport::ALL {
        let feed = Feed::new(10).await;
        let (proxy, mut counter) = client(&feed, transport).await;
        feed.publish(4);
        counter.until(|counter| counter.numbers.len() == 4).await;

        let topic: Topic<Count> = Topic::new();
        let served = topic.clone();
        let router = Router::new().route(Feed::PATH, get(async move || Sse::topic(&served))).layer(SseLayer::new());
        let other = Server::new(router).await;
        proxy.set_upstream(other.address());
        feed.topic.kick();
        counter.until(|counter| counter.opens == 2 && counter.resets.len() == 1).await;
        assert_eq!(counter.resets, [4]);
        topic.publish(&Count::new(1)).unwrap();
        counter.until(|counter| counter.numbers.len() == 5).await;
        assert_eq!(counter.numbers, [1, 2, 3, 4, 1]);
    }
}

#[tokio::test]
async fn without_control_events_the_header_says_it() {
    for transport in Transport::ALL {
        let recovered = Answer::stream("id: 6\ndata: a\n\n").header("sse-resume", "recovered").end();
        let reset = Answer::stream("id: 9\ndata: b\n\n").header("sse-resume", "reset; reason=evicted");
        let stage = Stage::new([recovered, reset]).await;
        let builder = builder(&stage.url("/")).last_event_id(EventId::from_static("5"));
        let mut watch = Watch::new(builder.build(transport.service()));
        watch.events(2).await;
        assert_eq!(watch.resets, [1]);
        assert_eq!(watch.source.resume(), Some(Resume::Reset(Some(ResetReason::Evicted))));
    }
}
