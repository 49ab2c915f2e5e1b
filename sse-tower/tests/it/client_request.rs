//! What each request of the client says.

use std::sync::atomic::{AtomicU32, Ordering};

use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use sse_core::EventId;
use sse_tower::client::{Builder, EventSource};

use crate::client_script::{Answer, Chunk, builder, chunks, run, status, stream};

const ONE: HeaderName = HeaderName::from_static("x-one");
const TEXT: HeaderValue = HeaderValue::from_static("text/plain");

fn post() -> Builder {
    builder().body(TEXT, "body")
}

#[tokio::test(start_paused = true)]
async fn headers_are_in_every_request() {
    run(builder().header(ONE, HeaderValue::from_static("1")), [stream("data: a\n\n")]).await.check(&[
        "0 GET http://a.test/ x-one=1",
        "0 open",
        "0 event a []",
        "0 the body ended: failure 0, 3000 ms",
        "3000 GET http://a.test/ x-one=1",
        "3000 end NoContent",
    ]);
}

#[tokio::test(start_paused = true)]
async fn headers_are_made_for_each_attempt_and_may_fail() {
    let count = AtomicU32::new(0);
    let builder =
        builder().header(ONE, HeaderValue::from_static("0")).headers_with(move || {
            let count = count.fetch_add(1, Ordering::Relaxed);
            async move {
                if count == 1 { Err("no token") } else { Ok(HeaderMap::from_iter([(ONE, HeaderValue::from(count))])) }
            }
        });
    let script = [status(302, &[("location", "/x")]), stream("data: a\n\n")];
    run(builder, script).await.check(&[
        "0 GET http://a.test/ x-one=0",
        "0 GET http://a.test/x x-one=0",
        "0 open",
        "0 event a []",
        "0 the body ended: failure 0, 3000 ms",
        "3000 no token: failure 1, 3000 ms",
        "6000 GET http://a.test/ x-one=2",
        "6000 end NoContent",
    ]);
}

#[tokio::test(start_paused = true)]
async fn a_post_whose_answer_is_complete_was_all_of_it() {
    run(post(), [stream("data: a\n\n")]).await.check(&[
        "0 POST http://a.test/ content-type=text/plain body",
        "0 open",
        "0 event a []",
        "0 end Body",
    ]);
}

#[tokio::test(start_paused = true)]
async fn a_post_is_not_repeated_without_reason() {
    for lost in [Answer::Refused, chunks([Chunk::Text("data: a\n\n".into()), Chunk::Break])] {
        let log = run(post(), [lost]).await;
        let lines = log.lines();
        assert_eq!(lines.last().unwrap(), "0 error: the connection is lost, and the request may not be repeated");
        assert_eq!(lines.iter().filter(|line| line.contains("POST")).count(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_post_is_repeated_with_an_id_or_by_leave_of_the_caller() {
    let again = [
        "0 POST http://a.test/ content-type=text/plain body",
        "0 open",
        "0 event a []",
        "0 connection reset: failure 0, 3000 ms",
        "3000 POST http://a.test/ content-type=text/plain body",
        "3000 end NoContent",
    ];
    let breaks = |text: &'static str| [chunks([Chunk::Text(text.into()), Chunk::Break])];
    run(post().repeat(), breaks("data: a\n\n")).await.check(&again);
    run(post(), breaks("id: 4\ndata: a\n\n")).await.check(&[
        again[0],
        again[1],
        "0 event a [4]",
        again[3],
        "3000 POST http://a.test/ last-event-id=4 content-type=text/plain body",
        again[5],
    ]);
    // Such a status says that nothing was done.
    run(post().retry_statuses([StatusCode::SERVICE_UNAVAILABLE]), [status(503, &[])]).await.check(&[
        again[0],
        "0 503: failure 1, 3000 ms",
        again[4],
        again[5],
    ]);
}

#[tokio::test(start_paused = true)]
async fn a_report_is_safe_and_repeated_with_its_body() {
    let report = Method::from_bytes(b"REPORT").unwrap();
    run(builder().method(report).body(TEXT, "body"), [Answer::Refused]).await.check(&[
        "0 REPORT http://a.test/ content-type=text/plain body",
        "0 connection refused: failure 1, 3000 ms",
        "3000 REPORT http://a.test/ content-type=text/plain body",
        "3000 end NoContent",
    ]);
}

/// What stands in the second request, after a stream.
async fn second(builder: Builder, text: &'static str) -> String {
    let lines = run(builder, [stream(text)]).await.lines();
    lines.iter().rfind(|line| line.contains("GET")).unwrap().clone()
}

#[tokio::test(start_paused = true)]
async fn the_last_event_id_is_sent_as_the_standard_says() {
    for (text, id) in [
        ("data: a\n\n", ""),
        ("id: 5\ndata: a\n\n", " last-event-id=5"),
        ("id: 5\ndata: a\n\nid\ndata: b\n\n", ""),
        ("id: 5\ndata: a\n\nid:\ndata: b\n\n", ""),
        ("id: 5\n\n", " last-event-id=5"),
        ("id: 5\ndata: a\n\nid: 6\ndata: b\n", " last-event-id=5"),
        ("id: 5\ndata: a\n\nid: 6\0\ndata: b\n\n", " last-event-id=5"),
        ("id: …é😀\ndata: a\n\n", " last-event-id=…é😀"),
        ("id: a  b\ndata: a\n\n", " last-event-id=a  b"),
        ("id: a\tb\ndata: a\n\n", " last-event-id=a\tb"),
    ] {
        assert_eq!(second(builder(), text).await, format!("3000 GET http://a.test/{id}"), "{text:?}");
    }
    let id = builder().last_event_id(EventId::from_static("abc"));
    assert_eq!(second(id, ": nothing\n\n").await, "3000 GET http://a.test/ last-event-id=abc");
}

#[tokio::test(start_paused = true)]
async fn the_last_event_id_lives_until_it_is_replaced() {
    let script = [
        stream("\u{feff}id: 5\nretry: 100\ndata: a\n\n"),
        stream("\u{feff}data: b\n\n"),
        stream("data: c\n\n"),
        stream("id\ndata: d\n\n"),
    ];
    run(builder().last_event_id(EventId::from_static("4")), script).await.check(&[
        "0 GET http://a.test/ last-event-id=4",
        "0 open",
        "0 event a [5]",
        "0 the body ended: failure 0, 100 ms",
        "100 GET http://a.test/ last-event-id=5",
        "100 open",
        "100 event b [5]",
        "100 the body ended: failure 0, 100 ms",
        "200 GET http://a.test/ last-event-id=5",
        "200 open",
        "200 event c [5]",
        "200 the body ended: failure 0, 100 ms",
        "300 GET http://a.test/ last-event-id=5",
        "300 open",
        "300 event d []",
        "300 the body ended: failure 0, 100 ms",
        "400 GET http://a.test/",
        "400 end NoContent",
    ]);
}

#[tokio::test(start_paused = true)]
async fn an_id_that_no_header_carries_is_left_out_and_said_to_be() {
    run(builder(), [stream("id: a\x01b\ndata: a\n\n"), stream("id: \x7f\ndata: b\n\n"), stream("id: 1\ndata: c\n\n")])
        .await
        .check(&[
            "0 GET http://a.test/",
            "0 open",
            "0 event a [a\x01b]",
            "0 the body ended: failure 0, 3000 ms",
            "3000 id left out \"a\\u{1}b\"",
            "3000 GET http://a.test/",
            "3000 open",
            "3000 event b [\x7f]",
            "3000 the body ended: failure 0, 3000 ms",
            "6000 id left out \"\\u{7f}\"",
            "6000 GET http://a.test/",
            "6000 open",
            "6000 event c [1]",
            "6000 the body ended: failure 0, 3000 ms",
            "9000 GET http://a.test/ last-event-id=1",
            "9000 end NoContent",
        ]);
}

/// A service of this process, without a host.
#[tokio::test(start_paused = true)]
async fn a_path_alone_is_enough_for_a_router() {
    use futures_util::StreamExt as _;

    let app = axum::Router::new()
        .route("/events", axum::routing::get(async || ([("content-type", "text/event-stream")], "data: a\n\n")));
    let source = EventSource::new(app, Uri::from_static("/events"));
    let events: Vec<_> =
        source.filter_map(|update| std::future::ready(update.unwrap().event())).take(2).collect().await;
    assert_eq!(events.len(), 2);
}

/// Without the id the server would begin anew.
#[tokio::test(start_paused = true)]
async fn a_post_is_not_repeated_with_an_id_that_is_left_out() {
    let log = run(post(), [chunks([Chunk::Text("id: a\x01b\ndata: a\n\n".into()), Chunk::Break])]).await;
    log.check(&[
        "0 POST http://a.test/ content-type=text/plain body",
        "0 open",
        "0 event a [a\x01b]",
        "0 error: the connection is lost, and the request may not be repeated",
    ]);
}

/// Whatever the service and its body are, the source can be moved into a task.
#[tokio::test(start_paused = true)]
async fn a_task_takes_a_source_over_any_service() {
    use std::error::Error;

    use bytes::Bytes;
    use futures_util::StreamExt as _;
    use http::{Request, Response};
    use http_body_util::BodyExt;
    use http_body_util::combinators::BoxBody;
    use hyper_util::client::legacy::Client;
    use hyper_util::rt::TokioExecutor;
    use sse_tower::client::RequestBody;
    use tower::util::{BoxCloneService, BoxCloneSyncService, BoxService};
    use tower::{ServiceExt as _, service_fn};

    type BoxError = Box<dyn Error + Send + Sync>;

    async fn answer(_request: Request<RequestBody>) -> Result<Response<BoxBody<Bytes, BoxError>>, BoxError> {
        let body = "data: a\n\n".to_owned().map_err(|never| match never {}).boxed();
        Ok(Response::builder().header("content-type", "text/event-stream").body(body)?)
    }

    async fn count(source: EventSource) -> usize {
        let reading = async move {
            let (mut source, mut events) = (source, 0);
            while let Some(update) = source.next().await {
                events += usize::from(update.unwrap().event().is_some());
                if events == 2 {
                    source.close();
                }
            }
            events
        };
        tokio::spawn(reading).await.unwrap()
    }

    let uri = || Uri::from_static("http://app.test/");
    assert_eq!(count(EventSource::new(service_fn(answer), uri())).await, 2);
    assert_eq!(count(EventSource::new(BoxService::new(service_fn(answer)), uri())).await, 2);
    assert_eq!(count(EventSource::new(BoxCloneService::new(service_fn(answer)), uri())).await, 2);
    assert_eq!(count(EventSource::new(BoxCloneSyncService::new(service_fn(answer)), uri())).await, 2);
    let unsync = service_fn(answer).map_response(|response| response.map(BodyExt::boxed_unsync));
    assert_eq!(count(EventSource::new(unsync, uri())).await, 2);
    let plain = service_fn(answer).map_err(|error| error.to_string());
    assert_eq!(count(EventSource::new(plain, uri())).await, 2);
    let client = Client::builder(TokioExecutor::new()).build_http::<RequestBody>();
    drop(tokio::spawn(count(EventSource::new(client, uri()))));
}
