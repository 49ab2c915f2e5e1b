//! Who is connected: counted, listed, limited and closed.

use std::time::Duration;

use futures_util::task::noop_waker_ref;
use futures_util::{FutureExt as _, stream};
use http::{Method, Response};
use http_body::Body as _;
use http_body_util::BodyExt as _;
use sse_tower::{Connections, ControlEvents, Sse, SseLayer};

use crate::support::{BoxBody, Count, answer, frame, get, layer, publish, ready, topic};

/// The answer to a client that asks like this, and belongs to that key.
async fn ask_as(layer: &SseLayer, method: Method, accept: &str, key: Option<&str>) -> Response<BoxBody> {
    let mut request = get(None);
    *request.method_mut() = method;
    request.headers_mut().insert("accept", accept.parse().unwrap());
    let sse = Sse::new(stream::pending::<Count>());
    answer(layer, request, if let Some(key) = key { sse.key(key) } else { sse }).await
}

async fn connect(layer: &SseLayer, key: Option<&str>) -> Response<BoxBody> {
    ask_as(layer, Method::GET, "*/*", key).await
}

#[tokio::test]
async fn connections_are_counted_while_their_bodies_live() {
    let connections = Connections::new();
    let layer = layer().connections(&connections);
    assert!(connections.is_empty());
    let ada = [connect(&layer, Some("ada")).await, connect(&layer, Some("ada")).await];
    let nobody = connect(&layer, None).await;
    let empty = connect(&layer, Some("")).await;
    assert_eq!(connections.len(), 4);
    assert_eq!(connections.count("ada"), 2);
    assert_eq!(connections.count("bob"), 0);
    assert_eq!(connections.count(""), 2);
    // A head, or extensions, keep no place.
    let (parts, body) = nobody.into_parts();
    drop(body);
    assert_eq!(connections.count(""), 1);
    drop((ada, empty));
    assert!(connections.is_empty());
    assert!(connections.list().is_empty());
    drop(parts);
}

#[tokio::test]
async fn a_body_that_has_ended_has_left_before_it_is_dropped() {
    let connections = Connections::new();
    let layer = layer().connections(&connections);
    let response = answer(&layer, get(None), Sse::new(stream::iter([Count::Tick(1)]))).await;
    assert_eq!(connections.len(), 1);
    let mut body = response.into_body();
    assert!(ready(&mut body).ends_with("event: stream-end\nid: =end\ndata: {}\n\n"));
    assert_eq!(connections.len(), 0);
    drop(body);
}

#[tokio::test]
async fn the_list_says_who_and_since_when_and_how_much() {
    let connections = Connections::new();
    let layer = layer().connections(&connections);
    let topic = topic(10);
    let first = answer(&layer, get(None), Sse::topic(&topic).key("ada")).await;
    let second = answer(&layer, get(None), Sse::topic(&topic)).await;
    let mut body = first.into_body();
    let open = ready(&mut body);
    publish(&topic, 1..=3);
    let events = ready(&mut body);
    let mut list = connections.list();
    list.sort_by_key(|connection| connection.id);
    let [ada, nobody] = &*list else { panic!("{list:?}") };
    assert_eq!(ada.key.as_deref(), Some("ada"));
    assert!(ada.since.elapsed().is_ok_and(|age| age < Duration::from_mins(1)));
    assert_eq!(ada.events, 3);
    assert_eq!(ada.bytes, (open.len() + events.len()) as u64);
    assert_ne!(ada.id, nobody.id);
    assert_eq!((&nobody.key, nobody.events, nobody.bytes), (&None, 0, 0));
    drop(second);
}

#[tokio::test]
async fn closing_wakes_the_bodies_of_a_key_and_no_others() {
    let connections = Connections::new();
    let layer = layer().connections(&connections);
    let mut bodies = Vec::new();
    for key in ["ada", "ada", "bob"] {
        let mut body = connect(&layer, Some(key)).await.into_body();
        ready(&mut body);
        bodies.push(tokio::spawn(async move { (frame(&mut body).await, body.is_end_stream()) }));
    }
    tokio::task::yield_now().await;
    assert_eq!(connections.close("ada", "logged out"), 2);
    assert_eq!(connections.close("eve", "logged out"), 0);
    let bob = bodies.pop().unwrap();
    for body in bodies {
        assert_eq!(body.await.unwrap(), (None, true));
    }
    assert_eq!(connections.count("ada"), 0);
    assert!(!bob.is_finished());
    assert_eq!(connections.close_all("maintenance"), 1);
    assert_eq!(bob.await.unwrap(), (None, true));
    assert!(connections.is_empty());
}

#[tokio::test]
async fn closing_ends_a_stream_that_is_never_pending_and_one_that_was_not_polled() {
    let connections = Connections::new();
    let layer = layer().connections(&connections);
    let busy = answer(&layer, get(None), Sse::new(stream::repeat_with(|| Count::Tick(1))).key("ada")).await;
    let mut busy = busy.into_body();
    let fresh = connect(&layer, Some("ada")).await;
    frame(&mut busy).await.unwrap();
    frame(&mut busy).await.unwrap();
    assert_eq!(connections.close("ada", "logged out"), 2);
    assert_eq!(frame(&mut busy).await, None);
    let open = fresh.into_body().collect().await.unwrap().to_bytes();
    assert!(open.starts_with(b"retry: 3000\nevent: stream-open\n") && !open.ends_with(b"=end\ndata: {}\n\n"));
}

#[tokio::test]
async fn a_body_is_woken_by_whoever_polled_it_last() {
    let connections = Connections::new();
    let layer = layer().connections(&connections);
    let mut body = connect(&layer, Some("ada")).await.into_body();
    frame(&mut body).await.unwrap();
    assert!(
        std::pin::Pin::new(&mut body).poll_frame(&mut std::task::Context::from_waker(noop_waker_ref())).is_pending()
    );
    let waiting = tokio::spawn(async move { frame(&mut body).await });
    tokio::task::yield_now().await;
    connections.close_all("maintenance");
    assert_eq!(waiting.await.unwrap(), None);
}

#[tokio::test]
async fn past_a_cap_a_browser_is_put_off_and_others_are_refused() {
    let connections = Connections::builder().max(3).max_per_key(2).build();
    let layer = layer().connections(&connections).methods([Method::GET, Method::HEAD, Method::POST]);
    let mut open = vec![connect(&layer, Some("ada")).await, connect(&layer, Some("ada")).await];
    let per_key = "you have as many of these connections as you may have: close one\n";
    let in_all = "there are as many connections as there may be: try again later\n";
    for (key, status, text) in [("ada", 429, per_key), ("bob", 503, in_all)] {
        if status == 503 {
            open.push(connect(&layer, None).await);
        }
        for (method, accept) in [(Method::GET, "*/*"), (Method::POST, "text/event-stream"), (Method::HEAD, "*/*")] {
            let is_head = method == Method::HEAD;
            let refused = ask_as(&layer, method, accept, Some(key)).await;
            assert_eq!(refused.status(), status);
            assert_eq!(refused.headers()["retry-after"], "3");
            assert_eq!(refused.headers()["cache-control"], "no-store");
            assert!(!refused.headers().contains_key("sse-resume"));
            let body = refused.into_body().collect().await.unwrap().to_bytes();
            assert_eq!(body, if is_head { "" } else { text });
        }
        let put_off = ask_as(&layer, Method::GET, "text/event-stream", Some(key)).await;
        assert_eq!(put_off.status(), 200);
        assert_eq!(put_off.headers()["content-type"], "text/event-stream");
        assert_eq!(put_off.headers()["cache-control"], "no-store");
        assert!(!put_off.headers().contains_key("sse-resume"));
        assert_eq!(put_off.into_body().collect().await.unwrap().to_bytes(), "retry: 3000\n\n");
        assert_eq!(connections.len(), open.len(), "who is refused has no place");
    }
    open.remove(0);
    assert_eq!(connect(&layer, Some("ada")).await.status(), 200);
}

#[tokio::test]
async fn when_to_come_back_is_spread() {
    let connections = Connections::builder().max(0).build();
    let layer = SseLayer::new().entropy(|| u64::MAX).connections(&connections);
    let refused = connect(&layer, None).await;
    assert_eq!(refused.headers()["retry-after"], "4"); // 3 750 ms
    let quiet = layer.clone().control_events(ControlEvents::Off);
    for (layer, bytes) in [(layer, "retry: 3750\n\n"), (quiet, "retry: 3750\n")] {
        let put_off = ask_as(&layer, Method::GET, "text/event-stream", None).await;
        assert_eq!(put_off.into_body().collect().await.unwrap().to_bytes(), bytes);
    }
}

#[tokio::test]
async fn head_takes_no_place() {
    let connections = Connections::builder().max(1).build();
    let layer = layer().connections(&connections);
    let head = ask_as(&layer, Method::HEAD, "*/*", None).await;
    assert_eq!(head.status(), 200);
    assert_eq!(connections.len(), 0);
}

#[tokio::test]
async fn a_key_that_is_too_long_is_refused_and_not_cut() {
    let connections = Connections::new();
    let layer = layer().connections(&connections);
    let longest = "k".repeat(256);
    let response = connect(&layer, Some(&longest)).await;
    assert_eq!((response.status().as_u16(), connections.count(&longest)), (200, 1));
    let refused = ask_as(&layer, Method::GET, "text/event-stream", Some(&"k".repeat(257))).await;
    assert_eq!(refused.status(), 400);
    assert_eq!(refused.headers()["cache-control"], "no-store");
    assert_eq!(connections.len(), 1);
}

#[tokio::test]
async fn who_is_refused_for_another_reason_has_no_place() {
    let connections = Connections::new();
    let layer = layer().connections(&connections).control_events(ControlEvents::Off);
    let topic = topic(1);
    let refused = answer(&layer, get(Some("nonsense")), Sse::topic(&topic)).await;
    assert_eq!(refused.status(), 412);
    assert_eq!((connections.len(), topic.subscribers()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_place_is_free_when_the_connection_is_too_old() {
    let connections = Connections::builder().max(1).build();
    let layer = layer().connections(&connections).max_age(Duration::from_secs(10));
    let mut body = connect(&layer, None).await.into_body();
    ready(&mut body);
    assert_eq!(frame(&mut body).now_or_never(), None);
    tokio::time::advance(Duration::from_secs(10)).await;
    assert_eq!(ready(&mut body), "");
    assert!(body.is_end_stream());
    assert_eq!(connections.len(), 0);
}
