//! When the client connects, when it does so again, and when no more.

use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::{FutureExt as _, StreamExt as _};
use http::{Request, Response, StatusCode};
use sse_tower::client::{EventSource, ReadyState, RequestBody, Update};

use crate::client_script::{Answer, Chunk, Log, builder, chunks, run, server, status, stream};

#[tokio::test(start_paused = true)]
async fn a_stream_that_ends_is_asked_for_again_after_the_reconnection_time() {
    run(builder(), [stream("data: a\n\n"), stream("retry: 500\ndata: b\n\n"), stream("data: c\n\n")]).await.check(&[
        "0 GET http://a.test/",
        "0 open",
        "0 event a []",
        "0 the body ended: failure 0, 3000 ms",
        "3000 GET http://a.test/",
        "3000 open",
        "3000 event b []",
        "3000 the body ended: failure 0, 500 ms",
        "3500 GET http://a.test/",
        "3500 open",
        "3500 event c []",
        "3500 the body ended: failure 0, 500 ms",
        "4000 GET http://a.test/",
        "4000 end NoContent",
    ]);
}

#[tokio::test(start_paused = true)]
async fn retry_of_zero_reconnects_at_once_unless_there_is_a_floor() {
    let script = || [stream("retry: 0\ndata: a\n\n")];
    run(builder(), script()).await.check(&[
        "0 GET http://a.test/",
        "0 open",
        "0 event a []",
        "0 the body ended: failure 0, 0 ms",
        "0 GET http://a.test/",
        "0 end NoContent",
    ]);
    run(builder().shortest_delay(Duration::from_millis(500)), script()).await.check(&[
        "0 GET http://a.test/",
        "0 open",
        "0 event a []",
        "0 the body ended: failure 0, 500 ms",
        "500 GET http://a.test/",
        "500 end NoContent",
    ]);
}

#[tokio::test(start_paused = true)]
async fn retry_is_any_number_and_nothing_else() {
    let script = [stream("retry: 18446744073709551616\nretry: +5\nretry:\nretry: 1e3\nretry: 7\ndata: a\n\n")];
    run(builder(), script).await.check(&[
        "0 GET http://a.test/",
        "0 open",
        "0 event a []",
        "0 the body ended: failure 0, 7 ms",
        "7 GET http://a.test/",
        "7 end NoContent",
    ]);
    let log = Log::new();
    let mut source = builder().build(server(&log, [stream("retry: 18446744073709551616\ndata: a\n\n")]));
    for _ in 0..3 {
        log.untyped(&source.next().await.unwrap());
    }
    assert_eq!(source.reconnection_time(), Duration::from_millis(u64::MAX));
    assert_eq!(source.ready_state(), ReadyState::Connecting);
    source.restart();
    assert!(matches!(source.next().await, Some(Ok(Update::End(_)))));
}

#[tokio::test(start_paused = true)]
async fn a_body_that_breaks_off_drops_the_unfinished_event_and_its_id() {
    let text = "id: 1\nretry: 100\ndata: a\n\nid: 2\ndata: b\n";
    run(builder(), [chunks([Chunk::Text(text.into()), Chunk::Break])]).await.check(&[
        "0 GET http://a.test/",
        "0 open",
        "0 event a [1]",
        "0 connection reset: failure 0, 100 ms",
        "100 GET http://a.test/ last-event-id=1",
        "100 end NoContent",
    ]);
}

#[tokio::test(start_paused = true)]
async fn only_a_good_connection_ends_the_backoff() {
    // All that may be drawn is.
    let builder = builder().entropy(|| u64::MAX).longest_delay(Duration::from_secs(20));
    let script = [
        Answer::Refused,
        Answer::Refused,
        stream("retry: 2000\n\n"),
        stream(": nothing\n\n"),
        Answer::Refused,
        stream("data: a\n\n"),
        Answer::Refused,
    ];
    let log = run(builder, script).await;
    // A division rounds the delays down.
    log.check(&[
        "0 GET http://a.test/",
        "0 connection refused: failure 1, 3000 ms",
        "3000 GET http://a.test/",
        "3000 connection refused: failure 2, 5999 ms",
        "9000 GET http://a.test/",
        "9000 open",
        "9000 the body ended: failure 3, 7999 ms",
        "17000 GET http://a.test/",
        "17000 open",
        "17000 the body ended: failure 4, 15999 ms",
        "33000 GET http://a.test/",
        "33000 connection refused: failure 5, 19999 ms",
        "53000 GET http://a.test/",
        "53000 open",
        "53000 event a []",
        "53000 the body ended: failure 0, 2000 ms",
        "55000 GET http://a.test/",
        "55000 connection refused: failure 1, 2000 ms",
        "57000 GET http://a.test/",
        "57000 end NoContent",
    ]);
}

#[tokio::test(start_paused = true)]
async fn a_connection_is_good_if_it_was_open_for_long() {
    let quiet = |millis| chunks([Chunk::Wait(millis)]);
    run(builder(), [quiet(29_999), quiet(30_000)]).await.check(&[
        "0 GET http://a.test/",
        "0 open",
        "29999 the body ended: failure 1, 3000 ms",
        "32999 GET http://a.test/",
        "32999 open",
        "62999 the body ended: failure 0, 3000 ms",
        "65999 GET http://a.test/",
        "65999 end NoContent",
    ]);
}

#[tokio::test(start_paused = true)]
async fn so_many_failures_in_a_row_are_the_end() {
    let script = || [Answer::Refused, stream("data: a\n\n"), Answer::Refused, Answer::Refused, stream("data: b\n\n")];
    run(builder().max_attempts(2), script()).await.check(&[
        "0 GET http://a.test/",
        "0 connection refused: failure 1, 3000 ms",
        "3000 GET http://a.test/",
        "3000 open",
        "3000 event a []",
        "3000 the body ended: failure 0, 3000 ms",
        "6000 GET http://a.test/",
        "6000 connection refused: failure 1, 3000 ms",
        "9000 GET http://a.test/",
        "9000 error: failures in a row: 2, which is the limit",
    ]);
    run(builder().max_attempts(1), [Answer::Refused])
        .await
        .check(&["0 GET http://a.test/", "0 error: failures in a row: 1, which is the limit"]);

    let mut source = builder().max_attempts(1).build(server(&Log::new(), [Answer::Refused]));
    let error = source.next().await.unwrap().unwrap_err();
    assert!(error.is_exhausted());
    assert!(matches!(error.cause(), Some(sse_tower::client::Cause::Unreachable(_))));
    assert_eq!(source.ready_state(), ReadyState::Closed);
    assert!(source.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn every_status_but_200_is_final() {
    for code in
        [201, 202, 203, 205, 206, 210, 226, 299, 300, 304, 305, 400, 401, 403, 404, 410, 418, 429, 500, 501, 502]
    {
        let headers = &[("content-type", "text/event-stream"), ("retry-after", "1")];
        let mut source = builder().build(server(&Log::new(), [status(code, headers)]));
        let error = source.next().await.unwrap().unwrap_err();
        assert!(error.is_status());
        assert_eq!(error.status().unwrap(), code);
        assert_eq!(error.headers().unwrap()["retry-after"], "1");
        assert_eq!(error.uri().unwrap(), "http://a.test/");
        assert!(source.next().await.is_none());
        assert_eq!(source.ready_state(), ReadyState::Closed);
    }
    run(builder(), [stream("retry: 100\ndata: a\n\n"), status(500, &[])]).await.check(&[
        "0 GET http://a.test/",
        "0 open",
        "0 event a []",
        "0 the body ended: failure 0, 100 ms",
        "100 GET http://a.test/",
        "100 error: http://a.test/ answered 500 Internal Server Error",
    ]);
}

#[tokio::test(start_paused = true)]
async fn a_status_is_retried_if_the_caller_says_so() {
    let statuses = [429, 502, 503, 504].map(|status| StatusCode::from_u16(status).unwrap());
    let script = [
        status(503, &[("retry-after", "10")]),
        status(429, &[]),
        status(502, &[("date", "Sun, 06 Nov 1994 08:49:37 GMT"), ("retry-after", "Sun, 06 Nov 1994 09:49:36 GMT")]),
        status(504, &[("retry-after", "86400")]),
        status(503, &[("retry-after", "0")]),
        status(500, &[]),
    ];
    run(builder().retry_statuses(statuses), script).await.check(&[
        "0 GET http://a.test/",
        "0 503: failure 1, 10000 ms",
        "10000 GET http://a.test/",
        "10000 429: failure 2, 3000 ms",
        "13000 GET http://a.test/",
        "13000 502: failure 3, 3599000 ms",
        "3612000 GET http://a.test/",
        "3612000 504: failure 4, 3600000 ms",
        "7212000 GET http://a.test/",
        "7212000 503: failure 5, 3000 ms",
        "7215000 GET http://a.test/",
        "7215000 error: http://a.test/ answered 500 Internal Server Error",
    ]);
}

#[tokio::test(start_paused = true)]
async fn another_type_is_final() {
    let html =
        Answer::Head(200, &[("content-type", "text/html")], vec![Chunk::Text("data: a\n\n".into()), Chunk::Hang]);
    run(builder(), [html]).await.check(&[
        "0 GET http://a.test/",
        "0 error: http://a.test/ answered with `text/html`, not with `text/event-stream`",
    ]);
    run(builder(), [status(200, &[])]).await.check(&[
        "0 GET http://a.test/",
        "0 error: http://a.test/ answered without a content type, not with `text/event-stream`",
    ]);
    run(builder(), [status(200, &[("content-type", "text/event-stream"), ("content-encoding", "gzip")])])
        .await
        .check(&["0 GET http://a.test/", "0 error: http://a.test/ answered with a content encoding"]);
    let identity = status(200, &[("content-type", "text/event-stream"), ("content-encoding", "identity")]);
    let mut source = builder().build(server(&Log::new(), [identity]));
    source.next().await.unwrap().unwrap();
    assert_eq!(source.ready_state(), ReadyState::Open);
}

#[tokio::test(start_paused = true)]
async fn silence_is_noticed_and_any_byte_breaks_it() {
    let script = [
        chunks([
            Chunk::Text("data: a\n\n".into()),
            Chunk::Wait(400),
            Chunk::Text(":\n".into()),
            Chunk::Wait(400),
            Chunk::Text(":".into()),
            Chunk::Wait(1_000),
            Chunk::Text("data: late\n\n".into()),
        ]),
        Answer::Nothing,
    ];
    run(builder().idle_timeout(Duration::from_millis(500)), script).await.check(&[
        "0 GET http://a.test/",
        "0 open",
        "0 event a []",
        "1300 the server was silent for 500ms: failure 0, 3000 ms",
        "4300 GET http://a.test/",
        "4800 the server was silent for 500ms: failure 1, 3000 ms",
        "7800 GET http://a.test/",
        "7800 end NoContent",
    ]);
}

#[tokio::test(start_paused = true)]
async fn the_time_that_the_caller_takes_is_no_silence() {
    let log = Log::new();
    let script =
        [chunks([Chunk::Text("data: a\n\n".into()), Chunk::Wait(100), Chunk::Text("data: b\n\n".into()), Chunk::Hang])];
    let mut source = builder().idle_timeout(Duration::from_secs(1)).build(server(&log, script));
    for _ in 0..4 {
        log.untyped(&source.next().await.unwrap());
        tokio::time::sleep(Duration::from_secs(10)).await;
    }
    log.check(&[
        "0 GET http://a.test/",
        "0 open",
        "10000 event a []",
        "20100 event b []",
        "31100 the server was silent for 1s: failure 0, 3000 ms",
    ]);
}

#[tokio::test(start_paused = true)]
async fn a_restart_asks_at_once_and_loses_nothing() {
    let log = Log::new();
    let script = [
        chunks([Chunk::Text("retry: 9000\nid: 1\ndata: a\n\nid: 2\ndata: never read\n\n".into()), Chunk::Hang]),
        chunks([Chunk::Text("id: 2\ndata: b\n\n".into())]),
    ];
    let mut source = builder().build(server(&log, script));
    for _ in 0..2 {
        log.untyped(&source.next().await.unwrap());
    }
    assert_eq!((source.ready_state(), source.last_event_id()), (ReadyState::Open, "1"));
    source.restart();
    assert_eq!((source.ready_state(), source.last_event_id()), (ReadyState::Connecting, "1"));
    for _ in 0..3 {
        log.untyped(&source.next().await.unwrap());
    }
    assert_eq!(source.reconnection_time(), Duration::from_secs(9));
    // Waiting is over too.
    source.restart();
    log.untyped(&source.next().await.unwrap());
    log.check(&[
        "0 GET http://a.test/",
        "0 open",
        "0 event a [1]",
        "0 GET http://a.test/ last-event-id=1",
        "0 open",
        "0 event b [2]",
        "0 the body ended: failure 0, 9000 ms",
        "0 GET http://a.test/ last-event-id=2",
        "0 end NoContent",
    ]);
    source.restart();
    assert!(source.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn closing_is_for_good() {
    let log = Log::new();
    let mut source = builder().build(server(&log, [stream("id: 7\ndata: a\n\ndata: b\n\n")]));
    for _ in 0..2 {
        log.untyped(&source.next().await.unwrap());
    }
    source.close();
    assert_eq!((source.ready_state(), source.last_event_id()), (ReadyState::Closed, "7"));
    assert!(source.next().await.is_none());
    assert!(source.next().await.is_none());
    log.check(&["0 GET http://a.test/", "0 open", "0 event a [7]"]);
}

#[test]
fn a_source_can_be_moved_whatever_its_events_are() {
    fn check<T: Send + Unpin + 'static>() {}
    check::<EventSource>();
    check::<EventSource<std::rc::Rc<()>>>();
}

#[tokio::test(start_paused = true)]
async fn to_give_up_after_none_is_to_give_up_after_one() {
    run(builder().max_attempts(0), [stream("data: a\n\n"), Answer::Refused]).await.check(&[
        "0 GET http://a.test/",
        "0 open",
        "0 event a []",
        "0 the body ended: failure 0, 3000 ms",
        "3000 GET http://a.test/",
        "3000 error: failures in a row: 1, which is the limit",
    ]);
}

#[tokio::test(start_paused = true)]
async fn a_status_that_was_retried_for_too_long_is_told() {
    let statuses = [StatusCode::SERVICE_UNAVAILABLE];
    let busy = || status(503, &[("retry-after", "1")]);
    let mut source = builder().retry_statuses(statuses).max_attempts(2).build(server(&Log::new(), [busy(), busy()]));
    source.next().await.unwrap().unwrap();
    let error = source.next().await.unwrap().unwrap_err();
    assert!(error.is_exhausted() && !error.is_status());
    assert_eq!(error.status(), Some(StatusCode::SERVICE_UNAVAILABLE));
    assert_eq!(error.headers().unwrap()["retry-after"], "1");
}

/// In real time: a clock that jumps there would be past its end.
#[tokio::test]
async fn a_reconnection_time_that_no_clock_reaches_is_waited_for() {
    let mut source = builder().build(server(&Log::new(), [stream("retry: 99999999999999999999\ndata: a\n\n")]));
    for _ in 0..3 {
        source.next().await.unwrap().unwrap();
    }
    assert!(source.next().now_or_never().is_none());
    source.restart();
    assert!(source.next().now_or_never().is_some());
}

#[tokio::test(start_paused = true)]
async fn a_service_that_is_never_ready_is_backed_off_from() {
    struct Broken;

    impl tower::Service<Request<RequestBody>> for Broken {
        type Response = Response<String>;
        type Error = &'static str;
        type Future = std::future::Pending<Result<Response<String>, &'static str>>;

        fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), &'static str>> {
            Poll::Ready(Err("closed"))
        }

        fn call(&mut self, _request: Request<RequestBody>) -> Self::Future {
            std::future::pending()
        }
    }

    // Nothing was sent, so it is no matter that the request is not safe.
    let text = http::HeaderValue::from_static("text/plain");
    let builder = builder().body(text, "body").reconnection_time(Duration::ZERO).entropy(|| u64::MAX);
    let mut source = builder.build(Broken);
    for delay in [0, 199, 399, 799] {
        let Some(Ok(Update::Reconnecting(lost))) = source.next().await else { panic!("not lost") };
        assert_eq!(lost.delay.as_millis(), delay);
    }
}
