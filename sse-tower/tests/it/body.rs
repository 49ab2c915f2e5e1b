//! The body: its first bytes, its ends, and what it holds.

use std::convert::Infallible;

use bytes::Bytes;
use futures_util::{FutureExt as _, StreamExt as _, stream};
use http::{Method, Request};
use http_body::Body as _;
use http_body_util::{BodyExt as _, Empty};
use sse_core::event::With;
use sse_core::history::{LiveWindow, ResetReason};
use sse_core::topic::Start;
use sse_core::{Event, EventId, EventName, Retry, SseEvent, Topic};
use sse_tower::{Resumed, Sse, SseLayer};
use tower::{Layer as _, ServiceExt as _};

use crate::support::{Count, EPOCH, ask, frame, get, layer, publish, ready, stream_of, topic};

const OPEN: &str = "retry: 3000\nevent: stream-open\n";
const OPEN_DATA: &str = "\",\"keepAlive\":\"comment\",\"keepAliveMs\":15000}\n\n";
const END: &str = "event: stream-end\nid: =end\ndata: {}\n\n";

#[tokio::test]
async fn a_fresh_connection_begins_with_its_position() {
    let topic = topic(10);
    topic.publish(&Count::Tick(1)).unwrap();
    let response = ask(&layer(), &topic, get(None)).await;
    assert_eq!(response.headers()["sse-resume"], "fresh");
    let mut body = response.into_body();
    let open = format!("{OPEN}id: {EPOCH}-1\ndata: {{\"resume\":\"fresh{OPEN_DATA}");
    assert_eq!(frame(&mut body).await.unwrap(), open);
    topic.publish(&Count::Tick(2)).unwrap();
    assert_eq!(frame(&mut body).await.unwrap(), format!("id: {EPOCH}-2\nevent: tick\ndata: 2\n\n"));
}

#[tokio::test]
async fn a_recovered_connection_begins_with_the_clients_own_id_and_what_it_missed() {
    let topic = topic(10);
    publish(&topic, 1..=3);
    let response = ask(&layer(), &topic, get(Some(&format!("{EPOCH}-1")))).await;
    assert_eq!(response.headers()["sse-resume"], "recovered");
    assert_eq!(
        ready(&mut response.into_body()),
        format!(
            "{OPEN}id: {EPOCH}-1\ndata: {{\"resume\":\"recovered{OPEN_DATA}\
             id: {EPOCH}-2\nevent: tick\ndata: 2\n\nid: {EPOCH}-3\nevent: tick\ndata: 3\n\n"
        )
    );
}

#[tokio::test]
async fn a_reset_is_announced_before_anything_else() {
    let topic = topic(1);
    publish(&topic, 1..=3);
    let response = ask(&layer(), &topic, get(Some(&format!("{EPOCH}-1")))).await;
    assert_eq!(response.headers()["sse-resume"], "reset; reason=evicted");
    assert_eq!(
        ready(&mut response.into_body()),
        format!(
            "{OPEN}data: {{\"resume\":\"reset\",\"reason\":\"evicted{OPEN_DATA}\
             event: stream-reset\nid: {EPOCH}-2\ndata: {{\"reason\":\"evicted\"}}\n\n\
             id: {EPOCH}-3\nevent: tick\ndata: 3\n\n"
        )
    );
}

#[tokio::test]
async fn the_head_goes_out_with_the_verdict_that_the_body_states() {
    let topic = topic(2);
    publish(&topic, 1..=2);
    let response = ask(&layer(), &topic, get(Some(&format!("{EPOCH}-0")))).await;
    // What is published between the head and the first poll cannot change what was promised.
    publish(&topic, 3..=9);
    assert_eq!(response.headers()["sse-resume"], "recovered");
    let text = ready(&mut response.into_body());
    assert!(text.contains("\"resume\":\"recovered"));
    assert_eq!(text.matches("event: tick").count(), 9);
}

#[tokio::test]
async fn a_stream_of_the_handlers_own_has_no_ids_but_its_events() {
    let events = stream::iter([1, 2].map(|n| With::new(Count::Tick(n)).id(EventId::from(n))));
    let mut body = stream_of(events, get(None), |sse| sse).await.into_body();
    assert_eq!(
        ready(&mut body),
        format!(
            "{OPEN}data: {{\"resume\":\"fresh{OPEN_DATA}\
             id: 1\nevent: tick\ndata: 1\n\nid: 2\nevent: tick\ndata: 2\n\n{END}"
        )
    );
    assert!(body.is_end_stream());
}

#[tokio::test]
async fn a_stream_of_the_handlers_own_says_what_it_resumed() {
    let verdicts = [
        (None, "unsupported"),
        (Some(Resumed::Recovered), "recovered"),
        (Some(Resumed::Reset(ResetReason::Evicted)), "reset; reason=evicted"),
    ];
    for (resumed, header) in verdicts {
        let response = stream_of(stream::empty::<Count>(), get(Some("7")), |sse| match resumed {
            Some(resumed) => sse.resumed(resumed),
            None => sse,
        })
        .await;
        assert_eq!(response.headers()["sse-resume"], header);
        let text = ready(&mut response.into_body());
        assert_eq!(text.contains("event: stream-reset\ndata: {\"reason\":\"evicted\"}\n\n"), header.contains("reset"));
        assert_eq!(text.matches("\nid: ").count(), 1, "only the end has an id: {text}");
    }
}

#[tokio::test]
async fn an_error_is_told_in_a_comment_and_then_breaks_the_body_off() {
    let events = stream::iter([Ok(Count::Tick(1)), Err("the disk is full"), Ok(Count::Tick(2))]);
    let mut body = stream_of(events, get(None), |sse| sse).await.into_body();
    frame(&mut body).await.unwrap();
    assert_eq!(frame(&mut body).await.unwrap(), "event: tick\ndata: 1\n\n");
    assert_eq!(frame(&mut body).await.unwrap(), ": error\n\n");
    let error = body.frame().await.unwrap().unwrap_err();
    assert!(error.is_stream());
    assert_eq!(error.to_string(), "the disk is full");
    assert!(body.frame().await.is_none());
}

#[tokio::test]
async fn an_event_that_does_not_encode_breaks_the_body_off() {
    #[derive(SseEvent)]
    enum Broken {
        Map(std::collections::BTreeMap<[u8; 2], u8>),
        #[sse(skip)]
        Never,
    }
    let map = [([1, 2], 3)].into_iter().collect();
    for event in [Broken::Map(map), Broken::Never] {
        let mut body = stream_of(stream::iter([event]), get(None), |sse| sse).await.into_body();
        frame(&mut body).await.unwrap();
        assert_eq!(frame(&mut body).await.unwrap(), ": error\n\n");
        assert!(body.frame().await.unwrap().unwrap_err().is_encode());
    }
}

#[tokio::test]
async fn names_and_ids_of_control_events_are_not_the_applications() {
    async fn check<I: sse_core::wire::SseItem>(forged: I) {
        let mut body = stream_of(stream::iter([forged]), get(None), |sse| sse).await.into_body();
        frame(&mut body).await.unwrap();
        assert_eq!(frame(&mut body).await.unwrap(), ": error\n\n");
        assert!(body.frame().await.unwrap().unwrap_err().is_encode());
    }
    let end = EventId::from_static("=end");
    let forged = [
        Event::new("{}").name(EventName::from_static("stream-reset")).unwrap(),
        Event::new("{}").id(end.clone()).unwrap(),
    ];
    for event in forged {
        check(event.encode()).await;
        check(event).await;
    }
    let event = With::new(Count::Tick(1)).id(end);
    check(sse_core::wire::encode(&event).unwrap()).await;
    check(event).await;
}

#[tokio::test]
async fn what_is_ready_together_is_one_frame() {
    let events = stream::iter((0..1_000).map(Count::Tick)).chain(stream::pending());
    let mut body = stream_of(events, get(None), |sse| sse).await.into_body();
    frame(&mut body).await.unwrap();
    assert_eq!(frame(&mut body).await.unwrap().matches("event: tick").count(), 1_000);
    assert_eq!(body.frame().now_or_never().map(drop), None);
}

#[tokio::test]
async fn a_terminal_event_completes_the_stream_and_nothing_behind_it_is_sent() {
    let events = stream::iter([Count::Tick(1), Count::Done, Count::Tick(2)]);
    let mut body = stream_of(events, get(None), |sse| sse).await.into_body();
    frame(&mut body).await.unwrap();
    assert_eq!(frame(&mut body).await.unwrap(), "event: tick\ndata: 1\n\nevent: done\ndata:\n\n");
    assert_eq!(frame(&mut body).await.unwrap(), END);
    assert_eq!(frame(&mut body).await, None);
}

#[tokio::test]
async fn a_closed_topic_ends_its_streams_and_those_that_come_late() {
    let topic = topic(10);
    let mut body = ask(&layer(), &topic, get(None)).await.into_body();
    frame(&mut body).await.unwrap();
    topic.publish(&Count::Done).unwrap();
    assert!(ready(&mut body).ends_with(&format!("event: done\ndata:\n\n{END}")));
    let late = ready(&mut ask(&layer(), &topic, get(Some(&format!("{EPOCH}-0")))).await.into_body());
    assert!(late.contains("\"resume\":\"recovered"));
    assert!(late.ends_with(&format!("id: {EPOCH}-1\nevent: done\ndata:\n\n{END}")));
}

#[tokio::test]
async fn a_reader_that_lags_is_closed_without_an_end_so_that_it_resumes() {
    let topic: Topic<Count> = Topic::builder().live(LiveWindow::events(5)).build().unwrap();
    let mut body = ask(&layer(), &topic, get(None)).await.into_body();
    frame(&mut body).await.unwrap();
    assert_eq!(ready(&mut body), "");
    publish(&topic, 1..=6);
    assert_eq!(frame(&mut body).await, None);
}

#[tokio::test]
async fn without_a_layer_the_response_is_right_but_resumes_nothing() {
    let topic = topic(10);
    topic.publish(&Count::Tick(1)).unwrap();
    let response = Sse::topic(&topic).into_response();
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let mut body = response.into_body();
    let open = frame(&mut body).await.unwrap();
    assert!(open.ends_with("data: {\"resume\":\"unsupported\",\"keepAlive\":\"off\"}\n\n"), "{open}");
    topic.publish(&Count::Tick(2)).unwrap();
    assert_eq!(frame(&mut body).await.unwrap(), format!("id: {EPOCH}-2\nevent: tick\ndata: 2\n\n"));
}

#[tokio::test]
async fn of_two_layers_the_inner_one_counts() {
    let topic = topic(10);
    let service = tower::service_fn(move |_| {
        let sse = Sse::topic(&topic);
        async { Ok::<_, Infallible>(sse) }
    });
    let inner = layer().retry(Retry::from_static(1_000));
    let outer = layer().retry(Retry::from_static(9_000));
    let stack = outer.layer(inner.layer(service));
    let response = stack.clone().oneshot(get(None)).await.unwrap();
    assert_eq!(response.headers().get_all("sse-resume").iter().count(), 1);
    assert_eq!(response.headers().get_all("vary").iter().count(), 1);
    let text = ready(&mut response.into_body());
    assert!(text.starts_with("retry: 1000\n"));
    assert_eq!(text.matches("retry:").count(), 1);
    let refused = stack.oneshot(Request::put("/").body(Empty::<Bytes>::new()).unwrap()).await.unwrap();
    assert_eq!(refused.status(), 405);
}

#[tokio::test]
async fn the_reconnection_time_is_spread() {
    let topic = topic(10);
    for (entropy, retry) in [(0, "retry: 4000\n"), (u64::MAX, "retry: 5000\n")] {
        let layer = SseLayer::new().retry(Retry::from_static(4_000)).entropy(move || entropy);
        assert!(ready(&mut ask(&layer, &topic, get(None)).await.into_body()).starts_with(retry));
    }
}

#[tokio::test]
async fn dropping_the_body_frees_the_cursor_whoever_holds_the_extensions() {
    let topic = topic(10);
    let response = ask(&layer(), &topic, get(None)).await;
    assert_eq!(topic.subscribers(), 1);
    let (parts, body) = response.into_parts();
    drop(body);
    assert_eq!(topic.subscribers(), 0);
    drop(parts);
}

#[tokio::test]
async fn head_gets_the_verdict_and_no_cursor() {
    let topic = topic(10);
    topic.publish(&Count::Tick(1)).unwrap();
    let mut request = get(Some(&format!("{EPOCH}-0")));
    *request.method_mut() = Method::HEAD;
    let response = ask(&layer(), &topic, request).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["sse-resume"], "recovered");
    assert_eq!(topic.subscribers(), 0);
    let mut body = response.into_body();
    assert_eq!(body.size_hint().exact(), None);
    assert_eq!(frame(&mut body).await, None);
}

#[tokio::test]
async fn a_stream_may_have_its_own_reconnection_time_with_and_without_a_layer() {
    let topic = topic(10);
    let retry = Retry::from_static(7_000);
    let alone = ready(&mut Sse::topic(&topic).retry(retry).into_response().into_body());
    let layered =
        ready(&mut stream_of(stream::pending::<Count>(), get(None), |sse| sse.retry(retry)).await.into_body());
    for text in [alone, layered] {
        assert!(text.starts_with("retry: 7000\n"), "{text}");
    }
}

#[tokio::test]
async fn after_a_reset_a_route_may_go_on_with_the_latest() {
    let topic = topic(1);
    publish(&topic, 1..=3);
    let reset = topic.clone();
    let service = tower::service_fn(move |_| {
        let sse = Sse::topic(&reset).after_reset(Start::Latest);
        async { Ok::<_, Infallible>(sse) }
    });
    let response = layer().layer(service).oneshot(get(Some(&format!("{EPOCH}-1")))).await.unwrap();
    let mut body = response.into_body();
    let text = ready(&mut body);
    assert!(
        text.ends_with(&format!("event: stream-reset\nid: {EPOCH}-3\ndata: {{\"reason\":\"evicted\"}}\n\n")),
        "{text}"
    );
    publish(&topic, [4]);
    assert_eq!(ready(&mut body), format!("id: {EPOCH}-4\nevent: tick\ndata: 4\n\n"));
}

#[tokio::test]
async fn a_service_that_is_a_stream_has_the_methods_that_it_was_given() {
    let topic = topic(10);
    let layer = layer().methods([Method::GET, Method::POST]);
    let ask_by = async |method| {
        let mut request = get(None);
        *request.method_mut() = method;
        ask(&layer, &topic, request).await
    };
    assert_eq!(ask_by(Method::POST).await.status(), 200);
    for method in [Method::DELETE, Method::OPTIONS] {
        let refused = ask_by(method).await;
        assert_eq!(refused.status(), 405);
        assert_eq!(refused.headers()["allow"], "GET, POST");
    }
}

#[tokio::test]
async fn a_stream_that_is_always_ready_is_handed_over_in_pieces() {
    let mut body = stream_of(stream::repeat_with(|| Count::Tick(1)), get(None), |sse| sse).await.into_body();
    frame(&mut body).await.unwrap();
    let piece = frame(&mut body).await.unwrap();
    assert!((64 * 1024..65 * 1024).contains(&piece.len()), "{} bytes", piece.len());
}
