//! What the client makes of events, its own server's among them.

use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt as _;
use sse_core::{EventId, Limits};
use sse_tower::client::{EventSource, ReadyState, Resume, Update};
use sse_tower::{ControlEvents, Sse};

use crate::client_script::{Answer, Chunk, Log, builder, chunks, run, run_typed, server, status, stream};
use crate::support::{EPOCH, layer, publish, topic};

const OPEN: &str =
    "event: stream-open\ndata: {\"resume\":\"fresh\",\"keepAlive\":\"comment\",\"keepAliveMs\":1000}\n\n";

#[tokio::test(start_paused = true)]
async fn what_does_not_decode_is_told_and_not_fatal() {
    run_typed(builder(), [stream("event: number\nid: 3\ndata: 7\n\nevent: new\ndata: 1\n\nevent: number\ndata: x\n\nevent: number\ndata: 8\n\n")])
        .await
        .check(&[
            "0 GET http://a.test/",
            "0 open",
            "0 event 7 [3]",
            "0 unknown new",
            "0 invalid: the data of `number` is not its payload: invalid digit found in string",
            "0 event 8 [3]",
            "0 the body ended: failure 0, 3000 ms",
            "3000 GET http://a.test/ last-event-id=3",
            "3000 end NoContent",
        ]);
}

#[tokio::test(start_paused = true)]
async fn an_event_past_a_limit_is_told_and_not_fatal() {
    run(builder().limits(Limits::new().line(16)), [stream("data: 0123456789ab\ndata: b\n\nid: 1\ndata: c\n\n")])
        .await
        .check(&[
            "0 GET http://a.test/",
            "0 open",
            "0 invalid: line of more than 16 bytes exceeds the limit",
            "0 event c [1]",
            "0 the body ended: failure 0, 3000 ms",
            "3000 GET http://a.test/ last-event-id=1",
            "3000 end NoContent",
        ]);
}

#[tokio::test(start_paused = true)]
async fn large_and_many_events_come_whole_and_in_order() {
    let large = Bytes::from("x".repeat(5 << 20));
    let text = |text: &str| Chunk::Text(Bytes::copy_from_slice(text.as_bytes()));
    let many = (0..100).fold(String::new(), |many, number| many + &format!("data: {number}\n\n"));
    let script = [chunks([
        text("data: "),
        Chunk::Text(large.clone()),
        text("\ndata: "),
        Chunk::Text(large.clone()),
        text("\n\n"),
        text(&many),
    ])];
    let source = builder().build(server(&Log::new(), script));
    let mut events = std::pin::pin!(source.filter_map(|update| std::future::ready(update.unwrap().event())));
    assert_eq!(events.next().await.unwrap().data.len(), 2 * large.len() + 1);
    for number in 0..100 {
        assert_eq!(events.next().await.unwrap().data, number.to_string());
    }
}

#[tokio::test(start_paused = true)]
async fn control_events_are_no_events_of_the_application() {
    let text = format!(
        "{OPEN}event: stream-position\nid: e-7\ndata: {{}}\n\ndata: a\n\n\
         event: stream-reset\nid: e-9\ndata: {{\"reason\":\"lagged\",\"topics\":{{\"cpu\":\"lagged\"}}}}\n\n\
         event: stream-other\ndata: b\n\nevent: stream-end\nid: =end\ndata: {{}}\n\ndata: never\n\n"
    );
    run(builder(), [stream(text)]).await.check(&[
        "0 GET http://a.test/",
        "0 open",
        "0 event a [e-7]",
        "0 reset Some(Lagged) [(\"cpu\", Some(Lagged))]",
        "0 event b [e-9]",
        "0 end Event",
    ]);
}

#[tokio::test(start_paused = true)]
async fn without_control_events_every_event_is_the_applications() {
    let text = "event: stream-end\nid: =end\ndata: {}\n\n";
    let log = run(builder().control_events(ControlEvents::Off), [stream(text)]).await;
    assert!(log.lines().contains(&"0 event {} [=end]".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_turns_its_clients_away_is_backed_off_from() {
    let away = || stream("retry: 1000\n\n");
    let open = || stream(format!("retry: 1000\n{OPEN}data: a\n\n"));
    // The last one is a proxy's, which does not send `stream-open`, and may as well repeat what it has.
    let script = [open(), away(), away(), open(), stream("data: a\n\n")];
    run(builder(), script).await.check(&[
        "0 GET http://a.test/",
        "0 open",
        "0 event a []",
        "0 the body ended: failure 0, 1000 ms",
        "1000 GET http://a.test/",
        "1000 open",
        "1000 the body ended: failure 1, 1000 ms",
        "2000 GET http://a.test/",
        "2000 open",
        "2000 the body ended: failure 2, 1000 ms",
        "3000 GET http://a.test/",
        "3000 open",
        "3000 event a []",
        "3000 the body ended: failure 0, 1000 ms",
        "4000 GET http://a.test/",
        "4000 open",
        "4000 event a []",
        "4000 the body ended: failure 1, 1000 ms",
        "5000 GET http://a.test/",
        "5000 end NoContent",
    ]);
}

#[tokio::test(start_paused = true)]
async fn the_server_says_how_long_it_may_be_silent() {
    let script = || [chunks([Chunk::Text(OPEN.into()), Chunk::Hang]), Answer::Nothing];
    // A connection of two intervals was good.
    run(builder(), script()).await.check(&[
        "0 GET http://a.test/",
        "0 open",
        "2500 the server was silent for 2.5s: failure 0, 3000 ms",
        // To connect may take longer.
        "5500 GET http://a.test/",
        "35500 the server was silent for 30s: failure 1, 3000 ms",
        "38500 GET http://a.test/",
        "38500 end NoContent",
    ]);
    run(builder().idle_timeout(Duration::from_secs(1)), script()).await.check(&[
        "0 GET http://a.test/",
        "0 open",
        "1000 the server was silent for 1s: failure 1, 3000 ms",
        "4000 GET http://a.test/",
        "5000 the server was silent for 1s: failure 2, 3000 ms",
        "8000 GET http://a.test/",
        "8000 end NoContent",
    ]);
    let off = OPEN.replace("comment", "off");
    run(builder(), [chunks([Chunk::Text(off.into()), Chunk::Wait(99_000)])]).await.check(&[
        "0 GET http://a.test/",
        "0 open",
        "99000 the body ended: failure 0, 3000 ms",
        "102000 GET http://a.test/",
        "102000 end NoContent",
    ]);
}

#[tokio::test(start_paused = true)]
async fn a_reset_of_the_header_is_told_once_before_the_first_event() {
    let head = |chunks| {
        Answer::Head(200, &[("content-type", "text/event-stream"), ("sse-resume", "reset; reason=evicted")], chunks)
    };
    let silent = head(vec![Chunk::Text("retry: 100\n:\n".into())]);
    let without = head(vec![Chunk::Text("data: a\n\ndata: b\n\n".into())]);
    let reset = OPEN.replace("fresh\"", "reset\",\"reason\":\"evicted\"")
        + "event: stream-reset\nid: e-4\ndata: {\"reason\":\"evicted\"}\n\ndata: c\n\n";
    let with = head(vec![Chunk::Text(reset.into())]);
    run(builder(), [silent, without, with]).await.check(&[
        "0 GET http://a.test/",
        "0 open Reset(Some(Evicted))",
        "0 the body ended: failure 1, 100 ms",
        "100 GET http://a.test/",
        "100 open Reset(Some(Evicted))",
        "100 reset Some(Evicted) []",
        "100 event a []",
        "100 event b []",
        "100 the body ended: failure 0, 100 ms",
        "200 GET http://a.test/",
        "200 open Reset(Some(Evicted))",
        "200 reset Some(Evicted) []",
        "200 event c [e-4]",
        "200 the body ended: failure 0, 100 ms",
        "300 GET http://a.test/ last-event-id=e-4",
        "300 end NoContent",
    ]);
}

/// An event that is due when the caller restarts is not lost.
#[tokio::test(start_paused = true)]
async fn what_was_decoded_is_yielded_whatever_the_caller_does() {
    let log = Log::new();
    let headers = &[("content-type", "text/event-stream"), ("sse-resume", "reset")];
    let script =
        [Answer::Head(200, headers, vec![Chunk::Text("id: 1\ndata: a\n\n".into()), Chunk::Hang]), status(204, &[])];
    let mut source = builder().build(server(&log, script));
    for _ in 0..2 {
        log.untyped(&source.next().await.unwrap());
    }
    // That the id is already the event's is not for the caller to see, who might store it.
    assert_eq!(source.last_event_id(), "");
    source.restart();
    assert_eq!(source.last_event_id(), "");
    while let Some(item) = source.next().await {
        log.untyped(&item);
    }
    log.check(&[
        "0 GET http://a.test/",
        "0 open Reset(None)",
        "0 reset None []",
        "0 event a [1]",
        "0 GET http://a.test/ last-event-id=1",
        "0 end NoContent",
    ]);
}

#[tokio::test(start_paused = true)]
async fn our_own_layer_is_understood() {
    let topic = topic(2);
    publish(&topic, 1..=4);
    let handler = {
        let topic = topic.clone();
        async move || Sse::topic(&topic).into_response()
    };
    let app = || axum::Router::new().route("/", axum::routing::get(handler.clone())).layer(layer());
    let uri = || http::Uri::from_static("/");
    let id = |offset: u64| EventId::try_from(format!("{EPOCH}-{offset}")).unwrap();
    let mut recovered = EventSource::builder(uri()).last_event_id(id(3)).build(app());
    let Some(Ok(Update::Open(opened))) = recovered.next().await else { panic!("not open") };
    assert_eq!(opened.resume, Some(Resume::Recovered));
    let Some(Ok(Update::Event { event, .. })) = recovered.next().await else { panic!("no event") };
    assert_eq!((event.data.as_str(), event.last_event_id), ("4", id(4)));
    assert_eq!(recovered.resume(), Some(Resume::Recovered));
    assert_eq!(recovered.reconnection_time(), Duration::from_secs(3));

    let mut reset = EventSource::builder(uri()).last_event_id(id(1)).build(app());
    let mut seen = Vec::new();
    topic.close();
    while let Some(update) = reset.next().await {
        seen.push(match update.unwrap() {
            Update::Event { event, .. } => event.data,
            other => format!("{other:?}").split([' ', '(']).next().unwrap().to_owned(),
        });
    }
    assert_eq!(seen, ["Open", "Reset", "3", "4", "End"]);
    assert_eq!(reset.last_event_id(), "=end");
    assert_eq!(reset.ready_state(), ReadyState::Closed);
}

/// It has not said `stream-open`.
#[tokio::test(start_paused = true)]
async fn of_another_server_an_event_of_a_reserved_name_is_the_applications() {
    let text =
        "event: stream-position\ndata: {\"seconds\":12}\n\nevent: stream-reset\ndata: {\"reason\":\"bored\"}\n\n";
    run(builder(), [stream(text)]).await.check(&[
        "0 GET http://a.test/",
        "0 open",
        "0 event {\"seconds\":12} []",
        "0 event {\"reason\":\"bored\"} []",
        "0 the body ended: failure 0, 3000 ms",
        "3000 GET http://a.test/",
        "3000 end NoContent",
    ]);
}

/// Who turns a client away does so at once.
#[tokio::test(start_paused = true)]
async fn a_long_connection_is_good_also_if_another_server_has_taken_over() {
    let other = chunks([Chunk::Text("data: b\n\n".into()), Chunk::Wait(60_000)]);
    run(builder(), [stream(OPEN), other]).await.check(&[
        "0 GET http://a.test/",
        "0 open",
        "0 the body ended: failure 1, 3000 ms",
        "3000 GET http://a.test/",
        "3000 open",
        "3000 event b []",
        "63000 the body ended: failure 0, 3000 ms",
        "66000 GET http://a.test/",
        "66000 end NoContent",
    ]);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_has_announced_itself_is_not_waited_for_without_end() {
    // The head, and then nothing.
    run(builder(), [stream(OPEN), chunks([Chunk::Hang])]).await.check(&[
        "0 GET http://a.test/",
        "0 open",
        "0 the body ended: failure 1, 3000 ms",
        "3000 GET http://a.test/",
        "3000 open",
        "33000 the server was silent for 30s: failure 2, 3000 ms",
        "36000 GET http://a.test/",
        "36000 end NoContent",
    ]);
}
